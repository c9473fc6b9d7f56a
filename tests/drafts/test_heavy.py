"""Requests as large as the product takes them: every page stays a page, and says what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django import Settings

from bench import heavy
from tests.conftest import GetPage
from tests.forms import sent
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, addresses, bounded, checking, windows
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, check, paths
from vmssbuilder.scaleset.exports import FORMATS
from vmssbuilder.scaleset.paths import Path

from .conftest import TARGET

INTERFACES = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"
FAR_DOWN = f"network/{INTERFACES.replace('.', '/')}/450/"
PAGES = (
    "",
    "?only=mine",
    "check/",
    "check/error/?page=2",
    "json/",
    "fixes/",
    "history/",
    "compare/1/1/",
    "find/?q=name",
)
EXPORTS = tuple(f"export/{name}/" for name in FORMATS)
PAGES_OF_A_KIND = {
    "interfaces": (
        "network/",
        f"network/?at={INTERFACES}[450]",
        FAR_DOWN,
        "network/?findings=1",
        "values/1/network/?page=2",
        *EXPORTS,
    ),
    "extensions": ("extensions/",),
    "deep": ("extensions/", *EXPORTS),
    "text": ("basics/", *EXPORTS),
    "plain": ("basics/", "disks/"),
}
"""What shows that which makes a draft of this kind heavy."""


def draft_of(user: User, kind: str) -> Draft:
    document = heavy.interfaces(500) if kind == "interfaces" else heavy.KINDS[kind]()
    return actions.create(user, Request(TARGET, "create", "2024-07-01", document), "pasted")


@pytest.mark.parametrize("kind", heavy.KINDS)
def test_no_page_of_a_heavy_draft_is_too_large(as_requester: Client, requester: User, kind: str) -> None:
    draft = draft_of(requester, kind)
    for below in (*PAGES, *PAGES_OF_A_KIND[kind]):
        answer = as_requester.get(f"/drafts/{draft.code}/{below}")
        # A page that has nothing to show leads on.
        assert answer.status_code in (200, 302, 404), below
        assert len(answer.content) < configured.MAX_PAGE_BYTES, below


def test_a_download_is_as_long_as_its_document(as_requester: Client, requester: User) -> None:
    draft = draft_of(requester, "interfaces")
    assert as_requester.get(f"/drafts/{draft.code}/document.json").json() == draft.document
    text = as_requester.get(f"/drafts/{draft.code}/export/bicep/?download=1").content.decode()
    assert text.count("'ip-9'") == 500


def test_a_list_is_drawn_in_parts_and_each_item_is_on_one(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, "interfaces")
    seen: list[str] = []
    url = f"/drafts/{draft.code}/network/"
    while url:
        html = page_of(as_requester, url).html
        seen += re.findall(r'card-item__title"><a href="[^"]*">(nic-\d+)<', html)
        following = re.search(r'href="(\?at=[^"#]*)[^>]*>(?:(?!</a>).)*Next', html)
        more = following is not None and following[1] not in url
        url = f"/drafts/{draft.code}/network/{following[1]}" if following and more else ""
    assert seen == [f"nic-{number}" for number in range(500)]


def test_an_item_far_down_leads_back_to_its_part_of_the_list(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, "interfaces")
    html = page_of(as_requester, f"/drafts/{draft.code}/{FAR_DOWN}").html
    back = re.search(r'href="(/drafts/[^"#]*/network/\?at=[^"#]*)#', html)
    assert back
    assert ">nic-450<" in page_of(as_requester, back[1].replace("&amp;", "&")).html


def test_the_pane_shows_the_item_of_its_page_and_says_what_is_folded(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, "interfaces")
    html = page_of(as_requester, f"/drafts/{draft.code}/{FAR_DOWN}").html
    pane = html[html.index('id="json"') :]
    assert '"nic-450"' in pane
    assert re.search(r"… [\d,]+ more items", pane)
    assert f"/drafts/{draft.code}/document.json" in html
    assert 'data-copy="json"' not in html


def test_every_finding_and_every_value_stands_on_some_page(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, "interfaces")
    count = sum(found.severity == "error" for found in checking.check_content(draft))
    assert f"{count} errors in all" in page_of(as_requester, f"/drafts/{draft.code}/check/").html
    last = -(-count // 100)
    html = page_of(as_requester, f"/drafts/{draft.code}/check/error/?page={last}").html
    assert html.count('class="finding"') == (count % 100 or 100)
    values = page_of(as_requester, f"/drafts/{draft.code}/values/1/network/").html
    pages = int(re.findall(r"Page 1 of (\d+)", values)[0])
    assert "ip-9" in page_of(as_requester, f"/drafts/{draft.code}/values/1/network/?page={pages}").html


def test_all_fixes_of_a_rule_are_made_with_one_check(
    requester: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(requester, "interfaces")
    checks: list[int] = []
    original: Callable[..., Any] = check

    def counted(*given: Any, **named: Any) -> Any:
        checks.append(1)
        return original(*given, **named)

    monkeypatch.setattr(checking, "check", counted)
    made = checking.fix_all(draft)
    assert len(made) == 1_000
    assert len(checks) < 10
    assert draft.document == heavy.interfaces(500), "nothing was saved"
    listed = paths.get(made[-1].after, paths.parse(INTERFACES))
    assert sum(each["properties"].get("primary") is True for each in listed) == 1


def test_a_draft_too_long_for_the_text_page_says_so(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    document = heavy.interfaces(1_000)
    draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", document), "pasted")
    html = page_of(as_requester, f"/drafts/{draft.code}/json/").html
    assert "Too long to be edited here" in html
    assert "<textarea" not in html


def test_a_page_that_nobody_thought_of_is_refused_in_words(
    as_requester: Client, requester: User, settings: Settings
) -> None:
    draft = draft_of(requester, "text")
    settings.MAX_PAGE_BYTES = 20_000
    answer = as_requester.get(f"/drafts/{draft.code}/basics/")
    assert answer.status_code == 422
    assert f"/drafts/{draft.code}/document.json" in answer.content.decode()


def test_a_page_about_no_draft_that_is_too_large_speaks_of_none(
    as_requester: Client, settings: Settings
) -> None:
    settings.MAX_PAGE_BYTES = 20_000
    answer = as_requester.post("/explain/", {"said": "Error: " + "x" * 30_000})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "make what you sent shorter" in page
    assert "because the draft holds" not in page


@pytest.mark.parametrize("kind", heavy.KINDS)
def test_a_window_takes_no_more_room_than_it_has(kind: str) -> None:
    document = heavy.KINDS[kind]()
    for lines in (50, 400, 1_500):
        cut = windows.window(document, (), lines)
        assert cut is None or _lines(cut, (), document) <= 2 * lines


def _lines(cut: windows.Window, path: Path, value: Any) -> int:
    if isinstance(value, dict | list):
        shown: Any = cut.members.get(path, value if isinstance(value, dict) else range(len(value)))
        return 2 + sum(_lines(cut, (*path, step), value[step]) for step in shown)
    return 1 + cut.texts.get(path, len(value) if isinstance(value, str) else 0) // 150


def test_a_small_document_is_shown_as_a_whole() -> None:
    assert windows.window(heavy.interfaces(10)) is None


def test_what_is_kept_is_bounded_by_its_bytes() -> None:
    asked: list[str] = []

    @bounded.bounded(10_000)
    def doubled(text: str) -> str:
        asked.append(text)
        return text * 2

    for number in range(100):
        assert doubled(str(number) * 100) == str(number) * 200
    assert doubled.held <= 10_000
    del asked[:]
    assert doubled("99" * 100) == doubled("99" * 100)
    assert asked == [], "the last one is remembered"
    doubled("y" * 9_000)
    doubled("y" * 9_000)
    assert asked == ["y" * 9_000] * 2, "what alone would fill it is not kept"


# --- Rows, of which a form holds a part ------------------------------------------------------------------------------

TAGS = {f"tag-{number}": f"value {number}" for number in range(500)}


@pytest.fixture
def tagged(requester: User) -> Draft:
    return actions.create(requester, Request(TARGET, "create", "2024-07-01", {"tags": TAGS}), "pasted")


def shown_at(page_of: GetPage, browser: Client, draft: Draft, at: str) -> dict[str, Any]:
    """What the form of the page with that row would send."""
    step = addresses.page_url(draft.code, ("tags",), draft.api_version)
    return dict(sent(page_of(browser, f"{step}?at={at}").html))


def test_what_a_page_of_rows_does_not_show_stays_when_it_is_saved(
    page_of: GetPage, as_requester: Client, tagged: Draft
) -> None:
    step = addresses.page_url(tagged.code, ("tags",), tagged.api_version)
    form = shown_at(page_of, as_requester, tagged, "tags[250]")
    assert "tags[250].key" in form
    assert "tags[0].key" not in form
    as_requester.post(step, form)
    tagged.refresh_from_db()
    assert tagged.head == 1, "a page sent back untouched changes nothing"
    form |= {"tags[250].value": "changed", "tags[300].key": "", "tags[300].value": ""}
    form |= {"tags[500].key": "new", "tags[500].value": "last"}
    as_requester.post(step, form)
    tagged.refresh_from_db()
    wanted = TAGS | {"tag-250": "changed", "new": "last"}
    del wanted["tag-300"]
    assert tagged.document["tags"] == wanted


def test_a_name_that_another_part_has_is_refused(
    page_of: GetPage, as_requester: Client, tagged: Draft
) -> None:
    step = addresses.page_url(tagged.code, ("tags",), tagged.api_version)
    form = shown_at(page_of, as_requester, tagged, "tags[250]") | {"tags[250].key": "tag-7"}
    answer = as_requester.post(step, form)
    assert answer.status_code == 422
    assert "is given twice" in answer.content.decode()
    form |= {"tags[250].key": "tag-450"}
    assert as_requester.post(step, form).status_code == 422


def test_a_row_of_any_part_is_removed_and_put_back(
    page_of: GetPage, as_requester: Client, tagged: Draft
) -> None:
    step = addresses.page_url(tagged.code, ("tags",), tagged.api_version)
    form = shown_at(page_of, as_requester, tagged, "tags[450]") | {"act": "drop:tags[450]"}
    page = page_of(as_requester, step, post=form, follow=True)
    assert "Removed tag “tag-450”" in page.text
    assert 'name="tags[449].key"' in page.html
    tagged.refresh_from_db()
    assert tagged.document["tags"] == {name: value for name, value in TAGS.items() if name != "tag-450"}


def test_more_rows_than_a_form_may_hold_stay(page_of: GetPage, as_requester: Client, requester: User) -> None:
    tags = {f"t{number}": "" for number in range(12_000)}
    draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", {"tags": tags}), "pasted")
    step = addresses.page_url(draft.code, ("tags",), draft.api_version)
    form = shown_at(page_of, as_requester, draft, "tags[9998]") | {"tags[9998].value": "x"}
    as_requester.post(step, form)
    draft.refresh_from_db()
    assert draft.document["tags"] == tags | {"t9998": "x"}


def test_rows_of_a_list_that_a_page_does_not_show_stay_too(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    place = paths.parse("properties.virtualMachineProfile.osProfile.linuxConfiguration.ssh.publicKeys")
    keys = [{"path": "/home/a/.ssh/authorized_keys", "keyData": f"ssh-rsa {number}"} for number in range(450)]
    document: dict[str, Any] = {"location": "uksouth"}
    paths.put(document, place, keys)
    draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", document), "pasted")
    step, name = addresses.page_url(draft.code, place, draft.api_version), paths.text(place)
    form = sent(page_of(as_requester, f"{step}?at={name}[250]").html)
    assert [f"{name}[{number}].keyData" in form for number in (199, 200, 399, 400)] == [
        False,
        True,
        True,
        False,
    ]
    as_requester.post(step, form)
    draft.refresh_from_db()
    assert draft.head == 1
    form |= {f"{name}[{number}].{member}": [""] for number in (250,) for member in ("path", "keyData")}
    form |= {f"{name}[300].keyData": ["ssh-rsa changed"], f"{name}[450].keyData": ["ssh-rsa new"]}
    as_requester.post(step, form)
    draft.refresh_from_db()
    wanted = [dict(each) for each in keys]
    wanted[300]["keyData"] = "ssh-rsa changed"
    del wanted[250]
    assert paths.get(draft.document, place) == [*wanted, {"keyData": "ssh-rsa new"}]


@pytest.mark.parametrize("view", ["properties", "split", "unified"])
def test_two_large_revisions_are_compared_in_pages(
    page_of: GetPage, as_requester: Client, requester: User, view: str
) -> None:
    draft = draft_of(requester, "interfaces")
    actions.apply_fix(requester, draft, 1, lambda now: heavy.extensions() | {"tags": now.get("tags", {})})
    html = page_of(as_requester, f"/drafts/{draft.code}/compare/1/2/?view={view}").html
    assert len(html) < configured.MAX_PAGE_BYTES
    pages = int(re.findall(r"Page 1 of ([0-9]+)", html)[0])
    last = page_of(as_requester, f"/drafts/{draft.code}/compare/1/2/?view={view}&page={pages}").html
    if view == "properties":
        assert "script-999" in last, "what comes last stands on the last page"
    assert f"Page {pages} of {pages}" in last
