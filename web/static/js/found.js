// What a filter searches for is marked: in the previews of the list and, on a trace opened from it, in what its panel shows.
// A row whose preview does not show the hit says a line around it. The marks are no elements: the text stays as it is.
const KEY = "found-words";
const SHOWN = ".traces .io, #sec-content, #sec-errors, .transcript";
const able = "highlights" in CSS;
const MOST = 2_000;

function words() {
  const input = document.getElementById("filter");
  if (!input) return JSON.parse(sessionStorage.getItem(KEY) || "[]");
  const given = document.getElementById("suggestions")?.dataset.words || "[]";
  sessionStorage.setItem(KEY, given);
  return JSON.parse(given);
}

// Where the words stand in one text. Lower case may change the length of a text; such a text is not marked.
function hits(text, wanted) {
  const low = text.toLowerCase();
  if (low.length !== text.length) return [];
  const found = [];
  for (const word of wanted)
    for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, at + word.length)) found.push([at, at + word.length]);
  return found;
}

function mark() {
  const wanted = words()
    .map((word) => word.toLowerCase())
    .filter(Boolean);
  if (able) CSS.highlights.delete("found");
  if (!wanted.length) return;
  const ranges = [];
  for (const place of document.querySelectorAll(SHOWN)) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && ranges.length < MOST)
      for (const [start, end] of hits(walker.currentNode.data, wanted)) {
        const range = new Range();
        range.setStart(walker.currentNode, start);
        range.setEnd(walker.currentNode, end);
        ranges.push(range);
      }
  }
  if (able) CSS.highlights.set("found", new Highlight(...ranges));
}

// --- a line around a hit beyond the preview ---
async function snippets() {
  const wanted = words().map((word) => word.toLowerCase());
  const url = document.getElementById("suggestions")?.dataset.foundUrl;
  if (!wanted.length || !url) return;
  const rows = [...document.querySelectorAll(".traces tr[data-id]:not([data-looked])")].slice(0, 50);
  for (const row of rows) row.dataset.looked = "";
  const dumb = rows.filter((row) => row.querySelector(".io") && !hits(row.textContent, wanted).length);
  if (!dumb.length) return;
  const params = new URLSearchParams(location.search);
  params.set("ids", dumb.map((row) => row.dataset.id).join(","));
  const reply = await fetch(`${url}?${params}`).catch(() => null);
  if (!reply?.ok) return;
  const found = await reply.json();
  for (const row of dumb) {
    const text = found[row.dataset.id];
    if (!text) continue;
    const line = Object.assign(document.createElement("span"), { className: "around", dir: "auto", textContent: text });
    row.querySelector(".io").prepend(line, " ");
  }
  mark();
}

function all() {
  mark();
  snippets();
}
document.addEventListener("htmx:afterSettle", all);
all();
