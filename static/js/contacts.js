// The client book by keyboard: "n" adds, "e" changes, Space looks at the row in focus, Escape closes the look.

const typing = (target) => target.closest("input, select, textarea, button, summary, [contenteditable]");

let opener;
let isOpening = false;

function close() {
  const peek = document.getElementById("peek");
  if (!peek?.firstElementChild) return;
  peek.replaceChildren();
  opener?.focus();
}

// On a phone the look stands above the list: it is brought into sight, and closing leads back to the row.
document.addEventListener("htmx:afterSettle", () => {
  const look = document.querySelector("#peek > .book-card");
  if (look && isOpening) look.scrollIntoView({ block: "nearest" });
  isOpening = isOpening && !look;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") {
    const save = event.target.closest("form")?.querySelector("[data-save]");
    if (save) {
      event.preventDefault();
      save.click();
    }
    return;
  }
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const row = event.target.closest("tr");
  const wanted = { n: "[data-new]", e: "[data-edit]" }[event.key];
  if (wanted) {
    const link = document.querySelector(wanted);
    if (link) {
      event.preventDefault();
      link.click();
    }
  } else if (event.key === " " && row) {
    const look = row.querySelector("[data-peek]");
    if (look) {
      event.preventDefault();
      look.click();
    }
  } else if (event.key === "Escape") close();
});

document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-peek]");
  isOpening = Boolean(wanted);
  opener = wanted ?? opener;
  if (event.target.closest("[data-peek-close]")) close();
});
