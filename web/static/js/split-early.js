// Runs before the first paint: the width of the panel and whether it is open, as the reader left them.
try {
  const share = Number(localStorage.getItem("trace-split"));
  if (share >= 20 && share <= 85) document.documentElement.style.setProperty("--left", `${share}%`);
  const panel = localStorage.getItem("trace-panel");
  if (panel === "closed" || panel === "wide") document.documentElement.dataset.panel = panel;
} catch {
  // No storage: the usual width.
}
