// Uploads with progress and a way to stop, and files that are dropped on the form. Without it the form posts as it is.

for (const form of document.querySelectorAll("form[data-upload]")) {
  const bar = form.querySelector("progress");
  const stop = form.querySelector("[data-upload-stop]");
  const files = form.querySelector("input[type=file]");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sending = new XMLHttpRequest();
    const busy = (is) => {
      bar.hidden = stop.hidden = !is;
      form.querySelector("button:not([type=button])").disabled = is;
    };
    sending.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = total ? (100 * loaded) / total : 0;
    });
    sending.addEventListener("load", () => {
      busy(false);
      // A refused file comes back with the page and its line; a kept one says where to go on. What is no answer of
      // this page is another one, such as the door of an ended session.
      if (sending.status < 400) {
        const said = read(sending.responseText);
        if (said?.problems) return show(form, said.problems.join(" "));
        return location.assign(said?.to ?? sending.responseURL);
      }
      const page = new DOMParser().parseFromString(sending.responseText, "text/html");
      const line = page.querySelector(".error-summary") ?? page.querySelector("main p");
      show(form, line?.textContent.trim() ?? sending.statusText);
    });
    sending.addEventListener("error", () => {
      busy(false);
      show(form, document.getElementById("status")?.dataset.failed ?? "");
    });
    sending.addEventListener("abort", () => busy(false));
    stop.addEventListener("click", () => sending.abort(), { once: true });
    const said = new FormData(form);
    sending.open("POST", form.action);
    sending.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    busy(true);
    sending.send(said);
  });

  const area = form.closest(".card") ?? form;
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    files.files = event.dataTransfer.files;
    form.closest("details")?.setAttribute("open", "");
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function show(form, words) {
  let line = form.querySelector(".error");
  if (!line) {
    line = document.createElement("p");
    line.className = "error";
    line.setAttribute("role", "alert");
    form.prepend(line);
  }
  line.textContent = words;
}
