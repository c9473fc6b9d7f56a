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

// What scripts announce is said to a screen reader once the typing pauses. The region is there before anything is said in it.
const region = document.createElement("div");
region.className = "visually-hidden";
region.id = "announced";
region.setAttribute("role", "status");
document.body.append(region);
let pause = 0;
document.addEventListener("announce", (event) => {
  clearTimeout(pause);
  pause = setTimeout(() => { region.textContent = event.detail; }, 500);
});

// A menu closes on Escape and once the focus or the pointer is elsewhere, so that it lies over nothing in use.
for (const menu of document.querySelectorAll("details.menu")) {
  const close = ({ target }) => { if (!menu.contains(target)) menu.open = false; };
  for (const event of ["focusin", "pointerdown"]) document.addEventListener(event, close);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// The theme changes in place: the focus stays, and so does what was typed.
document.addEventListener("submit", async (event) => {
  const form = event.target, chosen = event.submitter;
  if (!form.matches(".theme") || form.dataset.refused) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    form.dataset.refused = "1";
    return form.requestSubmit(chosen);
  }
  document.documentElement.dataset.bsTheme = chosen.value;
  for (const each of form.querySelectorAll("[name=theme]")) each.setAttribute("aria-pressed", String(each === chosen));
});

// The server says each moment in UTC. Here it becomes the reader's own, with its day where that is another one.
function localTimes() {
  for (const time of document.querySelectorAll("time")) {
    const words = time.textContent.match(/^(\d+ \w+ \d+ )?\d\d:\d\d(:\d\d)? UTC$/);
    if (!words) continue;
    const at = new Date(time.dateTime), two = "2-digit";
    const clock = at.toLocaleTimeString("en-GB", { hour: two, minute: two, second: words[2] && two });
    const day = { day: "numeric", month: "short", year: words[1] && "numeric" };
    time.title = time.textContent;
    time.textContent = words[1] || at.getDate() !== at.getUTCDate() ? `${at.toLocaleDateString("en-GB", day)} ${clock}` : clock;
  }
}
localTimes();
document.addEventListener("htmx:load", localTimes);

// What is copied is the text itself, without the marks that stand for what nobody would see in it.
function copied(shown) {
  const text = shown.cloneNode(true);
  for (const mark of text.querySelectorAll("[data-hidden]")) {
    mark.replaceWith(String.fromCodePoint(...mark.dataset.hidden.split(" ").map((each) => parseInt(each, 16))));
  }
  return text.textContent;
}

// Copy buttons appear only where copying works.
function copyButtons() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(copied(document.getElementById(button.dataset.copy)));
      const before = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = before; }, 2000);
    });
  }
}
copyButtons();
document.addEventListener("htmx:load", copyButtons);

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

// A field cannot show a character that nobody sees: a note after it says so, as the server does.
const HIDDEN = /[\p{DI}\p{Bidi_C}\u2028\u2029\u2800\ufff9-\ufffb]|(?! )\p{Zs}/gu;
const FINE = /\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}]?\ufe0f?(?:\u200d\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}]?\ufe0f?)*|(?<=[\u0600-\u061b\u061d-\u0dff\u1000-\u109f])[\u200c\u200d](?=[\u0600-\u061b\u061d-\u0dff\u1000-\u109f])|\u3000(?=[\u3041-\u9fff])|(?<=[\u3041-\u9fff])\u3000/gu;
document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea, input:not([type]), input[type=text], input[type=search]")) return;
  const found = target.value.replace(FINE, "").match(HIDDEN) || [];
  let note = target.nextElementSibling?.matches(".hidden-note") ? target.nextElementSibling : null;
  if (!found.length) return note?.remove();
  if (!note) {
    note = document.createElement("span");
    note.className = "hidden-note";
    target.after(note);
  }
  const codes = [...new Set(found)].slice(0, 3).map((each) => `U+${each.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
  note.textContent = `Holds ${found.length} hidden character${found.length > 1 ? "s" : ""}: ${codes.join(", ")}.`;
});
