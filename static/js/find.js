// Find a setting: a box over the page that leads to a field, by Ctrl K or by the button that is a link without scripts.
import { Combobox } from "./combobox.js";

{
  const opener = document.querySelector("[data-find]");
  if (opener && "showModal" in HTMLDialogElement.prototype) {
    let dialog, input, list, status, combobox, asked = 0, answered = "", timer;
    const apple = /Mac|iPhone|iPad/.test(navigator.platform), modifier = apple ? "⌘" : "Ctrl";
    const hint = opener.querySelector("kbd");
    if (hint) {
      hint.textContent = `${modifier} K`;
      hint.hidden = false;
    }
    opener.setAttribute("aria-keyshortcuts", apple ? "Meta+K" : "Control+K");
    opener.setAttribute("aria-haspopup", "dialog");

    function show(html) {
      list.innerHTML = html;
      const elsewhere = list.querySelector("[data-elsewhere]");
      elsewhere?.remove();
      const count = list.children.length;
      const words = `${count} ${count === 1 ? "setting" : "settings"}`;
      combobox.show(list, list, "", 0);
      list.hidden = !count;
      status.classList.toggle("visually-hidden", count > 0 && !elsewhere);
      status.textContent = elsewhere ? elsewhere.textContent : count ? words : input.value.trim() ? "No setting is called that. Try one word of what it does." : "";
    }

    async function ask() {
      const mine = ++asked;
      const query = input.value.trim();
      if (!query) return show("");
      try {
        const answer = await fetch(`${opener.href}?part=list&q=${encodeURIComponent(query)}`);
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        const html = await answer.text();
        if (mine !== asked) return;
        answered = input.value;
        show(html);
      } catch {
        if (mine !== asked) return;
        show("");
        status.textContent = "The search did not answer. Check the connection and that you are signed in.";
      }
    }

    function go(option) {
      if (!option) return;
      const there = new URL(option.dataset.href, location.href);
      dialog.close();
      // The field that the address names already gets no event of its own.
      if (there.href === location.href) window.dispatchEvent(new HashChangeEvent("hashchange"));
      else location.assign(there);
    }

    function build() {
      dialog = document.createElement("dialog");
      dialog.className = "find";
      dialog.setAttribute("aria-label", "Find a setting");
      dialog.innerHTML = '<div class="find__head"><svg class="icon" aria-hidden="true"><use href="#i-search"/></svg>' +
        '<input class="find__input" type="text" aria-label="Find a setting" spellcheck="false" autocapitalize="none" ' +
        'enterkeyhint="go" maxlength="200" placeholder="Find a setting, such as disk size">' +
        '<button class="btn btn-quiet btn--icon btn--small" type="button" aria-label="Close"><svg class="icon" aria-hidden="true">' +
        '<use href="#i-close"/></svg></button></div><ul class="find__list" id="find-list" role="listbox" aria-label="Settings" hidden></ul>' +
        '<p class="find__status" role="status"></p>';
      document.body.append(dialog);
      input = dialog.querySelector("input");
      list = dialog.querySelector("ul");
      status = dialog.querySelector("[role=status]");
      input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(ask, 80);
      });
      combobox = new Combobox(input, {
        open: ask,
        take: go,
        closed: () => dialog.close(),
        // Who types fast presses Enter before the answer is there.
        settled: async () => {
          clearTimeout(timer);
          if (answered !== input.value) await ask();
        },
      });
      list.addEventListener("pointermove", (event) => {
        const option = event.target.closest("[role=option]");
        if (option && option !== combobox.options[combobox.at]) combobox.mark(combobox.options.indexOf(option));
      });
      dialog.querySelector("button").addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    }

    function open(event) {
      event.preventDefault();
      if (!dialog) build();
      if (!dialog.open) dialog.showModal();
      input.select();
      if (input.value) ask();
    }

    opener.addEventListener("click", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) open(event);
    });
    document.addEventListener("keydown", (event) => {
      // On a Mac, Ctrl K deletes to the end of the line.
      const [own, other] = apple ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
      if (own && !other && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") open(event);
    });
  }
}
