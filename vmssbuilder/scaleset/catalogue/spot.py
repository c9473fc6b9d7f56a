"""Spot instances: spare capacity at a discount that Azure can take back."""

from __future__ import annotations

from ..properties import Boolean, Integer, Number, Part, Text, Value
from ..wording import Said

PRIORITY = (
    Value("Regular", "Regular", "Pay as you go, never evicted. The default."),
    Value(
        "Low",
        "Low priority",
        (
            Said("Spare capacity at a discount. Azure can evict instances at any time.", until="2018-10-01"),
            Said("The name of Spot before 2019-03-01. Use Spot.", since="2019-03-01"),
        ),
    ),
    Value(
        "Spot",
        "Spot",
        "Spare capacity at a discount. Azure can evict instances at 30 seconds' notice.",
        since="2019-03-01",
    ),
    Value("SpotPlus", "Spot Plus", "Azure has not published what it does.", since="2026-04-01"),
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
            "The most you will pay per instance per hour, with up to five decimals. Above it, instances are "
            "evicted. Use -1 (the default) to pay up to the regular price and never be evicted for price."
        ),
        example="0.01538",
    )


class SpotRestorePolicy(Part):
    """Bringing evicted Spot instances back."""

    enabled = Boolean(
        "Try to restore evicted instances",
        help=(
            "Azure tries to restore evicted Spot instances when capacity and price allow. Not while autoscale is "
            "at work. Off if not set."
        ),
    )
    restore_timeout = Text(
        "Stop trying after",
        suggestions=("PT1H", "PT2H"),
        help="How long Azure tries, as an ISO 8601 duration. Microsoft does not say what applies if not set.",
        example="PT1H",
    )


class PriorityMixPolicy(Part):
    """Spot and regular instances in one Flexible scale set."""

    base_regular_priority_count = Integer(
        "Regular instances at the base",
        minimum=0,
        unit="instances",
        help="How many instances are always regular. The percentage below applies to the rest. 0 if not set.",
        example="2",
    )
    regular_priority_percentage_above_base = Integer(
        "Regular share above the base",
        maximum=100,
        unit="%",
        help=(
            "How many of the instances above the base are regular. The others are Spot. 0 if not set, so all "
            "others are Spot."
        ),
        example="25",
    )
