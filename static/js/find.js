// Fields that offer as one types: arrows move, Enter opens, Escape closes. Ctrl-K opens the palette.

const listOf = (field) => document.getElementById(field.dataset.finds);
const palette = document.getElementById("palette");

function choose(field, option) {
  for (const one of listOf(field).querySelectorAll("[role=option]")) one.setAttribute("aria-selected", String(one === option));
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

// What was chosen stands first in the palette next time; the portal remembers it, the browser nothing.
function use(option) {
  if (!palette || !option) return;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const body = new URLSearchParams({ address: new URL(option.href).pathname });
  fetch(palette.dataset.used, { method: "POST", keepalive: true, headers, body }).catch(() => {});
}

function close(field) {
  choose(field, null);
  if (field.closest("dialog")) return;
  listOf(field).hidden = true;
  field.setAttribute("aria-expanded", "false");
}

for (const field of document.querySelectorAll("[data-finds]")) {
  const list = listOf(field);
  field.addEventListener("keydown", (event) => {
    const options = [...list.querySelectorAll("a[role=option]")];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!options.length || list.hidden) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(field, options[(at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length]);
    } else if (event.key === "Enter") {
      const option = options[at] ?? (field.closest("dialog") ? options[0] : null);
      if (!option || list.hidden) return;
      event.preventDefault();
      use(option);
      location.assign(option.href);
    } else if (event.key === "Escape") close(field);
  });
  list.addEventListener("click", (event) => use(event.target.closest("a[role=option]")));
  field.addEventListener("blur", () => setTimeout(() => list.contains(document.activeElement) || close(field), 150));
  list.addEventListener("htmx:afterSwap", () => {
    const told = document.querySelector(`[data-counts="${list.id}"]`);
    if (told) told.textContent = list.querySelector("[data-said]")?.dataset.said ?? "";
    if (field.closest("dialog")) return choose(field, list.querySelector("a[role=option]"));
    list.hidden = !field.value.trim() || document.activeElement !== field;
    field.setAttribute("aria-expanded", String(!list.hidden));
  });
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || !palette) return;
  event.preventDefault();
  if (!palette.open) palette.showModal();
  palette.querySelector("input").select();
});
