// The agent graph: larger, smaller, as large as the room. Dragging moves it; the wheel with Ctrl zooms.
const svg = document.getElementById("graph");
const canvas = document.getElementById("canvas");
const LEAST = 0.2;
const MOST = 3;
let scale = 1;

function size(to, at) {
  const before = scale;
  scale = Math.min(Math.max(to, LEAST), MOST);
  const { width, height } = svg.viewBox.baseVal;
  svg.setAttribute("width", String(width * scale));
  svg.setAttribute("height", String(height * scale));
  const [x, y] = at || [canvas.clientWidth / 2, canvas.clientHeight / 2];
  canvas.scrollLeft = ((canvas.scrollLeft + x) * scale) / before - x;
  canvas.scrollTop = ((canvas.scrollTop + y) * scale) / before - y;
}
function fit() {
  const { width, height } = svg.viewBox.baseVal;
  size(Math.min(canvas.clientWidth / width, canvas.clientHeight / height, 1));
}
if (svg) {
  document.addEventListener("click", (event) => {
    const how = event.target.closest("[data-graph-zoom]")?.dataset.graphZoom;
    if (how === "fit") fit();
    else if (how) size(scale * (how === "in" ? 1.25 : 0.8));
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      size(scale * Math.exp(-event.deltaY / 300), [event.clientX - box.left, event.clientY - box.top]);
    },
    { passive: false },
  );
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch" || event.target.closest("a")) return;
    const [x, y, left, top] = [event.clientX, event.clientY, canvas.scrollLeft, canvas.scrollTop];
    canvas.setPointerCapture(event.pointerId);
    const move = (at) => canvas.scrollTo(left - at.clientX + x, top - at.clientY + y);
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("lostpointercapture", () => canvas.removeEventListener("pointermove", move), { once: true });
  });
  if (svg.viewBox.baseVal.width > canvas.clientWidth || svg.viewBox.baseVal.height > canvas.clientHeight) {
    fit();
    if (scale < 0.6) size(0.6);
  }
}
