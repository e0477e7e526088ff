// The traces list: rows are chosen with j and k, opened with enter or o; a click anywhere on a row opens it.
const rows = () => [...document.querySelectorAll("tr[data-href]")];
const chosen = () => document.querySelector("tr[data-href][aria-selected=true]");

function choose(row) {
  chosen()?.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
  row.querySelector(".what a, .id a").focus({ preventScroll: true });
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(chosen());
  if (at + step >= all.length) document.querySelector("#more a")?.click();
  choose(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("textarea, select, dialog, input:not([type=checkbox])")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "o" && chosen()) open(chosen().dataset.href);
  else if (event.key === "Enter" && chosen() && !event.target.closest("a, button, summary, input"))
    location.href = chosen().dataset.href;
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, .pick") || !getSelection().isCollapsed) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href);
  else location.href = row.dataset.href;
});

// --- going to another state of the list: only #page is swapped ---
// A filter that cannot be read is answered with 400 and a page that points at the character.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (detail.xhr.status !== 400 || !(detail.xhr.getResponseHeader("Content-Type") || "").startsWith("text/html")) return;
  detail.shouldSwap = true;
  detail.isError = false;
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "filter-form") document.getElementById("filter").blur();
});

// The caret stands at the character of the filter that was not understood.
function pointAtMistake() {
  const wrong = document.querySelector("#filter[data-position]");
  if (!wrong) return;
  wrong.focus();
  const position = Number(wrong.dataset.position || wrong.value.length);
  wrong.setSelectionRange(position, position);
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "page") pointAtMistake();
});
pointAtMistake();

// Another choice of columns shows at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("#columns input[name=cols]")) event.target.form.requestSubmit();
});
