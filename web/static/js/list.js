// The traces list: rows are chosen with j and k, opened with enter; a click anywhere on a row opens it.
const rows = () => [...document.querySelectorAll("tr[data-href]")];
let chosen = null;

function choose(row) {
  chosen?.removeAttribute("aria-selected");
  chosen = row;
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
  row.querySelector("a").focus({ preventScroll: true });
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(chosen);
  if (at + step >= all.length) document.querySelector("#more a")?.click();
  choose(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "Enter" && chosen && !event.target.closest("a, button, summary")) location.href = chosen.dataset.href;
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button") || !getSelection().isCollapsed) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href);
  else location.href = row.dataset.href;
});

// The caret stands at the character of the filter that was not understood.
const wrong = document.querySelector("#filter[data-position]");
if (wrong) {
  wrong.focus();
  const position = Number(wrong.dataset.position || wrong.value.length);
  wrong.setSelectionRange(position, position);
}
