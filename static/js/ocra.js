// OCRA (RFC 6287) for the phone: written apart from the server's own, and checked against it by the tests.

const SUITE =
  /^OCRA-1:HOTP-(SHA1|SHA256|SHA512)-([04-9]|10):(C-)?Q([ANH])(\d\d)(?:-P(SHA1|SHA256|SHA512))?(?:-S(\d{3}))?(?:-T(\d{1,2})([SMH]))?$/;
const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" };
const UNITS = { S: 1, M: 60, H: 3600 };
const ascii = (text) => new TextEncoder().encode(text);

function eight(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

function ofHex(hex) {
  const even = hex.length % 2 ? `${hex}0` : hex;
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function question(form, text) {
  const block = new Uint8Array(128);
  if (form === "A") block.set(ascii(text));
  else block.set(ofHex(form === "N" ? BigInt(text).toString(16) : text));
  return block;
}

export async function hashOfPin(suiteText, pin) {
  const suite = SUITE.exec(suiteText);
  return new Uint8Array(await crypto.subtle.digest(HASHES[suite[6]], ascii(pin)));
}

export function stepsAt(suiteText, milliseconds) {
  const suite = SUITE.exec(suiteText);
  return suite[8] ? Math.floor(milliseconds / 1000 / (Number(suite[8]) * UNITS[suite[9]])) : undefined;
}

// The question of a scanned challenge: its eight digits, and what the words that came along come to.
export async function questionOf(asked, told) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", ascii(told)));
  const number = sum.reduce((all, byte) => all * 256n + BigInt(byte), 0n);
  return asked + String(number % 10n ** 56n).padStart(56, "0");
}

// `counter`, `pin` (its hash), `session` and `steps` as the suite names them.
export async function respond(suiteText, key, asked, { counter, pin, session, steps } = {}) {
  const suite = SUITE.exec(suiteText);
  if (!suite) throw new Error("no suite of OCRA");
  const [, hash, digits, hasCounter, form, , pinHash, sessionBytes, timed] = suite;
  const parts = [ascii(suiteText), new Uint8Array(1)];
  if (hasCounter) parts.push(eight(counter));
  parts.push(question(form, asked));
  if (pinHash) parts.push(pin);
  if (sessionBytes) {
    const block = new Uint8Array(Number(sessionBytes));
    block.set(session, block.length - session.length);
    parts.push(block);
  }
  if (timed) parts.push(eight(steps));
  const message = new Uint8Array(await new Blob(parts).arrayBuffer());
  const signer = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: HASHES[hash] }, false, ["sign"]);
  const code = new Uint8Array(await crypto.subtle.sign("HMAC", signer, message));
  if (digits === "0") return [...code].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const place = code[code.length - 1] & 15;
  const number = new DataView(code.buffer).getUint32(place) & 0x7fffffff;
  return String(number % 10 ** Number(digits)).padStart(Number(digits), "0");
}
