"""Scheduled events: what instances are told before something happens to them, and who must agree."""

from __future__ import annotations

from ..properties import Boolean, Part, Single, Text


class TerminateNotificationProfile(Part):
    """Notice before an instance is deleted."""

    enable = Boolean(
        "Termination notification",
        help=(
            "Announces a deletion as a scheduled event that software on the instance can read, so that it can "
            "finish its work. Not for Spot. Off if not set."
        ),
    )
    not_before_timeout = Text(
        "Termination delay",
        suggestions=("PT5M", "PT10M", "PT15M"),
        help="How long Azure waits for the instance to agree before it deletes it, from PT5M to PT15M. 5 minutes if not set.",
        example="PT10M",
    )


class OSImageNotificationProfile(Part):
    """Notice before the OS disk is replaced."""

    enable = Boolean(
        "OS image notification",
        help=(
            "Announces a reimage or OS upgrade as a scheduled event that software on the instance can read. Off "
            "if not set."
        ),
    )
    not_before_timeout = Text(
        "OS image delay",
        suggestions=("PT15M",),
        help="How long Azure waits before it reimages or upgrades the instance. PT15M, the only value, if not set.",
        example="PT15M",
    )


class ScheduledEventsProfile(Part):
    """What instances are told before something happens to them."""

    terminate_notification_profile = Single("Termination", TerminateNotificationProfile, inline=True)
    os_image_notification_profile = Single(
        "OS image", OSImageNotificationProfile, since="2022-11-01", inline=True
    )


class UserInitiatedRedeploy(Part):
    """Scheduled events of redeployments."""

    automatically_approve = Boolean(
        "Approve redeployments automatically",
        help="Redeployments that you start go ahead without waiting for the instance's approval.",
    )


class UserInitiatedReboot(Part):
    """Scheduled events of restarts."""

    automatically_approve = Boolean(
        "Approve restarts automatically",
        help="Restarts that you start go ahead without waiting for the instance's approval.",
    )


class AllInstancesDown(Part):
    """Scheduled events when no instance is up."""

    automatically_approve = Boolean(
        "Approve events when all instances are down",
        help="Azure approves events itself when no instance is running. On if not set.",
    )


class EventGridAndResourceGraph(Part):
    """Where else scheduled events are published."""

    enable = Boolean(
        "Publish to Event Grid and Resource Graph",
        help=(
            "Also sends scheduled events there, so that they can be followed from outside the instances. Off if "
            "not set."
        ),
    )
    scheduled_events_api_version = Text(
        "Scheduled events version",
        since="2025-04-01",
        help="The version of the scheduled events schema in which they are sent.",
        example="2020-07-01",
    )


class ScheduledEventsTargets(Part):
    """Where else scheduled events are published."""

    event_grid_and_resource_graph = Single(
        "Event Grid and Resource Graph", EventGridAndResourceGraph, help="Publishing of scheduled events."
    )


class ScheduledEventsPolicy(Part):
    """Which scheduled events are approved without waiting, and where they are published."""

    user_initiated_redeploy = Single("Redeployments", UserInitiatedRedeploy, inline=True)
    user_initiated_reboot = Single("Restarts", UserInitiatedReboot, inline=True)
    scheduled_events_additional_publishing_targets = Single(
        "Additional publishing targets", ScheduledEventsTargets, inline=True
    )
    all_instances_down = Single("All instances down", AllInstancesDown, since="2025-04-01", inline=True)
