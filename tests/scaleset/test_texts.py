"""What the texts of the catalogue and of known extensions say, in every API version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest

from vmssbuilder.scaleset import API_VERSIONS, presets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.presets import PRESETS, Preset
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Node, Number
from vmssbuilder.scaleset.rules import REGISTRY
from vmssbuilder.scaleset.versions import FIRST, LATEST, order, within
from vmssbuilder.scaleset.wording import Said, in_version

FEATURES: Final = {
    r"\bFlexible\b|\bUniform\b|[Oo]rchestration": "2020-12-01",
    r"\bMix\b|[Ii]nstance mix": "2024-07-01",
    r"Application Health": "2018-10-01",
    r"\bSpot\b": "2019-03-01",
    r"Premium SSD v2": "2022-03-01",
    r"\bUltra\b": "2018-06-01",
    r"[Mm]anaged disks?\b": "2016-04-30-preview",
    r"[Cc]onfidential": "2021-11-01",
    r"[Tt]rusted launch": "2020-12-01",
    r"[Aa]vailability zone": "2017-03-30",
    r"[Hh]ibernat": "2021-07-01",
    r"[Aa]utomatic repairs": "2018-10-01",
    r"[Rr]olling upgrade": "2017-03-30",
    r"[Aa]utomatic OS upgrade": "2017-03-30",
    r"[Cc]apacity reservation": "2021-04-01",
    r"[Pp]roximity placement": "2018-04-01",
    r"[Ee]phemeral": "2018-06-01",
    r"[Hh]ealth probe": "2017-03-30",
    r"NVMe disk": "2024-03-01",
    r"[Nn]etwork API version": "2020-12-01",
    r"[Uu]ser-assigned": "2017-12-01",
    r"[Ee]ncryption at host": "2020-06-01",
    r"[Mm]anaged identit|[Ss]ystem-assigned|\b[Ii]dentity\b": "2016-03-30",
    r"Secure Boot|vTPM": "2020-12-01",
    r"[Pp]roxy agent\b": "2023-09-01",
    r"[Oo]ptional capabilities": "2018-06-01",
}
"""The first API version that has what the words speak of."""

SENDS_ON: Final = {
    # Both name what a newer version has, or the cure for what the version still allows.
    "upgrade-mode-enum",
    "capacity-unmanaged-100",
}
"""Rules whose message names a feature on purpose before its version."""

OTHER_THINGS: Final = {
    "dns servers",
    "metadata service",
    "network security group",
    "os image",
    "patching by azure",
    "wire server",
}
"""Titles of settings whose words mean more than the setting."""

PROFILE: Final = "properties.virtualMachineProfile"
PUBLIC_IP: Final = (
    f"{PROFILE}.networkProfile.networkInterfaceConfigurations[].properties.ipConfigurations[].properties"
    ".publicIPAddressConfiguration"
)

SILENT: Final = {
    # Microsoft's pages and packages name no default for these.
    "properties.zonalPlatformFaultDomainAlignMode",
    "properties.skuProfile.vmSizes[].rank",
    "properties.scheduledEventsPolicy.userInitiatedRedeploy.automaticallyApprove",
    "properties.scheduledEventsPolicy.userInitiatedReboot.automaticallyApprove",
    f"{PROFILE}.osProfile.linuxConfiguration.patchSettings.automaticByPlatformSettings.rebootSetting",
    f"{PROFILE}.osProfile.windowsConfiguration.patchSettings.automaticByPlatformSettings.rebootSetting",
    f"{PROFILE}.networkProfile.networkInterfaceConfigurations[].properties.deleteOption",
    f"{PUBLIC_IP}.properties.deleteOption",
    f"{PUBLIC_IP}.sku.name",
    f"{PROFILE}.networkProfile.networkApiVersion",
    f"{PROFILE}.securityProfile.proxyAgentSettings.keyIncarnationId",
    f"{PROFILE}.securityProfile.proxyAgentSettings.addProxyAgentExtension",
    f"{PROFILE}.securityProfile.proxyAgentSettings.wireServer.mode",
    f"{PROFILE}.securityProfile.proxyAgentSettings.wireServer.useLocalFileRules",
    f"{PROFILE}.securityProfile.proxyAgentSettings.imds.mode",
    f"{PROFILE}.securityProfile.proxyAgentSettings.imds.useLocalFileRules",
    f"{PROFILE}.securityPostureReference.isOverridable",
    f"{PROFILE}.storageProfile.diskApiVersion",
    # Tools choose differently, so that it is to be stated.
    "properties.orchestrationMode",
    # There is nothing to choose, or nothing happens without them.
    "sku.capacity",
    "extendedLocation.type",
    "placement.zonePlacementPolicy",
    "properties.lifecycleHooksProfile.lifecycleHooks[].type",
    f"{PROFILE}.osProfile.windowsConfiguration.winRM.listeners[].protocol",
    f"{PROFILE}.osProfile.windowsConfiguration.additionalUnattendContent[].passName",
    f"{PROFILE}.osProfile.windowsConfiguration.additionalUnattendContent[].componentName",
    f"{PROFILE}.osProfile.windowsConfiguration.additionalUnattendContent[].settingName",
    f"{PROFILE}.storageProfile.osDisk.osType",
    f"{PROFILE}.storageProfile.osDisk.createOption",
    f"{PROFILE}.storageProfile.dataDisks[].diskSizeGB",
    f"{PROFILE}.storageProfile.osDisk.managedDisk.securityProfile.securityEncryptionType",
    f"{PROFILE}.storageProfile.dataDisks[].managedDisk.securityProfile.securityEncryptionType",
    *(
        f"{PROFILE}.storageProfile.{disk}.managedDisk.additionalDiskProperties.managedDiskProperties.{name}"
        for disk in ("osDisk", "dataDisks[]")
        for name in ("diskIOPSReadOnly", "diskMBpsReadOnly")
    ),
}
"""Optional settings of which no text says what applies if they are not set."""

SAYS_IT: Final = re.compile(r"[Nn]ot set|[Tt]he default|by default")

NOT_OURS: Final = re.compile(
    r"left out|leave it out|leave out when|licen[c]e|\bcentre|colour|behaviour|catalogue|\benrols?\b|spelt|favour"
    r"|when it is told|of its own\b|\bgrey\b|organis|optimis|recognis",
    re.IGNORECASE,
)
"""Words that these texts do not use: "not set" is Azure's, and the spelling is American."""


def texts(node: Node) -> Iterator[str]:
    """All that is said of a place in its API version."""
    yield node.property.title
    yield node.help
    if isinstance(node.property, Choice):
        for value in node.property.values_in(node.api_version):
            yield value.title
            yield value.help_in(node.api_version)


def preset_texts(preset: Preset, version: str) -> Iterator[str]:
    """All that is said of a known extension in an API version."""
    yield from (preset.title, preset.help_in(version), *preset.needs_in(version))
    for part in (preset.settings, preset.protected):
        for node in presets.settings_tree(part, version).walk() if part is not None else ():
            if node.parent is not None:
                yield from texts(node)


def test_no_text_names_a_feature_before_its_version() -> None:
    early = {
        (node.pattern, words, version)
        for version in API_VERSIONS
        for words, since in FEATURES.items()
        if order(version) < order(since)
        for node in tree(version).walk()
        if node.parent is not None
        for said in texts(node)
        if re.search(words, said)
    }
    assert early == set()


def test_no_text_of_a_known_extension_names_a_feature_before_its_version() -> None:
    early = {
        (preset.name, words, said)
        for version in API_VERSIONS
        for preset in PRESETS
        if preset.fits(version)
        for said in preset_texts(preset, version)
        for words, since in FEATURES.items()
        if order(version) < order(since) and re.search(words, said)
    }
    assert early == set()


def test_no_message_of_a_rule_names_a_feature_before_its_version() -> None:
    early = {
        (entry.id, words, version)
        for entry in REGISTRY.values()
        if entry.id not in SENDS_ON
        for version in API_VERSIONS
        if within(version, entry.since, entry.until)
        for words, since in FEATURES.items()
        if order(version) < order(since) and re.search(words, in_version(entry.message, version))
    }
    assert early == set()


def test_no_text_names_a_setting_before_its_version() -> None:
    """By their titles, where these have more than one word."""
    first: dict[str, str] = {}
    for version in API_VERSIONS:
        for node in tree(version).walk():
            if node.parent is not None and " " in node.property.title:
                first.setdefault(node.property.title.casefold(), version)
    later = {title: since for title, since in first.items() if since != FIRST and title not in OTHER_THINGS}
    names = re.compile("|".join(rf"\b{re.escape(title)}\b" for title in later), re.IGNORECASE)
    early = set()
    for version in API_VERSIONS:
        said = {text for node in tree(version).walk() if node.parent is not None for text in texts(node)}
        said |= {text for preset in PRESETS if preset.fits(version) for text in preset_texts(preset, version)}
        early |= {
            (version, found[0], text)
            for text in said
            for found in names.finditer(text)
            if order(later[found[0].casefold()]) > order(version)
        }
    assert early == set()


def test_a_known_extension_that_an_older_version_lacks_what_it_needs_for_says_which_one_has_it() -> None:
    waiting = [preset for preset in PRESETS if not preset.fits(FIRST)]
    assert waiting
    for preset in waiting:
        assert preset.needs_in(FIRST) == (f"Needs API version {preset.since} or newer.",)
        assert preset.fits(preset.since)
        assert not preset.fits(API_VERSIONS[order(preset.since) - 1])


def test_the_table_of_features_names_what_texts_speak_of() -> None:
    said = " ".join(text for node in tree(LATEST).walk() for text in texts(node))
    assert [words for words in FEATURES if not re.search(words, said)] == []


def test_every_version_has_a_text_and_every_sentence_a_version() -> None:
    for version in API_VERSIONS:
        for node in tree(version).walk():
            if node.parent is not None and not isinstance(node.property.said, str):
                assert node.help.endswith("."), (version, node.pattern)
                for said in node.property.said:
                    if isinstance(said, Said):
                        assert any(
                            in_version((said,), other)
                            for other in API_VERSIONS
                            if tree(other).at(_path(node)) is not None
                        ), said


def _path(node: Node) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    here: Node | None = node
    while here is not None and here.parent is not None:
        above = here.parent
        steps.append(
            (0 if above.pattern + "[]" == here.pattern else "name")
            if above.item is here
            else here.property.wire
        )
        here = above
    return tuple(reversed(steps))


def test_what_happens_if_a_setting_is_not_set_stands_with_it() -> None:
    unsaid = set()
    for node in tree(LATEST).leaves():
        prop = node.property
        if not isinstance(prop, Choice | Boolean | Integer | Number) or prop.required:
            continue
        if node.parent is not None and node.parent.item is node:
            continue
        if not any(map(SAYS_IT.search, texts(node))):
            unsaid.add(node.pattern)
    assert unsaid - SILENT == set()
    assert {place for place in SILENT if place not in unsaid and _leaf(place)} == set()


def _leaf(place: str) -> bool:
    found = [node for node in tree(LATEST).leaves() if node.pattern == place]
    return (
        bool(found)
        and isinstance(found[0].property, Choice | Boolean | Integer | Number)
        and not found[0].property.required
    )


@pytest.mark.parametrize(
    ("place", "version", "said"),
    [
        (
            f"{PROFILE}.extensionProfile.extensions[].properties.enableAutomaticUpgrade",
            "2024-11-01",
            "Off if not set",
        ),
        (
            f"{PROFILE}.extensionProfile.extensions[].properties.enableAutomaticUpgrade",
            "2025-04-01",
            "On if not set",
        ),
        (f"{PROFILE}.securityProfile.securityType", "2025-04-01", "Standard if not set"),
        (f"{PROFILE}.securityProfile.securityType", "2025-11-01", "trusted launch with Secure Boot"),
        ("zones", "2022-11-01", "cannot be changed later"),
        ("zones", "2023-03-01", "can be added later"),
        ("properties.singlePlacementGroup", "2017-03-30", "On if not set."),
        ("properties.singlePlacementGroup", "2017-12-01", "off with availability zones"),
    ],
)
def test_a_text_says_what_its_version_does(place: str, version: str, said: str) -> None:
    (node,) = (node for node in tree(version).walk() if node.pattern == place)
    assert said in node.help
    assert node.json_schema()["description"] == node.help


def test_texts_use_one_spelling_and_one_word_for_what_is_not_set() -> None:
    for version in (FIRST, "2017-12-01", LATEST):
        for node in tree(version).walk():
            if node.parent is not None:
                for said in texts(node):
                    assert not NOT_OURS.search(said), said
        for preset in PRESETS:
            for said in preset_texts(preset, version):
                assert not NOT_OURS.search(said), said
