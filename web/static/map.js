/* The chain map by keyboard: arrows go to the next segment that way, Enter opens it (it is a link). */
(() => {
  const grid = document.querySelector('[data-grid]');
  if (!grid) return;
  const nodes = () => [...grid.querySelectorAll('a.node')];
  const only = to => nodes().forEach(n => { n.tabIndex = n === to ? 0 : -1; });
  const middle = n => { const r = n.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; };
  const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, -1], ArrowDown: [1, 1] };
  only(nodes()[0]);
  grid.addEventListener('focusin', e => { const n = e.target.closest('a.node'); if (n) only(n); });
  grid.addEventListener('keydown', e => {
    const from = e.target.closest('a.node'), all = nodes();
    if (!from || e.ctrlKey || e.metaKey || e.altKey) return;
    let to;
    if (e.key === 'Home' || e.key === 'End') to = all.at(e.key === 'Home' ? 0 : -1);
    else if (way[e.key]) {
      const [axis, sign] = way[e.key], at = middle(from);
      let best = Infinity;
      for (const n of all) {
        const m = middle(n), ahead = (m[axis] - at[axis]) * sign, aside = Math.abs(m[1 - axis] - at[1 - axis]);
        /* one segment aside weighs more than one further on, so a row is walked before it is left */
        if (n !== from && ahead > 4 && ahead + aside * 3 < best) { best = ahead + aside * 3; to = n; }
      }
    } else return;
    e.preventDefault();
    if (to) to.focus();
  });
})();
