"""Secrets that cannot be opened any more: every page stays, says so, and takes them again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from pytest_django import Settings

from tests.architecture.test_routes import TABLE
from tests.architecture.world import World, build
from tests.conftest import GetPage
from tests.drafts.test_presets import ITEM, PROTECTED
from tests.forms import entries, form_of
from tests.reviews.making import PASSWORD, document
from tests.reviews.making import draft as draft_of
from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.models import KeyHolder, User
from vmssbuilder.drafts import checking, merging, vault
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.presets import BY_NAME
from vmssbuilder.scaleset.versions import LATEST

pytestmark = pytest.mark.django_db

ADMIN = ("properties", "virtualMachineProfile", "osProfile", "adminPassword")
WORDS = "cannot be read any more: enter it again."


@pytest.fixture(autouse=True)
def _no_findings_of_other_keys() -> Iterator[None]:
    # A process has the same keys as long as it lives; a test does not.
    checking.forget()
    yield
    checking.forget()


def lose_the_keys(settings: Settings) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode()]
    checking.forget()


@pytest.fixture
def draft(requester: User) -> Draft:
    """Holds a password and the secret command of an extension."""
    wanted = document()
    properties = BY_NAME["custom-script-linux"].members(LATEST) | {
        "protectedSettings": {"commandToExecute": "run me", "storageAccountName": "shop"}
    }
    paths.put(wanted, ITEM, {"name": "setup", "properties": properties})
    return draft_of(requester, wanted)


def unreadable(draft: Draft) -> list[tuple[object, ...]]:
    found = checking.check_content(Draft.objects.get(pk=draft.pk))
    return [each.path for each in found if each.rule == checking.UNREADABLE]


def test_every_page_of_a_draft_whose_secrets_are_lost_is_still_there(
    sandbox: Running, settings: Settings, page_of: GetPage
) -> None:
    world: World = build()
    lose_the_keys(settings)
    owner = world.browsers["owner"]
    for row in TABLE:
        if {"draft", "approved", "review", "submission"} & set(row.where):
            address = row.address(world.names)
            # Any answer will do but an exception, which this browser raises.
            assert owner.get(address).status_code == int(row.get.split()[1]), address
            assert owner.post(address, {}).status_code < 500, address


def test_each_step_and_item_says_what_cannot_be_read_and_takes_it_again(
    as_requester: Client, draft: Draft, settings: Settings, page_of: GetPage
) -> None:
    assert unreadable(draft) == []
    lose_the_keys(settings)
    assert unreadable(draft) == [ADMIN, PROTECTED]
    address = f"/drafts/{draft.code}/image/"
    shown = page_of(as_requester, address).html
    assert WORDS in shown
    assert "Set, but not readable any more. Enter it again." in shown
    assert "Set, hidden" not in shown
    data: dict[str, list[str]] = {}
    for name, value in entries(form_of(shown)):
        data.setdefault(name, []).append(value)
    answer = as_requester.post(address, data | {paths.text(ADMIN): ["Another-Canary-9"]})
    assert answer.status_code == 302
    assert unreadable(draft) == [PROTECTED]
    again = page_of(as_requester, address).html
    assert WORDS not in again
    assert "Set, hidden" in again
    clear = vault.put_back(draft, Draft.objects.get(pk=draft.pk).document)
    assert paths.get(clear, ADMIN) == "Another-Canary-9"


def test_a_named_secret_of_an_extension_is_entered_again_into_a_new_one(
    as_requester: Client, draft: Draft, settings: Settings, page_of: GetPage
) -> None:
    lose_the_keys(settings)
    address = f"/drafts/{draft.code}/extensions/{paths.to_url(ITEM)}/"
    shown = page_of(as_requester, address).html
    assert WORDS in shown
    data: dict[str, list[str]] = {}
    for name, value in entries(form_of(shown)):
        data.setdefault(name, []).append(value)
    answer = as_requester.post(
        address, data | {paths.text((*PROTECTED, "commandToExecute")): ["run me again"]}
    )
    assert answer.status_code == 302
    now = Draft.objects.get(pk=draft.pk)
    assert vault.revealed(now, paths.get(now.document, PROTECTED)) == {"commandToExecute": "run me again"}
    assert unreadable(draft) == [ADMIN]


def test_a_process_that_lacks_a_key_calls_nothing_lost_and_writes_nothing_over(
    as_requester: Client, draft: Draft, settings: Settings, page_of: GetPage
) -> None:
    older = settings.VMSSBUILDER_SECRET_KEYS
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode(), *older]
    keyholders.beat("web", "restarted")
    for row in Secret.objects.all():
        row.close(row.open())
        row.save()
    settings.VMSSBUILDER_SECRET_KEYS = older
    rules = [each.rule for each in checking.check_content(draft) if each.rule.startswith("secret-")]
    assert rules == [checking.WAITING, checking.WAITING]
    shown = page_of(as_requester, f"/drafts/{draft.code}/image/").html
    assert "cannot be read at the moment. Nothing is lost" in shown
    assert WORDS not in shown
    item = page_of(as_requester, f"/drafts/{draft.code}/extensions/{paths.to_url(ITEM)}/").html
    assert f'name="{paths.text((*PROTECTED, "commandToExecute"))}"' not in item
    members = vault.Members({"commandToExecute": "another"})
    held = paths.get(draft.document, PROTECTED)
    assert vault.merged(draft, held, held, members) is merging.CLASH
    # Once everybody who had the key is gone, it is lost; and nothing of before was kept.
    KeyHolder.objects.all().delete()
    assert unreadable(draft) == [ADMIN, PROTECTED]
    assert vault.merged(draft, held, held, members) == {"commandToExecute": "another"}


def test_the_check_forbids_to_send_and_no_reason_overrides_it(draft: Draft, settings: Settings) -> None:
    lose_the_keys(settings)
    found = [each for each in checking.check_content(draft) if each.rule == checking.UNREADABLE]
    assert {(each.severity, each.overridable) for each in found} == {("error", False)}


def test_a_ciphertext_that_was_copied_to_another_draft_or_secret_does_not_open(
    draft: Draft, stranger: User
) -> None:
    own = Secret.objects.get(code=secrets.referred(paths.get(draft.document, ADMIN)))
    theirs = draft_of(stranger)
    Secret.objects.filter(draft=theirs).update(ciphertext=own.ciphertext)
    assert unreadable(theirs) == [ADMIN]
    assert PASSWORD not in str(vault.put_back(theirs, theirs.document))
    # Nor does the same row, handed to the other draft.
    Secret.objects.filter(draft=theirs).delete()
    code = secrets.referred(paths.get(theirs.document, ADMIN))
    Secret.objects.filter(pk=own.pk).update(draft=theirs, code=code)
    checking.forget()
    assert unreadable(theirs) == [ADMIN]
    assert secrets.is_reference(paths.get(vault.put_back(theirs, theirs.document), ADMIN))


def test_what_opens_and_is_nothing_of_ours_is_unreadable_too(draft: Draft) -> None:
    for row in Secret.objects.all():
        row.close("no JSON {")
        row.save()
    assert unreadable(draft) == [ADMIN, PROTECTED]


def test_a_copy_of_an_item_names_both_places(draft: Draft, settings: Settings, requester: User) -> None:
    from vmssbuilder.drafts import actions

    actions.edit_list(requester, draft, draft.head, "duplicate", ITEM)
    lose_the_keys(settings)
    assert unreadable(draft)[1:] == [PROTECTED, (*ITEM[:-1], 1, *PROTECTED[len(ITEM) :])]


def test_values_carried_for_a_person_open_for_nobody_else(requester: User, stranger: User) -> None:
    written = vault.carried(requester, {"password": "canary"})
    assert vault.carried_back(requester, written) == {"password": "canary"}
    assert vault.carried_back(stranger, written) == {}
    assert vault.carried_back(requester, written[:-4]) == {}
    assert vault.carried_back(requester, "nonsense") == {}
