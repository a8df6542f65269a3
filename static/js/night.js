// The page of a night brings itself up to date: as often as the part asks, never while nobody can see it.

let timer;

function again() {
  clearTimeout(timer);
  const part = document.getElementById("night");
  if (part && !document.hidden) timer = setTimeout(() => htmx.trigger(part, "tick"), part.dataset.every * 1000);
}

document.addEventListener("visibilitychange", () => {
  const part = document.getElementById("night");
  if (part && !document.hidden) htmx.trigger(part, "tick");
  else again();
});

// J and K go from row to row, as in every list; R retries the held account that has the focus.
document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "r") event.target.closest("tr[data-hold]")?.querySelector("button")?.click();
});

// After a failure too: the next try may succeed.
document.body.addEventListener("htmx:afterRequest", again);
document.body.addEventListener("htmx:afterSettle", again);
again();
