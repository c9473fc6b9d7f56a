"""Secrets that Azure keeps: they are there without being in the document, and are asked for only where they would be lost."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scaleset.documents import documents
from vmssbuilder.scaleset import apply_patch, check, merge_patch, paths, secrets
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.kept import KeptSecret, KnownUpdate, Method, carried, check_update, kept
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.versions import PATCH_SINCE, within

OS = "properties.virtualMachineProfile.osProfile"
EXTENSIONS = "properties.virtualMachineProfile.extensionProfile.extensions"
UNATTEND = f"{OS}.windowsConfiguration.additionalUnattendContent"
DISK = "properties.virtualMachineProfile.storageProfile.osDisk.caching"
NEW, OLD = "2024-07-01", "2016-04-30-preview"


def script(name: str = "setup", **settings: Any) -> dict[str, Any]:
    """A script extension whose command is in the protected settings."""
    return {
        "name": name,
        "properties": {
            "publisher": "Microsoft.Azure.Extensions",
            "type": "CustomScript",
            "typeHandlerVersion": "2.1",
            "settings": settings,
        },
    }


def monitor() -> dict[str, Any]:
    """An extension that may have protected settings, and does without them as well."""
    return {
        "name": "monitor",
        "properties": {
            "publisher": "Microsoft.Azure.Monitor",
            "type": "AzureMonitorLinuxAgent",
            "typeHandlerVersion": "1.0",
        },
    }


def live(*extensions: dict[str, Any], **os_profile: Any) -> dict[str, Any]:
    """A scale set as it was read: without its secrets."""
    profile: dict[str, Any] = {
        "osProfile": {"computerNamePrefix": "web", "adminUsername": "azureuser", **os_profile},
        "storageProfile": {
            "imageReference": {
                "publisher": "Canonical",
                "offer": "ubuntu-24_04-lts",
                "sku": "server",
                "version": "latest",
            },
            "osDisk": {"createOption": "FromImage", "caching": "ReadWrite"},
        },
        "networkProfile": {
            "networkInterfaceConfigurations": [
                {
                    "name": "nic",
                    "properties": {
                        "primary": True,
                        "ipConfigurations": [
                            {
                                "name": "ip",
                                "properties": {
                                    "subnet": {
                                        "id": "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg"
                                        "/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
                                    }
                                },
                            }
                        ],
                    },
                }
            ]
        },
    }
    if extensions:
        profile["extensionProfile"] = {"extensions": list(extensions)}
    return {
        "location": "uksouth",
        "sku": {"name": "Standard_D2s_v5", "capacity": 2},
        "properties": {"upgradePolicy": {"mode": "Manual"}, "virtualMachineProfile": profile},
    }


def windows() -> dict[str, Any]:
    """One with every kind of secret that lies outside of an extension."""
    found = live(windowsConfiguration={})
    found["properties"]["virtualMachineProfile"]["storageProfile"]["imageReference"] |= {
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2022-Datacenter",
    }
    item = {
        "passName": "OobeSystem",
        "componentName": "Microsoft-Windows-Shell-Setup",
        "settingName": "AutoLogon",
    }
    paths.put(found, paths.parse(UNATTEND), [item])
    return found


def update(
    before: dict[str, Any], *edits: tuple[str, Any], withheld: tuple[str, ...] = (), version: str = NEW
) -> tuple[dict[str, Any], KnownUpdate]:
    """The wanted document and the update that makes it of `before`."""
    wanted = copy.deepcopy(before)
    for place, value in edits:
        path = paths.parse(place)
        if value is MISSING:
            paths.remove(wanted, path)
        else:
            paths.put(wanted, path, value)
    method: Method = "PATCH" if within(version, PATCH_SINCE) else "PUT"
    changes = merge_patch(before, wanted, version, put=method == "PUT").body
    held = kept(before, map(paths.parse, withheld), wanted, changes, version)
    return wanted, KnownUpdate(before, changes, method, held)


def findings(
    before: dict[str, Any], *edits: tuple[str, Any], withheld: tuple[str, ...] = (), version: str = NEW
) -> list[Finding]:
    wanted, difference = update(before, *edits, withheld=withheld, version=version)
    return check_update(wanted, difference, version)


PROTECTED = f"{EXTENSIONS}[0].properties.protectedSettings"
CONTENT = f"{UNATTEND}[0].content"


@pytest.mark.parametrize(
    ("before", "withheld"),
    [
        (live(script()), (PROTECTED,)),
        (live(script("Setup"), monitor()), (PROTECTED, f"{EXTENSIONS}[1].properties.protectedSettings")),
        (windows(), (f"{OS}.adminPassword", f"{OS}.customData", CONTENT)),
        (live(), (f"{OS}.adminPassword", f"{OS}.customData")),
    ],
)
@pytest.mark.parametrize("edit", [("sku.capacity", 5), ("tags", {"team": "shop"}), (DISK, "ReadOnly")])
def test_what_azure_keeps_stands_in_no_ones_way(
    before: dict[str, Any], withheld: tuple[str, ...], edit: tuple[str, Any]
) -> None:
    assert not errors(findings(before, edit, withheld=withheld))
    _wanted, difference = update(before, edit, withheld=withheld)
    fixed = {f"{OS}.adminPassword", CONTENT}
    assert difference.kept == tuple(
        KeptSecret(paths.parse(place), fixed=place in fixed) for place in withheld
    )


def test_the_rule_that_asks_for_the_secret_is_there_to_be_silenced() -> None:
    assert [each.rule for each in errors(check(live(script()), NEW, "update", whole=True))] == [
        "cse-command-required"
    ]


def test_a_list_that_is_sent_asks_for_the_secret_that_it_would_lose() -> None:
    added = (f"{EXTENSIONS}[1]", monitor())
    (asked,) = errors(findings(live(script()), added, withheld=(PROTECTED,)))
    assert (asked.rule, asked.where, asked.overridable) == ("update-put-secrets", PROTECTED, True)
    assert "Protected settings of extension “setup”: Azure keeps this" in asked.message
    assert "it is lost unless you enter it again" in asked.message
    assert "the command that the script extension runs" in asked.message


def test_once_entered_the_secret_is_judged_like_any_other() -> None:
    added = (f"{EXTENSIONS}[1]", monitor())
    before = live(script())
    entered = (PROTECTED, {"commandToExecute": "sh setup.sh"})
    assert not errors(findings(before, added, entered, withheld=(PROTECTED,)))
    wrong = (PROTECTED, {"fileUris": ["https://shop.blob.core.windows.net/s/setup.sh"]})
    found = errors(findings(before, added, wrong, withheld=(PROTECTED,)))
    assert [each.rule for each in found] == ["cse-command-required"]


def test_a_secret_that_may_be_there_is_a_warning() -> None:
    edit = (f"{EXTENSIONS}[0].properties.enableAutomaticUpgrade", True)
    found = findings(live(monitor()), edit, withheld=(PROTECTED,))
    assert not errors(found)
    (asked,) = [each for each in found if each.where == PROTECTED]
    assert asked.severity == "warning"
    assert "Azure may keep this" in asked.message


def test_an_item_is_followed_by_its_name_and_forgotten_with_it() -> None:
    before = live(monitor(), script())
    withheld = (PROTECTED, f"{EXTENSIONS}[1].properties.protectedSettings")
    _wanted, difference = update(before, (f"{EXTENSIONS}[0]", MISSING), withheld=withheld)
    assert difference.kept == (KeptSecret(paths.parse(PROTECTED), lost=True),)
    _wanted, difference = update(before, (EXTENSIONS, []), withheld=withheld)
    assert difference.kept == ()
    renamed = (f"{EXTENSIONS}[1].name", "other")
    _wanted, difference = update(before, renamed, withheld=withheld)
    assert difference.kept == (KeptSecret(paths.parse(PROTECTED), lost=True),)


def test_without_patch_every_list_is_sent() -> None:
    (asked,) = errors(findings(live(script()), ("sku.capacity", 5), withheld=(PROTECTED,), version=OLD))
    assert asked.where == PROTECTED
    assert "sends the whole scale set" in asked.message
    assert f"API version {PATCH_SINCE} and newer send a change alone" in asked.message


def test_without_patch_what_lies_in_no_list_stays() -> None:
    withheld = (f"{OS}.adminPassword", f"{OS}.customData", CONTENT)
    found = findings(windows(), ("sku.capacity", 5), withheld=withheld, version=OLD)
    assert [each.where for each in found if each.rule == "update-put-secrets"] == [CONTENT]
    assert not errors(found)


def test_without_patch_a_secret_of_a_fixed_list_is_sent_along_once_it_is_entered() -> None:
    edits = (("sku.capacity", 5), (CONTENT, "<AutoLogon/>"))
    wanted, difference = update(windows(), *edits, withheld=(CONTENT,), version=OLD)
    assert not errors(check_update(wanted, difference, OLD))
    assert apply_patch(windows(), difference.changes) == wanted
    _wanted, difference = update(windows(), *edits, withheld=(CONTENT,), version=NEW)
    assert difference.changes == {"sku": {"capacity": 5}}


# --- what is sent is judged -------------------------------------------------------------------------------------------


def test_an_error_that_was_there_before_is_not_of_this_update() -> None:
    before = live()
    before["properties"]["virtualMachineProfile"]["osProfile"]["computerNamePrefix"] = "web_1"
    assert errors(check(before, NEW, "update", whole=True)), "the document breaks a rule"
    assert not errors(findings(before, ("sku.capacity", 5)))


def test_an_error_at_a_place_that_is_sent_is_of_this_update() -> None:
    before = live()
    place = f"{EXTENSIONS}[0].properties.settings"
    extension = script(commandToExecute="sh a.sh", CommandToExecute="sh b.sh")
    before["properties"]["virtualMachineProfile"]["extensionProfile"] = {"extensions": [extension]}
    assert not errors(findings(before, ("sku.capacity", 5)))
    found = errors(findings(before, (f"{EXTENSIONS}[0].properties.autoUpgradeMinorVersion", True)))
    assert [each.where for each in found] == [f"{place}.CommandToExecute"]


def test_an_error_that_the_change_makes_elsewhere_is_of_this_update() -> None:
    before = live()
    before["properties"] |= {"singlePlacementGroup": True}
    found = errors(findings(before, ("sku.capacity", 500)))
    assert found
    assert not errors(findings(before, ("sku.capacity", 50)))


@pytest.mark.parametrize(
    ("changes", "place", "expected"),
    [
        ({"sku": {"capacity": 5}}, "sku.capacity", True),
        ({"sku": {"capacity": 5}}, "sku.name", False),
        ({"sku": {"capacity": 5}}, "sku", False),
        ({"tags": {"team": "a"}}, "tags", True),
        ({"tags": {"team": "a"}}, "tags.other", False),
        ({"properties": {"virtualMachineProfile": None}}, DISK, True),
        ({"a": [{"b": 1}]}, "a[0].c", True),
        ({"a": {"$secret": "x"}}, "a.b", True),
        ({}, "sku", False),
    ],
)
def test_what_an_update_names(changes: dict[str, Any], place: str, expected: bool) -> None:
    assert carried(changes, paths.parse(place)) is expected


@settings(max_examples=60)
@given(
    st.sampled_from([NEW, OLD]).flatmap(
        lambda version: st.tuples(st.just(version), *[documents(version)] * 2)
    )
)
def test_whatever_was_there_and_is_wanted_is_judged(
    drawn: tuple[str, dict[str, Any], dict[str, Any]],
) -> None:
    version, before, wanted = drawn
    held = secrets.find(before)
    for place, _value in reversed(held):
        paths.remove(before, place)
    changes = merge_patch(before, wanted, version, put=version == OLD).body
    found = kept(before, [place for place, _value in held], wanted, changes, version)
    method: Method = "PUT" if version == OLD else "PATCH"
    judged = check_update(wanted, KnownUpdate(before, changes, method, found), version)
    assert {each.path for each in found if each.lost} <= {each.path for each in judged}
    assert all(paths.get(wanted, each.path, None) is None for each in found)


def test_the_changes_make_what_is_wanted() -> None:
    wanted, difference = update(live(script()), ("sku.capacity", 5), withheld=(PROTECTED,))
    assert difference.changes == {"sku": {"capacity": 5}}
    assert apply_patch(difference.before, difference.changes) == wanted
