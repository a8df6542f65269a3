// The padlock counts down, warns a minute before, and takes what is sealed off the page when it locks. What somebody has
// typed stays. Tabs tell one another, so that work in one keeps the others open, and locking one locks all.

const padlock = document.querySelector("[data-padlock]");
const left = padlock.querySelector("[data-padlock-left]");
const soon = document.querySelector("[data-padlock-soon]");
const over = document.querySelector("[data-padlock-over]");
// Without the channel each tab counts for itself.
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel("padlock") : { postMessage() {} };
const WARNING = 60_000;

let until = Date.now() + Number(padlock.dataset.padlock) * 1000;

function tick() {
  const rest = until - Date.now();
  const seconds = Math.max(0, Math.ceil(rest / 1000));
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  soon.hidden = rest > WARNING || rest <= 0;
  over.hidden = rest > 0;
  padlock.hidden = rest <= 0;
  if (rest <= 0) seal();
}

function seal() {
  sessionStorage.removeItem("book"); // words that were searched for
  const words = document.getElementById("padlock-sealed").content;
  for (const part of document.querySelectorAll("[data-sealed]")) {
    if (hasWork(part)) continue;
    part.removeAttribute("data-sealed");
    part.replaceChildren(words.cloneNode(true));
  }
}

function hasWork(part) {
  return [...part.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
}

tabs.onmessage = ({ data }) => {
  until = data.locked ? Date.now() : Math.max(until, data.until);
  tick();
};
padlock.addEventListener("submit", () => tabs.postMessage({ locked: true }));
document.addEventListener("submit", ({ target }) => {
  if (target === padlock || target.action.endsWith("/logout/")) sessionStorage.removeItem("book");
});
document.querySelector("[data-padlock-stay]").addEventListener("click", async (event) => {
  let answer;
  try {
    answer = await fetch(event.target.dataset.padlockStay, { headers: { Accept: "application/json" } });
  } catch {
    return; // no network: the clock goes on, and the next press asks again
  }
  const found = answer.ok ? (await answer.json()).unlocked_until : null;
  // The clock of the answer, not the browser's own: the two need not agree.
  const now = Date.parse(answer.headers.get("Date") ?? "") || Date.now();
  until = found ? Date.now() + Date.parse(found) - now : Date.now();
  tabs.postMessage({ until });
  tick();
});
document.addEventListener("visibilitychange", tick);
tabs.postMessage({ until });
tick();
setInterval(tick, 1000);
