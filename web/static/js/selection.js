// Selecting rows, and what can be done with those selected.
const rows = () => [...document.querySelectorAll("tr[data-href]")];
const chosen = () => document.querySelector("tr[data-href][aria-selected=true]");
const box = (row) => row.querySelector(".pick input");
const selected = () => rows().filter((row) => box(row).checked);
const form = () => document.getElementById("bulk");
let last = null;

function show() {
  if (!form()) return;
  const all = rows();
  const some = selected();
  const head = document.getElementById("all");
  head.checked = some.length > 0 && some.length === all.length;
  head.indeterminate = some.length > 0 && some.length < all.length;
  form().classList.toggle("on", some.length > 0);
  form().querySelector(".bulk-count").textContent = some.length ? `${some.length} selected` : "";
  const compare = form().querySelector("[data-bulk=compare]");
  compare.disabled = some.length !== 2;
  // app.js copies what a button says.
  const links = some.map((row) => new URL(row.dataset.href, location).href);
  form().querySelector("[data-bulk=ids]").dataset.copyText = some.map((row) => row.dataset.id).join("\n");
  form().querySelector("[data-bulk=links]").dataset.copyText = links.join("\n");
}

function pick(row, on, range) {
  const all = rows();
  const from = range && last ? all.indexOf(last) : -1;
  const to = all.indexOf(row);
  if (from < 0) box(row).checked = on;
  else for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box(one).checked = on;
  last = row;
  show();
}

document.addEventListener("click", (event) => {
  if (event.target.id === "all") {
    for (const row of rows()) box(row).checked = event.target.checked;
    return show();
  }
  const cell = event.target.closest(".traces td.pick");
  if (cell) {
    const row = cell.closest("tr");
    if (event.target === cell) box(row).checked = !box(row).checked; // the cell is a larger target than the box
    return pick(row, box(row).checked, event.shiftKey);
  }
  const button = event.target.closest("[data-bulk]");
  if (button) act(button);
});

function act(button) {
  const ids = selected().map((row) => row.dataset.id);
  if (button.dataset.bulk === "compare" && ids.length === 2) {
    // The older one first: what was before stands on the left.
    const [b, a] = ids;
    location.href = `${form().dataset.compareUrl}?a=${a}&b=${b}`;
  } else if (button.dataset.bulk === "none") {
    for (const row of rows()) box(row).checked = false;
    show();
  }
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "x") return;
  if (event.target.closest("textarea, select, dialog, input:not([type=checkbox])")) return;
  const row = chosen();
  if (!row) return;
  pick(row, !box(row).checked, event.shiftKey);
  event.preventDefault();
});

document.addEventListener("htmx:afterSettle", show);
document.addEventListener("rowschange", show);
show();
