// A region of the heatmap is drawn with the pointer, in whole cells; letting go asks what differs inside.
const form = document.querySelector("#region");
document.documentElement.classList.add("scripted");
for (const select of document.querySelectorAll("[data-submits]"))
  select.addEventListener("change", () => select.form.requestSubmit());

const clamp = (value, most) => Math.min(Math.max(value, 0), most);
const iso = (ms) => new Date(ms).toISOString();

// Where the cells are: Plotly's own numbers, in pixels of the chart.
function grid(plot, figure) {
  const { l, t, w, h } = plot._fullLayout._size;
  const [begin, end] = figure.layout.xaxis.range;
  const rows = figure.edges.length - 1;
  return { l, t, w, h, begin, columns: Math.round((end - begin) / figure.step), rows };
}
function place(box, at, cells) {
  box.style.left = `${at.l + (cells.left / at.columns) * at.w}px`;
  box.style.width = `${((cells.right - cells.left) / at.columns) * at.w}px`;
  box.style.top = `${at.t + (1 - cells.top / at.rows) * at.h}px`;
  box.style.height = `${((cells.top - cells.bottom) / at.rows) * at.h}px`;
  box.hidden = false;
}
const level = (edges, value) => {
  const found = edges.findIndex((edge) => edge >= value * (1 - 1e-4));
  return found < 0 ? edges.length - 1 : found;
};
function chosen(figure, at) {
  const { region } = figure;
  const column = (ms) => clamp((ms - at.begin) / figure.step, at.columns);
  return {
    left: column(region.from),
    right: column(region.to),
    bottom: level(figure.edges, region.low),
    top: level(figure.edges, region.high),
  };
}
const amount = (value, unit) => (unit === "ns" ? `${+(value / 1e6).toPrecision(6)}ms` : String(+value.toPrecision(6)));

function ask(figure, at, cells) {
  const params = new URLSearchParams(location.search);
  params.set("region_from", iso(at.begin + cells.left * figure.step));
  params.set("region_to", iso(at.begin + cells.right * figure.step));
  params.set("low", amount(figure.edges[cells.bottom], figure.unit));
  params.set("high", amount(figure.edges[cells.top], figure.unit));
  // The same moments as the heatmap shows, also when the range is "the last day".
  location.assign(`${location.pathname}?${params}`);
}

function brush(slot, plot, figure) {
  const box = document.createElement("div");
  box.className = "brush-box";
  box.hidden = true;
  plot.append(box);
  const show = () => figure.region && place(box, grid(plot, figure), chosen(figure, grid(plot, figure)));
  show();
  new ResizeObserver(() => setTimeout(show, 150)).observe(plot);
  let from = null;
  const cell = (event, at) => {
    const rect = plot.getBoundingClientRect();
    const x = ((event.clientX - rect.left - at.l) / at.w) * at.columns;
    const y = (1 - (event.clientY - rect.top - at.t) / at.h) * at.rows;
    return { x, y };
  };
  const cells = (one, other, at) => ({
    left: clamp(Math.floor(Math.min(one.x, other.x)), at.columns - 1),
    right: clamp(Math.floor(Math.max(one.x, other.x)), at.columns - 1) + 1,
    bottom: clamp(Math.floor(Math.min(one.y, other.y)), at.rows - 1),
    top: clamp(Math.floor(Math.max(one.y, other.y)), at.rows - 1) + 1,
  });
  plot.addEventListener(
    "pointerdown",
    (event) => {
      const at = grid(plot, figure);
      const here = cell(event, at);
      const inside = here.x >= 0 && here.x <= at.columns && here.y >= 0 && here.y <= at.rows;
      if (event.button !== 0 || event.pointerType === "touch" || !inside) return;
      from = here;
      event.preventDefault();
    },
    true,
  );
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const at = grid(plot, figure);
    place(box, at, cells(from, cell(event, at), at));
  });
  addEventListener("pointerup", (event) => {
    if (!from) return;
    const at = grid(plot, figure);
    const drawn = cells(from, cell(event, at), at);
    from = null;
    ask(figure, at, drawn);
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !from) return;
    from = null;
    box.hidden = true;
    show();
  });
}

// The chart draws itself; its figure stands beside it until then.
function watch(slot) {
  const plot = slot.querySelector("[data-plot]");
  const source = plot?.querySelector("script");
  if (!source) return;
  const figure = JSON.parse(source.textContent);
  const ready = setInterval(() => {
    if (!plot._fullLayout?._size) return;
    clearInterval(ready);
    brush(slot, plot, figure);
  }, 50);
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.matches("[data-brush]")) watch(event.detail.target);
});
if (form) for (const slot of document.querySelectorAll("[data-brush]")) watch(slot);
