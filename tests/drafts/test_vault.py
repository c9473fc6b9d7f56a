"""Secrets of drafts: stored, opened, joined, and told apart where they cannot be opened."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, merging, vault
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.scaleset import Request, secrets
from vmssbuilder.scaleset.paths import MISSING

pytestmark = pytest.mark.django_db


def profile(value: Any) -> dict[str, Any]:
    return {"properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": value}}}}


def spoil(reference: dict[str, str], ciphertext: bytes = b"nonsense") -> None:
    Secret.objects.filter(code=secrets.referred(reference)).update(ciphertext=ciphertext)


@pytest.mark.parametrize("value", ["text", {"a": 1}, ["list"], None, 5, True])
def test_any_value_is_kept_and_comes_back(draft: Draft, value: Any) -> None:
    held = vault.store(draft, value)
    assert secrets.is_reference(held)
    assert vault.revealed(draft, held) == value
    assert not vault.waits(draft, held)


def test_what_is_no_secret_asks_nobody(
    draft: Draft, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert vault.revealed(draft, "text") == "text"
        assert vault.waits(draft, "text") is False
        assert vault.opened(draft, {"tags": {}}) == vault.Opened({"tags": {}})


def test_a_reference_that_leads_nowhere_stays_one(draft: Draft) -> None:
    nowhere = secrets.reference("nowhere")
    assert vault.revealed(draft, nowhere) == nowhere
    opened = vault.opened(draft, profile(nowhere))
    assert (opened.document, opened.lost, opened.waiting) == (profile(nowhere), frozenset(), frozenset())


def sealed_by_somebody(secret: Secret, plain: str) -> None:
    secret.close(plain)
    secret.save()


@pytest.mark.parametrize("spoiled", ["ciphertext", "text"])
def test_a_secret_that_cannot_be_read_is_named_and_no_other_is_looked_at(draft: Draft, spoiled: str) -> None:
    good, bad = vault.store(draft, "good"), vault.store(draft, "bad")
    if spoiled == "ciphertext":
        spoil(bad)
    else:
        sealed_by_somebody(Secret.objects.get(code=secrets.referred(bad)), "no JSON")
    opened = vault.opened(draft, profile(bad))
    assert opened == vault.Opened(profile(bad), frozenset({bad["$secret"]}))
    assert vault.revealed(draft, bad) == bad
    assert vault.opened(draft, profile(good)) == vault.Opened(profile("good"))
    assert vault.put_back(draft, profile(good)) == profile("good")


def test_a_secret_of_another_draft_is_no_secret_of_this_one(draft: Draft, stranger: User) -> None:
    theirs = actions.create(stranger, Request(document={}), "pasted")
    held = vault.store(theirs, "hush")
    assert vault.revealed(draft, held) == held
    assert vault.take_out(draft, profile(held), {}) == profile(secrets.MASK)
    assert vault.take_out(theirs, profile(held), {}) == profile(held)
    assert vault.destroy(draft) == 1
    assert vault.revealed(theirs, held) == "hush"


@pytest.mark.parametrize(
    ("shown", "theirs", "wanted", "merged"),
    [
        ({"a": 1}, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, {"a": MISSING}, {"b": 2}),
        ({"a": 1}, {"a": 1}, {"a": MISSING}, MISSING),
        ({"a": 1}, {"a": 2}, {"a": 3}, merging.CLASH),
        ({"a": 1}, {"a": 1, "b": 2}, {"c": 3}, {"a": 1, "b": 2, "c": 3}),
        (MISSING, MISSING, {"a": 1}, {"a": 1}),
        (secrets.MASK, secrets.MASK, {"a": 1}, {"a": 1}),
        (MISSING, {"b": 2}, {"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, MISSING, {"b": 2}, {"b": 2}),
    ],
)
def test_members_of_a_secret_are_joined(
    draft: Draft, shown: Any, theirs: Any, wanted: dict[str, Any], merged: Any
) -> None:
    before, now = (
        vault.store(draft, value) if isinstance(value, dict) else value for value in (shown, theirs)
    )
    found = vault.merged(draft, before, now, vault.Members(wanted))
    assert found is merged or found == merged


def test_members_join_nothing_where_the_secret_cannot_be_read_any_more(draft: Draft) -> None:
    held = vault.store(draft, {"a": 1})
    spoil(held)
    assert vault.merged(draft, held, held, vault.Members({"b": 2})) == {"b": 2}


STRAY = {"adminPassword": "hush", "CUSTOMDATA": "hush", "protectedSettings": {"a": "hush"}}


@pytest.mark.parametrize("name", STRAY)
@pytest.mark.parametrize("depth", range(3))
def test_strays_are_taken_out_at_any_depth_and_known_ones_left(draft: Draft, name: str, depth: int) -> None:
    document: Any = {name: STRAY[name], "beside": "seen"}
    for _ in range(depth):
        document = {"odd": [document]}
    made = vault.take_out(draft, document, {})
    assert "hush" not in str(made)
    assert "seen" in str(made)
    secret = Secret.objects.exclude(pk=draft.secrets.order_by("pk").first().pk).get()  # type: ignore[union-attr] # there is one
    assert secret.draft == draft
    assert vault.take_out(draft, made, made) is made, "what was cleaned is not looked into again"
    assert vault.take_out(draft, made, {}) == made, "a reference is no secret in clear"
    grown = {"odd": [*made["odd"], document]} if depth else made | {"more": document}
    assert "hush" not in str(vault.take_out(draft, grown, made))


@pytest.mark.parametrize(
    "document", [{"tags": STRAY}, {"x": {"settings": STRAY}}, {"adminPassword": None}, profile(None)]
)
def test_what_is_the_persons_own_or_nothing_stays(draft: Draft, document: dict[str, Any]) -> None:
    assert vault.take_out(draft, document, {}) == document
    assert draft.secrets.count() == 1


def test_a_mask_is_no_secret(draft: Draft) -> None:
    document = profile(secrets.MASK) | {"odd": {"customData": secrets.MASK}}
    assert vault.take_out(draft, document, {}) == document
    assert draft.secrets.count() == 1


def test_a_save_without_secrets_looks_none_up(
    draft: Draft, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    held = draft.document
    with django_assert_num_queries(0):
        assert vault.take_out(draft, held | {"zones": ["1"]}, held) == held | {"zones": ["1"]}
        moved = {"properties": {**held["properties"], "overprovision": True}}
        assert vault.take_out(draft, moved, held) == moved


@pytest.mark.parametrize("written", ["", "nonsense", "\ud800"])
def test_what_was_not_carried_opens_to_nothing(requester: User, written: str) -> None:
    assert vault.carried_back(requester, written) == {}


def test_values_are_carried_for_one_person(requester: User, stranger: User) -> None:
    assert vault.carried(requester, {}) == ""
    written = vault.carried(requester, {"a": "hush"})
    assert "hush" not in written
    assert vault.carried_back(requester, written) == {"a": "hush"}
    assert vault.carried_back(stranger, written) == {}


@pytest.mark.parametrize("plain", ["no JSON", "[]", '{"a": 1}', '"text"'])
def test_what_is_carried_and_no_text_by_name_is_nothing(requester: User, plain: str) -> None:
    from vmssbuilder.encryption import encrypt

    assert vault.carried_back(requester, encrypt(plain, f"carried:{requester.pk}").decode()) == {}
