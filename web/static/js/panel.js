// The panel of a span: tabs, how values are shown, search in attributes, copying, images, JSON.
const panel = document.getElementById("span");
const $$ = (selector, root = panel) => [...root.querySelectorAll(selector)];
const inAddress = (name) => new URLSearchParams(location.search).get(name);

function setAddress(name, value) {
  const url = new URL(location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}

// --- tabs: the chosen one stays when another span is opened, and is in the address ---
let tab = panel.querySelector("[data-tabs]")?.dataset.asked || inAddress("tab") || "content";

function showTab(name, { chosen = false } = {}) {
  const sections = $$("[data-sec]");
  if (!sections.length) return;
  if (chosen) tab = name;
  const known = sections.some((section) => section.dataset.sec === tab) ? tab : "content";
  for (const section of sections) {
    section.toggleAttribute("data-on", section.dataset.sec === known);
    // parts.js hides the panels of tabs that are clicked away; a link to a tab is no tab.
    section.hidden = section.dataset.sec !== known;
  }
  for (const link of $$("[data-tab]")) {
    const on = link.dataset.tab === known;
    link.setAttribute("aria-selected", String(on));
    link.tabIndex = on ? 0 : -1;
    if (on) link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  setAddress("tab", tab === "content" ? "" : tab);
  const box = panel.querySelector(".secs");
  if (box) box.scrollTop = 0;
}
function setUpTabs() {
  panel.querySelector("[data-tabs]")?.setAttribute("role", "tablist");
  for (const link of $$("[data-tab]")) {
    link.setAttribute("role", "tab");
    link.id = `tab-${link.dataset.tab}`;
    link.setAttribute("aria-controls", `sec-${link.dataset.tab}`);
  }
  for (const section of $$("[data-sec]")) {
    section.setAttribute("role", "tabpanel");
    section.setAttribute("aria-labelledby", `tab-${section.dataset.sec}`);
  }
}
addEventListener("popstate", () => {
  tab = inAddress("tab") || "content";
  showTab(tab);
});

// --- how values are shown: remembered for all spans ---
const MODES = ["auto", "markdown", "text", "json", "raw"];
function remembered() {
  try {
    return localStorage.getItem("span-as");
  } catch {
    return null;
  }
}
let mode = [inAddress("as"), remembered(), "auto"].find((one) => MODES.includes(one));

function showAs(name) {
  mode = name;
  try {
    localStorage.setItem("span-as", name);
  } catch {
    // Storage is off: the choice holds for this page.
  }
  setAddress("as", name === "auto" ? "" : name);
  return reloadContent();
}
function reloadContent() {
  const url = panel.querySelector("[data-span-url]")?.dataset.spanUrl;
  const place = panel.querySelector("#sec-content");
  if (!url || !place) return;
  const on = place.hasAttribute("data-on");
  return htmx.ajax("GET", url, { target: place, swap: "outerHTML", select: "#sec-content", source: panel }).then(() => {
    panel.querySelector("#sec-content")?.toggleAttribute("data-on", on);
    panel.querySelector("[data-as][aria-current]")?.focus({ preventScroll: true });
    setUp(panel);
  });
}
document.addEventListener("htmx:configRequest", (event) => {
  const { target, elt } = event.detail;
  if (mode !== "auto" && (target === panel || panel.contains(elt))) event.detail.parameters.as = mode;
});

// --- copying ---
function say(button, text) {
  const box = document.getElementById("toasts");
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = text;
  box?.append(note);
  setTimeout(() => note.remove(), 2500);
  button.closest("details.menu")?.removeAttribute("open");
}
async function copyFrom(link) {
  const text = fetch(link.href, { headers: { Accept: "text/plain" } }).then((reply) => {
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.text();
  });
  try {
    if (window.ClipboardItem && navigator.clipboard?.write) {
      // A promise inside: Safari allows writing only while the click is being handled.
      const blob = text.then((said) => new Blob([said], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    } else {
      const area = document.createElement("textarea"); // no clipboard API over plain http
      area.value = await text;
      area.className = "hidden";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(link, "Copied");
  } catch {
    say(link, "Could not be copied. Ctrl-click opens it in a new tab.");
  }
  link.focus();
}

// --- images ---
function enlarge(button) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog image-dialog";
  dialog.setAttribute("aria-label", button.getAttribute("aria-label"));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(button.querySelector("img").cloneNode(), close);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    button.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

// --- JSON: tools for a tree that has something to fold ---
function setUpJson(root) {
  for (const tree of $$("[data-json]:not([data-ready])", root)) {
    tree.dataset.ready = "";
    if (tree.querySelectorAll("details").length < 3) continue;
    const tools = document.createElement("div");
    tools.className = "json-tools";
    for (const [name, label] of [
      ["fold", "Fold"],
      ["unfold", "Unfold"],
      ["wrap", "Wrap"],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn ghost tiny";
      button.dataset.jsonTool = name;
      button.textContent = label;
      if (name === "wrap") button.setAttribute("aria-pressed", "true");
      tools.append(button);
    }
    tree.prepend(tools);
  }
}
function jsonTool(button) {
  const tree = button.closest("[data-json]");
  const name = button.dataset.jsonTool;
  if (name === "wrap") {
    button.setAttribute("aria-pressed", String(!tree.classList.toggle("nowrap")));
    return;
  }
  // What is not loaded yet stays folded: a thousand requests would come of one click.
  for (const node of tree.querySelectorAll("details"))
    if (name === "fold") node.open = node.parentElement === tree;
    else if (!node.querySelector(":scope > [hx-get]")) node.open = true;
}

panel.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  const link = at("[data-tab], [data-tab-link]");
  if (link) {
    event.preventDefault();
    showTab(link.dataset.tab || link.dataset.tabLink, { chosen: true });
  } else if (at("[data-as]") && plain) {
    event.preventDefault();
    showAs(at("[data-as]").dataset.as);
  } else if (at("[data-copy-url]") && plain) {
    event.preventDefault();
    copyFrom(at("[data-copy-url]"));
  } else if (at("[data-zoom]")) enlarge(at("[data-zoom]"));
  else if (at("[data-json-tool]")) jsonTool(at("[data-json-tool]"));
  else if (at("[data-span]") && plain) {
    // A span that is in the tree is chosen there; any other is a page to go to.
    const item = document.querySelector(`[role=treeitem][data-id="${CSS.escape(at("[data-span]").dataset.span)}"]`);
    if (item && !item.hidden) {
      event.preventDefault();
      item.click();
    }
  }
});
panel.addEventListener("keydown", (event) => {
  const link = event.target.closest("[data-tab]");
  const node = event.target.closest(".json summary");
  const sideways = ["ArrowLeft", "ArrowRight"].includes(event.key);
  if (node && sideways) {
    node.parentElement.open = event.key === "ArrowRight";
  } else if (link && (sideways || ["Home", "End"].includes(event.key))) {
    const all = $$("[data-tab]");
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = by ? all[(all.indexOf(link) + by + all.length) % all.length] : all.at(event.key === "Home" ? 0 : -1);
    showTab(to.dataset.tab, { chosen: true });
    to.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
});
panel.addEventListener("input", (event) => {
  if (!event.target.matches("[data-search]")) return;
  const wanted = event.target.value.toLowerCase();
  for (const row of event.target.closest("[data-searchable]").querySelectorAll("tr"))
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
});

function setUp(root) {
  for (const element of $$("[data-search], button.cut", root)) element.hidden = false;
  setUpJson(root);
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === panel) {
    setUpTabs();
    showTab(tab);
  }
  if (panel.contains(event.detail.target)) setUp(panel);
});

setUpTabs();
showTab(tab);
setUp(panel);
const shownAs = panel.querySelector("[data-as][aria-current]")?.dataset.as;
if (shownAs && shownAs !== mode) reloadContent();
