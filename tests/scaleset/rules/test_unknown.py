"""Values that nobody knows yet: one finding each, no rule judges them or what follows from them, no fix writes them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scaleset.rules import cases
from tests.scaleset.rules.test_rules import CASES, every_rule, findings_of
from vmssbuilder.scaleset import check, paths
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.request import Target
from vmssbuilder.scaleset.rules import REGISTRY, check_target
from vmssbuilder.scaleset.rules.unknown import Unknown, guarded
from vmssbuilder.scaleset.secrets import MASK

EXPRESSION = "[parameters('given')]"
ABOUT_THEM = {"template-expression", "secret-placeholder"}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a document, objects and lists included."""
    if path:
        yield path
    steps: Any = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    )
    for step, inner in steps:
        yield from places(inner, (*path, step))


def with_value(document: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    paths.put(changed, path, value)
    return changed


@every_rule
def test_no_rule_judges_what_nobody_knows(rule_id: str) -> None:
    if rule_id in ABOUT_THEM or REGISTRY[rule_id].subject == "target":
        return
    _where, case = CASES[rule_id].breaks[0]
    for path in places(case.document):
        changed = cases.Case(
            with_value(case.document, path, EXPRESSION), case.version, case.operation, case.target
        )
        for finding in findings_of(rule_id, changed):
            assert not paths.starts_with(finding.path, path), path
            assert EXPRESSION not in str(finding.fix), path


@pytest.mark.parametrize("sound", [cases.linux, cases.windows, cases.flexible, cases.containers])
@pytest.mark.parametrize("unknown", [EXPRESSION, MASK], ids=["expression", "asterisks"])
def test_each_has_the_one_finding_that_it_must_be_replaced(sound: Any, unknown: str) -> None:
    document = sound().document
    said = {EXPRESSION: "template-expression", MASK: "secret-placeholder"}[unknown]
    for path in places(document):
        found = [
            (finding.rule, finding.path)
            for finding in check(with_value(document, path, unknown), "2024-07-01")
            if finding.severity == "error"
        ]
        assert found == [(said, path)]


def test_what_follows_from_it_is_not_judged_either() -> None:
    for changes in (
        {"zones": EXPRESSION, "properties.zoneBalance": True},
        {"sku.name": EXPRESSION, "sku.tier": "Basic"},
        {"properties.orchestrationMode": EXPRESSION, cases.UPGRADE: cases.GONE},
        {
            f"{cases.OS}.adminUsername": EXPRESSION,
            f"{cases.OS}.linuxConfiguration": {"ssh": {"publicKeys": [{}]}},
        },
        {f"{cases.OS}.adminPassword": EXPRESSION},
        {f"{cases.OS}.linuxConfiguration": EXPRESSION, f"{cases.OS}.adminPassword": cases.GONE},
        {f"{cases.NET}.networkInterfaceConfigurations": EXPRESSION},
    ):
        found = check(cases.linux(changes).document, "2024-07-01")
        assert {finding.rule for finding in found} - {"orchestration-explicit", "ssh-key-format"} == {
            "template-expression"
        }, changes


def test_a_name_may_be_an_expression() -> None:
    named = "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('given'))]"
    identity = {"type": "UserAssigned", "userAssignedIdentities": {named: {}}}
    found = check(cases.linux({"identity": identity, "tags": {"[concat('a')]": "x"}}).document, "2024-07-01")
    assert sorted((finding.rule, finding.path) for finding in found) == [
        ("template-expression", ("identity", "userAssignedIdentities", named)),
        ("template-expression", ("tags", "[concat('a')]")),
    ]


def test_a_member_with_a_name_that_nobody_knows_is_not_called_unknown() -> None:
    found = check(cases.linux({"properties": {"[concat('over', 'provision')]": True}}).document, "2024-07-01")
    assert [
        finding.rule for finding in found if finding.path == ("properties", "[concat('over', 'provision')]")
    ] == ["template-expression"]


def test_settings_are_searched_for_calls_that_templates_know() -> None:
    settings = f"{cases.EXTENSIONS}[0].properties.settings"
    extension = {
        "name": "script",
        "properties": {"publisher": "Shop", "type": "Script", "typeHandlerVersion": "1.0"},
    }
    for text, found in (
        ("[uri(parameters('base'), 'a.sh')]", [f"{settings}.files[0]"]),
        ("[ResourceGroup().location]", [f"{settings}.files[0]"]),
        ("[test(1)]", []),
        ("[ -f /a ] && (b)", []),
    ):
        document = cases.linux({f"{cases.EXTENSIONS}[0]": extension, settings: {"files": [text]}}).document
        assert [finding.where for finding in check(document, "2024-07-01")] == found, text


def test_a_placeholder_inside_an_expression_is_no_second_finding() -> None:
    found = check(cases.linux({"location": "[concat('{region}')]"}).document, "2024-07-01")
    assert [finding.rule for finding in found] == ["template-expression"]


def test_a_placeholder_beside_an_expression_is_still_found() -> None:
    found = check(cases.linux({"location": EXPRESSION, "tags": {"owner": "{owner}"}}).document, "2024-07-01")
    assert [finding.rule for finding in found] == ["placeholder", "template-expression"]


def test_the_address_is_not_judged_either() -> None:
    found = check_target(Target(EXPRESSION, "[resourceGroup().name]", "[concat('web-', 'é')]"))
    assert [(finding.rule, finding.where) for finding in found] == [
        ("template-expression", "$target.subscription"),
        ("template-expression", "$target.resourceGroup"),
        ("template-expression", "$target.name"),
    ]
    document = cases.linux({"name": "web"}).document
    target = Target("11111111-2222-3333-4444-555555555555", "rg-shop", EXPRESSION)
    found = check(document, "2024-07-01", target=target)
    assert [finding.rule for finding in found if finding.severity == "error"] == []


def test_a_guarded_document_tells_what_is_known_and_nothing_else() -> None:
    plain = {"a": {"known": 1, "open": "[x()]"}, "b": [{"c": 1}, "[x()]"], "[x()]": 1, "d": {"e": [3]}}
    seen = guarded(
        plain,
        [
            ("a", "open"),
            ("b", 1),
            ("[x()]",),
            ("gone", "deep"),
            ("gone", 0, "x"),
            ("b", "x", "y"),
            ("b", 2, "c"),
            ("b", 7, "c"),
            ("d", 0),
            ("d", "e", "f"),
        ],
    )
    assert seen["a"]["known"] == seen["a"].get("known") == 1
    assert "known" in seen["a"]
    assert "other" not in seen["a"]
    assert list(seen["a"]) == ["known", "open"]
    assert seen["b"][0] == {"c": 1}
    assert len(seen["b"]) == 2
    assert seen.get("gone", 5) == 5
    assert dict(seen["d"].items()) == {"e": [3]}
    assert list(seen["d"].values()) == [[3]]
    assert 3 in seen["d"]["e"]
    assert seen["d"]["e"][:1] == [3]
    for ask in (
        lambda: seen["a"]["open"],
        lambda: seen["a"].get("open"),
        lambda: "open" in seen["a"],
        seen["a"].items,
        seen["a"].values,
        lambda: list(seen),
        lambda: seen["b"][1],
        lambda: seen["b"][:1],
        lambda: list(seen["b"]),
        lambda: 1 in seen["b"],
    ):
        with pytest.raises(Unknown):
            ask()
    assert plain == {
        "a": {"known": 1, "open": "[x()]"},
        "b": [{"c": 1}, "[x()]"],
        "[x()]": 1,
        "d": {"e": [3]},
    }
