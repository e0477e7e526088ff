// The trace page: a link with data-dialog opens its page as a dialog.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.querySelector(link.dataset.dialog);
  const body = dialog.querySelector("[data-share]");
  await htmx.ajax("GET", link.href, { target: body, swap: "innerHTML", source: link });
  if (!dialog.open) dialog.showModal();
});

// A secret that was shown once does not stay in the page.
document.addEventListener(
  "close",
  (event) => {
    const body = event.target.querySelector?.("[data-share]");
    if (body) body.replaceChildren();
  },
  true,
);
