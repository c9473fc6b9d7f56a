"""Spot instances: spare capacity at a discount that Azure can take back."""

from __future__ import annotations

from ..properties import Boolean, Integer, Number, Part, Text, Value

PRIORITY = (
    Value("Regular", "Regular", "Pay as you go, never taken back. Azure's choice when left out."),
    Value("Low", "Low (old name of Spot)", "What Spot was called before 2019-03-01."),
    Value(
        "Spot",
        "Spot",
        "Spare capacity at a discount. Azure can evict instances at 30 seconds' notice.",
        since="2019-03-01",
    ),
    Value("SpotPlus", "Spot Plus", "A kind of Spot added in 2026-04-01.", since="2026-04-01"),
)

EVICTION_POLICY = (
    Value(
        "Deallocate",
        "Stop and deallocate",
        "Keeps the disks, so that an instance can start again. Disks stay billed.",
    ),
    Value("Delete", "Delete", "Deletes the instance and its disks."),
)


class BillingProfile(Part):
    """The price of Spot instances."""

    max_price = Number(
        "Maximum price per hour (USD)",
        help=(
            "The most you pay for one instance and hour, with up to five decimals; above it, instances are evicted. -1, "
            "or left out: never evicted for the price, which never exceeds pay as you go."
        ),
        example="0.01538",
    )


class SpotRestorePolicy(Part):
    """Bringing evicted Spot instances back."""

    enabled = Boolean(
        "Try to restore evicted instances",
        help="Azure tries to bring evicted Spot instances back when capacity and price allow. Not while autoscale is at work.",
    )
    restore_timeout = Text(
        "Stop trying after",
        suggestions=("PT1H", "PT2H"),
        help="How long Azure tries, as an ISO 8601 duration.",
        example="PT1H",
    )


class PriorityMixPolicy(Part):
    """Spot and regular instances in one Flexible scale set."""

    base_regular_priority_count = Integer(
        "Regular instances at the base",
        minimum=0,
        unit="instances",
        help="The first so many instances are regular; the share below applies to those beyond. None when left out.",
        example="2",
    )
    regular_priority_percentage_above_base = Integer(
        "Regular share above the base",
        maximum=100,
        unit="%",
        help="How many of the instances beyond the base are regular. The others are Spot.",
        example="25",
    )
