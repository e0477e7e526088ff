// What every page needs: theme, times in the reader's zone, copying, toasts, menus, keys, htmx manners.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- theme: a cookie, so that the server can send the right one and nothing flashes ---
function showTheme() {
  const now = document.documentElement.dataset.theme || "auto";
  for (const button of $$("[data-theme-choice]")) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
}
function setTheme(choice) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (choice === "auto") {
    delete document.documentElement.dataset.theme;
    document.cookie = `theme=; path=/; max-age=0; SameSite=Lax${secure}`;
  } else {
    document.documentElement.dataset.theme = choice;
    document.cookie = `theme=${choice}; path=/; max-age=31536000; SameSite=Lax${secure}`;
  }
  showTheme();
}

// --- times ---
const pad = (n, width = 2) => String(n).padStart(width, "0");
const day = (d) => `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
const clock = (d) => `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
const monthDay = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
function ago(date) {
  const seconds = Math.round((Date.now() - date) / 1000);
  if (seconds < 5) return "just now";
  for (const [unit, size] of [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ])
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return clock(date);
}
// UTC when the reader chose it (range.js keeps the choice): the parts of the shifted date are those of UTC.
const inUtc = () => /(?:^|; )zone=utc/.test(document.cookie);
const zoned = (date) => (inUtc() ? new Date(date.getTime() + date.getTimezoneOffset() * 60000) : date);
function localTimes(root) {
  const today = day(zoned(new Date()));
  const zone = inUtc() ? "UTC" : "your time";
  for (const element of $$("time[data-style]", root)) {
    const moment = new Date(element.dateTime.replace(/(\.\d{3})\d*/, "$1"));
    if (Number.isNaN(moment.getTime())) continue;
    const date = zoned(moment);
    const style = element.dataset.style;
    if (style === "ago") element.textContent = ago(moment);
    else if (style === "clock")
      element.textContent = day(date) === today ? clock(date) : `${monthDay.format(date)} ${clock(date).slice(0, 5)}`;
    else element.textContent = `${day(date)} ${clock(date)}.${pad(date.getMilliseconds(), 3)}`;
    element.title = `${day(date)} ${clock(date)} ${zone} · ${element.dateTime}`;
  }
  for (const label of $$("svg text[data-ns]", root)) {
    const date = zoned(new Date(label.dataset.ns.slice(0, 19) + "Z"));
    label.textContent = clock(date).slice(0, 5);
  }
}

// --- toasts ---
function toast(text, kind = "") {
  const box = $("#toasts");
  if ([...box.children].some((one) => one.textContent === text)) return;
  const element = document.createElement("div");
  element.className = `toast ${kind}`;
  element.textContent = text;
  box.append(element);
  fade(element);
}
function fade(element) {
  setTimeout(() => element.classList.add("leaving"), 6000);
  setTimeout(() => element.remove(), 6400);
}

// --- copying ---
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // no clipboard API over plain http
    area.value = text;
    area.className = "hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.focus();
  toast("Copied");
}
function copySource(button) {
  if (button.dataset.copyText === "location") return location.href;
  if (button.dataset.copyText) return button.dataset.copyText;
  if (button.dataset.copy === "next") return $(".json, .plain, .prose", button.closest(".msg"))?.textContent ?? "";
  return $(button.dataset.copy)?.textContent ?? "";
}

// --- menus ---
function closeMenus(except) {
  for (const menu of $$("details.menu[open], details.switcher[open]")) if (!menu.contains(except)) menu.open = false;
}
function sideBar(open) {
  $("#nav")?.classList.toggle("open", open);
  $("[data-menu]")?.setAttribute("aria-expanded", String(open));
  (open ? $("#nav a, #nav summary") : $("[data-menu]"))?.focus();
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const copying = at("[data-copy], [data-copy-text]");
  if (copying) {
    event.preventDefault();
    copy(copySource(copying), copying);
  } else if (at("[data-theme-choice]")) setTheme(at("[data-theme-choice]").dataset.themeChoice);
  else if (at("[data-menu]")) {
    event.preventDefault();
    sideBar(true);
  } else if (at("[data-menu-close]") || ($("#nav.open") && !at("#nav"))) {
    event.preventDefault();
    sideBar(false);
  }
  closeMenus(event.target);
});

// --- keys ---
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    closeMenus(null);
    if ($("#nav.open")) sideBar(false);
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    $("#keys-help")?.showModal();
  } else if (event.key === "/" && $("#filter, #find")) {
    event.preventDefault();
    $("#filter, #find").select();
    $("#filter, #find").focus();
  }
});

// --- htmx ---
let open = 0;
const quiet = (event) => event.detail.elt.closest("[data-quiet], .first");
const bar = (change, event) => {
  if (quiet(event)) return;
  open = Math.max(open + change, 0);
  $("#progress")?.classList.toggle("on", open > 0);
};
// Two quick steps back ask for two pages; the answer of the first must not come last and win.
let restoring = null;
document.addEventListener("htmx:historyCacheMiss", (event) => {
  restoring?.abort();
  restoring = event.detail.xhr;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const selection = getSelection();
  const busy =
    event.detail.elt.matches("[data-keep-while-selecting], [data-quiet]") &&
    (document.hidden || (!selection.isCollapsed && event.detail.elt.contains(selection.anchorNode)));
  if (busy) event.preventDefault();
  else bar(1, event);
});
document.addEventListener("htmx:afterRequest", (event) => bar(-1, event));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const plain = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
  toast(plain ? xhr.responseText : `The server answered ${xhr.status}.`, "error");
});
document.addEventListener("htmx:sendError", () => toast("Spanhouse does not answer. It will be tried again.", "error"));
const unfolded = new Set();
document.addEventListener("htmx:beforeSwap", () => {
  unfolded.clear();
  for (const details of $$("details[data-keep-open][open]")) unfolded.add(details.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of unfolded) if ($(`#${id}`)) $(`#${id}`).open = true;
});
document.addEventListener("zonechange", () => localTimes(document));
document.addEventListener("htmx:load", (event) => localTimes(event.detail.elt));

showTheme();
localTimes(document);
for (const element of $$("#toasts > .toast")) fade(element);
setInterval(() => localTimes(document), 30000);
