"""The pages of the reference: small, strict, for people who signed in."""

from __future__ import annotations

import gzip
import json

import jsonschema_rs
import pytest
from django.test import Client
from django.utils.html import escape

from tests.conftest import GetPage
from vmssbuilder.drafts.setting_search import index
from vmssbuilder.reference import views
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.scaleset.versions import LATEST

MOST_BYTES = 12_000
"""What a page may cost over the wire."""


def size(html: str) -> int:
    return len(gzip.compress(html.encode()))


def test_the_start_leads_to_every_step_version_and_schema(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, "/reference/")
    addresses = page.addresses()
    for version in API_VERSIONS:
        assert f"?version={version}" in addresses
        assert f"/reference/schema/{version}.json" in addresses
    assert "?step=network" in addresses
    assert f"All {len(index.entries())} properties" in page.text
    assert size(page.html) < MOST_BYTES


def test_every_page_of_a_listing_is_small(page_of: GetPage, as_requester: Client) -> None:
    seen = set()
    for number in range(1, len(index.search(version=LATEST)) // views.PAGE_SIZE + 2):
        page = page_of(as_requester, f"/reference/?version={LATEST}&page={number}")
        assert size(page.html) < MOST_BYTES
        seen |= {item.get("id") for item in page.all("li", class_="list__item")}
    assert seen == {entry.place for entry in index.search(version=LATEST)}


def test_a_search_finds_and_keeps_what_was_chosen(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, "/reference/?q=caching&version=2017-12-01&step=disks")
    assert page.heading == "Properties that match “caching”"
    assert "properties.virtualMachineProfile.storageProfile.osDisk.caching" in page.text
    assert [box.get("value") for box in page.all("input", name="q")] == ["caching"]
    assert [each.get("value") or each.text for each in page.all("option") if "selected" in each.keys()] == [  # noqa: SIM118 - an lxml element, whose items are its children
        "2017-12-01",
        "disks",
    ]
    assert "enableFullCaching" not in page.text
    more = page_of(as_requester, "/reference/?q=properties&since=2017-03-30")
    assert "new in 2017-03-30" in more.text


def test_pages_of_a_listing_lead_on(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, "/reference/?q=properties")
    assert "?q=properties&page=2" in page.addresses()


def test_what_is_searched_for_is_shown_as_text(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, "/reference/?q=%3Cscript%3Ezzqx")
    assert "No property matches" in page.text
    assert "<script>" not in page.html.replace("<script src", "")


def test_a_slip_of_the_pen_is_helped(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, "/reference/?q=overprovison")
    assert "Did you mean" in page.text
    assert "/reference/properties.overprovision/" in page.addresses()


@pytest.mark.parametrize("query", ["version=2020-01-01", "since=x", "step=nowhere"])
def test_a_choice_that_is_none_is_refused_with_the_reason(
    page_of: GetPage, as_requester: Client, query: str
) -> None:
    page = page_of(as_requester, f"/reference/?{query}", status=404)
    assert query.partition("=")[2] in page.text


def test_every_property_has_a_page(page_of: GetPage, as_requester: Client) -> None:
    for number, entry in enumerate(index.entries()):
        address = f"/reference/{entry.place}/"
        html = as_requester.get(address).content.decode()
        assert f"</span>{escape(entry.title)}</h1>" in html
        assert escape(entry.node.help) in html
        assert size(html) < MOST_BYTES
        if number % 20 == 0:
            page_of(as_requester, address)


def test_the_page_of_a_property_says_all_of_it(page_of: GetPage, as_requester: Client) -> None:
    profile = "/reference/properties.virtualMachineProfile"
    disk = page_of(as_requester, f"{profile}.storageProfile.osDisk.managedDisk.storageAccountType/").text
    for said in (
        "Choice, open to others",
        "Premium_ZRS",
        "Since 2020-12-01",
        "fixed once the scale set exists",
    ):
        assert said in disk
    disks = page_of(as_requester, f"{profile}.storageProfile.dataDisks/")
    assert f"{profile}.storageProfile.dataDisks.lun/" in disks.addresses()
    lun = page_of(as_requester, f"{profile}.storageProfile.dataDisks.lun/").text
    for said in ("dataDisks[].lun", "Storage → Data disks", "0 or more", "Yes, in each item"):
        assert said in lun
    create = page_of(as_requester, f"{profile}.storageProfile.osDisk.createOption/").text
    assert "Yes, where osDisk is present" in create
    assert "RequiredYes " in page_of(as_requester, "/reference/location/").text
    password = page_of(as_requester, f"{profile}.osProfile.adminPassword/").text
    assert "kept encrypted" in password
    azures = page_of(as_requester, "/reference/properties.provisioningState/").text
    assert "Azure writes it" in azures
    assert "Updates" not in azures
    assert "An update can change it." in page_of(as_requester, "/reference/sku.capacity/").text


@pytest.mark.parametrize("written", ["Zones", "zones[0]", "zones[]", "zones."])
def test_other_spellings_lead_to_the_page(as_requester: Client, written: str) -> None:
    answer = as_requester.get(f"/reference/{written}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/reference/zones/")


def test_what_is_no_property_leads_to_a_search(page_of: GetPage, as_requester: Client) -> None:
    page = page_of(as_requester, "/reference/properties.nonsense/", status=404)
    assert "properties.nonsense" in page.text
    assert "/reference/?q=properties.nonsense" in page.addresses()


@pytest.mark.parametrize("version", API_VERSIONS)
def test_the_schema_of_each_version_is_a_download(as_requester: Client, version: str) -> None:
    answer = as_requester.get(f"/reference/schema/{version}.json")
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert version in answer.headers["Content-Disposition"]
    schema = jsonschema_rs.Draft202012Validator(json.loads(answer.content))
    assert schema.is_valid({"location": "uksouth"})
    assert not schema.is_valid({"location": 1})
    assert not schema.is_valid({"location": "uksouth", "nonsense": 1})


def test_a_version_without_scale_sets_has_no_schema(page_of: GetPage, as_requester: Client) -> None:
    assert "2020-01-01" in page_of(as_requester, "/reference/schema/2020-01-01.json", status=404).text


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["", "zones/", "schema/2026-04-01.json"])
def test_it_is_for_people_who_signed_in(client: Client, place: str) -> None:
    answer = client.get(f"/reference/{place}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


# --- From a draft and back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "offered"),
    [
        ("http://testserver/drafts/abcdefghjk/instances/?findings=1", True),
        ("http://elsewhere.example/drafts/abcdefghjk/instances/", False),
        ("http://testserver/drafts/new/", False),
        ("", False),
    ],
)
def test_who_comes_from_a_draft_is_led_back_to_the_field(
    page_of: GetPage, as_requester: Client, came: str, offered: bool
) -> None:
    as_requester.defaults["HTTP_REFERER"] = came
    page = page_of(as_requester, "/reference/sku.capacity/")
    assert ("/drafts/abcdefghjk/find/?place=sku.capacity" in page.addresses()) is offered


def test_what_azure_writes_is_edited_nowhere(page_of: GetPage, as_requester: Client) -> None:
    as_requester.defaults["HTTP_REFERER"] = "http://testserver/drafts/abcdefghjk/instances/"
    assert not [each for each in page_of(as_requester, "/reference/etag/").addresses() if "/find/" in each]
