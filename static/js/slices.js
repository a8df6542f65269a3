// Long work slice by slice: the form is posted again until it is over, and says how far it is. Without it each press of
// the button does a larger slice.

for (const form of document.querySelectorAll("form[data-slices]")) {
  form.addEventListener("submit", (event) => {
    // Looking, and what another button asks for, is one step.
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    walk(form);
  });
  // What was begun on the page before goes on at once.
  if ("begun" in form.dataset) walk(form);
}

async function walk(form) {
  const place = form.querySelector("[data-progress]");
  const bar = place.querySelector("progress");
  const words = place.querySelector("output");
  const said = new FormData(form);
  place.hidden = false;
  place.querySelector("[data-closing]").hidden = false;
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    for (let over = false; !over; ) {
      const answer = await fetch(form.action, {
        method: "POST",
        body: said,
        headers: { "X-Requested-With": "XMLHttpRequest" },
        redirect: "error",
      });
      if (!answer.ok) break;
      const told = await answer.json();
      over = told.over;
      bar.max = told.of || 1;
      bar.value = told.done;
      words.textContent = words.dataset.words.replace("{done}", told.done).replace("{of}", told.of);
    }
  } catch {
    // The page that follows says where it stands, and how to go on.
  }
  location.assign(location.pathname);
}
