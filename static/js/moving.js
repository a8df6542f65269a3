// Events of the month go to another day by dragging, or by Alt with an arrow: presses add up until one pauses, Escape takes
// them back. What is sent is the event's own address with its version, so that nobody's change is overwritten.

const form = document.querySelector("[data-move]");
const said = document.querySelector("[data-move-said]");
const which = document.querySelector("[data-move-which]");
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const PAUSE = 900;
let dragged;
let waiting;

const lines = "[data-calendar] a[data-event]";
const dayOf = (line) => line.closest("td").dataset.day;
const cellOf = (day) => document.querySelector(`[data-calendar] td[data-day="${day}"]`);

function later(day, by) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

function point(day) {
  for (const cell of document.querySelectorAll(".calendar-target")) cell.classList.remove("calendar-target");
  if (day) cellOf(day)?.classList.add("calendar-target");
}

function fill(line, by) {
  form.action = new URL(line.href).pathname;
  form.elements.version.value = line.dataset.version;
  form.elements.on.value = line.dataset.on;
  form.elements.by.value = by;
}

function send(line, by) {
  fill(line, by);
  form.requestSubmit();
}

// One day of a series is moved at once; for all of it there is the form.
function ask(line, by) {
  if (!by) return point();
  if (!line.dataset.on) return send(line, by);
  which.querySelector("a").href = `${new URL(line.href).pathname}?next=${encodeURIComponent(form.elements.next.value)}`;
  which.returnValue = "";
  which.onclose = () => {
    point();
    if (which.returnValue === "one") send(line, by);
    else line.focus();
  };
  which.showModal();
}

for (const button of which.querySelectorAll("button")) button.addEventListener("click", () => which.close(button.value));

function stop() {
  clearTimeout(waiting?.timer);
  waiting = undefined;
}

document.addEventListener("keydown", (event) => {
  const line = event.target.closest?.(lines);
  if (event.key === "Escape" && waiting) {
    stop();
    point();
    said.textContent = form.dataset.stays;
    return;
  }
  const step = event.altKey && !event.ctrlKey && !event.metaKey && steps[event.key];
  if (!line || !step || document.body.dataset.keys === "off") return;
  event.preventDefault();
  if (waiting && waiting.line !== line) {
    // What was said of the other one is done first.
    const first = waiting;
    stop();
    return ask(first.line, first.by);
  }
  const by = (waiting?.line === line ? waiting.by : 0) + step;
  stop();
  const day = later(dayOf(line), by);
  point(day);
  const words = cellOf(day)?.querySelector(".calendar-long")?.textContent ?? day;
  said.textContent = form.dataset.to.replace("{day}", words);
  waiting = { line, by, timer: setTimeout(() => (stop(), ask(line, by)), PAUSE) };
});

// A page that is slow in coming is not overtaken by what waits; if none comes, that is done later.
addEventListener("beforeunload", () => {
  if (!waiting) return;
  const { line, by, timer } = waiting;
  clearTimeout(timer);
  waiting.timer = setTimeout(() => (stop(), ask(line, by)), 10 * PAUSE);
});

// Who leaves the page before the pause is over has said where to; of a series nobody can be asked any more, so it stays.
addEventListener("pagehide", () => {
  if (!waiting) return;
  const { line, by } = waiting;
  stop();
  if (!by || line.dataset.on) return;
  fill(line, by);
  fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => {});
});

for (const line of document.querySelectorAll(lines)) {
  line.draggable = true;
  line.addEventListener("dragstart", (event) => {
    dragged = line;
    event.dataTransfer.effectAllowed = "move";
    // The title of an event is sealed: nothing of it leaves the page with the pointer.
    event.dataTransfer.clearData();
    event.dataTransfer.setData("text/plain", "");
  });
  line.addEventListener("dragend", () => {
    dragged = undefined;
    if (!which.open) point();
  });
}

for (const cell of document.querySelectorAll("[data-calendar] td[data-day]")) {
  cell.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    point(cell.dataset.day);
  });
  cell.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    ask(dragged, Math.round((new Date(cell.dataset.day) - new Date(dayOf(dragged))) / 86400000));
  });
}

// After a move the page comes back with the event under the keys, and says so.
const just = new URLSearchParams(location.search);
if (just.get("did") === "changed") {
  const words = document.querySelector(".calendar-said span")?.textContent ?? "";
  setTimeout(() => (said.textContent = words.trim()), 100);
  document.querySelector(`${lines}[data-event="${CSS.escape(just.get("just") ?? "")}"]`)?.focus();
}
