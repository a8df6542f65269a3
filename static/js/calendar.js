// The calendar by keyboard: arrows walk from day to day of the month, "p" and "." turn the page, "t" is today.

const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) return;
  const wanted = { t: "[data-today]", p: ".calendar-head [rel=prev]", ".": ".calendar-head [rel=next]" }[event.key];
  if (wanted) {
    event.preventDefault();
    document.querySelector(wanted)?.click();
    return;
  }
  const step = steps[event.key];
  if (!step || !event.target.closest("[data-calendar]")) return;
  const days = [...document.querySelectorAll("[data-calendar] .calendar-day")].filter((day) => day.checkVisibility());
  const here = days.indexOf(event.target.closest("td")?.querySelector(".calendar-day"));
  const there = days[here + step];
  if (here < 0 || !there) return;
  event.preventDefault();
  there.focus();
});
