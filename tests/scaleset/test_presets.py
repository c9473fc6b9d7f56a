"""Known extensions: every one is whole, and the rules agree with it."""

from __future__ import annotations

import re

import pytest

from vmssbuilder.scaleset import check, presets
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.presets import PRESETS, PROTECTED, SETTINGS, Preset
from vmssbuilder.scaleset.properties import Boolean, Choice, Node
from vmssbuilder.scaleset.rules.extensions import _SELF_UPGRADING, OS_OF
from vmssbuilder.scaleset.systems import SYSTEMS
from vmssbuilder.scaleset.versions import LATEST
from vmssbuilder.scaleset.wording import in_version

each = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)


def leaves(preset: Preset) -> list[Node]:
    """Every named setting, those in rows included."""
    parts = [part for part in (preset.settings, preset.protected) if part is not None]
    return [leaf for part in parts for leaf in presets.settings_tree(part).leaves()]


def extension(preset: Preset) -> dict[str, object]:
    return {"name": preset.called, "properties": preset.members("2024-07-01")}


@each
def test_a_preset_fills_in_what_azure_demands(preset: Preset) -> None:
    assert preset.system in SYSTEMS
    assert re.fullmatch(r"\d+\.\d+", preset.version)
    assert preset.title
    assert preset.help_in(LATEST).endswith(".")
    document = {
        "properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": [extension(preset)]}}}
    }
    place = ("properties", "virtualMachineProfile", "extensionProfile")
    found = errors(check(document, "2024-07-01", "update"))
    # What is left to say is about settings that only the person knows.
    wrong = [entry.message for entry in found if entry.path[:3] == place and "settings" not in entry.path]
    assert wrong == []


@each
def test_the_rules_hold_a_preset_for_the_same_system(preset: Preset) -> None:
    known = OS_OF.get(f"{preset.publisher}/{preset.kind}".casefold())
    assert known == preset.system


@each
def test_named_settings_are_told_apart_and_explained(preset: Preset) -> None:
    titles = [
        node.property.title
        for part in (preset.settings, preset.protected)
        if part is not None
        for node in presets.settings_tree(part).walk()
        if node.parent is not None and (node.is_leaf or node.item) and "[]" not in node.pattern
    ]
    assert len(set(titles)) == len(titles)
    for leaf in leaves(preset):
        assert leaf.property.title, leaf.pattern
        assert leaf.property.help.endswith("."), leaf.pattern
        if leaf.property.example:
            value = leaf.property.from_text(leaf.property.example)
            assert leaf.property.to_text(value), leaf.pattern
        elif not leaf.property.secret:
            assert isinstance(leaf.property, Choice | Boolean), f"{leaf.pattern} has no example"


@each
def test_all_protected_settings_are_secret_and_stand_at_the_top(preset: Preset) -> None:
    """A secret is merged into the vault by the name of its member, so it cannot lie deeper."""
    if preset.protected is not None:
        for name, node in presets.settings_tree(preset.protected).children.items():
            assert node.is_leaf, name
            assert node.property.secret, name
    if preset.settings is not None:
        assert not any(leaf.property.secret for leaf in presets.settings_tree(preset.settings).leaves())


@each
def test_a_preset_is_known_by_publisher_and_type_in_any_case(preset: Preset) -> None:
    same = {
        "publisher": preset.publisher.upper(),
        "type": preset.kind.lower(),
        "typeHandlerVersion": f"{preset.major}.99",
    }
    assert presets.of({"properties": same}) is preset
    first = next(other for other in PRESETS if other.handler == preset.handler)
    for odd in ("99.9", "", None, 2):
        assert presets.of({"properties": same | {"typeHandlerVersion": odd}}) is first


@each
def test_a_preset_says_what_it_needs_and_whether_azure_upgrades_it(preset: Preset) -> None:
    described = " ".join(preset.needs_in(LATEST))
    assert all(sentence.endswith(".") for sentence in preset.needs_in(LATEST))
    assert ("managed identity" in described) == bool(preset.identity)
    assert ("system-assigned" in described) == (preset.identity == "system")
    for said in (preset.role, preset.with_it, preset.runs_on):
        assert in_version(said, LATEST) in described
    assert set(preset.modes) <= {"Uniform", "Flexible"}
    # A Flexible scale set has no system-assigned identity.
    assert preset.identity != "system" or preset.modes == ("Uniform",)
    assert preset.upgrades == (preset.kind.casefold() in _SELF_UPGRADING)


@each
def test_automatic_upgrade_is_stated_where_the_version_has_it(preset: Preset) -> None:
    """Off by default before 2025-04-01 and on since, so that silence would mean something else in each."""
    assert "enableAutomaticUpgrade" not in preset.members("2019-12-01")
    for version in ("2020-06-01", "2024-11-01", "2025-04-01", LATEST):
        assert preset.members(version)["enableAutomaticUpgrade"] is preset.upgrades


def test_a_mere_answer_is_healthy_unless_rich_states_are_asked_for() -> None:
    plain, rich = presets.BY_NAME["application-health-linux"], presets.BY_NAME["rich-health-linux"]
    assert (plain.version, rich.version) == ("1.0", "2.0")
    assert "200" in plain.help_in(LATEST)
    assert "ApplicationHealthState" in " ".join(rich.needs_in(LATEST))


@pytest.mark.parametrize(
    "odd", [None, "text", [], {}, {"properties": None}, {"properties": {"publisher": 1, "type": []}}]
)
def test_anything_else_is_no_preset(odd: object) -> None:
    assert presets.of(odd) is None


def test_a_named_setting_is_found_by_its_place() -> None:
    found = presets.node_at((*SETTINGS, "fileUris", 0))
    assert found is not None
    assert found.property.title == "File address"
    secret = presets.node_at((*PROTECTED, "storageAccountKey"))
    assert secret is not None
    assert secret.property.secret
    assert presets.node_at((*SETTINGS, "somethingElse")) is None
    assert presets.node_at(SETTINGS) is None


def test_an_extension_is_empty_until_somebody_says_which_it_is() -> None:
    assert presets.is_empty({})
    assert presets.is_empty({"name": "a", "properties": {"publisher": "", "settings": {}}})
    assert not presets.is_empty({"properties": {"type": "Agent"}})
