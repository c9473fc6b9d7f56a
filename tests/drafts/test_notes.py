"""What was made of a text stays with the draft: by kind, each with their number, the first few and a link to the field."""

from __future__ import annotations

import json
from typing import Any, get_args

from django.test import Client

from tests.conftest import GetPage
from tests.drafts.pages import read_in
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, noting
from vmssbuilder.drafts.models import Draft, ReadingNotes
from vmssbuilder.scaleset import Request, Target, read
from vmssbuilder.scaleset.canonical import Note, NoteKind

VERSION = "2024-07-01"
TEXT = """{
  "location": "westus",
  "SKU": {"name": "Standard_D2s_v5", "capacity": 2},
  "Tags": {"team": "shop"},
  "properties": {"provisioningState": "Succeeded", "orchestrationMode": "uniform", "overprovision": true}
}"""


def test_notes_stand_on_the_draft_by_kind_with_line_and_link(as_requester: Client, page_of: GetPage) -> None:
    draft = read_in(as_requester, TEXT, VERSION)
    page = page_of(as_requester, f"/drafts/{draft.code}/")
    assert "What was made of what you brought" in page.text
    expected = read(TEXT, VERSION).notes
    assert {note.kind for note in expected} >= {"removed", "canonicalised"}
    for note in expected:
        assert note.message in page.text, "fewer than a few of a kind are all there"
        assert f"Line {note.line}: {note.message}" in page.text or note.line is None
    assert f'href="/drafts/{draft.code}/instances/#f-sku"' in page.html
    assert "provisioningState" not in "".join(
        part for part in page.html.split('"') if part.startswith("/drafts/")
    )


def test_notes_are_no_messages_and_stay(as_requester: Client, page_of: GetPage) -> None:
    draft = read_in(as_requester, TEXT, VERSION)
    for _ in range(2):
        assert "provisioningState" in page_of(as_requester, f"/drafts/{draft.code}/").text
    assert "provisioningState" in page_of(as_requester, f"/drafts/{draft.code}/notes/").text


def test_a_blank_draft_has_no_notes(as_requester: Client, page_of: GetPage) -> None:
    as_requester.post("/drafts/new/", {"start": "blank", "api_version": VERSION})
    draft = Draft.objects.get()
    assert "What was made of what you brought" not in page_of(as_requester, f"/drafts/{draft.code}/").text
    assert "had to be done" in page_of(as_requester, f"/drafts/{draft.code}/notes/").text


def with_notes(user: User, notes: list[Note]) -> Draft:
    request = Request(Target("", "", "web"), "create", VERSION, {"tags": {}})
    return actions.create(user, request, "pasted", notes)


def test_thousands_of_notes_are_counted_and_paged(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    many = [
        Note("renamed", ("tags", f"tag{number}"), f"Note {number}.", number + 1) for number in range(5_000)
    ]
    draft = with_notes(requester, [*many, Note("decide", (), "No region is given.")])
    page = page_of(as_requester, f"/drafts/{draft.code}/")
    assert "Note 2." in page.text
    assert "Note 3." not in page.text
    assert "and 4997 more" in page.text
    assert page.text.index("No region is given.") < page.text.index("Note 0."), (
        "what asks for something comes first"
    )
    rest = f"/drafts/{draft.code}/notes/?kind=renamed&page=2"
    page = page_of(as_requester, rest)
    assert "Line 101: Note 100." in page.text
    assert "Note 201" not in page.text
    assert "The first 2000 of 5000 are kept." in page.text
    assert len(page.html) < 200_000
    page_of(as_requester, f"/drafts/{draft.code}/notes/?kind=nothing", status=404)


def test_odd_words_in_notes_break_no_page(as_requester: Client, requester: User, page_of: GetPage) -> None:
    odd: list[Any] = ["<b>", "\x00", "\ud800", "a'b]", "x" * 100_000, ""]
    notes = [Note("moved", ("tags", name), f"Moved “{name}”.", 1) for name in odd]
    draft = with_notes(requester, notes)
    page_of(as_requester, f"/drafts/{draft.code}/")
    page = page_of(as_requester, f"/drafts/{draft.code}/notes/?kind=moved&page=999999")
    assert "Moved “<b>”." in page.text
    assert len(page.html) < 50_000


def test_people_who_may_only_look_see_notes_without_links(
    as_requester: Client, as_administrator: Client, page_of: GetPage
) -> None:
    draft = read_in(as_requester, TEXT, VERSION)
    for address in (f"/drafts/{draft.code}/", f"/drafts/{draft.code}/notes/"):
        page = page_of(as_administrator, address)
        assert "Upper and lower case only." in page.text
        assert "/instances/" not in page.html


def test_no_note_holds_a_secret(as_requester: Client) -> None:
    profile = {"osProfile": {"adminPassword": "Canary-9137-x", "AdminUsername": " azureuser "}}
    text = json.dumps({"location": "westus", "properties": {"virtualMachineProfile": profile}})
    draft = read_in(as_requester, text.replace("osProfile", "OSProfile"), VERSION)
    rows = ReadingNotes.objects.filter(draft=draft)
    assert rows
    assert "Canary" not in json.dumps([[row.first, row.rest] for row in rows])


def test_every_kind_of_note_is_spoken_of() -> None:
    assert set(get_args(NoteKind)) <= set(noting.KINDS)
