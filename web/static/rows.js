/* Forms with repeated rows: one more row a click. And the unit that belongs to the chosen metric. */
(() => {
  const ready = () => document.querySelectorAll('[data-add-row]').forEach(b => { b.hidden = false; });
  document.addEventListener('click', e => {
    const add = e.target.closest('[data-add-row]'); if (!add) return;
    const box = add.closest('[data-rows]'), row = box.querySelector('template').content.cloneNode(true), first = row.querySelector('input:not([type=hidden])');
    add.before(row); first.focus();
  });
  document.addEventListener('change', e => {
    const unit = e.target.matches('[data-metric]') && e.target.selectedOptions[0].dataset.unit;
    if (unit) e.target.form.elements.unit.value = unit;
  });
  document.addEventListener('htmx:afterSwap', ready);
  ready();
})();
