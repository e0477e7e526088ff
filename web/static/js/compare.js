// The compare page: the open step is marked, steps are chosen with keys.
const rows = () => [...document.querySelectorAll("a[data-row], .step a.open")];
const current = () => document.querySelector(".steps tr[aria-current] a.open");
const differs = (link) => !link.closest("tr").classList.contains("same");

function mark(link) {
  for (const row of document.querySelectorAll(".steps tr[aria-current]")) row.removeAttribute("aria-current");
  link.closest("tr").setAttribute("aria-current", "true");
}

function open(link) {
  if (!link) return;
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest" });
  link.click();
}

function step(by, wanted = () => true) {
  const all = rows();
  let at = all.indexOf(current()) + by;
  while (at >= 0 && at < all.length && !wanted(all[at])) at += by;
  open(all[at]);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-row]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) mark(link);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "d") step(1, differs);
  else if (event.key === "s") document.getElementById("swap").click();
  else return;
  event.preventDefault();
});

// What was chosen in the steps holds for the links of the head, too.
document.addEventListener("htmx:pushedIntoHistory", () => {
  const params = new URLSearchParams(location.search);
  const [a, b] = [params.get("a"), params.get("b")];
  const row = params.get("row");
  params.set("a", b);
  params.set("b", a);
  if (row) params.set("row", row.split(":").reverse().join(":"));
  const unfolded = params.get("unfold");
  if (unfolded?.includes(":")) params.set("unfold", unfolded.split(":").reverse().join(":"));
  const swap = document.getElementById("swap");
  if (swap) swap.href = `?${params}`;
});
