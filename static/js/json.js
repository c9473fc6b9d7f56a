// Free JSON: checked while it is typed, with line and column, and laid out anew on request. The text stays the person's
// own: numbers and texts are not rewritten.
"use strict";

{
  const TOKEN = /[ \t\n\r]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\\/bfnrt]|u[0-9A-Fa-f]{4}))*")|([{}[\]:,])|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])|(true|false|null)(?!\w)|$)/y;

  // The tokens of a text, or the first fault: { message, at }.
  function read(text) {
    const tokens = [], open = [];
    let at = 0, state = "value";
    const fault = (message, place = at) => ({ message, at: place });
    for (;;) {
      TOKEN.lastIndex = at;
      const found = TOKEN.exec(text);
      const start = at + /^[ \t\n\r]*/.exec(text.slice(at))[0].length;
      if (!found) return fault(strange(text, start), start);
      at = TOKEN.lastIndex;
      const [, string, mark, number, word] = found;
      const token = string ?? mark ?? number ?? word;
      const holder = open[open.length - 1];
      if (token === undefined) {
        if (state === "end") return { tokens };
        const missing = { value: "A value is missing here.", first: "A value or ] is missing here." };
        return fault(holder ? `The ${holder.kind === "{" ? "object" : "list"} from line ${place(text, holder.at).line} is not closed.` : missing[state] || "A value is missing here.", start);
      }
      if (state === "end") return fault(mark === "}" || mark === "]" ? `One ${mark} too many.` : "The JSON ends before this. Remove what follows.", start);
      const closes = mark === "}" || mark === "]";
      if (closes && holder && mark === (holder.kind === "{" ? "}" : "]") && (state === "after" || state === "first")) {
        open.pop();
        state = open.length ? "after" : "end";
      } else if (state === "after") {
        if (mark !== ",") return fault(closes ? `${holder.kind === "{" ? "}" : "]"} belongs here, not ${mark}.` : "A comma is missing before this.", start);
        state = holder.kind === "{" ? "name" : "value";
      } else if (state === "colon") {
        if (mark !== ":") return fault("A colon belongs between a name and its value.", start);
        state = "value";
      } else if (state === "name" || (state === "first" && holder.kind === "{")) {
        if (string === undefined) return fault(mark === "}" ? "The comma before this is one too many." : "A name in straight double quotes belongs here.", start);
        const name = JSON.parse(string);
        if (holder.names.has(name)) return fault(`“${name.slice(0, 60)}” is given twice in the same object. Remove one of the two.`, start);
        holder.names.add(name);
        state = "colon";
      } else if (mark === "{" || mark === "[") {
        if (open.length >= 100) return fault("This is nested too deep.", start);
        open.push({ kind: mark, at: start, names: new Set() });
        state = "first";
      } else if (mark !== undefined) {
        return fault(closes && text.slice(0, start).trimEnd().endsWith(",") ? "The comma before this is one too many." : "A value is missing here.", start);
      } else {
        state = open.length ? "after" : "end";
      }
      tokens.push(token);
    }
  }

  function strange(text, at) {
    const rest = text.slice(at);
    if (rest[0] === '"') {
      const bad = /^"(?:[^"\\\u0000-\u001f]|\\(?:["\\\/bfnrt]|u[0-9A-Fa-f]{4}))*/.exec(rest)[0];
      return rest[bad.length] === "\\" ? "This text holds a backslash that escapes nothing. Write it twice." : "This text is not closed: a straight double quote is missing.";
    }
    if (/^['`‘’“”]/.test(rest)) return 'Texts and names are written in straight double quotes (").';
    if (/^(\/\/|\/\*|#)/.test(rest)) return "JSON has no comments. Remove this one.";
    if (/^(True|False|None|TRUE|FALSE|NULL|Null)\b/.test(rest)) return "This word is written true, false or null, in small letters.";
    if (/^[-+.\d]/.test(rest)) return "This is no number of JSON. Write it in digits, or as text in quotes.";
    return "Names and texts are written in straight double quotes; bare words are true, false, null.";
  }

  function place(text, at) {
    const before = text.slice(0, at).split(/\r\n|\n|\r/);
    return { line: before.length, column: before[before.length - 1].length + 1 };
  }

  function layOut(tokens) {
    let out = "", depth = 0, before = "";
    const line = () => `\n${"  ".repeat(depth)}`;
    for (const token of tokens) {
      const closing = token === "}" || token === "]";
      if (closing) depth -= 1;
      if (closing ? !"{[".includes(before) || !before : before === "{" || before === "[" || before === ",") out += line();
      if (before === ":") out += " ";
      out += token;
      if (token === "{" || token === "[") depth += 1;
      before = token;
    }
    return out;
  }

  const boxOf = (below) => document.getElementById(below.id.replace(/-reading$/, ""));

  function check(below, say) {
    const input = boxOf(below), text = input.value;
    const result = text.trim() ? read(text) : null;
    const format = document.getElementById(`${input.id}-format`);
    if (format) format.disabled = !result?.tokens;
    let words = "";
    below.replaceChildren();
    if (result?.tokens) words = result.tokens[0] === "{" || "any" in below.dataset ? "This is JSON" : "This is JSON, but not an object: put braces around names and values";
    else if (result) {
      const { line, column } = place(text, result.at);
      words = `Line ${line}, column ${column}: ${result.message}`;
      const go = document.createElement("button");
      go.type = "button";
      go.className = "btn btn-link";
      go.textContent = "Go there";
      go.addEventListener("click", () => {
        input.focus();
        input.setSelectionRange(result.at, Math.min(result.at + 1, text.length));
        const height = parseFloat(getComputedStyle(input).lineHeight);
        input.scrollTop = Math.max(0, (line - 3) * height);
      });
      below.append(words, " ", go);
    }
    if (!below.firstChild) below.textContent = words;
    if (say) document.dispatchEvent(new CustomEvent("announce", { detail: words }));
  }

  function enhance() {
    for (const below of document.querySelectorAll('[data-reading="json"]:not([data-tools])')) {
      const input = boxOf(below);
      if (!input) continue;
      below.dataset.tools = "1";
      const tools = document.createElement("div");
      tools.className = "field__tools";
      const format = tools.appendChild(document.createElement("button"));
      format.type = "button";
      format.id = `${input.id}-format`;
      format.className = "btn btn-secondary btn--small";
      format.textContent = "Lay it out";
      format.addEventListener("click", () => {
        const { tokens } = read(input.value);
        if (!tokens) return;
        const laid = layOut(tokens);
        if (laid === input.value) return;
        input.focus();
        input.select();
        // This way the browser can undo it.
        if (!document.execCommand("insertText", false, laid)) input.value = laid;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        document.dispatchEvent(new CustomEvent("announce", { detail: "Laid out" }));
      });
      below.after(tools);
      check(below, false);
    }
  }

  let pause = 0;
  document.addEventListener("input", (event) => {
    const below = event.target.id && document.getElementById(`${event.target.id}-reading`);
    if (below?.dataset?.reading !== "json") return;
    clearTimeout(pause);
    pause = setTimeout(check, 150, below, true);
  });
  enhance();
  const form = document.getElementById("step-form");
  if (form) new MutationObserver(enhance).observe(form, { childList: true, subtree: true });
}
