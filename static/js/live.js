// What a value says in words, below its box while it is typed. The server says the same when it draws the page.
"use strict";

{
  const DURATION = /^P(?!$)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d{1,9})?S)?)?$/;
  const SECONDS = [604800, 86400, 3600, 60, 1];
  const SPANS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

  function span(length) {
    const said = [];
    for (const [unit, name] of SPANS) {
      const count = Math.floor(length / unit);
      length %= unit;
      if (count) said.push(`${count} ${name}${count === 1 ? "" : "s"}`);
    }
    return said.join(" ") || "No time at all";
  }

  const counts = (text) => /^\d{1,9}$/.test(text);
  const WORDS = {
    duration(text) {
      const found = DURATION.exec(text);
      if (!found) return "Not a duration yet: PT30M is 30 minutes, PT1H30M is 1½ hours";
      return span(SECONDS.reduce((sum, unit, at) => sum + unit * Number(found[at + 1] || 0), 0));
    },
    minutes: (text) => counts(text) && text >= 60 ? span(text * 60) : "",
    size: (text) => counts(text) && text >= 1024 ? `${Number((text / 1024).toPrecision(4))} TiB` : "",
    // The server alone knows names of subscriptions.
    subscription: () => "",
    resource(text) {
      const parts = text.replace(/\/$/, "").split("/");
      if (parts.shift() !== "" || parts.length % 2 || parts.includes("") || /[\p{C}\p{Z}]/u.test(text)) return "";
      const pairs = [];
      for (let at = 0; at < parts.length; at += 2) pairs.push([parts[at].toLowerCase(), parts[at + 1]]);
      const named = (some) => some.map(([, name]) => name).join(" / ");
      const kind = (at) => pairs[at]?.[0];
      if (/^(shared|community)galleries$/.test(kind(0)) && pairs.length > 1) return named(pairs);
      if (kind(0) !== "subscriptions") return "";
      const group = kind(1) === "resourcegroups" ? pairs[1][1] : "";
      const below = group ? 2 : 1;
      if (kind(below) !== "providers") return pairs.length === 2 ? group : "";
      if (kind(pairs.length - 1) === "providers") return "";
      const name = named(pairs.slice(below).filter((pair) => pair[0] !== "providers"));
      return group ? `${name} in ${group}` : name;
    },
    vault(text) {
      let url = null;
      try { url = new URL(text); } catch { /* said below */ }
      const names = url ? url.pathname.replace(/^\/+|\/+$/g, "").split("/") : [];
      if (!url || url.protocol !== "https:" || names[0] !== "secrets" || names.length < 2) {
        return "Not the address of a secret yet: https://<host of the vault>/secrets/<name>/<version>";
      }
      return `Certificate ${names[1]} of the vault ${url.hostname.split(".")[0]}, ${names[2] ? `version ${names[2]}` : "without a version, which Azure needs"}`;
    },
  };

  // Says what a box says in words, and whether that is something new.
  function tell(box) {
    const below = box.id && document.getElementById(`${box.id}-reading`);
    const words = below && WORDS[below.dataset.reading];
    if (!words) return "";
    const text = box.value.trim(), said = text && words(text);
    if (below.textContent === said) return "";
    below.textContent = said;
    return said;
  }
  document.addEventListener("input", (event) => {
    const said = tell(event.target);
    if (said) document.dispatchEvent(new CustomEvent("announce", { detail: said }));
  });
  // A field that is drawn anew holds what was typed meanwhile, and the words of what was saved.
  document.addEventListener("htmx:oobAfterSwap", () => {
    for (const below of document.querySelectorAll("[data-reading]")) {
      const box = document.getElementById(below.id.replace(/-reading$/, ""));
      if (box && box.value !== box.defaultValue) tell(box);
    }
  });
}
