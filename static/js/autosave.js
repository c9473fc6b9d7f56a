// Saving while typing: say what became of it, and warn before a typed secret is lost.
"use strict";

{
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
}
