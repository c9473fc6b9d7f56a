"""The pages that begin a draft: the cards, the questions of a starter, copies. What comes of starters in Azure, tests/preflight proves."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries
from tests.reviews.making import PASSWORD, SUBSCRIPTION, draft, edit, person
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.azure.pickers import Suggestion
from vmssbuilder.drafts import starters, vault
from vmssbuilder.drafts.forms import picking
from vmssbuilder.drafts.forms.starters import known
from vmssbuilder.drafts.models import Draft

NEW = "/drafts/new/"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDt6e5M179Y8USAerDv0horwrOqIPgEIO8hYHKlUmiOU ops"
WINDOWS = {"name": "web", "subscription": SUBSCRIPTION, "resourceGroup": "rg-shop", "location": "uksouth"}


def test_each_starter_has_a_card_that_says_what_it_makes(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, NEW)
    links = page.links()
    for starter in starters.starters():
        assert starter.makes in page.text
        opened = page_of(as_requester, links[starter.title])
        assert all(words in opened.text for words in starter.announced.values())
    assert {"Copy a draft or a sent request", "Open what runs", "Bring a text"} <= set(links)


@pytest.mark.parametrize("starter", starters.starters(), ids=lambda each: each.name)
def test_a_starter_without_an_answer_is_a_draft_that_asks(
    starter: starters.Starter, as_requester: Client, page_of: GetPage
) -> None:
    answer = as_requester.post(f"{NEW}{starter.name}/", {})
    made = Draft.objects.get()
    assert made.api_version == starter.api_version
    place, _, anchor = answer["Location"].partition("#")
    assert f'id="{anchor}"' in page_of(as_requester, place).html


def test_bad_answers_are_named_and_stay_and_nothing_is_made(as_requester: Client, page_of: GetPage) -> None:
    wrong = {
        "name": "-web!",
        "subscription": "my subscription",
        "subnet": "web",
        "sshKey": "ssh-ed25519 nonsense",
    }
    page = page_of(as_requester, f"{NEW}linux-web/", post=wrong, status=422)
    sent = dict(entries(page.html))
    assert sent.items() >= wrong.items()
    assert all(f'id="{name}_error"' in page.html for name in wrong)
    assert page.title.startswith("Error: ")
    assert not Draft.objects.exists()
    assert not Event.objects.filter(what="draft.created").exists()


def test_a_private_key_and_what_no_draft_can_keep_are_refused(as_requester: Client, page_of: GetPage) -> None:
    private = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----"
    page = page_of(
        as_requester, f"{NEW}linux-web/", post={"sshKey": private, "resourceGroup": "g" * 300}, status=422
    )
    assert "no more than 200 can be kept" in page.text
    page = page_of(as_requester, f"{NEW}linux-web/", post={"sshKey": private}, status=422)
    assert "This holds a private key" in page.text
    assert not Draft.objects.exists()


def test_an_api_version_that_is_not_on_offer_is_refused(as_requester: Client, page_of: GetPage) -> None:
    post = {"api_version": "2015-06-15"}
    page = page_of(as_requester, f"{NEW}flexible/", post=post, status=422)
    assert "Choose one of the API versions on offer." in page.text


def test_an_older_api_version_is_used(as_requester: Client) -> None:
    as_requester.post(f"{NEW}linux-web/", {"api_version": "2018-10-01"})
    made = Draft.objects.get()
    assert made.api_version == "2018-10-01"
    assert "orchestrationMode" not in made.document["properties"]


def test_a_password_outlives_the_mistake_in_another_answer_and_is_never_shown(
    as_requester: Client, page_of: GetPage
) -> None:
    wrong = WINDOWS | {"password": PASSWORD, "location": "no where!"}
    page = page_of(as_requester, f"{NEW}windows/", post=wrong | {"subscription": "wrong"}, status=422)
    assert PASSWORD not in page.html
    assert "Typed, hidden" in page.text
    sent = dict(entries(page.html)) | WINDOWS
    assert sent["password"] == ""
    as_requester.post(f"{NEW}windows/", sent)
    made = Draft.objects.get()
    assert PASSWORD not in str(made.document)
    opened = vault.put_back(made, made.document)
    assert opened["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"] == PASSWORD


def test_a_weak_password_is_refused_and_not_carried(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, f"{NEW}windows/", post=WINDOWS | {"password": "short"}, status=422)
    assert 'id="password_error"' in page.html
    assert "Typed, hidden" not in page.text


def test_a_starter_that_there_is_not_is_not_found(as_requester: Client) -> None:
    assert as_requester.get(f"{NEW}no-such/").status_code == 404


def test_a_look_waits_for_all_lists_together_no_longer_than_for_one(
    requester: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, waited = 0, list[float]()

    def slow(_user: User, _kind: str, _where: Any, wait: float, _value: str = "") -> tuple[Suggestion, ...]:
        waited.append(wait)
        time.sleep(wait)
        return ()

    monkeypatch.setattr(picking, "usable", slow)
    place = {name: WINDOWS[name] for name in ("subscription", "resourceGroup", "location")}
    for starter in starters.starters():
        waited.clear()
        known(requester, starter, place, 0.05)
        assert sum(waited) <= 0.05, starter.name
        most = max(most, len(waited))
    assert most > 1, "some ask for several lists"


# --- copies -------------------------------------------------------------------------------------------------------------


def copied(client: Client, source: Draft, **more: Any) -> Draft:
    answer = client.post(f"{NEW}copy/", {"draft": source.code, **more})
    made = Draft.objects.order_by("-pk")[0]
    assert answer["Location"] == f"/drafts/{made.code}/"
    return made


def test_a_copy_holds_all_but_name_and_secrets(
    requester: User, as_requester: Client, page_of: GetPage
) -> None:
    source = draft(requester)
    page = page_of(as_requester, f"{NEW}copy/")
    assert str(source) in page.text
    made = copied(as_requester, source)
    assert (made.name, made.resource_group, made.operation) == ("", source.resource_group, "create")
    profile = made.document["properties"]["virtualMachineProfile"]["osProfile"]
    assert "adminPassword" not in profile
    assert not made.secrets.exists()
    text = page_of(as_requester, f"/drafts/{made.code}/").text
    assert "Admin password is not copied: enter it again." in text
    profile["adminPassword"] = source.document["properties"]["virtualMachineProfile"]["osProfile"][
        "adminPassword"
    ]
    assert made.document == source.document
    assert Event.objects.filter(what="draft.created", details__how=f"copy of {source.code}").count() == 1


def test_an_earlier_revision_can_be_copied(requester: User, as_requester: Client) -> None:
    source = edit(requester, draft(requester), "sku.capacity", 9)
    assert copied(as_requester, source).document["sku"]["capacity"] == 9
    assert copied(as_requester, source, revision="1").document["sku"]["capacity"] == 2
    assert as_requester.post(f"{NEW}copy/", {"draft": source.code, "revision": "7"}).status_code == 404


def test_only_drafts_that_a_person_may_see_are_listed_and_copied(
    requester: User, as_stranger: Client, as_administrator: Client, as_reviewer: Client, page_of: GetPage
) -> None:
    source = draft(requester, name="of-rita")
    assert "of-rita" not in page_of(as_stranger, f"{NEW}copy/?q=of-rita").text.replace("q=of-rita", "")
    assert as_stranger.post(f"{NEW}copy/", {"draft": source.code}).status_code == 404
    assert source.code not in page_of(as_reviewer, f"{NEW}copy/").html
    page = page_of(as_administrator, f"{NEW}copy/?q=of-r")
    assert source.code in page.html
    made = copied(as_administrator, source)
    assert made.owner.username == "ada"


def test_a_reviewer_copies_what_was_sent_for_review(
    requester: User, as_reviewer: Client, page_of: GetPage
) -> None:
    from vmssbuilder.reviews.actions import request_review

    source = draft(requester)
    request_review(requester, source, "Please", source.head)
    assert source.code in page_of(as_reviewer, f"{NEW}copy/").html
    assert copied(as_reviewer, source).owner.username == "rolf"
    other = person("nobody", Role.REVIEWER)
    assert draft(other).code not in page_of(as_reviewer, f"{NEW}copy/").html
