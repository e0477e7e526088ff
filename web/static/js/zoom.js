// Zoom on the time axis: drag over the ruler, or double-click a span. A bar is moved by the frame that it is drawn in.
const LEAST = 1e-5;

export function duration(ns) {
  const three = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
  if (ns <= 0) return "0";
  if (ns < 1e6) return `${three(ns / 1e3)} µs`;
  if (ns < 1e9) return `${three(ns / 1e6)} ms`;
  if (ns < 60e9) return `${three(ns / 1e9)} s`;
  if (ns < 3600e9) return `${Math.floor(ns / 60e9)} m ${Math.floor((ns / 1e9) % 60)} s`;
  return `${Math.floor(ns / 3600e9)} h ${Math.floor((ns / 60e9) % 60)} m`;
}

export class Zoom {
  constructor({ ruler, changed }) {
    Object.assign(this, { ruler, changed, from: 0, to: 1 });
    this.mark = ruler.querySelector(".drag");
    this.button = ruler.querySelector("button");
    this.button.addEventListener("click", () => this.set(0, 1));
    ruler.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  get on() {
    return this.from > 0 || this.to < 1;
  }

  // Shares of the trace's duration.
  set(from, to) {
    const low = Math.min(Math.max(from, 0), 1 - LEAST);
    this.from = low;
    this.to = Math.min(Math.max(to, low + LEAST), 1);
    this.button.hidden = !this.on;
    const whole = Number(this.ruler.dataset.duration);
    this.ruler.querySelectorAll("text").forEach((label, i) => {
      label.textContent = duration((this.from + ((this.to - this.from) * i) / 4) * whole);
    });
    this.changed();
  }

  // Move the bar of a row to where it is seen. A duration stands right of its bar, left of it, or inside, where there is room in what is seen.
  place(element) {
    const bar = element.querySelector(".b");
    const text = element.querySelector(".track text");
    if (!bar || !text) return;
    const frame = element.querySelector(".z");
    const scale = 1 / (this.to - this.from);
    frame.setAttribute("x", `${-this.from * scale * 100}%`);
    frame.setAttribute("width", `${scale * 100}%`);
    const x = Number.parseFloat(bar.getAttribute("x")) / 100;
    const end = x + Number.parseFloat(bar.getAttribute("width")) / 100;
    const wide = this.to - this.from;
    const seenEnd = Math.min(end, this.to);
    const right = seenEnd <= this.to - wide * 0.24;
    const left = !right && x >= this.from + wide * 0.24;
    text.setAttribute("x", `${(left ? x : seenEnd) * 100}%`);
    text.setAttribute("dx", right ? "6" : "-6");
    text.classList.toggle("in", !right && !left);
    if (right) text.removeAttribute("text-anchor");
    else text.setAttribute("text-anchor", "end");
    text.toggleAttribute("hidden", end < this.from || x > this.to);
  }

  // To a row's bar, with some room around it.
  toBar(element) {
    const bar = element?.querySelector(".b");
    if (!bar) return;
    const x = Number.parseFloat(bar.getAttribute("x")) / 100;
    const width = Math.max(Number.parseFloat(bar.getAttribute("width")) / 100, LEAST);
    this.set(x - width * 0.08, x + width * 1.35);
  }

  #drag(event) {
    if (event.button || event.target.closest("button")) return;
    event.preventDefault();
    const box = this.ruler.getBoundingClientRect();
    const at = (e) => Math.min(Math.max((e.clientX - box.left) / box.width, 0), 1);
    const start = at(event);
    let end = start;
    this.ruler.setPointerCapture(event.pointerId);
    const move = (e) => {
      end = at(e);
      this.mark.removeAttribute("hidden");
      this.mark.setAttribute("x", `${Math.min(start, end) * 100}%`);
      this.mark.setAttribute("width", `${Math.abs(end - start) * 100}%`);
    };
    const done = () => {
      this.ruler.removeEventListener("pointermove", move);
      this.mark.setAttribute("hidden", "");
      if (Math.abs(end - start) * box.width < 5) return;
      const wide = this.to - this.from;
      this.set(this.from + Math.min(start, end) * wide, this.from + Math.max(start, end) * wide);
    };
    this.ruler.addEventListener("pointermove", move);
    this.ruler.addEventListener("lostpointercapture", done, { once: true });
  }
}
