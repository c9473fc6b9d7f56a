// The fold with everything else: what is not set comes when it is opened, and a box filters it by name.
"use strict";

{
  const form = document.getElementById("step-form");

  // Fields that came later may need scripts that the page did not.
  function load(paths) {
    for (const path of paths.split(/\s+/).filter(Boolean)) {
      if (document.querySelector(`script[src="${path}"]`)) continue;
      const script = document.createElement("script");
      script.src = path;
      document.body.append(script);
    }
  }

  // They show the revision that the page is of, so that sending them back means no change.
  async function fill(fold) {
    const { everything: url } = fold.dataset, show = fold.querySelector(".everything__show");
    if (!url || !show) return;
    delete fold.dataset.everything;
    try {
      const answer = await fetch(`${url}?all&part=unset&base=${form.elements.base.value}`);
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      // What was emptied on this page still has its field above.
      for (const field of holder.content.querySelectorAll(".field[id]")) if (document.getElementById(field.id)) field.remove();
      const part = holder.content.firstElementChild;
      show.replaceWith(part);
      load(part.dataset.scripts);
      part.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
    } catch {
      fold.dataset.everything = url;  // The link stays, and leads to a page of its own.
    }
  }

  function filter(box) {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const part of box.closest(".everything__unset").querySelectorAll(".everything__part")) {
      let left = 0;
      for (const field of part.querySelectorAll(":scope > .field")) {
        const text = field.textContent.toLowerCase();
        field.hidden = !words.every((word) => text.includes(word));
        left += !field.hidden;
      }
      part.hidden = !left;
    }
  }

  // The box is no field of the form: nothing is saved for it, and Enter sends nothing.
  function ready() {
    const part = document.querySelector(".everything__unset:not(:has(.everything__filter))");
    if (!part) return;
    const box = document.createElement("input");
    box.className = "input everything__filter";
    box.type = "search";
    box.autocomplete = "off";
    box.spellcheck = false;
    box.placeholder = "Filter these settings";
    box.setAttribute("aria-label", "Filter these settings");
    part.prepend(box);
    for (const event of ["input", "change"]) box.addEventListener(event, (typed) => { typed.stopPropagation(); filter(box); });
    box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }

  if (form) {
    form.addEventListener("toggle", ({ target }) => { if (target.id === "everything-else" && target.open) fill(target); }, true);
    document.addEventListener("htmx:load", ({ target }) => {
      if (target.dataset?.scripts) load(target.dataset.scripts);
      ready();
    });
    ready();
  }
}
