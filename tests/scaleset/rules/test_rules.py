"""Every rule: what breaks it, what just does not, what it says, and whether its fix cures."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.scaleset.rules import cases
from tests.scaleset.rules.cases import Case, Cases
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.presets import BY_NAME
from vmssbuilder.scaleset.request import Target
from vmssbuilder.scaleset.rules import REGISTRY, View, check_target, rule
from vmssbuilder.scaleset.rules.view import placeholder_in
from vmssbuilder.scaleset.secrets import MASK
from vmssbuilder.scaleset.secrets import find as secrets_in

AREAS: dict[str, dict[str, Cases]] = {
    module.name: importlib.import_module(f"{cases.__name__}.{module.name}").CASES
    for module in pkgutil.iter_modules(cases.__path__)
}
CASES = {rule_id: tried for area in AREAS.values() for rule_id, tried in area.items()}

OF_ONE_RULE: list[Callable[[str], None]] = []
"""The tests that are made with each rule."""


def every_rule(test: Callable[[str], None]) -> Callable[[str], None]:
    """One test for each area, which goes through its rules and tells of all with which the test of one rule fails."""
    OF_ONE_RULE.append(test)

    @pytest.mark.parametrize("area", AREAS)
    def of_an_area(area: str) -> None:
        failed: list[Exception] = []
        for rule_id in AREAS[area]:
            try:
                test(rule_id)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told with the name of the rule
                error.add_note(f"Rule: {rule_id}")
                failed.append(error)
        if failed:
            raise ExceptionGroup(area, failed)

    return of_an_area


def test_a_rule_is_of_one_area() -> None:
    assert len(CASES) == sum(map(len, AREAS.values()))


def findings_of(rule_id: str, case: Case) -> list[Finding]:
    """What the one rule finds, asked as the check asks it."""
    entry = REGISTRY[rule_id]
    document = case.document
    if case.target is not None and not document:
        target = case.target
        parts = {
            "subscription": target.subscription,
            "resourceGroup": target.resource_group,
            "name": target.name,
        }
        document = {"$target": parts}
    elif entry.subject == "target" or not entry.applies(case.version, case.operation):
        return []
    # A misfit rule is for documents of any shape; the check would have taken the misshapen parts out of the other view.
    seen = {} if entry.misfit else document
    return entry.findings(View(seen, case.version, case.operation, document, case.target))


def test_the_address_has_every_finding_at_once() -> None:
    found = check_target(Target("{subscription-id}", "rg shop.", "-"))
    assert [finding.rule for finding in found] == [
        "placeholder",
        "rg-name-chars",
        "rg-name-trailing-dot",
        "vmss-name-start",
        "vmss-name-end",
    ]
    assert check_target(Target("11111111-2222-3333-4444-555555555555", "rg-shop", "web")) == []


def test_extensions_that_wait_for_each_other_are_reported_once() -> None:
    path = "properties.virtualMachineProfile.extensionProfile.extensions"
    items = [
        {"name": name, "properties": {"provisionAfterExtensions": [after]}}
        for name, after in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    ]
    (finding,) = findings_of("ext-depends-cycle", cases.linux({path: items}))
    assert "a → b → c → a" in finding.message


def test_a_placeholder_is_named_but_not_in_a_secret() -> None:
    document = cases.linux({"tags": {"owner": "{owner}"}, f"{cases.OS}.adminPassword": "{my-password}"})
    messages = [finding.message for finding in findings_of("placeholder", document)]
    assert messages == [
        "Replace the placeholder in braces with the real value.",
        "Replace {owner} with a real value.",
    ]


def test_what_a_disk_can_do_is_said_with_what_would_help() -> None:
    for kind, size, operations, throughput, described in (
        ("PremiumV2_LRS", 8, 5_000, None, "Premium SSD v2 disk of 8 GiB has 4,000 IOPS at most. Ask for less, or make the disk larger."),
        ("PremiumV2_LRS", 160, 90_000, None, "Premium SSD v2 disk has 80,000 IOPS at most. Ask for less, or use several disks."),
        ("UltraSSD_LRS", 64, 1_000, 300, "Ultra disk with 1,000 IOPS has 250 MB/s at most. Ask for less, or for more IOPS."),
        ("UltraSSD_LRS", 64, 64_000, 20_000, "Ultra disk with 64,000 IOPS has 10,000 MB/s at most. Ask for less, or use several disks."),
    ):  # fmt: skip
        disk = {
            "lun": 0,
            "createOption": "Empty",
            "diskSizeGB": size,
            "diskIOPSReadWrite": operations,
            "managedDisk": {"storageAccountType": kind},
        } | ({} if throughput is None else {"diskMBpsReadWrite": throughput})
        (finding,) = findings_of("datadisk-performance", cases.linux({f"{cases.DISKS}[0]": disk}))
        assert finding.message == f"A {described}"


def test_an_extension_that_needs_a_system_identity_says_why_it_is_for_uniform_scale_sets() -> None:
    extensions = {
        name: {f"{cases.EXTENSIONS}[0]": {"name": name, "properties": BY_NAME[name].members("2024-07-01")}}
        for name in ("entra-ssh", "hibernation-linux")
    }
    uniform = {"properties.orchestrationMode": "Uniform"}
    (because,) = findings_of("known-ext-mode", cases.flexible(extensions["entra-ssh"]))
    assert ": it needs a system-assigned identity" in because.message
    (plain,) = findings_of("known-ext-mode", cases.linux(extensions["hibernation-linux"] | uniform))
    assert "identity" not in plain.message


def test_what_lies_too_deep_is_not_searched_for_placeholders() -> None:
    deep: dict[str, Any] = {"a": "{x}"}
    for _level in range(100):
        deep = {"a": deep}
    path = "properties.virtualMachineProfile.extensionProfile.extensions[0].properties.settings"
    assert findings_of("placeholder", cases.linux({path: deep})) == []


def test_expressions_are_searched_for_as_deep_as_a_document_may_be() -> None:
    def nested(levels: int) -> Case:
        deep: dict[str, Any] = {"a": "[concat('a')]"}
        for _level in range(levels):
            deep = {"a": deep}
        return Case(deep)

    assert len(findings_of("template-expression", nested(paths.MAX_DEPTH))) == 1
    assert findings_of("template-expression", nested(paths.MAX_DEPTH + 1)) == []


def test_what_an_update_says_is_held_against_it() -> None:
    """In the check of changes alone other findings come first; in that of the whole these stand."""
    mix = {"allocationStrategy": "LowestPrice", "vmSizes": [{"name": "Standard_D2s_v5", "rank": 1}]}
    identity = {"type": "SystemAssigned", "userAssignedIdentities": {"/x": {}}}
    for rule_id, case in (
        ("osdisk-create-option", cases.patch({f"{cases.OS_DISK}.createOption": "Attach"})),
        ("sku-mix-rank", cases.patch({"properties.skuProfile": mix})),
        ("identity-user-ids", cases.patch({"identity": identity})),
    ):
        assert len(findings_of(rule_id, case)) == 1, rule_id


def test_a_rule_is_registered_once() -> None:
    with pytest.raises(ValueError, match="rule placeholder is registered twice"):
        rule("placeholder", "Again.")(lambda _view: None)


def test_every_rule_has_a_document_that_breaks_it_and_one_that_does_not() -> None:
    assert sorted(REGISTRY) == sorted(CASES)
    assert [rule_id for rule_id, entry in CASES.items() if not entry.breaks or not entry.fine] == []


@every_rule
def test_a_broken_document_is_found(rule_id: str) -> None:
    for position, (where, case) in enumerate(CASES[rule_id].breaks):
        assert [finding.where for finding in findings_of(rule_id, case)] == [where], position


@every_rule
def test_a_sound_document_is_not_found(rule_id: str) -> None:
    for position, case in enumerate(CASES[rule_id].fine):
        assert findings_of(rule_id, case) == [], position


@every_rule
def test_the_message_says_what_is_wrong_and_what_to_do(rule_id: str) -> None:
    for where, case in CASES[rule_id].breaks:
        for finding in findings_of(rule_id, case):
            message = finding.message
            assert message[0].isupper() or message[0] in "“-", message
            assert message.endswith("."), message
            assert "  " not in message, message
            if rule_id == "placeholder":
                assert placeholder_in(message) or "braces" in message, where
            else:
                assert "{" not in message, message
                assert "}" not in message, message


LEFT_TO_BE_FILLED_IN = {
    "autoos-health",
    "autoos-windows-updates",
    "flex-fd-required",
    "flex-network-api-version",
    "linux-auth-one-of",
    "osdisk-name-managed",
    "osdisk-ostype-custom",
    "password-required-windows",
    "repair-needs-health",
    "rolling-needs-health",
}
"""Rules for what Azure's own examples do not say."""


@every_rule
def test_what_examples_leave_to_be_filled_in_only_warns_while_placeholders_are_left(rule_id: str) -> None:
    _where, case = CASES[rule_id].breaks[0]
    filled = [finding.severity for finding in findings_of(rule_id, case)]
    unfilled = replace(case, document=case.document | {"tags": {"owner": "{owner}"}})
    severities = [finding.severity for finding in findings_of(rule_id, unfilled)]
    if rule_id in LEFT_TO_BE_FILLED_IN:
        assert (filled, severities) == (["error"], ["warning"])
    elif case.document and len(severities) == len(filled):
        assert severities == filled


@every_rule
def test_the_message_keeps_the_secret(rule_id: str) -> None:
    for _where, case in CASES[rule_id].breaks:
        secrets = [
            value
            for path, value in secrets_in(case.document)
            if isinstance(value, str) and len(value) > 5 and value != MASK
        ]
        for finding in findings_of(rule_id, case):
            assert [secret for secret in secrets if secret in finding.message] == []


@every_rule
def test_the_fix_is_the_one_meant(rule_id: str) -> None:
    for position, (case, meant) in enumerate(CASES[rule_id].fixes):
        fix = findings_of(rule_id, case)[0].fix
        if meant is None:
            assert fix is None, position
        else:
            assert fix is not None, position
            place, value = meant
            assert paths.get(fix.apply(case.document), paths.parse(place), cases.GONE) == value, position


@every_rule
def test_it_is_as_grave_as_meant(rule_id: str) -> None:
    for position, (case, meant) in enumerate(CASES[rule_id].grades):
        found = findings_of(rule_id, case)
        assert {"overridable" if finding.overridable else finding.severity for finding in found} == {meant}, (
            position
        )


@every_rule
def test_the_fix_cures(rule_id: str) -> None:
    for _where, case in CASES[rule_id].breaks:
        for finding in findings_of(rule_id, case):
            if finding.fix is None:
                continue
            before = json.dumps(case.document)
            cured = Case(finding.fix.apply(case.document), case.version, case.operation, case.target)
            assert finding.path not in [again.path for again in findings_of(rule_id, cured)]
            assert json.dumps(case.document) == before
            assert finding.fix.title[0].isupper()
