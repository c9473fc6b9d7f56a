"""The canonical form: case of names and values, order of members, the text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scaleset.documents import documents
from vmssbuilder.scaleset import versions
from vmssbuilder.scaleset.canonical import canonicalize, minimum_version, ordered, versions_having, write
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.reading import read
from vmssbuilder.scaleset.versions import UnknownVersion

SEED = "2016-04-30-preview"
ANY_VERSION = st.sampled_from(versions.API_VERSIONS)


def in_any_case(value: Any, draw: Any) -> Any:
    """The value with the case of every name changed at random."""
    if isinstance(value, dict):
        cases = st.sampled_from([str.upper, str.lower, str])
        return {draw(cases)(name): in_any_case(inner, draw) for name, inner in value.items()}
    return [in_any_case(item, draw) for item in value] if isinstance(value, list) else value


# ------------------------------------------------------------------------------------------------------------------ case


def test_names_and_values_take_azures_case_with_a_note_for_each() -> None:
    document, notes = canonicalize(
        {
            "LOCATION": "UK South",
            "properties": {"upgradepolicy": {"Mode": "MANUAL"}, "virtualMachineProfile": {}},
        },
        SEED,
    )
    assert document == {
        "location": "UK South",
        "properties": {"upgradePolicy": {"mode": "Manual"}, "virtualMachineProfile": {}},
    }
    assert [(note.kind, note.where) for note in notes] == [
        ("canonicalised", "location"),
        ("canonicalised", "properties.upgradePolicy"),
        ("canonicalised", "properties.upgradePolicy.mode"),
        ("canonicalised", "properties.upgradePolicy.mode"),
    ]
    assert [note.message for note in notes][-1] == "“MANUAL” is spelled “Manual”."


def test_names_and_values_inside_lists_take_azures_case() -> None:
    given_ = {
        "properties": {
            "virtualMachineProfile": {"storageProfile": {"DATADISKS": [{"LUN": 0, "Caching": "readonly"}]}}
        }
    }
    document, notes = canonicalize(given_, SEED)
    disk = document["properties"]["virtualMachineProfile"]["storageProfile"]["dataDisks"][0]
    assert disk == {"lun": 0, "caching": "ReadOnly"}
    assert notes[-1].where == "properties.virtualMachineProfile.storageProfile.dataDisks[0].caching"


def test_a_canonical_document_is_left_alone() -> None:
    document = {"location": "uksouth", "tags": {"Location": "x", "SKU": "y"}, "sku": {"name": "Standard_A1"}}
    assert canonicalize(document, SEED) == (document, [])


def test_the_document_given_is_not_changed() -> None:
    document = {"Sku": {"NAME": "a"}}
    canonicalize(document, SEED)
    assert document == {"Sku": {"NAME": "a"}}


def test_tag_names_and_free_json_keep_their_case() -> None:
    extension = {"properties": {"settings": {"Publisher": "x"}, "protectedSettings": {"TYPE": "y"}}}
    document = {
        "tags": {"Tier": "Web", "tier": "web"},
        "properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": [extension]}}},
    }
    assert canonicalize(document, SEED) == (document, [])


def test_unknown_members_stay_where_they_are_as_they_are() -> None:
    document = {"Frobnicate": {"Mode": "MANUAL"}, "sku": {"Colour": [1]}, "SKU.NAME": 1, "Tags{}": 2}
    assert canonicalize(document, SEED) == (document, [])


def test_two_spellings_of_one_member_both_stay() -> None:
    document = {"sku": {"name": "a"}, "SKU": {"name": "b"}, "Sku": 1}
    assert canonicalize(document, SEED) == (document, [])
    folded, notes = canonicalize({"SKU": 1, "Sku": 2}, SEED)
    assert folded == {"sku": 1, "Sku": 2}
    assert len(notes) == 1


def test_a_member_that_the_version_lacks_takes_the_case_of_the_version_that_has_it() -> None:
    document, notes = canonicalize({"PLAN": {"Name": "x"}}, "2015-06-15")
    assert document == {"plan": {"name": "x"}}
    assert len(notes) == 2


def test_the_overprovisioning_switch_is_spelt_as_its_version_spells_it() -> None:
    old, _ = canonicalize({"properties": {"overprovision": True}}, SEED)
    assert old == {"properties": {"overProvision": True}}
    new, _ = canonicalize({"properties": {"overProvision": True}}, "2017-03-30")
    assert new == {"properties": {"overprovision": True}}


def test_a_stored_secret_stays_a_reference() -> None:
    document = {"properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": {"$secret": "Id"}}}}}
    assert canonicalize(document, SEED) == (document, [])


@pytest.mark.parametrize("value", [None, 7, "text", [], [1], {"a": 1}])
def test_values_of_the_wrong_type_stay_as_they_are(value: Any) -> None:
    disks = {"properties": {"virtualMachineProfile": {"storageProfile": {"dataDisks": value}}}}
    for document in ({"sku": value}, {"tags": value}, {"properties": value}, {"location": value}, disks):
        assert canonicalize(document, SEED) == (document, [])
        assert ordered(document, SEED) == document
        assert SEED in versions_having(document)


@given(st.data(), ANY_VERSION)
def test_a_document_in_any_case_reads_as_the_same_document(data: st.DataObject, version: str) -> None:
    profile = data.draw(documents(version)).get("sku", {})
    document = {"sku": profile, "location": "x"}
    shouted = in_any_case(document, data.draw)
    assert canonicalize(shouted, version)[0] == document


@given(ANY_VERSION.flatmap(lambda version: st.tuples(st.just(version), documents(version))))
def test_canonical_documents_are_fixed_points(case: tuple[str, dict[str, Any]]) -> None:
    version, document = case
    assert canonicalize(document, version) == (document, [])


# ----------------------------------------------------------------------------------------------------------------- order


def test_members_are_ordered_as_declared_and_unknown_ones_follow() -> None:
    document = {
        "zebra": 1,
        "properties": {"x": 1, "upgradePolicy": {}},
        "sku": {"capacity": 1, "name": "a"},
        "apple": 2,
    }
    result = ordered(document, SEED)
    declared = [wire for wire in tree(SEED).children if wire in document]
    assert list(result) == [*declared, "zebra", "apple"]
    assert list(result["sku"]) == ["name", "capacity"]
    assert list(result["properties"]) == ["upgradePolicy", "x"]
    assert list(document) == ["zebra", "properties", "sku", "apple"]


def test_items_keep_their_order_and_their_members_are_ordered() -> None:
    disks = [{"caching": "None", "lun": 1}, {"createOption": "Empty", "lun": 0}]
    document = {"properties": {"virtualMachineProfile": {"storageProfile": {"dataDisks": disks}}}}
    written = ordered(document, SEED)["properties"]["virtualMachineProfile"]["storageProfile"]["dataDisks"]
    assert [list(disk) for disk in written] == [["lun", "caching"], ["lun", "createOption"]]


def test_a_stored_secret_is_ordered_like_any_member_and_not_looked_into() -> None:
    document = {
        "properties": {
            "virtualMachineProfile": {"osProfile": {"customData": {"$secret": "1"}, "adminUsername": "a"}}
        }
    }
    profile = ordered(document, SEED)["properties"]["virtualMachineProfile"]["osProfile"]
    assert list(profile) == ["adminUsername", "customData"]
    assert profile == document["properties"]["virtualMachineProfile"]["osProfile"]


def test_tags_and_free_json_keep_their_order() -> None:
    extension = {"properties": {"settings": {"type": 1, "publisher": 2}, "publisher": "p"}}
    document = {
        "tags": {"b": "1", "a": "2"},
        "properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": [extension]}}},
    }
    result = ordered(document, SEED)
    assert list(result["tags"]) == ["b", "a"]
    written = result["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"][0]["properties"]
    assert list(written) == ["publisher", "settings"]
    assert list(written["settings"]) == ["type", "publisher"]


# ------------------------------------------------------------------------------------------------------------------ text


def test_the_text_has_two_spaces_plain_letters_and_a_line_end() -> None:
    assert write({"tags": {"ort": "Köln"}}, SEED) == '{\n  "tags": {\n    "ort": "Köln"\n  }\n}\n'


@given(ANY_VERSION.flatmap(lambda version: st.tuples(st.just(version), documents(version))))
def test_what_is_written_reads_back_equal(case: tuple[str, dict[str, Any]]) -> None:
    version, document = case
    text = write(document, version)
    assert json.loads(text) == document
    reading = read(text, version)
    assert reading.document == document
    assert {note.kind for note in reading.notes} <= {"decide", "withheld", "version"}


def test_an_unknown_version_is_refused() -> None:
    for function in (canonicalize, ordered, write):
        with pytest.raises(UnknownVersion):
            function({}, "2020-01-01")


# -------------------------------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("document", "oldest"),
    [
        ({}, "2015-06-15"),
        ({"location": "x", "unheard": {"of": 1}}, "2015-06-15"),
        ({"plan": {}}, "2016-04-30-preview"),
        ({"PLAN": 7}, "2016-04-30-preview"),
        ({"identity": {"type": "systemassigned"}}, "2016-03-30"),
        ({"tags": {"plan": "x"}}, "2015-06-15"),
        ({"plan.name": 1, "properties.zones": 2}, "2015-06-15"),
        (
            {"properties": {"virtualMachineProfile": {"storageProfile": {"dataDisks": [{"lun": 1}]}}}},
            "2016-04-30-preview",
        ),
        ({"properties": {"upgradePolicy": {"mode": "rolling"}}}, "2017-03-30"),
        ("text", "2015-06-15"),
        ([], "2015-06-15"),
    ],
)
def test_the_oldest_version_that_has_everything_is_found(document: Any, oldest: str) -> None:
    assert minimum_version(document) == oldest


def test_a_document_may_need_a_version_that_there_is_not() -> None:
    removed_in_2018 = {"upgradePolicy": {"automaticOSUpgrade": True}}
    assert versions_having({"properties": removed_in_2018})[-1] == "2018-06-01"
    since_2018 = {"virtualMachineProfile": {"userData": "x"}}
    assert minimum_version({"properties": removed_in_2018 | since_2018}) is None


@given(ANY_VERSION.flatmap(lambda version: st.tuples(st.just(version), documents(version))))
def test_a_document_of_a_version_has_that_version_among_its_own(case: tuple[str, dict[str, Any]]) -> None:
    version, document = case
    assert version in versions_having(document)
