// Whom a comment names with an @: those that the page names are offered while one types.
import { Combobox } from "./combobox.js";

const CALLED = /(?:^|[\s(])@([^@\n]{0,60})$/;
const boxes = new WeakMap();

const begins = (name, sought) => name.startsWith(sought) || name.includes(` ${sought}`);
const people = () => [...document.querySelectorAll("[data-person]")].map((each) => each.textContent.trim().slice(1));
const called = (box) => box.value.slice(0, box.selectionStart).match(CALLED)?.[1];

function boxOf(textarea) {
  if (!boxes.has(textarea)) {
    const list = document.createElement("ul");
    list.className = "options suggest";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "People");
    textarea.after(list);
    const combobox = new Combobox(textarea, { open: null, take: (option) => take(combobox, option) });
    boxes.set(textarea, Object.assign(combobox, { lines: list }));
  }
  return boxes.get(textarea);
}

function take(combobox, option) {
  const { input } = combobox, end = input.selectionStart, typed = called(input);
  combobox.close();
  if (typed === undefined) return;
  input.setRangeText(`${option.textContent} `, end - typed.length, end, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("form[data-comments] textarea")) return;
  const sought = called(target)?.toLowerCase();
  const found = sought === undefined ? [] : people().filter((name) => begins(name.toLowerCase(), sought)).slice(0, 8);
  if (!found.length) return boxes.get(target)?.close();
  const combobox = Object.assign(boxOf(target), { typed: called(target) }), { lines } = combobox;
  lines.replaceChildren(...found.map((name, place) => {
    const line = document.createElement("li");
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.id = `${target.id}-person-${place}`;
    line.textContent = name;
    return line;
  }));
  combobox.show(lines, lines, `${found.length} ${found.length === 1 ? "person" : "people"} to name`, 0);
});
// The caret may leave the name without a key: what is on offer is for what stood before it.
document.addEventListener("selectionchange", () => {
  const combobox = boxes.get(document.activeElement);
  if (combobox?.isOpen && called(combobox.input) !== combobox.typed) combobox.close();
});
document.addEventListener("focusout", ({ target }) => boxes.get(target)?.close());
