// Saving while typing: sends what was typed, says what became of it, and keeps it in the browser until it is saved.
"use strict";

import { Copy, clock, hide, offer as offered, put } from "./copies.js";
import { signInLink, whoIsSignedIn } from "./session.js";

{
  const form = document.querySelector("[data-autosave]");
  if (form) autosave(form);

  function autosave(form) {
    const PAUSE = 500, LONGEST_WAIT = 1500, KEEP_EVERY = 500;
    const page = location.pathname, copy = new Copy(form);
    let leaving = false, saving = false, pressed = null, trouble = "", tries = 0;
    let timer = 0, since = 0, retry = 0, slow = 0, checking = 0, reload = false, awaiting = [];

    // --- What the form holds. Secrets are sent by a button only, and kept nowhere. ---

    const BY_BUTTON = '[data-secret], [name$=":paste"]';
    const IGNORED = new Set(["csrfmiddlewaretoken", "base", "rows", "seen", "return", "kept_copy"]);
    function held() {
      const secret = new Set((form.getAttribute("hx-params") || "").replace(/^not /, "").split(","));
      for (const input of form.querySelectorAll("[data-secret]")) secret.add(input.name);
      const found = {};
      for (const [name, value] of new FormData(form)) {
        if (!IGNORED.has(name) && !secret.has(name) && typeof value === "string") (found[name] ||= []).push(value);
      }
      return found;
    }
    const differ = (one, other) => JSON.stringify(one || []) !== JSON.stringify(other || []);
    const base = () => form.elements.base.value;
    let saved = held(), sent = saved;
    function unsaved() {
      const now = held(), found = {};
      for (const name of new Set([...Object.keys(now), ...Object.keys(saved)])) {
        if (differ(now[name], saved[name])) found[name] = now[name] || [];
      }
      return Object.keys(found).length ? found : null;
    }

    // --- What is said ---

    const status = document.getElementById("save-status");
    function say(words, icon = "", link = null) {
      clearTimeout(slow);
      // Said again, the same words would be read out again.
      if (status.dataset.said === words) return;
      status.dataset.said = words;
      status.classList.toggle("save-status--error", icon === "error");
      status.replaceChildren(words);
      if (link) status.append(" ", link);
      if (icon) {
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        mark.setAttribute("class", "icon");
        mark.setAttribute("aria-hidden", "true");
        const use = mark.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use"));
        use.setAttribute("href", `#i-${icon}`);
        status.prepend(mark);
      }
    }
    // What a button saves must not seem to be saved already.
    function sayNot() {
      const left = [...form.querySelectorAll(BY_BUTTON)].filter((input) => input.value !== "");
      if (!left.length) return false;
      say(left.some((input) => input.matches("[data-secret]"))
        ? "Not saved yet: a secret is saved by the button below the form"
        : "Not saved yet: press “Add these” below what you pasted");
      return true;
    }
    // --- Sending: after a pause, and every so often while somebody types without one ---

    function soon(delay) {
      const now = Date.now();
      since ||= now;
      clearTimeout(timer);
      timer = setTimeout(send, Math.max(0, Math.min(delay, since + LONGEST_WAIT - now)));
    }
    function send() {
      clearTimeout(timer);
      clearTimeout(retry);
      clearTimeout(checking);
      if (saving || leaving) return;
      since = 0;
      sent = held();
      htmx.trigger(form, "autosave");
    }
    function typed(event, delay) {
      if (event.target.matches?.(BY_BUTTON)) {
        if (!trouble && !sayNot()) say("");
        return;
      }
      keep();
      soon(delay);
    }
    form.addEventListener("input", (event) => typed(event, PAUSE));
    form.addEventListener("change", (event) => typed(event, 100));

    const own = (event) => event.detail.elt === form;
    // A page whose form was already sent must not send it again on its own.
    form.addEventListener("htmx:confirm", (event) => { if (own(event) && leaving) event.preventDefault(); });
    form.addEventListener("htmx:beforeRequest", (event) => {
      if (!own(event)) return;
      saving = true;
      if (!trouble) slow = setTimeout(() => say("Saving…"), 400);
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (!own(event)) return;
      saving = false;
      clearTimeout(slow);
      answered(event.detail.xhr);
      const stands = event.detail.xhr.status < 300;
      if (!stands || !unsaved()) for (const done of awaiting.splice(0)) done(stands);
      if (pressed && !trouble) {
        const button = pressed;
        pressed = null;
        form.requestSubmit(button);
      } else if (since && !trouble) {
        soon(PAUSE);
      }
    });

    // Whoever goes by what is saved waits for it here, for a moment at most. Answers whether to go on.
    form.settled = () => new Promise((done) => {
      if (trouble || leaving || !(saving || unsaved())) return done(true);
      awaiting.push(done);
      setTimeout(done, 2000, true);
      if (!saving) send();
    });
    // The other pages of a draft show what is saved: a link to one must not be faster than the save.
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]"), { button, ctrlKey, metaKey, shiftKey, altKey } = event;
      if (!link || event.defaultPrevented || button || ctrlKey || metaKey || shiftKey || altKey || link.target) return;
      if (link.origin !== location.origin || !link.pathname.startsWith(page.split("/", 3).join("/") + "/") || link.pathname === page) return;
      if (trouble || !(saving || unsaved())) return;
      event.preventDefault();
      form.settled().then((onward) => { if (onward) location.assign(link.href); });
    });

    function answered(xhr) {
      const code = xhr.status;
      if (code === 200 || code === 204) {
        const now = held();
        for (const name of new Set([...Object.keys(now), ...Object.keys(saved)])) {
          saved[name] = differ(now[name], sent[name]) ? sent[name] : now[name];
        }
        trouble = "";
        tries = 0;
        keep();
        sayNot() || say(`Saved ${clock(Date.now())}`, "check");
        if (code === 200) checking = setTimeout(check, 1000);
        if (reload && !unsaved()) location.reload();
      } else if (code === 409 || code === 422) {
        trouble = "";
        tries = 0;
        keep();
        say("Not saved: see the marked fields", "error");
      } else if (code === 401) {
        trouble = "signed out";
        say("Not saved: you are signed out. What you typed stays here and is saved after you sign in.", "error", signInLink());
        retry = setTimeout(comeBack, 3000);
      } else if (code === 0 || code === 408 || code === 429 || code >= 500) {
        trouble = "unreachable";
        tries += 1;
        say(code === 0
          ? "Not saved: the connection is down. What you typed stays here and is saved when it is back."
          : "Not saved: the server has a problem. What you typed stays here; saving is tried again.", "error");
        retry = setTimeout(send, Math.min(30000, 1000 * 2 ** Math.min(tries, 5)));
      } else {
        trouble = "refused";
        say(`Not saved: this page is not there for you any more (${code}). Copy what you need.`, "error");
      }
    }
    // What the steps lack is looked up in a pause: nobody reads it while typing.
    function check() {
      const tasks = document.getElementById("tasks");
      if (saving || leaving || !tasks) return;
      htmx.ajax("GET", `${form.dataset.tasks}&seen=${tasks.dataset.seen}`, { source: tasks, swap: "none" });
    }
    function tryNow() {
      if (document.hidden) return;
      if (trouble === "signed out") comeBack();
      else if (trouble && trouble !== "refused") send();
    }
    // Nothing is saved in the name of somebody else who signed in meanwhile.
    async function comeBack() {
      clearTimeout(retry);
      const who = await whoIsSignedIn();
      if (who === "nobody" || who === "other") retry = setTimeout(comeBack, 3000);
      else send();
    }
    for (const event of ["online", "focus"]) window.addEventListener(event, tryNow);
    window.addEventListener("offline", () => { if (unsaved()) send(); });

    // --- Fields that the server sends anew because others changed them ---

    form.addEventListener("htmx:oobBeforeSwap", (event) => {
      const field = event.detail.target;
      if (!field.id.endsWith("-field")) return;
      // What no autosave takes, secrets and paste boxes, goes on to the field that comes.
      for (const input of field.querySelectorAll(BY_BUTTON)) {
        const next = input.value && [...event.detail.fragment.querySelectorAll(BY_BUTTON)].find((one) => one.name === input.name);
        if (!next || next.value) continue;
        next.value = input.value;
        const fold = next.closest("details");
        if (fold) fold.open = true;
      }
      const now = held();
      const names = new Set([...field.querySelectorAll("[name]")].map((control) => control.name));
      const typed = [...names].filter((name) => differ(now[name], sent[name]));
      if (!typed.length) return;
      // Typed on while the answer was under way: the text stays, and the next save asks which value is to stand.
      if (event.detail.fragment.querySelector("[name=unsettled]")) {
        put(event.detail.fragment, Object.fromEntries(typed.map((name) => [name, now[name] || []])));
        return;
      }
      event.detail.shouldSwap = false;
      if (!field.querySelector("[name=unsettled]")) {
        const rows = field.querySelector("[name=rows]");
        hide(field, "unsettled", rows ? rows.value : typed[0].replace(/:[a-z]+$/, ""));
      }
    });

    // --- Kept in the browser until it is saved ---

    let keeping = 0, keptAt = 0;
    function keepNow() {
      clearTimeout(keeping);
      keptAt = Date.now();
      const values = unsaved();
      return values ? copy.keep({ base: base(), values }) : copy.drop();
    }
    function keep() {
      clearTimeout(keeping);
      keeping = setTimeout(keepNow, Math.max(0, keptAt + KEEP_EVERY - Date.now()));
    }

    const goesOn = (texts, from) => texts.length === from.length && texts.every((text, at) => from[at] && text.startsWith(from[at]));
    async function offer() {
      const kept = await copy.found();
      if (!kept) return;
      const now = held();
      // A save that was on its way when the browser died may have brought more than was kept.
      const later = (name, texts) => kept.base !== base() && goesOn(now[name] || [], texts);
      const lost = Object.entries(kept.values).filter(([name, texts]) => differ(texts, now[name]) && !later(name, texts));
      if (!lost.length) {
        // The page of a refused form has it all, and it is saved no more than before.
        if (!document.getElementById("error-summary")) copy.drop();
        return;
      }
      offered(form, copy, kept, () => {
        // On the revision that it was typed on, so that what others changed since is asked about. Text that only goes on
        // from what stands there now takes nothing away from anybody.
        if (!lost.every(([name, texts]) => goesOn(texts, now[name] || []))) form.elements.base.value = kept.base;
        const missing = put(form, Object.fromEntries(lost));
        for (const name of missing) for (const text of kept.values[name]) hide(form, name, text);
        // Rows that the page does not show yet come with the next page.
        reload = missing.some((name) => name !== "unsettled");
        keep();
        send();
      });
    }
    offer();

    // --- Leaving ---

    // A press during an autosave waits for its answer, which brings the revision to build on.
    form.addEventListener("submit", (event) => {
      if (saving || trouble === "unreachable" || !navigator.onLine) {
        event.preventDefault();
        pressed = event.submitter || form.querySelector("button");
        if (!saving) send();
      } else {
        leaving = true;
        clearTimeout(timer);
        clearTimeout(retry);
        // It stays kept until the answer says that it was saved.
        if (unsaved()) keepNow();
      }
    });
    window.addEventListener("pageshow", () => { leaving = false; });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) { if (since) send(); } else tryNow();
    });
    window.addEventListener("pagehide", () => {
      if (leaving || trouble || !unsaved()) return;
      const body = new URLSearchParams();
      for (const [name, texts] of Object.entries(held())) for (const text of texts) body.append(name, text);
      for (const name of ["csrfmiddlewaretoken", "base"]) body.append(name, form.elements[name].value);
      for (const rows of form.querySelectorAll("[name=rows]")) body.append("rows", rows.value);
      fetch(form.action, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } });
    });
    window.addEventListener("beforeunload", (event) => {
      const typed = [...form.querySelectorAll(BY_BUTTON)].some((input) => input.value !== "");
      if ((typed || (trouble && unsaved())) && !leaving) event.preventDefault();
    });
  }
}
