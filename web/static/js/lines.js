// The lines of a tree on the screen: of 100,000 those that are seen, the rest is empty space. Rows come from the server.
import { keyOf } from "./skeleton.js";

export const ROW_PX = 28;
// So many lines are simply all laid out; find-in-page then works, too.
const WHOLE = 500;
const OVERSCAN = 40;
const ASKED_AT_ONCE = 300;
const AHEAD = 150;
const KEPT = 6000;

export class Lines {
  #elements = new Map();
  #asked = new Set();
  #timer = 0;
  #direction = 1;
  #lastTop = 0;

  // `dress(element, code)`: what folds, hits and the selection do to a row. `changed()`: the server has a newer trace.
  constructor({ tree, grid, url, version, dress, changed, placeholder }) {
    Object.assign(this, { tree, grid, url, version, dress, changed, placeholder });
    this.codes = new Int32Array(0);
    this.keep(tree);
    let frame = 0;
    const soon = () => (frame ||= requestAnimationFrame(() => ((frame = 0), this.render())));
    grid.addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
  }

  keep(box) {
    for (const element of [...box.children]) {
      if (element.dataset.row === "note" && this.#elements.has("note")) continue;
      this.#elements.set(element.dataset.row, element);
    }
  }

  forget() {
    this.#elements.clear();
    this.#asked.clear();
  }

  element(code) {
    return this.#elements.get(keyOf(code));
  }

  show(codes) {
    this.codes = codes;
    this.render();
  }

  get #top() {
    return Math.max(this.grid.scrollTop - this.tree.offsetTop + this.headPx, 0);
  }

  get headPx() {
    return this.tree.previousElementSibling?.offsetHeight || 0;
  }

  range() {
    const { length } = this.codes;
    if (length <= WHOLE) return [0, length];
    const first = Math.floor(this.#top / ROW_PX);
    const count = Math.ceil(this.grid.clientHeight / ROW_PX);
    return [Math.max(first - OVERSCAN, 0), Math.min(first + count + OVERSCAN, length)];
  }

  render() {
    const [from, to] = this.range();
    const top = this.#top;
    if (top !== this.#lastTop) this.#direction = top > this.#lastTop ? 1 : -1;
    this.#lastTop = top;
    this.tree.style.paddingTop = `${from * ROW_PX}px`;
    this.tree.style.paddingBottom = `${(this.codes.length - to) * ROW_PX}px`;
    const wanted = [];
    for (let i = from; i < to; i++) wanted.push(this.#elementFor(this.codes[i]));
    this.#place(wanted);
    this.#ask(from, to);
  }

  #elementFor(code) {
    const key = keyOf(code);
    let element = this.#elements.get(key);
    if (!element) {
      element = this.placeholder(code);
      element.dataset.row = key;
      element.dataset.waits = "";
      this.#elements.set(key, element);
    }
    this.dress(element, code);
    return element;
  }

  // Only what changed is moved: an element that is taken out loses the focus.
  #place(wanted) {
    const stay = new Set(wanted);
    for (const element of [...this.tree.children]) if (!stay.has(element)) element.remove();
    let at = this.tree.firstElementChild;
    for (const element of wanted) {
      if (element === at) at = at.nextElementSibling;
      else this.tree.insertBefore(element, at);
    }
  }

  #ask(from, to) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(from, to), 20);
  }

  async #load(from, to) {
    // First what is seen or nearly seen, then, when nothing is under way, what lies ahead.
    let missing = this.#missing(from, to);
    if (!missing.length && !this.#asked.size && this.codes.length > WHOLE)
      missing = this.#direction > 0 ? this.#missing(to, to + AHEAD) : this.#missing(from - AHEAD, from);
    if (!missing.length) return;
    for (const key of missing) this.#asked.add(key);
    await this.#fetch(missing);
    for (const key of missing) this.#asked.delete(key);
    this.render();
  }

  #missing(from, to) {
    const keys = [];
    for (let i = Math.max(from, 0); i < Math.min(to, this.codes.length) && keys.length < ASKED_AT_ONCE; i++) {
      const key = keyOf(this.codes[i]);
      const element = this.#elements.get(key);
      if (key !== "note" && !this.#asked.has(key) && (!element || "waits" in element.dataset)) keys.push(key);
    }
    return keys;
  }

  async #fetch(keys) {
    const reply = await fetch(`${this.url}?version=${this.version}&rows=${ranges(keys)}`).catch(() => null);
    if (!reply?.ok || reply.redirected) {
      // Said once by the next action of the reader; the empty rows stay and are asked for again when one scrolls.
      await new Promise((done) => setTimeout(done, 1000));
      return;
    }
    if (reply.headers.get("X-Tree-Version") !== this.version) return this.changed();
    const box = document.createElement("template");
    box.innerHTML = await reply.text();
    for (const element of box.content.querySelectorAll("[data-row]")) {
      const { row } = element.dataset;
      if (row === "note") continue;
      const old = this.#elements.get(row);
      this.#elements.delete(row);
      this.#elements.set(row, element);
      if (old?.isConnected) old.replaceWith(element);
    }
    this.#drop();
  }

  #drop() {
    for (const [key, element] of this.#elements) {
      if (this.#elements.size <= KEPT) return;
      if (!element.isConnected && key !== "note") this.#elements.delete(key);
    }
  }

  // Bring a line into view; `middle`: not at the edge, because one jumps there.
  scrollTo(code, middle = false) {
    const index = this.codes.indexOf(code);
    if (index < 0) return false;
    const top = index * ROW_PX;
    const view = this.grid.clientHeight - this.headPx;
    const now = this.#top;
    if (top < now || top + ROW_PX > now + view) {
      const to = middle ? top - view / 2 : top < now ? top : top + ROW_PX - view;
      this.grid.scrollTop = Math.max(to, 0);
    }
    this.render();
    return true;
  }
}

// ["0", "1", "2", "7", "g1"] -> "0-2,7,g1"
function ranges(keys) {
  const out = [];
  let low = null;
  let high = null;
  const close = () => {
    if (low !== null) out.push(low === high ? `${low}` : `${low}-${high}`);
    low = null;
  };
  for (const key of keys) {
    const row = Number(key);
    if (Number.isNaN(row)) {
      close();
      out.push(key);
    } else if (low !== null && row === high + 1) high = row;
    else {
      close();
      low = high = row;
    }
  }
  close();
  return out.join(",");
}
