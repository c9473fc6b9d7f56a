// Says on every page when the sign-in is about to end, by the server's time, and asks for others who is signed in.
"use strict";

const region = document.getElementById("session-end");
const SOON = 300, LOOK_EVERY = 15, ASK_AGAIN = 60;
export const account = region.dataset.account;

// Who is signed in in this browser now: "me", "nobody", "other"; "trouble" when the server has some, "down" without a connection.
export async function whoIsSignedIn() {
  try {
    const answer = await fetch(region.dataset.url, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) return "trouble";
    const found = await answer.json();
    publish(found);
    return !found.left ? "nobody" : found.account === account ? "me" : "other";
  } catch {
    return "down";
  }
}

export const signInLink = () => document.getElementById("session-over").content.querySelector("a").cloneNode(true);

// Seconds that passed by whichever clock went further: one may stand still while a machine sleeps, the other be set.
let left = Number(region.dataset.left), began = performance.now(), beganAt = Date.now(), shown = region.hasChildNodes() ? "soon" : "";
const passed = () => Math.max(performance.now() - began, Date.now() - beganAt) / 1000;

function publish(found) {
  [left, began, beganAt] = [found.left, performance.now(), Date.now()];
  const state = !found.left ? "over" : found.account !== account ? "other" : found.left <= SOON ? "soon" : "";
  if (state === shown) return;
  shown = state;
  const words = state ? document.getElementById(`session-${state}`).content.cloneNode(true) : "";
  const time = words && words.querySelector("time");
  if (time) {
    time.dateTime = found.ends;
    time.textContent = new Date(found.ends).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  }
  region.replaceChildren(words);
}

// What is said is what the server answers; the time here only tells when to ask it.
function look() {
  const soon = left - passed() <= SOON;
  if (document.visibilityState === "visible" && (soon || shown) && passed() >= (shown ? LOOK_EVERY : 0)) whoIsSignedIn();
}
setInterval(look, 5000);
look();
function back() {
  if (document.visibilityState === "visible" && (shown || passed() > ASK_AGAIN)) whoIsSignedIn();
}
document.addEventListener("visibilitychange", back);
for (const event of ["focus", "pageshow"]) window.addEventListener(event, back);
