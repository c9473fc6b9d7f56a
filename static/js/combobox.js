// A box with a list below it, after the ARIA Authoring Practices: the one place for its roles, keys and words. Those who
// use it say where the options come from and what is done with the one that is taken.

export const announce = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: words }));

export class Combobox {
  // The options that are shown, and the one that is marked, -1 for none.
  options = [];
  at = -1;

  // open: asks for the options and calls `show`; null where the arrow keys move the caret until then. take: what is done with an option. closed: after the list is gone.
  // settled: of a search, waits for the options of what was typed last, of which Enter takes the first.
  constructor(input, { open, take, closed = () => {}, settled = null }) {
    Object.assign(this, { input, open, take, closed, settled });
    // A box of several lines may not be a combobox.
    this.named = !input.matches("textarea");
    if (this.named) {
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
    }
    input.autocomplete = "off";
    // The browser's own list would lie over this one.
    input.removeAttribute("list");
    input.addEventListener("keydown", (event) => this.#key(event));
  }
  get isOpen() {
    return Boolean(this.box && !this.box.hidden);
  }
  // Shows the options of a list that is on the page. box: what is closed again. words: what is said of them. marked: the
  // place of the option that Enter takes, -1 for none.
  show(box, list, words, marked = -1) {
    this.box = box;
    this.list = list;
    box.hidden = false;
    this.options = list ? [...list.querySelectorAll("[role=option]")] : [];
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    if (list) {
      list.id ||= `${this.input.id}-options`;
      this.options.forEach((option, place) => { option.id ||= `${list.id}-${place}`; });
      this.input.setAttribute("aria-controls", list.id);
      if (!list.dataset.heard) {
        list.dataset.heard = "1";
        // The box keeps the focus.
        list.addEventListener("mousedown", (event) => event.preventDefault());
        list.addEventListener("click", (event) => {
          const option = event.target.closest("[role=option]");
          if (option) this.take(option);
        });
      }
    }
    if (this.named) this.input.setAttribute("aria-expanded", String(this.options.length > 0));
    if (this.options[marked]) this.mark(marked);
    if (words) announce(words);
  }
  mark(place) {
    this.options[this.at]?.setAttribute("aria-selected", "false");
    this.at = place;
    const option = this.options[place];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }
  close() {
    if (this.box) this.box.hidden = true;
    this.options = [];
    this.at = -1;
    if (this.named) this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.removeAttribute("aria-controls");
    this.closed();
  }

  #key(event) {
    if (event.isComposing) return;
    const { key, altKey } = event, count = this.options.length;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (!this.isOpen && !this.open) return;
      event.preventDefault();
      if (altKey && key === "ArrowUp") return this.#takeMarked() || this.close();
      if (!this.isOpen) return this.open(key);
      if (count) this.mark((this.at + (key === "ArrowDown" ? 1 : this.at < 0 ? 0 : -1) + count) % count);
    } else if (key === "Enter" && this.settled) {
      event.preventDefault();
      this.settled().then(() => this.#takeMarked());
    } else if (key === "Enter" && this.isOpen) {
      event.preventDefault();
      if (!this.#takeMarked()) this.close();
    } else if (key === "Escape" && this.isOpen) {
      event.preventDefault();
      this.close();
    }
  }
  #takeMarked() {
    const option = this.options[this.at];
    if (option) this.take(option);
    return Boolean(option);
  }
}
