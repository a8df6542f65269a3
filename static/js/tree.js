// The tree by keys: up and down walk, right opens a branch, left closes it or goes to the parent, letters jump to a title.
// Without this script every line is a plain link.

let typed = "";
let typedAt = 0;

function dress() {
  const table = document.querySelector("[data-tree]");
  if (!table || table.getAttribute("role") === "treegrid") return;
  table.setAttribute("role", "treegrid");
  for (const row of table.querySelectorAll("tbody tr")) {
    row.setAttribute("aria-level", row.dataset.level);
    if (row.dataset.open) row.setAttribute("aria-expanded", row.dataset.open);
    row.setAttribute("aria-selected", String(row.classList.contains("chosen")));
  }
}

function nodes() {
  return [...document.querySelectorAll("[data-tree] a.node")];
}

function parentOf(all, at) {
  const level = Number(all[at].closest("tr").dataset.level);
  for (let i = at - 1; i >= 0; i -= 1) {
    if (Number(all[i].closest("tr").dataset.level) < level) return all[i];
  }
  return null;
}

function jump(all, at, letter) {
  typed = Date.now() - typedAt < 700 ? typed + letter : letter;
  typedAt = Date.now();
  const from = typed.length > 1 ? at : at + 1;
  for (let i = 0; i < all.length; i += 1) {
    const node = all[(from + i) % all.length];
    if (node.dataset.title.toLowerCase().startsWith(typed)) return node;
  }
  return null;
}

document.addEventListener(
  "keydown",
  (event) => {
    const here = event.target.closest("[data-tree] a.node");
    if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = nodes();
    const at = all.indexOf(here);
    const open = here.closest("tr").dataset.open;
    let goal = null;
    if (event.key === "ArrowDown") goal = all[at + 1];
    else if (event.key === "ArrowUp") goal = all[at - 1];
    else if (event.key === "Home") goal = all[0];
    else if (event.key === "End") goal = all[all.length - 1];
    else if (event.key === "ArrowLeft") goal = parentOf(all, at);
    else if (event.key === "ArrowRight" && open === "true") goal = all[at + 1];
    else if (event.key === "ArrowRight" && open === "false") here.click();
    else if (event.key.length === 1 && /\p{L}|\p{N}/u.test(event.key)) goal = jump(all, at, event.key.toLowerCase());
    else return;
    event.preventDefault();
    event.stopPropagation();
    goal?.focus();
  },
  true,
);

document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest("#structure")) return; // a bell that renews itself takes the focus from nobody
  dress();
  document.querySelector("[data-tree] a.node[aria-current]")?.focus({ preventScroll: true });
});

dress();
