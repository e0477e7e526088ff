// The welcome: it keeps still while somebody selects or copies, and remembers which SDK was looked at.
import { setUpTabs } from "./parts.js";

let handled = 0;
const busy = () => {
  const selection = getSelection();
  const selecting = !selection.isCollapsed && document.querySelector("#first")?.contains(selection.anchorNode);
  return document.hidden || selecting || Date.now() - handled < 1500;
};
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "first-status" && busy()) event.preventDefault();
});
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest(".first-tabs")) handled = Date.now();
});

function remembered() {
  try {
    return localStorage.getItem("sdk");
  } catch {
    return null; // storage may be forbidden
  }
}
document.addEventListener("tab", (event) => {
  if (!event.target.closest("[data-remember=sdk]")) return;
  try {
    localStorage.setItem("sdk", event.target.id);
  } catch {
    // then it is not remembered
  }
});
function restore() {
  setUpTabs(document);
  const tab = document.getElementById(remembered() || "");
  if (tab?.getAttribute("aria-selected") === "false") tab.click();
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "first-code") restore();
});
restore();
