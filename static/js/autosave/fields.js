// Fields that the server sends anew because others changed them: what somebody types in one stays.
import { hide, put } from "../copies.js";
import { BY_BUTTON, differ } from "./typed.js";

// What no autosave takes, secrets and paste boxes, goes on to the field that comes.
function carryOver(field, fragment) {
  const coming = [...fragment.querySelectorAll(BY_BUTTON)];
  for (const input of field.querySelectorAll(BY_BUTTON)) {
    const next = input.value && coming.find((one) => one.name === input.name);
    if (!next || next.value) continue;
    next.value = input.value;
    const fold = next.closest("details");
    if (fold) fold.open = true;
  }
}

// All fields come anew when others apply: what was typed meanwhile goes on to them, and folds stay open.
function keepAll(typed, fields, fragment) {
  carryOver(fields, fragment);
  const now = typed.held(), changed = Object.keys(now).filter((name) => differ(now[name], typed.sent[name]));
  put(fragment, Object.fromEntries(changed.map((name) => [name, now[name]])));
  const title = (fold) => fold.querySelector("summary").firstChild.textContent;
  const open = new Set([...fields.querySelectorAll("details[open]")].map(title));
  for (const fold of fragment.querySelectorAll("details")) if (open.has(title(fold))) fold.open = true;
}

// Who is about to type in place of all that a field holds still is when it is drawn anew, whatever it holds by then.
function keepChosen(form) {
  let chosen = "";
  form.addEventListener("htmx:oobBeforeSwap", ({ detail: { target } }) => {
    const box = document.activeElement;
    const all = target.contains(box) && box.selectionStart === 0 && box.selectionEnd === box.value.length;
    chosen = all ? box.id : "";
  });
  form.addEventListener("htmx:oobAfterSwap", () => {
    if (chosen) document.getElementById(chosen)?.select();
    chosen = "";
  });
}

export function keepTyped(typed) {
  keepChosen(typed.form);
  typed.form.addEventListener("htmx:load", () => typed.adopt());
  typed.form.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const { target: field, fragment } = detail;
    if (field.id === "fields") keepAll(typed, field, fragment);
    if (!field.id.endsWith("-field")) return;
    carryOver(field, fragment);
    const now = typed.held();
    const names = new Set([...field.querySelectorAll("[name]")].map((control) => control.name));
    const changed = [...names].filter((name) => differ(now[name], typed.sent[name]));
    if (!changed.length) return;
    // Typed on while the answer was under way: the text stays, and the next save asks which value is to stand.
    if (fragment.querySelector("[name=unsettled]")) {
      put(fragment, Object.fromEntries(changed.map((name) => [name, now[name] || []])));
      return;
    }
    detail.shouldSwap = false;
    if (!field.querySelector("[name=unsettled]")) {
      const rows = field.querySelector("[name=rows]");
      hide(field, "unsettled", rows ? rows.value : changed[0].replace(/:[a-z]+$/, ""));
    }
  });
}
