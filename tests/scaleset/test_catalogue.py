"""The catalogue against two independent descriptions of the API, and against our own habits.

The first description is the table of facts in `tests/facts`; the second is Azure's own Python package. Where ours differs from one of them on purpose, the reason stands here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure.mgmt.compute.models as sdk
import jsonschema_rs
import pytest

from vmssbuilder.scaleset import versions
from vmssbuilder.scaleset.catalogue import ScaleSetBody, tree
from vmssbuilder.scaleset.properties import (
    Boolean,
    Choice,
    Integer,
    Json,
    List,
    Map,
    Node,
    Number,
    Property,
    Single,
    Text,
)
from vmssbuilder.scaleset.versions import API_VERSIONS, LATEST

FACTS = Path(__file__).parents[1] / "facts" / "scale-set-properties.json"

NIC = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations[]"

OURS_ALONE = {
    "id": "the envelope of every resource; people paste it with a live scale set",
    "name": "the envelope of every resource",
    "type": "the envelope of every resource",
    "identity.userAssignedIdentities{}.principalId": "the facts stop at maps; Azure's package has it",
    "identity.userAssignedIdentities{}.clientId": "the facts stop at maps; Azure's package has it",
    f"{NIC}.properties.ipConfigurations[].properties.privateIPAddressPrefixLength": (
        "added to 2026-04-01 in October 2026 (azure-mgmt-compute 39.0.0), after the facts were collected"
    ),
}

OTHER_TYPE = {
    "properties.virtualMachineProfile.billingProfile.maxPrice": (
        Number,
        "the type definitions say integer, but prices have decimals and Azure's package says float",
    ),
}

TYPES: dict[str, type[Property]] = {
    "string": Text,
    "integer": Integer,
    "boolean": Boolean,
    "enum": Choice,
    "any": Json,
    "object": Single,
    "array": List,
    "map": Map,
}


def nodes(version: str) -> Iterator[Node]:
    """Every declared place below the root."""
    return (node for node in tree(version).walk() if node.pattern)


def read_only(node: Node | None) -> bool:
    """Whether the place or one around it is written by Azure alone."""
    while node is not None:
        if node.property.read_only:
            return True
        node = node.parent
    return False


EVERY_NODE = [node for version in API_VERSIONS for node in nodes(version)]
EVERY_PROPERTY = {(node.pattern, node.property): node for node in EVERY_NODE}


# ------------------------------------------------------------------------------------------------- the table of facts


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, Any]]:
    table = json.loads(FACTS.read_text(encoding="utf-8"))
    assert tuple(table["api_versions"]) == API_VERSIONS
    return {fact["path"]: fact for fact in table["properties"]}


def within(version: str, fact: dict[str, Any]) -> bool:
    return versions.within(version, fact["since"], fact.get("until"))


def fact_type(fact: dict[str, Any], version: str) -> str:
    """The type in that version; where it changed, the facts map first versions to types."""
    if isinstance(fact["type"], str):
        return fact["type"]
    changes: dict[str, str] = fact["type"]
    return next(kind for first, kind in reversed(changes.items()) if versions.within(version, first))


def fact_values(fact: dict[str, Any], version: str) -> set[str]:
    found = set()
    for value in fact["values"]:
        wire, since = next(iter(value.items())) if isinstance(value, dict) else (value, fact["since"])
        if versions.within(version, since):
            found.add(wire)
    return found


@pytest.mark.parametrize("version", API_VERSIONS)
def test_has_the_same_places_as_the_facts(facts: dict[str, dict[str, Any]], version: str) -> None:
    ours = {node.pattern for node in nodes(version) if not node.pattern.endswith("{}")}
    theirs = {path for path, fact in facts.items() if within(version, fact)}
    assert ours - set(OURS_ALONE) == theirs


@pytest.mark.parametrize("version", API_VERSIONS)
def test_says_the_same_of_each_place_as_the_facts(facts: dict[str, dict[str, Any]], version: str) -> None:
    for node in nodes(version):
        if node.pattern in OURS_ALONE or node.pattern.endswith("{}"):
            continue
        fact = facts[node.pattern]
        prop = node.property
        kind = fact_type(fact, version)
        wanted = OTHER_TYPE.get(node.pattern, (TYPES[kind],))[0]
        assert type(prop) is wanted, node.pattern
        assert prop.required == _fact_holds(fact, "required", version), node.pattern
        assert read_only(node) == read_only_fact(facts, node.pattern, version), node.pattern
        if isinstance(prop, Choice):
            assert {value.wire for value in prop.values_in(version)} == fact_values(fact, version), (
                node.pattern
            )
            assert prop.open == fact.get("open_enum", False), node.pattern
        if isinstance(prop, Integer):
            limits = fact.get("limits", {})
            # A logical unit number below 0 is no number of a unit; the facts leave that unsaid.
            assert prop.minimum == limits.get("minValue", 0 if prop.wire == "lun" else None), node.pattern
            assert prop.maximum == limits.get("maxValue"), node.pattern
        if fact.get("sensitive"):
            assert prop.secret, node.pattern


def _fact_holds(fact: dict[str, Any], what: str, version: str) -> bool:
    """Whether it is required, or read-only, in that version."""
    since, until = fact.get(f"{what}_since"), fact.get(f"{what}_until")
    stated = fact.get(what, until is not None)
    return stated and versions.within(version, since or versions.FIRST, until)


def read_only_fact(facts: dict[str, dict[str, Any]], path: str, version: str) -> bool:
    """Whether the facts call the place or one around it read-only in that version."""
    return any(
        _fact_holds(fact, "read_only", version)
        for around, fact in facts.items()
        if path == around or path.startswith((f"{around}.", f"{around}["))
    )


def test_knows_since_when_and_until_when_as_the_facts_do(facts: dict[str, dict[str, Any]]) -> None:
    spans: dict[str, set[tuple[str, str | None]]] = {}
    for node in EVERY_NODE:
        spans.setdefault(node.pattern, set()).add((node.since, node.until))
    changed = tuple(path for path, fact in facts.items() if not isinstance(fact["type"], str))
    for path, fact in facts.items():
        if path.startswith(changed):
            continue  # declared once for each type; the next test looks at them
        wanted = {(fact["since"], fact.get("until"))}
        if {"read_only_since", "required_since", "required_until"} & fact.keys():
            # declared once for each of the two ways that it is treated
            assert len(spans[path]) == 2, path
            wanted = {
                (fact["since"], max(until or "" for _since, until in spans[path])),
                (max(spans[path])[0], None),
            }
        if f"{path}[]" in changed:
            wanted = {
                ("2023-03-01", "2023-09-01"),
                ("2024-03-01", None),
            }  # a list, declared once for each type of item
        assert spans[path] == wanted, path


def test_types_that_changed_are_declared_once_for_each_type(facts: dict[str, dict[str, Any]]) -> None:
    changed = {path: fact for path, fact in facts.items() if not isinstance(fact["type"], str)}
    assert len(changed) == 3
    for path, fact in changed.items():
        for version in API_VERSIONS:
            found = [node for node in nodes(version) if node.pattern == path]
            assert len(found) == within(version, fact), (path, version)


# ----------------------------------------------------------------------------------------------- Azure's own package

_MODEL = re.compile(r"_models\.(\w+)")
_OPTIONAL = re.compile(r"\bOptional\b|\bNone(Type)?\b")


class Told:
    """What Azure's package says of one member."""

    def __init__(
        self, *, kind: str, required: bool, read_only: bool, values: frozenset[str] = frozenset()
    ) -> None:
        self.kind = kind
        self.required = required
        self.read_only = read_only
        self.values = values


def described(model: Any, pattern: str = "", *, inherited: bool = False) -> Iterator[tuple[str, Told]]:
    """Every member that the package's model has, by pattern."""
    model()  # the package fills in its table of members when a model is first made
    for attribute, member in model._attr_to_rest_field.items():
        annotation = str(
            next(
                vars(base)["__annotations__"][attribute]
                for base in model.__mro__
                if attribute in vars(base).get("__annotations__", {})
            )
        )
        place = f"{pattern}.{member._rest_name}" if pattern else member._rest_name
        locked = inherited or member._visibility == ["read"]
        required = not _OPTIONAL.search(annotation) and not locked
        named = _MODEL.search(annotation)
        inner = getattr(sdk, named[1]) if named else None
        values = (
            frozenset(value.value for value in inner)
            if isinstance(inner, type(sdk.UpgradeMode))
            else frozenset()
        )
        kind = _kind(annotation, values)
        if re.search(r"\b(list|List)\[", annotation):
            yield place, Told(kind="array", required=required, read_only=locked)
            place += "[]"
            required = False
        elif re.search(r"\b(dict|Dict)\[", annotation):
            yield place, Told(kind="map", required=required, read_only=locked)
            place += "{}"
            required = False
        if inner is not None and not values:
            yield place, Told(kind="object", required=required, read_only=locked)
            yield from described(inner, place, inherited=locked)
        else:
            yield place, Told(kind=kind, required=required, read_only=locked, values=values)


def _kind(annotation: str, values: frozenset[str]) -> str:
    if values:
        return "choice"
    for word, kind in (("bool", "boolean"), ("int", "integer"), ("float", "number"), ("Any", "any")):
        if re.search(rf"\b{word}\b", annotation):
            return kind
    return "string"  # durations and times are strings on the wire


OUR_KINDS: dict[type[Property], str] = {
    Text: "string",
    Integer: "integer",
    Number: "number",
    Boolean: "boolean",
    Choice: "choice",
    Json: "any",
    Single: "object",
    List: "array",
    Map: "map",
}


def test_agrees_with_azures_own_package_in_the_newest_version() -> None:
    theirs = dict(described(sdk.VirtualMachineScaleSet))
    ours = {node.pattern: node for node in nodes(LATEST)}
    assert set(ours) == set(theirs)
    differing = []
    for pattern, node in ours.items():
        prop, other = node.property, theirs[pattern]
        said = (OUR_KINDS[type(prop)], prop.required, read_only(node), _wires(prop))
        if said != (other.kind, other.required, other.read_only, other.values):
            differing.append(
                (pattern, said, (other.kind, other.required, other.read_only, sorted(other.values)))
            )
    assert differing == []


def test_an_update_has_no_member_that_the_catalogue_lacks() -> None:
    ours = {node.pattern: OUR_KINDS[type(node.property)] for node in nodes(LATEST)}
    theirs = {pattern: other.kind for pattern, other in described(sdk.VirtualMachineScaleSetUpdate)}
    assert {pattern: ours.get(pattern) for pattern in theirs} == theirs


def _wires(prop: Property) -> frozenset[str]:
    return (
        frozenset(value.wire for value in prop.values_in(LATEST)) if isinstance(prop, Choice) else frozenset()
    )


# --------------------------------------------------------------------------------------------------- our own habits


def test_three_members_are_treated_otherwise_in_older_versions() -> None:
    agent = "properties.virtualMachineProfile.osProfile.windowsConfiguration.enableVMAgentPlatformUpdates"
    posture = "properties.virtualMachineProfile.securityPostureReference.id"
    disk = "properties.virtualMachineProfile.storageProfile.osDisk.name"

    def prop(place: str, version: str) -> Property:
        node = tree(version).at(tuple(place.split(".")))
        assert node is not None
        return node.property

    assert [prop(agent, version).read_only for version in ("2022-08-01", "2024-03-01", "2024-07-01")] == [
        False,
        False,
        True,
    ]
    assert [prop(posture, version).required for version in ("2023-03-01", "2023-09-01", "2024-03-01")] == [
        False,
        False,
        True,
    ]
    assert [
        prop(disk, version).required for version in ("2015-06-15", "2016-03-30", "2016-04-30-preview")
    ] == [
        True,
        True,
        False,
    ]


def test_every_property_has_a_title_in_sentence_case() -> None:
    for node in EVERY_PROPERTY.values():
        title = node.property.title
        assert title[:1].isupper() or title == "vTPM" or title.startswith("vCPU"), node.pattern
        assert title == title.strip().rstrip("."), node.pattern
        assert title not in {"ID", "Id", "Resource"}, node.pattern


def test_every_property_a_person_can_fill_in_has_help() -> None:
    for node in EVERY_PROPERTY.values():
        prop = node.property
        if (isinstance(prop, Single) and prop.inline) or (
            node.pattern.endswith(("[]", "{}")) and isinstance(prop, Single)
        ):
            continue  # an envelope or an item: its members speak for it
        assert prop.help.endswith("."), node.pattern
        assert prop.help.rstrip(".").casefold() != prop.title.casefold(), node.pattern
        assert len(prop.help) <= 330, node.pattern
        assert len(re.findall(r"[.!?](?:\s|$)", prop.help)) <= 4, node.pattern


def shown(node: Node) -> Iterator[Node]:
    """The members of an object as a page shows them: those of inline objects among the others."""
    for child in node.children.values():
        if isinstance(child.property, Single) and child.property.inline:
            yield from shown(child)
        else:
            yield child


@pytest.mark.parametrize("version", API_VERSIONS)
def test_no_two_members_on_a_page_share_a_title(version: str) -> None:
    for node in tree(version).walk():
        if isinstance(node.property, Single) and not node.property.inline:
            titles = [child.property.title for child in shown(node)]
            assert len(titles) == len(set(titles)), (node.pattern, sorted(titles))


def test_every_choice_value_lies_within_its_property_and_explains_itself() -> None:
    for (pattern, prop), node in EVERY_PROPERTY.items():
        if not isinstance(prop, Choice):
            continue
        assert len({value.wire for value in prop.values}) == len(prop.values), pattern
        assert len({value.label for value in prop.values}) == len(prop.values), pattern
        for value in prop.values:
            assert value.label, pattern
            assert value.help.endswith("."), (pattern, value.wire)
            if value.since != versions.FIRST:
                assert versions.within(value.since, node.since, node.until), (pattern, value.wire)


def test_every_list_and_map_names_one_of_its_items() -> None:
    for pattern, prop in EVERY_PROPERTY:
        if isinstance(prop, List | Map):
            noun = prop.singular
            assert noun, pattern
            assert noun != prop.title, pattern


def test_every_list_of_objects_says_what_describes_an_item_and_the_members_exist() -> None:
    everywhere = {node.pattern for node in EVERY_NODE}
    for node in EVERY_NODE:
        if (
            isinstance(node.property, List)
            and node.item is not None
            and isinstance(node.item.property, Single)
        ):
            summary = node.item.property.part.summary
            assert summary, node.pattern
            for path in summary:
                assert f"{node.pattern}[].{path}" in everywhere
            for path in node.item.property.part.in_sight:
                assert f"{node.pattern}[].{path.replace('[0]', '[]')}" in everywhere


def test_examples_are_values_that_the_property_accepts() -> None:
    for (pattern, prop), node in EVERY_PROPERTY.items():
        if prop.example and not isinstance(prop, Map):
            value = prop.from_text(prop.example)
            validator = jsonschema_rs.Draft202012Validator(prop.schema(node))
            assert validator.is_valid(value), (pattern, prop.example)


def test_secrets_are_the_known_ones() -> None:
    secret = {node.pattern for node in EVERY_NODE if node.property.secret}
    profile = "properties.virtualMachineProfile"
    assert secret == {
        f"{profile}.osProfile.adminPassword",
        f"{profile}.osProfile.customData",
        f"{profile}.osProfile.windowsConfiguration.additionalUnattendContent[].content",
        f"{profile}.extensionProfile.extensions[].properties.protectedSettings",
        f"{profile}.securityPostureReference.excludeExtensions[].properties.protectedSettings",
    }


def test_settings_of_extensions_accept_objects_only() -> None:
    for node in EVERY_NODE:
        if isinstance(node.property, Json):
            assert node.property.objects, node.pattern
            validator = jsonschema_rs.Draft202012Validator(node.json_schema())
            assert validator.is_valid({"a": [1, None, {"b": True}]}), node.pattern
            for other in ("text", 1, None, True, ["list"]):
                assert not validator.is_valid(other), node.pattern


def test_every_reference_says_what_it_refers_to() -> None:
    for node in EVERY_PROPERTY.values():
        if node.property.wire == "id" and node.pattern.endswith((".id", "[].id")) and not read_only(node):
            if node.property.until == "2022-08-01":
                continue  # ids of the instances' own parts, which nobody picks
            assert node.property.kind, node.pattern


def test_every_kind_of_reference_is_explained() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "adding-a-property.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE))
    assert {prop.kind for _, prop in EVERY_PROPERTY if prop.kind} == explained


def test_spelling_of_overprovisioning_follows_the_version() -> None:
    for version in API_VERSIONS:
        names = {
            name for name in tree(version).children["properties"].children if name.lower() == "overprovision"
        }
        assert names == ({"overProvision"} if version < "2017-03-30" else {"overprovision"})


def test_places_with_free_names_are_maps() -> None:
    def maps(version: str) -> set[str]:
        return {node.pattern for node in tree(version).walk() if isinstance(node.property, Map)}

    assert maps("2016-04-30-preview") == {"tags"}
    assert maps(LATEST) == {
        "tags",
        "identity.userAssignedIdentities",
        f"{NIC}.tags",
        f"{NIC}.properties.ipConfigurations[].properties.publicIPAddressConfiguration.tags",
    }


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(versions.UnknownVersion):
        tree("2016-04-30")


def test_members_come_in_the_order_of_azures_examples() -> None:
    def names(*path: str) -> list[str]:
        node = tree("2016-04-30-preview").at(path)
        assert node is not None
        return list(node.children)

    assert names()[:6] == ["tags", "location", "sku", "plan", "identity", "properties"]
    assert names("properties")[:4] == [
        "singlePlacementGroup",
        "overProvision",
        "upgradePolicy",
        "virtualMachineProfile",
    ]
    assert names("properties", "virtualMachineProfile") == [
        "osProfile",
        "extensionProfile",
        "storageProfile",
        "networkProfile",
    ]


def test_the_root_part_is_the_scale_set() -> None:
    root = tree(LATEST).property
    assert isinstance(root, Single)
    assert root.part is ScaleSetBody
