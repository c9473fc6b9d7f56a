// Who else is on a page of this draft, and what others changed meanwhile: asked for every so often while the page is seen.
const EVERY = 10000;
const region = document.getElementById("together");
if (region) together(region);

function together(region) {
  const form = document.getElementById("step-form");
  let seen = region.dataset.seen, timer = 0, asking = false;

  // Replaced only when it reads otherwise, for each change of it is read out.
  function show(id, part) {
    const now = region.querySelector(`#${id}`), words = (one) => one?.textContent.replace(/\s+/g, " ").trim() || "";
    if (!part) now?.replaceChildren();
    else if (words(now) !== words(part)) now ? now.replaceWith(part) : region.append(part);
  }
  async function look() {
    clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    let answer = null;
    try {
      answer = await fetch(`${region.dataset.url}&seen=${seen}`, { headers: { "HX-Request": "true" } });
      if (answer.ok && !answer.redirected) tell(new DOMParser().parseFromString(await answer.text(), "text/html"));
      else show("together-here", null);
    } catch {
      // Nobody knows who is there.
      show("together-here", null);
    }
    asking = false;
    // Who may not see the draft any more does not ask again.
    if (![403, 404].includes(answer?.status)) timer = setTimeout(look, EVERY);
  }
  function tell(page) {
    const changes = page.getElementById("together-changes");
    if (!changes) return;
    show("together-here", document.importNode(page.getElementById("together-here"), true));
    const head = changes.dataset.head;
    if (Number(head) <= Number(seen)) return;
    seen = head;
    if (!changes.children.length) return;
    show("together-changes", document.importNode(changes, true));
    // The fields of this page that others changed come without a save.
    form?.catchUp?.();
  }
  document.addEventListener("visibilitychange", look);
  look();
}
