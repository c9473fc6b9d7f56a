"""The index of the reference: every place of every version is in it, and is found."""

from __future__ import annotations

import pytest

from vmssbuilder.drafts.setting_search import index
from vmssbuilder.drafts.steps import STEPS
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.properties import Choice
from vmssbuilder.scaleset.versions import FIRST, LATEST

PROFILE = "properties.virtualMachineProfile"


def places(query: str, **chosen: str) -> list[str]:
    return [entry.place for entry in index.search(query, **chosen)]


@pytest.mark.parametrize("version", API_VERSIONS)
def test_every_place_of_every_version_has_an_entry(version: str) -> None:
    for node in tree(version).walk():
        if node.parent is None:
            continue
        # The items of a list share the entry of the list.
        entry = index.find(node.pattern)
        assert entry is not None, node.pattern
        assert entry.exists(version)
        assert entry.pattern in (node.pattern, node.pattern.removesuffix("[]").removesuffix("{}"))


def test_no_entry_exists_where_no_version_has_it() -> None:
    for version in API_VERSIONS:
        declared = {index.place_of(node.pattern) for node in tree(version).walk() if node.parent is not None}
        assert {entry.place for entry in index.entries() if entry.exists(version)} == declared


def test_addresses_are_unique_and_need_no_escaping() -> None:
    found = [entry.place for entry in index.entries()]
    assert len(found) == len(set(found))
    assert all(place.replace(".", "").isalnum() and place.isascii() for place in found)


def test_entries_stand_by_step_and_parts_before_their_members() -> None:
    found = index.entries()
    order = [STEPS.index(entry.step) for entry in found]
    assert order == sorted(order)
    position = {entry.place: number for number, entry in enumerate(found)}
    for entry in found:
        parent = entry.place.rpartition(".")[0]
        if parent and index.by_place()[parent].step == entry.step:
            assert position[parent] < position[entry.place]


def test_what_only_older_versions_have_stands_among_its_siblings() -> None:
    found = [entry.place for entry in index.entries()]
    here = found.index(f"{PROFILE}.additionalCapabilities")
    assert found[here - 1].startswith(f"{PROFILE}.")


@pytest.mark.parametrize(
    "written",
    [
        f"{PROFILE}.networkProfile.networkInterfaceConfigurations[0].properties.primary",
        f"{PROFILE}.networkProfile.networkInterfaceConfigurations[].properties.primary",
        f"{PROFILE}.networkProfile.networkInterfaceConfigurations.properties.PRIMARY",
        f" {PROFILE}.networkProfile.networkInterfaceConfigurations.properties.primary. ",
    ],
)
def test_an_entry_is_found_by_path_pattern_and_any_case(written: str) -> None:
    entry = index.find(written)
    assert entry is not None
    assert entry.place == f"{PROFILE}.networkProfile.networkInterfaceConfigurations.properties.primary"
    assert places(written)[0] == entry.place


def test_two_spellings_of_one_name_have_their_own_entries() -> None:
    early, late = index.find("properties.overProvision"), index.find("properties.overprovision")
    assert early is not None
    assert late is not None
    assert (early.span, late.span) == ("up to 2016-04-30-preview", "since 2017-03-30")


def test_what_changed_its_type_has_one_entry_with_both() -> None:
    entry = index.find(f"{PROFILE}.securityPostureReference.excludeExtensions")
    assert entry is not None
    assert [index.type_of(node) for node in entry.nodes] == ["list of texts", "list of objects"]
    assert entry.span == "since 2023-03-01"
    assert [index.limit_of(node) is None for node in entry.nodes] == [True, False]


def test_nothing_is_found_where_nothing_is() -> None:
    assert index.find("properties.nonsense") is None
    assert index.find("") is None
    assert index.search("zzqx") == []
    assert index.search("[0]") == []
    assert index.search("zones zzqx qqzx") == []


def test_words_that_nothing_has_do_not_hide_what_the_others_mean() -> None:
    assert places("zones zzqx")[0] == "zones"
    assert places("my ssh keys for zzqx")[0] == f"{PROFILE}.osProfile.linuxConfiguration.ssh.publicKeys"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("overprovision", "properties.overprovision"),
        ("zones", "zones"),
        ("osDisk.caching", f"{PROFILE}.storageProfile.osDisk.caching"),
        ("os disk type", f"{PROFILE}.storageProfile.osDisk.managedDisk.storageAccountType"),
        ("admin password", f"{PROFILE}.osProfile.adminPassword"),
        ("PremiumV2_LRS", f"{PROFILE}.storageProfile.osDisk.managedDisk.storageAccountType"),
        ("nsg", f"{PROFILE}.networkProfile.networkInterfaceConfigurations.properties.networkSecurityGroup"),
    ],
)
def test_the_closest_comes_first(query: str, first: str) -> None:
    assert places(query)[0] == first


def test_every_entry_is_found_by_its_place_its_name_and_its_title() -> None:
    for entry in index.entries():
        assert places(entry.place)[0] in (entry.place, "properties.overprovision")
        assert entry.place in places(entry.wire)
        assert entry.place in places(entry.title)


def test_every_value_of_a_choice_is_found() -> None:
    for entry in index.entries():
        if isinstance(entry.declared, Choice):
            for value in entry.declared.values:
                assert entry.place in places(value.wire), value.wire


def test_a_search_is_narrowed_by_version_step_and_news() -> None:
    assert "zones" not in places("", version=FIRST)
    assert "zones" in places("", version="2017-03-30")
    assert "zones" in places("", since="2017-03-30")
    assert "zones" not in places("", since=LATEST)
    assert "properties.overprovision" in places("", since="2017-03-30")
    assert set(places("", since=FIRST)) == set(places("", version=FIRST))
    assert sum(len(places("", step=step.name)) for step in STEPS) == len(index.entries())


def test_a_slip_of_the_pen_finds_what_was_meant() -> None:
    assert [entry.wire for entry in index.close_to("properties.overprovison")] == ["overprovision"]
    assert index.close_to("zzqx") == []


def test_members_and_ancestors_lead_through_the_whole() -> None:
    top = [entry for entry in index.entries() if "." not in entry.place]
    reached = set()
    ahead = list(top)
    while ahead:
        entry = ahead.pop()
        reached.add(entry.place)
        below = index.members(entry)
        assert all(index.above(member)[-1] == entry for member in below)
        ahead += below
    assert reached == set(index.by_place())


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("loadBalancerBackendPool", "load balancer backend pool"),
        ("publicIPPrefix", "public IP prefix"),
        ("subnet", "subnet"),
        ("", ""),
    ],
)
def test_kinds_are_said_in_words(kind: str, words: str) -> None:
    assert index.kind_in_words(kind) == words


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (FIRST, None, "all versions"),
        ("2017-03-30", None, "since 2017-03-30"),
        (FIRST, "2017-03-30", "up to 2017-03-30"),
        ("2017-03-30", "2018-04-01", "2017-03-30 to 2018-04-01"),
        ("2017-03-30", "2017-03-30", "2017-03-30 only"),
    ],
)
def test_versions_are_said_in_words(since: str, until: str | None, words: str) -> None:
    assert index.span(since, until) == words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (f"{PROFILE}.storageProfile.dataDisks.lun", "0 or more"),
        ("sku.capacity", "In instances"),
        (f"{PROFILE}.osProfile.customData", "Base64; what is typed in clear in the form is encoded"),
        ("location", ""),
    ],
)
def test_limits_are_said_in_words(place: str, words: str) -> None:
    entry = index.find(place)
    assert entry is not None
    assert index.limits_of(entry.declared) == words
