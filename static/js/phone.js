// The phone key: fetches a key once, keeps it sealed in this browser, and answers challenges without any network.

const frame = document.querySelector("[data-phone]");
const { respond, hashOfPin, stepsAt } = await import(frame.dataset.ocra);
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
      extensions: { prf: { eval: { first: SALT } } },
    },
  });
  const secret = assertion.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new Error("no secret");
  return lockOf(secret);
}

async function newLock() {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { name: document.title },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: document.title, displayName: document.title },
      pubKeyCredParams: [
        { type: "public-key", alg: -7 },
        { type: "public-key", alg: -257 },
      ],
      authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
      extensions: { prf: { eval: { first: SALT } } },
    },
  });
  const told = made.getClientExtensionResults().prf;
  if (!told?.enabled) throw new Error("this phone cannot");
  const secret = told.results?.first;
  return { id: made.rawId, lock: secret ? await lockOf(secret) : await evaluated(made.rawId) };
}

// --- Setting up.

const claim = new URLSearchParams(location.hash.slice(1)).get("claim");
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function redeem(pinHash) {
  const answer = await fetch(frame.dataset.keys, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ claim, pin_hash: hex(pinHash) }),
  });
  if (!answer.ok) throw new Error("refused");
  const said = await answer.json();
  return { suite: said.suite, name: said.name, key: Uint8Array.from(said.key.match(/../g), (pair) => Number.parseInt(pair, 16)) };
}

async function withPin(pin) {
  const suite = frame.dataset.suite;
  const got = await redeem(await hashOfPin(suite, pin));
  const lock = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await save({ suite: got.suite, name: got.name, mode: "pin", lock, key: await seal(lock, got.key) });
}

async function withFace() {
  const { id, lock } = await newLock();
  const pinHash = crypto.getRandomValues(new Uint8Array(32));
  const got = await redeem(pinHash);
  const both = new Uint8Array(await new Blob([got.key, pinHash]).arrayBuffer());
  await save({ suite: got.suite, name: got.name, mode: "face", id, key: await seal(lock, both) });
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

async function answer(record, asked, pin) {
  const steps = stepsAt(record.suite, Date.now());
  if (record.mode === "pin") {
    const key = await unseal(record.lock, record.key);
    return respond(record.suite, key, asked, { pin: await hashOfPin(record.suite, pin), steps });
  }
  const both = await unseal(await evaluated(record.id), record.key);
  return respond(record.suite, both.slice(0, -32), asked, { pin: both.slice(-32), steps });
}

let timer;

function showResponse(response) {
  const until = Date.now() + SHOWN_SECONDS * 1000;
  find("response").textContent = `${response.slice(0, 4)} ${response.slice(4)}`;
  say("answered", true);
  clearInterval(timer);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    find("left").textContent = frame.dataset.seconds.replace("{s}", left);
    if (left > 0) return;
    clearInterval(timer);
    find("response").textContent = "";
    say("answered", false);
  };
  tick();
  timer = setInterval(tick, 500);
}

async function show() {
  const record = await load();
  const isSettingUp = Boolean(claim) && location.hash.includes("claim=");
  say("empty", !record && !isSettingUp);
  say("setup", isSettingUp);
  say("ready", Boolean(record) && !isSettingUp);
  if (!record || isSettingUp) return;
  find("name").textContent = record.name;
  say("pin-field", record.mode === "pin");
  find("pin").required = record.mode === "pin";
  const asked = new URLSearchParams(location.hash.slice(1)).get("q");
  if (asked && /^\d{8}$/.test(asked)) find("asked").value = asked;
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
  try {
    const asked = find("asked").value.replace(/\s/g, "");
    showResponse(await answer(await load(), asked, find("pin").value));
    find("pin").value = "";
  } catch {
    say("answer-problem", true);
  }
});
find("forget").addEventListener("click", async () => {
  if (!confirm(frame.dataset.sure)) return;
  await forget();
  await show();
});
window.addEventListener("hashchange", show);

// --- The camera, where the browser reads pictures by itself.

async function scan() {
  const video = find("camera");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const reader = new BarcodeDetector({ formats: ["qr_code"] });
  const look = async () => {
    const [found] = await reader.detect(video);
    const asked = found && /[#&]q=(\d{8})/.exec(found.rawValue);
    if (!asked) return requestAnimationFrame(look);
    for (const track of stream.getTracks()) track.stop();
    video.hidden = true;
    find("asked").value = asked[1];
  };
  await look();
}

find("scan").hidden = !("BarcodeDetector" in window);
find("scan").addEventListener("click", () => scan().catch(() => say("answer-problem", true)));
say("face-offer", Boolean(window.PublicKeyCredential) && !/^[\d.[\]:]+$/.test(location.hostname));
if ("serviceWorker" in navigator) navigator.serviceWorker.register(frame.dataset.worker, { scope: frame.dataset.scope });
await show();
frame.dataset.isReady = "";
