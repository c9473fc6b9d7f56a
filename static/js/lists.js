// Lists: a fresh row without loading the page, moving cards by keyboard, and staying where one was after an act.
"use strict";

{
  const form = document.getElementById("step-form");

  // A fresh row is a copy of the empty one at the end, with the next number. The server counts rows by their numbers.
  function addRow(button) {
    const field = button.closest(".field"), rows = field.querySelector(".rows");
    const last = [...rows.querySelectorAll(".rows__row")].pop();
    const name = button.value.slice("more:".length);
    const number = Number(last.querySelector("[name]").name.slice(name.length + 1).match(/^\d+/)[0]);
    const row = last.cloneNode(true);
    const own = field.id.replace(/field$/, number), next = field.id.replace(/field$/, number + 1);
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of ["id", "for", "aria-describedby"]) {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replaceAll(own, next));
      }
      if (element.name) element.name = element.name.replace(`${name}[${number}]`, `${name}[${number + 1}]`);
      if (element.matches("input, textarea")) element.value = "";
      if (element.matches("select")) element.selectedIndex = 0;
    }
    row.setAttribute("aria-label", row.getAttribute("aria-label").replace(/\d+$/, (found) => Number(found) + 1));
    last.after(row);
    row.querySelector("input, select, textarea").focus();
  }

  const STAY = "list-act";
  function remember(button) {
    const card = button.closest(".card-item, .rows__row") || button.closest(".field");
    if (!card) return;
    const top = card.getBoundingClientRect().top;
    sessionStorage.setItem(STAY, JSON.stringify({ page: location.pathname, act: button.value.split(":")[0], top }));
  }

  // What was done is said to a screen reader too: in the words of the notice, or of a move, where the card stands now.
  function say(act, place) {
    const notice = document.querySelector(".done"), cards = [...place.parentElement.querySelectorAll(":scope > .card-item[id]")];
    const title = place.querySelector(".card-item__title a")?.textContent, at = cards.indexOf(place) + 1;
    const moved = { up: "up", down: "down" }[act];
    const words = moved && title && at ? `Moved ${title} ${moved}: ${at} of ${cards.length}` : notice?.querySelector("span")?.textContent;
    if (words) document.dispatchEvent(new CustomEvent("announce", { detail: words }));
  }

  // After an act the page is a new one: what the address names stands where the pressed button was, with its focus.
  function stay() {
    const kept = JSON.parse(sessionStorage.getItem(STAY) || "null");
    sessionStorage.removeItem(STAY);
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!kept || kept.page !== location.pathname || !target) return;
    const moved = kept.act === "up" || kept.act === "down";
    const button = moved && (target.querySelector(`[name=act][value^="${kept.act}:"]`) || target.querySelector(`[name=act][value^="${kept.act === "up" ? "down" : "up"}:"]`));
    const place = target.closest(".card-item, .rows__row") || target;
    say(kept.act, place);
    const settle = () => {
      if (![document.body, target, button].includes(document.activeElement)) return;
      if (button) button.focus({ preventScroll: true });
      window.scrollBy(0, place.getBoundingClientRect().top - kept.top);
    };
    settle();
    // When all has arrived, browsers go to the place that the address names once more.
    window.addEventListener("load", () => requestAnimationFrame(settle));
  }

  if (form) {
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[name=act]");
      if (!button) return;
      if (button.value.startsWith("more:")) {
        event.preventDefault();
        addRow(button);
      } else {
        remember(button);
      }
    });
    form.addEventListener("keydown", (event) => {
      const act = { ArrowUp: "up", ArrowDown: "down" }[event.key];
      const card = act && event.altKey && event.target.closest(".card-item");
      if (!card) return;
      event.preventDefault();
      const button = card.querySelector(`[name=act][value^="${act}:"]`);
      if (button) button.click();
    });
    stay();
  }
}
