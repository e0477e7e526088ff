// Charts: drawn by Plotly in the colours of the theme and the reader's zone; drag zooms, a click opens the traces.
const charts = new Map();
const inUtc = () => /(?:^|; )zone=utc/.test(document.cookie);
const pad = (n) => String(n).padStart(2, "0");

// Plotly shows times as they are written: in the reader's zone, or in UTC.
function written(ms) {
  const date = new Date(inUtc() ? ms : ms - new Date(ms).getTimezoneOffset() * 60000);
  return date.toISOString().slice(0, 19).replace("T", " ");
}
function moment(text) {
  const [day, clock = "00:00:00"] = text.split(" ");
  const iso = `${day}T${clock.slice(0, 8).padEnd(8, ":00")}`;
  return new Date(inUtc() ? `${iso}Z` : iso).getTime();
}

// A token is resolved where the theme is: light-dark() is no colour that Plotly could read.
const probe = document.createElement("span");
function colour(token) {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}
function themed(node) {
  if (typeof node === "string") return node.startsWith("--") ? colour(node) : node;
  if (Array.isArray(node)) return node.map(themed);
  if (node && typeof node === "object")
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, themed(value)]));
  return node;
}

function draw(element) {
  const figure = charts.get(element);
  if (!figure || !window.Plotly) return;
  document.body.append(probe);
  const layout = themed(figure.layout);
  layout.font.family = getComputedStyle(document.body).fontFamily;
  if (element.clientWidth < 500) layout.xaxis.nticks = 4;
  layout.xaxis.range = layout.xaxis.range?.map(written);
  const data = figure.data.map((trace) => {
    const made = { ...themed(trace), x: trace.x.map(written) };
    if (trace.type === "bar") made.width = figure.step;
    return made;
  });
  probe.remove();
  const first = !element.classList.contains("js-plotly-plot");
  window.Plotly.react(element, data, layout, { displayModeBar: false, responsive: true, doubleClick: false });
  if (!first) return;
  element.on("plotly_relayout", (change) => zoom(figure, change));
  element.on("plotly_click", ({ points: [point] }) => open(figure, point));
}

const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
function zoom(figure, change) {
  const [from, to] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
  if (!from || !to) return;
  const params = new URLSearchParams(location.search);
  params.delete("range");
  params.set("from", iso(moment(from)));
  params.set("to", iso(Math.max(moment(to), moment(from) + 1000)));
  location.assign(`${location.pathname}?${params}`);
}
function open(figure, point) {
  if (!figure.url) return;
  const begins = figure.data[point.curveNumber].x[point.pointNumber];
  const params = new URLSearchParams({ from: iso(begins), to: iso(begins + figure.step) });
  const { filter } = figure.data[point.curveNumber].meta;
  if (filter) params.set("filter", filter);
  location.assign(`${figure.url}?${params}`);
}

function load(root) {
  for (const element of root.querySelectorAll("[data-plot]")) {
    if (charts.has(element)) continue;
    charts.set(element, JSON.parse(element.querySelector("script").textContent));
    draw(element);
  }
}
function redraw() {
  for (const element of charts.keys()) {
    if (element.isConnected) draw(element);
    else charts.delete(element);
  }
}
document.addEventListener("htmx:load", (event) => load(event.detail.elt.parentElement ?? document));
document.addEventListener("htmx:afterSettle", (event) => {
  event.detail.elt.removeAttribute("aria-busy");
});
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
document.addEventListener("zonechange", redraw);
load(document);
