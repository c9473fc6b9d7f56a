"""What Microsoft retires, and when: the one table. Texts take their dates from it, and the check its findings.

The core has no clock, so whoever asks says which day it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Final

NOTICE_YEARS: Final = 2
"""How many years before its date a retirement is a finding."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """One thing that Microsoft retires. what: it, in the plural or as a name. instead: the cure, as a sentence.

    source: the page that gives the date.
    """

    what: str
    date: dt.date
    instead: str
    source: str

    @property
    def noticed(self) -> dt.date:
        """The first day on which it is a finding."""
        try:
            return self.date.replace(year=self.date.year - NOTICE_YEARS)
        except ValueError:  # 29 February
            return self.date.replace(year=self.date.year - NOTICE_YEARS, day=28)

    @property
    def day(self) -> str:
        """The date as people write it: 30 September 2027."""
        return _written(self.date)

    def message(self, today: dt.date | None) -> str | None:
        """What a finding says on that day, None before there is one. Of any day: what is true on all of them."""
        if today is None:
            return f"Azure's retirement date for {self.what} is {self.day}. {self.instead}"
        if today < self.noticed:
            return None
        return (
            f"Azure {'retires' if today < self.date else 'retired'} {self.what} on {self.day}. {self.instead}"
        )


@cache
def _written(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


_LEARN: Final = "https://learn.microsoft.com/azure"

RETIREMENTS: Final[dict[str, Retirement]] = {
    "basic-load-balancer": Retirement(
        "Basic load balancers",
        dt.date(2025, 9, 30),
        "Use a Standard one.",
        f"{_LEARN}/load-balancer/skus",
    ),
    "basic-public-ip": Retirement(
        "Basic public IP addresses",
        dt.date(2025, 9, 30),
        "Choose Standard.",
        f"{_LEARN}/virtual-network/ip-services/public-ip-basic-upgrade-guidance",
    ),
    "unmanaged-disks": Retirement(
        "disks in your own storage accounts",
        dt.date(2026, 3, 31),
        "Use managed disks.",
        f"{_LEARN}/virtual-machines/unmanaged-disks-deprecation",
    ),
    "log-analytics-agent": Retirement(
        "the Log Analytics agent",
        dt.date(2024, 8, 31),
        "Use the Azure Monitor agent.",
        f"{_LEARN}/azure-monitor/agents/azure-monitor-agent-migration",
    ),
    "diagnostics-extension": Retirement(
        "the Azure Diagnostics extension",
        dt.date(2026, 3, 31),
        "Use the Azure Monitor agent.",
        f"{_LEARN}/azure-monitor/agents/diagnostics-extension-overview",
    ),
    "nat-pools": Retirement(
        "inbound NAT pools",
        dt.date(2027, 9, 30),
        "Use inbound NAT rules that name the backend pool.",
        f"{_LEARN}/load-balancer/load-balancer-nat-pool-migration",
    ),
    "dsc": Retirement(
        "the DSC extension",
        dt.date(2028, 3, 31),
        "Use machine configuration.",
        f"{_LEARN}/virtual-machines/extensions/dsc-overview",
    ),
    "dependency-agent": Retirement(
        "the Dependency agent",
        dt.date(2028, 6, 30),
        "Remove it; Azure Monitor no longer draws maps from it.",
        f"{_LEARN}/azure-monitor/vm/vminsights-maps-retirement",
    ),
    "standard-hdd": Retirement(
        "standard hard disks for operating systems",
        dt.date(2028, 9, 8),
        "StandardSSD_LRS lasts longer.",
        f"{_LEARN}/virtual-machines/disks-hdd-os-retirement",
    ),
    "disk-encryption": Retirement(
        "Azure Disk Encryption",
        dt.date(2028, 9, 15),
        "Use encryption at host.",
        f"{_LEARN}/virtual-machines/disk-encryption-overview",
    ),
}
"""Retirements by a name of our own. `make lint` names those whose date is past."""


def retired(name: str) -> str:
    """The sentence about a retirement in a text. It is true on every day, so it says the date alone."""
    return f"Retirement date: {RETIREMENTS[name].day}."


def past(today: dt.date) -> list[str]:
    """The names of retirements whose date is past on that day: whether we should still offer these."""
    return [name for name, each in RETIREMENTS.items() if each.date < today]
