// Comments: what is posted stays on the page, and so does everything else that is being typed there. The forms are those of
// pages without scripts; what the answer shows of the thread takes the place of what the page has.
"use strict";

const say = (words) => {
  const said = document.getElementById("comments-said");
  if (said) said.textContent = words;
};

function refused(form, words) {
  let line = form.querySelector(".save-status");
  if (!line) {
    line = document.createElement("p");
    line.className = "save-status save-status--error";
    line.setAttribute("role", "alert");
    form.append(line);
  }
  line.textContent = words;
}

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

// What stands in the other boxes of a thread is carried over into its new form.
function swap(old, fresh, form) {
  for (const box of old.querySelectorAll("textarea")) {
    if (form.contains(box) || box.value === box.defaultValue) continue;
    const twin = fresh.querySelector(`#${CSS.escape(box.id)}`);
    if (!twin) continue;
    twin.value = box.value;
    const fold = twin.closest("details");
    if (fold) fold.open = true;
  }
  old.replaceWith(fresh);
}

async function post(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  const page = parsed(await answer.text()), failed = !answer.ok;
  const id = form.closest("article.thread")?.id;
  const article = page.querySelector("article.thread");
  const fresh = id ? page.getElementById(id) : failed ? page.getElementById("new-thread") : article;
  if (!fresh || (answer.status >= 400 && ![409, 422].includes(answer.status))) {
    return refused(form, answer.status === 401
      ? "Not posted: you are signed out. What you typed stays here; sign in in a new tab, then post it again."
      : "Not posted. What you typed stays here; post it again in a moment.");
  }
  const old = id ? document.getElementById(id) : document.getElementById("new-thread");
  const node = document.importNode(fresh, true);
  if (id || failed) {
    swap(old, node, form);
  } else {
    document.getElementById("threads").prepend(node);
    form.reset();
    old.open = false;
  }
  // Times in the reader's own zone, as app.js writes them into a page that was loaded.
  node.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  const words = failed ? "Not posted" : [...page.querySelectorAll("#main .callout--ok[role=status]")].at(-1)?.textContent.trim() || "Done.";
  say(words);
  const next = failed ? node.querySelector("[aria-invalid]") : node;
  if (!failed) node.tabIndex = -1;
  next?.focus({ preventScroll: !failed });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-comments]") || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.posting) return;
  form.dataset.posting = "1";
  try {
    await post(form);
  } catch {
    refused(form, "Not posted: the connection is down. What you typed stays here; post it again when it is back.");
  }
  delete form.dataset.posting;
});
