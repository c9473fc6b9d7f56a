// What a form holds that an autosave takes: everything but secrets and paste boxes, which a button sends and nobody keeps.
export const BY_BUTTON = '[data-secret], [name$=":paste"]';
const IGNORED = new Set(["csrfmiddlewaretoken", "base", "rows", "seen", "return", "kept_copy", "search"]);

export const differ = (one, other) => JSON.stringify(one || []) !== JSON.stringify(other || []);

export class Typed {
  constructor(form) {
    this.form = form;
    this.saved = this.sent = this.held();
  }
  get base() {
    return this.form.elements.base.value;
  }
  held() {
    const secret = new Set((this.form.getAttribute("hx-params") || "").replace(/^not /, "").split(","));
    for (const input of this.form.querySelectorAll("[data-secret]")) secret.add(input.name);
    const found = {};
    for (const [name, value] of new FormData(this.form)) {
      if (!IGNORED.has(name) && !secret.has(name) && typeof value === "string") (found[name] ||= []).push(value);
    }
    return found;
  }
  // Fields that came or went with others' values: what they show is saved.
  adopt() {
    const now = this.held();
    for (const state of [this.saved, this.sent]) {
      for (const name of Object.keys(now)) state[name] ||= now[name];
      for (const name of Object.keys(state)) if (!now[name]) delete state[name];
    }
  }
  unsaved() {
    const now = this.held(), found = {};
    for (const name of new Set([...Object.keys(now), ...Object.keys(this.saved)])) {
      if (differ(now[name], this.saved[name])) found[name] = now[name] || [];
    }
    return Object.keys(found).length ? found : null;
  }
  // What only a button saves.
  forButton() {
    return [...this.form.querySelectorAll(BY_BUTTON)].filter((input) => input.value !== "");
  }
  // What was sent is saved now; what was typed since is not.
  accept() {
    const now = this.held();
    for (const name of new Set([...Object.keys(now), ...Object.keys(this.saved)])) {
      this.saved[name] = differ(now[name], this.sent[name]) ? this.sent[name] : now[name];
    }
  }
}
