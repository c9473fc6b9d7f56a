// The questions of a starter: what follows from an answer is filled in beside it, never over what somebody typed.
"use strict";

{
  const form = document.querySelector("form[data-starter]");
  const said = document.getElementById("starter-said");
  let asking = null;

  const fill = (known) => {
    const filled = [];
    for (const [name, value] of Object.entries(known)) {
      const input = form.elements[name];
      if (!input || input.value) continue;
      input.value = value;
      input.dataset.filled = value;
      filled.push(form.querySelector(`label[for="${input.id}"]`)?.textContent.trim() || name);
    }
    if (filled.length) said.textContent = `Filled in for you: ${filled.join(", ")}.`;
  };

  const look = async () => {
    asking?.abort();
    asking = new AbortController();
    const body = new FormData(form);
    // Secrets answer nothing here, and need not travel.
    for (const input of form.querySelectorAll("input[type=password]")) body.delete(input.name);
    body.set("look", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: asking.signal });
      if (answer.ok && !answer.redirected) fill((await answer.json()).known);
    } catch { /* What cannot be asked is typed. */ }
  };

  form.addEventListener("change", (event) => {
    if (!("decides" in event.target.dataset)) return;
    // What was filled in for another place does not hold for this one.
    const inputs = [...form.elements].filter((input) => input.dataset.suggest);
    for (const input of inputs.slice(inputs.indexOf(event.target) + 1)) {
      if (input.dataset.filled && input.value === input.dataset.filled) input.value = "";
    }
    look();
  });
  look();
}
