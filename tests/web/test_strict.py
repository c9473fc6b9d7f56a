"""The strict look itself: each fault it is there for is found, and a proper page has none."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from tests.web.strict import problems_of

GOOD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Your drafts - vmssbuilder</title></head>
<body><main id="main"><h1><span class="caption">web-prod</span>Your drafts</h1>
<h2>One</h2><p id="help">Help</p>
<form method="post" action="/sign-in/"><input type="hidden" name="csrfmiddlewaretoken" value="x">
<label for="a">Name</label><input id="a" name="a" aria-describedby="help">
<label>Size <select name="b"><option>1</option></select></label>
<button>Save</button></form>
<a href="/reviews/">Reviews</a> <a href="#main">Up</a> <a href="https://learn.microsoft.com/">Azure</a>
</main></body></html>"""


def response(html: str, **headers: str) -> HttpResponse:
    given = {
        "Content-Security-Policy": "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(html, headers=given)


def test_a_proper_page_has_no_faults() -> None:
    assert problems_of(response(GOOD)) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("<h2>One</h2>", "<h1>Again</h1>", "2 h1 elements"),
        ("<h2>One</h2>", "<h3>One</h3>", "heading level jumps"),
        ("<title>Your drafts", "<title>Drafts", "does not start with the heading"),
        ('lang="en"', "", "no language"),
        ('id="help"', 'id="a"', "id 'a' is used 2 times"),
        ('id="help"', 'id="other"', "refers to 'help', which is not there"),
        ('<label for="a">', "<label>", "has no label"),
        ('<label for="a">', '<label for="z">', "a label is for 'z'"),
        ('name="b"', "", "has no name"),
        ("<button>Save", "<button>", "has no words"),
        ('name="csrfmiddlewaretoken"', 'name="x"', "no CSRF token"),
        ("<h2>One</h2>", '<p style="color: red">x</p>', "inline style"),
        ("<h2>One</h2>", "<script>alert(1)</script>", "inline script"),
        ("<h2>One</h2>", '<p onclick="x()">x</p>', "onclick attribute"),
        ("<h2>One</h2>", '<p hx-on:click="x()">x</p>', "hx-on:click attribute"),
        ("<h2>One</h2>", '<img src="/static/x.png">', "no alt text"),
        ("<h2>One</h2>", '<img src="https://cdn.example/x.png" alt="">', "another host"),
        ("<h2>One</h2>", '<script src="//cdn.example/x.js"></script>', "another host"),
        ('href="/reviews/"', 'href="/nowhere/"', "no route answers"),
        ('href="/reviews/"', 'href="javascript:alert(1)"', "javascript"),
        ('href="#main"', 'href="#top-of-it"', "leads to #top-of-it"),
        ("<h2>One</h2>", "<p><div>x</div></p>", "invalid HTML"),
        ("<h2>One</h2>", '<p class="a" class="b">x</p>', "invalid HTML"),
        ('<main id="main">', "<div>", "not exactly one main"),
    ],
)
def test_each_fault_is_found(before: str, after: str, words: str) -> None:
    assert before in GOOD
    found = problems_of(response(GOOD.replace(before, after)))
    assert any(words in line for line in found), found


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content_Security_Policy", "default-src 'none'; script-src 'unsafe-inline'"),
        ("Content_Security_Policy", ""),
        ("X_Content_Type_Options", ""),
        ("Referrer_Policy", "unsafe-url"),
        ("Content_Type", "text/plain"),
    ],
)
def test_weak_headers_are_found(header: str, value: str) -> None:
    assert problems_of(response(GOOD, **{header: value}))
