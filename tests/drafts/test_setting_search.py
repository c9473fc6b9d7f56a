"""Find a setting: the first hit is the one meant, and every hit leads to a field that is there."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import GetPage
from tests.drafts.everyday_words import ELSEWHERE, WORDS
from vmssbuilder.drafts import destinations
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.setting_search import elsewhere, index
from vmssbuilder.drafts.setting_search.everyday import PHRASES
from vmssbuilder.drafts.setting_search.index import SettingEntry
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.scaleset.versions import LATEST

NOTHING = index.entries()[0]
PROFILE = "properties.virtualMachineProfile"
OS, DISKS = f"{PROFILE}.osProfile", f"{PROFILE}.storageProfile"
NICS = f"{PROFILE}.networkProfile.networkInterfaceConfigurations"
IPS = f"{NICS}.properties.ipConfigurations"
PUBLIC_IP = f"{IPS}.properties.publicIPAddressConfiguration"


def test_words_being_typed_find_it_before_they_are_whole() -> None:
    for typed, place in {
        "passw": f"{OS}.adminPassword",
        "ssh k": f"{OS}.linuxConfiguration.ssh.publicKeys",
    }.items():
        assert destinations.ranked(typed, LATEST)[0].place == place


def test_everyday_words_find_what_is_meant_first() -> None:
    astray = {
        words: first.place
        for words, place in WORDS.items()
        if (first := next(iter(destinations.ranked(words, LATEST)), NOTHING)).place != place
    }
    assert len(WORDS) >= 200
    assert len(astray) <= len(WORDS) * 0.05, astray


@pytest.mark.parametrize(("words", "told"), ELSEWHERE.items())
def test_what_is_no_part_of_a_request_says_where_it_is_set(words: str, told: str) -> None:
    found = index.elsewhere(words)
    assert found is not None
    assert told in found.where
    assert not found.near or destinations.ranked(words, LATEST)[0].place == found.near


def test_no_setting_is_said_to_be_set_elsewhere() -> None:
    assert [words for words in WORDS if index.elsewhere(words)] == []
    assert index.elsewhere("zzqx") is None
    known = {entry.place for entry in destinations.settings()}
    assert {each.near for each in elsewhere.ELSEWHERE} - {""} <= known


@pytest.mark.parametrize("part", ["ade", "mana", "rdp", "log", "cap"])
def test_parts_of_words_and_initials_never_win_over_whole_words(part: str) -> None:
    def whole(entry: SettingEntry) -> bool:
        words = entry.words
        return part in words.title | words.wire | words.everyday | words.values | words.place | words.help

    found = [whole(entry) for entry in destinations.ranked(part, LATEST)]
    assert True in found
    assert found == sorted(found, reverse=True)


def test_every_phrase_is_of_a_setting_and_of_no_other() -> None:
    known = {entry.place for entry in destinations.settings()}
    assert set(PHRASES) <= known
    said: dict[str, str] = {}
    for place, phrases in PHRASES.items():
        for phrase in phrases:
            # Two spellings of one setting share their phrases; the draft's version has one of them.
            other = said.setdefault(index.joined(phrase.split()), place)
            assert other.casefold() == place.casefold(), phrase


@pytest.mark.parametrize("place", [*PHRASES][::8])
def test_a_phrase_finds_its_setting_first(place: str) -> None:
    for phrase in PHRASES[place]:
        assert destinations.ranked(phrase, LATEST)[0].place == place, phrase


def test_names_paths_values_and_help_are_searched() -> None:
    def places(query: str) -> list[str]:
        return [entry.place for entry in destinations.ranked(query, LATEST)]

    assert places("osDisk.caching")[0] == f"{DISKS}.osDisk.caching"
    assert places(f"{NICS}[0].properties.primary")[0] == f"{NICS}.properties.primary"
    assert f"{DISKS}.osDisk.managedDisk.storageAccountType" in places("UltraSSD_LRS") + places(
        "PremiumV2_LRS"
    )
    help_words = index.by_place()[f"{OS}.computerNamePrefix"].declared.help.split()[0]
    assert f"{OS}.computerNamePrefix" in places(help_words)
    assert places("zzqx") == []


def test_what_azure_writes_and_what_has_no_field_is_not_offered() -> None:
    places = {entry.place for entry in destinations.settings()}
    assert "properties.provisioningState" not in places
    assert "properties" not in places


def url_of(draft: Draft, place: str) -> str:
    entry = destinations.setting(place)
    assert entry is not None
    return next(each.url for each in destinations.search(draft, place) if each.entry is entry)


@pytest.mark.parametrize("version", [*API_VERSIONS[::9], LATEST])
def test_every_setting_leads_to_a_field_that_is_there(
    as_requester: Client, draft: Draft, version: str
) -> None:
    Draft.objects.filter(pk=draft.pk).update(api_version=version)
    draft.refresh_from_db()
    pages: dict[str, set[str]] = {}
    for entry in destinations.settings():
        spots = destinations.destinations(draft, entry)
        assert bool(spots) == (destinations.needs(entry, version) == ""), entry.place
        for spot in spots:
            address = urlsplit(spot.url)
            page = f"{address.path}?{address.query}"
            if page not in pages:
                text = as_requester.get(page).content.decode()
                pages[page] = set(map(html.unescape, re.findall(r' id="([^"]*)"', text)))
            assert address.fragment in pages[page], entry.place


def test_one_item_is_entered_and_several_are_to_choose_from(
    as_requester: Client, page_of: GetPage, draft: Draft
) -> None:
    ip = url_of(draft, f"{IPS}.name")
    assert ip == f"/drafts/{draft.code}/find/?place={IPS}.name"
    page = page_of(as_requester, ip)
    assert page.heading == "IP configuration name: choose where"
    # nic-a has one; nic-b has none yet, so that its list is offered.
    assert {"nic-a, ip-a", "nic-b"} <= set(page.links())
    assert "There is no IP configuration yet" in page.text

    document = draft.document
    del document["properties"]["virtualMachineProfile"]["networkProfile"]["networkInterfaceConfigurations"][1]
    Draft.objects.filter(pk=draft.pk).update(document=document)
    draft.refresh_from_db()
    inside = "/network/" + f"{NICS}/0/properties/ipConfigurations/0/".replace(".", "/")
    assert inside in url_of(draft, f"{IPS}.name")
    found = next(
        each
        for each in destinations.search(draft, "subnet")
        if each.entry.place == f"{IPS}.properties.subnet"
    )
    assert found.note == "In nic-a, ip-a"
    answer = as_requester.get(f"/drafts/{draft.code}/find/?place={IPS}.name")
    assert inside in answer["Location"]


def test_an_empty_list_says_what_to_add_first(draft: Draft) -> None:
    found = next(
        each for each in destinations.search(draft, "data disk size") if "dataDisks" in each.entry.place
    )
    assert found.note == "Add a data disk first"
    assert found.url.startswith(f"/drafts/{draft.code}/disks/#")


def test_the_page_shows_what_was_found(page_of: GetPage, as_requester: Client, draft: Draft) -> None:
    page = page_of(as_requester, f"/drafts/{draft.code}/find/?q=password")
    assert "Admin password" in page.links()
    assert page_of(as_requester, f"/drafts/{draft.code}/find/").heading == "Find a setting"
    assert "No setting is called that" in page_of(as_requester, f"/drafts/{draft.code}/find/?q=zzqx").text
    page_of(as_requester, f"/drafts/{draft.code}/find/?q=%3Cb%3E{'x' * 500}")


def test_the_page_says_where_something_else_is_set(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    for address in (f"/drafts/{draft.code}/find/?q=dns+zone", "/reference/?q=dns+zone"):
        page = page_of(as_requester, address)
        assert "Not part of a scale set request" in page.text
        assert "DNS servers" in page.text
    for address in (f"/drafts/{draft.code}/find/?q=azure+policy", "/reference/?q=azure+policy"):
        page = page_of(as_requester, address)
        assert "Azure Policy is assigned" in page.text
    listed = as_requester.get(f"/drafts/{draft.code}/find/?part=list&q=azure+policy").content.decode()
    assert "data-elsewhere" in listed
    assert (
        "data-elsewhere"
        not in as_requester.get(f"/drafts/{draft.code}/find/?part=list&q=disk").content.decode()
    )


def test_the_list_for_scripts_has_an_option_for_each(
    as_requester: Client, draft: Draft, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    as_requester.get(f"/drafts/{draft.code}/find/")
    with django_assert_max_num_queries(3):
        text = as_requester.get(f"/drafts/{draft.code}/find/?part=list&q=ssh key").content.decode()
    assert text.count('role="option"') == len(destinations.search(draft, "ssh key"))
    assert "<html" not in text


# --- Another version --------------------------------------------------------------------------------------------------

ULTRA = "properties.additionalCapabilities.ultraSSDEnabled"


def test_a_setting_of_a_later_version_leads_there_by_way_of_the_switch(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    found = next(each for each in destinations.search(draft, "ultra disk") if each.entry.place == ULTRA)
    assert found.needs == "Needs 2019-03-01 or later; this draft has 2016-04-30-preview"
    page = page_of(as_requester, found.url)
    assert page.heading == "Switch to API version 2019-03-01?"
    assert found.needs in page.text
    draft.refresh_from_db()
    assert draft.api_version == "2016-04-30-preview"

    sent = {field.get("name"): field.get("value") for field in page.all("input", type="hidden")}
    assert {"place", "base", "switch"} <= sent.keys()
    answer = as_requester.post(f"/drafts/{draft.code}/find/", sent)
    draft.refresh_from_db()
    assert draft.api_version == "2019-03-01"
    arrived = as_requester.get(answer["Location"])["Location"]
    assert arrived.endswith("/disks/?all#f-properties-additionalCapabilities-ultraSSDEnabled")


def test_a_setting_that_later_versions_dropped_asks_for_the_last_that_has_it() -> None:
    entry = destinations.setting("properties.upgradePolicy.automaticOSUpgrade")
    assert entry is not None
    assert entry.until is not None
    assert destinations.needs(entry, LATEST) == f"Needs {entry.until} or earlier; this draft has {LATEST}"
    assert destinations.version_for(entry, LATEST) == entry.until
    assert f"Needs {entry.since} or later, at most {entry.until}" in destinations.needs(
        entry, API_VERSIONS[0]
    )


def test_the_switch_renames_what_the_version_spells_anew(as_requester: Client, draft: Draft) -> None:
    draft.document["properties"]["overProvision"] = True
    Draft.objects.filter(pk=draft.pk).update(document=draft.document)
    as_requester.post(
        f"/drafts/{draft.code}/find/", {"place": ULTRA, "switch": "2019-03-01", "base": draft.head}
    )
    draft.refresh_from_db()
    assert draft.document["properties"]["overprovision"] is True


@pytest.mark.parametrize(
    "wrong",
    [{"base": "x"}, {"base": "99"}, {"switch": "2016-03-30"}, {"switch": "never"}],
    ids=["no base", "no such revision", "a version without it", "no version"],
)
def test_a_switch_that_makes_no_sense_changes_nothing(
    as_requester: Client, draft: Draft, wrong: dict[str, str]
) -> None:
    sent = {"place": ULTRA, "switch": "2019-03-01", "base": str(draft.head)} | wrong
    assert as_requester.post(f"/drafts/{draft.code}/find/", sent).status_code == 302
    draft.refresh_from_db()
    assert (draft.api_version, draft.head) == ("2016-04-30-preview", 1)


def test_what_no_version_has_is_not_there(page_of: GetPage, as_requester: Client, draft: Draft) -> None:
    page_of(as_requester, f"/drafts/{draft.code}/find/?place=no.such.thing", status=404)


# --- The reference ----------------------------------------------------------------------------------------------------


def test_the_name_of_each_field_leads_to_its_place_in_the_reference(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    page = page_of(as_requester, f"/drafts/{draft.code}/instances/")
    wires = page.all("a", class_="field__wire")
    assert "/reference/sku.capacity/" in {each.get("href") for each in wires}
    for each in wires:
        assert as_requester.get(each.get("href", "")).status_code == 200
        assert each.get("tabindex") == "-1"
    # The address of the scale set is no property of it.
    assert not page_of(as_requester, f"/drafts/{draft.code}/basics/").all(
        "a", href="/reference/$target.name/"
    )


def test_from_the_reference_back_to_the_field(as_requester: Client, draft: Draft) -> None:
    answer = as_requester.get(f"/drafts/{draft.code}/find/?place=sku.capacity")
    assert answer["Location"] == f"/drafts/{draft.code}/instances/#f-sku-capacity"
