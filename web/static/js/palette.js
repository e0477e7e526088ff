// The command palette (Ctrl-K, Cmd-K): everything one can go to or do from here, found by typing a few letters.
// Commands are read from the page when it opens: links of the side bar, and whatever carries data-command.
const dialog = document.querySelector("#palette");
const input = document.querySelector("#palette-input");
const list = document.querySelector("#palette-list");
const none = dialog.querySelector(".palette-none");
const MOST = 50;

const TRACE_ID = /^[0-9a-f]{32}$/i;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/i;
const words = (element) => element.textContent.trim().replace(/\s+/g, " ");

let commands = [];
let shown = [];
let at = 0;

function go(url) {
  location.href = url;
}

function fromPage() {
  const found = [];
  for (const link of document.querySelectorAll("#nav a[data-go]"))
    found.push({ label: words(link), hint: "Page", icon: "arrow-right", run: () => go(link.href) });
  for (const link of document.querySelectorAll("#nav a[data-kind]"))
    if (!link.hasAttribute("aria-current"))
      found.push({ label: words(link.firstElementChild), hint: "Project", icon: "folder", run: () => go(link.href) });
  for (const element of document.querySelectorAll("[data-command]")) {
    if (element.disabled || element.closest("[hidden], dialog:not([open])")) continue;
    const nav = element.closest("#nav");
    const theme = "themeChoice" in element.dataset;
    const icon = theme ? "sun-moon" : nav ? "user" : "sparkles";
    const label = element.dataset.command || element.getAttribute("aria-label") || words(element);
    found.push({ label, hint: theme ? "Theme" : nav ? "Account" : "This page", icon, run: () => element.click() });
  }
  found.push({ label: "Copy the link to this page", hint: "This page", icon: "link", run: copyLink });
  found.push({
    label: "Keyboard help",
    hint: "?",
    icon: "keyboard",
    run: () => document.querySelector("#keys-help").showModal(),
  });
  return found;
}

function copyLink() {
  const button = document.createElement("button");
  button.dataset.copyText = "location";
  document.body.append(button);
  button.click();
  button.remove();
}

// What the typed text itself may mean: an id to open, words to search for.
function fromText(text) {
  const traces = document.querySelector("#nav").dataset.tracesUrl;
  if (!traces || !text) return [];
  const parent = TRACEPARENT.exec(text);
  if (parent) {
    const url = `${traces}${parent[1].toLowerCase()}/?span=${parent[2].toLowerCase()}`;
    return [{ label: `Open the span ${parent[2]}`, hint: "Trace", icon: "list", run: () => go(url) }];
  }
  const id = text.replaceAll("-", "");
  if (TRACE_ID.test(id)) {
    const url = `${traces}${id.toLowerCase()}/`;
    return [{ label: `Open the trace ${id.toLowerCase()}`, hint: "Trace", icon: "list", run: () => go(url) }];
  }
  const url = `${traces}?${new URLSearchParams({ filter: text })}`;
  return [{ label: `Search traces for “${text}”`, hint: "Filter", icon: "search", run: () => go(url), always: true }];
}

// Letters in order; runs of letters and beginnings of words count more. Undefined: it does not fit.
function fit(label, text) {
  const low = label.toLowerCase();
  const straight = low.indexOf(text);
  if (straight >= 0) {
    const positions = [...text].map((_, i) => straight + i);
    return { score: 100 - straight + (straight === 0 || low[straight - 1] === " " ? 50 : 0), positions };
  }
  const positions = [];
  let score = 0;
  for (const letter of text.replaceAll(" ", "")) {
    const from = positions.length ? positions.at(-1) + 1 : 0;
    const starts = [...low].findIndex((one, i) => i >= from && one === letter && (i === 0 || low[i - 1] === " "));
    const next = low[from] === letter && positions.length ? from : starts >= 0 ? starts : low.indexOf(letter, from);
    if (next < 0) return undefined;
    score += next === from ? 4 : next === starts ? 6 : 0;
    positions.push(next);
  }
  return score >= text.length * 2 ? { score, positions } : undefined;
}

function matching(text) {
  if (!text) return commands.map((command) => ({ command, positions: [] }));
  const own = fromText(input.value.trim());
  const fitting = commands
    .map((command) => ({ command, found: fit(command.label, text) }))
    .filter(({ found }) => found)
    .sort((a, b) => b.found.score - a.found.score)
    .map(({ command, found }) => ({ command, positions: found.positions }));
  const first = own.filter((command) => !command.always);
  const last = own.filter((command) => command.always);
  return [
    ...first.map((command) => ({ command, positions: [] })),
    ...fitting,
    ...last.map((command) => ({ command, positions: [] })),
  ];
}

function row({ command, positions }, index) {
  const option = document.createElement("li");
  option.id = `palette-${index}`;
  option.role = "option";
  const drawing = dialog.querySelector(`template[data-icon="${command.icon}"]`);
  if (drawing) option.append(drawing.content.cloneNode(true));
  const name = document.createElement("b");
  const marked = new Set(positions);
  [...command.label].forEach((letter, i) => {
    const last = name.lastChild;
    const tag = marked.has(i) ? "MARK" : "#text";
    if (last?.nodeName === tag) last.textContent += letter;
    else if (tag === "#text") name.append(letter);
    else name.append(Object.assign(document.createElement("mark"), { textContent: letter }));
  });
  const hint = Object.assign(document.createElement("span"), { className: "dim ellipsis", textContent: command.hint });
  option.append(name, hint);
  return option;
}

function choose(index) {
  at = index;
  for (const [i, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(i === at));
  const chosen = list.children[at];
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
  else input.removeAttribute("aria-activedescendant");
}

function show() {
  shown = matching(input.value.trim().toLowerCase()).slice(0, MOST);
  list.replaceChildren(...shown.map(row));
  list.hidden = !shown.length;
  none.hidden = shown.length > 0;
  input.setAttribute("aria-expanded", String(shown.length > 0));
  dialog.querySelector("#palette-count").textContent = shown.length ? `${shown.length} commands` : "Nothing fits";
  choose(0);
}

function openPalette() {
  if (dialog.open) return dialog.close();
  document.querySelector("dialog[open]")?.close();
  commands = fromPage();
  input.value = "";
  dialog.showModal(); // keeps the focus inside and gives it back when it closes
  show();
  input.focus();
}

function run() {
  const chosen = shown[at]?.command;
  if (!chosen) return;
  dialog.close();
  chosen.run();
}

input.addEventListener("input", show);
dialog.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length) choose((at + step + shown.length) % shown.length);
  else if (event.key === "Enter" && !event.isComposing) run();
  else if (event.key === "Tab") choose(at);
  else return event.stopPropagation(); // keys of the page behind stay quiet, but typing works
  event.preventDefault();
  event.stopPropagation();
});
list.addEventListener("pointermove", (event) => {
  const option = event.target.closest("[role=option]");
  if (option && option.getAttribute("aria-selected") !== "true") choose([...list.children].indexOf(option));
});
dialog.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) {
    choose([...list.children].indexOf(option));
    run();
  } else if (event.target === dialog) dialog.close();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]")) openPalette();
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    openPalette();
  },
  true,
);

// --- "g" and a letter goes to a page of the side bar ---
let waiting = 0;
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    if (Date.now() - waiting < 1000) {
      waiting = 0;
      const link = document.querySelector(`#nav a[data-go="${CSS.escape(event.key)}"]`);
      if (!link) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      go(link.href);
    } else if (event.key === "g") waiting = Date.now();
  },
  true,
);

if (/Mac|iPhone|iPad/.test(navigator.platform))
  for (const key of document.querySelectorAll("[data-mod-key]")) key.textContent = "⌘ k";
