"""What Microsoft retires: found from two years before its date, in words that are true on the day."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.scaleset.rules.cases import Case
from tests.scaleset.rules.cases.retirements import CASES
from vmssbuilder.scaleset import check
from vmssbuilder.scaleset.presets import PRESETS
from vmssbuilder.scaleset.retirements import RETIREMENTS, Retirement, past, retired
from vmssbuilder.scaleset.rules.retirements import _EXTENSIONS
from vmssbuilder.scaleset.versions import LATEST

DAY = dt.timedelta(days=1)
BREAKING = {
    "unmanaged-disks": ("unmanaged-retired", 0),
    "standard-hdd": ("osdisk-standard-hdd", 0),
    "nat-pools": ("nat-pools-retired", 0),
    "dsc": ("extension-retired", 0),
    "disk-encryption": ("extension-retired", 1),
    "dependency-agent": ("extension-retired", 2),
}
"""A document that breaks the rule of each retirement: its rule, and which of its cases."""


def found(rule: str, case: Case, today: dt.date | None) -> list[str]:
    return [
        each.message
        for each in check(case.document, case.version, case.operation, case.target, today=today)
        if each.rule == rule
    ]


@pytest.mark.parametrize("name", BREAKING)
def test_a_retirement_is_a_finding_from_two_years_before_its_date(name: str) -> None:
    rule, number = BREAKING[name]
    _where, case = CASES[rule].breaks[number]
    each = RETIREMENTS[name]
    assert (each.noticed.year, each.noticed.month, each.noticed.day) == (
        each.date.year - 2,
        each.date.month,
        each.date.day,
    )
    assert found(rule, case, each.noticed - DAY) == []
    for today, verb in (
        (each.noticed, "retires"),
        (each.date - DAY, "retires"),
        (each.date, "retired"),
        (each.date + 1000 * DAY, "retired"),
    ):
        assert found(rule, case, today) == [f"Azure {verb} {each.what} on {each.day}. {each.instead}"]
    (timeless,) = found(rule, case, None)
    assert each.day in timeless
    assert "retires" not in timeless


def test_every_extension_that_retires_has_a_retirement_and_every_preset_of_it_says_the_date() -> None:
    assert set(_EXTENSIONS.values()) <= set(RETIREMENTS)
    for preset in PRESETS:
        if preset.handler in _EXTENSIONS:
            assert retired(_EXTENSIONS[preset.handler]) in preset.help_in(LATEST)


@pytest.mark.parametrize("each", RETIREMENTS.values(), ids=RETIREMENTS)
def test_a_retirement_names_its_cure_and_its_source(each: Retirement) -> None:
    assert each.instead.endswith(".")
    assert each.source.startswith("https://learn.microsoft.com/azure/")
    assert each.day == each.date.strftime("%d %B %Y").lstrip("0")


def test_a_date_in_february_is_noticed_in_a_year_without_its_day() -> None:
    assert Retirement("it", dt.date(2028, 2, 29), "Move.", "").noticed == dt.date(2026, 2, 28)


def test_what_is_past_is_named() -> None:
    dates = sorted(each.date for each in RETIREMENTS.values())
    assert past(dates[0]) == []
    assert [RETIREMENTS[name].date for name in past(dates[0] + DAY)] == [dates[0]]
    assert len(past(dates[-1] + DAY)) == len(RETIREMENTS)
