// The admin's searching selects, named for readers: the widget points at its own empty text instead of the label.

function name(widget) {
  const select = widget.previousElementSibling;
  const label = select && document.querySelector(`label[for="${select.id}"]`);
  if (!label) return;
  label.id ||= `${select.id}_label`;
  const shown = widget.querySelector(".select2-selection__rendered");
  shown?.setAttribute("aria-labelledby", label.id);
  widget.querySelector("[role=combobox]")?.setAttribute("aria-labelledby", `${label.id} ${shown?.id ?? ""}`.trim());
}

// The widgets are made after the page is ready, at a moment of jQuery's choosing.
new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.matches?.("select + .select2")) name(node);
}).observe(document.body, { childList: true, subtree: true });

document.querySelectorAll("select + .select2").forEach(name);
