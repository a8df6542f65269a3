// The columns of a list are put in order without a reload: by their two buttons, by Alt with an arrow, or by dragging.
// What stands in the list is what the form sends.

let dragged;

function tell(list, item) {
  const words = item.querySelector("label").textContent.trim();
  const said = { name: words, place: [...list.children].indexOf(item) + 1, count: list.children.length };
  const told = list.parentElement.querySelector("[role=status]");
  told.textContent = list.dataset.moved.replace(/\{(\w+)\}/g, (_all, key) => said[key]);
}

function move(item, step) {
  const list = item.parentElement;
  const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  const focused = document.activeElement;
  if (step < 0) other.before(item);
  else other.after(item);
  // At either end the button that moved it is gone.
  const stays = getComputedStyle(focused).visibility === "hidden" ? item.querySelector("input") : focused;
  stays.focus();
  tell(list, item);
}

const listed = (target) => target.closest?.("[data-arranged] > li");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-arranged] [name=move]");
  if (!button) return;
  event.preventDefault();
  move(button.closest("li"), button.value.startsWith("up:") ? -1 : 1);
});

document.addEventListener("keydown", (event) => {
  const item = listed(event.target);
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!item || !step || !event.altKey || document.body.dataset.keys === "off") return;
  event.preventDefault();
  move(item, step);
});

document.addEventListener("pointerover", (event) => {
  const item = listed(event.target);
  if (item) item.draggable = true;
});

document.addEventListener("dragstart", (event) => {
  dragged = listed(event.target);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && listed(event.target);
  if (!over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  if (over === dragged) return;
  const box = over.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) over.before(dragged);
  else over.after(dragged);
});

document.addEventListener("drop", (event) => {
  if (dragged && event.target.closest("[data-arranged]")) event.preventDefault();
});

document.addEventListener("dragend", () => {
  if (dragged) tell(dragged.parentElement, dragged);
  dragged = undefined;
});
