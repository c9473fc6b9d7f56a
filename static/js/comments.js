// Comments: what is posted stays on the page, and so does everything else that is being typed there. The forms are those of
// pages without scripts; what the answer shows of the thread takes the place of what the page has.
import "./mentions.js";

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
  for (const box of old.querySelectorAll("textarea, input.input")) {
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
  if (!failed && stepForm) marks();
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

// --- Beside a form ---

// Of the page of comments, the fold shows what is about this step or this field.
async function load(fold, url) {
  const part = fold.querySelector("[data-comments-part]");
  part.dataset.loaded = "1";
  try {
    const answer = await fetch(url);
    const found = parsed(await answer.text()).getElementById("comments-part");
    if (!answer.ok || !found) throw new Error(answer.status);
    part.replaceChildren(document.importNode(found, true));
    part.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
    aim();
  } catch {
    delete part.dataset.loaded;  // The link stays, and leads to the page itself.
  }
}

const fold = document.getElementById("pane-comments"), json = document.getElementById("json");
const stepForm = document.getElementById("step-form");
let place = "";

// A new comment is about the field or the line in hand, for as long as nothing is written of it.
function aim() {
  const form = fold?.querySelector("#new-thread form");
  if (form && place && !form.elements.text.value) form.elements.place.value = place;
}

const written = (steps) => steps.map((step, at) => Number.isInteger(step) ? `[${step}]`
  : /^[A-Za-z_$@][A-Za-z0-9_$@-]*$/.test(step) ? (at ? `.${step}` : step)
  : `['${step.replace(/[\\']/g, "\\$&")}']`).join("");

// The path of a line of the JSON, by those around it; "" where lines are left out.
function pathOf(line) {
  const lines = [...json.querySelectorAll(".json__line")];
  if (json.querySelector(".json__line--fold")) return "";
  const depth = (one) => one.textContent.match(/^ */)[0].length / 2;
  const closes = (one) => /^ *[\]}]/.test(one.textContent);
  let at = lines.indexOf(line);
  if (closes(line)) while (at > 0 && (at === lines.indexOf(line) || depth(lines[at]) !== depth(line))) at -= 1;
  const steps = [];
  for (let own = depth(lines[at]); own > 0; own -= 1) {
    const key = lines[at].querySelector(".json__key");
    let above = at, before = 0;
    while (depth(lines[above]) >= own) {
      if (above !== at && depth(lines[above]) === own && !closes(lines[above])) before += 1;
      above -= 1;
    }
    steps.unshift(key ? JSON.parse(key.textContent) : before);
    at = above;
  }
  return written(steps);
}

// Fields and lines say how many threads are about them: as a page would that was loaded now.
async function marks() {
  const page = await fetch(location.href).then((answer) => answer.text()).then(parsed).catch(() => null);
  if (!page?.getElementById("step-form")) return;
  fold.querySelector("summary").innerHTML = page.querySelector("#pane-comments > summary").innerHTML;
  for (const old of stepForm.querySelectorAll(".field__comments")) old.remove();
  for (const mark of page.querySelectorAll(".field .field__comments")) {
    const wire = document.getElementById(mark.closest(".field").id)?.querySelector(".field__wire");
    wire?.after(" ", document.importNode(mark, true));
  }
  const [now, fresh] = [document, page].map((one) => [...one.querySelectorAll("#json .json__line")]);
  if (now.length !== fresh.length) return;
  for (const [at, line] of now.entries()) {
    line.classList.toggle("json__line--commented", fresh[at].matches(".json__line--commented"));
    line.ariaDescription = fresh[at].ariaDescription;
  }
}

if (fold) {
  fold.addEventListener("toggle", () => {
    const part = fold.querySelector("[data-comments-part]");
    if (fold.open && !part.dataset.loaded) load(fold, part.querySelector("a").href);
  });
  stepForm?.addEventListener("focusin", ({ target }) => {
    const name = target.name?.split(":")[0];
    if (!name || !target.closest(".field") || ["base", "act"].includes(name)) return;
    // A line that was pressed leads to its field, and says more than that.
    if (!place.startsWith(name)) place = name;
    aim();
  });
  for (const event of ["focusin", "pointerdown"]) json?.addEventListener(event, ({ target }) => {
    const line = target.closest?.(".json__line");
    if (!line) return;
    place = pathOf(line);
    aim();
  });
  // The mark at a field opens its threads beside it, where there is room for that.
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("a[data-comments-at]");
    if (!mark || event.ctrlKey || event.metaKey || event.shiftKey || !fold.checkVisibility()) return;
    event.preventDefault();
    fold.querySelector("[data-comments-part]").dataset.loaded = "1";
    fold.open = true;
    load(fold, mark.href).then(() => fold.querySelector("summary").focus());
  });
}
