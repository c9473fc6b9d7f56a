// What people type, kept in their browser until the server says that it was saved. Never a secret, and for one account only.
"use strict";

import { account } from "./session.js";

const KEPT_DAYS = 7;

// --- The store. IndexedDB, since it survives a browser that is killed. ---

let opened = null;
const database = () => opened ||= new Promise((done, fail) => {
  const request = indexedDB.open("typed", 2);
  request.onupgradeneeded = () => {
    const { result } = request;
    for (const name of [...result.objectStoreNames]) result.deleteObjectStore(name);
    result.createObjectStore("copies");
  };
  request.onsuccess = () => done(request.result);
  request.onerror = request.onblocked = () => fail(request.error);
});
async function stored(mode, work) {
  try {
    const transaction = (await database()).transaction("copies", mode);
    const request = work(transaction.objectStore("copies"));
    return await new Promise((done) => {
      transaction.oncomplete = () => done(request?.result);
      transaction.onerror = transaction.onabort = () => done(undefined);
    });
  } catch {
    return undefined;  // A browser that keeps nothing: the text is in the page all the same.
  }
}

// An answer names the copies whose text was saved in a cookie; what is older than a week is of no use to anybody.
const tidied = (async () => {
  const saved = document.cookie.match(/(?:^|; )saved-copies=([0-9a-f.]+)/)?.[1].split(".") || [];
  if (saved.length) document.cookie = "saved-copies=; path=/; max-age=0; samesite=lax";
  await stored("readwrite", (store) => {
    store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (saved.includes(cursor.value.token) || Date.now() - cursor.value.at > KEPT_DAYS * 86400000) cursor.delete();
      cursor.continue();
    };
  });
})();

// --- One form's copy. What is kept is told by its account and by where the form goes. ---

export class Copy {
  constructor(form) {
    this.key = `${account} ${new URL(form.getAttribute("action") || location.pathname, location.href).pathname}`;
    this.token = [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
    // The server gives it back when it has saved what the form held.
    form.querySelector("[name=kept_copy]")?.remove();
    hide(form, "kept_copy", this.token);
  }
  // While an offer stands unanswered, what it holds stays kept too.
  keep(record) {
    const { waiting } = this;
    const kept = waiting ? { ...waiting, values: { ...waiting.values, ...record.values } } : { ...record, token: this.token };
    return stored("readwrite", (store) => store.put({ ...kept, at: Date.now() }, this.key));
  }
  drop() {
    return this.waiting ? undefined : stored("readwrite", (store) => store.delete(this.key));
  }
  async found() {
    await tidied;
    return stored("readonly", (store) => store.get(this.key));
  }
}

export function hide(into, name, value) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  into.append(input);
}

// Puts values into the controls of these names; answers the names that have none.
export function put(into, values) {
  const missing = [];
  for (const [name, texts] of Object.entries(values)) {
    const controls = [...into.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    if (!controls.length) missing.push(name);
    for (const control of controls) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = texts.includes(control.value);
      else if (texts.length) control.value = texts[0];
      for (let fold = control.closest("details"); fold && texts[0]; fold = fold.parentElement.closest("details")) fold.open = true;
    }
  }
  return missing;
}

export const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

// Offers a copy above its form.
export function offer(form, copy, kept, restore) {
  copy.waiting = kept;
  const { at } = kept;
  const box = document.createElement("div");
  box.className = "callout callout--info restore";
  box.setAttribute("role", "status");
  const words = box.appendChild(document.createElement("p"));
  const day = new Date(at).toDateString() === new Date().toDateString() ? "" : ` on ${new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short" })}`;
  words.textContent = `What you typed here${day} at ${clock(at)} was not saved.`;
  const acts = box.appendChild(document.createElement("p"));
  acts.className = "actions";
  for (const [text, kind, act] of [["Restore what you typed", "secondary", restore], ["Forget it", "quiet", () => copy.drop()]]) {
    const button = acts.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = `btn btn-${kind} btn--small`;
    button.textContent = text;
    button.addEventListener("click", () => { box.remove(); copy.waiting = null; act(); });
  }
  form.before(box);
}
