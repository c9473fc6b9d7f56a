// The JSON is one stop of the Tab key: arrow keys go from line to line in it, and Enter to the field of a line.
"use strict";

{
  const body = document.getElementById("json"), WAYS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const stops = () => [...body.querySelectorAll("a.json__line")].filter((line) => line.checkVisibility({ visibilityProperty: true }));
  let at = -1;

  if (body) {
    body.ariaDescription = "Arrow keys go from line to line, Enter to the field of a line.";
    body.addEventListener("keydown", (event) => {
      const way = WAYS[event.key], lines = way && !event.ctrlKey && !event.metaKey && !event.altKey ? stops() : [];
      if (!lines.length) return;
      event.preventDefault();
      const here = lines.indexOf(document.activeElement), marked = lines.findIndex((line) => line.matches(".json__line--current"));
      at = here < 0 && Number.isFinite(way) ? Math.max(marked, 0) : Math.min(Math.max(here + way, 0), lines.length - 1);
      lines[at].focus();
    });
    body.addEventListener("focusin", () => {
      for (const line of stops()) line.ariaCurrent = line.matches(".json__line--current") || null;
    });
    body.addEventListener("focusout", (event) => { if (event.relatedTarget) at = -1; });
    // The answer to a save brings other lines: who was on one is on it again.
    new MutationObserver(() => {
      if (at < 0 || document.activeElement !== document.body) return;
      const lines = stops();
      lines[Math.min(at, lines.length - 1)]?.focus({ preventScroll: true });
    }).observe(body, { childList: true });
  }
}
