// The histogram: the bar under the pointer says its numbers, dragging over bars zooms to their time.
let from = null;
let to = null;

const strip = (event) => event.target.closest?.("svg.strip");
const bars = (svg) => [...svg.querySelectorAll("g")];
const readout = () => document.querySelector("[data-readout]");
let total = "";

function barAt(svg, x) {
  const { left, width } = svg.getBoundingClientRect();
  const all = bars(svg);
  const at = Math.floor(((x - left) / width) * all.length);
  return all[Math.min(Math.max(at, 0), all.length - 1)];
}
const time = (iso) => {
  const date = new Date(iso.slice(0, 19) + "Z");
  const zone = /(?:^|; )zone=utc/.test(document.cookie) ? "UTC" : undefined;
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", timeZone: zone }).format(date);
};
function say(text) {
  if (!total) total = readout().innerHTML;
  readout().textContent = text;
}
function sayTotal() {
  if (total && readout()) readout().innerHTML = total;
  total = "";
}
function describe(bar) {
  const { from: begins, traces, failed } = bar.dataset;
  const errors = Number(failed) ? `, ${failed} with errors` : "";
  return `${time(begins)}: ${traces} trace${traces === "1" ? "" : "s"}${errors}`;
}

function mark(svg) {
  const all = bars(svg);
  const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  const zoom = svg.querySelector(".zoom");
  zoom.setAttribute("x", `${(first * 100) / all.length}%`);
  zoom.setAttribute("width", `${((last - first + 1) * 100) / all.length}%`);
  return [all[first], all[last]];
}

document.addEventListener("pointerdown", (event) => {
  const svg = strip(event);
  if (!svg || event.button) return;
  from = to = barAt(svg, event.clientX);
  svg.setPointerCapture(event.pointerId);
  event.preventDefault();
});
document.addEventListener("pointermove", (event) => {
  const svg = strip(event);
  if (!svg) return;
  const bar = barAt(svg, event.clientX);
  if (!bar) return;
  if (!from) return say(describe(bar));
  to = bar;
  const [first, last] = mark(svg);
  say(`${time(first.dataset.from)} to ${time(last.dataset.to)}`);
});
document.addEventListener("pointerup", (event) => {
  const svg = strip(event);
  if (!svg || !from) return;
  const [first, last] = mark(svg);
  from = to = null;
  zoomTo(first.dataset.from, last.dataset.to);
});
document.addEventListener("pointercancel", () => (from = to = null));
document.addEventListener("pointerout", (event) => {
  if (strip(event) && !strip({ target: event.relatedTarget ?? document.body })) sayTotal();
});

function zoomTo(begins, ends) {
  const params = new URLSearchParams(location.search);
  for (const name of ["range", "cursor", "trail", "live"]) params.delete(name);
  params.set("from", begins.replace(/\.0+Z$/, "Z"));
  params.set("to", ends.replace(/\.0+Z$/, "Z"));
  const address = `${location.pathname}?${params}`;
  total = "";
  htmx.ajax("GET", address, { target: "#page", swap: "innerHTML", source: "#page", push: address });
}
