// Native dialogs: [data-opens="id"] opens, [data-closes] closes; focus returns by itself.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const box = document.getElementById(opener.dataset.opens);
    if (box?.showModal) {
      event.preventDefault();
      box.showModal();
    }
    return;
  }
  if (event.target.closest("[data-closes]")) {
    event.preventDefault();
    event.target.closest("dialog")?.close();
  } else if (event.target.matches("dialog.box")) {
    event.target.close();
  }
});
