// The panel of a span: tabs, search in attributes. The chosen tab stays when another span is opened.
const panel = document.getElementById("span");
let tab = panel.querySelector("[data-open]")?.dataset.tab || "content";

function showTab(name) {
  const sections = [...panel.querySelectorAll("[data-sec]")];
  if (!sections.length) return;
  const known = sections.some((section) => section.dataset.sec === name) ? name : "content";
  tab = name;
  for (const section of sections) section.toggleAttribute("data-on", section.dataset.sec === known);
  for (const link of panel.querySelectorAll("[data-tab]")) {
    const on = link.dataset.tab === known;
    link.setAttribute("aria-selected", String(on));
    link.tabIndex = on ? 0 : -1;
  }
  const box = panel.querySelector(".secs");
  if (box) box.scrollTop = 0;
}
function setUpPanel() {
  const tabs = panel.querySelector("[data-tabs]");
  if (tabs) tabs.setAttribute("role", "tablist");
  for (const link of panel.querySelectorAll("[data-tab]")) {
    link.setAttribute("role", "tab");
    link.setAttribute("aria-controls", `sec-${link.dataset.tab}`);
  }
  for (const section of panel.querySelectorAll("[data-sec]")) section.setAttribute("role", "tabpanel");
  for (const input of panel.querySelectorAll("[data-search]")) input.hidden = false;
  showTab(tab);
}
panel.addEventListener("click", (event) => {
  const link = event.target.closest("[data-tab], [data-tab-link]");
  if (!link) return;
  event.preventDefault();
  showTab(link.dataset.tab || link.dataset.tabLink);
});
panel.addEventListener("keydown", (event) => {
  const link = event.target.closest("[data-tab]");
  if (!link || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const all = [...panel.querySelectorAll("[data-tab]")];
  const to = all[(all.indexOf(link) + (event.key === "ArrowRight" ? 1 : -1) + all.length) % all.length];
  showTab(to.dataset.tab);
  to.focus();
  event.preventDefault();
  event.stopPropagation();
});
panel.addEventListener("input", (event) => {
  if (!event.target.matches("[data-search]")) return;
  const wanted = event.target.value.toLowerCase();
  for (const row of event.target.closest("[data-searchable]").querySelectorAll("tr"))
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === panel) setUpPanel();
});

setUpPanel();
