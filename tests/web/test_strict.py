"""The strict look itself: each fault it is there for is found, and a proper page has none."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.http import HttpResponse

from tests.web.markup import faults_by_the_standard, read
from tests.web.strict import Page, problems_of, text_of

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


# --- The reader -------------------------------------------------------------------------------------------------------

BROKEN = [
    "<p><div>x</div></p>",
    "<p>x<ul><li>y</li></ul></p>",
    "<b><i>x</b></i>",
    "<div>x",
    "x</div>",
    '<a href="/">x<a href="/">y</a></a>',
    "<button>x<button>y</button></button>",
    "<form><form></form></form>",
    "<h2>x<h3>y</h3></h2>",
    "<table><tr><p>x</p></tr></table>",
    "<td>x</td>",
    "<select><div>x</div></select>",
    '<p class="a" class="b">x</p>',
    "<div/>",
    "<p>a & b &copy c</p>",
    "<p>&nonsense;</p>",
    "<p>&#0;</p>",
    "<p>&#xd800;</p>",
    "<p>1 < 2</p>",
    "<p>\x00</p>",
    "<p>\x01</p>",
    '<p class="a"id="b">x</p>',
    "<p class='a>x</p>",
    "<!-- a -- b ->x",
    "</br>",
    "<body>x</body>",
    "<title>x</p>",
    "<textarea>x",
]
"""What HTML calls an error."""


@pytest.mark.parametrize("broken", BROKEN)
def test_the_reader_finds_what_the_standard_finds(broken: str) -> None:
    page = GOOD.replace("<h2>One</h2>", broken)
    assert faults_by_the_standard(page)
    assert read(page)[1]


SOUND = [
    "<p>a &amp; b &lt; c &#169; &#xA9; &eacute;<br>d<wbr><img src='/x.png' alt=''></p>",
    "<ul><li>x <ul><li>y</li></ul></li></ul><dl><dt>a</dt><dd><p>b</p></dd></dl>",
    "<table><caption>c</caption><tbody><tr><th>a</th><td>b<table></table></td></tr></tbody></table>",
    "<textarea>\n a <b> &lt;i> </textarea><pre>\n  x\n</pre><script>if (a < b) { '<p>' }</script>",
    '<svg viewBox="0 0 1 1"><path d="M0 0"/><g><use href="#a"/></g></svg><!-- a comment - of ours -->',
    "<details open><summary>x</summary>y</details><input disabled value='a \"b\"'><p data-a=b>x</p>",
]


@pytest.mark.parametrize("sound", SOUND)
def test_the_reader_sees_what_the_standard_sees(sound: str) -> None:
    page = GOOD.replace("<h2>One</h2>", sound)
    assert faults_by_the_standard(page) == []
    tree, faults = read(page)
    assert faults == []
    wanted = html5lib.parse(page, namespaceHTMLElements=False)
    assert list(_seen(tree)) == list(_seen(wanted))
    assert Page(response(page)).heading == "Your drafts"


@pytest.mark.parametrize("part", ["<p>x</p> y <table><tr><td>a</td> <td>b</td></tr></table>", "x", ""])
def test_a_part_of_a_page_is_read_too(part: str) -> None:
    tree, faults = read(part)
    assert len(faults) == 1
    assert "no doctype" in faults[0]
    assert text_of(tree) == text_of(html5lib.parse(part, namespaceHTMLElements=False))


def _seen(page: Element) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Tag, text, what follows and attributes of each element in the main part."""
    for each in page.iterfind(".//main//*"):
        if isinstance(each.tag, str):
            given = {name.lower(): value for name, value in each.attrib.items()}
            yield each.tag.rpartition("}")[2], each.text or "", each.tail or "", given
