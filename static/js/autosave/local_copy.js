// What was typed, kept in the browser until it is saved, and offered when the page is opened again.
import { Copy, hide, offer, put } from "../copies.js";
import { differ } from "./typed.js";

const EVERY = 500;
const goesOn = (texts, from) => texts.length === from.length && texts.every((text, at) => from[at] && text.startsWith(from[at]));

export class LocalCopy {
  #timer = 0;
  #keptAt = 0;

  constructor(typed) {
    this.typed = typed;
    this.copy = new Copy(typed.form);
  }
  keepNow() {
    clearTimeout(this.#timer);
    this.#keptAt = Date.now();
    const values = this.typed.unsaved();
    return values ? this.copy.keep({ base: this.typed.base, values }) : this.copy.drop();
  }
  keep() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keepNow(), Math.max(0, this.#keptAt + EVERY - Date.now()));
  }
  // restored: called once the person took it back, with whether some of it has no place on this page yet.
  async offer(restored) {
    const { typed, copy } = this, { form } = typed, kept = await copy.found();
    if (!kept) return;
    const now = typed.held();
    // A save that was on its way when the browser died may have brought more than was kept.
    const later = (name, texts) => kept.base !== typed.base && goesOn(now[name] || [], texts);
    const lost = Object.entries(kept.values).filter(([name, texts]) => differ(texts, now[name]) && !later(name, texts));
    if (!lost.length) {
      // The page of a refused form has it all, and it is saved no more than before.
      if (!document.getElementById("error-summary")) copy.drop();
      return;
    }
    offer(form, copy, kept, () => {
      // On the revision that it was typed on, so that what others changed since is asked about. Text that only goes on
      // from what stands there now takes nothing away from anybody.
      if (!lost.every(([name, texts]) => goesOn(texts, now[name] || []))) form.elements.base.value = kept.base;
      const missing = put(form, Object.fromEntries(lost));
      for (const name of missing) for (const text of kept.values[name]) hide(form, name, text);
      this.keep();
      // Rows that the page does not show yet come with the next page.
      restored(missing.some((name) => name !== "unsettled"));
    });
  }
}
