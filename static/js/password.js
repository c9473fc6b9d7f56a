// Passwords: shown on request, and made in the browser.
"use strict";

{
  // Letters and digits that are not mistaken for one another, and characters that no shell or template takes apart.
  const KINDS = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-_.+=:@"];
  const LENGTH = 20;

  function below(limit) {
    const most = Math.floor(2 ** 32 / limit) * limit;
    const drawn = new Uint32Array(1);
    do crypto.getRandomValues(drawn); while (drawn[0] >= most);
    return drawn[0] % limit;
  }
  const one = (letters) => letters[below(letters.length)];

  function make() {
    const made = KINDS.map(one);
    while (made.length < LENGTH) made.push(one(KINDS.join("")));
    for (let at = made.length - 1; at > 0; at -= 1) {
      const other = below(at + 1);
      [made[at], made[other]] = [made[other], made[at]];
    }
    return made.join("");
  }

  function button(into, text, act) {
    const made = into.appendChild(document.createElement("button"));
    made.type = "button";
    made.className = "btn btn-secondary btn--small";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function enhance() {
    for (const input of document.querySelectorAll("input[type=password][data-secret]:not([data-tools])")) {
      input.dataset.tools = "1";
      const tools = document.createElement("div");
      tools.className = "field__tools";
      const show = button(tools, "Show", () => reveal(input.type === "password"));
      show.setAttribute("aria-controls", input.id);
      const label = document.querySelector(`label[for="${CSS.escape(input.id)}"]`)?.textContent || "password";
      const name = (act) => show.setAttribute("aria-label", `${act} ${label}`);
      name("Show");
      function reveal(shown) {
        input.type = shown ? "text" : "password";
        show.textContent = shown ? "Hide" : "Show";
        name(show.textContent);
        document.dispatchEvent(new CustomEvent("announce", { detail: shown ? "Shown" : "Hidden" }));
      }
      button(tools, "Make one", () => {
        input.value = make();
        reveal(true);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.focus();
        input.select();
        if (copy) copy.hidden = false;
      }).setAttribute("aria-label", `Make one: ${label}`);
      const copy = navigator.clipboard && button(tools, "Copy", async () => {
        await navigator.clipboard.writeText(input.value);
        copy.textContent = "Copied";
        document.dispatchEvent(new CustomEvent("announce", { detail: "Copied" }));
        setTimeout(() => { copy.textContent = "Copy"; }, 2000);
      });
      if (copy) copy.hidden = true;
      input.after(tools);
      // What is sent is a password again, so that no browser remembers it as a text.
      input.form?.addEventListener("submit", () => { input.type = "password"; });
    }
  }
  enhance();
  const form = document.getElementById("step-form");
  if (form) new MutationObserver(enhance).observe(form, { childList: true, subtree: true });
}
