/* Comfort on top of pages that work without it: palette, keys, tips, dialogs, toasts, drag. */
(() => {
  const doc = document, root = doc.documentElement, body = doc.body;
  const $ = (q, from = doc) => from.querySelector(q), $$ = (q, from = doc) => [...from.querySelectorAll(q)];
  const store = (k, v) => { try { if (v !== undefined) localStorage[k] = v; return localStorage[k]; } catch (e) { return null; } };
  const open = id => { const d = doc.getElementById(id); if (d && !d.open) { d.showModal(); d.dispatchEvent(new Event('opened')); } };

  /* Tips leave their clipped box while open and go back home when closed. */
  let tip;
  const closeTip = focus => {
    if (!tip) return;
    tip.el.hidden = true; tip.home.append(tip.el); tip.btn.setAttribute('aria-expanded', false);
    if (focus) tip.btn.focus();
    tip = null;
  };
  const openTip = btn => {
    const el = doc.getElementById(btn.dataset.tip), r = btn.getBoundingClientRect(), modal = btn.closest('dialog');
    (modal || body).append(el); el.hidden = false;
    const at = modal ? { left: 0, top: 0 } : { left: -scrollX, top: -scrollY }, h = el.offsetHeight;
    el.style.left = Math.max(8, Math.min(r.left - 12, innerWidth - el.offsetWidth - 12)) - at.left + 'px';
    el.style.top = (r.bottom + h + 12 > innerHeight && r.top > h ? r.top - h - 6 : r.bottom + 6) - at.top + 'px';
    el.classList.toggle('tip--fixed', !!modal);
    btn.setAttribute('aria-expanded', true);
    tip = { el, btn, home: btn.parentNode };
  };

  const toast = ({ text, kind, undo }) => {
    const t = doc.createElement('div'), s = doc.createElement('span');
    const button = (word, act) => { const b = doc.createElement('button'); b.className = 'btn btn--sm push'; b.textContent = word; b.onclick = () => { act(); t.remove(); }; t.append(b); };
    t.className = 'toast' + (kind === 'risk' ? ' toast--risk' : ''); s.textContent = text; t.append(s);
    if (undo) button(body.dataset.undo, () => htmx.ajax('POST', undo, '#main'));
    button(body.dataset.dismiss, () => 0);
    $('#toasts').append(t);
    if (kind !== 'risk') setTimeout(() => t.remove(), 10000);
  };
  body.addEventListener('toast', e => toast(e.detail));
  $$('[data-toast=""]').forEach(t => setTimeout(() => t.remove(), 10000));

  doc.addEventListener('click', e => {
    const hit = q => e.target.closest(q), o = hit('[data-open]'), i = hit('[data-tip]');
    if (o) { e.preventDefault(); open(o.dataset.open); }
    const was = tip && tip.btn;
    if (!hit('.tip')) closeTip();
    if (i && i !== was) openTip(i);
    if (hit('[data-theme-toggle]')) {
      const dark = root.dataset.theme === 'dark' || (root.dataset.theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
      store('theme', root.dataset.theme = dark ? 'light' : 'dark');
    }
    if (hit('[data-close]')) hit('dialog').close();
    if (hit('[data-toast-close]')) hit('.toast').remove();
    if (hit('[data-print]')) print();
    if (e.target.tagName === 'DIALOG') e.target.close();
    $$('details.has-menu[open]').forEach(d => { if (!d.contains(e.target)) d.open = false; });
  });

  /* Keys. Single letters only outside fields, and only while they are switched on. */
  let go = 0, at = -1;
  const sw = $('[data-single-keys]');
  if (sw) { sw.checked = store('keys') !== 'off'; sw.onchange = () => store('keys', sw.checked ? 'on' : 'off'); }
  const rows = () => $$('#main tbody > tr, #main .dcard').filter(r => r.offsetParent);
  doc.addEventListener('keydown', e => {
    const k = e.key.toLowerCase();
    if ((e.metaKey || e.ctrlKey) && k === 'k') { e.preventDefault(); return open('palette'); }
    if (k === 'escape') {
      if (tip) { e.preventDefault(); return closeTip(true); }
      const d = $('details.has-menu[open]'); if (d) { d.open = false; $('summary', d).focus(); }
    }
    if (e.metaKey || e.ctrlKey || e.altKey || store('keys') === 'off' || e.target.closest('input,select,textarea,[contenteditable],dialog[open]')) return;
    const all = rows(), row = e.target.closest('#main .dcard, #main tbody > tr') || all[at];
    if (go > Date.now() - 1200) { go = 0; const a = $(`[data-go="${CSS.escape(k)}"]`); if (a) a.click(); return; }
    if (k === 'g') go = Date.now();
    else if (k === '/') { const s = $('#main [type=search]'); if (s) { e.preventDefault(); s.focus(); } }
    else if (k === '?') open('keys');
    else if ((k === 'j' || k === 'k') && all.length) {
      if (row) row.classList.remove('is-focus');
      at = Math.max(0, Math.min(all.length - 1, at + (k === 'j' ? 1 : -1)));
      all[at].classList.add('is-focus'); all[at].scrollIntoView({ block: 'nearest' });
    } else if (k === 'enter' && row && e.target === body) { const a = $('a', row); if (a) a.click(); }
    else { const q = `[data-key="${CSS.escape(k)}"]`, b = (row && $(q, row)) || $(q); if (b) { e.preventDefault(); b.click(); } }
  });

  /* htmx: open what was fetched, ask before what cannot be undone, say what failed. */
  const settle = from => { const f = $('[data-focus]', from), v = $('form [data-version]', from.parentNode || from); if (f) f.focus(); if (v) v.closest('form').version.value = v.dataset.version; };
  body.addEventListener('htmx:afterSwap', e => { const d = e.target; if (d.tagName === 'DIALOG') { if (d.childElementCount) open(d.id); else d.close(); } settle(d); });
  body.addEventListener('htmx:confirm', e => {
    if (!e.detail.question) return;
    e.preventDefault();
    const d = $('#dialog');
    d.replaceChildren($('#ask').content.cloneNode(true));
    $('[data-question]', d).textContent = e.detail.question;
    $('[data-yes]', d).onclick = () => { d.close(); e.detail.issueRequest(true); };
    open('dialog');
  });
  let slow;
  const bar = $('#topload');
  body.addEventListener('htmx:beforeRequest', () => { clearTimeout(slow); slow = setTimeout(() => { bar.hidden = false; }, 150); });
  body.addEventListener('htmx:afterRequest', () => { clearTimeout(slow); bar.hidden = true; });
  for (const bad of ['htmx:sendError', 'htmx:timeout', 'htmx:responseError']) body.addEventListener(bad, () => toast({ text: body.dataset.offline, kind: 'risk' }));
  settle(doc);
})();
