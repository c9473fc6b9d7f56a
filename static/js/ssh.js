// SSH keys: what a pasted line is, a guard that no private key leaves the page, and key pairs made in the browser.
"use strict";

{
  const PRIVATE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File-\d:/;
  const say = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: words }));
  const bytes = (text) => new TextEncoder().encode(text);

  // --- Reading ---

  function decoded(text) {
    try { return Uint8Array.from(atob(text), (one) => one.charCodeAt(0)); } catch { return null; }
  }
  function fieldsOf(blob) {
    const found = [], view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    for (let at = 0; at < blob.length;) {
      if (at + 4 > blob.length) return null;
      const length = view.getUint32(at);
      at += 4 + length;
      if (at > blob.length) return null;
      found.push(blob.subarray(at - length, at));
    }
    return found;
  }
  function bitsOf(number) {
    let at = 0;
    while (at < number.length && !number[at]) at += 1;
    return at === number.length ? 0 : (number.length - at - 1) * 8 + (32 - Math.clz32(number[at]));
  }
  function words(text) {
    const line = text.trim();
    if (!line) return "";
    if (PRIVATE.test(line)) return "";  // the guard speaks
    const [type, coded, ...rest] = line.split(/\s+/), comment = rest.join(" ");
    if (!coded) {
      const inner = decoded(type);
      const start = inner && new TextDecoder().decode(inner.subarray(0, 6));
      return start && /^(ssh-|ecdsa-)/.test(start)
        ? "A public key that was encoded once more. Paste the line as it is in the .pub file."
        : "Not a whole public key yet";
    }
    const blob = decoded(coded), parts = blob && fieldsOf(blob);
    if (!parts?.length || new TextDecoder().decode(parts[0]) !== type) return "Not a whole public key yet";
    const ending = comment ? `, ${comment}` : "";
    if (type === "ssh-rsa" && parts.length === 3) {
      const bits = bitsOf(parts[2]);
      const said = `RSA key of ${bits.toLocaleString("en-GB")} bits${ending}`;
      return bits < 2048 ? `${said}. Too short: Azure wants 2,048 bits or more.` : said;
    }
    if (type === "ssh-ed25519" && parts.length === 2 && parts[1].length === 32) return `Ed25519 key${ending}`;
    if (/^(ssh|ecdsa|sk-ssh|sk-ecdsa)-/.test(type) && !/^ssh-(rsa|ed25519)$/.test(type)) return `${type} key${ending}. Azure takes RSA and Ed25519 only.`;
    return "Not a whole public key yet";
  }

  // --- The guard: a box with a private key loses its name, so nothing sends or keeps what it holds ---

  const guards = new Map();
  function guard(box) {
    const dangerous = PRIVATE.test(box.value), held = guards.get(box);
    if (dangerous && !held) {
      const warning = document.createElement("div");
      warning.className = "callout callout--danger";
      warning.id = `${box.id}-private`;
      warning.setAttribute("role", "alert");
      const text = warning.appendChild(document.createElement("p"));
      text.textContent = "This is a private key. It has not left your browser and is not saved. Paste the line from the .pub file instead.";
      const acts = warning.appendChild(document.createElement("p"));
      acts.className = "actions";
      const empty = acts.appendChild(document.createElement("button"));
      empty.type = "button";
      empty.className = "btn btn-secondary btn--small";
      empty.textContent = "Empty the box";
      empty.addEventListener("click", () => {
        box.value = "";
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.focus();
      });
      guards.set(box, { name: box.name, warning });
      box.removeAttribute("name");
      box.setAttribute("aria-invalid", "true");
      box.after(warning);
    } else if (!dangerous && held) {
      box.name = held.name;
      box.removeAttribute("aria-invalid");
      held.warning.remove();
      guards.delete(box);
    }
  }
  const guarded = (target) => target.matches?.('#step-form textarea:not([data-secret]), #step-form input:not([type=password]):not([type=hidden])');
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => { if (guarded(event.target)) guard(event.target); }, true);
  }
  document.addEventListener("submit", (event) => {
    for (const box of document.querySelectorAll("#step-form textarea:not([data-secret])")) guard(box);
    const [box] = [...guards.keys()].filter((one) => one.isConnected);
    if (!box) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box.focus();
    say("Not sent: a box holds a private key");
  }, true);

  document.addEventListener("input", (event) => {
    const below = event.target.id && document.getElementById(`${event.target.id}-reading`);
    if (below?.dataset?.reading !== "ssh") return;
    below.textContent = words(event.target.value);
    if (below.textContent) say(below.textContent);
    if (/^\s*ssh-\S+ \S/.test(event.target.value)) place(event.target);
  });
  // Azure takes a key in one file only, that of the administrator: nobody has to write it.
  const userName = () => document.querySelector('#step-form [name$=".osProfile.adminUsername"]')?.value.trim() || "";
  function place(box) {
    const path = box.closest(".rows__row")?.querySelector('[name$=".path"]');
    if (!path || path.value || !userName()) return;
    path.value = `/home/${userName()}/.ssh/authorized_keys`;
    path.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- Making a pair. The private key is made here, offered as a file, and sent to nobody. ---

  function join(...parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { whole.set(part, at); at += part.length; }
    return whole;
  }
  function number32(value) {
    const made = new Uint8Array(4);
    new DataView(made.buffer).setUint32(0, value);
    return made;
  }
  const string = (content) => join(number32(content.length), content);
  const fromUrl = (text) => decoded(text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "="));
  // A number has no zeros in front, but one where it would look negative.
  function mpint(content) {
    let at = 0;
    while (at < content.length && !content[at]) at += 1;
    const trimmed = content.subarray(at);
    return string(trimmed[0] & 128 ? join(new Uint8Array(1), trimmed) : trimmed);
  }
  function base64(content) {
    let binary = "";
    for (const one of content) binary += String.fromCharCode(one);
    return btoa(binary);
  }

  async function pair() {
    try {
      const made = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
      const { x, d } = await crypto.subtle.exportKey("jwk", made.privateKey);
      const point = fromUrl(x), seed = fromUrl(d), type = string(bytes("ssh-ed25519"));
      return { type: "ssh-ed25519", file: "id_ed25519", blob: join(type, string(point)), secret: join(type, string(point), string(join(seed, point))) };
    } catch {
      // This browser does not have Ed25519.
      const made = await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["sign", "verify"]);
      const key = await crypto.subtle.exportKey("jwk", made.privateKey);
      const [n, e, d, p, q, qi] = ["n", "e", "d", "p", "q", "qi"].map((name) => mpint(fromUrl(key[name])));
      const type = string(bytes("ssh-rsa"));
      return { type: "ssh-rsa", file: "id_rsa", blob: join(type, e, n), secret: join(type, n, e, d, qi, p, q) };
    }
  }
  // The format that ssh-keygen writes, without a passphrase.
  function openssh({ blob, secret }, comment) {
    const check = crypto.getRandomValues(new Uint8Array(4));
    let inner = join(check, check, secret, string(bytes(comment)));
    const padding = [];
    while ((inner.length + padding.length) % 8) padding.push(padding.length + 1);
    inner = join(inner, new Uint8Array(padding));
    const none = string(bytes("none"));
    const whole = join(bytes("openssh-key-v1\0"), none, none, number32(0), number32(1), string(blob), string(inner));
    return `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64(whole).match(/.{1,70}/g).join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
  }

  const waiting = new Set();  // private keys that nobody has downloaded yet
  const panels = new Map();  // what offers a private key, and the id of its box, by the public one: a part of the page that is drawn anew gets it back

  async function make(id) {
    const box = document.getElementById(id), button = buttonOf(box);
    if (box.value.trim() && !confirm("Put a new key in the place of the one in the box?")) return;
    button.disabled = true;
    const before = button.textContent;
    button.textContent = "Making a key pair…";
    let failed = false, made;
    try {
      made = await pair();
    } catch {
      failed = true;
    }
    // Meanwhile the part of the page may have been drawn anew.
    const now = document.getElementById(id), pressed = now && buttonOf(now);
    if (pressed) {
      pressed.disabled = false;
      pressed.textContent = before;
    }
    if (failed) {
      say("This browser cannot make keys. Use ssh-keygen.");
      pressed?.after("This browser cannot make keys. Use ssh-keygen.");
      return;
    }
    if (!now) return;
    const comment = `${userName() || "azureuser"}@scale-set`, coded = base64(made.blob);
    const url = URL.createObjectURL(new Blob([openssh(made, comment)], { type: "application/x-pem-file" }));
    forget(id);
    waiting.add(url);
    panels.set(coded, { panel: panelOf(url, made.file), url, id });
    now.value = `${made.type} ${coded} ${comment}`;
    now.dispatchEvent(new Event("input", { bubbles: true }));
    offer();
    panels.get(coded).panel.querySelector("a").focus();
  }
  const buttonOf = (box) => box.parentElement.querySelector(".field__tools button");
  function panelOf(url, file) {
    const panel = document.createElement("div");
    panel.className = "callout callout--info";
    const text = panel.appendChild(document.createElement("p"));
    text.textContent = "The public key is in the box. Save the private key now: it is in this page only, was sent to nobody, and is gone when you leave the page.";
    const acts = panel.appendChild(document.createElement("p"));
    acts.className = "actions";
    const link = acts.appendChild(document.createElement("a"));
    link.className = "btn btn-secondary btn--small";
    link.href = url;
    link.download = file;
    link.textContent = `Download the private key (${file})`;
    link.addEventListener("click", () => {
      waiting.delete(url);
      text.textContent = `Saved as ${file}. Keep it to yourself; on your machine: chmod 600 ${file}, then ssh -i ${file}.`;
      say(text.textContent);
    });
    return panel;
  }
  // Puts each offer below the box that holds its public key.
  function offer() {
    for (const [coded, entry] of panels) {
      for (const below of document.querySelectorAll('[data-reading="ssh"]')) {
        const box = boxOf(below);
        if (!box?.value.includes(coded)) continue;
        // Rows that move get other ids.
        entry.id = box.id;
        if (!entry.panel.isConnected) buttonOf(box)?.after(entry.panel);
      }
    }
  }
  // The key that is made in a box takes the place of the one made there before; those of other boxes stay on offer.
  function forget(id) {
    for (const [coded, entry] of panels) {
      if (entry.id !== id) continue;
      waiting.delete(entry.url);
      entry.panel.remove();
      panels.delete(coded);
    }
  }
  const boxOf = (below) => document.getElementById(below.id.replace(/-reading$/, ""));
  window.addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });

  function enhance() {
    for (const box of guards.keys()) if (!box.isConnected) guards.delete(box);
    if (!crypto.subtle) return;
    for (const below of document.querySelectorAll('[data-reading="ssh"]')) {
      const box = boxOf(below);
      if (!box || below.nextElementSibling?.matches(".field__tools") && below.dataset.tools === box.id) continue;
      // A row that was made as a copy of another brings copies of its tools along.
      for (const copy of box.parentElement.querySelectorAll(".field__tools, .callout")) if (!guards.has(box)) copy.remove();
      below.textContent = words(box.value);
      // So that the style sheet can tell an empty box.
      box.placeholder ||= " ";
      below.dataset.tools = box.id;
      const tools = document.createElement("div");
      tools.className = "field__tools";
      const button = tools.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = "btn btn-secondary btn--small";
      button.textContent = "Make a key pair";
      button.addEventListener("click", () => make(box.id));
      below.after(tools);
    }
    offer();
  }
  enhance();
  const form = document.getElementById("step-form");
  if (form) new MutationObserver(enhance).observe(form, { childList: true, subtree: true });
}
