"""Retries, recovery and balance across zones that Azure does on its own."""

from __future__ import annotations

from ..properties import Boolean, Choice, Integer, Part, Single, Value


class ResilientCreation(Part):
    """Retries of failed creations."""

    enabled = Boolean(
        "Retry failed creations",
        help=("Replaces an instance whose start timed out, for up to 30 minutes. Off if not set."),
    )


class ResilientDeletion(Part):
    """Retries of failed deletions."""

    enabled = Boolean(
        "Retry failed deletions",
        help="Tries again if deleting an instance fails, so that none is left over and billed. Off if not set.",
    )


class ZoneRebalancing(Part):
    """Moves instances back into balance between zones."""

    enabled = Boolean(
        "Automatic zone rebalancing",
        help=(
            "Watches how instances are spread over zones and evens them out when capacity comes back, one "
            "instance in 12 hours. A moved instance gets a new ID, address and disks. Needs two or more zones, "
            "best-effort zone balance, a source of health and a registered feature; it switches automatic repairs "
            "on. Off if not set."
        ),
    )
    rebalance_strategy = Choice(
        "Rebalance strategy",
        (
            Value(
                "Recreate", "Recreate", "An instance is created anew in the other zone. The only one so far."
            ),
        ),
        open=True,
        help="How an instance is moved to another zone. Recreate if not set.",
    )
    rebalance_behavior = Choice(
        "Rebalance order",
        (
            Value(
                "CreateBeforeDelete",
                "Create before delete",
                "The new instance must be healthy before the old one is deleted. The only one so far.",
            ),
        ),
        open=True,
        help="Whether the new instance is created before the old one is deleted. It is if not set.",
    )


class ZoneShare(Part):
    """The largest share of instances in one zone."""

    enabled = Boolean(
        "Limit the share of a zone",
        help=(
            "Sets the limit below for each zone. Only with best-effort zone balance; instances above it fail to "
            "be created. If not set, Azure's limit of 50 % applies."
        ),
    )
    value = Integer(
        "Largest share of a zone",
        maximum=100,
        unit="%",
        help=(
            "The most that one zone may hold, in percent of the instance count: at least 100 divided by the "
            "number of zones, rounded up. 50 % if not set."
        ),
        example="50",
    )


class ZoneAllocation(Part):
    """How many zones are used, and how full each may be."""

    max_zone_count = Integer(
        "Maximum zone count",
        help=(
            "How many zones Azure may use when it chooses zones itself. If not set, Azure aims at three and uses "
            "a further one only when it must."
        ),
        example="2",
    )
    max_instance_percent_per_zone_policy = Single("Share of each zone", ZoneShare, inline=True)


class RestartRecovery(Part):
    """Recovery of failed restarts."""

    enabled = Boolean(
        "Recover failed restarts",
        help="Lets Azure try to rescue an instance whose restart failed. Off if not set.",
    )


class StartRecovery(Part):
    """Recovery of failed starts."""

    enabled = Boolean(
        "Recover failed starts",
        help="Lets Azure try to rescue an instance that did not start. Off if not set.",
    )


class ReimageRecovery(Part):
    """Recovery of failed reimages."""

    enabled = Boolean(
        "Recover failed reimages",
        help="Lets Azure try to rescue an instance whose reimage failed. Off if not set.",
    )


class OperationRecovery(Part):
    """What Azure rescues by itself."""

    restart_recovery_policy = Single("Restart recovery", RestartRecovery, inline=True)
    start_recovery_policy = Single("Start recovery", StartRecovery, inline=True)
    reimage_recovery_policy = Single("Reimage recovery", ReimageRecovery, inline=True)


class ResiliencyPolicy(Part):
    """Retries, recovery and balance across zones."""

    resilient_vm_creation_policy = Single(
        "Resilient creation", ResilientCreation, wire="resilientVMCreationPolicy", inline=True
    )
    resilient_vm_deletion_policy = Single(
        "Resilient deletion", ResilientDeletion, wire="resilientVMDeletionPolicy", inline=True
    )
    automatic_zone_rebalancing_policy = Single(
        "Zone rebalancing",
        ZoneRebalancing,
        since="2024-11-01",
        help="Moves instances back into balance between zones.",
    )
    zone_allocation_policy = Single(
        "Zone allocation",
        ZoneAllocation,
        since="2025-04-01",
        help="How many zones are used, and how full each may be.",
    )
    operation_recovery_settings = Single(
        "Operation recovery",
        OperationRecovery,
        since="2025-11-01",
        help="Failed operations on instances that Azure tries to put right.",
    )
