// The frame: folding the menu, closing what drops down, forms that submit by a change. Everything here also works without it.

const root = document.documentElement;

// Fold at once, tell the server behind the back; on failure the plain form post remains.
document.querySelector("[data-fold]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const folded = root.dataset.menu !== "folded";
  root.dataset.menu = folded ? "folded" : "open";
  const button = form.querySelector("button");
  button.setAttribute("aria-expanded", String(!folded));
  const body = new FormData(form);
  form.elements.folded.value = folded ? "0" : "1";
  fetch(form.action, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } });
});

const drops = () => document.querySelectorAll("details.drop[open]");

document.addEventListener("click", (event) => {
  for (const drop of drops()) if (!drop.contains(event.target)) drop.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of drops()) {
    drop.open = false;
    drop.querySelector("summary").focus();
  }
});

document.addEventListener("focusin", (event) => {
  for (const drop of drops()) if (!drop.contains(event.target)) drop.open = false;
});

document.addEventListener("input", (event) => {
  const shown = document.getElementById(event.target.dataset.shows);
  if (shown) shown.textContent = event.target.value;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

for (const button of document.querySelectorAll("[data-submit-button]")) button.hidden = true;

// A failed fragment must say so: the status bar is the one place for it.
// A request that a newer one has replaced did not fail; it has no status, and neither has one that reached nobody.
for (const failed of ["htmx:afterRequest", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failed, sayThatItFailed);
}

function sayThatItFailed(event) {
  const bar = document.getElementById("status");
  const { successful, xhr } = event.detail;
  const isFine = successful || xhr.status === 422 || xhr.status === 0;
  if (!bar || (event.type === "htmx:afterRequest" && isFine)) return;
  const line = document.createElement("p");
  line.className = "error";
  line.textContent = bar.dataset.failed;
  bar.replaceChildren(line);
}
