"""null in a draft: an update shows it as a removal and keeps it, and no form fails on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.drafts.conftest import TARGET
from tests.forms import entries, post
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, steps, vault
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, export, mask, paths, secrets

pytestmark = pytest.mark.django_db
VERSION = "2026-04-01"
LAYOUTS = [(step, steps.step_layout(step, VERSION)) for step in steps.STEPS]


def nulls() -> dict[str, Any]:
    """null at the place of every field."""
    document: dict[str, Any] = {}
    for _step, layout in LAYOUTS:
        for entry in layout.fields:
            if entry.below[0] != "$target":
                paths.put(document, entry.below, None)
    return document


def drafted(owner: User, document: dict[str, Any], operation: Any = "update") -> Draft:
    return actions.create(owner, Request(TARGET, operation, VERSION, document), "pasted")


@pytest.mark.parametrize("step", [step.name for step, _ in LAYOUTS])
def test_every_field_shows_a_removal_and_a_page_sent_back_keeps_it(
    as_requester: Client, requester: User, page_of: GetPage, step: str
) -> None:
    draft = drafted(requester, nulls())
    before = draft.document
    url = f"/drafts/{draft.code}/{step}/"
    page = as_requester.get(url).content.decode()
    fields = [entry for known, layout in LAYOUTS for entry in layout.fields if known.name == step]
    held = [entry for entry in fields if entry.below[0] != "$target" and not entry.within]
    assert page.count("the update takes this away") == len(held) > 0
    form = page[page.index('id="step-form"') :]
    data = post(entries(form[: form.index("</form>")]))
    answer = as_requester.post(url, data.urlencode(), content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (302, 303), answer.content.decode()[:2000]
    assert Draft.objects.get().document == before


def test_a_removal_is_taken_back_in_its_field(as_requester: Client, requester: User) -> None:
    places = ("properties.overprovision", "properties.virtualMachineProfile.licenseType", "sku.tier")
    document: dict[str, Any] = {"sku": {"capacity": 3}}
    for place in places:
        paths.put(document, paths.parse(place), None)
    draft = drafted(requester, document)
    for step in {steps.owner(paths.parse(place)).name for place in places}:
        url = f"/drafts/{draft.code}/{step}/"
        page = as_requester.get(url).content.decode()
        form = page[page.index('id="step-form"') :]
        given = [
            (name, "" if name in places else value) for name, value in entries(form[: form.index("</form>")])
        ]
        as_requester.post(url, post(given).urlencode(), content_type="application/x-www-form-urlencoded")
    assert Draft.objects.get().document == {"sku": {"capacity": 3}}


def test_an_object_that_is_removed_can_be_left_as_it_is(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = drafted(requester, {"properties": {"scaleInPolicy": None}})
    step = steps.owner(("properties", "scaleInPolicy")).name
    page = page_of(as_requester, f"/drafts/{draft.code}/{step}/")
    assert "the update takes this away" in page.text
    assert "Leave it as it is" in page.text


def test_in_a_create_null_is_called_left_out(as_requester: Client, requester: User, page_of: GetPage) -> None:
    draft = drafted(requester, {"properties": {"overprovision": None}}, "create")
    step = steps.owner(("properties", "overprovision")).name
    page = page_of(as_requester, f"/drafts/{draft.code}/{step}/")
    assert "the same as leaving it out" in page.text
    assert "takes this away" not in page.text


def test_other_pages_show_what_is_removed(as_requester: Client, requester: User, page_of: GetPage) -> None:
    identity = (
        "/subscriptions/1/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a"
    )
    document = {
        "identity": {"userAssignedIdentities": {identity: None}},
        "properties": {"virtualMachineProfile": {"licenseType": None, "userData": None}},
    }
    draft = drafted(requester, document)
    assert "Nothing (null)" in page_of(as_requester, f"/drafts/{draft.code}/check/").text
    assert '"licenseType": null' in page_of(as_requester, f"/drafts/{draft.code}/json/").text
    assert as_requester.get(f"/drafts/{draft.code}/document.json").json() == document


# --- a secret that is null is none -----------------------------------------------------------------------------------


def test_a_secret_that_is_null_is_no_secret(requester: User) -> None:
    profile = {"osProfile": {"adminPassword": None, "customData": None}, "extensionProfile": {"extensions": [
        {"name": "a", "properties": {"protectedSettings": None}},
    ]}}  # fmt: skip
    document = {"properties": {"virtualMachineProfile": profile}}
    draft = drafted(requester, document)
    assert draft.document == document, "there is nothing to put into the vault"
    assert vault.put_back(draft, draft.document) == document
    assert mask(document) == document
    assert secrets.find(document) == []
    assert "PROTECTED" not in export(Request(TARGET, "update", VERSION, document), "curl")
