// Pages that follow along: what is new is said once, and what the person opened stays open. Focus stays by its id.
"use strict";

const news = () => document.querySelector("[data-said]")?.dataset.said || "";
let told = news(), opened = [];

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  opened = [...detail.target.querySelectorAll("details[open][id]")].map((fold) => fold.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  opened = [];
  const region = document.getElementById("said");
  if (!region || news() === told) return;
  told = news();
  region.textContent = told;
});
