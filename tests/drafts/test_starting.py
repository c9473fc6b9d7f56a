"""The page on which people bring their text: what they are asked, what becomes of it, and that nothing is lost on the way."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.azure.helpers import SUBSCRIPTION
from tests.conftest import GetPage, signed_in
from tests.forms import entries
from tests.web.strict import Page
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import vault
from vmssbuilder.drafts.models import Draft, ReadingNotes, Secret

NEW = "/drafts/new/"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/"
KIND = "Microsoft.Compute/virtualMachineScaleSets"
PASSWORD = "Canary-pass-4711"


def template(parameters: dict[str, Any], **members: Any) -> str:
    """A template of one scale set, whose members are given."""
    resource = {"type": KIND, "apiVersion": "2023-09-01", "name": "web", "location": "westeurope", **members}
    return json.dumps(
        {
            "$schema": f"{SCHEMA}deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": parameters,
            "resources": [resource],
        },
        indent=1,
    )


ASKING = template(
    {
        "count": {
            "type": "int",
            "minValue": 1,
            "maxValue": 20,
            "metadata": {"description": "How many to start with."},
        },
        "spread": {"type": "bool"},
        "mode": {"type": "string", "allowedValues": ["Manual", "Rolling"]},
        "labels": {"type": "object"},
        "zones": {"type": "array"},
        "user": {"type": "string", "defaultValue": "azureuser"},
        "password": {"type": "securestring", "minLength": 12, "metadata": {"title": "Sign-in password"}},
    },
    sku={"name": "Standard_D2s_v5", "capacity": "[parameters('count')]"},
    tags="[parameters('labels')]",
    zones="[parameters('zones')]",
    properties={
        "overprovision": "[parameters('spread')]",
        "upgradePolicy": {"mode": "[parameters('mode')]"},
        "virtualMachineProfile": {
            "osProfile": {
                "adminUsername": "[parameters('user')]",
                "adminPassword": "[parameters('password')]",
                "computerNamePrefix": "web",
            }
        },
    },
)
ANSWERS = {
    "count": "3",
    "spread": "true",
    "mode": "Rolling",
    "labels": '{"team": "shop"}',
    "zones": '["1", "2"]',
    "password": PASSWORD,
}


def bring(text: str, **more: Any) -> dict[str, Any]:
    """The form of the page with a text."""
    return {"start": "text", "api_version": "", "text": text, **more}


def filled(page: Page) -> dict[str, str]:
    """What the page of a text sends as it stands."""
    return dict(entries(page.html))


def answered(page: Page, answers: dict[str, str]) -> dict[str, str]:
    """What the page sends with values for its parameters."""
    form = filled(page)
    names = {
        value: name.removesuffix("-name")
        for name, value in form.items()
        if re.fullmatch(r"parameter-\d+-name", name)
    }
    assert answers.keys() <= names.keys(), f"the page asks for {sorted(names)}"
    return form | {names[name]: value for name, value in answers.items()}


def secret_of(draft: Draft) -> Any:
    return vault.put_back(draft, draft.document)["properties"]["virtualMachineProfile"]["osProfile"][
        "adminPassword"
    ]


# --- The place --------------------------------------------------------------------------------------------------------

PLACED = template(
    {},
    location="[resourceGroup().location]",
    properties={
        "proximityPlacementGroup": {
            "id": "[resourceId('Microsoft.Compute/proximityPlacementGroups', 'close')]"
        }
    },
)


def test_the_place_of_a_template_is_asked_for_and_fills_it_in(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, NEW, post=bring(PLACED))
    assert "Where it is deployed" in page.text
    form = filled(page)
    place = {
        "place-subscription": SUBSCRIPTION,
        "place-resource_group": "rg-shop",
        "place-location": "norwayeast",
    }
    assert place.keys() <= form.keys()
    shown = page_of(as_requester, NEW, post=form | place | {"look": "1"})
    assert "norwayeast" in shown.text
    as_requester.post(NEW, filled(shown))
    draft = Draft.objects.get()
    assert (draft.subscription, draft.resource_group) == (SUBSCRIPTION, "rg-shop")
    assert draft.document["location"] == "norwayeast"
    assert draft.document["properties"]["proximityPlacementGroup"]["id"].startswith(
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/"
    )


def test_a_place_that_is_none_is_refused_at_its_field_and_stays(
    as_requester: Client, page_of: GetPage
) -> None:
    form = filled(page_of(as_requester, NEW, post=bring(PLACED)))
    wrong = {"place-subscription": "my subscription", "place-resource_group": "rg-shop"}
    page = page_of(as_requester, NEW, post=form | wrong, status=422)
    assert "A subscription ID looks like" in page.text
    assert filled(page).items() >= wrong.items()
    assert not Draft.objects.exists()


def test_a_template_that_depends_on_no_place_asks_for_none(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING))
    assert "Where it is deployed" not in page.text


# --- Parameters -------------------------------------------------------------------------------------------------------


def test_parameters_without_a_value_are_asked_for_each_by_its_type(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING))
    assert not Draft.objects.exists()
    assert "6 values that the template does not have" in page.text
    assert "How many to start with. A whole number. From 1 to 20." in page.text
    assert "Sign-in password" in page.text
    assert '<select name="parameter-2" class="select" id="parameter-2"' in page.html
    assert page.html.count('type="radio" name="parameter-1"') == 3
    assert 'type="password" name="parameter-5"' in page.html
    assert "azureuser" in page.text, "a parameter with a default is not asked for"


def test_values_of_parameters_go_into_the_draft_and_secure_ones_into_the_vault(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING))
    as_requester.post(NEW, answered(page, ANSWERS))
    draft = Draft.objects.get()
    assert draft.api_version == "2023-09-01"
    assert draft.document["sku"] == {"name": "Standard_D2s_v5", "capacity": 3}
    assert draft.document["tags"] == {"team": "shop"}
    assert draft.document["zones"] == ["1", "2"]
    assert draft.document["properties"]["overprovision"] is True
    assert draft.document["properties"]["upgradePolicy"] == {"mode": "Rolling"}
    assert secret_of(draft) == PASSWORD
    assert PASSWORD not in json.dumps(draft.document)
    kept = ReadingNotes.objects.filter(draft=draft)
    assert PASSWORD not in json.dumps([[row.first, row.rest] for row in kept])
    assert PASSWORD.encode() not in bytes(Secret.objects.get().ciphertext)


def test_a_value_that_does_not_fit_is_refused_at_its_field_and_nothing_typed_is_lost(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING))
    wrong = ANSWERS | {"count": "300", "labels": "{broken", "zones": '{"a": 1}'}
    again = page_of(as_requester, NEW, post=answered(page, wrong), status=422)
    assert "count: Give 20 or less." in again.text
    assert "labels: Give an object" in again.text
    assert "zones: Give a list" in again.text
    assert 'href="#parameter-0"' in again.html
    assert 'aria-invalid="true"' in again.html
    form = filled(again)
    assert [form[f"parameter-{number}"] for number in range(6)] == [
        "300",
        "true",
        "Rolling",
        "{broken",
        '{"a": 1}',
        "",
    ]
    assert PASSWORD not in again.html, "a secure value is carried encrypted"
    assert "Typed, hidden." in again.text
    assert not Draft.objects.exists()
    as_requester.post(NEW, answered(again, {"count": "2", "labels": "{}", "zones": "[]"}))
    draft = Draft.objects.get()
    assert draft.document["sku"]["capacity"] == 2
    assert secret_of(draft) == PASSWORD


def test_a_secure_value_that_was_typed_can_be_replaced_or_cleared(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING))
    look = page_of(as_requester, NEW, post=answered(page, ANSWERS) | {"look": "1"})
    assert "Typed, hidden." in look.text
    assert not Draft.objects.exists(), "showing the result saves nothing"
    as_requester.post(NEW, answered(look, {"password": "Another-one-4711"}))
    assert secret_of(Draft.objects.get()) == "Another-one-4711"
    Draft.objects.all().update(discarded="2026-01-01T00:00:00Z")
    as_requester.post(NEW, filled(look) | {"parameter-5-clear": "1"})
    draft = Draft.objects.get(discarded=None)
    assert "adminPassword" not in draft.document["properties"]["virtualMachineProfile"]["osProfile"]


def test_what_a_page_carries_encrypted_is_worth_nothing_to_others(
    as_requester: Client, stranger: User, page_of: GetPage
) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING))
    look = page_of(as_requester, NEW, post=answered(page, ANSWERS) | {"look": "1"})
    signed_in(stranger).post(NEW, filled(look))
    draft = Draft.objects.get(owner=stranger)
    assert "adminPassword" not in draft.document["properties"]["virtualMachineProfile"]["osProfile"]
    for broken in ("x", "gAAAAA", "\ufffd" * 100, filled(look)["kept"][:-4]):
        answer = as_requester.post(NEW, filled(look) | {"kept": broken})
        assert answer.status_code == 302


def test_a_draft_may_start_without_the_values(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING))
    as_requester.post(NEW, filled(page))
    draft = Draft.objects.get()
    assert draft.document["sku"]["capacity"] == "[parameters('count')]"
    page = page_of(as_requester, f"/drafts/{draft.code}/")
    assert "Left as expressions" in page.text


@pytest.mark.parametrize("wrapped", [True, False], ids=["a parameters file", "names and values"])
@pytest.mark.parametrize("upload", [True, False], ids=["uploaded", "pasted"])
def test_the_parameters_come_as_a_second_text_or_file(
    as_requester: Client, wrapped: bool, upload: bool
) -> None:
    values: dict[str, Any] = {
        "count": 4, "spread": False, "mode": "Manual", "labels": {"a": "b"}, "zones": ["3"], "password": PASSWORD,
    }  # fmt: skip
    if wrapped:
        values = {
            "$schema": f"{SCHEMA}deploymentParameters.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {name: {"value": value} for name, value in values.items()},
        }
    written = json.dumps(values)
    form = bring(ASKING)
    form |= (
        {"parameters_file": SimpleUploadedFile("p.json", written.encode())}
        if upload
        else {"parameters": written}
    )
    assert as_requester.post(NEW, form).status_code == 302
    draft = Draft.objects.get()
    assert (draft.document["sku"]["capacity"], draft.document["zones"]) == (4, ["3"])
    assert draft.document["properties"]["overprovision"] is False
    assert secret_of(draft) == PASSWORD


def test_what_the_parameters_lack_is_asked_for_and_what_is_wrong_in_them_too(
    as_requester: Client, page_of: GetPage
) -> None:
    given = json.dumps({"count": 99, "spread": True, "mode": "Manual", "labels": {}, "password": PASSWORD})
    page = page_of(as_requester, NEW, post=bring(ASKING, parameters=given), status=422)
    assert "2 values that the template does not have" in page.text
    assert "count: Give 20 or less." in page.text
    assert filled(page)["parameter-0"] == "99"
    as_requester.post(NEW, answered(page, {"count": "", "zones": '["1"]'}))
    draft = Draft.objects.get()
    assert draft.document["sku"]["capacity"] == "[parameters('count')]", "an emptied box takes the value back"
    assert draft.document["zones"] == ["1"]


def test_parameters_that_cannot_be_read_are_shown_with_their_place(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(as_requester, NEW, post=bring(ASKING, parameters='{"count": 3,\n "zones": [}'), status=422)
    assert "Line 2, column" in page.text
    assert 'href="#parameters"' in page.html
    assert filled(page)["text"].replace("\r\n", "\n") == ASKING
    assert filled(page)["parameters"].replace("\r\n", "\n") == '{"count": 3,\n "zones": [}'


def test_parameters_of_what_needs_none_are_said_to_be_unused(as_requester: Client, page_of: GetPage) -> None:
    as_requester.post(NEW, bring('{"location": "westus"}', parameters='{"count": 3}'))
    page = page_of(as_requester, f"/drafts/{Draft.objects.get().code}/")
    assert "The parameters were not used" in page.text


# --- The API version --------------------------------------------------------------------------------------------------


def test_the_version_that_a_text_states_is_the_one_it_is_read_in(as_requester: Client) -> None:
    text = template({}, tags={"team": "shop"})
    fresh = dict(entries(as_requester.get(NEW).content.decode()))
    as_requester.post(NEW, fresh | {"start": "text", "text": text})
    assert Draft.objects.get().api_version == "2023-09-01"


def test_another_version_is_a_choice(as_requester: Client) -> None:
    as_requester.post(NEW, bring(template({}, tags={"team": "shop"}), api_version="2022-03-01"))
    assert Draft.objects.get().api_version == "2022-03-01"


def test_a_version_that_is_not_on_offer_is_refused_and_the_text_stays(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(
        as_requester, NEW, post=bring('{"location": "westus"}', api_version="2099-01-01"), status=422
    )
    assert filled(page)["text"] == '{"location": "westus"}'


# --- Create or update -------------------------------------------------------------------------------------------------

CHANGES = '{"sku": {"capacity": 5}, "tags": {"team": "shop"}}'


@pytest.mark.parametrize("operation", ["update", "create"])
def test_changes_alone_offer_to_be_an_update(as_requester: Client, page_of: GetPage, operation: str) -> None:
    page = page_of(as_requester, NEW, post=bring(CHANGES))
    assert "Update an existing scale set" in page.text
    assert filled(page)["operation"] == "update"
    as_requester.post(NEW, filled(page) | {"operation": operation})
    assert Draft.objects.get().operation == operation


def test_a_template_that_changes_a_scale_set_offers_to_be_an_update(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(
        as_requester, NEW, post=bring(template({}, sku={"name": "Standard_F4s_v2", "capacity": 7}))
    )
    assert filled(page)["operation"] == "update"
    assert "Left out “location”: this changes a scale set that is there, and its region stays." in page.text
    as_requester.post(NEW, filled(page))
    draft = Draft.objects.get()
    assert (draft.operation, draft.document) == (
        "update",
        {"sku": {"name": "Standard_F4s_v2", "capacity": 7}},
    )
    as_requester.post(NEW, filled(page) | {"operation": "create"})
    assert "location" in Draft.objects.first().document  # type: ignore[union-attr] # there are two


def test_null_stays_in_an_update_and_goes_from_a_creation(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, NEW, post=bring('{"identity": null}'))
    assert filled(page)["operation"] == "update"
    as_requester.post(NEW, filled(page))
    assert Draft.objects.get().document == {"identity": None}
    as_requester.post(NEW, filled(page) | {"operation": "create"})
    assert Draft.objects.first().document == {}  # type: ignore[union-attr] # there are two


def test_a_whole_scale_set_is_not_asked_about(as_requester: Client) -> None:
    assert as_requester.post(NEW, bring('{"location": "westus", "sku": {"capacity": 5}}')).status_code == 302
    assert Draft.objects.get().operation == "create"


def test_an_operation_that_is_none_leaves_it_to_the_text(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, NEW, post=bring(CHANGES))
    as_requester.post(NEW, filled(page) | {"operation": "delete"})
    assert Draft.objects.get().operation == "update"


# --- What was typed stays ---------------------------------------------------------------------------------------------


def test_a_text_that_was_changed_on_the_way_is_looked_over_again(
    as_requester: Client, page_of: GetPage
) -> None:
    page = page_of(as_requester, NEW, post=bring('{"location": "westus",}'))
    again = page_of(as_requester, NEW, post=filled(page) | {"text": '{"location": "eastus" "tags": {}}'})
    assert not Draft.objects.exists()
    as_requester.post(NEW, filled(again))
    assert Draft.objects.get().document == {"location": "eastus", "tags": {}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_its_encoding_and_kept_over_the_look(
    as_requester: Client, page_of: GetPage, encoding: str
) -> None:
    text = '{"location": "westus", "tags": {"place": "Zürich"},}'
    page = page_of(
        as_requester, NEW, post=bring("", file=SimpleUploadedFile("a.json", text.encode(encoding)))
    )
    as_requester.post(NEW, filled(page))
    assert Draft.objects.get().document["tags"] == {"place": "Zürich"}


def test_a_file_does_not_push_aside_a_text_of_ones_own(as_requester: Client, page_of: GetPage) -> None:
    file = SimpleUploadedFile("a.json", b'{"location": "westus"}')
    page = page_of(as_requester, NEW, post=bring('{"location": "eastus"}', file=file), status=422)
    assert "Empty the box, or send no file." in page.text
    assert filled(page)["text"] == '{"location": "eastus"}'


def test_a_mended_file_takes_the_place_of_the_broken_one(as_requester: Client, page_of: GetPage) -> None:
    broken = SimpleUploadedFile("a.json", b'{"location": }')
    page = page_of(as_requester, NEW, post=bring("", file=broken), status=422)
    assert filled(page)["text"] == '{"location": }'
    mended = SimpleUploadedFile("a.json", b'{"location": "westus"}')
    as_requester.post(NEW, filled(page) | {"start": "text", "file": mended})
    assert Draft.objects.get().document == {"location": "westus"}


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", ["text", "parameters"])
def test_what_is_too_large_is_refused_and_kept(as_requester: Client, page_of: GetPage, box: str) -> None:
    large = '{"tags": {}}' + " " * 1_000_000
    page = page_of(as_requester, NEW, post=bring("{}") | {box: large}, status=413)
    assert "larger than 1,000,000 bytes" in page.text
    assert filled(page)[box].rstrip() == '{"tags": {}}'
    file = SimpleUploadedFile("a.json", large.encode())
    page_of(
        as_requester,
        NEW,
        post={"start": "text", {"text": "file"}.get(box, "parameters_file"): file},
        status=413,
    )


BAD: list[Any] = [
    b"\x00\x01\x02\xff" * 50,
    b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    b"PK\x03\x04" + b"\x00" * 30,
    b"\xff\xfe\x00\xd8",
    '{"location": "westus"}'.encode("utf-16-le"),
    b"\xef\xbb\xbf",
    b"",
    "[" * 900_000,
    "{" * 100_000,
    '{"a":' * 5_000 + "1" + "}" * 5_000,
    '{"sku": {"capacity": 1' + "0" * 5_000 + "}}",
    '{"sku": {"capacity": 1e999}}',
    '{"sku": {"capacity": NaN}}',
    '{"sku": {"capacity": -Infinity}}',
    '{"a": "\\ud800"}',
    '{"a": "\\u0000"}',
    '{"$target": {"name": "x"}}',
    '{"name": "' + "x" * 500 + '", "location": "a"}',
    "null",
    "[]",
    "5",
    '"text"',
    "﻿",
    "-----BEGIN RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: repr(bad[:24]))
def test_nothing_bad_breaks_the_page(as_requester: Client, page_of: GetPage, bad: Any) -> None:
    """As a file, and as text where it is text: refused with a place or a cure, and what was typed is still there."""
    raw = bad if isinstance(bad, bytes) else bad.encode()
    page_of(as_requester, NEW, post=bring("", file=SimpleUploadedFile("a.json", raw)), status=422)
    form = bring(ASKING, parameters_file=SimpleUploadedFile("p.json", raw))
    assert as_requester.post(NEW, form).status_code in (200, 422)
    if isinstance(bad, str):
        page = page_of(as_requester, NEW, post=bring(bad), status=422)
        assert filled(page)["text"] == bad


def test_random_damage_breaks_no_page(as_requester: Client) -> None:
    chance = random.Random(7)
    for _ in range(60):
        text = list(ASKING)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(text))
            text[at : at + chance.randrange(3)] = chance.choice(
                ["", "[", "]", "{", '"', "\\", "'", "\u2028", "é", ",", "\U0001f600"]
            )
        answer = as_requester.post(NEW, bring("".join(text)))
        assert answer.status_code in (200, 302, 422)
