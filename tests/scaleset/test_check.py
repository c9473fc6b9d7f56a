"""What the check says of the structure itself: unknown members, missing ones, wrong types, choices and ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scaleset.rules import cases
from vmssbuilder.scaleset import check
from vmssbuilder.scaleset.catalogue import taken, tree
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import get, parse, put
from vmssbuilder.scaleset.properties import Node
from vmssbuilder.scaleset.versions import API_VERSIONS, LATEST, UnknownVersion

UPGRADE = cases.UPGRADE


def only(rule: str, changes: dict[str, Any], version: str = "2026-04-01") -> Finding:
    """The one finding of that rule."""
    (found,) = [finding for finding in check(cases.linux(changes).document, version) if finding.rule == rule]
    return found


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        ([], "a list"),
        ("x" * 99, f"the text “{'x' * 59}…”"),
        (1.5, "the number 1.5"),
    ],
)
def test_what_is_no_object_is_said_to_be_none(document: Any, said: str) -> None:
    (finding,) = check(document, "2026-04-01")
    assert (finding.rule, finding.path) == ("not-an-object", ())
    assert finding.message == f"The document must be a JSON object, not {said}."


def test_a_version_without_scale_sets_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        check({}, "2016-01-01")


def test_a_member_in_the_wrong_case_is_renamed() -> None:
    finding = only("unknown-property", {"Zones": ["1"]})
    assert finding.message == "“Zones” is spelled “zones”."
    assert finding.fix is not None
    assert finding.fix.apply({"Zones": ["1"]}) == {"zones": ["1"]}


def test_a_member_in_the_wrong_case_beside_the_right_one_is_not_renamed() -> None:
    finding = only("unknown-property", {"Zones": ["1"], "zones": ["1"]})
    assert finding.fix is None
    assert "not a property of a scale set in any API version" in finding.message


def test_a_member_that_came_later_names_its_first_version() -> None:
    finding = only("unknown-property", {"zones": ["1"]}, "2016-04-30-preview")
    assert (
        finding.message
        == "“zones” does not exist in API version 2016-04-30-preview; it first appears in 2017-03-30."
    )
    assert finding.overridable


def early(node: Node) -> Iterator[Node]:
    """The places below that Azure takes in a version before the one that has them."""
    for child in (*node.children.values(), *([node.item] if node.item is not None else [])):
        if child.property.taken_since is not None:
            yield child
        yield from early(child)


EARLY = {node.pattern: node for node in early(tree(LATEST))}


@pytest.mark.parametrize("pattern", EARLY)
def test_a_newer_member_that_azure_takes_early_is_a_warning_from_then_on(pattern: str) -> None:
    since = EARLY[pattern].property.taken_since
    assert since is not None
    path = parse(pattern.replace("[]", "[0]"))
    position = API_VERSIONS.index(since)
    assert position < API_VERSIONS.index(EARLY[pattern].property.since)
    before = API_VERSIONS[:position][-1:]
    document: dict[str, Any] = {}
    put(document, path, "told")
    for version, severity in ((since, "warning"), *((each, "error") for each in before)):
        found = [each for each in check(document, version) if each.path == path]
        assert [each.severity for each in found if each.rule == "unknown-property"] == [severity], version
        assert tree(version).at(path) is None
    assert taken(path, since)
    assert not any(taken(path, each) for each in before)
    assert not taken(("no", "such"), LATEST)


def test_a_newer_member_that_azure_takes_says_so() -> None:
    place = f"{cases.EXTENSIONS}[0].properties.enableAutomaticUpgrade"
    finding = only("unknown-property", {place: True}, "2018-10-01")
    assert finding.message.endswith(
        "first appears in API version 2020-06-01. Azure takes it in 2018-10-01 too; other tools may not."
    )


@pytest.mark.parametrize(
    "place",
    [f"{cases.EXTENSIONS}[0].location", f"{cases.EXTENSIONS}[1].tags", "properties.largeScaleEnabled"],
)
def test_what_azure_takes_no_notice_of_is_a_warning_and_goes(place: str) -> None:
    items = [{"name": name, "properties": {"publisher": "Contoso", "type": name, "typeHandlerVersion": "1.0"}} for name in ("one", "two")]  # fmt: skip
    sound = cases.linux({cases.EXTENSIONS: items})
    finding = only("unknown-property", {cases.EXTENSIONS: items, place: "x"})
    assert (finding.severity, finding.where) == ("warning", place)
    assert finding.message.endswith("Azure takes no notice of it: remove it.")
    assert finding.fix is not None
    assert finding.fix.apply(cases.linux({cases.EXTENSIONS: items, place: "x"}).document) == sound.document
    assert (
        only(
            "unknown-property", {f"{place}s": "x"} if "[" not in place else {f"{cases.NIC}.location": "x"}
        ).severity
        == "error"
    )


@pytest.mark.parametrize(
    "place", ["zones", "plan", "properties.proximityPlacementGroup", f"{cases.OS}.linuxConfiguration.ssh"]
)
def test_an_empty_text_for_a_list_or_an_object_is_not_set_in_a_creation(place: str) -> None:
    finding = only("wrong-type", {place: ""})
    assert (finding.severity, finding.where) == ("warning", place)
    assert finding.message.endswith("Azure reads an empty text as not set; other tools may not.")
    document: dict[str, Any] = {"location": "westus"}
    put(document, parse(place), "")
    assert finding.fix is not None
    assert finding.fix.apply(document) == {"location": "westus"}
    (refused,) = [found for found in check(document, LATEST, "update") if found.where == place]
    assert refused.severity == "error"


@pytest.mark.parametrize("place", ["location", "properties.overprovision"])
def test_an_empty_text_in_another_place_is_no_list(place: str) -> None:
    assert not [
        found for found in check(cases.linux({place: ""}).document, LATEST) if "empty text" in found.message
    ]


def test_a_member_that_is_gone_names_its_last_version() -> None:
    finding = only("property-removed", {f"{cases.NICS}[0].id": "x"})
    assert finding.message.endswith("was removed after API version 2022-08-01; 2026-04-01 does not have it.")
    assert not finding.overridable


def test_what_is_missing_is_named_by_its_title() -> None:
    finding = only("required", {f"{cases.IP}.publicIPAddressConfiguration.properties.dnsSettings": {}})
    assert finding.where.endswith("dnsSettings.domainNameLabel")
    assert finding.message.endswith("is missing: Azure needs “domainNameLabel” here.")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("location", 7.5, "must be text, not the number 7.5."),
        ("zones", "1", "must be a list, in square brackets, not the text “1”."),
        ("sku", [], "must be an object, in braces, not a list."),
        ("plan.name", {}, "must be text, not an object."),
        (f"{cases.NIC}.primary", "yes", "must be true or false, not the text “yes”."),
        (f"{cases.PROFILE}.billingProfile.maxPrice", "much", "must be a number, not the text “much”."),
        ("properties.platformFaultDomainCount", "1.5", "must be a whole number, not the text “1.5”."),
        (
            "identity.userAssignedIdentities",
            3,
            "must be an object of name and value pairs, not the number 3.",
        ),
        (f"{cases.OS}.adminPassword", 7, "must be text."),
    ],
)
def test_a_wrong_type_says_what_is_wanted(place: str, value: Any, said: str) -> None:
    finding = only("wrong-type", {place: value})
    assert finding.where == place
    assert finding.message.endswith(said), finding.message


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (f"{UPGRADE}.mode", "Slow", "must be Automatic, Manual or Rolling, not “Slow”."),
        (f"{UPGRADE}.mode", "manual", "“manual” is written “Manual”."),
    ],
)
def test_a_value_that_is_no_choice_names_the_choices(place: str, value: str, said: str) -> None:
    finding = only("not-a-choice", {place: value})
    assert finding.path == parse(place)
    assert finding.message.endswith(said), finding.message
    assert (finding.fix is not None) == (value == "manual")


def test_a_choice_that_came_later_names_its_first_version() -> None:
    finding = only("not-a-choice", {f"{UPGRADE}.mode": "rolling"}, "2016-04-30-preview")
    assert finding.message.endswith("“Rolling” needs API version 2017-03-30 or newer.")


ADDITIONAL = f"{cases.OS_DISK}.managedDisk.additionalDiskProperties.managedDiskProperties"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (f"{ADDITIONAL}.maxShares", 0, "must be 1 or more."),
        (
            "properties.resiliencyPolicy.zoneAllocationPolicy.maxInstancePercentPerZonePolicy.value",
            101,
            "must be 100 or less.",
        ),
    ],
)
def test_a_number_outside_its_range_names_the_range(place: str, value: int, said: str) -> None:
    finding = only("out-of-range", {place: value})
    assert finding.where == place
    assert finding.message.endswith(said), finding.message


def test_a_rule_speaks_in_place_of_the_range() -> None:
    found = check(
        cases.linux({f"{UPGRADE}.rollingUpgradePolicy.maxBatchInstancePercent": 4}).document, "2026-04-01"
    )
    assert [finding.rule for finding in found if finding.severity == "error"] == ["rolling-batch"]


@pytest.mark.parametrize("name", ["", "0", "01", "+1", "a/b", "$x", "\ue000", "é"])
def test_a_name_is_reported_as_it_is_whatever_it_looks_like(name: str) -> None:
    """The validator takes digits for list positions and leaves out empty names."""
    document = {
        "tags": {name: 5, "zz": []},
        "identity": {"userAssignedIdentities": {name: {name: 1}}},
        name: 1,
    }
    found = {finding.path for finding in check(document, "2024-07-01", "update")}
    identity = ("identity", "userAssignedIdentities", name, name)
    assert {("tags", name), ("tags", "zz"), identity, (name,)} <= found


# ------------------------------------------------------------------------------ values that Azure reads as another type


@pytest.mark.parametrize(
    ("place", "value", "meant", "title"),
    [
        (f"{cases.NIC}.primary", "True", True, "Write true"),
        ("properties.overprovision", "false", False, "Write false"),
        (f"{cases.OS_DISK}.diskSizeGB", " 128", 128, "Write 128"),
        ("sku.capacity", "3", 3, "Write 3"),
        (f"{cases.PROFILE}.billingProfile.maxPrice", "0.5", 0.5, "Write 0.5"),
        ("zones[0]", 1, "1", "Write “1”"),
        (f"{cases.IMAGE}.sku", 2019, "2019", "Write “2019”"),
    ],
)
def test_a_value_that_azure_reads_is_only_warned_of(place: str, value: Any, meant: Any, title: str) -> None:
    changes = {f"{cases.PROFILE}.priority": "Spot", place: value}
    finding = only("wrong-type", changes)
    assert (finding.severity, finding.where) == ("warning", place)
    assert finding.fix is not None
    assert finding.fix.title == title
    cured = finding.fix.apply(cases.linux(changes).document)
    assert get(cured, parse(place)) == meant
    assert "wrong-type" not in {found.rule for found in check(cured, "2026-04-01")}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (f"{cases.NIC}.primary", "yes"),
        (f"{cases.NIC}.primary", 1),
        (f"{cases.OS_DISK}.diskSizeGB", "128 GB"),
        (f"{cases.OS_DISK}.diskSizeGB", True),
        ("zones[0]", 1.5),
        ("zones[0]", True),
        (f"{cases.OS}.adminPassword", 12345678),
        (f"{cases.PROFILE}.priority", 1),
    ],
)
def test_a_value_that_azure_does_not_read_is_an_error(place: str, value: Any) -> None:
    finding = only("wrong-type", {place: value})
    assert (finding.severity, finding.where, finding.fix) == ("error", place, None)


def test_rules_judge_a_value_as_azure_reads_it() -> None:
    changes = {
        "sku.capacity": "1001",
        "properties.singlePlacementGroup": "false",
        cases.DISKS: [{"lun": "0"}],
    }
    found = {(finding.rule, finding.where) for finding in check(cases.linux(changes).document, "2026-04-01")}
    assert ("capacity-max-1000", "sku.capacity") in found
    assert ("capacity-spg-100", "sku.capacity") not in found
    assert ("datadisk-create-required", f"{cases.DISKS}[0].createOption") in found
    assert ("datadisk-lun-required", f"{cases.DISKS}[0].lun") not in found


def test_a_value_is_still_held_to_its_range_as_azure_reads_it() -> None:
    finding = only("out-of-range", {f"{ADDITIONAL}.maxShares": "0"})
    assert finding.severity == "error"


# -------------------------------------------------------------------------------------------------------------- nulls


def test_null_is_the_same_as_nothing_when_a_scale_set_is_created() -> None:
    nothing = {
        "zones": None,
        "plan": None,
        "id": None,
        "etag": None,
        "identity": {"type": "SystemAssigned", "principalId": None, "userAssignedIdentities": None},
        "tags": {"owner": None},
        "properties.provisioningState": None,
        "properties.platformFaultDomainCount": None,
        "properties.zoneBalance": None,
        f"{cases.OS}.linuxConfiguration": None,
        f"{cases.OS}.customData": None,
        f"{cases.OS_DISK}.osType": None,
        f"{cases.NIC}.dnsSettings": {"dnsServers": None},
    }
    assert check(cases.linux(nothing).document, "2024-07-01") == []


def test_what_is_needed_may_not_be_null() -> None:
    changes = {
        "location": None,
        "sku.name": None,
        f"{cases.NICS}[0].name": None,
        cases.DISKS: [{"lun": 0, "createOption": None}],
    }
    found = {(finding.rule, finding.where) for finding in check(cases.linux(changes).document, "2024-07-01")}
    assert found == {
        ("location-required", "location"),
        ("sku-name-required", "sku.name"),
        ("nic-name-required", f"{cases.NICS}[0].name"),
        ("datadisk-create-required", f"{cases.DISKS}[0].createOption"),
    }


def test_an_item_that_is_null_is_not_nothing() -> None:
    assert only("wrong-type", {"zones": ["1", None]}).where == "zones[1]"


def test_a_member_that_no_version_has_is_reported_though_it_is_null() -> None:
    assert only("unknown-property", {"kind": None}).where == "kind"
