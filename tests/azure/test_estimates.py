"""What a scale set costs: its parts, the sums, what they assume and leave out."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scaleset.pictured import SHAPES, interface, request
from tests.scaleset.test_picture import places
from vmssbuilder.azure.estimates import Estimate, estimate, is_windows, topics
from vmssbuilder.azure.prices import ADDRESS, Prices, PriceTopic

SIZE: Final = PriceTopic("size", "uksouth", "Standard_D2s_v5")
LARGE: Final = PriceTopic("size", "uksouth", "Standard_D4s_v5")
PREMIUM: Final = PriceTopic("disks", "uksouth", "Premium SSD Managed Disks")
HARD: Final = PriceTopic("disks", "uksouth", "Standard HDD Managed Disks")
ADDRESSES: Final = PriceTopic("addresses", "uksouth")
PRICES: Final[dict[PriceTopic, Prices]] = {
    SIZE: {"Linux": 0.1, "Windows": 0.2, "Linux Spot": 0.03, "Windows Spot": 0.06},
    LARGE: {"Linux": 0.21, "Linux Spot": 0.025},
    PREMIUM: {"P4 LRS": 5.28, "P10 LRS": 19.71, "P10 ZRS": 29.57, "P15 LRS": 38.02},
    HARD: {"S4 LRS": 1.54, "S10 LRS": 5.89},
    ADDRESSES: {ADDRESS: 0.005},
}


def of(document: dict[str, Any], prices: dict[PriceTopic, Prices] | None = None) -> Estimate:
    found = estimate(document, PRICES if prices is None else prices)
    assert found is not None
    return found


def parts(found: Estimate) -> list[tuple[str, str, str]]:
    return [(part.what, str(part.hourly), str(part.monthly)) for part in found.parts]


def disk(gigabytes: int, kind: str = "Premium_LRS") -> dict[str, Any]:
    return {"diskSizeGB": gigabytes, "managedDisk": {"storageAccountType": kind}}


def test_an_hour_and_a_month_are_added_up_part_by_part() -> None:
    storage = {"dataDisks": [disk(128), disk(120), disk(200), disk(64, "UltraSSD_LRS")]}
    found = of(request(interface("nic", publicIPAddressConfiguration={"name": "pip"}), storage=storage))
    assert parts(found) == [
        ("3 instances of Standard_D2s_v5", "0.3000", "219.00"),
        ("3 OS disks, Premium SSD P4 (30 GB)", "0.0217", "15.84"),
        ("3 data disks, Premium SSD P10 (128 GB)", "0.0810", "59.13"),
        ("3 data disks, Premium SSD P10 (120 GB)", "0.0810", "59.13"),
        ("3 data disks, Premium SSD P15 (200 GB)", "0.1562", "114.06"),
        ("3 data disks, UltraSSD_LRS (64 GB)", "None", "None"),
        ("3 public IPv4 addresses", "0.0150", "10.95"),
    ]
    assert (found.hourly, found.monthly) == (Decimal("0.6549"), Decimal("478.11"))
    assert found.unknown == ("3 data disks, UltraSSD_LRS (64 GB)",)
    assert "An OS disk of 30 GB, as most such images bring along." in found.assumptions
    assert not found.one


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 1_000),
    st.floats(0.0001, 50, allow_nan=False),
    st.lists(
        st.tuples(st.integers(0, 4_096), st.sampled_from(["Premium_LRS", "Standard_LRS", "X"])), max_size=4
    ),
)
def test_what_is_shown_adds_up_to_the_sum_that_is_shown(
    count: int, price: float, disks: list[tuple[int, str]]
) -> None:
    storage = {"dataDisks": [disk(*each) for each in disks]}
    found = of(request(capacity=count, storage=storage), {**PRICES, SIZE: {"Linux": price}})
    for which in ("hourly", "monthly"):
        shown = [f"{amount:,}" for part in found.parts if (amount := getattr(part, which)) is not None]
        assert sum(Decimal(each.replace(",", "")) for each in shown) == getattr(found, which)


def test_windows_spot_and_licenses_of_ones_own_change_the_price() -> None:
    def first(**profile: Any) -> tuple[str, str, str]:
        return parts(of(request(capacity=2, profile=profile)))[0]

    windows: dict[str, Any] = {"osProfile": {"windowsConfiguration": {}}, "storageProfile": {}}
    assert first(priority="Spot") == ("2 instances of Standard_D2s_v5, Spot", "0.0600", "43.80")
    assert first(**windows) == ("2 instances of Standard_D2s_v5, Windows", "0.4000", "292.00")
    assert first(**windows, licenseType="Windows_Server") == (
        "2 instances of Standard_D2s_v5",
        "0.2000",
        "146.00",
    )
    own = of(request(profile={**windows, "licenseType": "Windows_Server"}))
    assert "Your own Windows licenses (Azure Hybrid Benefit)." in own.assumptions
    assert "An OS disk of 127 GB, as most such images bring along." in own.assumptions


def test_regular_and_spot_instances_of_a_mix_are_parts_of_their_own_in_the_size_that_azure_would_take() -> (
    None
):
    mixed = copy.deepcopy(SHAPES["a mix of Spot and regular, of several sizes"][0])
    assert parts(of(mixed))[:2] == [
        ("4 instances of Standard_D2s_v5", "0.4000", "292.00"),
        ("6 instances of Standard_D4s_v5, Spot", "0.1500", "109.50"),
    ]
    assert "Of the mix, the cheapest size." in of(mixed).assumptions
    mixed["properties"]["skuProfile"]["allocationStrategy"] = "CapacityOptimized"
    assert parts(of(mixed))[0][0] == "4 instances of Standard_D4s_v5"
    mixed["properties"]["skuProfile"]["allocationStrategy"] = "Prioritized"
    for rank, each in enumerate(reversed(mixed["properties"]["skuProfile"]["vmSizes"])):
        each["rank"] = rank
    assert parts(of(mixed))[0][0] == "4 instances of Standard_D4s_v5"


def test_disks_on_the_host_cost_nothing_and_hard_disks_begin_at_32_gb() -> None:
    storage = {"osDisk": {"diffDiskSettings": {"option": "Local"}}, "dataDisks": [{"diskSizeGB": 4}]}
    found = of(request(storage=storage))
    assert [what for what, _hour, _month in parts(found)] == [
        "3 instances of Standard_D2s_v5",
        "3 data disks, Standard HDD S4 (4 GB)",
    ]
    assert "Standard HDD for disks whose kind is not set." in found.assumptions
    assert not any("OS disk" in each for each in found.assumptions)


def test_without_a_number_it_is_the_cost_of_one_and_says_so() -> None:
    found = of(request(capacity=None))
    assert found.one
    assert parts(found)[0][0] == "1 instance of Standard_D2s_v5"
    assert "Nothing says how many instances there are, so this is the cost of one." in found.assumptions


def test_what_has_no_price_is_named() -> None:
    found = of(request(), {SIZE: {}, PREMIUM: {}})
    assert found.tells_nothing
    assert found.unknown == ("3 instances of Standard_D2s_v5", "3 OS disks, Premium SSD P4 (30 GB)")


@pytest.mark.parametrize(
    ("publisher", "license_type", "words"),
    [
        ("RedHat", None, "What Red Hat costs beside the instance."),
        ("RedHat", "RHEL_BYOS", None),
        ("MicrosoftSQLServer", None, "What SQL Server costs beside the instance."),
        ("Canonical", None, None),
    ],
)
def test_software_with_a_price_of_its_own_is_left_out_by_name(
    publisher: str, license_type: str | None, words: str | None
) -> None:
    body = request(
        image={"publisher": publisher, "offer": "o", "sku": "s"}, profile={"licenseType": license_type}
    )
    left = [each for each in of(body).left_out if each.startswith("What ")]
    assert left == ([words] if words else [])


def test_only_what_is_used_is_asked_for() -> None:
    assert topics(request()) == {SIZE, PREMIUM}
    whole = request(
        interface("nic", publicIPAddressConfiguration={}), storage={"dataDisks": [{"diskSizeGB": 4}]}
    )
    assert topics(whole) == {SIZE, PREMIUM, HARD, ADDRESSES}
    assert topics({"location": "uksouth"}) == topics({"sku": {"name": "X"}}) == frozenset()
    assert estimate({"location": "uksouth"}, PRICES) is None


@pytest.mark.parametrize("wrong", [None, True, -1, 10**40, 1.5, "", "x", [None], {}], ids=repr)
def test_a_value_of_a_wrong_type_anywhere_costs_no_page(wrong: Any) -> None:
    whole = copy.deepcopy(SHAPES["a mix of Spot and regular, of several sizes"][0])
    whole["properties"]["virtualMachineProfile"]["storageProfile"]["dataDisks"] = [disk(4)]
    for path in places(whole):
        document = copy.deepcopy(whole)
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = wrong
        topics(document)
        estimate(document, PRICES)


@pytest.mark.parametrize(("offer", "windows"), [("sql2022-ws2022", True), ("sql2022-ubuntu2004", False)])
def test_an_image_of_sql_server_costs_what_the_system_in_its_offer_does(offer: str, windows: bool) -> None:
    """Also without settings of the system; what the OS disk states counts more."""
    image = {"publisher": "MicrosoftSQLServer", "offer": offer, "sku": "standard-gen2"}
    storage: dict[str, Any] = {"imageReference": image}
    body = {"properties": {"virtualMachineProfile": {"storageProfile": storage}}}
    assert is_windows(body) is windows
    storage["osDisk"] = {"osType": "Linux" if windows else "Windows"}
    assert is_windows(body) is not windows
