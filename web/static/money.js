/* Says in 万元 and 元 what was typed into a money field; the server reads the field itself. */
(() => {
  const $ = (q, from) => from.querySelector(q);
  const echo = box => {
    const raw = $('input', box).value.normalize('NFKC').replace(/[,\s¥]/g, ''), m = /^(-?\d*\.?\d+)(亿|万)?元?$/.exec(raw);
    const unit = m && m[2] ? { 亿: 'yi', 万: 'wan' }[m[2]] : $(':checked', box).value;
    const yuan = m ? Math.round(m[1] * { yi: 1e8, wan: 1e4, yuan: 1 }[unit] * 100) / 100 : NaN, say = (n, u) => n.toLocaleString('en') + ' ' + u;
    box.nextElementSibling.textContent = m ? '＝ ' + say(yuan / 1e4, '万元') + ' · ' + say(yuan, '元') : '';
  };
  const all = () => document.querySelectorAll('[data-money]').forEach(echo);
  document.addEventListener('input', e => { const box = e.target.closest('[data-money]'); if (box) echo(box); });
  document.addEventListener('htmx:afterSwap', all);
  all();
})();
