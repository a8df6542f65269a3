// Passkeys: hands the server's question to the browser, and the browser's answer to the form. The button is shut until
// somebody listens, or a quick hand would send the form without an answer.

const { opened, written } = await import(document.querySelector("[data-webauthn]").dataset.webauthn);

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
  form.querySelector("[data-passkey-go]").disabled = false;
}
