"""Which instances go when the scale set shrinks."""

from __future__ import annotations

from ..properties import Boolean, Choice, List, Part, Value

SCALE_IN_RULE = (
    Value("Default", "Default", "Balances zones and fault domains, then deletes the newest instance."),
    Value(
        "OldestVM",
        "Oldest first",
        "Balances zones, then deletes the oldest instance. Rotates instances over time.",
    ),
    Value("NewestVM", "Newest first", "Balances zones, then deletes the newest instance."),
)


class ScaleInPolicy(Part):
    """Which instances go when the scale set shrinks."""

    rules = List(
        "Scale-in rules",
        Choice(
            "Scale-in rule",
            SCALE_IN_RULE,
            open=True,
            help="Which instances are deleted first. Instances protected from scale-in are never chosen.",
        ),
        singular="scale-in rule",
        help="One rule that picks the instances to delete. Default if not set.",
    )
    force_deletion = Boolean(
        "Force deletion",
        since="2021-07-01",
        help=(
            "Deletes the chosen instances at once, without an orderly shutdown. Faster, but disks may be left "
            "inconsistent. Off if not set."
        ),
    )
    prioritize_unhealthy_vms = Boolean(
        "Unhealthy instances go first",
        wire="prioritizeUnhealthyVMs",
        since="2024-11-01",
        help=(
            "Deletes unhealthy and inactive instances before healthy ones, whatever the rule says. Off if not "
            "set."
        ),
    )
