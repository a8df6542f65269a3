// The board of workflows: a card is dragged into a column where it may go, or "m" opens its menu. Both send the card's own form.

const board = document.querySelector("[data-lanes]");
let dragged;

const choice = (card) => card.querySelector("select");
const goes = (card, lane) => [...choice(card).options].some((option) => option.value === lane.dataset.lane);

for (const card of board.querySelectorAll("[data-card]")) {
  if (!choice(card)) continue;
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  card.addEventListener("dragend", () => {
    dragged = undefined;
    for (const lane of board.querySelectorAll(".lane-open")) lane.classList.remove("lane-open");
  });
}

for (const lane of board.querySelectorAll("[data-lane]")) {
  lane.addEventListener("dragover", (event) => {
    if (!dragged || !goes(dragged, lane)) return;
    event.preventDefault();
    lane.classList.add("lane-open");
  });
  lane.addEventListener("dragleave", (event) => {
    if (!lane.contains(event.relatedTarget)) lane.classList.remove("lane-open");
  });
  lane.addEventListener("drop", (event) => {
    if (!dragged || !goes(dragged, lane)) return;
    event.preventDefault();
    choice(dragged).value = lane.dataset.lane;
    choice(dragged).form.requestSubmit();
  });
}

board.addEventListener("keydown", (event) => {
  if (event.key !== "m" || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === "off") return;
  const menu = event.target.closest("[data-card]")?.querySelector("[data-card-menu]");
  if (!menu || event.target.closest("select, input")) return;
  event.preventDefault();
  menu.open = true;
  choice(menu).focus();
});

// After a move the page comes back at its card, and the next key goes to it.
addEventListener("load", () => document.querySelector("[data-card]:target")?.focus());
