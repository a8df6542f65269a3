// Passkeys: hands the server's question to the browser, and the browser's answer to the form.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function opened(options) {
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    if (asked[name]) asked[name] = asked[name].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return asked;
}

function written(credential) {
  const said = credential.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (said.attestationObject) response.attestationObject = text(said.attestationObject);
  if (said.authenticatorData) response.authenticatorData = text(said.authenticatorData);
  if (said.signature) response.signature = text(said.signature);
  if (said.userHandle) response.userHandle = text(said.userHandle);
  const id = text(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response, clientExtensionResults: {} });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const field = form.querySelector("[data-passkey-answer]");
  const problem = form.querySelector("[data-passkey-problem]");

  form.addEventListener("submit", async (event) => {
    if (field.value || event.submitter?.hasAttribute("data-passkey-not")) return;
    event.preventDefault();
    problem.hidden = true;
    try {
      const publicKey = opened(JSON.parse(form.dataset.options));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      field.value = written(credential);
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}
