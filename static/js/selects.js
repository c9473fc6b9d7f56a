// A select with many options becomes a box that searches them. The select stays in the form and keeps the value; without
// scripts it is what people use.
import { Combobox } from "./combobox.js";

const boxes = new WeakMap();
const label = (select) => select.selectedOptions[0]?.textContent || "";

function enhance() {
  for (const select of document.querySelectorAll("select[data-search]:not([data-box])")) {
    const box = document.createElement("input");
    box.className = "select";
    box.id = select.id;
    box.type = "text";
    box.spellcheck = false;
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
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
    const combobox = new Combobox(box, {
      open: () => show(combobox, ""),
      take: (option) => pick(combobox, option),
      closed: () => { box.value = label(select); },
    });
    Object.assign(combobox, { select, lines: list });
    boxes.set(box, combobox);
    select.after(box, list);
  }
}

function show(combobox, sought) {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const { select, lines, input } = combobox;
  const found = [...select.options].filter((option) => {
    const text = `${option.textContent} ${option.value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  lines.replaceChildren(...found.map((option) => {
    const line = document.createElement("li");
    line.setAttribute("role", "option");
    line.id = `${lines.id}-${option.index}`;
    line.dataset.index = option.index;
    line.textContent = option.textContent;
    line.setAttribute("aria-selected", "false");
    return line;
  }));
  lines.style.width = `${input.offsetWidth}px`;
  // What was typed leads to the first; else the one that is chosen is marked.
  const marked = words.length ? 0 : found.findIndex((option) => option.index === select.selectedIndex);
  combobox.show(lines, lines, found.length ? `${found.length} to choose from` : "Nothing by that name", marked);
  if (!found.length) lines.hidden = true;
}

function pick(combobox, line) {
  const { select } = combobox, index = Number(line.dataset.index), changed = select.selectedIndex !== index;
  select.selectedIndex = index;
  combobox.close();
  if (changed) for (const name of ["input", "change"]) select.dispatchEvent(new Event(name, { bubbles: true }));
}

document.addEventListener("focusin", (event) => {
  // The value may have been put into the select by others.
  const combobox = boxes.get(event.target);
  if (combobox) {
    combobox.input.value = label(combobox.select);
    combobox.input.select();
  } else if (event.target.matches?.("select[data-box]")) {
    document.getElementById(event.target.dataset.box)?.focus();
  }
});
document.addEventListener("focusout", (event) => boxes.get(event.target)?.close());
document.addEventListener("click", (event) => {
  const combobox = boxes.get(event.target);
  if (combobox) combobox.isOpen ? combobox.close() : show(combobox, "");
});
document.addEventListener("change", (event) => {
  const box = event.target.dataset?.box && document.getElementById(event.target.dataset.box);
  if (box) box.value = label(event.target);
});
document.addEventListener("input", (event) => {
  const combobox = boxes.get(event.target);
  if (!combobox) return;
  event.stopImmediatePropagation();
  show(combobox, combobox.input.value);
}, true);
document.addEventListener("keydown", (event) => {
  const combobox = boxes.get(event.target);
  if (event.key === "Tab" && combobox?.isOpen && combobox.at >= 0 && combobox.input.value !== label(combobox.select)) {
    pick(combobox, combobox.options[combobox.at]);
  }
}, true);
enhance();
const form = document.getElementById("step-form");
if (form) new MutationObserver(enhance).observe(form, { childList: true, subtree: true });
