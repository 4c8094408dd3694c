/* The palette: the menu's own links, filtered here. */
(() => {
  const pal = document.getElementById('palette');
  if (!pal) return;
  const input = pal.querySelector('input'), items = [...pal.querySelectorAll('.palette__i')], none = document.getElementById('pal-none');
  const shown = () => items.filter(i => !i.hidden);
  const choose = to => {
    items.forEach(i => i.setAttribute('aria-selected', i === to));
    if (to) { input.setAttribute('aria-activedescendant', to.id); to.scrollIntoView({ block: 'nearest' }); } else input.removeAttribute('aria-activedescendant');
  };
  const filter = text => {
    input.value = text;
    items.forEach(i => { i.hidden = !i.textContent.toLowerCase().includes(text.trim().toLowerCase()); });
    none.hidden = shown().length > 0; choose(shown()[0]);
  };
  input.addEventListener('input', () => filter(input.value));
  input.addEventListener('keydown', e => {
      const all = shown(), at = all.findIndex(i => i.getAttribute('aria-selected') === 'true');
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step) { e.preventDefault(); choose(all[(at + step + all.length) % all.length]); }
      if (e.key === 'Enter' && all[at]) all[at].click();
    });
  pal.addEventListener('opened', () => filter(''));
})();
