// The page of a night brings itself up to date: as often as the part asks, never while nobody can see it.

let timer;

function again() {
  clearTimeout(timer);
  const part = document.getElementById("night");
  if (part && !document.hidden) timer = setTimeout(() => (isDeciding(part) ? again() : htmx.trigger(part, "tick")), part.dataset.every * 1000);
}

// Somebody is writing a reason; a fresh page would take it from under the hands.
function isDeciding(part) {
  return part.querySelector(".office-decide[open]") !== null;
}

document.addEventListener("visibilitychange", () => {
  const part = document.getElementById("night");
  if (part && !document.hidden) htmx.trigger(part, "tick");
  else again();
});

// J and K go from row to row, as in every list; R, U and H are for the held account that has the focus.
const DECISIONS = { r: "release", u: "carry", h: "hold" };

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const row = event.target.closest("tr[data-hold]");
  const box = row && DECISIONS[event.key] && row.querySelector(`[data-act="${DECISIONS[event.key]}"]`);
  if (box) {
    event.preventDefault();
    box.open = true;
    box.querySelector("input[name=reason]").focus();
  } else if (row && event.key === "r") {
    row.querySelector("form > button[name=hold]")?.click();
  }
});

// After a failure too: the next try may succeed.
document.body.addEventListener("htmx:afterRequest", again);
document.body.addEventListener("htmx:afterSettle", again);
again();
