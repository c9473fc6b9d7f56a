"""Text that deceives is shown as what it is, on every page, and a page sent back untouched changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any, Final
from xml.etree.ElementTree import Element

import pytest
from django.test import Client

from tests import forms
from tests.conftest import GetPage, signed_in
from tests.effort import effort
from tests.reviews.making import document, draft, person
from tests.web.strict import Page
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.drafts import actions as drafting
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions as reviewing
from vmssbuilder.scaleset import Request, Target, hidden
from vmssbuilder.web.characters import MOST_MARKS, showable_json, showable_page

KINDS: Final = {
    "override": "\u202e",
    "embedding": "\u202a",
    "isolate": "\u2066",
    "marks of direction": "\u200e\u200f\u061c",
    "zero width": "\u200b",
    "joiner": "\u200d",
    "word joiner": "\u2060\u2064",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "Mongolian": "\u180e",
    "tags": "\U000e0041\U000e0042",
    "variation": "\ufe00",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "grapheme joiner": "\u034f",
    "annotation": "\ufff9\ufffa",
    "odd spaces": "\u00a0\u2003\u3000",
    "line separator": "\u2028",
}
every_kind = pytest.mark.parametrize("run", KINDS.values(), ids=KINDS)

_HIDDEN: Final = re.compile(f"[{hidden.CLASS}]")
_FIELDS: Final = frozenset({"textarea", "script", "style"})


def shown(html: str) -> str:
    return showable_page(html.encode()).decode()


# --- one text --------------------------------------------------------------------------------------------------------


@every_kind
def test_a_text_has_a_mark_in_its_place(run: str) -> None:
    made = shown(f"<p>ab{run}cd</p>")
    assert not _HIDDEN.search(made)
    code = hidden.codes(run)
    assert re.fullmatch(
        rf'<p>ab<bdi class="hidden-mark" title="[^"]+" data-hidden="[0-9a-f ]+">\[{re.escape(code)}\]</bdi>cd</p>',
        made,
    )


@every_kind
def test_a_field_keeps_its_value_and_a_note_says_what_it_hides(run: str) -> None:
    for field in (
        f'<input class="input" value="ab{run}c&quot;d">',
        f"<input type='text' value='ab{run}cd'>",
        f"<textarea name=a>\nab{run}cd</textarea>",
    ):
        made = shown(f"<div>{field}</div>")
        assert made.startswith(f'<div>{field}<span class="hidden-note">Holds {len(run)} hidden character')
        assert f"{hidden.code(run[0])}" in made
        assert "after “ab”" in made
    unseen = f'<input type="hidden" value="{run}"><input type="checkbox" value="{run}"><option value="{run}">'
    assert shown(unseen).startswith(unseen[:-1])
    assert "hidden-note" not in shown(unseen)


@every_kind
def test_what_is_read_aloud_has_its_mark_as_text(run: str) -> None:
    made = shown(
        f'<title>a{run}</title><p title="b{run}" data-x="{run}" aria-label=\'c{run}\'><option value="{run}">d{run}</option>'
    )
    for letter in "abcd":
        assert f"{letter}[{hidden.codes(run)}]" in made
    assert f'data-x="{run}"' in made, "scripts get the value itself"
    assert "<bdi" not in made


def test_scripts_styles_and_comments_are_left_alone() -> None:
    for html in (
        "<script>a = '<p>\u202e'</script>",
        "<style>p::after { content: '\u200b' }</style>",
        "<!-- \u202e -->",
        "<option>\u00a0</option>",
    ):
        assert shown(html) == html


def test_text_from_right_to_left_is_kept_to_itself() -> None:
    word = "\u05e9\u05dc\u05d5\u05dd"
    assert shown(f"<dd>ab {word}, {word} 12</dd>") == f"<dd>ab <bdi>{word}, {word}</bdi> 12</dd>"
    assert shown(f'<p title="{word}">') == f'<p title="{word}">'


@pytest.mark.parametrize(
    "text",
    ["plain", "“quoted” Zoë…", "\U0001f469\u200d\U0001f4bb and \u2764\ufe0f", "1\ufe0f\u20e3", "\u65e5\u672c\u3000\u8a9e"],
)  # fmt: skip
def test_what_scripts_need_is_fine(text: str) -> None:
    page = f"<p>{text}</p>".encode()
    assert showable_page(page) == page


def test_json_has_escapes_that_mean_the_same() -> None:
    assert (
        showable_json('{"a\u202e": "\U000e0041 \u2764\ufe0f"}')
        == '{"a\\u202e": "\\udb40\\udc41 \u2764\ufe0f"}'
    )


def test_a_long_text_of_nothing_but_hidden_characters_makes_no_long_page() -> None:
    for text in ("\u200b" * 200_000, "a\u202e" * 100_000, "\u05e9a" * 100_000):
        page = f"<p>{text}</p><input value='{text}'>".encode()
        assert effort(lambda page=page: showable_page(page), enough=3) <= 3  # type: ignore[misc] # a default binds the page
        made = showable_page(page)
        assert len(made) < 2_500_000
        assert made.count(b"hidden-mark") <= MOST_MARKS
        assert "\u202e" not in made.decode().partition("</p>")[0]


# --- every page ------------------------------------------------------------------------------------------------------


def deceiving() -> dict[str, Any]:
    """A document with each kind in values, names and scripts."""
    made = document()
    made["tags"] = {f"t{number}": f"ab{run}cd" for number, run in enumerate(KINDS.values())}
    made["tags"] |= {f"na{run}me": "x" for run in KINDS.values()}
    made["un\u202eknown"] = {"a\u200b": ["\u202eb"]}
    profile = made["properties"]["virtualMachineProfile"]
    profile["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = "nic\u202ea"
    profile["extensionProfile"] = {
        "extensions": [
            {
                "name": "run\u200b",
                "properties": {
                    "publisher": "Microsoft.Azure.Extensions",
                    "type": "CustomScript",
                    "typeHandlerVersion": "2.1",
                    "settings": {"commandToExecute": "echo \u202efr- mr\u2066"},
                },
            }
        ]
    }
    return made


def texts(element: Element) -> Iterator[str]:
    """Every text that a page shows, what stands in fields left out."""
    if element.tag not in _FIELDS:
        yield element.text or ""
        for inner in element:
            yield from texts(inner)
    yield element.tail or ""


def assert_honest(page: Page, where: str) -> None:
    for text in texts(page.root):
        assert not hidden.find(text), f"{where}: {text[:80]!r}"
    for element in page.root.iter():
        for name in ("title", "aria-label"):
            assert not hidden.find(element.get(name) or ""), f"{where}: {name}"


BELOW: Final = (
    *("", "basics/", "instances/", "image/", "network/", "extensions/", "check/", "history/", "json/", "notes/"),
    *("share/", "compare/1/2/", "export/bicep/", "export/azure-cli/", "export/rest/", "basics/?findings=1", "find/?q=name"),
    "extensions/properties/virtualMachineProfile/extensionProfile/extensions/0/",
)  # fmt: skip


@pytest.fixture
def odd(requester: User) -> Draft:
    target = Target("11111111-1111-4111-8111-111111111111", "rg\u202eshop", "web\u200b-prod")
    return drafting.create(requester, Request(target, "create", "2024-07-01", deceiving()), "pasted")


def test_every_page_of_a_draft_shows_marks_and_changes_nothing(
    as_requester: Client, odd: Draft, page_of: GetPage
) -> None:
    looked = 0
    for below in BELOW:
        url = f"/drafts/{odd.code}/{below}"
        if as_requester.get(url).status_code != 200:
            continue
        looked += 1
        page = page_of(as_requester, url, queries=40)
        assert_honest(page, below)
        if 'id="step-form"' in page.html:
            before = odd.head
            assert as_requester.post(url.partition("?")[0], forms.sent(page.html)).status_code == 302, below
            odd.refresh_from_db()
            assert odd.head == before, below
    assert looked >= len(BELOW) - 5
    assert_honest(page_of(as_requester, "/"), "home")
    html = as_requester.get(f"/drafts/{odd.code}/check/").content.decode()
    assert 'title="right-to-left override"' in html
    assert "Remove what is hidden" in html


@pytest.mark.django_db
def test_lists_of_administrators_show_marks(as_administrator: Client, odd: Draft, page_of: GetPage) -> None:
    person("un\u202eseen")
    for url in ("/admin/drafts/draft/", "/admin/accounts/user/", f"/admin/drafts/draft/{odd.pk}/change/"):
        answer = as_administrator.get(url)
        assert answer.status_code == 200, url
        assert_honest(Page(answer), url)


@pytest.mark.django_db
def test_a_reviewer_is_told_where_text_is_not_what_it_looks_like(page_of: GetPage) -> None:
    rita, rolf = person("rita"), person("rolf", Role.REVIEWER)
    wanted = document()
    wanted["tags"] = {"owner": "ann\u202eneb", "team": "\u0430nna", "plain": "x"}
    review = reviewing.request_review(rita, of := draft(rita, wanted), "Fine\u200b", of.head)
    browser = signed_in(rolf)
    page = page_of(browser, f"/reviews/{review.pk}/")
    assert_honest(page, "review")
    callout = next(each for each in page.all("div", class_="callout--danger"))
    lines = ["".join(line.itertext()) for line in callout.iter("li")]
    assert len(lines) == 3
    assert lines[0].startswith("Tag owner: ")
    assert "U+202E (right-to-left override) after “ann”" in lines[0]
    assert "a Cyrillic letter that looks like the Latin “a”" in lines[1]
    assert lines[2].startswith("Note: Holds 1 hidden character: U+200B (zero width space)")
    reviewing.decide(rolf, review, "approve", "Good\u2066")
    for url in (f"/reviews/{review.pk}/", "/reviews/", "/reviews/?show=decided", f"/drafts/{of.code}/check/"):
        assert_honest(page_of(browser, url, queries=30), url)


@pytest.mark.django_db
def test_a_reviewer_of_plain_text_is_told_nothing(page_of: GetPage) -> None:
    rita, rolf = person("rita"), person("rolf", Role.REVIEWER)
    review = reviewing.request_review(rita, of := draft(rita), "Fine", of.head)
    page = page_of(signed_in(rolf), f"/reviews/{review.pk}/")
    assert "not what it looks like" not in page.text


@pytest.mark.django_db
def test_a_form_that_comes_back_shows_what_was_typed_and_what_it_hides(client: Client) -> None:
    answer = client.post("/sign-in/", {"username": "ri\u202eta", "password": "x"})
    html = answer.content.decode()
    assert escape("ri\u202eta") in html, "what was typed stays"
    assert "Holds 1 hidden character: U+202E (right-to-left override) after “ri”." in html
