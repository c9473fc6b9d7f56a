// Saving while typing: what the person and the browser do to a page of fields, and what follows from it.
import { keepTyped } from "./autosave/fields.js";
import { LocalCopy } from "./autosave/local_copy.js";
import { Messages } from "./autosave/messages.js";
import { Transport } from "./autosave/transport.js";
import { BY_BUTTON, Typed } from "./autosave/typed.js";

const form = document.querySelector("[data-autosave]");
if (form) autosave(form);

function autosave(form) {
  const page = location.pathname, draft = `${page.split("/", 3).join("/")}/`;
  const typed = new Typed(form), messages = new Messages(typed), local = new LocalCopy(typed);
  const transport = new Transport(typed, messages, local);
  keepTyped(typed);
  local.offer((reload) => {
    transport.reload = reload;
    transport.send();
  });
  form.settled = () => transport.settled();
  form.catchUp = () => transport.catchUp();

  // --- Typing ---

  function changed(event, delay) {
    if (event.target.matches?.(BY_BUTTON)) {
      if (!transport.trouble && !messages.sayNot()) messages.say("");
      return;
    }
    local.keep();
    transport.soon(delay);
  }
  form.addEventListener("input", (event) => changed(event));
  form.addEventListener("change", (event) => changed(event, 100));

  // --- Coming back ---

  for (const event of ["online", "focus"]) window.addEventListener(event, () => transport.tryNow());
  window.addEventListener("offline", () => { if (typed.unsaved()) transport.send(); });
  window.addEventListener("pageshow", () => { transport.leaving = false; });

  // --- Leaving ---

  // The other pages of a draft show what is saved: a link to one must not be faster than the save.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]"), { button, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (!link || event.defaultPrevented || button || ctrlKey || metaKey || shiftKey || altKey || link.target) return;
    if (link.origin !== location.origin || !link.pathname.startsWith(draft) || link.pathname === page) return;
    if (!transport.isBusy) return;
    event.preventDefault();
    transport.settled().then((onward) => { if (onward) location.assign(link.href); });
  });
  form.addEventListener("submit", (event) => {
    if (transport.saving || transport.trouble === "unreachable" || !navigator.onLine) {
      event.preventDefault();
      transport.press(event.submitter || form.querySelector("button"));
    } else {
      transport.leave();
      // It stays kept until the answer says that it was saved.
      if (typed.unsaved()) local.keepNow();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) transport.tryNow();
    else if (transport.since) transport.send();
  });
  window.addEventListener("pagehide", () => {
    if (!transport.leaving && !transport.trouble && typed.unsaved()) transport.sendLast();
  });
  window.addEventListener("beforeunload", (event) => {
    const unsent = typed.forButton().length || (transport.trouble && typed.unsaved());
    if (unsent && !transport.leaving) event.preventDefault();
  });
}
