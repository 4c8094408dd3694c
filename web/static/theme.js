/* Before the first paint: the reader's own choice of light or dark, if he made one. */
try { document.documentElement.dataset.theme = localStorage.theme || document.documentElement.dataset.theme; } catch (e) { /* storage off */ }
