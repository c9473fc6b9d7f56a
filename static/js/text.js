// The draft as JSON text: links to lines, Ctrl S, and a text that is not lost when it cannot be sent.
"use strict";

{
  const form = document.getElementById("json-form"), box = document.getElementById("text");
  const status = document.getElementById("json-status");
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

  // Asks first whether somebody answers and knows who asks: a form that is sent in vain takes the text with it.
  async function trouble() {
    try {
      const answer = await fetch(page, { method: "HEAD", redirect: "manual", cache: "no-store" });
      if (answer.ok) return null;
      return answer.type === "opaqueredirect" || answer.status === 401
        ? ["Not saved: you are signed out. Your text stays here; sign in in another tab, then save again.", true]
        : [`Not saved: the server has a problem (${answer.status}). Your text stays here; save again in a moment.`, false];
    } catch {
      return ["Not saved: the connection is down. Your text stays here; save again when it is back.", false];
    }
  }
  form.addEventListener("submit", async (event) => {
    if (sending) return;
    event.preventDefault();
    status.textContent = "Saving…";
    const wrong = await trouble();
    status.classList.toggle("save-status--error", wrong !== null);
    if (!wrong) {
      sending = true;
      sessionStorage.setItem("text-at", JSON.stringify([page, box.selectionStart, box.scrollTop]));
      form.requestSubmit(event.submitter);
      return;
    }
    status.textContent = wrong[0];
    if (wrong[1]) {
      const link = document.createElement("a");
      link.href = "/sign-in/?next=/";
      link.target = "_blank";
      link.rel = "opener";
      link.textContent = "Sign in again";
      status.append(" ", link);
    }
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
