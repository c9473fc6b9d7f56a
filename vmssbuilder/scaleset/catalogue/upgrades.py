"""How changes of the model reach the instances: upgrade modes, rolling and automatic OS upgrades, lifecycle hooks."""

from __future__ import annotations

from ..properties import Boolean, Choice, Integer, List, Part, Single, Text, Value
from ..wording import Said

UPGRADE_MODE = (
    Value(
        "Automatic",
        "Automatic",
        (
            "Azure updates instances immediately, in no particular order, possibly all at once. For development "
            "and test."
        ),
    ),
    Value(
        "Manual",
        "Manual",
        "Existing instances keep the old model until you upgrade them. New ones take the new.",
    ),
    Value(
        "Rolling",
        "Rolling",
        (
            "Azure updates instances in batches and watches their health.",
            Said("Needs a health probe.", until="2018-06-01"),
            Said(
                "Needs a health probe or the Application Health extension.",
                since="2018-10-01",
                until="2020-06-01",
            ),
            Said(
                "Needs the Application Health extension or, in a Uniform scale set, a health probe.",
                since="2020-12-01",
            ),
        ),
        since="2017-03-30",
    ),
)


class RollingUpgradePolicy(Part):
    """The batches of rolling and automatic OS upgrades."""

    max_batch_instance_percent = Integer(
        "Rolling upgrade batch size",
        minimum=5,
        maximum=100,
        unit="%",
        help=(
            "The largest share of instances updated at once; Azure takes fewer when some are unhealthy. 20 % if "
            "not set."
        ),
        example="20",
    )
    max_unhealthy_instance_percent = Integer(
        "Maximum unhealthy instances",
        minimum=5,
        maximum=100,
        unit="%",
        help=(
            "Stops the upgrade if more than this share of all instances is unhealthy when a batch is about to "
            "start. Must not be lower than the batch size. 20 % if not set."
        ),
        example="20",
    )
    max_unhealthy_upgraded_instance_percent = Integer(
        "Maximum unhealthy upgraded instances",
        maximum=100,
        unit="%",
        help="Stops the upgrade if more than this share of the updated instances is unhealthy. 20 % if not set.",
        example="20",
    )
    pause_time_between_batches = Text(
        "Pause between batches",
        suggestions=("PT0S", "PT30S", "PT5M"),
        help="How long Azure waits after a batch, as an ISO 8601 duration. No pause if not set.",
        example="PT30S",
    )
    enable_cross_zone_upgrade = Boolean(
        "Batches across zones",
        since="2020-12-01",
        help=(
            "Lets a batch hold instances of several zones, which is faster. Off if not set: Azure finishes one "
            "zone before it starts the next."
        ),
    )
    prioritize_unhealthy_instances = Boolean(
        "Unhealthy instances first",
        since="2020-12-01",
        help=(
            "Updates all unhealthy instances before any healthy one. Useful when the change is the cure. Off if "
            "not set."
        ),
    )
    rollback_failed_instances_on_policy_breach = Boolean(
        "Roll back on failure",
        since="2022-11-01",
        help=(
            "Returns failed instances to the model they had if the upgrade breaks this policy. Only for Uniform "
            "scale sets. Off if not set."
        ),
    )
    max_surge = Boolean(
        "Max surge",
        since="2022-11-01",
        help=(
            "Creates new instances for each batch and deletes the old ones afterwards, so that capacity does not "
            "drop. Needs quota and free addresses for one more batch, or the upgrade falls back to updating in "
            "place. Overprovisioning must be off; not with automatic OS upgrades of Flexible scale sets. Off if "
            "not set."
        ),
    )


class AutomaticOSUpgradePolicy(Part):
    """Automatic upgrades to new versions of the OS image."""

    enable_automatic_os_upgrade = Boolean(
        "Automatic OS upgrades",
        wire="enableAutomaticOSUpgrade",
        help=(
            "Replaces OS disks batch by batch when the image's publisher brings out a new version. Needs the "
            "version latest, and the Application Health extension or a health probe. Off if not set."
        ),
    )
    disable_automatic_rollback = Boolean(
        "No automatic rollback",
        help="Keeps instances on the new image even if the upgrade fails. If not set, Azure rolls back.",
    )
    use_rolling_upgrade_policy = Boolean(
        "Use the rolling upgrade policy",
        since="2022-03-01",
        help=(
            "Takes batch size and limits from the rolling upgrade policy. If not set, Azure uses its own "
            "defaults."
        ),
    )
    os_rolling_upgrade_deferral = Boolean(
        "Wait for approval",
        since="2023-09-01",
        help=(
            "Announces each upgrade to the instance with the metadata tag Platform.PendingOSUpgrade and waits "
            "until it is approved by an ApproveRollingUpgrade call. Off if not set."
        ),
    )


class AutoOSUpgradePolicy(Part):
    """The first form of the automatic OS upgrade policy."""

    disable_auto_rollback = Boolean(
        "No automatic rollback",
        help="Keeps instances on the new image even if the upgrade fails. If not set, Azure rolls back.",
    )


class UpgradePolicy(Part):
    """How changes of the model reach the instances."""

    mode = Choice(
        "Upgrade mode",
        UPGRADE_MODE,
        essential=True,
        help=(
            "How running instances get the latest model after a change.",
            Said("Azure needs it.", until="2020-06-01"),
            Said("Needed for a Uniform scale set; Manual if not set in a Flexible one.", since="2020-12-01"),
        ),
    )
    rolling_upgrade_policy = Single(
        "Rolling upgrade policy",
        RollingUpgradePolicy,
        since="2017-03-30",
        help=(
            "Batches and limits of the mode Rolling.",
            Said(
                "Automatic OS upgrades use them too if told to, and so do automatic extension upgrades.",
                since="2022-03-01",
            ),
        ),
    )
    automatic_os_upgrade = Boolean(
        "Automatic OS upgrades",
        wire="automaticOSUpgrade",
        since="2017-03-30",
        until="2018-06-01",
        help=(
            "Upgrades instances when a new version of the OS image comes out. Off if not set. Later versions have "
            "a policy for it."
        ),
    )
    auto_os_upgrade_policy = Single(
        "Automatic OS upgrade rollback",
        AutoOSUpgradePolicy,
        wire="autoOSUpgradePolicy",
        since="2017-12-01",
        until="2018-06-01",
        help="What happens when an automatic OS upgrade fails.",
    )
    automatic_os_upgrade_policy = Single(
        "Automatic OS upgrade policy",
        AutomaticOSUpgradePolicy,
        wire="automaticOSUpgradePolicy",
        since="2018-10-01",
        help="Azure moves instances to new OS image versions automatically.",
    )


LIFECYCLE_EVENT = (
    Value(
        "UpgradeAutoOSScheduling",
        "Automatic OS upgrade is scheduled",
        "Asked once for each instance before an automatic OS upgrade is planned.",
    ),
    Value(
        "UpgradeAutoOSRollingBatchStarting",
        "A batch of an automatic OS upgrade starts",
        "Asked for the instances of each batch just before it starts.",
    ),
)

LIFECYCLE_ACTION = (
    Value("Approve", "Approve", "Azure goes ahead."),
    Value("Reject", "Reject", "Azure leaves the instance out."),
)


class LifecycleHook(Part):
    """One moment at which Azure asks before it acts."""

    summary = ("type", "waitDuration", "defaultAction")

    type = Choice(
        "Event",
        LIFECYCLE_EVENT,
        open=True,
        essential=True,
        help="The moment at which Azure stops and asks, instance by instance, whether it may go on.",
    )
    wait_duration = Text(
        "Time to answer",
        suggestions=("PT30M", "PT2H", "PT8H"),
        essential=True,
        help="How long Azure waits for your answer, as an ISO 8601 duration.",
        example="PT30M",
    )
    default_action = Choice(
        "When there is no answer",
        LIFECYCLE_ACTION,
        open=True,
        essential=True,
        help=(
            "What Azure does if no answer arrives in time. Microsoft does not say what applies if not set: state "
            "it."
        ),
    )


class LifecycleHooksProfile(Part):
    """The moments at which Azure asks before it acts."""

    lifecycle_hooks = List(
        "Lifecycle hooks",
        LifecycleHook,
        singular="lifecycle hook",
        help="Lets your own software approve or reject steps of automatic OS upgrades for each instance.",
    )
