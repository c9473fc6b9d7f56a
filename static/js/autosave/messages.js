// What is said of a save, in the one place for it.
const SVG = "http://www.w3.org/2000/svg";

export class Messages {
  #later = 0;

  constructor(typed) {
    this.typed = typed;
    this.status = document.getElementById("save-status");
  }
  say(words, icon = "", link = null) {
    clearTimeout(this.#later);
    const { status } = this;
    // Said again, the same words would be read out again.
    if (status.dataset.said === words) return;
    status.dataset.said = words;
    status.classList.toggle("save-status--error", icon === "error");
    status.replaceChildren(words);
    if (link) status.append(" ", link);
    if (icon) {
      const mark = document.createElementNS(SVG, "svg");
      mark.setAttribute("class", "icon");
      mark.setAttribute("aria-hidden", "true");
      mark.appendChild(document.createElementNS(SVG, "use")).setAttribute("href", `#i-${icon}`);
      status.prepend(mark);
    }
  }
  fail(words, link = null) {
    this.say(`Not saved: ${words}`, "error", link);
  }
  // Only where it takes so long that somebody would wonder.
  sayLater(words) {
    this.#later = setTimeout(() => this.say(words), 400);
  }
  hush() {
    clearTimeout(this.#later);
  }
  // What a button saves must not seem to be saved already. Answers whether there is such.
  sayNot() {
    const left = this.typed.forButton();
    if (!left.length) return false;
    this.say(left.some((input) => input.matches("[data-secret]"))
      ? "Not saved yet: a secret is saved by the button below the form"
      : "Not saved yet: press “Add these” below what you pasted");
    return true;
  }
}
