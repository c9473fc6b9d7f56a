"""Looking through a list, and what is said when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.effort import effort
from vmssbuilder.azure.errors import (
    AzureError,
    BadAnswer,
    ClaimsChallenge,
    Forbidden,
    LostAnswer,
    NotFound,
    Refused,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
)
from vmssbuilder.azure.pickers import PICKERS, Filters, SearchIndex, Suggestion, Where, pack, trouble

SIZE = PICKERS["vmSize"]
SUBNET = PICKERS["subnet"]
HERE = Where("s", "uksouth")


def size(
    name: str,
    vcpus: int,
    memory: int,
    *features: str,
    family: str = "d",
    zones: str = "123",
    reason: str = "",
) -> Suggestion:
    facts = {
        "vcpus": vcpus,
        "memory": memory,
        "features": list(features),
        "family": family,
        "zones": list(zones),
    }
    return Suggestion(name, name, f"{vcpus} vCPUs", reason=reason, facts=facts)


SIZES = SearchIndex(
    pack(
        [
            size("Standard_D2", 2, 8, "premium", reason="Not for you"),
            size("Standard_D4s_v5", 4, 16, "premium", "spot"),
            size("Standard_E4s_v5", 4, 32, "premium", family="e", zones="12"),
            size("Standard_D48s_v5", 48, 192, "premium"),
            size("D4_plain", 4, 16, zones=""),
        ]
    )
)


def titles(index: SearchIndex, text: str = "", where: Where = HERE, **filters: Any) -> list[str]:
    chosen = Filters(**filters)
    return [each.title for each in index.search(text, where, SIZE, chosen).suggestions]


def test_what_cannot_be_used_stands_last_with_its_reason() -> None:
    found = SIZES.search("", HERE, SIZE)
    assert found.total == 5
    assert found.suggestions[-1].title == "Standard_D2"
    assert found.suggestions[-1].reason == "Not for you"


def test_every_word_has_to_be_there_in_any_order_and_case() -> None:
    assert titles(SIZES, "V5 d4") == ["Standard_D4s_v5", "Standard_D48s_v5"]
    assert titles(SIZES, "48 vcpus") == ["Standard_D48s_v5"]
    assert titles(SIZES, "nothing") == []


def test_what_begins_with_the_word_comes_first() -> None:
    assert titles(SIZES, "d4") == ["D4_plain", "Standard_D4s_v5", "Standard_D48s_v5"]


def test_only_the_best_are_answered_and_all_are_counted() -> None:
    index = SearchIndex(pack([size(f"Standard_D{number}", number, 1) for number in range(200)]))
    found = index.search("d1", HERE, SIZE)
    assert len(found.suggestions) == 50
    assert found.total == 111
    assert len(index) == 200


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"vcpus": 5}, ["Standard_D48s_v5"]),
        ({"memory": 32}, ["Standard_E4s_v5", "Standard_D48s_v5"]),
        ({"family": "e"}, ["Standard_E4s_v5"]),
        ({"zone": "3", "vcpus": 4}, ["Standard_D4s_v5", "Standard_D48s_v5"]),
        ({"features": ("premium", "spot")}, ["Standard_D4s_v5"]),
        ({"features": ("gpu",)}, []),
    ],
)
def test_sizes_are_filtered(filters: dict[str, Any], expected: list[str]) -> None:
    assert titles(SIZES, **filters) == expected


def test_a_place_decides_about_use() -> None:
    found = SIZES.search("e4", Where("s", "uksouth", zones=("1", "3")), SIZE).suggestions
    assert found[0].reason == "Not on offer in zone 3"
    assert SIZES.search("e4", Where("s", "uksouth", zones=("1",)), SIZE).suggestions[0].reason == ""


def test_a_value_is_found_in_any_case() -> None:
    found = SIZES.find("standard_d4S_v5", HERE, SIZE)
    assert found is not None
    assert found.value == "Standard_D4s_v5"
    assert SIZES.find("none", HERE, SIZE) is None


def test_ids_are_found_by_their_names_not_by_their_fixed_words() -> None:
    own = (
        "/subscriptions/1/resourceGroups/rg-shop/providers/Microsoft.Network/virtualNetworks/vnet/subnets/web"
    )
    index = SearchIndex(pack([Suggestion(own, "vnet / web", "10.0.0.0/24", "uksouth")]))
    assert index.search("rg-shop web", HERE, SUBNET).total == 1
    assert index.search("providers", HERE, SUBNET).total == 0


@pytest.mark.parametrize("text", ["", "d4", "standard 8 vcpu", "zzz"])
def test_ten_thousand_are_searched_quickly(text: str) -> None:
    index = SearchIndex(
        pack(
            [
                size(f"Standard_D{number}s_v{number % 7}", number % 96, number % 512, "premium")
                for number in range(10_000)
            ]
        )
    )
    index.search(text, HERE, SIZE)
    wanted = Filters(vcpus=2, features=("premium",))
    about_3_ms_on_an_idle_machine = effort(
        lambda: index.search(text, HERE, SIZE, wanted), enough=0.05, tries=5
    )
    assert about_3_ms_on_an_idle_machine <= 0.05


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SignInNeeded("x"), "sign-in"),
        (ClaimsChallenge("x", claims="{}"), "sign-in"),
        (TokenRefused("x"), "sign-in"),
        (Forbidden("x"), "forbidden"),
        (NotFound("x"), "missing"),
        (Throttled("x", retryable=True, retry_after=30), "throttled"),
        (Unreachable("x", retryable=True), "unreachable"),
        (LostAnswer("x", retryable=True), "outage"),
        (ServiceTrouble("x", retryable=True), "outage"),
        (ServiceTrouble("x"), "refused"),
        (BadAnswer("x", retryable=True), "outage"),
        (Refused("x"), "refused"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_trouble_is_told_in_words_that_let_go_on(error: AzureError, kind: str) -> None:
    found = trouble(error, "key vaults")
    assert found.kind == kind
    assert "key vaults" in found.message
    assert "type the value" in found.cure.lower()
    assert found.pause == (30 if kind == "throttled" else 0)


def test_typing_on_finds_what_typing_at_once_finds() -> None:
    fresh = SearchIndex(
        pack([size(f"Standard_{letter}{number}", number, 1) for letter in "DEF" for number in range(60)])
    )
    typed = SearchIndex(
        pack([size(f"Standard_{letter}{number}", number, 1) for letter in "DEF" for number in range(60)])
    )
    for end in range(1, len("d42") + 1):
        typed.search("d42"[:end], HERE, SIZE)
    assert typed.search("d42", HERE, SIZE) == fresh.search("d42", HERE, SIZE)
    for number in range(100):
        typed.search(f"word{number}", HERE, SIZE)
    assert typed.search("d42", HERE, SIZE).total == 1
