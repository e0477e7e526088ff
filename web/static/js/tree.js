// The tree of a trace: worked with keys, folds, finds; a span opens in the panel and in the address.
const tree = document.getElementById("tree");
const panel = document.getElementById("span");
const grid = tree.parentElement;
const folded = new Set();

const items = () => [...tree.querySelectorAll("[role=treeitem]")];
const level = (item) => Number(item.getAttribute("aria-level"));
const visible = () => items().filter((item) => !item.hidden);
const selected = () => tree.querySelector("[aria-selected=true]");

// --- selecting ---
function mark(item) {
  for (const other of tree.querySelectorAll("[aria-selected=true]")) other.setAttribute("aria-selected", "false");
  for (const other of tree.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
  if (!item) return;
  item.setAttribute("aria-selected", "true");
  item.tabIndex = 0;
}

async function load(id, { push }) {
  const base = tree.dataset.traceUrl;
  if (push) history.pushState({ span: id }, "", `${base}?span=${encodeURIComponent(id)}`);
  panel.classList.add("busy");
  await htmx.ajax("GET", `${base}spans/${encodeURIComponent(id)}/`, { target: panel, swap: "innerHTML", source: tree });
  panel.classList.remove("busy");
}

function select(item, { push = true, focus = true } = {}) {
  const same = item === selected();
  mark(item);
  if (focus) item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  if (!same) return load(item.dataset.id, { push });
}

const byId = (id) => tree.querySelector(`[data-id="${CSS.escape(id)}"]`);

addEventListener("popstate", () => {
  const id = new URLSearchParams(location.search).get("span") || tree.querySelector("[role=treeitem]")?.dataset.id;
  const item = id && byId(id);
  if (item) {
    unfoldTo(item);
    mark(item);
    item.scrollIntoView({ block: "nearest" });
    load(id, { push: false });
  } else if (id) location.reload();
});

tree.addEventListener("click", (event) => {
  const item = event.target.closest("[role=treeitem]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (event.target.closest("[data-fold]")) return toggle(item);
  select(item);
  if (matchMedia("(max-width: 900px)").matches) panel.scrollIntoView({ behavior: "smooth", block: "start" });
});

// --- folding: rows lie flat; what is under a row are the deeper rows that follow ---
function applyFolds() {
  let hiddenBelow = Infinity;
  for (const item of items()) {
    const at = level(item);
    if (at <= hiddenBelow) hiddenBelow = Infinity;
    item.hidden = at > hiddenBelow;
    if (hiddenBelow === Infinity && folded.has(item.dataset.id)) hiddenBelow = at;
  }
}
function fold(item, on) {
  if (!item.hasAttribute("aria-expanded")) return;
  item.setAttribute("aria-expanded", String(!on));
  if (on) folded.add(item.dataset.id);
  else folded.delete(item.dataset.id);
  const note = item.querySelector(".folded");
  note.hidden = !on;
  if (on) note.textContent = `${below(item)} inside`;
}
function below(item) {
  let count = 0;
  const all = items();
  for (let i = all.indexOf(item) + 1; i < all.length && level(all[i]) > level(item); i++) count++;
  return count.toLocaleString();
}
function toggle(item, on = item.getAttribute("aria-expanded") === "true") {
  fold(item, on);
  applyFolds();
}
function parentOf(item) {
  for (let at = item.previousElementSibling; at; at = at.previousElementSibling)
    if (at.matches("[role=treeitem]") && level(at) < level(item)) return at;
  return null;
}
function unfoldTo(item) {
  for (let at = parentOf(item); at; at = parentOf(at)) fold(at, false);
  applyFolds();
}
document.querySelector("[data-fold-all]")?.addEventListener("click", (event) => {
  const on = folded.size === 0;
  for (const item of items()) if (level(item) > 1 || !on) fold(item, on);
  applyFolds();
  event.currentTarget.textContent = on ? "Unfold" : "Fold";
});

// --- finding ---
const find = document.getElementById("find");
const say = document.getElementById("found");
function matches() {
  const wanted = find.value.trim().toLowerCase();
  const out = [];
  for (const item of items()) {
    const hit = wanted && item.querySelector(".name").textContent.toLowerCase().includes(wanted);
    item.classList.toggle("found", Boolean(hit));
    if (hit) out.push(item);
  }
  say.textContent = wanted ? String(out.length) : "";
  return out;
}
find.addEventListener("input", matches);
find.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  next(matches(), event.shiftKey ? -1 : 1, false);
});
function next(candidates, step, focus = true) {
  if (!candidates.length) return;
  const all = items();
  const here = all.indexOf(selected());
  const order = step > 0 ? candidates : [...candidates].reverse();
  const item = order.find((one) => (all.indexOf(one) - here) * step > 0) || order[0];
  unfoldTo(item);
  select(item, { focus });
}
const failed = () => items().filter((item) => item.classList.contains("failed"));
document.querySelector("[data-next-error]")?.addEventListener("click", () => next(failed(), 1));

// --- keys ---
function step(by) {
  const shown = visible();
  const at = shown.indexOf(selected());
  const item = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
  if (item) select(item);
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const inTree = tree.contains(event.target) || event.target === document.body;
  const item = selected();
  if (event.key === "j" || (event.key === "ArrowDown" && inTree)) step(1);
  else if (event.key === "k" || (event.key === "ArrowUp" && inTree)) step(-1);
  else if (event.key === "e") next(failed(), 1);
  else if (!inTree || !item) return;
  else if (event.key === "Home") step(-Infinity);
  else if (event.key === "End") step(Infinity);
  else if (event.key === "ArrowLeft") {
    if (item.getAttribute("aria-expanded") === "true") toggle(item, true);
    else if (parentOf(item)) select(parentOf(item));
  } else if (event.key === "ArrowRight") {
    if (item.getAttribute("aria-expanded") === "false") toggle(item, false);
    else if (item.hasAttribute("aria-expanded")) step(1);
  } else if (event.key === "Enter" || event.key === " ") {
    if (event.target.closest("#tree a:not([role])")) return;
    panel.focus();
  } else return;
  event.preventDefault();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== panel) growSoon();
});

// htmx tells of every row that came; one look at all of them is enough.
let growing = false;
function growSoon() {
  if (growing) return;
  growing = true;
  setTimeout(() => {
    growing = false;
    grown();
  });
}

// More rows came: give them their folds and take them out of the tab order.
function grown() {
  for (const item of tree.querySelectorAll("[role=treeitem]:not([tabindex])")) item.tabIndex = -1;
  if (folded.size) applyFolds();
  if (find.value) matches();
}

grown();
if (selected()) {
  selected().tabIndex = 0;
  const item = selected();
  if (item.offsetTop > grid.clientHeight - 60) grid.scrollTop = item.offsetTop - grid.clientHeight / 2;
} else if (items()[0]) items()[0].tabIndex = 0;
