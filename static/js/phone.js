// The phone key: fetches a key once, keeps it sealed in this browser, and answers challenges without any network.

const frame = document.querySelector("[data-phone]");
const { respond, hashOfPin, questionOf, stepsAt } = await import(frame.dataset.ocra);
const { opened, written } = await import(frame.dataset.webauthn);
const SHOWN_SECONDS = 60;
const find = (name) => frame.querySelector(`[data-${name}]`);
const say = (name, is) => {
  for (const one of frame.querySelectorAll(`[data-${name}]`)) one.hidden = !is;
};

// --- What this browser keeps: one record, readable by no other site and, where it can be, by no script without the user.

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("phone-key", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function kept(mode, work) {
  const base = await open();
  return new Promise((done, failed) => {
    const deal = base.transaction("kept", mode);
    const asked = work(deal.objectStore("kept"));
    deal.oncomplete = () => done(asked.result);
    deal.onerror = () => failed(deal.error);
  });
}

const load = () => kept("readonly", (store) => store.get("key"));
const save = (record) => kept("readwrite", (store) => store.put(record, "key"));
const forget = () => kept("readwrite", (store) => store.delete("key"));

async function seal(lock, plain) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, lock, plain);
  return { nonce, box };
}

const unseal = async (lock, { nonce, box }) =>
  new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, lock, box));

// --- Fingerprint or face: a passkey of this phone whose secret (PRF) alone opens the key.

const SALT = new TextEncoder().encode("advisor portal phone key");

async function lockOf(secret) {
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: SALT };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function evaluated(id) {
  const assertion = await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: "public-key", id }],
      userVerification: "required",
      extensions: prf,
    },
  });
  const secret = assertion.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new Error("no secret");
  return lockOf(secret);
}

const prf = { prf: { eval: { first: SALT } } };

// --- Where the passkey yields no secret: half of what opens the key stays with the portal, which gives it out only for
// a fresh assertion in which the user was verified. That needs a network each time.

async function ask(address, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error("refused");
  return answer.json();
}

const joined = async (...parts) => new Uint8Array(await new Blob(parts).arrayBuffer());
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));

async function splitLock(record) {
  const publicKey = opened(await ask(frame.dataset.opening, { device: record.device }));
  const assertion = await navigator.credentials.get({ publicKey });
  const { share } = await ask(frame.dataset.opening, { device: record.device, assertion: written(assertion) });
  return lockOf(await joined(await unseal(record.lock, record.half), unhex(share)));
}

// --- Setting up.

let claim = "";
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function redeem(pinHash, passkey) {
  const said = await ask(frame.dataset.keys, { claim, pin_hash: hex(pinHash), ...(passkey && { passkey }) });
  return { ...said, key: unhex(said.key) };
}

const ownLock = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

async function withPin(pin) {
  const suite = frame.dataset.suite;
  const got = await redeem(await hashOfPin(suite, pin));
  const lock = await ownLock();
  await save({ suite: got.suite, name: got.name, mode: "pin", lock, key: await seal(lock, got.key) });
}

async function withFace() {
  const publicKey = { ...opened(await ask(frame.dataset.passkeys, { claim })), extensions: prf };
  const made = await navigator.credentials.create({ publicKey });
  const told = made.getClientExtensionResults().prf;
  const pinHash = crypto.getRandomValues(new Uint8Array(32));
  if (told?.enabled) {
    const secret = told.results?.first;
    const lock = secret ? await lockOf(secret) : await evaluated(made.rawId);
    const got = await redeem(pinHash);
    const key = await seal(lock, await joined(got.key, pinHash));
    return save({ suite: got.suite, name: got.name, mode: "face", id: made.rawId, key });
  }
  const got = await redeem(pinHash, written(made));
  const [lock, half] = [await ownLock(), crypto.getRandomValues(new Uint8Array(32))];
  const key = await seal(await lockOf(await joined(half, unhex(got.share))), await joined(got.key, pinHash));
  const record = { suite: got.suite, name: got.name, mode: "split", device: got.device, lock, key };
  return save({ ...record, half: await seal(lock, half) });
}

async function setUp(way) {
  say("setup-problem", false);
  try {
    await way();
    await navigator.storage?.persist?.();
    history.replaceState(null, "", location.pathname);
    await show();
  } catch {
    say("setup-problem", true);
  }
}

// --- Answering.

// A scanned challenge is answered together with the words that were shown; typed digits are all there is.
async function answer(record, digits, pin) {
  const words = scanned.digits === digits ? scanned.told : "";
  const suite = words ? frame.dataset.scannedSuite : record.suite;
  const asked = words ? await questionOf(digits, words) : digits;
  const steps = stepsAt(suite, Date.now());
  if (record.mode === "pin") {
    const key = await unseal(record.lock, record.key);
    return respond(suite, key, asked, { pin: await hashOfPin(suite, pin), steps });
  }
  const lock = record.mode === "split" ? await splitLock(record) : await evaluated(record.id);
  const both = await unseal(lock, record.key);
  return respond(suite, both.slice(0, -32), asked, { pin: both.slice(-32), steps });
}

// --- What was scanned: eight digits and, in words, what they are for.

let scanned = { digits: "", told: "" };

function wordsOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(plain, (one) => one.charCodeAt(0)));
}

function take(link) {
  const begun = /#claim=[\w-]{1,200}$/.exec(link);
  if (begun && begun[0] !== location.hash) {
    location.hash = begun[0];
    return true;
  }
  const read = readOf(link);
  say("unreadable", !read && /[#&]q=/.test(link));
  if (!read) return false;
  hideResponse();
  find("asked").value = read.digits;
  scanned = read;
  tell();
  return true;
}

// A link that is not whole says nothing: digits without their words would be answered unseen.
function readOf(link) {
  const found = /[#&]q=(\d{8})(?:&t=([\w-]{1,800}))?$/.exec(link);
  try {
    return found && { digits: found[1], told: found[2] ? wordsOf(found[2]) : "" };
  } catch {
    return null;
  }
}

function tell() {
  const isTold = scanned.told !== "" && find("asked").value.replace(/\s/g, "") === scanned.digits;
  find("told-words").textContent = isTold ? scanned.told : "";
  say("told", isTold);
  say("untold", !isTold);
}

let timer;

function hideResponse() {
  clearInterval(timer);
  find("response").textContent = "";
  say("answered", false);
}

function showResponse(response) {
  const until = Date.now() + SHOWN_SECONDS * 1000;
  find("response").textContent = `${response.slice(0, 4)} ${response.slice(4)}`;
  say("answered", true);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    find("left").textContent = frame.dataset.seconds.replace("{s}", left);
    if (left <= 0) hideResponse();
  };
  tick();
  timer = setInterval(tick, 500);
}

async function show() {
  const record = await load();
  claim = /[#&]claim=([\w-]{1,200})$/.exec(location.hash)?.[1] ?? "";
  const isSettingUp = claim !== "";
  say("empty", !record && !isSettingUp);
  say("setup", isSettingUp);
  say("ready", Boolean(record) && !isSettingUp);
  if (!record || isSettingUp) return;
  find("name").textContent = record.name;
  say("pin-field", record.mode === "pin");
  find("pin").required = record.mode === "pin";
  take(location.hash);
}

find("setup-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const [pin, again] = [find("new-pin").value, find("same-pin").value];
  say("pin-differs", pin !== again);
  if (pin === again) setUp(() => withPin(pin));
});
find("use-face").addEventListener("click", () => setUp(withFace));
find("answer-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  say("answer-problem", false);
  hideResponse();
  try {
    const asked = find("asked").value.replace(/\s/g, "");
    showResponse(await answer(await load(), asked, find("pin").value));
    find("pin").value = "";
  } catch {
    say("answer-problem", true);
  }
});
find("asked").addEventListener("input", () => {
  hideResponse();
  tell();
});
find("forget").addEventListener("click", async () => {
  if (!confirm(frame.dataset.sure)) return;
  await forget();
  await show();
});
window.addEventListener("hashchange", show);

// --- The camera. Browsers that read no pictures by themselves get a reader from the portal, when it is first needed.

let stream;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  say("camera", false);
}

async function scan() {
  const video = find("camera");
  const Reader = window.BarcodeDetector ?? (await import(frame.dataset.reader)).BarcodeDetector;
  const reader = new Reader({ formats: ["qr_code"] });
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video.srcObject = stream;
  say("camera", true);
  await video.play();
  while (stream) {
    const [found] = await reader.detect(video);
    if (found && take(found.rawValue)) stop();
    else await new Promise(requestAnimationFrame);
  }
}

say("scan", Boolean(navigator.mediaDevices));
for (const button of frame.querySelectorAll("[data-scan]")) {
  button.addEventListener("click", () => {
    say("camera-problem", false);
    if (stream) return stop();
    scan().catch(() => {
      stop();
      say("camera-problem", true);
    });
  });
}
say("face-offer", Boolean(window.PublicKeyCredential) && !/^[\d.[\]:]+$/.test(location.hostname));
if ("serviceWorker" in navigator) navigator.serviceWorker.register(frame.dataset.worker, { scope: frame.dataset.scope });
await show();
frame.dataset.isReady = "";
