"""The JSON beside the form without scripts: its filter, its marks, its notice, and its file."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.drafts.conftest import DOCUMENT, TARGET
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target, paths
from vmssbuilder.scaleset.paths import MISSING

HTMX = {"HX-Request": "true"}
PASSWORD = ("properties", "virtualMachineProfile", "osProfile", "adminPassword")


def lines(page: str) -> list[tuple[str, str]]:
    """Classes and text of each line."""
    found = re.findall(r'<(?:a|span) class="json__line ([^"]*)"[^>]*>(.*?)\n</(?:a|span)>', page, re.DOTALL)
    return [(classes, html.unescape(re.sub(r"<[^>]+>", "", text)).strip()) for classes, text in found]


def shown(page: str) -> list[str]:
    return [text for classes, text in lines(page) if "json__line--rest" not in classes]


def with_document(user: User, document: dict[str, Any], target: Target = TARGET) -> Draft:
    return actions.create(user, Request(target, "create", "2016-04-30-preview", document), "pasted")


@pytest.mark.parametrize("below", ["", "instances/", "check/"])
def test_only_what_was_set_shows_what_differs_from_the_first_revision(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, below: str
) -> None:
    actions.save(
        requester,
        draft,
        1,
        [
            Changed(("sku", "capacity"), 3, 4),
            Changed(("sku", "tier"), "Standard", MISSING),
            Changed(("tags", "env"), MISSING, "test"),
        ],
    )
    page = page_of(as_requester, f"/drafts/{draft.code}/{below}?only=mine").html
    assert shown(page) == ["{", '"tags": {', '"env": "test"', "},", '"sku": {', '"capacity": 4', "},", "}"]
    assert "Show all of it" in page
    assert len(lines(page)) > 20
    assert "json__line--rest" not in page_of(as_requester, f"/drafts/{draft.code}/{below}").html


def test_a_secret_that_was_set_anew_shows_masked(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.save(
        requester,
        draft,
        1,
        [Changed(PASSWORD, paths.get(draft.document, PASSWORD), "Another-passw0rd", secret=True)],
    )
    page = page_of(as_requester, f"/drafts/{draft.code}/instances/?only=mine").html
    assert [text for text in shown(page) if "admin" in text] == ['"adminPassword": "********"']


def test_where_nothing_was_set_the_filter_says_so(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    page = page_of(as_requester, f"/drafts/{draft.code}/instances/?only=mine").html
    assert shown(page) == ["{", "}"]
    assert "Nothing differs from how this draft started." in page


def test_a_save_while_typing_keeps_the_filter(as_requester: Client, draft: Draft) -> None:
    url = f"/drafts/{draft.code}/instances/"
    typed = {"base": 1, "sku.capacity": "4"}
    answer = as_requester.post(
        url, typed, headers=HTMX | {"HX-Current-URL": f"http://testserver{url}?only=mine"}
    )
    assert shown(answer.content.decode()) == ["{", '"sku": {', '"capacity": 4', "},", "}"]


def test_members_without_a_field_are_counted_and_linked(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    odd = with_document(requester, DOCUMENT | {"odd": {"deep": [1]}, "odder": True, "id": "/x"})
    page = page_of(as_requester, f"/drafts/{odd.code}/instances/").html
    evidence = re.search(r'id="pane-strangers">(.*?)</p>', page, re.DOTALL)
    assert evidence is not None
    numbers = [int(number) for number in re.findall(r'href="#line-(\d+)"', evidence[1])]
    assert f"{len(numbers)} members have no field in the form" in " ".join(evidence[1].split())
    named = [lines(page)[number - 1][1].split(":")[0] for number in numbers]
    assert {'"odd"', '"odder"'} <= set(named)
    assert '"deep"' not in named
    assert all(f'id="line-{number}"' in page for number in numbers)
    answer = as_requester.post(
        f"/drafts/{odd.code}/instances/", {"base": 1, "sku.capacity": "4", "sku.tier": ""}, headers=HTMX
    )
    assert f'href="#line-{numbers[0] - 1}"' in answer.content.decode()


def test_a_document_without_strangers_says_nothing(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    assert re.search(
        r'id="pane-strangers"\s+hidden></p>', page_of(as_requester, f"/drafts/{draft.code}/instances/").html
    )


def test_findings_stand_at_their_lines_with_words(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    wrong = with_document(requester, DOCUMENT | {"sku": {"name": "<b>", "capacity": "many"}})
    page = page_of(as_requester, f"/drafts/{wrong.code}/instances/?findings=1").html
    marked = re.search(r'json__line--error" tabindex="-1" title="Error: ([^"]+)"[^>]*>[^\n]*capacity', page)
    assert marked is not None
    assert marked[1].split()
    assert "json__line--error" not in page_of(as_requester, f"/drafts/{wrong.code}/instances/").html


@pytest.mark.parametrize(
    ("name", "file"), [("web-prod", "web-prod.json"), ('a"/..\\b\r\n', "a..b.json"), ("日本", "")]
)
def test_the_file_is_named_after_the_scale_set(
    as_requester: Client, requester: User, name: str, file: str
) -> None:
    draft = with_document(requester, DOCUMENT, Target(TARGET.subscription, "rg-shop", name))
    answer = as_requester.get(f"/drafts/{draft.code}/document.json")
    assert answer["Content-Disposition"] == f'attachment; filename="{file or draft.code + ".json"}"'
