"""Every rule: what breaks it, what just does not, what it says, and whether its fix cures."""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import Any

import pytest

from tests.scaleset.rules import cases
from tests.scaleset.rules.cases import Case, Cases
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.rules import REGISTRY, View
from vmssbuilder.scaleset.rules.view import placeholder_in


def _collect() -> dict[str, Cases]:
    collected: dict[str, Cases] = {}
    for module in pkgutil.iter_modules(cases.__path__):
        area = importlib.import_module(f"{cases.__name__}.{module.name}").CASES
        assert collected.keys().isdisjoint(area), module.name
        collected |= area
    return collected


CASES = _collect()
BREAKS = [(rule_id, where, case) for rule_id, entry in CASES.items() for where, case in entry.breaks]
FINE = [(rule_id, case) for rule_id, entry in CASES.items() for case in entry.fine]


def _findings(rule_id: str, case: Case) -> list[Finding]:
    """What the one rule finds, asked as the check asks it."""
    rule = REGISTRY[rule_id]
    document = case.document
    if case.target is not None and not document:
        target = case.target
        document = {
            "$target": {
                "subscription": target.subscription,
                "resourceGroup": target.resource_group,
                "name": target.name,
            }
        }
    elif rule.subject == "target" or not rule.applies(case.version, case.operation):
        return []
    # A raw rule is for documents of any shape; the check would have taken the misshapen parts out of the other view.
    seen = {} if rule.raw else document
    return rule.findings(View(seen, case.version, case.operation, document, case.target))


def _named(items: list[Any]) -> list[Any]:
    """Parameters that are named after the rule, numbered."""
    return [pytest.param(*item, id=f"{item[0]}-{position}") for position, item in enumerate(items)]


def test_every_rule_has_a_document_that_breaks_it_and_one_that_does_not() -> None:
    assert sorted(REGISTRY) == sorted(CASES)
    assert [rule_id for rule_id, entry in CASES.items() if not entry.breaks or not entry.fine] == []


@pytest.mark.parametrize(("rule_id", "where", "case"), _named(BREAKS))
def test_a_broken_document_is_found(rule_id: str, where: str, case: Case) -> None:
    assert where in [finding.where for finding in _findings(rule_id, case)]


@pytest.mark.parametrize(("rule_id", "case"), _named(FINE))
def test_a_sound_document_is_not_found(rule_id: str, case: Case) -> None:
    assert _findings(rule_id, case) == []


@pytest.mark.parametrize(("rule_id", "where", "case"), _named(BREAKS))
def test_the_message_says_what_is_wrong_and_what_to_do(rule_id: str, where: str, case: Case) -> None:
    for finding in _findings(rule_id, case):
        message = finding.message
        assert message[0].isupper() or message[0] in "“-", message
        assert message.endswith("."), message
        assert "  " not in message, message
        if rule_id != "placeholder":
            assert "{" not in message, message
            assert "}" not in message, message
        else:
            assert placeholder_in(message) or "braces" in message


@pytest.mark.parametrize(("rule_id", "where", "case"), _named(BREAKS))
def test_the_message_keeps_the_secret(rule_id: str, where: str, case: Case) -> None:
    secrets = [
        value
        for place in ("properties.virtualMachineProfile.osProfile.adminPassword",)
        if isinstance(value := paths.get(case.document, paths.parse(place), None), str) and len(value) > 5
    ]
    for finding in _findings(rule_id, case):
        assert [secret for secret in secrets if secret in finding.message] == []


@pytest.mark.parametrize(
    ("rule_id", "where", "case"),
    _named(
        [
            (rule_id, where, case)
            for rule_id, where, case in BREAKS
            if any(found.fix for found in _findings(rule_id, case))
        ]
    ),
)
def test_the_fix_cures(rule_id: str, where: str, case: Case) -> None:
    for finding in _findings(rule_id, case):
        if finding.fix is not None:
            before = json.dumps(case.document)
            cured = finding.fix.apply(case.document)
            assert finding.path not in [
                again.path
                for again in _findings(rule_id, Case(cured, case.version, case.operation, case.target))
            ]
            assert json.dumps(case.document) == before
            assert finding.fix.title[0].isupper()
