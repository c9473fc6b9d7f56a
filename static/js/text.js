// The draft as JSON text: links to lines, Ctrl S, and the place where the text stood.
"use strict";

{
  const form = document.getElementById("json-form"), box = document.getElementById("text");
  const opened = box.defaultValue, page = location.pathname;
  let sending = false;

  // --- Links to lines ---

  function show(at, length) {
    box.focus({ preventScroll: true });
    box.setSelectionRange(at, at + length);
    const line = box.value.slice(0, at).split("\n").length;
    box.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(box).lineHeight));
    box.scrollIntoView({ block: "nearest" });
  }
  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    const lines = box.value.split("\n"), number = Math.min(Number(link.dataset.line), lines.length);
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    const column = link.dataset.column;
    if (column) show(start + Number(column) - 1, 1);
    else show(start + lines[number - 1].search(/\S|$/), lines[number - 1].trim().length);
  });

  // --- Saving ---

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (!sending) form.requestSubmit();
    }
  });

  // keep.js has asked who is signed in: a form that is sent in vain would take the text with it.
  form.addEventListener("submit", () => {
    sending = true;
    sessionStorage.setItem("text-at", JSON.stringify([page, box.selectionStart, box.scrollTop]));
  });
  window.addEventListener("beforeunload", (event) => { if (!sending && box.value !== opened) event.preventDefault(); });

  // After saving, the text stands where it stood.
  const [left, at, top] = JSON.parse(sessionStorage.getItem("text-at") || "[]");
  sessionStorage.removeItem("text-at");
  if (left === page && !document.getElementById("error-summary") && !location.hash) {
    box.focus({ preventScroll: true });
    box.setSelectionRange(at, at);
    box.scrollTop = top;
  }
}
