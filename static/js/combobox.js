// A select with many options becomes a box that searches them (a combobox with a list, after the ARIA Authoring
// Practices). The select stays in the form and keeps the value; without scripts it is what people use.
"use strict";

{
  let open = null;  // the box whose list is shown
  const label = (select) => select.selectedOptions[0]?.textContent || "";

  function enhance() {
    for (const select of document.querySelectorAll("select[data-search]:not([data-box])")) {
      const box = document.createElement("input");
      box.className = "select";
      box.id = select.id;
      box.type = "text";
      box.autocomplete = "off";
      box.spellcheck = false;
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", `${select.id}-list`]]) {
        box.setAttribute(name, value);
      }
      for (const name of ["aria-describedby", "aria-invalid"]) {
        if (select.hasAttribute(name)) box.setAttribute(name, select.getAttribute(name));
      }
      const list = document.createElement("ul");
      list.className = "options suggest";
      list.id = `${select.id}-list`;
      list.hidden = true;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(select.id)}"]`)?.textContent || "Options");
      select.dataset.box = box.id;
      select.id += "-select";
      select.tabIndex = -1;
      select.setAttribute("aria-hidden", "true");
      select.classList.add("visually-hidden");
      box.value = label(select);
      box.select_ = select;
      box.list_ = list;
      list.addEventListener("mousedown", (event) => event.preventDefault());
      list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) pick(box, option);
      });
      select.after(box, list);
    }
  }

  function show(box, sought) {
    const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
    const { select_: select, list_: list } = box;
    const found = [...select.options].filter((option) => {
      const text = `${option.textContent} ${option.value}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    list.replaceChildren(...found.map((option) => {
      const line = document.createElement("li");
      line.setAttribute("role", "option");
      line.id = `${list.id}-${option.index}`;
      line.dataset.index = option.index;
      line.textContent = option.textContent;
      line.setAttribute("aria-selected", "false");
      return line;
    }));
    list.hidden = !found.length;
    list.style.width = `${box.offsetWidth}px`;
    box.setAttribute("aria-expanded", String(found.length > 0));
    box.removeAttribute("aria-activedescendant");
    open = box;
    const current = !words.length && list.querySelector(`[data-index="${select.selectedIndex}"]`);
    if (current) mark(box, current);
    document.dispatchEvent(new CustomEvent("announce", { detail: found.length ? `${found.length} to choose from` : "Nothing by that name" }));
  }
  function mark(box, line) {
    for (const other of box.list_.children) other.setAttribute("aria-selected", String(other === line));
    box.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  }
  function close(box) {
    box.list_.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    box.value = label(box.select_);
    if (open === box) open = null;
  }
  function pick(box, line) {
    const index = Number(line.dataset.index), changed = box.select_.selectedIndex !== index;
    box.select_.selectedIndex = index;
    close(box);
    if (changed) for (const name of ["input", "change"]) box.select_.dispatchEvent(new Event(name, { bubbles: true }));
  }

  const isBox = (element) => Boolean(element?.select_);
  document.addEventListener("focusin", (event) => {
    // The value may have been put into the select by others.
    if (isBox(event.target)) {
      event.target.value = label(event.target.select_);
      event.target.select();
    } else if (event.target.matches?.("select[data-box]")) {
      document.getElementById(event.target.dataset.box)?.focus();
    }
  });
  document.addEventListener("focusout", (event) => { if (isBox(event.target)) close(event.target); });
  document.addEventListener("click", (event) => {
    if (isBox(event.target)) open === event.target ? close(event.target) : show(event.target, "");
  });
  document.addEventListener("change", (event) => {
    const box = event.target.dataset?.box && document.getElementById(event.target.dataset.box);
    if (box) box.value = label(event.target);
  });
  document.addEventListener("input", (event) => {
    if (!isBox(event.target)) return;
    event.stopImmediatePropagation();
    show(event.target, event.target.value);
    if (!event.target.list_.hidden && event.target.value) mark(event.target, event.target.list_.firstElementChild);
  }, true);
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!isBox(box)) return;
    const lines = [...box.list_.children], shown = open === box;
    const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (event.altKey && event.key === "ArrowUp") {
        if (shown && at >= 0) pick(box, lines[at]);
      } else if (!shown) show(box, "");
      else if (lines.length) mark(box, lines[(at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + lines.length) % lines.length]);
    } else if (event.key === "Enter" && shown) {
      event.preventDefault();
      if (at >= 0) pick(box, lines[at]);
      else close(box);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      close(box);
    } else if (event.key === "Tab" && shown && at >= 0 && box.value !== label(box.select_)) {
      pick(box, lines[at]);
    }
  });
  enhance();
  const form = document.getElementById("step-form");
  if (form) new MutationObserver(enhance).observe(form, { childList: true, subtree: true });
}
