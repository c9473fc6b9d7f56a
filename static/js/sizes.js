// Texts with a most size: how many bytes they have, and a file put into the box without leaving the browser.
"use strict";

{
  const count = (number) => number.toLocaleString("en-GB");
  const encodedBox = (input) => document.getElementById(`${input.id}-encoded`);

  function bytes(input) {
    const typed = encodedBox(input)?.checked ? input.value.replace(/\s/g, "") : input.value;
    if (!encodedBox(input)?.checked) return new TextEncoder().encode(typed).length;
    return typed.length % 4 ? null : typed.length / 4 * 3 - (typed.match(/=*$/)[0].length);
  }

  function measure(input, say = true) {
    const below = document.getElementById(`${input.id}-reading`);
    if (below?.dataset?.reading !== "bytes") return;
    const most = Number(below.dataset.most), size = bytes(input);
    let words = "";
    if (size === null) words = "Not base64: its length is no multiple of 4";
    else if (input.value) {
      words = `${count(size)} of ${count(most)} bytes`;
      if ("base64" in below.dataset) words += `, ${count(Math.ceil(size / 3) * 4)} in base64`;
      if (size > most) words += `. ${count(size - most)} too many.`;
    }
    const meter = document.createElement("meter");
    meter.className = "field__meter";
    meter.max = most;
    meter.high = most;
    meter.optimum = 0;
    meter.value = size || 0;
    meter.setAttribute("aria-hidden", "true");
    below.classList.toggle("field__reading--over", (size || 0) > most);
    below.replaceChildren(...(input.value && size !== null ? [meter] : []), words);
    if (say) document.dispatchEvent(new CustomEvent("announce", { detail: words }));
  }

  async function take(file, input) {
    const below = document.getElementById(`${input.id}-reading`);
    if (file.size > 4 * Number(below.dataset.most)) {
      below.textContent = `${file.name} has ${count(file.size)} bytes; at most ${count(Number(below.dataset.most))} fit. Choose a smaller file.`;
      document.dispatchEvent(new CustomEvent("announce", { detail: below.textContent }));
      return;
    }
    const content = new Uint8Array(await file.arrayBuffer());
    const box = encodedBox(input);
    let text = null;
    try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content); } catch { /* not text */ }
    // A text box changes line ends and drops NUL, so such a file is kept byte for byte as base64.
    const asIs = text !== null && !/[\r\0]/.test(text);
    if (!asIs && !box) {
      if (text === null) {
        below.textContent = `${file.name} is not text in UTF-8. Save it as UTF-8 and choose it again.`;
        document.dispatchEvent(new CustomEvent("announce", { detail: below.textContent }));
        return;
      }
    }
    if (box) box.checked = !asIs;
    if (asIs || !box) input.value = text;
    else {
      let binary = "";
      for (const one of content) binary += String.fromCharCode(one);
      input.value = btoa(binary);
    }
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }

  function enhance() {
    for (const below of document.querySelectorAll('[data-reading="bytes"]:not([data-tools])')) {
      const input = document.getElementById(below.id.replace(/-reading$/, ""));
      if (!input) continue;
      below.dataset.tools = "1";
      const chooser = document.createElement("input");
      chooser.type = "file";
      chooser.hidden = true;
      const open = document.createElement("button");
      open.type = "button";
      open.className = "btn btn-secondary btn--small";
      open.textContent = "Read a file into the box";
      open.addEventListener("click", () => chooser.click());
      chooser.addEventListener("change", () => {
        if (chooser.files[0]) take(chooser.files[0], input);
        chooser.value = "";
      });
      const tools = document.createElement("div");
      tools.className = "field__tools";
      tools.append(open, chooser);
      below.after(tools);
      measure(input, false);
    }
  }
  document.addEventListener("input", (event) => { if (event.target.matches("textarea")) measure(event.target); });
  document.addEventListener("change", (event) => {
    if (!event.target.id.endsWith("-encoded")) return;
    const input = document.getElementById(event.target.id.replace(/-encoded$/, ""));
    if (input) measure(input);
  });
  enhance();
  const form = document.getElementById("step-form");
  if (form) new MutationObserver(enhance).observe(form, { childList: true, subtree: true });
}
