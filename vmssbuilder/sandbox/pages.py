"""The sandbox's web pages: choosing whom to sign in as, what went wrong, signed out. They work without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final
from urllib.parse import urlsplit

from .messages import OutgoingResponse
from .world import TENANT_NAME, Account

STYLES_PATH: Final = "/_sandbox/sandbox.css"

STYLES: Final = """\
:root {
  color-scheme: light dark;
  --page: #f4f6f9; --surface: #fff; --ink: #1b2430; --quiet: #51606f; --line: #d5dce4; --accent: #0b5cad;
  --accent-ink: #fff; --soft: #e8f1fb; --warn: #fff6e0; --warn-ink: #6b4a00; --warn-line: #ecd08a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --surface: #1a2129; --ink: #e7edf3; --quiet: #a7b4c1; --line: #33404d; --accent: #7cb9f5;
    --accent-ink: #0d1a28; --soft: #213243; --warn: #33290f; --warn-ink: #f3d58c; --warn-line: #5f4d1c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.banner {
  padding: 8px 16px; text-align: center; font-size: .875rem; background: var(--warn); color: var(--warn-ink);
  border-bottom: 1px solid var(--warn-line);
}
.banner p { margin: 0; }
main {
  width: min(100% - 32px, 460px); margin: 48px auto; padding: 32px; background: var(--surface);
  border: 1px solid var(--line); border-radius: 12px;
}
h1 { margin: 0 0 8px; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 32px 0 8px; font-size: 1rem; }
p { margin: 0 0 16px; }
.quiet { color: var(--quiet); }
.accounts, .asks { margin: 0; padding: 0; list-style: none; }
.accounts li + li { margin-top: 8px; }
.accounts button {
  display: flex; gap: 16px; align-items: center; width: 100%; padding: 12px 16px; text-align: left; cursor: pointer;
  font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px;
}
.accounts button:hover { background: var(--soft); border-color: var(--accent); }
.accounts button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.initials {
  flex: none; width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center; font-weight: 600;
  background: var(--accent); color: var(--accent-ink);
}
.who { display: grid; min-width: 0; overflow-wrap: anywhere; }
.who strong { font-weight: 600; }
.who span { font-size: .875rem; color: var(--quiet); }
.asks li { padding: 8px 0; border-top: 1px solid var(--line); font-size: .9375rem; }
.asks li:first-child { border-top: 0; }
a { color: var(--accent); }
fieldset { margin: 0 0 16px; padding: 0; border: 0; }
legend, label[for="place"], label[for="method"], label[for="times"], label[for="seconds"] { font-weight: 600; }
.wishes, .active { margin: 8px 0 0; padding: 0; list-style: none; }
.wishes li { display: grid; grid-template-columns: 24px 1fr; align-items: center; gap: 0 8px; padding: 8px 0; border-top: 1px solid var(--line); }
.wishes li:first-child { border-top: 0; }
.wishes input { width: 20px; height: 20px; margin: 0; }
.wishes .quiet { grid-column: 2; font-size: .875rem; }
.active li { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 4px 16px; padding: 8px 0; border-top: 1px solid var(--line); }
select, input[inputmode] {
  display: block; width: 100%; min-height: 40px; margin-top: 4px; padding: 6px 12px; font: inherit; color: inherit;
  background: var(--page); border: 1px solid var(--quiet); border-radius: 8px;
}
button[name="act"] {
  min-height: 36px; padding: 4px 16px; font: inherit; cursor: pointer; color: inherit; background: var(--page);
  border: 1px solid var(--quiet); border-radius: 8px;
}
button.main { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); font-weight: 600; }
:is(select, input, button):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.problem { padding: 12px 16px; background: var(--warn); color: var(--warn-ink); border: 1px solid var(--warn-line); border-radius: 8px; }
code { overflow-wrap: anywhere; font-size: .875rem; }
"""


def styles() -> OutgoingResponse:
    """The style sheet; a page of its own, so that none needs an inline style."""
    headers = {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "max-age=300"}
    return OutgoingResponse(200, STYLES.encode(), headers)


def page(
    status: int, title: str, body: str, *, sends_to: str = "", site: str = "Sandbox sign-in"
) -> OutgoingResponse:
    """A whole page. sends_to: the address that its form leads to by redirect, which browsers want allowed."""
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} - {escape(site)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{STYLES_PATH}">
</head>
<body>
<header class="banner"><p>Sandbox: a stand-in for Azure on this computer. Nothing here reaches Azure.</p></header>
<main>
{body}
</main>
</body>
</html>
"""
    parts = urlsplit(sends_to)
    origin = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    policy = f"default-src 'none'; style-src 'self'; img-src data:; form-action 'self'{origin}; base-uri 'none'; frame-ancestors 'none'"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return OutgoingResponse(status, html.encode(), headers)


def pick_account(accounts: Iterable[Account], action: str, redirect_uri: str) -> OutgoingResponse:
    """The page to choose an account on."""
    items = "\n".join(
        f"""<li><button name="account" value="{escape(each.key)}">
<span class="initials" aria-hidden="true">{escape("".join(word[0] for word in each.name.split()))}</span>
<span class="who"><strong>{escape(each.name)}</strong><span>{escape(each.username)}</span><span>{escape(each.what)}</span></span>
</button></li>"""
        for each in accounts
    )
    body = f"""<h1>Pick an account</h1>
<p class="quiet">to go on to vmssbuilder at {escape(urlsplit(redirect_uri).netloc)}. No password is needed.</p>
<form method="post" action="{escape(action)}">
<ul class="accounts">
{items}
</ul>
</form>
<h2>vmssbuilder will be able to</h2>
<ul class="asks">
<li>Sign you in and read your name, user name and roles</li>
<li>Act on Azure resources as you</li>
<li>Go on doing so while you are away, until you sign out</li>
</ul>"""
    return page(200, "Pick an account", body, sends_to=redirect_uri)


def trouble(status: int, message: str) -> OutgoingResponse:
    """A sign-in that cannot go on, and cannot safely be sent back either."""
    body = f"""<h1>Sorry, signing in does not work</h1>
<p>{escape(message)}</p>
<p class="quiet">{escape(TENANT_NAME)} sandbox directory</p>"""
    return page(status, "Signing in does not work", body)


def signed_out() -> OutgoingResponse:
    """The end of a sign-out that names no page to return to."""
    return page(200, "Signed out", "<h1>You are signed out</h1>\n<p>You can close this page.</p>")
