"""Finding drafts by the beginnings of their words."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import GetPage, person
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.drafts import actions, searching
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, SearchWord
from vmssbuilder.scaleset import Request, Target
from vmssbuilder.scaleset.paths import MISSING

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"


def made(owner: User, name: str, group: str = "rg-shop") -> Draft:
    return actions.create(owner, Request(Target(SUBSCRIPTION, group, name)), "blank")


def ids(text: str, owner: User | None) -> list[int]:
    return (
        searching.matching(text, searching.words_of_everyone())
        if owner is None
        else searching.matching_for(owner, text)
    )


def found(text: str, owner: User | None) -> list[str]:
    return sorted(Draft.objects.get(pk=key).name for key in ids(text, owner))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("web", ["Web-Prod", "web-test"]),
        ("WEB-P", ["Web-Prod"]),
        ("prod", ["Web-Prod", "db.prod_2"]),
        ("2", ["db.prod_2"]),
        ("eb", []),
        ("prod web", ["Web-Prod"]),
        ("shop prod", ["Web-Prod", "db.prod_2"]),
        ("prod nothing", []),
        (SUBSCRIPTION, ["Web-Prod", "db.prod_2", "web-test"]),
        (SUBSCRIPTION[:9], ["Web-Prod", "db.prod_2", "web-test"]),
        ("", []),
        ("  ", []),
        ("é", []),
        ("%", []),
        ("x" * 500, []),
        ("web " * 50, ["Web-Prod", "web-test"]),
    ],
)
def test_a_draft_is_found_by_the_beginning_of_any_word(requester: User, text: str, names: list[str]) -> None:
    for name in ("Web-Prod", "web-test", "db.prod_2"):
        made(requester, name)
    assert found(text, requester) == names


def test_letters_of_every_script_are_found(requester: User) -> None:
    made(requester, "größe-übung")
    assert found("ÜBUNG", requester) == ["größe-übung"]
    assert found("gr", requester) == ["größe-übung"]


def test_a_new_name_is_found_and_the_old_one_no_more(requester: User) -> None:
    draft = made(requester, "web-prod")
    actions.save(requester, draft, 1, [Changed(("$target", "name"), "web-prod", "api-prod")])
    assert found("api", requester) == ["api-prod"]
    assert found("web", requester) == []


def test_saving_something_else_writes_no_words(requester: User) -> None:
    draft = made(requester, "web-prod")
    before = set(SearchWord.objects.values_list("pk", flat=True))
    actions.save(requester, draft, 1, [Changed(("location",), MISSING, "uksouth")])
    assert set(SearchWord.objects.values_list("pk", flat=True)) == before


def test_a_discarded_draft_is_not_found(requester: User) -> None:
    actions.discard(requester, made(requester, "web-prod"))
    assert found("web", requester) == []


def test_nobody_finds_what_is_not_theirs(
    page_of: GetPage, as_stranger: Client, requester: User, administrator: User
) -> None:
    made(requester, "secret-project")
    for query in ("?q=secret", "?q=secret&whose=all", "?q=secret&owner=rita", "?owner=rita"):
        page = page_of(as_stranger, f"/{query}")
        assert "secret-project" not in page.html


def test_many_matches_are_cut_and_it_is_said(page_of: GetPage, as_requester: Client, requester: User) -> None:
    for number in range(searching.MOST + 1):
        made(requester, f"web-{number:03}")
    made(requester, "other")
    page = page_of(as_requester, "/?q=web")
    assert "More than 100 drafts match" in page.text
    assert "Page 1 of 5" in page.text
    assert "?q=web&amp;page=2" in page.html
    assert "other" not in page.links()
    assert "web-099" in page_of(as_requester, "/?q=web+099").text


@pytest.mark.parametrize(
    "query", ["?q=web&page=9", "?q=nothing", "?q=%3Cscript%3E", "?q=" + "x" * 3000, "?q=web%00"]
)
def test_a_search_of_any_kind_is_answered(
    page_of: GetPage, as_requester: Client, requester: User, query: str
) -> None:
    made(requester, "web-prod")
    page = page_of(as_requester, f"/{query}", status=400 if "%00" in query else 200)
    assert "<script>" not in page.text


def test_administrators_search_everyones_drafts_and_by_owner(
    page_of: GetPage, as_administrator: Client, requester: User, stranger: User
) -> None:
    made(requester, "web-rita")
    made(stranger, "web-sam")
    both = page_of(as_administrator, "/?whose=all&q=web")
    assert {"web-rita", "web-sam"} <= set(both.links())
    one = page_of(as_administrator, "/?owner=sam")
    assert "web-sam" in one.links()
    assert "web-rita" not in one.links()
    assert "Nobody here is called" in page_of(as_administrator, "/?owner=zoe").text
    assert "web-rita" not in page_of(as_administrator, "/").text


def test_of_several_people_the_administrator_picks_one(page_of: GetPage, as_administrator: Client) -> None:
    for name in ("anna", "annabel"):
        made(person(f"{name}@example.com", f"{name.title()} Smith", Role.REQUESTER), f"web-{name}")
    page = page_of(as_administrator, "/?owner=smith&q=web")
    assert "Whose drafts?" in page.text
    assert "web-anna" in page_of(as_administrator, page.links()["Annabel Smith"]).text
