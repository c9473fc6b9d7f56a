// Suggestions drop down under fields that have some; any value can still be typed.
"use strict";

{
  let box = null, field = null, options = [], at = -1, asking = null, timer = 0;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    box?.remove();
    if (field) {
      if (!field.matches("textarea")) field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
    box = asking = null;
    options = [];
    at = -1;
  };

  // A field of no draft says itself where the scale set is to be: by the fields beside it.
  const place = (input) => Object.fromEntries((input.dataset.place?.split(" ") || []).map((pair) => {
    const [name, other] = pair.split("=");
    return [name, input.form.elements[other]?.value || ""];
  }));

  const ask = async (input, again = 0) => {
    if (!input.name) return;
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    let html;
    try {
      // What stands in the field is a search only once it is being typed.
      const q = input.dataset.typed ? input.value : "";
      const answer = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q, ...place(input) })}`, { signal });
      if (!answer.ok || answer.redirected) return;
      ({ html } = await answer.json());
    } catch { return; }
    if (signal.aborted || document.activeElement !== input) return;
    if (!box) {
      box = document.createElement("div");
      box.className = "suggest";
      box.addEventListener("mousedown", (event) => { if (!event.target.closest("a")) event.preventDefault(); });
      box.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) pick(option);
      });
      input.after(box);
    }
    box.style.width = `${Math.max(input.offsetWidth, Math.min(360, innerWidth - 32))}px`;
    box.innerHTML = html;
    options = [...box.querySelectorAll("[role=option]")];
    options.forEach((option, place) => { option.id = `${input.id}-option-${place}`; });
    at = -1;
    const list = box.querySelector("[role=listbox]");
    if (list) {
      list.id = `${input.id}-options`;
      input.setAttribute("aria-controls", list.id);
    }
    if (!input.matches("textarea")) input.setAttribute("aria-expanded", String(options.length > 0));
    input.removeAttribute("aria-activedescendant");
    const pause = box.querySelector("[data-again]") ? 700 : box.querySelector("[data-later]") ? 3000 : 0;
    if (pause && again < 60) timer = setTimeout(() => { if (at < 0) ask(input, again + 1); }, pause);
  };

  // What was chosen before it counts: it may be on its way to be saved.
  const open = async (input) => {
    await input.form?.settled?.();
    if (document.activeElement === input && !box) ask(input);
  };

  const move = (step) => {
    options[at]?.setAttribute("aria-selected", "false");
    at = (at + step + options.length) % options.length;
    options[at].setAttribute("aria-selected", "true");
    options[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[at].id);
  };

  const pick = (option) => {
    const input = field, more = box.querySelector("a")?.href;
    input.value = option.dataset.value;
    delete input.dataset.typed;
    const along = more && "also" in option.dataset;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.closest(".field")?.querySelector(".suggest__also")?.remove();
    if (along) {
      const note = document.createElement("p");
      note.className = "suggest__also";
      note.setAttribute("role", "status");
      const link = document.createElement("a");
      link.href = `${more}?value=${encodeURIComponent(input.value)}`;
      link.textContent = "fill it in";
      note.append("This image is sold with a plan that the request must name: ", link, ".");
      input.after(note);
    }
  };

  document.addEventListener("focusin", (event) => {
    const input = event.target;
    if (box && !box.contains(input) && input !== field) close();
    if (!input.dataset?.suggest || input === field && box) return;
    field = input;
    if (input.matches("textarea")) return;  // may not be a combobox
    // The browser's own list would lie over this one.
    input.removeAttribute("list");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
  });
  document.addEventListener("focusout", (event) => {
    if (box && !box.contains(event.relatedTarget) && event.relatedTarget !== field) close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.dataset?.suggest && !box) open(event.target);
  });
  document.addEventListener("input", (event) => {
    const input = event.target;
    // A box without a name holds what must not leave the page, such as a private key.
    if (!input.dataset?.suggest || !event.isTrusted || !input.name) return;
    input.dataset.typed = "1";
    clearTimeout(timer);
    timer = setTimeout(() => ask(input), 120);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== field) return;
    if (event.key === "Escape" && box) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (options.length) move(event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1);
      else if (!box) open(field);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      pick(options[at]);
    }
  });

  // The page to choose on looks again by itself while Azure has not answered.
  const waiting = document.querySelector("[data-look-again]");
  if (waiting) {
    const untouched = () => [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].every(
      (input) => input.value === input.defaultValue && input.checked === input.defaultChecked);
    const look = () => { if (untouched()) location.replace(waiting.dataset.lookAgain); };
    setTimeout(look, waiting.matches(".callout--warning") ? 10000 : 1500);
  }
}
