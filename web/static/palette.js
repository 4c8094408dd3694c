/* The palette: the menu's own links, filtered here, and the firms that the server finds (htmx). */
(() => {
  const pal = document.getElementById('palette');
  if (!pal) return;
  const input = pal.querySelector('input'), none = document.getElementById('pal-none');
  const items = () => [...pal.querySelectorAll('.palette__i')], shown = () => items().filter(i => !i.hidden);
  const choose = to => {
    items().forEach(i => i.setAttribute('aria-selected', i === to));
    if (to) { input.setAttribute('aria-activedescendant', to.id); to.scrollIntoView({ block: 'nearest' }); } else input.removeAttribute('aria-activedescendant');
  };
  const refresh = () => { none.hidden = shown().length > 0; choose(shown()[0]); };
  const filter = text => {
    input.value = text;
    items().forEach(i => { if (!('found' in i.dataset)) i.hidden = !i.textContent.toLowerCase().includes(text.trim().toLowerCase()); });
    refresh();
  };
  input.addEventListener('input', () => filter(input.value));
  pal.addEventListener('htmx:afterSwap', refresh);
  input.addEventListener('keydown', e => {
      const all = shown(), at = all.findIndex(i => i.getAttribute('aria-selected') === 'true');
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step && all.length) { e.preventDefault(); choose(all[(at + step + all.length) % all.length]); }
      if (e.key === 'Enter' && all[at]) all[at].click();
    });
  pal.addEventListener('opened', () => { const found = document.getElementById('pal-firms'); if (found) found.replaceChildren(); filter(''); });
})();
