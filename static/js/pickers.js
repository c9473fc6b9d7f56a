// Lists of what Azure has: below fields that have some, where any value can still be typed, and in a dialog over the page.
import { Combobox } from "./combobox.js";
import "./choosing.js";

const AGAIN = 100, SLOWER = 500, QUICK_LOOKS = 100, LOOKS = 250, LATER = 3000;
const comboboxes = new WeakMap();

// A field of no draft says itself where the scale set is to be: by the fields beside it.
const place = (input) => Object.fromEntries((input.dataset.place?.split(" ") || []).map((pair) => {
  const [name, other] = pair.split("=");
  return [name, input.form.elements[other]?.value || ""];
}));

class Suggestions {
  #asking = null;
  #timer = 0;

  constructor(input) {
    this.input = input;
    // A search fills in other fields than its own: what is found first is what Enter takes.
    this.searches = "fills" in input.dataset;
    this.combobox = new Combobox(input, {
      open: () => this.open(),
      take: (option) => this.take(option),
      closed: () => this.#closed(),
      settled: this.searches ? () => this.#settled() : null,
    });
    input.addEventListener("focus", () => { this.saved = input.form?.settled?.(); });
  }
  // What was chosen before it counts, also for who types at once: it may be on its way to be saved.
  async open() {
    await this.input.form?.settled?.();
    // What was saved may have had the field drawn anew.
    const own = comboboxes.get(document.getElementById(this.input.id)) || this;
    if (document.activeElement === own.input && !own.box) own.ask();
  }
  typed() {
    this.input.dataset.typed = "1";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      await this.saved;
      this.ask();
    }, 120);
  }
  async #settled() {
    if (this.asked !== this.input.value) await this.ask();
  }
  async ask(looks = 0) {
    const { input } = this;
    clearTimeout(this.#timer);
    // A box that lost its name holds what must not leave the page.
    if (!this.searches && !input.name) return;
    this.asked = input.value;
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    let html;
    try {
      // What stands in the field is a search only once it is being typed.
      const q = input.dataset.typed || this.searches ? input.value : "";
      const asked = new URLSearchParams({ q, ...(looks ? { again: "" } : {}), ...place(input) });
      const answer = await fetch(`${input.dataset.suggest}?${asked}`, { signal });
      if (!answer.ok || answer.redirected) return;
      ({ html } = await answer.json());
    } catch { return; }
    if (signal.aborted || document.activeElement !== input) return;
    if (html !== this.html || !this.box) this.#show(html);
    // Azure's answer is shown right after it is there; a look costs little.
    const pause = this.box.querySelector("[data-again]") ? looks < QUICK_LOOKS ? AGAIN : SLOWER
      : this.box.querySelector("[data-later]") ? LATER : 0;
    if (pause && looks < LOOKS) this.#timer = setTimeout(() => { if (this.combobox.at < 1) this.ask(looks + 1); }, pause);
  }
  #show(html) {
    const { input } = this;
    if (!this.box) {
      this.box = document.createElement("div");
      this.box.className = "suggest";
      this.box.addEventListener("mousedown", (event) => { if (!event.target.closest("a")) event.preventDefault(); });
      input.after(this.box);
    }
    this.html = html;
    this.box.style.width = `${Math.max(input.offsetWidth, Math.min(360, innerWidth - 32))}px`;
    this.box.innerHTML = html;
    const words = this.box.querySelector(".suggest__foot span").textContent;
    this.combobox.show(this.box, this.box.querySelector("[role=listbox]"), words, this.searches && input.value ? 0 : -1);
  }
  // What was typed in full is taken on leaving: the one suggestion of that value, or of that name where it has one besides.
  left() {
    const typed = this.input.dataset.typed && this.asked === this.input.value ? this.asked.trim().toLowerCase() : "";
    if (!typed || this.searches) return;
    const found = this.combobox.options.filter((option) => {
      const value = option.dataset.value.toLowerCase(), name = option.firstElementChild.textContent.toLowerCase();
      // "East US" is another spelling of its value, which Azure takes as well: it stays as it was typed.
      return value === typed || (name === typed && name.replaceAll(" ", "") !== value);
    });
    if (found.length === 1) this.take(found[0]);
  }
  #closed() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.box?.remove();
    this.box = this.combobox.box = null;
  }
  take(option) {
    const { input } = this, { value } = option.dataset, more = this.box.querySelector("a")?.href;
    delete input.dataset.typed;
    if (this.searches) return this.fill(value);
    input.value = value;
    this.combobox.close();
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
    input.closest(".field")?.querySelector(".suggest__also")?.remove();
    if (more && "also" in option.dataset) {
      const note = document.createElement("p");
      note.className = "suggest__also";
      note.setAttribute("role", "status");
      const link = document.createElement("a");
      link.href = `${more}?value=${encodeURIComponent(input.value)}`;
      link.textContent = "fill it in";
      note.append("This image is sold with a plan that the request must name: ", link, ".");
      input.after(note);
    }
  }
  // The server fills in all that belongs to what was found, and shows the page anew.
  async fill(value) {
    const { input } = this, page = input.form, q = input.value;
    this.combobox.close();
    if (await page.settled?.() === false) return;
    const form = document.createElement("form");
    form.method = "post";
    form.action = input.dataset.fills;
    const sent = { csrfmiddlewaretoken: page.elements.csrfmiddlewaretoken.value, base: page.elements.base.value, act: "use", value, q };
    for (const [name, text] of Object.entries(sent)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value: text });
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  }
}

function enhance() {
  for (const input of document.querySelectorAll("[data-suggest]:not([data-listed])")) {
    input.dataset.listed = "1";
    comboboxes.set(input, new Suggestions(input));
  }
}

document.addEventListener("focusout", (event) => {
  const own = comboboxes.get(event.target) || comboboxes.get(event.target.closest?.(".suggest")?.previousElementSibling);
  if (own?.box && !own.box.contains(event.relatedTarget) && event.relatedTarget !== own.input) {
    own.left();
    own.combobox.close();
  }
});
document.addEventListener("click", (event) => {
  const own = comboboxes.get(event.target);
  if (own && !own.box) own.open();
});
document.addEventListener("input", (event) => {
  const own = comboboxes.get(event.target);
  // A box without a name holds what must not leave the page, such as a private key; a search is none of the page's values.
  if (own && event.isTrusted && (own.searches || event.target.name)) own.typed();
}, true);
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    if (comboboxes.get(event.target)?.searches) event.stopImmediatePropagation();
  }, true);
}
enhance();
const page = document.getElementById("step-form");
if (page) new MutationObserver(enhance).observe(page, { childList: true, subtree: true });

// The page to choose on looks again by itself while Azure has not answered.
const waiting = document.querySelector("[data-look-again]");
if (waiting) {
  const untouched = () => [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].every(
    (input) => input.value === input.defaultValue && input.checked === input.defaultChecked);
  const look = () => { if (untouched()) location.replace(waiting.dataset.lookAgain); };
  setTimeout(look, waiting.matches(".callout--warning") ? 10000 : 1500);
}
