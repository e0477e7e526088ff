// Parts that need a little help: tooltips that keyboards reach, tabs that arrows move, dialogs that buttons open.
const tip = document.createElement("div");
tip.className = "tip";
tip.id = "tip";
tip.role = "tooltip";
tip.popover = "manual"; // in the top layer: over dialogs, cut off by nothing
document.body.append(tip);

let owner = null;
let timer = 0;

function place() {
  const box = owner.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.min(Math.max(box.left + box.width / 2 - own.width / 2, 8), innerWidth - own.width - 8);
  const above = box.top - own.height - 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${above < 4 ? box.bottom + 6 : above}px`;
}
function showTip(element) {
  hideTip();
  owner = element;
  timer = setTimeout(() => {
    if (!owner?.isConnected) return;
    tip.textContent = owner.dataset.tip;
    tip.showPopover();
    owner.setAttribute("aria-describedby", tip.id);
    place();
  }, 350);
}
function hideTip() {
  clearTimeout(timer);
  owner?.removeAttribute("aria-describedby");
  owner = null;
  if (tip.matches(":popover-open")) tip.hidePopover();
}
for (const [start, end] of [
  ["pointerover", "pointerout"],
  ["focusin", "focusout"],
]) {
  document.addEventListener(start, (event) => {
    const element = event.target.closest?.("[data-tip]");
    if (element && element !== owner) showTip(element);
  });
  document.addEventListener(end, (event) => {
    if (owner && !owner.contains(event.relatedTarget)) hideTip();
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTip();
});
addEventListener("scroll", hideTip, { capture: true, passive: true });

// --- tabs of panels on one page ---
function choose(tab, by) {
  for (const other of tab.parentElement.querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (!by) return;
  if (by === "key") tab.focus();
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  tab.dispatchEvent(new CustomEvent("tab", { bubbles: true }));
}
export function setUpTabs(root) {
  for (const tabs of root.querySelectorAll("[role=tablist]:not([data-ready])")) {
    tabs.dataset.ready = "";
    const all = [...tabs.querySelectorAll("[role=tab]")];
    const first = all.find((tab) => tab.getAttribute("aria-selected") === "true") || all[0];
    for (const tab of all) document.getElementById(tab.getAttribute("aria-controls")).setAttribute("role", "tabpanel");
    if (first) choose(first);
  }
}
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) choose(tab, "click");
  const opener = event.target.closest("[data-open]");
  if (opener) document.querySelector(opener.dataset.open)?.showModal();
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (!tab) return;
  const all = [...tab.parentElement.querySelectorAll("[role=tab]")];
  const at = all.indexOf(tab);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  choose(all.at(next % all.length), "key");
});
document.addEventListener("htmx:load", (event) => setUpTabs(event.detail.elt.parentElement ?? document));
setUpTabs(document);
