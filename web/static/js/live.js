// New traces: with "live" they appear at the top; without, a line says how many have come.
const LIVE_MS = 3000;
const FRESH_MS = 10000;
let timer = 0;
let busy = null;

const body = () => document.getElementById("rows");

function ask(url, target) {
  busy?.abort();
  busy = new AbortController();
  return fetch(url, { headers: { "HX-Request": "true", "HX-Target": target }, signal: busy.signal });
}

async function look() {
  clearTimeout(timer);
  const rows = body();
  if (!rows?.dataset.liveUrl || document.hidden) return;
  const live = "live" in rows.dataset;
  try {
    await (live ? renew(rows) : count(rows));
  } catch (error) {
    if (error.name === "AbortError") return;
  }
  again();
}
function again() {
  clearTimeout(timer);
  const rows = body();
  if (rows?.dataset.liveUrl) timer = setTimeout(look, "live" in rows.dataset ? LIVE_MS : FRESH_MS);
}

async function count(rows) {
  const answer = await ask(`${rows.dataset.freshUrl}&since=${rows.dataset.newest}`.replace("/?&", "/?"), "fresh");
  if (answer.status !== 200 || rows !== body()) return;
  const line = document.getElementById("fresh");
  line.innerHTML = await answer.text();
  htmx.process(line);
}

async function renew(rows) {
  const answer = await ask(`${rows.dataset.liveUrl}&seen=${rows.dataset.seen}`, "rows");
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) location.href = elsewhere;
  if (answer.status !== 200) return;
  const text = await answer.text();
  if (rows !== body()) return;
  rows.dataset.seen = answer.headers.get("X-Seen") ?? "";
  merge(rows, new DOMParser().parseFromString(`<table><tbody>${text}</tbody></table>`, "text/html"));
}

// The row that one is on stays where it is on the screen, and so does what one has scrolled to.
function merge(rows, page) {
  const scroller = rows.closest(".tablewrap");
  const anchor = rows.querySelector("[aria-selected=true]") ?? (scroller.scrollTop > 0 ? topmost(rows, scroller) : null);
  const before = anchor?.getBoundingClientRect().top;
  let place = null;
  const known = new Map([...rows.querySelectorAll("tr[data-id]")].map((row) => [row.dataset.id, row]));
  for (const fresh of page.querySelectorAll("tr[data-id]")) {
    const old = known.get(fresh.dataset.id);
    if (old) {
      if (!same(old, fresh)) update(old, fresh);
      place = old;
    } else {
      const row = document.importNode(fresh, true);
      row.classList.add("new");
      if (place) place.after(row);
      else rows.prepend(row);
      place = row;
    }
  }
  htmx.trigger(rows, "htmx:load", { elt: rows });
  if (anchor) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  document.dispatchEvent(new CustomEvent("rowschange"));
}
const topmost = (rows, scroller) =>
  [...rows.children].find((row) => row.getBoundingClientRect().bottom > scroller.getBoundingClientRect().top + 30);
const plain = (row) =>
  [...row.cells]
    .slice(1)
    .map((cell) => (cell.matches(".time") ? "" : cell.innerHTML))
    .join();
const same = (old, fresh) => plain(old) === plain(fresh);
function update(old, fresh) {
  old.className = fresh.className;
  const kept = old.cells[0];
  const focused = old.contains(document.activeElement) && !kept.contains(document.activeElement);
  old.replaceChildren(kept, ...[...document.importNode(fresh, true).cells].slice(1));
  if (focused) old.querySelector(".what a").focus({ preventScroll: true });
}

document.addEventListener("visibilitychange", look);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "page") again();
});
document.addEventListener("htmx:historyRestore", again);
again();
