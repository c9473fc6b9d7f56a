// The JSON beside the form: where the field in hand stands, what changed, what is typed before it is saved.
// Scrolls nothing but itself and never takes the focus.
"use strict";

{
  const body = document.getElementById("json"), form = document.getElementById("step-form");
  if (body) follow(body.closest(".pane"));

  function follow(pane) {
    const lines = () => [...body.querySelectorAll(".json__line")];
    // The comma at the end is about the next line.
    const key = (line) => line.getAttribute("href") + line.textContent.replace(/,?\n$/, "");
    const opened = new Map(), found = new Map(), typed = new Set(), trusted = new Set();
    let field = "", marked = false;

    for (const line of lines()) {
      opened.set(key(line), (opened.get(key(line)) || 0) + 1);
      if (line.title) found.set(key(line), line);
    }

    // Marks lines anew after they changed.
    function dress() {
      const left = new Map(opened);
      for (const line of lines()) {
        const own = key(line), count = left.get(own) || 0, wrong = found.get(own);
        left.set(own, count - 1);
        line.classList.toggle("json__line--changed", !count);
        line.title = wrong ? wrong.title : count ? "" : "Changed since this page was opened";
        if (wrong) line.classList.add(wrong.className.match(/\S+--(error|warning)/)[0]);
      }
    }

    const here = (line) => line.pathname === location.pathname;
    const linesOf = (anchor) => lines().filter((line) => anchor && line.hash === `#${anchor}` && here(line));
    const anchorOf = (control) => control.closest("[id$='-field']")?.id.slice(0, -6);
    function point(anew) {
      const own = linesOf(field);
      for (const line of lines()) line.classList.toggle("json__line--current", own.includes(line));
      if (own.length && (anew || !marked)) {
        const box = body.getBoundingClientRect(), at = own[0].getBoundingClientRect();
        if (at.top < box.top || at.bottom > box.bottom) body.scrollTop += at.top - box.top - box.height / 3;
      }
      marked = own.length > 0;
    }

    // What is typed shows at once where its line stands already; the answer to the save brings the rest.
    function written(kind, text) {
      // The server escapes what nobody would see.
      if (kind === "json__string") return text.trim() && !/(?! )[\p{C}\p{Z}\p{DI}\u2800]/u.test(text) && JSON.stringify(text);
      return (kind === "json__number" ? /^-?(0|[1-9]\d*)$/ : /^(true|false)$/).test(text) && text;
    }
    function write(control) {
      const anchor = anchorOf(control), own = linesOf(anchor), radio = control.type === "radio";
      const shown = own.length === 1 && own[0].querySelector(".json__string, .json__number, .json__literal");
      if (!shown || "secret" in control.dataset || !(radio ? control.checked : control.id === anchor)) return;
      const kind = shown.className, text = written(kind, control.value);
      // Other words than the JSON has, only the server can write.
      const before = radio ? [...form.elements[control.name]].find((one) => one.defaultChecked)?.value : control.options ? [...control.options].find((one) => one.defaultSelected)?.value : control.defaultValue;
      if (radio ? before?.[0] !== '"' : written(kind, before || "") === shown.textContent) trusted.add(anchor);
      if (text && trusted.has(anchor) && (control.inputMode !== "numeric" || kind === "json__number")) shown.textContent = text;
    }

    form?.addEventListener("focusin", ({ target }) => {
      if (anchorOf(target) !== field) { field = anchorOf(target); point(true); }
    });
    form?.addEventListener("input", ({ target }) => {
      typed.add(target);
      write(target);
      dress();
    });
    // What is typed from here on is not in the answer.
    form?.addEventListener("htmx:beforeRequest", () => typed.clear());
    new MutationObserver(() => {
      for (const control of typed) if (control.isConnected) write(control);
      dress();
      point();
    }).observe(body, { childList: true });

    body.addEventListener("click", (event) => {
      const line = event.target.closest("a.json__line");
      if (!line || event.ctrlKey || event.metaKey || event.shiftKey || !here(line) || !document.getElementById(line.hash.slice(1))) return;
      event.preventDefault();
      history.replaceState(history.state, "", line.hash);
      focusTarget();
    });

    // The picture is asked for while its fold is open, and again once the JSON is another.
    const picture = document.getElementById("pane-picture"), holder = picture?.querySelector("[hx-get]");
    const draw = () => { if (picture?.open) htmx.trigger(holder, "draw"); };
    picture?.addEventListener("toggle", draw);
    new MutationObserver(() => {
      draw();
      const cost = document.getElementById("cost");
      if (cost) htmx.trigger(cost, "look");
    }).observe(body, { childList: true });

    const wrap = document.getElementById("pane-wrap");
    try {
      wrap.checked = !localStorage.getItem("nowrap");
      wrap.addEventListener("change", () => localStorage.setItem("nowrap", wrap.checked ? "" : "1"));
    } catch { /* A browser that keeps nothing. */ }
  }
}
