// Looks again by itself while Azure has not answered, unless somebody is typing.
const waiting = document.querySelector("[data-follow]");
if (waiting) {
  let typed = false;
  document.addEventListener("input", () => { typed = true; });
  setTimeout(() => { if (!typed) location.replace(waiting.dataset.follow); }, 1500);
}
