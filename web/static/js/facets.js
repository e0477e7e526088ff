// Facets: shift or alt leaves a value out; groups stay as one left them; narrow, they slide over the list.
const aside = () => document.getElementById("facets");
const KEY = "facets-open";
const stored = () => JSON.parse(sessionStorage.getItem(KEY) || "{}");

document.addEventListener(
  "click",
  (event) => {
    const choice = event.target.closest(".facets a.choice");
    const not = choice && (event.shiftKey || event.altKey) && choice.parentElement.querySelector("a.not");
    if (!not) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    not.click();
  },
  true,
);

function keepOpen(root) {
  const open = stored();
  for (const group of root.querySelectorAll("details.facet")) {
    if (group.id in open && !group.querySelector("li.in, li.out")) group.open = open[group.id];
    group.querySelector("summary").addEventListener("click", () => {
      sessionStorage.setItem(KEY, JSON.stringify({ ...stored(), [group.id]: !group.open }));
    });
  }
}
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.closest?.("#facets")) keepOpen(event.detail.elt.parentElement ?? event.detail.elt);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (requestConfig?.elt.matches(".more-values")) target.querySelector("input[type=search]")?.focus();
});

// --- the sheet ---
function sheet(open) {
  aside().classList.toggle("open", open);
  document.getElementById("facets-button").setAttribute("aria-expanded", String(open));
  if (open) aside().focus();
  else document.getElementById("facets-button").focus();
}
document.addEventListener("click", (event) => {
  if (!aside()) return;
  if (event.target.closest("[data-open-facets]")) {
    event.preventDefault();
    sheet(true);
  } else if (event.target.closest("[data-close-facets]")) sheet(false);
  else if (aside().classList.contains("open") && event.target.isConnected && !event.target.closest("#facets")) {
    event.preventDefault();
    sheet(false);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && aside()?.classList.contains("open")) sheet(false);
});
