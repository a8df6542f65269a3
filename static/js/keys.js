// Keyboard: "/" finds, "g" then a letter goes, "?" shows the sheet. Quiet while typing; can be switched off per person.

const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
const off = document.body.dataset.keys === "off";
let going = 0;

const goals = new Map(
  [...document.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link]),
);

const sheet = document.getElementById("keys-sheet");

document.addEventListener("keydown", (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (Date.now() - going < 1200) {
    going = 0;
    const card = document.querySelectorAll(".board > .card")[Number(event.key) - 1];
    if (card) {
      event.preventDefault();
      card.tabIndex = -1;
      card.focus();
      return;
    }
    const link = goals.get(event.key.toLowerCase());
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (event.key === "/") {
    const search = [...document.querySelectorAll("[data-search]")].find((field) => field.checkVisibility());
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "g") {
    going = Date.now();
  } else if (event.key === "?" && sheet) {
    event.preventDefault();
    sheet.showModal();
  } else if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1);
  }
});

function walk(step) {
  const rows = [...document.querySelectorAll("[data-rows] tbody a.id, [data-rows] tbody [data-row-link]")];
  if (!rows.length) return;
  const here = document.activeElement;
  const at = rows.findIndex((row) => row === here || row.closest("tr")?.contains(here));
  rows[Math.min(rows.length - 1, Math.max(0, at + step))].focus();
}

document.querySelector("[data-search]")?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.blur();
});
