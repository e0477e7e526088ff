// The trace page around its tree, graph or transcript: opening a span, the panel's size, a running trace, the next trace.
const split = document.getElementById("split");
const panel = document.getElementById("span");
const root = document.documentElement;
const base = split.dataset.traceUrl;
const narrow = matchMedia("(max-width: 900px)");
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const spanOfAddress = () => new URLSearchParams(location.search).get("span") || "";
const remember = (store, key, value) => {
  try {
    store.setItem(key, value);
  } catch {
    // No storage, no memory.
  }
};
const recall = (store, key) => {
  try {
    return store.getItem(key);
  } catch {
    return null;
  }
};

// --- a span: in the address, in the panel ---
async function open(id, { push = true } = {}) {
  if (push) {
    const params = new URLSearchParams(location.search);
    params.set("span", id);
    history.pushState({ span: id }, "", `${base}?${params}`);
  }
  panel.classList.add("busy");
  if (root.dataset.panel === "closed") size("");
  await htmx.ajax("GET", `${base}spans/${encodeURIComponent(id)}/`, { target: panel, swap: "innerHTML", source: panel });
  panel.classList.remove("busy");
  tell("span:selected", { id });
}
function sheet(on) {
  root.toggleAttribute("data-sheet", on);
  if (on && narrow.matches) panel.focus({ preventScroll: true });
}
// From the tree, the graph, the transcript: {id, push, sheet}.
document.addEventListener("span:open", (event) => {
  const { id, push } = event.detail;
  if (event.detail.sheet) sheet(true);
  open(id, { push });
});
split.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open-span]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  for (const other of split.querySelectorAll("[data-open-span][aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  sheet(true);
  open(link.dataset.openSpan);
});
addEventListener("popstate", () => {
  const id = spanOfAddress();
  sheet(Boolean(id));
  tell("span:open", { id: id || split.dataset.first, push: false });
  tell("span:shown", { id: id || split.dataset.first });
});
if (spanOfAddress()) sheet(true);

// --- the panel: closed, beside, over the whole width ---
function size(value) {
  if (value) root.dataset.panel = value;
  else delete root.dataset.panel;
  remember(localStorage, "trace-panel", value);
  showSize();
}
function showSize() {
  split.querySelector("[data-panel=wide]").setAttribute("aria-pressed", String(root.dataset.panel === "wide"));
}
split.addEventListener("click", (event) => {
  const button = event.target.closest("[data-panel]");
  if (!button) return;
  if (button.dataset.panel === "wide") size(root.dataset.panel === "wide" ? "" : "wide");
  else if (button.dataset.panel === "close") {
    size("closed");
    tell("span:focus", {});
  } else {
    sheet(false);
    const params = new URLSearchParams(location.search);
    params.delete("span");
    history.pushState({}, "", params.size ? `${base}?${params}` : base);
    tell("span:focus", {});
  }
});

// --- the divider ---
const divider = document.getElementById("divider");
const LEAST = 25;
const MOST = 80;
const share = () => Number.parseFloat(getComputedStyle(root).getPropertyValue("--left")) || 57;
function divide(value, keep = true) {
  const bounded = Math.min(Math.max(value, LEAST), MOST);
  root.style.setProperty("--left", `${bounded}%`);
  divider.setAttribute("aria-valuenow", String(Math.round(bounded)));
  if (keep) remember(localStorage, "trace-split", bounded.toFixed(1));
  dispatchEvent(new Event("resize"));
}
divider.setAttribute("aria-valuemin", String(LEAST));
divider.setAttribute("aria-valuemax", String(MOST));
divider.setAttribute("aria-valuenow", String(Math.round(share())));
divider.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  event.preventDefault();
  divider.setPointerCapture(event.pointerId);
  const box = split.getBoundingClientRect();
  const move = (at) => divide(((at.clientX - box.left) / box.width) * 100, false);
  const end = () => {
    divider.removeEventListener("pointermove", move);
    divide(share());
  };
  divider.addEventListener("pointermove", move);
  divider.addEventListener("lostpointercapture", end, { once: true });
});
divider.addEventListener("dblclick", () => divide(57));
divider.addEventListener("keydown", (event) => {
  const to = { ArrowLeft: share() - 2, ArrowRight: share() + 2, Home: LEAST, End: MOST, Enter: 57 }[event.key];
  if (to === undefined) return;
  divide(to);
  event.preventDefault();
  event.stopPropagation();
});

// --- a running trace: asked after every few seconds; what is new comes in quietly ---
const PAUSE_MS = 3000;
const head = () => document.getElementById("head");
async function look() {
  if (!document.hidden) {
    const reply = await fetch(`${base}tree/version/`).catch(() => null);
    const now = reply?.ok && !reply.redirected ? (await reply.json()).version : "";
    if (now && now !== head().dataset.version) await refresh();
    else if (now && !stillRunning()) head().removeAttribute("data-running");
  }
  if (head().hasAttribute("data-running")) setTimeout(look, PAUSE_MS);
  else head().querySelector(".live")?.remove();
}
const started = Date.now();
let changedAt = started;
const stillRunning = () => head().querySelector(".live.waits") || Date.now() - changedAt < 65000;
async function refresh() {
  const reply = await fetch(location.href).catch(() => null);
  if (!reply?.ok) return;
  changedAt = Date.now();
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
  if (!fresh.getElementById("head")) return;
  head().replaceWith(document.adoptNode(fresh.getElementById("head")));
  htmx.process(head());
  showBeside();
  if (split.dataset.view === "tree") tell("tree:renewed", { page: fresh });
  else renewLeft(fresh);
}
function renewLeft(fresh) {
  const scroller = split.querySelector("[data-scroller]");
  const [top, left] = [scroller?.scrollTop || 0, scroller?.scrollLeft || 0];
  const old = split.querySelector(".left");
  old.replaceWith(document.adoptNode(fresh.querySelector(".left")));
  htmx.process(split.querySelector(".left"));
  split.querySelector("[data-scroller]")?.scrollTo(left, top);
}
if (head().hasAttribute("data-running")) setTimeout(look, PAUSE_MS);

// --- the next and the previous trace of the list one came from ---
const LIST = "trace-list";
const TRACE_PATH = /\/traces\/[0-9a-f]{32}\/$/;
const listed = () => JSON.parse(recall(sessionStorage, LIST) || "{}");
const listUrl = document.querySelector("[data-list-link]")?.pathname;
async function learn() {
  const from = document.referrer && new URL(document.referrer);
  if (!from || from.origin !== location.origin || from.pathname !== listUrl) return;
  remember(sessionStorage, LIST, JSON.stringify({ url: from.pathname + from.search, paths: [base] }));
}
async function paths() {
  const known = listed();
  if (!known.paths?.includes(base)) return [];
  if (known.paths.length > 1) return known.paths;
  const reply = await fetch(known.url).catch(() => null);
  if (!reply?.ok) return [];
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const hrefs = [...page.querySelectorAll("a[href]")].map((link) => link.getAttribute("href").split("?")[0]);
  const found = [...new Set(hrefs.filter((href) => TRACE_PATH.test(href)))];
  remember(sessionStorage, LIST, JSON.stringify({ url: known.url, paths: found }));
  return found;
}
async function beside(step) {
  const all = await paths();
  const to = all[all.indexOf(base) + step];
  if (to && all.includes(base)) location.assign(to + (split.dataset.view === "tree" ? "" : `?view=${split.dataset.view}`));
}
function showBeside() {
  const known = listed();
  const box = document.querySelector("[data-beside]");
  if (box) box.hidden = !known.paths?.includes(base);
  const back = document.querySelector("[data-list-link]");
  if (back && known.url?.startsWith(`${back.pathname}?`) && known.paths.includes(base)) back.href = known.url;
}
learn();
showBeside();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-beside-step]");
  if (button) beside(Number(button.dataset.besideStep));
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "J") beside(1);
  else if (event.key === "K") beside(-1);
});
showSize();
