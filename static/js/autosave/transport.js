// Sends what was typed: after a pause, and every so often while somebody types without one; again after trouble.
import { clock } from "../copies.js";
import { sendBy } from "../sending.js";
import { signInLink, whoIsSignedIn } from "../session.js";

const PAUSE = 500, LONGEST_WAIT = 1500, LOOK_AGAIN = 3000, PATIENCE = 2000;

export class Transport {
  saving = false;
  leaving = false;
  // Typed and not sent since then, 0 for nothing.
  since = 0;
  // "signed out", "unreachable" or "refused" after a save that failed.
  trouble = "";
  // Whether the page is to be loaded anew once everything is saved.
  reload = false;
  // Whether what is under way saves nothing and only asks for what others changed.
  #asksOnly = false;
  #tries = 0;
  #timer = 0;
  #retry = 0;
  #checking = 0;
  #pressed = null;
  #awaiting = [];

  constructor(typed, messages, local) {
    Object.assign(this, { typed, messages, local, form: typed.form });
    const own = (event) => event.detail.elt === this.form;
    // A page whose form was already sent must not send it again on its own.
    this.form.addEventListener("htmx:confirm", (event) => { if (own(event) && this.leaving) event.preventDefault(); });
    this.form.addEventListener("htmx:beforeRequest", (event) => {
      if (!own(event)) return;
      this.saving = true;
      if (!this.trouble && !this.#asksOnly) messages.sayLater("Saving…");
    });
    this.form.addEventListener("htmx:afterRequest", (event) => { if (own(event)) this.#after(event.detail.xhr); });
  }
  get isBusy() {
    return !this.trouble && Boolean(this.saving || this.typed.unsaved());
  }
  soon(delay = PAUSE) {
    const now = Date.now();
    this.since ||= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), Math.max(0, Math.min(delay, this.since + LONGEST_WAIT - now)));
  }
  send() {
    for (const timer of [this.#timer, this.#retry, this.#checking]) clearTimeout(timer);
    if (this.saving || this.leaving) return;
    this.since = 0;
    this.typed.sent = this.typed.held();
    htmx.trigger(this.form, "autosave");
  }
  // Gets what others changed. Where something is being typed, its save brings that.
  catchUp() {
    if (this.isBusy || this.trouble || this.leaving) return;
    this.#asksOnly = true;
    this.send();
  }
  // The form is sent by a button: nothing more goes out on its own.
  leave() {
    this.leaving = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
  }
  // A press waits for the answer of the save under way, which brings the revision to build on.
  press(button) {
    this.#pressed = button;
    if (!this.saving) this.send();
  }
  // Whoever goes by what is saved waits for it here, for a moment at most. Answers whether to go on.
  settled() {
    return new Promise((done) => {
      if (this.leaving || !this.isBusy) return done(true);
      this.#awaiting.push(done);
      setTimeout(done, PATIENCE, true);
      if (!this.saving) this.send();
    });
  }
  tryNow() {
    if (document.hidden) return;
    if (this.trouble === "signed out") this.#comeBack();
    else if (this.trouble && this.trouble !== "refused") this.send();
  }
  // What is left goes out with the page.
  sendLast() {
    const { form } = this, body = new URLSearchParams();
    for (const [name, texts] of Object.entries(this.typed.held())) for (const text of texts) body.append(name, text);
    for (const name of ["csrfmiddlewaretoken", "base"]) body.append(name, form.elements[name].value);
    for (const rows of form.querySelectorAll("[name=rows]")) body.append("rows", rows.value);
    fetch(form.action, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } });
  }

  // --- What came back ---

  #after(xhr) {
    this.saving = false;
    this.messages.hush();
    this.#answered(xhr.status);
    this.#asksOnly = false;
    const stands = xhr.status < 300;
    if (!stands || !this.typed.unsaved()) for (const done of this.#awaiting.splice(0)) done(stands);
    if (this.#pressed && !this.trouble) {
      const button = this.#pressed;
      this.#pressed = null;
      sendBy(this.form, button);
    } else if (this.since && !this.trouble) {
      this.soon();
    }
  }
  #answered(code) {
    if (code === 200 || code === 204) this.#saved(code);
    else if (code === 409 || code === 422) {
      this.#reached();
      this.messages.fail("see the marked fields");
    } else if (code === 401) {
      this.trouble = "signed out";
      this.messages.fail("you are signed out. What you typed stays here and is saved after you sign in.", signInLink());
      this.#retry = setTimeout(() => this.#comeBack(), LOOK_AGAIN);
    } else if (code === 0 || code === 408 || code === 429 || code >= 500) {
      this.trouble = "unreachable";
      this.#tries += 1;
      this.messages.fail(code === 0
        ? "the connection is down. What you typed stays here and is saved when it is back."
        : "the server has a problem. What you typed stays here; saving is tried again.");
      this.#retry = setTimeout(() => this.send(), Math.min(30000, 1000 * 2 ** Math.min(this.#tries, 5)));
    } else {
      this.trouble = "refused";
      this.messages.fail("you may not change this draft any more, or it is gone. What you typed stays here: copy what you need.");
    }
  }
  #reached() {
    this.trouble = "";
    this.#tries = 0;
    this.local.keep();
  }
  #saved(code) {
    this.typed.accept();
    this.#reached();
    if (!this.#asksOnly) this.messages.sayNot() || this.messages.say(`Saved ${clock(Date.now())}`, "check");
    if (code === 200) this.#checking = setTimeout(() => this.#check(), 1000);
    if (this.reload && !this.typed.unsaved()) location.reload();
  }
  // What the steps lack is looked up in a pause: nobody reads it while typing.
  #check() {
    const tasks = document.getElementById("tasks");
    if (this.saving || this.leaving || !tasks) return;
    htmx.ajax("GET", `${this.form.dataset.tasks}&seen=${tasks.dataset.seen}`, { source: tasks, swap: "none" });
  }
  // Nothing is saved in the name of somebody else who signed in meanwhile.
  async #comeBack() {
    clearTimeout(this.#retry);
    const who = await whoIsSignedIn();
    if (who === "nobody" || who === "other") this.#retry = setTimeout(() => this.#comeBack(), LOOK_AGAIN);
    else this.send();
  }
}
