// Ticks every [data-until] once a minute. The server writes the words; this only moves the numbers in them.

const parts = [...document.querySelectorAll("[data-until]")];

function tick() {
  for (const part of parts) {
    const left = Math.floor((Date.parse(part.dataset.until) - Date.now()) / 60000);
    if (left < 0) {
      part.textContent = part.dataset.past;
      part.classList.remove("soon");
      continue;
    }
    const words = left >= 60 ? part.dataset.hours : part.dataset.minutes;
    part.textContent = words.replace("{h}", Math.floor(left / 60)).replace("{m}", left % 60);
    part.classList.toggle("soon", left < 30);
  }
}

if (parts.length) {
  tick();
  setInterval(tick, 20000);
}
