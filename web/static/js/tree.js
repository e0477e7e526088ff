// The tree of a trace: chosen, folded, filtered, searched and zoomed with mouse and keys. The page's address says how.
import { Lines } from "./lines.js";
import { FAILED, NOTE, Skeleton, fromBase64, runOfCode } from "./skeleton.js";
import { Zoom } from "./zoom.js";

const tree = document.getElementById("tree");
const grid = document.getElementById("grid");
const split = document.getElementById("split");
const find = document.getElementById("find");
const said = document.getElementById("found");
const form = document.getElementById("show-form");
const base = split.dataset.traceUrl;
const address = new URLSearchParams(location.search);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

let skeleton = null;
let typeNames = tree.dataset.types.split(",");
const state = {
  chosen: Number(tree.dataset.chosen),
  folded: new Uint8Array(0),
  openRuns: new Set((tree.dataset.openRuns || "").split(",").filter(Boolean).map(Number)),
  foldRuns: !("everyRun" in tree.dataset),
  level: 0,
  types: new Set(),
  errors: false,
  kept: null,
  hits: new Set(),
  hitRows: [],
};

// --- rows ---
function placeholder(code) {
  const row = code >= 0 ? code : code === NOTE ? 0 : skeleton.runStarts[runOfCode(code)];
  if (code === NOTE) return document.getElementById("orphans").content.firstElementChild.cloneNode(true);
  const element = document.createElement("div");
  element.className = `r waits t-${typeNames[skeleton.types[row]] || "span"}`;
  element.setAttribute("role", "presentation");
  const level = Math.min(skeleton.levels[row], 9);
  element.innerHTML = '<span class="name"><i></i></span>';
  element.firstElementChild.style.paddingLeft = `${level * 16 + 10}px`;
  return element;
}
function dress(element, code) {
  if (code === NOTE || "waits" in element.dataset) return;
  const row = code >= 0 ? code : -1;
  const on = row === state.chosen;
  element.setAttribute("aria-selected", String(on));
  element.tabIndex = on ? 0 : -1;
  if (code < NOTE) element.setAttribute("aria-expanded", String(state.openRuns.has(runOfCode(code))));
  else if (skeleton.isParent(row)) {
    element.setAttribute("aria-expanded", String(!state.folded[row]));
    const note = element.querySelector(".folded");
    note.hidden = !state.folded[row];
    if (state.folded[row]) note.textContent = `${(skeleton.ends[row] - row - 1).toLocaleString()} inside`;
  }
  element.classList.toggle("found", row >= 0 && state.hits.has(row));
  element.classList.toggle("above", row >= 0 && state.kept?.[row] === 2);
  if (zoom.on || element.dataset.zoomed) {
    element.dataset.zoomed = "1";
    zoom.place(element);
  }
}
const lines = new Lines({
  tree, grid, dress, placeholder,
  url: `${base}tree/`,
  version: tree.dataset.version,
  changed: () => location.reload(),
}); // prettier-ignore
const zoom = new Zoom({
  ruler: document.getElementById("ruler"),
  changed: () => {
    remember();
    if (skeleton) lines.render();
  },
});
function draw() {
  state.kept = skeleton.kept(state.types, state.errors);
  lines.show(skeleton.lines(state));
  document.getElementById("none").hidden = lines.codes.length > 0;
}

// --- choosing ---
const idOf = (row) => lines.element(row)?.dataset.id;
const element = () => lines.element(state.chosen);
async function choose(row, { push = true, focus = true, middle = false, sheet = false } = {}) {
  const same = row === state.chosen;
  state.chosen = row;
  if (!lines.scrollTo(row, middle)) return;
  if (focus) focusChosen();
  if (same && !sheet) return;
  const id = idOf(row) || (await idFromServer(row));
  if (id && state.chosen === row) tell("span:open", { id, push, sheet });
}
function focusChosen() {
  const at = element();
  if (at?.isConnected && !("waits" in at.dataset)) at.focus({ preventScroll: true });
}
// A row that was jumped to has not come yet.
async function idFromServer(row) {
  for (let tries = 0; tries < 60 && state.chosen === row; tries++) {
    await new Promise((done) => setTimeout(done, 50));
    if (idOf(row)) {
      focusChosen();
      return idOf(row);
    }
  }
  return "";
}
// Everything above a row opens, and filters that hide it go.
function reveal(row) {
  for (let at = skeleton.parents[row]; at >= 0; at = skeleton.parents[at]) state.folded[at] = 0;
  for (const run of skeleton.runsAround(row)) state.openRuns.add(run);
  draw();
}
async function rowOf(id) {
  const shown = tree.querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (shown) return Number(shown.dataset.row);
  const rows = await ask(id);
  return rows.length ? rows[0] : -1;
}
document.addEventListener("span:shown", async (event) => {
  const row = await rowOf(event.detail.id);
  if (row < 0) return;
  reveal(row);
  state.chosen = row;
  lines.scrollTo(row, true);
});
document.addEventListener("span:focus", () => focusChosen());

tree.addEventListener("click", (event) => {
  const item = event.target.closest("[role=treeitem]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey || event.button || !skeleton) return;
  event.preventDefault();
  const { row } = item.dataset;
  if (row.startsWith("g")) toggleRun(Number(row.slice(1)));
  else if (event.target.closest("[data-fold]")) toggle(Number(row));
  else choose(Number(row), { sheet: matchMedia("(max-width: 900px)").matches });
});
tree.addEventListener("dblclick", (event) => {
  const item = event.target.closest("[role=treeitem]");
  if (!item || event.target.closest("[data-fold]")) return;
  event.preventDefault();
  zoom.toBar(item);
});

// --- folding ---
function toggle(row, on = !state.folded[row]) {
  if (!skeleton.isParent(row)) return;
  state.folded[row] = on ? 1 : 0;
  draw();
}
function toggleRun(run) {
  if (!state.openRuns.delete(run)) state.openRuns.add(run);
  draw();
}
function setLevel(level) {
  state.level = Math.min(Math.max(level, 0), skeleton.deepest);
  for (let row = 0; row < skeleton.count; row++)
    state.folded[row] = state.level && skeleton.levels[row] >= state.level && skeleton.isParent(row) ? 1 : 0;
  // What was chosen lies inside now: its nearest parent that is seen takes its place, without being opened.
  draw();
  for (const button of document.querySelectorAll("[data-level]"))
    button.setAttribute("aria-pressed", String(Number(button.dataset.level) === state.level));
  lines.scrollTo(seen(state.chosen), true);
  remember();
}
function seen(row) {
  let at = row;
  while (at >= 0 && !lines.codes.includes(at)) at = skeleton.parents[at];
  return at;
}
for (const button of document.querySelectorAll("[data-level]"))
  button.addEventListener("click", () => skeleton && setLevel(Number(button.dataset.level)));
function stepLevel(by) {
  const now = state.level || skeleton.deepest;
  const to = now + by;
  setLevel(to >= skeleton.deepest ? 0 : Math.max(to, 1));
}

// --- searching: the server looks into names, previews, models, tools and errors ---
async function ask(text) {
  const reply = await fetch(`${base}tree/found/?version=${lines.version}&text=${encodeURIComponent(text)}`).catch(() => null);
  return reply?.ok && !reply.redirected ? [...new Uint32Array(await reply.arrayBuffer())] : [];
}
let asking = 0;
async function search() {
  const wanted = find.value.trim();
  const mine = ++asking;
  const rows = wanted ? await ask(wanted) : [];
  if (mine !== asking) return;
  state.hitRows = rows;
  state.hits = new Set(rows);
  for (const button of document.querySelectorAll("[data-hit]")) button.hidden = !rows.length;
  sayHits();
  lines.render();
  remember();
}
function sayHits() {
  const at = state.hitRows.indexOf(state.chosen);
  const all = state.hitRows.length.toLocaleString();
  said.textContent = find.value.trim() ? (at < 0 ? all : `${(at + 1).toLocaleString()} of ${all}`) : "";
}
let pause = 0;
find.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(search, 120);
});
find.addEventListener("keydown", async (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  clearTimeout(pause);
  await search();
  toHit(event.shiftKey ? -1 : 1, false);
});
function toHit(step, focus = true) {
  next(state.hitRows, step, focus);
  sayHits();
}
for (const button of document.querySelectorAll("[data-hit]"))
  button.addEventListener("click", () => toHit(Number(button.dataset.hit), false));
// `rows` in the order of the tree.
function next(rows, step, focus = true) {
  if (!rows.length) return;
  const here = state.chosen;
  const row = step > 0 ? (rows.find((one) => one > here) ?? rows[0]) : (rows.findLast((one) => one < here) ?? rows.at(-1));
  reveal(row);
  if (!lines.codes.includes(row)) clearFilters();
  choose(row, { focus, middle: true });
}
function failed() {
  const rows = [];
  for (let row = 0; row < skeleton.count; row++) if (skeleton.flags[row] & FAILED) rows.push(row);
  return rows;
}
document.querySelector("[data-next-error]")?.addEventListener("click", () => skeleton && next(failed(), 1));

// --- filters and columns ---
function readForm() {
  const data = new FormData(form);
  state.types = new Set(data.getAll("type").map((name) => typeNames.indexOf(name)));
  state.errors = data.has("errors");
  state.foldRuns = data.has("repeats");
  grid.classList.toggle("own-numbers", data.get("numbers") === "own");
  const on = state.types.size + (state.errors ? 1 : 0);
  const badge = document.getElementById("filters-on");
  badge.hidden = !on;
  badge.textContent = String(on);
}
function clearFilters() {
  for (const box of form.querySelectorAll("[name=type], [name=errors]")) box.checked = false;
  readForm();
  draw();
  remember();
}
form.addEventListener("change", () => {
  readForm();
  draw();
  lines.scrollTo(seen(state.chosen), true);
  remember();
});
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("[data-clear-filters]").addEventListener("click", clearFilters);
const path = document.querySelector("[data-path]");
function showPath(on) {
  path.setAttribute("aria-pressed", String(on));
  grid.classList.toggle("critical", on);
  remember();
}
path.addEventListener("click", () => showPath(path.getAttribute("aria-pressed") !== "true"));

// --- the address ---
let ready = false;
function remember() {
  if (!ready) return;
  const params = new URLSearchParams(location.search);
  const set = (name, value) => (value ? params.set(name, value) : params.delete(name));
  set("level", state.level ? String(state.level) : "");
  set("types", [...state.types].map((code) => typeNames[code]).join(","));
  set("errors", state.errors ? "1" : "");
  set("runs", state.foldRuns ? "" : "open");
  set("path", path.getAttribute("aria-pressed") === "true" ? "1" : "");
  set("numbers", grid.classList.contains("own-numbers") ? "own" : "");
  set("text", find.value.trim());
  set("zoom", zoom.on ? `${+zoom.from.toFixed(6)}-${+zoom.to.toFixed(6)}` : "");
  const search = params.toString();
  history.replaceState(history.state, "", search ? `?${search}` : location.pathname);
}
function restore() {
  const types = (address.get("types") || "").split(",");
  for (const box of form.querySelectorAll("[name=type]")) box.checked = types.includes(box.value);
  form.elements.errors.checked = address.get("errors") === "1";
  form.elements.repeats.checked = address.get("runs") !== "open";
  form.elements.numbers.value = address.get("numbers") === "own" ? "own" : "all";
  readForm();
  if (address.get("path") === "1") showPath(true);
  const [from, to] = (address.get("zoom") || "").split("-").map(Number);
  if (from < to) zoom.set(from, to);
  if (Number(address.get("level")) > 0) setLevel(Number(address.get("level")));
  if (address.get("text")) {
    find.value = address.get("text");
    search();
  }
}

// --- keys ---
function step(by) {
  const rows = lines.codes.filter((code) => code >= 0);
  const at = rows.indexOf(seen(state.chosen));
  const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (row !== undefined) choose(row);
}
function left() {
  const row = state.chosen;
  if (skeleton.isParent(row) && !state.folded[row]) return toggle(row, true);
  const run = state.foldRuns ? skeleton.runOf[row] : -1;
  if (run >= 0 && state.openRuns.has(run)) {
    toggleRun(run);
    const parent = skeleton.parents[row];
    if (parent >= 0) choose(parent);
  } else if (skeleton.parents[row] >= 0) choose(skeleton.parents[row]);
}
function right() {
  const row = state.chosen;
  if (state.folded[row]) toggle(row, false);
  else if (skeleton.isParent(row)) {
    const first = row + 1;
    if (skeleton.runOf[first] >= 0 && !lines.codes.includes(first)) reveal(first);
    step(1);
  }
}
const anywhere = {
  j: () => step(1),
  k: () => step(-1),
  e: () => next(failed(), 1),
  p: () => showPath(path.getAttribute("aria-pressed") !== "true"),
  z: () => (zoom.on ? zoom.set(0, 1) : zoom.toBar(element())),
  "[": () => stepLevel(-1),
  "]": () => stepLevel(1),
};
const inTheTree = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Home: () => step(-Infinity),
  End: () => step(Infinity),
  ArrowLeft: left,
  ArrowRight: right,
  Enter: () => openPanel(),
  " ": () => openPanel(),
};
const openPanel = () => document.getElementById("span").focus();
document.addEventListener("keydown", (event) => {
  if (!skeleton || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog, details, [role=tab], [role=separator]")) return;
  const inTree = tree.contains(event.target) || event.target === document.body;
  if (event.key === "Escape" && zoom.on) return zoom.set(0, 1);
  const act = anywhere[event.key] || (inTree && inTheTree[event.key]);
  if (!act) return;
  event.preventDefault();
  act();
});

// --- beginning, and beginning again when a running trace grew ---
async function load() {
  const packed = tree.dataset.skeleton;
  let buffer = packed && fromBase64(packed);
  if (!buffer) {
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    const reply = await fetch(`${base}tree/skeleton/?version=${tree.dataset.version}`);
    if (!reply.ok || reply.redirected) return;
    buffer = await reply.arrayBuffer();
    lines.version = reply.headers.get("X-Tree-Version");
  }
  skeleton = new Skeleton(buffer);
  state.folded = new Uint8Array(skeleton.count);
}
async function begin() {
  for (const more of grid.querySelectorAll(".r.more")) more.remove();
  const offset = Number(tree.dataset.first);
  const before = grid.scrollTop;
  await load();
  if (!skeleton) return;
  state.foldRuns = address.get("runs") !== "open";
  draw();
  if (offset) grid.scrollTop = before + offset * 28;
  restore();
  draw();
  lines.scrollTo(seen(state.chosen), offset > 0);
  ready = true;
  split.dataset.ready = "";
}
document.addEventListener("tree:renewed", async (event) => {
  const fresh = event.detail.page.getElementById("tree");
  const small = Boolean(fresh.dataset.skeleton) && Boolean(tree.dataset.skeleton);
  const wasFolded = new Set();
  for (let row = 0; row < skeleton.count; row++) if (state.folded[row] && idOf(row)) wasFolded.add(idOf(row));
  const openRuns = [...state.openRuns].map((run) => skeleton.runStarts[run]).map(idOf);
  Object.assign(tree.dataset, fresh.dataset);
  typeNames = tree.dataset.types.split(",");
  lines.version = tree.dataset.version;
  lines.forget();
  lines.keep(document.adoptNode(fresh));
  await load();
  state.chosen = Number(tree.dataset.chosen);
  state.openRuns = new Set((tree.dataset.openRuns || "").split(",").filter(Boolean).map(Number));
  if (small)
    for (let row = 0; row < skeleton.count; row++) {
      if (wasFolded.has(idOf(row))) state.folded[row] = 1;
      if (skeleton.runOf[row] >= 0 && openRuns.includes(idOf(row))) state.openRuns.add(skeleton.runOf[row]);
    }
  else if (state.level) return setLevel(state.level);
  draw();
  if (find.value) search();
});
begin();
