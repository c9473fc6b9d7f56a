"""The pages of a draft: what a person sees, and what becomes of what they send."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, steps
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import API_VERSIONS, paths
from vmssbuilder.scaleset.paths import MISSING

NICS = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"
NIC_URL = "network/" + NICS.replace(".", "/")
HTMX = {"HX-Request": "true"}


def at(draft: Draft, below: str = "") -> str:
    return f"/drafts/{draft.code}/{below}"


def value(draft: Draft, path: str) -> Any:
    draft.refresh_from_db()
    return paths.get(draft.document, paths.parse(path))


# --- Every page -------------------------------------------------------------------------------------------------------

PAGES = [
    "",
    *[f"{step.name}/" for step in steps.STEPS],
    "check/",
    "json/",
    "history/",
    "people/",
    f"{NIC_URL}/0/",
]


@pytest.mark.parametrize("below", PAGES)
def test_every_page_of_a_draft_is_sound(
    page_of: GetPage, as_requester: Client, draft: Draft, below: str
) -> None:
    page_of(as_requester, at(draft, below))
    page_of(as_requester, at(draft, below) + "?findings=1")


@pytest.mark.parametrize("version", [*API_VERSIONS[:-1:6], API_VERSIONS[-1]])
def test_every_step_opens_from_the_oldest_api_version_to_the_newest(
    page_of: GetPage, as_requester: Client, draft: Draft, version: str
) -> None:
    Draft.objects.filter(pk=draft.pk).update(api_version=version)
    for step in steps.STEPS:
        page_of(as_requester, at(draft, f"{step.name}/?findings=1"))


def test_the_start_page_for_a_draft_is_sound(page_of: GetPage, as_requester: Client) -> None:
    page_of(as_requester, "/drafts/new/")


# --- Starting ---------------------------------------------------------------------------------------------------------


def test_a_blank_draft_starts_at_the_first_step(as_requester: Client) -> None:
    answer = as_requester.post("/drafts/new/", {"start": "blank", "api_version": "2016-04-30-preview"})
    draft = Draft.objects.get()
    assert answer["Location"] == at(draft, "basics/")
    assert (draft.api_version, draft.document) == ("2016-04-30-preview", {})


def test_a_pasted_body_becomes_a_draft(as_requester: Client) -> None:
    body = '{"location": "westus", "sku": {"name": "Standard_A1", "capacity": 2}, "unheardOf": [1]}'
    as_requester.post("/drafts/new/", {"start": "text", "api_version": "2016-04-30-preview", "text": body})
    assert Draft.objects.get().document == json.loads(body)


def test_a_slip_is_mended_only_after_the_person_has_seen_it(page_of: GetPage, as_requester: Client) -> None:
    form = {
        "start": "text",
        "api_version": "2016-04-30-preview",
        "text": '{"location": "westus",}',
    }
    page = page_of(as_requester, "/drafts/new/", post=form)
    assert "Nothing has been saved yet" in page.text
    assert not Draft.objects.exists()
    as_requester.post("/drafts/new/", form | dict(entries(page.html)))
    assert Draft.objects.get().document == {"location": "westus"}


def test_of_several_scale_sets_the_person_picks_one_and_sees_it_first(
    page_of: GetPage, as_requester: Client
) -> None:
    kind = "Microsoft.Compute/virtualMachineScaleSets"
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": kind,
                "apiVersion": "2021-11-01",
                "name": name,
                "location": "westus",
                "sku": {"capacity": count},
            }
            for name, count in (("web", 1), ("worker", 2))
        ],
    }
    form = {"start": "text", "api_version": "2021-11-01", "text": json.dumps(template)}
    first = page_of(as_requester, "/drafts/new/", post=form)
    assert "worker" in first.text
    sent = dict(entries(first.html))
    second = page_of(as_requester, "/drafts/new/", post=sent | {"choice": "1"})
    assert not Draft.objects.exists()
    as_requester.post("/drafts/new/", dict(entries(second.html)))
    assert (Draft.objects.get().name, Draft.objects.get().document["sku"]) == ("worker", {"capacity": 2})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"sku": {"capacity": }}', r"Line 1, column 22"),
        ('{"tags": {},\n "tags": {"a": "b"}}', r"Line 2, column"),
        ('{"name": "a\x01b"}', r"Line 1, column"),
        ('{"a": "\\ud800"}', r"Line 1, column"),
        ("[" * 10_000 + "]" * 10_000, r"Line 1, column"),
        ("", r"Line 1, column 1"),
        ("[1, 2]", "object"),
        ("not json", r"Line 1, column 1"),
    ],
    ids=["broken", "doubled", "control", "surrogate", "deep", "empty", "list", "prose"],
)
def test_text_that_cannot_be_read_stays_in_the_box(
    page_of: GetPage, as_requester: Client, text: str, expected: str
) -> None:
    form = {"start": "text", "api_version": "2016-04-30-preview", "text": text}
    page = page_of(as_requester, "/drafts/new/", post=form, status=422)
    assert re.search(expected, page.text)
    assert dict(entries(page.html))["text"].replace("\r\n", "\n") == text.replace("\x01", "\ufffd")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"location": "x", "$target": "x"}', "is not a property of a scale set"),
        ('{"location": "x", "$target": {"name": "elsewhere"}}', "is not a property of a scale set"),
        ('{"name": "' + "x" * 201 + '"}', "Scale set name: 201 characters"),
    ],
)
def test_an_address_that_cannot_be_kept_is_refused(
    page_of: GetPage, as_requester: Client, text: str, words: str
) -> None:
    sent = {"api_version": "2016-04-30-preview", "start": "text", "text": text, "accept": "1"}
    page = page_of(as_requester, "/drafts/new/", status=422, post=sent)
    assert words in page.text
    assert not Draft.objects.exists()


def test_an_api_version_that_is_none_of_ours_is_refused(page_of: GetPage, as_requester: Client) -> None:
    page_of(as_requester, "/drafts/new/", post={"start": "blank", "api_version": "1999-01-01"}, status=422)


# --- Saving -----------------------------------------------------------------------------------------------------------


def test_save_and_continue_goes_to_the_next_step(as_requester: Client, draft: Draft) -> None:
    form = dict(entries(as_requester.get(at(draft, "disks/")).content.decode()))
    answer = as_requester.post(at(draft, "disks/"), form)
    assert answer["Location"] == at(draft, "network/")
    draft.refresh_from_db()
    assert draft.head == 1


def test_a_step_with_errors_is_saved_and_shown_again_with_them(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    answer = as_requester.post(at(draft, "instances/"), {"base": 1, "sku.capacity": "lots"})
    assert value(draft, "sku.capacity") == "lots"
    assert answer["Location"] == at(draft, "instances/") + "?findings=1"
    page = page_of(as_requester, answer["Location"])
    assert 'value="lots"' in page.html
    assert "whole number" in page.text
    assert page.html.index("error-summary") < page.html.index("<h1")
    assert "<title>Error: " in page.html
    again = as_requester.post(at(draft, "instances/"), {"base": 2, "sku.capacity": "lots", "seen": "1"})
    assert again["Location"] == at(draft, "image/")


def test_from_the_check_a_step_returns_to_the_check(as_requester: Client, draft: Draft) -> None:
    answer = as_requester.post(at(draft, "instances/"), {"base": 1, "sku.capacity": "4", "return": "check"})
    assert answer["Location"] == at(draft, "check/")


def test_autosave_answers_with_the_json_and_the_new_base(as_requester: Client, draft: Draft) -> None:
    answer = as_requester.post(at(draft, "instances/"), {"base": 1, "sku.capacity": "4"}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r'name="base" id="base" value="2" hx-swap-oob', html)
    assert re.search(
        r"json__line--changed[^>]*>[^<]*<span class=\"json__key\">&quot;capacity|json__line--changed", html
    )
    assert draft.revisions.get(number=2).automatic


def test_autosave_shows_what_others_changed_on_the_same_page(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.save(requester, draft, 1, [Changed(("sku", "name"), "Standard_D2s_v5", "Standard_D8s_v5")])
    form = {"base": 1, "sku.capacity": "4", "sku.name": "Standard_D2s_v5"}
    html = as_requester.post(at(draft, "instances/"), form, headers=HTMX).content.decode()
    assert value(draft, "sku.name") == "Standard_D8s_v5"
    assert value(draft, "sku.capacity") == 4
    assert 'id="f-sku-name-field" hx-swap-oob="true"' in html
    assert 'value="Standard_D8s_v5"' in html


def test_autosave_leaves_secrets_alone(as_requester: Client, draft: Draft) -> None:
    name = "properties.virtualMachineProfile.osProfile.adminPassword"
    before = value(draft, name)
    as_requester.post(at(draft, "image/"), {"base": 1, name: "Half-typed"}, headers=HTMX)
    assert value(draft, name) == before


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["button", "autosave"])
def test_a_conflict_shows_both_values_and_keeps_what_was_typed(
    as_requester: Client, requester: User, draft: Draft, headers: dict[str, str]
) -> None:
    actions.save(requester, draft, 1, [Changed(("sku", "capacity"), 3, 50)])
    answer = as_requester.post(at(draft, "instances/"), {"base": 1, "sku.capacity": "7"}, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "<dd><code>50</code></dd>" in html
    assert "<dd><code>7</code></dd>" in html
    assert 'name="sku.capacity"' in html
    assert 'value="7"' in html
    assert 'name="unsettled" value="sku.capacity"' in html
    assert value(draft, "sku.capacity") == 50


@pytest.mark.parametrize("base", ["", "0", "99", "-1", "x", "9" * 40])
def test_a_page_of_an_unknown_revision_is_refused(
    page_of: GetPage, as_requester: Client, draft: Draft, base: str
) -> None:
    page_of(as_requester, at(draft, "instances/"), post={"base": base, "sku.capacity": "9"}, status=409)
    assert value(draft, "sku.capacity") == 3


def test_a_tag_name_given_twice_is_refused_and_kept_in_the_form(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    form = {
        "base": 1,
        "rows": ["tags"],
        "tags[0].key": "team",
        "tags[0].value": "shop",
        "tags[1].key": "team",
        "tags[1].value": "other",
    }
    page = page_of(as_requester, at(draft, "basics/"), post=form, status=422)
    assert "given twice" in page.text
    assert 'value="other"' in page.html
    assert value(draft, "tags") == {"team": "shop"}


@pytest.mark.parametrize(("name", "length"), [("subscription", 101), ("resourceGroup", 201), ("name", 201)])
def test_an_address_too_long_to_keep_is_refused(
    page_of: GetPage, as_requester: Client, draft: Draft, name: str, length: int
) -> None:
    page = page_of(
        as_requester, at(draft, "basics/"), post={"base": 1, f"$target.{name}": "x" * length}, status=422
    )
    assert "x" * length in page.html
    draft.refresh_from_db()
    assert draft.head == 1


def test_a_secret_typed_in_a_form_is_never_shown_again(as_requester: Client, draft: Draft) -> None:
    name = "properties.virtualMachineProfile.osProfile.adminPassword"
    as_requester.post(at(draft, "image/"), {"base": 1, name: "Canary-value-12"})
    for below in [*PAGES, "document.json"]:
        assert "Canary-value-12" not in as_requester.get(at(draft, below)).content.decode(), below


def test_broken_json_in_settings_stays_as_typed_and_is_reported(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    extensions = "properties.virtualMachineProfile.extensionProfile.extensions"
    answer = as_requester.post(at(draft, "extensions/"), {"base": 1, "act": f"add:{extensions}"})
    name = f"{extensions}[0].properties.settings"
    typed = '{"commandToExecute": "ls",\n "fileUris": [}'
    as_requester.post(answer["Location"], {"base": 2, name: typed})
    assert value(draft, name) == typed
    page = page_of(as_requester, answer["Location"] + "?findings=1")
    assert "Line 2, column 15" in page.text
    assert dict(entries(page.html))[name].replace("\r\n", "\n") == typed


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_adding_an_item_saves_what_was_typed_and_opens_it(as_requester: Client, draft: Draft) -> None:
    answer = as_requester.post(at(draft, "network/"), {"base": 1, "act": f"add:{NICS}"})
    assert answer["Location"] == at(draft, f"{NIC_URL}/2/")
    assert value(draft, f"{NICS}[2]") == {
        "name": "nic3",
        "properties": {"ipConfigurations": [{"name": "ip1"}]},
    }


def test_an_item_within_an_item_has_its_own_page(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    page = page_of(as_requester, at(draft, f"{NIC_URL}/0/properties/ipConfigurations/0/"))
    assert "ip-a" in page.text
    assert at(draft, f"{NIC_URL}/0/") in page.html


@pytest.mark.parametrize(
    "act", ["", "add", "add:", "add:sku", "remove:zones[9]", "drop:tags[5]", "up:[[", "boom:tags[0]"]
)
def test_an_act_that_makes_no_sense_changes_nothing(as_requester: Client, draft: Draft, act: str) -> None:
    answer = as_requester.post(at(draft, "network/"), {"base": 1, "act": act})
    assert answer.status_code in (302, 400)
    draft.refresh_from_db()
    assert draft.head == 1


def test_a_row_is_dropped(as_requester: Client, draft: Draft) -> None:
    sent = {"rows": "tags", "tags[0].key": "team", "tags[0].value": "shop", "act": "drop:tags[0]"}
    answer = as_requester.post(at(draft, "basics/"), {"base": 1} | sent)
    assert answer["Location"] == at(draft, "basics/?done=removed%3A1%3Atags.team#f-tags-done")
    assert value(draft, "tags") is MISSING


def test_a_row_that_was_cleared_first_takes_no_other_along(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.save(requester, draft, 1, [Changed(("tags", "cost"), MISSING, "42")])
    cleared = {"rows": "tags", "tags[0].key": "", "tags[0].value": ""}
    kept = {"tags[1].key": "cost", "tags[1].value": "42", "tags[2].key": "", "tags[2].value": ""}
    as_requester.post(at(draft, "basics/"), cleared | kept | {"base": 2, "act": "drop:tags[0]"})
    assert value(draft, "tags") == {"cost": "42"}


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("remove", ["nic-a"]),
        ("duplicate", ["nic-b", "nic-b2", "nic-a"]),
        ("up", ["nic-b", "nic-a"]),
        ("add", ["nic-b", "nic-a", "nic3"]),
    ],
)
def test_an_act_on_a_list_that_changed_since(
    as_requester: Client, requester: User, draft: Draft, act: str, left: list[str | None]
) -> None:
    """The button means the card that the page showed, not the one that has taken its place."""
    actions.edit_list(requester, draft, 1, "up", (*paths.parse(NICS), 1))
    item = NICS if act == "add" else f"{NICS}[1]"
    answer = as_requester.post(at(draft, "network/"), {"base": 1, "act": f"{act}:{item}"})
    assert answer.status_code == 302
    assert [each.get("name") for each in value(draft, NICS)] == left


@pytest.mark.parametrize("number", ["\u00b2", "99999999999"])
def test_a_row_number_that_is_none_is_ignored(as_requester: Client, draft: Draft, number: str) -> None:
    sent = {"base": 1, "rows": "tags", f"tags[{number}].key": "x", "$target.name": "x" * 201}
    assert as_requester.post(at(draft, "basics/"), sent).status_code == 422


@pytest.mark.parametrize(
    "below",
    [
        f"{NIC_URL}/9/",
        f"{NIC_URL}/-1/",
        f"{NIC_URL}/99999999999/",
        f"{NIC_URL}/0/name/",
        "network/location/",
        "network/" + "a/" * 200,
        "nothing/",
    ],
)
def test_a_page_that_is_not_there_says_so(
    page_of: GetPage, as_requester: Client, draft: Draft, below: str
) -> None:
    page_of(as_requester, at(draft, below), status=404)


# --- JSON, fixes, downloads, links ------------------------------------------------------------------------------------


def test_editing_as_json_keeps_secrets_that_are_left_alone(as_requester: Client, draft: Draft) -> None:
    page = as_requester.get(at(draft, "json/")).content.decode()
    text = dict(entries(page))["text"]
    edited = json.loads(text)
    edited["sku"]["capacity"] = 8
    edited["mystery"] = {"kept": True}
    as_requester.post(at(draft, "json/"), {"base": 1, "text": json.dumps(edited)})
    assert value(draft, "sku.capacity") == 8
    assert value(draft, "mystery") == {"kept": True}
    assert set(value(draft, "properties.virtualMachineProfile.osProfile.adminPassword")) == {"$secret"}


@pytest.mark.parametrize("text", ['{"a": 1,}', "[]", '{"$target": {"name": "x"}}', "{" * 500, ""])
def test_json_that_cannot_be_saved_stays_in_the_box(
    page_of: GetPage, as_requester: Client, draft: Draft, text: str
) -> None:
    page = page_of(as_requester, at(draft, "json/"), post={"base": 1, "text": text}, status=422)
    assert dict(entries(page.html))["text"] == text
    draft.refresh_from_db()
    assert draft.head == 1


def test_json_edited_while_someone_else_saved_is_not_lost(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.save(requester, draft, 1, [Changed(("sku", "capacity"), 3, 50)])
    page = page_of(as_requester, at(draft, "json/"), post={"base": 1, "text": '{"sku": {}}'}, status=409)
    assert dict(entries(page.html))["text"] == '{"sku": {}}'
    assert value(draft, "sku.capacity") == 50


@pytest.mark.parametrize("below", ["", "check/"])
def test_who_may_only_look_is_offered_nothing_else(
    page_of: GetPage, as_administrator: Client, draft: Draft, below: str
) -> None:
    page = page_of(as_administrator, at(draft, below))
    links = {link.split("#")[0] for link in re.findall(r'href="(/drafts/[^"]+)"', page.html)}
    assert at(draft, "document.json") in links
    assert {link: as_administrator.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_fix_that_does_not_fit_changes_nothing(as_requester: Client, requester: User, draft: Draft) -> None:
    actions.replace_document(requester, draft, 1, {"sku": {"capacity": 500}, "properties": "x"})
    sent = {"fix": "capacity-spg-100:sku.capacity"}
    page = as_requester.post(at(draft, "fix/"), sent, follow=True).content.decode()
    assert "has the wrong type" in page
    assert value(draft, "properties") == "x"


def test_a_fix_is_one_press(as_requester: Client, requester: User, draft: Draft) -> None:
    actions.save(requester, draft, 1, [Changed(("location",), "uksouth", "UK South")])
    html = as_requester.get(at(draft, "check/")).content.decode()
    assert "Write uksouth" in html
    as_requester.post(at(draft, "fix/"), {"fix": "location-normalise:location"})
    assert value(draft, "location") == "uksouth"


def test_the_download_is_the_masked_body(as_requester: Client, draft: Draft) -> None:
    answer = as_requester.get(at(draft, "document.json"))
    body = answer.json()
    assert body["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"] == "********"
    assert body["sku"] == {"name": "Standard_D2s_v5", "tier": "Standard", "capacity": 3}
    assert "attachment" in answer["Content-Disposition"]


def test_a_discarded_draft_cannot_be_edited(as_requester: Client, draft: Draft) -> None:
    as_requester.post(at(draft, "discard/"))
    assert as_requester.get(at(draft, "instances/")).status_code == 404


# --- Another API version ----------------------------------------------------------------------------------------------


def test_a_switch_that_would_lose_something_says_so_before_it_happens(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.save(requester, draft, 1, [Changed(("zones",), MISSING, ["1"])])
    Draft.objects.filter(pk=draft.pk).update(api_version="2021-11-01")
    page = page_of(
        as_requester, at(draft, "basics/"), post={"base": 2, "$target.apiVersion": "2016-04-30-preview"}
    )
    assert (
        "“zones” does not exist in API version 2016-04-30-preview; it first appears in 2017-03-30."
        in page.text
    )
    draft.refresh_from_db()
    assert (draft.api_version, draft.head) == ("2021-11-01", 2)
    as_requester.post(at(draft, "basics/"), dict(entries(page.html)))
    draft.refresh_from_db()
    assert draft.api_version == "2016-04-30-preview"
    assert value(draft, "zones") == ["1"]


def test_a_switch_spells_anew_what_the_version_spells_differently(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    actions.save(requester, draft, 1, [Changed(("properties", "overProvision"), MISSING, False)])
    page = page_of(as_requester, at(draft, "basics/"), post={"base": 2, "$target.apiVersion": "2017-03-30"})
    assert "spells it “overprovision”" in page.text
    assert value(draft, "properties.overProvision") is False
    as_requester.post(at(draft, "basics/"), dict(entries(page.html)))
    assert value(draft, "properties.overprovision") is False
    assert value(draft, "properties.overProvision") is MISSING


def test_autosave_never_switches_the_version(as_requester: Client, draft: Draft) -> None:
    form = {"base": 1, "$target.apiVersion": "2021-11-01", "location": "westus"}
    as_requester.post(at(draft, "basics/"), form, headers=HTMX)
    assert value(draft, "location") == "westus"
    assert draft.api_version == "2016-04-30-preview"


def test_members_without_a_field_lead_to_the_json(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    changes = [Changed(("planx",), MISSING, 1), Changed(("identity",), MISSING, {"tenantId": "x"})]
    actions.save(requester, draft, 1, changes)
    for below in ("basics/?findings=1", "check/", "instances/"):
        page = page_of(as_requester, at(draft, below))
        assert at(draft, "json/#text") in page.html


def test_a_card_says_that_its_item_needs_attention(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    page = page_of(as_requester, at(draft, "network/"))
    assert (page.text.count("Needs attention"), page.text.count("Not filled in yet")) == (1, 1)
    asked = page_of(as_requester, at(draft, "network/?findings=1"))
    assert asked.text.count("Needs attention") == 2
