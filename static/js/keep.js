// Forms marked data-keep lose nothing to a sign-in that ended: before one is sent the server is asked who is signed in,
// and what was typed is kept in the browser until an answer says that it was saved. data-keep="page" keeps it in the open
// page only, for texts in which secrets may stand; with data-keep="autosave" autosave.js does the keeping.
"use strict";

import { Copy, offer, put } from "./copies.js";
import { sendBy } from "./sending.js";
import { signInLink, whoIsSignedIn } from "./session.js";

const PAUSE = 300;
// A text that may hold a secret is kept in no store, whatever field it is in.
const MAY_HOLD_SECRET = /passw|pwd|secret|credential|token|protectedsettings|connectionstring|private key|authorization|bearer|customdata/i;

// --- Before a form is sent ---

const asking = new WeakSet(), asked = new WeakSet(), before = new WeakMap();

function say(form, words, link = null) {
  let status = form.querySelector(".save-status");
  if (!status) {
    status = document.createElement("p");
    status.className = "save-status";
    status.setAttribute("role", "status");
    ([...form.querySelectorAll(".actions")].pop() || form).append(status);
  }
  delete status.dataset.said;
  status.classList.toggle("save-status--error", Boolean(words));
  status.replaceChildren(words);
  if (link) status.append(" ", link);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-keep]")) return;
  if (asked.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asking.has(form)) return;
  asking.add(form);
  const [who] = await Promise.all([whoIsSignedIn(), before.get(form)?.()]);
  asking.delete(form);
  if (who === "nobody") return say(form, "Not saved: you are signed out. What you typed stays here; sign in in a new tab, then send it again.", signInLink());
  if (who === "other") return say(form, "Not saved: somebody else is signed in in this browser now. What you typed stays here; sign in as yourself in a new tab, then send it again.", signInLink());
  // A form that saves while somebody types knows itself what to do then.
  if (form.dataset.keep !== "autosave") {
    if (who === "down") return say(form, "Not saved: the connection is down. What you typed stays here; send it again when it is back.");
    if (who === "trouble") return say(form, "Not saved: the server has a problem. What you typed stays here; send it again in a moment.");
    say(form, "");
  }
  asked.add(form);
  sendBy(form, event.submitter);
  asked.delete(form);
}, true);

// --- The copies ---

function held(form) {
  const found = {}, withheld = new Set([...form.querySelectorAll("[name=withheld]")].map((each) => each.value));
  for (const control of form.elements) {
    const { name, type, value } = control;
    if (!name || withheld.has(name) || control.closest("[data-secret]")) continue;
    if (type === "radio" || type === "checkbox") {
      found[name] ||= [];
      if (control.checked) found[name].push(value);
    } else if (control.matches("textarea, select, input") && !["hidden", "password", "file", "submit", "button"].includes(type)) {
      if (!MAY_HOLD_SECRET.test(value)) (found[name] ||= []).push(value);
    }
  }
  return found;
}
const differ = (one, other) => JSON.stringify(one || []) !== JSON.stringify(other || []);
const differing = (values, from) => Object.fromEntries(Object.entries(values).filter(([name, texts]) => differ(texts, from[name])));

for (const form of document.querySelectorAll('[data-keep=""]')) {
  const drawn = held(form), copy = new Copy(form);
  let timer = 0;
  let unsaved = [];
  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    const now = held(form), values = differing(now, drawn);
    for (const name of unsaved) values[name] = now[name] || [];
    return Object.keys(values).length ? copy.keep({ values }) : copy.drop();
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(keep, PAUSE); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  window.addEventListener("pagehide", () => { if (timer) keep(); });
  before.set(form, keep);

  copy.found().then((kept) => {
    if (!kept) return;
    const lost = differing(kept.values, held(form));
    // The page of a refused form has it all, and it is saved no more than before.
    if (!Object.keys(lost).length) unsaved = Object.keys(kept.values);
    else offer(form, copy, kept, () => { put(form, lost); keep(); });
  });
}
