// The page to choose on, in a dialog over the field that it is for. Without scripts, and by Ctrl and a click, it is a page.

let dialog, field, asked = 0;

async function load(url) {
  const mine = ++asked, answer = await fetch(url, { headers: { "X-Part": "dialog" } });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  const html = await answer.text();
  if (mine === asked && dialog.open) show(html);
}

function show(html) {
  const body = dialog.querySelector(".choosing__body"), held = document.activeElement?.id;
  body.innerHTML = html;
  const again = body.querySelector("[data-look-again]");
  if (again) setTimeout(() => { if (dialog.open && again.isConnected) load(again.dataset.lookAgain).catch(leave); }, 300);
  dialog.setAttribute("aria-labelledby", "choosing-title");
  const same = held && body.querySelector(`#${CSS.escape(held)}`);
  if (same) {
    same.focus();
    if (same.matches("[type=search]")) same.setSelectionRange(same.value.length, same.value.length);
  } else (body.querySelector("input[type=search]") || body.querySelector(".pick :checked") || body.querySelector("h1")).focus();
}

const leave = () => location.assign(dialog.dataset.url);

function build() {
  dialog = document.createElement("dialog");
  dialog.className = "choosing";
  dialog.innerHTML = '<button class="btn btn-quiet btn--icon choosing__close" type="button" aria-label="Close">' +
    '<svg class="icon" aria-hidden="true"><use href="#i-close"/></svg></button><div class="choosing__body"></div>';
  document.body.append(dialog);
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) return dialog.close();
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if ("close" in link.dataset) {
      event.preventDefault();
      dialog.close();
    } else if (link.pathname.includes("/choose/")) {
      event.preventDefault();
      load(link.href).catch(leave);
    }
  });
  // A search stays in the dialog; one value goes into its field, which saves it; what is more goes to the server.
  dialog.addEventListener("submit", (event) => {
    const form = event.target, { submitter } = event;
    if (form.method === "get") {
      event.preventDefault();
      load(`${form.action}?${new URLSearchParams(new FormData(form))}`).catch(leave);
    } else if (submitter?.value === "use" && field && "one" in form.dataset) {
      const value = form.elements.typed.value.trim() || form.querySelector("[name=value]:checked")?.value;
      if (!value) return;
      event.preventDefault();
      const into = field;
      dialog.close();
      into.value = value;
      for (const kind of ["input", "change"]) into.dispatchEvent(new Event(kind, { bubbles: true }));
    }
  });
  let pause;
  dialog.addEventListener("input", (event) => {
    if (event.target.form?.method !== "get") return;
    clearTimeout(pause);
    pause = setTimeout(() => event.target.form?.requestSubmit(), 250);
  });
  dialog.addEventListener("close", () => {
    dialog.querySelector(".choosing__body").replaceChildren();
    (field || dialog.opener)?.focus();
  });
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a.choose");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!dialog) build();
  const around = link.closest(".field");
  field = around?.matches("div") ? around.querySelector("input[data-suggest][name]") : null;
  Object.assign(dialog, { opener: link });
  dialog.dataset.url = link.href;
  if (await link.closest("form")?.settled?.() === false) return;
  dialog.showModal();
  // What was typed and chosen from nothing is what the list is searched for.
  const typed = field?.dataset.typed ? field.value.trim() : "";
  load(typed ? `${link.href}?q=${encodeURIComponent(typed)}` : link.href).catch(leave);
}, true);
