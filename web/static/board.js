/* Load on the board. Drag posts the same form as the card's menu: one <form data-move> with a select named "to". */
(() => {
  const doc = document, $$ = q => [...doc.querySelectorAll(q)], $ = (q, from) => from.querySelector(q);
  let card;
  doc.addEventListener('dragstart', e => { card = e.target.closest('.dcard[draggable]'); if (card) card.classList.add('is-drag'); });
  doc.addEventListener('dragend', () => { if (card) card.classList.remove('is-drag'); $$('.col--drop').forEach(c => c.classList.remove('col--drop')); card = null; });
  doc.addEventListener('dragover', e => {
    const col = card && e.target.closest('.col[data-stage]');
    $$('.col--drop').forEach(c => c.classList.toggle('col--drop', c === col));
    if (col) { e.preventDefault(); col.classList.add('col--drop'); }
  });
  doc.addEventListener('drop', e => {
    const col = card && e.target.closest('.col[data-stage]'), form = card && $('form[data-move]', card);
    if (!col || !form || col.contains(card)) return;
    e.preventDefault(); form.elements.to.value = col.dataset.stage;
    if (form.elements.to.value) form.requestSubmit();
  });
})();
