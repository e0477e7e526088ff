// The filter bar completes fields and values: arrows choose, tab or enter takes, escape closes. Empty, it offers what was used lately.
const KEY = `filters:${location.pathname}`;
const KEPT = 8;
const WAIT = 120;
const bar = () => document.getElementById("filter");
const list = () => document.getElementById("suggestions");
const options = () => [...list().children];
const active = () => list().querySelector("[aria-selected=true]");

let timer = 0;
let asked = 0;
let askedFor = ""; // what stood in the field when the suggestions were asked for

function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
function remember(text) {
  if (!text) return;
  const kept = [text, ...recent().filter((one) => one !== text)].slice(0, KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // no room or not allowed: nothing is remembered
  }
}

function setUp() {
  const input = bar();
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", "suggestions");
  input.setAttribute("aria-expanded", String(!list().hidden));
}
function open(count) {
  list().hidden = count === 0;
  bar().setAttribute("aria-expanded", String(count > 0));
  document.getElementById("suggestions-count").textContent = count ? `${count} suggestions` : "";
}
function close() {
  clearTimeout(timer);
  asked += 1;
  if (!list()) return;
  open(0);
  list().replaceChildren();
  bar().removeAttribute("aria-activedescendant");
}

function offerRecent() {
  const found = recent();
  list().replaceChildren(
    ...found.map((text, i) => {
      const option = Object.assign(document.createElement("li"), { id: `suggestion-${i + 1}`, role: "option" });
      option.dataset.text = text;
      option.dataset.kind = "recent";
      option.append(Object.assign(document.createElement("b"), { textContent: text, dir: "auto" }));
      option.append(Object.assign(document.createElement("span"), { textContent: "used before", className: "dim" }));
      return option;
    }),
  );
  open(found.length);
}

async function ask() {
  const input = bar();
  const own = ++asked;
  const params = new URLSearchParams();
  for (const name of ["range", "from", "to"]) {
    const given = input.form.elements.namedItem(name);
    if (given) params.set(name, given.value);
  }
  const text = input.value;
  params.set("text", text);
  params.set("position", String(input.selectionStart));
  const reply = await fetch(`${list().dataset.url}?${params}`).catch(() => null);
  if (own !== asked || !reply?.ok || document.activeElement !== bar()) return;
  const html = await reply.text();
  if (own !== asked) return;
  askedFor = text;
  list().innerHTML = html;
  open(options().length);
  bar().removeAttribute("aria-activedescendant");
}
function later() {
  clearTimeout(timer);
  if (!bar().value.trim()) return offerRecent();
  timer = setTimeout(ask, WAIT);
}

function choose(option) {
  active()?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  bar().setAttribute("aria-activedescendant", option.id);
}
function move(step) {
  const all = options();
  const at = all.indexOf(active());
  choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
}

function take(option) {
  const { text, kind, start, end } = option.dataset;
  const input = bar();
  if (kind === "recent") {
    input.value = text;
    input.form.requestSubmit();
    return;
  }
  if (input.value !== askedFor) return ask(); // written on in the meantime: the places no longer fit
  const behind = input.value.slice(Number(end));
  const relation = text.endsWith("(");
  const written = text + (relation && !behind.startsWith(")") ? ")" : "");
  const goesOn = /[:.>(]$/.test(text);
  const space = goesOn || /^[\s),]/.test(behind) ? "" : " ";
  input.setRangeText(written + space, Number(start), Number(end), "end");
  if (relation) input.setSelectionRange(Number(start) + text.length, Number(start) + text.length);
  close();
  if (goesOn) later();
}

document.addEventListener("focusin", (event) => {
  if (event.target.id === "filter" && list()) setUp();
});
document.addEventListener("focusout", (event) => {
  if (event.target.id === "filter") close();
});
document.addEventListener("input", (event) => {
  if (event.target.id === "filter") later();
});
document.addEventListener("click", (event) => {
  const option = event.target.closest("#suggestions [role=option]");
  if (option) return take(option);
  if (event.target.id === "filter" && list().hidden && !event.target.value) offerRecent();
});
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest("#suggestions")) event.preventDefault(); // the field keeps the focus
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.target.id !== "filter" || event.isComposing) return;
    const shown = !list().hidden;
    if (event.key === "ArrowDown" && !shown) bar().value.trim() ? ask() : offerRecent();
    else if (event.key === "ArrowDown" && shown) move(1);
    else if (event.key === "ArrowUp" && shown) move(-1);
    else if (event.key === "Enter" && active()) take(active());
    else if (event.key === "Tab" && !event.shiftKey && shown && (active() || bar().value.trim())) take(active() || options()[0]);
    else if (event.key === "Escape" && shown) close();
    else {
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) close(); // another piece of the filter
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
document.addEventListener("submit", (event) => {
  if (event.target.id !== "filter-form") return;
  remember(bar().value.trim());
  close();
});
