/* What scrolls sideways and holds no link is still reached by the keyboard. */
(() => {
  const reach = () => document.querySelectorAll('.table-wrap, .rtable').forEach(wrap => {
    if (wrap.scrollWidth > wrap.clientWidth && !wrap.querySelector('a[href], button, summary')) wrap.tabIndex = 0;
    else wrap.removeAttribute('tabindex');
  });
  document.body.addEventListener('htmx:afterSwap', reach);
  addEventListener('resize', reach);
  reach();
})();
