// What the pages gain from JavaScript. Everything also works without it.
"use strict";

// A link to a field moves the keyboard there too, opening what folds it away.
function focusTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let around = target.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  target.focus();
  target.scrollIntoView({ block: "center" });
}
window.addEventListener("hashchange", focusTarget);
focusTarget();

const summary = document.getElementById("error-summary");
if (summary && !location.hash) summary.focus();

// Copy buttons appear only where copying works.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 2000);
  });
}

// Signing in again in another tab changes the token that forms need; the cookie has the one that counts.
function renewToken(form) {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  if (cookie && token) token.value = cookie[1];
}
document.addEventListener("submit", (event) => renewToken(event.target), true);
document.addEventListener("htmx:confirm", (event) => {
  const form = event.target.closest("form");
  if (form) renewToken(form);
});

// Autosave: say what became of it, and warn before a typed secret is lost.
const form = document.querySelector("[data-autosave]");
if (form) {
  const say = (words) => { document.getElementById("save-status").textContent = words; };
  let leaving = false, saving = false, pressed = null;
  // A press during an autosave waits for its answer, which brings the revision to build on.
  form.addEventListener("submit", (event) => {
    if (saving) {
      event.preventDefault();
      pressed = event.submitter || form.querySelector("button");
    } else {
      leaving = true;
    }
  });
  form.addEventListener("htmx:beforeRequest", () => { saving = true; say("Saving…"); });
  form.addEventListener("htmx:afterRequest", () => {
    saving = false;
    if (pressed) {
      const button = pressed;
      pressed = null;
      form.requestSubmit(button);
    }
  });
  form.addEventListener("htmx:sendError", () => say("Not saved: the connection is down. Your text stays here."));
  form.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 401
      ? "Not saved: you are signed out. Sign in again in another tab, then go on here."
      : "Not saved: the server answered with an error. Your text stays here.");
  });
  // A page whose form was already sent must not send it again on its own.
  form.addEventListener("htmx:confirm", (event) => { if (leaving) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    const typed = [...form.querySelectorAll("[data-secret]")].some((input) => input.value !== "");
    if (typed && !leaving) event.preventDefault();
  });
}
