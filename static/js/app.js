// What the pages gain from JavaScript. Everything also works without it.
"use strict";

// A link to a field moves the keyboard there too, opening what folds it away.
function focusTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let around = target.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  target.focus();
  target.scrollIntoView({ block: "center" });
}
window.addEventListener("hashchange", focusTarget);
focusTarget();

const summary = document.getElementById("error-summary");
if (summary && !location.hash) summary.focus();

// The server says each moment in UTC. Here it becomes the reader's own, with its day where that is another one.
function localTimes() {
  for (const time of document.querySelectorAll("time")) {
    const words = time.textContent.match(/^(\d+ \w+ \d+ )?\d\d:\d\d(:\d\d)? UTC$/);
    if (!words) continue;
    const at = new Date(time.dateTime), two = "2-digit";
    const clock = at.toLocaleTimeString("en-GB", { hour: two, minute: two, second: words[2] && two });
    const day = { day: "numeric", month: "short", year: words[1] && "numeric" };
    time.title = time.textContent;
    time.textContent = words[1] || at.getDate() !== at.getUTCDate() ? `${at.toLocaleDateString("en-GB", day)} ${clock}` : clock;
  }
}
localTimes();
document.addEventListener("htmx:load", localTimes);

// Copy buttons appear only where copying works.
function copyButtons() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      const before = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = before; }, 2000);
    });
  }
}
copyButtons();
document.addEventListener("htmx:load", copyButtons);

// Signing in again in another tab changes the token that forms need; the cookie has the one that counts.
function renewToken(form) {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  if (cookie && token) token.value = cookie[1];
}
document.addEventListener("submit", (event) => renewToken(event.target), true);
document.addEventListener("htmx:confirm", (event) => {
  const form = event.target.closest("form");
  if (form) renewToken(form);
});
