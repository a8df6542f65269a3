// Keeps the phone key's page and files, and serves them from there; everything else goes to the network as ever.
const FILES = {{ files|safe }};
const NAME = `phone-key-${FILES.join("").length}-${FILES.join("").split("").reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) >>> 0, 7)}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES.map((one) => new Request(one, { cache: "reload" })))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((one) => one !== NAME).map((one) => caches.delete(one)))),
  );
  self.clients.claim();
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const isPage = event.request.mode === "navigate";
  const stored = () => caches.match(event.request, { ignoreSearch: isPage });
  event.respondWith(
    isPage
      ? fetch(event.request).catch(stored)
      : stored().then((found) => found ?? fetch(event.request)),
  );
});
