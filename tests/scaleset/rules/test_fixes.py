"""Every fix: it settles its finding, brings no other error, and fixes come to an end."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

from tests.scaleset.rules.cases import Case
from tests.scaleset.rules.fixing import Circle, fixed, random_case
from tests.scaleset.rules.test_rules import CASES, every_rule
from vmssbuilder.scaleset import check
from vmssbuilder.scaleset.findings import Finding, errors

NAMES_WHAT_IS_MISSING = {
    ("cse-key-case", "cse-storage-pair"): "under its right name the key asks for the account's name",
    ("ext-settings-object", "cse-command-required"): "settings that can be read turn out to hold no command",
    (
        "property-removed",
        "autoos-image-latest",
    ): "the switch is read in its new place, and needs an image without a version",
    ("property-removed", "autoos-health"): "the switch is read in its new place, and needs a health signal",
    (
        "property-removed",
        "identity-user-ids",
    ): "identities are read in their new place, and nothing switches them on",
    (
        "property-removed",
        "identity-id-format",
    ): "identities are read in their new place, and this is the ID of none",
    ("spot-restore-key", "spot-restore-needs-spot"): "the policy is read in its right place, and needs Spot",
    ("winrm-protocol", "winrm-https-cert"): "a listener that is plainly for HTTPS needs a certificate",
}
"""Errors that a fix brings, by its rule and theirs, with the reason: each names what is now missing."""


def _checked(case: Case) -> list[Finding]:
    return check(case.document, case.version, case.operation, case.target, whole=True)


@cache
def _fixable(rule_id: str) -> list[tuple[Case, Finding]]:
    return [
        (case, finding)
        for _where, case in CASES[rule_id].breaks
        if case.document
        for finding in _checked(case)
        if finding.rule == rule_id and finding.fix is not None
    ]


@every_rule
def test_a_fix_settles_its_finding_and_brings_no_other_error(rule_id: str) -> None:
    for case, finding in _fixable(rule_id):
        assert finding.fix is not None
        after = _checked(Case(finding.fix.apply(case.document), case.version, case.operation, case.target))
        assert (finding.rule, finding.path) not in [(each.rule, each.path) for each in after]
        before = Counter(each.rule for each in errors(_checked(case)))
        brought = Counter(each.rule for each in errors(after)) - before
        assert {rule for rule in brought if (rule_id, rule) not in NAMES_WHAT_IS_MISSING} == set(), (
            finding.where
        )


def test_every_reason_is_needed() -> None:
    brought = set()
    for rule_id, _other in NAMES_WHAT_IS_MISSING:
        for case, finding in _fixable(rule_id):
            assert finding.fix is not None
            document = finding.fix.apply(case.document)
            after = _checked(Case(document, case.version, case.operation, case.target))
            known = {each.rule for each in errors(_checked(case))}
            brought |= {(rule_id, each.rule) for each in errors(after) if each.rule not in known}
    assert NAMES_WHAT_IS_MISSING.keys() - brought == set()


@every_rule
def test_fixes_of_a_case_come_to_an_end(rule_id: str) -> None:
    for case in [*(case for _where, case in CASES[rule_id].breaks), *CASES[rule_id].fine]:
        if case.document:
            fixed(case)


def test_fixes_of_random_documents_come_to_an_end() -> None:
    """More of them: make fix-rounds."""
    random = Random(2_000)
    circles = []
    for _ in range(2_000):
        case = random_case(random)
        try:
            fixed(case)
        except Circle as circle:
            circles.append((circle.fixes, case))
    assert circles == []
