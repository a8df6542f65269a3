// A drawn signature: the canvas becomes a PNG in the form when it is sent. Without this script a name is typed.

const form = document.querySelector("[data-sign]");
const how = form?.querySelector("[data-sign-how]");
const canvas = how?.querySelector("canvas");

if (canvas && window.SignaturePad) {
  how.hidden = false;
  const pad = new window.SignaturePad(canvas, { penColor: "#14213d", backgroundColor: "#ffffff" });
  // The pad measures in the canvas's own pixels; they follow the box while nothing has been drawn.
  const fit = () => {
    if (!pad.isEmpty() || !canvas.offsetWidth) return;
    canvas.width = canvas.offsetWidth;
    canvas.height = canvas.offsetHeight;
    pad.clear();
  };
  new ResizeObserver(fit).observe(canvas);
  how.querySelector("[data-sign-clear]").addEventListener("click", () => {
    pad.clear();
    fit();
  });
  form.addEventListener("submit", () => {
    const draws = form.elements.how.value === "draw";
    form.elements.drawing.value = draws && !pad.isEmpty() ? pad.toDataURL("image/png") : "";
  });
}
