// The time range: typed and shown in the reader's zone or in UTC, sent in UTC. The choice of zone is a cookie.
const pad = (n) => String(n).padStart(2, "0");
const inUtc = () => /(?:^|; )zone=utc/.test(document.cookie);

function written(date) {
  if (inUtc()) return date.toISOString().slice(0, 19);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}
const moment = (text) => new Date(inUtc() ? `${text}Z` : text);

function show(root) {
  for (const input of root.querySelectorAll("form[data-range] input[data-ns]"))
    input.value = written(new Date(input.dataset.ns.slice(0, 19) + "Z"));
  for (const label of root.querySelectorAll("[data-zone]")) label.textContent = inUtc() ? "UTC" : "your time";
  for (const button of root.querySelectorAll("[data-zone-choice]"))
    button.setAttribute("aria-pressed", String((button.dataset.zoneChoice === "utc") === inUtc()));
}

document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-range]")) return;
  for (const name of ["from", "to", "region_from", "region_to"]) {
    const value = event.formData.get(name);
    if (value) event.formData.set(name, moment(value).toISOString().replace(".000Z", "Z"));
    else event.formData.delete(name);
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zone-choice]");
  if (!button) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const utc = button.dataset.zoneChoice === "utc";
  document.cookie = `zone=${utc ? "utc" : ""}; path=/; max-age=${utc ? 31536000 : 0}; SameSite=Lax${secure}`;
  show(document);
  document.dispatchEvent(new CustomEvent("zonechange"));
});
document.addEventListener("htmx:load", (event) => show(event.detail.elt));
show(document);
