// Checklists: what Azure asks of a value, ticked off while it is typed. What is not met is marked once the field is left.
"use strict";

{
  // Boxes into which somebody typed and which were left since.
  const left = new WeakSet();
  const met = (line, text) => {
    if (!text) return false;
    const apart = line.dataset.apartFrom;
    if (apart) {
      const name = (document.getElementById(apart)?.value || "").toLowerCase();
      return name.length < 3 || !text.toLowerCase().includes(name);
    }
    const wanted = "folded" in line.dataset ? text.toLowerCase() : text;
    const found = line.dataset.patterns.split(" ").filter((pattern) => new RegExp(pattern, "u").test(wanted));
    return found.length >= Number(line.dataset.enough);
  };

  function tick(list, say) {
    const input = document.getElementById(list.dataset.checks);
    if (!input) return;
    const lines = [...list.children];
    for (const line of lines) {
      const now = met(line, input.value);
      const missed = !now && input.value && document.activeElement !== input && left.has(input);
      if (line.classList.contains("checklist__met") === now && line.classList.contains("checklist__missed") === Boolean(missed)) continue;
      line.classList.toggle("checklist__met", now);
      line.classList.toggle("checklist__missed", Boolean(missed));
      line.querySelector(".visually-hidden")?.remove();
      if (now || missed) {
        const words = document.createElement("span");
        words.className = "visually-hidden";
        words.textContent = now ? " (met)" : " (not met)";
        line.append(words);
      }
    }
    if (!say) return;
    const open = lines.filter((line) => !line.classList.contains("checklist__met"));
    const words = !input.value ? "" : open.length
      ? `${lines.length - open.length} of ${lines.length} met. Still: ${open.map((line) => line.textContent).join("; ")}`
      : "All of it is met";
    document.dispatchEvent(new CustomEvent("announce", { detail: words }));
  }

  const all = () => document.querySelectorAll("[data-checks]");
  document.addEventListener("input", (event) => {
    for (const list of all()) {
      const depends = list.querySelector(`[data-apart-from="${CSS.escape(event.target.id)}"]`);
      if (list.dataset.checks === event.target.id || (event.target.id && depends)) tick(list, !depends);
    }
  });
  document.addEventListener("change", ({ target }) => {
    left.add(target);
    for (const list of all()) if (list.dataset.checks === target.id) setTimeout(tick, 0, list, false);
  });
  // Fields that the server sends anew come without ticks; a browser may also bring back what was typed.
  const start = () => { for (const list of all()) tick(list, false); };
  const form = document.getElementById("step-form");
  if (form) new MutationObserver(start).observe(form, { childList: true, subtree: true });
  window.addEventListener("pageshow", start);
  start();
}
