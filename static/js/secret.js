// Storage passwords: shown while somebody wants to see them, with a word where caps lock is on, and how long a new one would
// take to guess. What is typed leaves the page with its form alone.

const SHORTEST = 15;
// Somebody who has stolen the database and the keys beside it, with a room of machines; each guess costs memory and time.
const GUESSES_A_SECOND = 10_000;
const YEAR = 365 * 86_400;
// Bits of a word of a list of some eight thousand, and of a sign that somebody chooses, who rarely chooses by chance.
const A_WORD = 12.9;
const A_SIGN = 2.5;

for (const field of document.querySelectorAll("[data-secret]")) {
  const box = field.closest(".field");
  const show = box.querySelector("[data-secret-show]");
  const caps = box.querySelector("[data-secret-caps]");
  const strength = box.querySelector("[data-secret-strength]");
  show.hidden = false;
  show.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    show.setAttribute("aria-pressed", String(isShown));
    field.focus();
  });
  // Sent as a password again, so that no browser keeps it among what was typed.
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
  for (const event of ["keydown", "keyup"]) {
    field.addEventListener(event, (key) => {
      caps.hidden = !key.getModifierState?.("CapsLock");
    });
  }
  field.addEventListener("blur", () => {
    caps.hidden = true;
  });
  if (strength) {
    field.addEventListener("input", () => {
      strength.hidden = field.value === "";
      strength.textContent = strength.dataset[lasts(field.value)];
    });
  }
}

// The cheaper of two ways to guess: word by word, or sign by sign; what is repeated adds nothing.
function lasts(secret) {
  if ([...secret].length < SHORTEST) return "short";
  const words = new Set(secret.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean));
  const signs = new Set(secret).size;
  const bySign = Math.min([...secret].length, signs * 2) * A_SIGN;
  const byWord = [...words].reduce((bits, word) => bits + Math.min(isWord(word) ? A_WORD : Infinity, word.length * A_SIGN), 0);
  const seconds = 2 ** Math.min(bySign, byWord) / 2 / GUESSES_A_SECOND;
  if (seconds < YEAR) return "days";
  return seconds < 100 * YEAR ? "years" : "centuries";
}

function isWord(text) {
  return /^\p{L}{1,12}$/u.test(text);
}
