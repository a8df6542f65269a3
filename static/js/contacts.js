// The client book by keyboard: "n" adds, "e" changes, "h" tells what was changed, Space looks at the row in focus, "j" and
// "k" walk the looks, Escape closes the look. On a record, "[" and "]" walk the list that one comes from.

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
  const walks = { "[": "[data-walk=p]", "]": "[data-walk=n]" };
  const wanted = { n: "[data-new]", e: "[data-edit]", h: "[data-history]", ...walks }[event.key];
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
  } else if (event.key === "j" || event.key === "k") {
    // The row in focus has moved once the other keys are heard.
    if (document.querySelector("#peek > .book-card"))
      setTimeout(() => document.activeElement.closest("tr")?.querySelector("[data-peek]")?.click());
  } else if (event.key === "Escape") close();
});

document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-peek]");
  isOpening = Boolean(wanted);
  opener = wanted ?? opener;
  if (event.target.closest("[data-peek-close]")) close();
});

// "3 of 128": the list that one comes from is remembered in this tab, and a record says where it stands in it.
const place = document.querySelector("[data-place]");
if (document.getElementById("list")) {
  const remember = () => {
    const said = new URLSearchParams(location.search);
    for (const gone of ["after", "before", "filter"]) said.delete(gone);
    sessionStorage.setItem("book", said.toString());
  };
  remember();
  document.addEventListener("htmx:pushedIntoHistory", remember);
  document.addEventListener("htmx:replacedInHistory", remember);
} else if (place && sessionStorage.getItem("book") !== null) {
  const said = new URLSearchParams(sessionStorage.getItem("book"));
  said.set("tab", place.dataset.tab);
  fetch(`${place.dataset.place}?${said}`, { redirect: "error" })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes))
    .catch(() => {});
}
