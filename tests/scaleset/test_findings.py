"""Findings and the fixes they carry."""

from __future__ import annotations

from vmssbuilder.scaleset.findings import Change, Confidence, Finding, Fix, Severity, errors, warnings


def test_a_fix_sets_removes_and_moves_in_a_copy() -> None:
    document = {"a": {"old": 1}, "b": {"gone": 2}, "list": [1]}
    fix = Fix(
        "Mend it",
        (
            Change("move", ("a", "old"), to=("c", "new")),
            Change("remove", ("b", "gone")),
            Change("set", ("list",), [1, 2]),
            Change("move", ("nowhere",), to=("d",)),
        ),
    )
    assert fix.apply(document) == {"c": {"new": 1}, "list": [1, 2]}
    assert document == {"a": {"old": 1}, "b": {"gone": 2}, "list": [1]}


def test_what_a_fix_sets_is_not_shared_with_it() -> None:
    fix = Fix("Set it", (Change("set", ("a",), {"b": []}),))
    fix.apply({})["a"]["b"].append(1)
    assert fix.apply({}) == {"a": {"b": []}}


def test_only_errors_that_azure_does_not_vouch_for_can_be_overridden() -> None:
    severities: tuple[Severity, ...] = ("error", "warning")
    grades: tuple[Confidence, ...] = ("A", "C", "I", "U")
    overridable = {
        (severity, confidence): Finding("r", severity, (), "m", confidence).overridable
        for severity in severities
        for confidence in grades
    }
    assert [pair for pair, yes in overridable.items() if yes] == [("error", "C"), ("error", "I")]


def test_errors_and_warnings_are_told_apart_in_order() -> None:
    kinds: list[tuple[str, Severity]] = [("1", "error"), ("2", "warning"), ("3", "error")]
    found = [Finding(rule, severity, (rule,), "m") for rule, severity in kinds]
    assert [finding.rule for finding in errors(found)] == ["1", "3"]
    assert [finding.rule for finding in warnings(found)] == ["2"]
    assert found[0].where == "['1']"
