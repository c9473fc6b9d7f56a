"""List prices over HTTP, and what a month of a scale set costs by them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.azure.helpers import document, trap
from vmssbuilder.azure import cloud
from vmssbuilder.azure.errors import BadAnswer, Throttled, Unreachable
from vmssbuilder.azure.prices import Prices, Wanted, estimate, fetch, is_windows, wanted
from vmssbuilder.azure.transport import Session
from vmssbuilder.sandbox.server import Running

SANDBOX = cloud("sandbox")
LINUX = Wanted("uksouth", "Standard_D2s_v5", frozenset({"Premium_LRS"}), public_addresses=True)


def linux(**changes: Any) -> dict[str, Any]:
    """Two Linux instances with a disk of each kind."""
    storage = {
        "osDisk": {"managedDisk": {"storageAccountType": "Premium_LRS"}},
        "dataDisks": [
            {"lun": 0, "diskSizeGB": 200, "managedDisk": {"storageAccountType": "Premium_LRS"}},
            {"lun": 1, "diskSizeGB": 64, "managedDisk": {"storageAccountType": "UltraSSD_LRS"}},
        ],
    }
    profile: dict[str, Any] = {"osProfile": {"linuxConfiguration": {}}, "storageProfile": storage, **changes}
    return {
        "location": "UK South",
        "sku": {"name": "Standard_D2s_v5", "capacity": 2},
        "properties": {"virtualMachineProfile": profile},
    }


def test_prices_come_for_each_system_and_for_spot(session: Session, sandbox: Running) -> None:
    prices = fetch(session, SANDBOX, LINUX)
    assert prices is not None
    assert set(prices.instances) == {(False, False), (True, False), (False, True), (True, True)}
    assert prices.instances[True, False] > prices.instances[False, False] > prices.instances[False, True] > 0
    assert prices.disks["Premium SSD Managed Disks", "P10"] > prices.disks["Premium SSD Managed Disks", "P4"]
    assert prices.address is not None
    assert not sandbox.requests(), "prices are no business of Resource Manager"


def test_pages_are_followed(session: Session, sandbox: Running) -> None:
    whole = fetch(session, SANDBOX, LINUX)
    sandbox.world(page=2)
    assert fetch(session, SANDBOX, LINUX) == whole


def test_another_currency_is_asked_for(session: Session) -> None:
    dollars, euros = fetch(session, SANDBOX, LINUX), fetch(session, SANDBOX, LINUX, currency="EUR")
    assert dollars is not None
    assert euros is not None
    assert euros.currency == "EUR"
    assert euros.instances[False, False] < dollars.instances[False, False]


def test_a_cloud_without_a_list_is_not_asked(session: Session) -> None:
    assert fetch(session, cloud("china"), LINUX) is None


def test_no_token_goes_there_and_no_other_host_is_asked(session: Session, sandbox: Running) -> None:
    with trap() as elsewhere:
        page = f'{{"Items": [], "NextPageLink": "{elsewhere.url}/api/retail/prices"}}'
        sandbox.fault("status", path="/api/retail/prices", status=200, body=page)
        with pytest.raises(BadAnswer, match="another address"):
            fetch(session, SANDBOX, LINUX)
        assert not elsewhere.fell_in


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "7"}}, Throttled),
        ({"kind": "status", "status": 500}, BadAnswer),
        ({"kind": "status", "status": 200, "body": "<html>"}, BadAnswer),
        ({"kind": "reset"}, Unreachable),
    ],
    ids=["429", "500", "HTML", "reset"],
)
def test_trouble_is_an_error_of_ours(
    session: Session, sandbox: Running, fault: dict[str, Any], kind: type[Exception]
) -> None:
    sandbox.fault(path="/api/retail/prices", **fault)
    with pytest.raises(kind) as caught:
        fetch(session, SANDBOX, LINUX)
    if kind is Throttled:
        assert caught.value.retry_after == 7  # type: ignore[attr-defined]  # only Throttled has it


def test_an_unknown_size_has_no_price(session: Session) -> None:
    prices = fetch(session, SANDBOX, Wanted("uksouth", "Standard_Nothing'or"))
    assert prices is not None
    assert not prices.instances
    found = estimate(linux(), prices)
    assert found.monthly is None
    assert "No list price was found" in found.assumptions[-1]


PRICES = Prices(
    "USD",
    {(False, False): 0.1, (True, False): 0.2, (False, True): 0.03},
    {("Premium SSD Managed Disks", "P4"): 5.0, ("Premium SSD Managed Disks", "P15"): 40.0},
    0.005,
)


def test_a_month_is_added_up() -> None:
    found = estimate(linux(), PRICES)
    assert [(line.what, line.amount) for line in found.lines] == [
        ("2 instances of Standard_D2s_v5", pytest.approx(146.0)),
        ("2 OS disks, P4 (30 GB)", pytest.approx(10.0)),
        ("2 data disks, P15 (200 GB)", pytest.approx(80.0)),
        ("2 data disks, UltraSSD_LRS (64 GB)", None),
    ]
    assert found.monthly == pytest.approx(236.0)
    assert "UltraSSD_LRS" in found.assumptions[-1]
    assert any("2 instances all 730 hours" in each for each in found.assumptions)


def test_spot_windows_and_own_licences_change_the_price() -> None:
    assert estimate(linux(priority="Spot"), PRICES).lines[0].amount == pytest.approx(0.03 * 730 * 2)
    windows: dict[str, Any] = {"osProfile": {"windowsConfiguration": {}}}
    assert estimate(linux(**windows), PRICES).lines[0].amount == pytest.approx(0.2 * 730 * 2)
    own = estimate(linux(**windows, licenseType="Windows_Server"), PRICES)
    assert own.lines[0].amount == pytest.approx(0.1 * 730 * 2)
    assert "Windows licenses are your own." in own.assumptions


def test_disks_on_the_host_cost_nothing_and_addresses_do() -> None:
    body = linux(storageProfile={"osDisk": {"diffDiskSettings": {"option": "Local"}}})
    public = {"name": "ip", "properties": {"publicIPAddressConfiguration": {"name": "pip"}}}
    body["properties"]["virtualMachineProfile"]["networkProfile"] = {
        "networkInterfaceConfigurations": [{"properties": {"ipConfigurations": [public]}}]
    }
    found = estimate(body, PRICES, capacity=10)
    assert [line.what for line in found.lines] == [
        "10 instances of Standard_D2s_v5",
        "10 public IPv4 addresses",
    ]
    assert found.lines[1].amount == pytest.approx(0.005 * 730 * 10)
    asked = wanted(body)
    assert asked is not None
    assert asked.public_addresses
    assert not asked.disks


def test_what_is_needed_is_read_from_the_document() -> None:
    assert wanted(document()) == Wanted("uksouth", "Standard_D2_v2", frozenset({"Standard_LRS"}))
    assert wanted({"location": "uksouth"}) is None
    assert is_windows(document())
    assert is_windows(
        {"properties": {"virtualMachineProfile": {"storageProfile": {"osDisk": {"osType": "Windows"}}}}}
    )
    assert not is_windows(linux())


@pytest.mark.parametrize(("offer", "windows"), [("sql2022-ws2022", True), ("sql2022-ubuntu2004", False)])
def test_an_image_of_sql_server_costs_what_the_system_in_its_offer_does(offer: str, windows: bool) -> None:
    """Also without settings of the system; what the OS disk states counts more."""
    image = {"publisher": "MicrosoftSQLServer", "offer": offer, "sku": "standard-gen2"}
    storage: dict[str, Any] = {"imageReference": image}
    body = {"properties": {"virtualMachineProfile": {"storageProfile": storage}}}
    assert is_windows(body) is windows
    storage["osDisk"] = {"osType": "Linux" if windows else "Windows"}
    assert is_windows(body) is not windows
