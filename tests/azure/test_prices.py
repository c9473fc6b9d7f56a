"""List prices over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.azure.helpers import trap
from vmssbuilder.azure import cloud
from vmssbuilder.azure.errors import BadAnswer, Throttled, Unreachable
from vmssbuilder.azure.prices import ADDRESS, PriceTopic, fetch
from vmssbuilder.azure.transport import Session
from vmssbuilder.sandbox.server import Running

SANDBOX = cloud("sandbox")
SIZE = PriceTopic("size", "uksouth", "Standard_D2s_v5")
DISKS = PriceTopic("disks", "uksouth", "Premium SSD Managed Disks")


def test_prices_come_for_each_system_and_for_spot(session: Session, sandbox: Running) -> None:
    prices = fetch(session, SANDBOX, SIZE)
    assert prices is not None
    assert set(prices) == {"Linux", "Windows", "Linux Spot", "Windows Spot"}
    assert prices["Windows"] > prices["Linux"] > prices["Linux Spot"] > 0
    assert not sandbox.requests(), "prices are no business of Resource Manager"


def test_prices_of_disks_come_for_each_size_and_redundancy(session: Session) -> None:
    prices = fetch(session, SANDBOX, DISKS)
    assert prices is not None
    assert prices["P80 LRS"] > prices["P10 ZRS"] > prices["P10 LRS"] > prices["P1 LRS"] > 0
    hard = fetch(session, SANDBOX, PriceTopic("disks", "uksouth", "Standard HDD Managed Disks"))
    assert hard is not None
    assert min(hard, key=hard.__getitem__) == "S4 LRS", "the smallest that is sold"


def test_a_public_address_has_a_price(session: Session) -> None:
    assert fetch(session, SANDBOX, PriceTopic("addresses", "uksouth")) == {ADDRESS: 0.005}


def test_pages_are_followed(session: Session, sandbox: Running) -> None:
    whole = fetch(session, SANDBOX, DISKS)
    sandbox.world(page=5)
    assert fetch(session, SANDBOX, DISKS) == whole


def test_another_currency_is_asked_for(session: Session) -> None:
    dollars, euros = fetch(session, SANDBOX, SIZE), fetch(session, SANDBOX, SIZE, currency="EUR")
    assert dollars is not None
    assert euros is not None
    assert euros["Linux"] < dollars["Linux"]


def test_a_cloud_without_a_list_is_not_asked(session: Session) -> None:
    assert fetch(session, cloud("china"), SIZE) is None


def test_an_unknown_size_has_no_price(session: Session) -> None:
    assert fetch(session, SANDBOX, PriceTopic("size", "uksouth", "Standard_Nothing'or")) == {}


def test_no_token_goes_there_and_no_other_host_is_asked(session: Session, sandbox: Running) -> None:
    with trap() as elsewhere:
        page = f'{{"Items": [], "NextPageLink": "{elsewhere.url}/api/retail/prices"}}'
        sandbox.fault("status", path="/api/retail/prices", status=200, body=page)
        with pytest.raises(BadAnswer, match="another address"):
            fetch(session, SANDBOX, SIZE)
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
        fetch(session, SANDBOX, SIZE)
    if kind is Throttled:
        assert caught.value.retry_after == 7  # type: ignore[attr-defined]  # only Throttled has it
