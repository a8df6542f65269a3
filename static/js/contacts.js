// The client book by keyboard: "n" adds, "e" changes, Space looks at the row in focus, Escape closes the look.

const typing = (target) => target.closest("input, select, textarea, button, summary, [contenteditable]");

function close() {
  const peek = document.getElementById("peek");
  if (!peek?.firstElementChild) return false;
  peek.replaceChildren();
  return true;
}

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
  if (event.target.closest("[data-peek-close]")) close();
});
