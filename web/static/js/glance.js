// A row that the pointer or the focus rests on shows the first messages of its trace in a card.
const REST_MS = 350;
const card = document.getElementById("glance");
const read = new Map();
let timer = 0;
let asking = null;
let shown = null;

function previews(row) {
  const texts = [...row.querySelectorAll(".io .in, .io .out")]
    .map((one) => one.textContent.trim())
    .filter((text) => text !== "—");
  return texts.map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  });
}

function place(row) {
  const box = row.getBoundingClientRect();
  const left = row.querySelector(".io")?.getBoundingClientRect().left ?? box.left + 40;
  const height = card.offsetHeight;
  const below = box.bottom + 6 + height < innerHeight;
  card.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - card.offsetWidth - 8))}px`);
  card.style.setProperty("top", `${below ? box.bottom + 6 : Math.max(8, box.top - height - 6)}px`);
}

async function show(row) {
  shown = row;
  const url = `${row.dataset.href}glance/`;
  if (read.has(url)) card.innerHTML = read.get(url);
  else card.replaceChildren(...previews(row));
  card.hidden = !card.childElementCount;
  place(row);
  if (read.has(url)) return;
  asking = new AbortController();
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: asking.signal });
    if (!answer.ok || shown !== row) return;
    read.set(url, await answer.text());
    if (shown !== row) return;
    card.innerHTML = read.get(url);
    card.hidden = false;
    place(row);
  } catch {
    // Left, or the server is away: what the row says is enough.
  }
}
function hide() {
  clearTimeout(timer);
  asking?.abort();
  shown = null;
  card.hidden = true;
}
function soon(row) {
  if (row === shown) return;
  hide();
  timer = setTimeout(() => row.isConnected && !document.querySelector("details.menu[open], .facets.open") && show(row), REST_MS);
}

const rowOf = (event) => event.target.closest?.("tr[data-href]");
if (matchMedia("(hover: hover)").matches) {
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const row = rowOf(event);
    if (!row || event.target.closest(".pick")) hide();
    else soon(row);
  });
  document.addEventListener("focusin", (event) => {
    const row = rowOf(event);
    if (row && event.target.matches(".what a:focus-visible")) soon(row);
  });
  document.addEventListener("focusout", hide);
  for (const name of ["keydown", "pointerdown", "scroll", "htmx:beforeRequest"])
    document.addEventListener(name, (event) => event.key === "j" || event.key === "k" || hide(), true);
}
