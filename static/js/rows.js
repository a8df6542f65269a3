// Rows that can be chosen: how many are, and "x" for the one in focus. Without it the checkboxes still post.

function count(form) {
  const all = form.querySelector("[data-all]:checked");
  const marked = form.querySelectorAll("input[name=chosen]:checked").length;
  const chosen = marked || (all ? 1 : 0);
  const words = form.querySelector(".chosen-count");
  words.textContent = marked && !all ? words.dataset.count.replace("{n}", marked) : "";
  for (const button of form.querySelectorAll("[data-of-chosen]")) button.disabled = !chosen;
}

const forms = () => document.querySelectorAll("form[data-select]");

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-select]");
  if (form) count(form);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.body.dataset.keys === "off" || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  event.target.closest("tr")?.querySelector("input[name=chosen]")?.click();
});

document.body.addEventListener("htmx:afterSettle", () => forms().forEach(count));
forms().forEach(count);
