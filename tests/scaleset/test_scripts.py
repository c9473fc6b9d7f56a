"""Which secrets are scripts, by their declaration."""

from __future__ import annotations

import pytest

from tests.reviews.making import CUSTOM_DATA, with_commands, with_script
from vmssbuilder.scaleset import scripts, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.presets import PRESETS, settings_tree
from vmssbuilder.scaleset.versions import API_VERSIONS

VERSION = "2024-07-01"


def stored(document: dict[str, object]) -> dict[str, object]:
    """The document with its secrets in the vault."""
    made: dict[str, object] = secrets.replace(document, lambda _path, _value: secrets.reference("x"))
    return made


def test_scripts_are_custom_data_and_what_the_custom_script_extension_runs() -> None:
    assert [each.place for each in scripts.find(stored(with_script()), VERSION)] == [CUSTOM_DATA]
    [command] = scripts.find(stored(with_commands()), VERSION)
    assert command.place.endswith("extensions[0].properties.protectedSettings.commandToExecute")
    assert command.of({"commandToExecute": "go", "storageAccountKey": "k"}) == "go"
    assert command.of({"storageAccountKey": "k"}) is None
    assert command.of("go") is None


def test_what_stands_in_clear_or_goes_by_another_name_is_none() -> None:
    assert scripts.find(with_script(), VERSION) == []
    misspelled = with_commands()
    profile = misspelled["properties"]["virtualMachineProfile"]
    profile["osProfile"]["CustomData"] = "aGk="
    profile["extensionProfile"]["extensions"][0]["properties"]["publisher"] = "Contoso"
    assert scripts.find(stored(misspelled), VERSION) == []


@pytest.mark.parametrize("api_version", [API_VERSIONS[0], API_VERSIONS[-1]])
def test_no_other_secret_is_declared_a_script(api_version: str) -> None:
    """Passwords, keys and tokens are never opened, whoever asks."""
    declared = {node.pattern for node in tree(api_version).walk() if node.property.script} | {
        f"{preset.name}:{node.property.wire}"
        for preset in PRESETS
        if preset.protected is not None
        for node in settings_tree(preset.protected, api_version).walk()
        if node.property.script
    }
    assert declared == {
        CUSTOM_DATA,
        "custom-script-linux:commandToExecute",
        "custom-script-linux:script",
        "custom-script-windows:commandToExecute",
    }
