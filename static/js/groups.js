// A group's box stands for all of its functions: ticked, empty or mixed. Without script the server reads it the same way.

for (const group of document.querySelectorAll("[data-groups] fieldset")) {
  const all = group.querySelector("[data-all]");
  const count = group.querySelector("[data-count]");
  const ones = [...group.querySelectorAll('[name="ability"]')];

  const show = () => {
    const ticked = ones.filter((one) => one.checked).length;
    all.checked = ticked === ones.length;
    all.indeterminate = ticked > 0 && ticked < ones.length;
    count.textContent = `${ticked}/${ones.length}`;
  };

  all.addEventListener("change", () => {
    for (const one of ones) if (!one.disabled) one.checked = all.checked;
    show();
  });
  for (const one of ones) one.addEventListener("change", show);
  show();
}
