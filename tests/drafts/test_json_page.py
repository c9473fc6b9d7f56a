"""The whole document edited as text: slips, findings, secrets, and what others saved meanwhile."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths

ODD = "a\x7fb\x85c\ufffed\ufdd0e\U0001fffff"


def at(draft: Draft) -> str:
    return f"/drafts/{draft.code}/json/"


def shown(html: str) -> dict[str, str]:
    return dict(entries(html))


def edited(client: Client, draft: Draft, **values: Any) -> str:
    """The text of the page with values in their places, None for none; dots are written as __."""
    document = json.loads(shown(client.get(at(draft)).content.decode())["text"])
    for name, value in values.items():
        path = paths.parse(name.replace("__", "."))
        if value is None:
            paths.remove(document, path)
        else:
            paths.put(document, path, value)
    return json.dumps(document)


def held(draft: Draft, name: str) -> Any:
    draft.refresh_from_db()
    return paths.get(draft.document, paths.parse(name))


# --- Merging ----------------------------------------------------------------------------------------------------------


def test_changes_of_different_places_merge(as_requester: Client, requester: User, draft: Draft) -> None:
    text = edited(as_requester, draft, sku__capacity=8)
    actions.save(requester, draft, 1, [Changed(("location",), "uksouth", "westeurope")])
    page = as_requester.post(at(draft), {"base": 1, "text": text}, follow=True).content.decode()
    assert "merged with what was saved elsewhere" in page
    assert (held(draft, "sku.capacity"), held(draft, "location")) == (8, "westeurope")


@pytest.fixture
def both(as_requester: Client, requester: User, draft: Draft) -> dict[str, Any]:
    """Somebody saved 50 instances in westeurope while this person wrote 8 in northeurope, and a tier."""
    text = edited(as_requester, draft, sku__capacity=8, location="northeurope", sku__tier="Basic")
    changes = [
        Changed(("sku", "capacity"), 3, 50),
        Changed(("location",), "uksouth", "westeurope"),
    ]
    actions.save(requester, draft, 1, changes)
    return {"base": 1, "text": text}


def test_both_values_are_shown_and_nothing_is_saved(
    page_of: GetPage, as_requester: Client, draft: Draft, both: dict[str, Any]
) -> None:
    page = page_of(as_requester, at(draft), post=both, status=409)
    assert shown(page.html)["text"] == both["text"]
    assert re.findall(r'name="differs" value="([^"]+)"', page.html) == ["location", "sku.capacity"]
    for value in ("50", "8", "westeurope", "northeurope"):
        assert re.search(rf'<pre class="conflict__text"[^>]*>(&quot;)?{value}(&quot;)?</pre>', page.html)
    assert held(draft, "sku.tier") == "Standard"


def test_saving_again_asks_again(as_requester: Client, draft: Draft, both: dict[str, Any]) -> None:
    page = as_requester.post(at(draft), both).content.decode()
    again = [(name, value) for name, value in entries(page) if name != "act"]
    sent = {name: [value for each, value in again if each == name] for name, _ in again}
    assert as_requester.post(at(draft), sent).status_code == 409
    assert held(draft, "sku.capacity") == 50


def test_mine_stands_after_both_were_seen(as_requester: Client, draft: Draft, both: dict[str, Any]) -> None:
    decided = both | {"act": "mine", "seen": 2, "differs": ["location", "sku.capacity"]}
    assert as_requester.post(at(draft), decided).status_code == 302
    assert (held(draft, "sku.capacity"), held(draft, "location")) == (8, "northeurope")
    assert held(draft, "sku.tier") == "Basic"


def test_what_was_saved_after_the_look_is_asked_about_too(
    as_requester: Client, requester: User, draft: Draft, both: dict[str, Any]
) -> None:
    draft.refresh_from_db()
    actions.save(requester, draft, 2, [Changed(("sku", "capacity"), 50, 51)])
    decided = both | {"act": "mine", "seen": 2, "differs": ["location", "sku.capacity"]}
    page = as_requester.post(at(draft), decided)
    assert page.status_code == 409
    assert re.findall(r'name="differs" value="([^"]+)"', page.content.decode()) == ["sku.capacity"]
    assert held(draft, "sku.capacity") == 51


def test_theirs_goes_into_the_text_and_the_rest_is_saved(
    page_of: GetPage, as_requester: Client, draft: Draft, both: dict[str, Any]
) -> None:
    page = page_of(as_requester, at(draft), post=both | {"act": "theirs:location"}, status=409)
    text = shown(page.html)["text"]
    assert json.loads(text)["location"] == "westeurope"
    assert re.findall(r'name="differs" value="([^"]+)"', page.html) == ["sku.capacity"]
    page = page_of(as_requester, at(draft), post={"base": 1, "text": text, "act": "theirs:sku.capacity"})
    text = shown(page.html)["text"]
    assert as_requester.post(at(draft), {"base": 1, "text": text}).status_code == 302
    assert (held(draft, "sku.capacity"), held(draft, "sku.tier")) == (50, "Basic")


@pytest.mark.parametrize("place", ["", "$", "$target.name", "zones[", "a[5].b", "location.x", "sku[0]"])
@pytest.mark.parametrize("act", ["mine", "theirs"])
def test_odd_places_change_nothing_unseen(
    as_requester: Client, draft: Draft, both: dict[str, Any], act: str, place: str
) -> None:
    sent = both | {"act": f"{act}:{place}" if act == "theirs" else act, "seen": 2, "differs": [place]}
    assert as_requester.post(at(draft), sent).status_code == 409
    assert held(draft, "sku.capacity") == 50


@pytest.mark.parametrize("base", ["", "0", "9", "-1", "x", "9" * 30, "\u0663"])
def test_a_revision_that_is_not_there_overwrites_nothing(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, base: str
) -> None:
    text = edited(as_requester, draft, sku__capacity=8)
    actions.save(requester, draft, 1, [Changed(("sku", "capacity"), 3, 50)])
    page = page_of(as_requester, at(draft), post={"base": base, "text": text}, status=409)
    again = shown(page.html)
    assert again["text"] == text
    page_of(as_requester, at(draft), post={"base": again["base"], "text": text}, status=409)
    assert held(draft, "sku.capacity") == 50


def test_no_secret_is_shown_where_two_differ(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    place = "properties.virtualMachineProfile.osProfile.adminPassword"
    text = edited(as_requester, draft, **{place.replace(".", "__"): "Mine-passw0rd-2"})
    old = held(draft, place)
    change = Changed(paths.parse(place), old, "Theirs-passw0rd-3", secret=True)
    saved = actions.save(requester, draft, 1, [change])
    theirs = paths.get(saved.document, paths.parse(place))["$secret"]
    page = page_of(as_requester, at(draft), post={"base": 1, "text": text}, status=409)
    beside_the_text = re.sub(r"<textarea.*?</textarea>", "", page.html, flags=re.DOTALL)
    assert f'name="differs" value="{place}"' in beside_the_text
    for hidden in ("Mine-passw0rd-2", "Theirs-passw0rd-3", theirs):
        assert hidden not in beside_the_text
    decided = {"base": 1, "text": text, "act": "mine", "seen": 2, "differs": place}
    assert as_requester.post(at(draft), decided).status_code == 302
    assert set(held(draft, place)) == {"$secret"}
    assert held(draft, place) != {"$secret": theirs}


# --- Slips ------------------------------------------------------------------------------------------------------------

SLIPPED = '{\n  "location": "uksouth",\n  "tags": {"a": "b",}\n}'


def test_slips_are_shown_before_they_are_mended(page_of: GetPage, as_requester: Client, draft: Draft) -> None:
    page = page_of(as_requester, at(draft), post={"base": 1, "text": SLIPPED}, status=422)
    assert shown(page.html)["text"].replace("\r\n", "\n") == SLIPPED
    assert 'data-line="3">Line 3</a>' in page.html
    assert held(draft, "sku.capacity") == 3
    accept = re.search(r'name="accept" value="(\w+)"', page.html)
    assert accept
    # Browsers send other line ends than they were given.
    sent = {"base": 1, "text": SLIPPED.replace("\n", "\r\n"), "accept": accept[1]}
    assert as_requester.post(at(draft), sent).status_code == 302
    assert held(draft, "") == {"location": "uksouth", "tags": {"a": "b"}}


def test_slips_that_were_not_shown_are_not_mended(as_requester: Client, draft: Draft) -> None:
    page = as_requester.post(at(draft), {"base": 1, "text": SLIPPED}).content.decode()
    accept = re.search(r'name="accept" value="(\w+)"', page)
    assert accept
    sent = {"base": 1, "text": SLIPPED + "// more", "accept": accept[1]}
    assert as_requester.post(at(draft), sent).status_code == 422
    assert held(draft, "sku.capacity") == 3


def test_a_fault_is_shown_with_its_place(page_of: GetPage, as_requester: Client, draft: Draft) -> None:
    page = page_of(as_requester, at(draft), post={"base": 1, "text": '{\n  "a": nope\n}'}, status=422)
    assert re.search(r'data-line="2" data-column="8">Line\s+2, column 8</a>', page.html)
    assert "^" in page.text


# --- Findings ---------------------------------------------------------------------------------------------------------


def test_findings_stand_beside_the_text_with_their_lines(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    text = edited(as_requester, draft, sku__capacity="many", mystery={"kept": True})
    assert as_requester.post(at(draft), {"base": 1, "text": text})["Location"] == at(draft)
    page = page_of(as_requester, at(draft))
    lines = shown(page.html)["text"].splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if '"many"' in line)
    finding = re.search(rf'data-line="{number}">Line {number}</a>\s*<p>(.*?)</p>', page.html)
    assert finding
    assert f'href="/drafts/{draft.code}/instances/?findings=1#f-sku-capacity"' in finding[1]


# --- Characters -------------------------------------------------------------------------------------------------------


def test_odd_characters_survive_the_page_as_escapes(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.save(requester, draft, 1, [Changed(("tags",), {"team": "shop"}, {"team": ODD, ODD: "x"})])
    page = as_requester.get(at(draft)).content.decode()
    text = shown(page)["text"]
    assert all(letter not in text for letter in "\x7f\x85\ufffe\ufdd0\U0001ffff")
    assert "\\u007f" in text
    as_requester.post(at(draft), {"base": 2, "text": text})
    assert held(draft, "tags") == {"team": ODD, ODD: "x"}
    assert draft.head == 2
