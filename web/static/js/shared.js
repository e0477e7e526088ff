// The shared page: a span opens beside the list and in the address; j and k move.
const steps = document.getElementById("steps");
const panel = document.getElementById("span");
const rows = () => [...steps.querySelectorAll("[data-span]")];
const current = () => steps.querySelector("[aria-current]");

async function show(row, push) {
  const id = row.dataset.span;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  if (push) history.pushState({ span: id }, "", `?span=${id}`);
  await htmx.ajax("GET", `${steps.dataset.url}spans/${id}/`, { target: panel, swap: "innerHTML", source: steps });
}

steps.addEventListener("click", (event) => {
  const row = event.target.closest("[data-span]");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(row, true);
  if (matchMedia("(max-width: 900px)").matches) panel.scrollIntoView({ block: "start" });
});

addEventListener("popstate", () => {
  const id = new URLSearchParams(location.search).get("span") || rows()[0]?.dataset.span;
  const row = rows().find((one) => one.dataset.span === id);
  if (row) show(row, false);
  else location.reload();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const by = { j: 1, k: -1 }[event.key];
  const next = by && rows()[rows().indexOf(current()) + by];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  show(next, true);
});
