"""What the rules know Azure to refuse, the sandbox refuses too, with Azure's code; what just does not break them, it takes."""

from __future__ import annotations

import pytest

from tests.scaleset.rules.cases import Case
from tests.scaleset.rules.test_rules import CASES
from vmssbuilder.sandbox import validation
from vmssbuilder.sandbox.messages import Refusal
from vmssbuilder.scaleset.rules import View

REFUSED = {
    "auto-zones-overprovision": {"InvalidParameter"},
    "auto-zones-with-zones": {"InvalidParameter"},
    "sku-mix-duplicates": {"SkuProfileVMSizesCannotHaveDuplicates"},
    "sku-mix-ephemeral": {"SkuProfileScenarioNotSupported"},
    "sku-mix-no-tier": {"SkuTierMustNotBeSetIfSkuProfileIsSpecified"},
    "sku-mix-placement": {"SkuProfileScenarioNotSupported"},
    "sku-mix-profile": {
        "InvalidParameter",
        "SkuNameMustBeMixIfSkuProfileIsSpecified",
        "SkuProfileVMSizesCannotBeNullOrEmpty",
    },
}
"""Rules that the sandbox knows, with the codes of its refusals."""


def _code(refused: Refusal) -> str:
    code: str = refused.error["code"]
    return code


def refusal(case: Case) -> Refusal | None:
    """What the sandbox answers to it, None when it takes it."""
    try:
        validation.semantics(case.document, case.version, creating=case.operation == "create")
    except Refusal as refused:
        return refused
    return None


@pytest.mark.parametrize("rule_id", REFUSED)
def test_what_breaks_a_rule_is_refused_where_the_rule_says_so(rule_id: str) -> None:
    tried = 0
    for where, case in CASES[rule_id].breaks:
        mixed = "skuProfile" in case.document.get("properties", {})
        if case.operation == "create" and (mixed or not rule_id.startswith("sku-mix")):
            refused = refusal(case)
            assert refused is not None, where
            assert _code(refused) in REFUSED[rule_id]
            tried += 1
    assert tried


@pytest.mark.parametrize("rule_id", REFUSED)
def test_what_just_does_not_break_it_is_taken(rule_id: str) -> None:
    for case in CASES[rule_id].fine:
        # Azure knows nothing of placeholders.
        judged = case.operation == "create" and not View(case.document, case.version).placeholders
        refused = refusal(case) if judged else None
        assert refused is None or _code(refused) not in REFUSED[rule_id] - {"InvalidParameter"}, refused


def test_more_than_a_hundred_fit_where_azure_picks_the_zones() -> None:
    (wide,) = [each for each in CASES["capacity-spg-100"].fine if "placement" in each.document]
    picked = {**wide.document, "properties": {**wide.document["properties"], "overprovision": False}}
    assert refusal(Case(picked)) is None


def test_a_basic_public_address_is_not_made() -> None:
    stated = [case for case, grade in CASES["public-ip-basic"].grades if grade == "error"]
    assert [_code(refused) for case in stated if (refused := refusal(case))] == [
        "IPv4BasicSkuPublicIpCountLimitReached"
    ]
