"""How changes of the model reach the instances: upgrade modes, rolling and automatic OS upgrades, lifecycle hooks."""

from __future__ import annotations

from ..properties import Boolean, Choice, Integer, List, Part, Single, Text, Value

UPGRADE_MODE = (
    Value(
        "Automatic",
        "Automatic",
        "Azure changes instances at once, in no order and maybe all at the same time.",
    ),
    Value(
        "Manual",
        "Manual",
        "Existing instances keep the old model until you upgrade them. New ones take the new.",
    ),
    Value(
        "Rolling",
        "Rolling",
        "Azure changes instances in batches and watches their health. Needs a health probe or the Application Health "
        "extension.",
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
            "The largest share of instances changed at once; Azure takes fewer when some are unhealthy. 20 % when left out."
        ),
        example="20",
    )
    max_unhealthy_instance_percent = Integer(
        "Maximum unhealthy instances",
        minimum=5,
        maximum=100,
        unit="%",
        help=(
            "Stops the upgrade when a larger share of all instances is unhealthy before a batch. At least the batch "
            "size. 20 % when left out."
        ),
        example="20",
    )
    max_unhealthy_upgraded_instance_percent = Integer(
        "Maximum unhealthy upgraded instances",
        maximum=100,
        unit="%",
        help="Stops the upgrade when a larger share of the changed instances turns out unhealthy. 20 % when left out.",
        example="20",
    )
    pause_time_between_batches = Text(
        "Pause between batches",
        suggestions=("PT0S", "PT30S", "PT5M"),
        help="How long Azure waits after a batch, as an ISO 8601 duration. No pause when left out.",
        example="PT30S",
    )
    enable_cross_zone_upgrade = Boolean(
        "Batches across zones",
        since="2020-12-01",
        help=(
            "Lets a batch hold instances of several zones, which is faster. When off, Azure finishes one zone before it "
            "starts the next."
        ),
    )
    prioritize_unhealthy_instances = Boolean(
        "Unhealthy instances first",
        since="2020-12-01",
        help="Changes all unhealthy instances before any healthy one. Useful when the change is the cure.",
    )
    rollback_failed_instances_on_policy_breach = Boolean(
        "Roll back on failure",
        since="2022-11-01",
        help="Returns failed instances to the model they had when the upgrade breaks this policy.",
    )
    max_surge = Boolean(
        "Max surge",
        since="2022-11-01",
        help=(
            "Creates new instances for each batch and deletes the old ones afterwards, so that capacity never drops. "
            "Needs quota for a batch more, and overprovisioning off."
        ),
    )


class AutomaticOSUpgradePolicy(Part):
    """Automatic upgrades to new versions of the OS image."""

    enable_automatic_os_upgrade = Boolean(
        "Automatic OS upgrades",
        wire="enableAutomaticOSUpgrade",
        help=(
            "Replaces OS disks batch by batch when the image's publisher brings out a new version. Needs the version "
            "latest and a source of health. Off when left out."
        ),
    )
    disable_automatic_rollback = Boolean(
        "No automatic rollback",
        help="Leaves instances on the new image also when the upgrade fails. Azure rolls back when this is left out.",
    )
    use_rolling_upgrade_policy = Boolean(
        "Use the rolling upgrade policy",
        since="2022-03-01",
        help="Takes batch size and limits from the rolling upgrade policy. Azure uses defaults of its own when left out.",
    )
    os_rolling_upgrade_deferral = Boolean(
        "Wait for approval",
        since="2023-09-01",
        help=(
            "Announces each upgrade to the instance by the metadata tag Platform.PendingOSUpgrade and waits until it is "
            "approved by an ApproveRollingUpgrade call."
        ),
    )


class AutoOSUpgradePolicy(Part):
    """The first form of the automatic OS upgrade policy."""

    disable_auto_rollback = Boolean(
        "No automatic rollback",
        help="Leaves instances on the new image also when the upgrade fails. Azure rolls back when this is left out.",
    )


class UpgradePolicy(Part):
    """How changes of the model reach the instances."""

    mode = Choice(
        "Upgrade mode",
        UPGRADE_MODE,
        essential=True,
        help="Who brings running instances to the latest model after a change. Needed for a Uniform scale set.",
    )
    rolling_upgrade_policy = Single(
        "Rolling upgrade policy",
        RollingUpgradePolicy,
        since="2017-03-30",
        help="Batches and limits. Used by the mode Rolling, and by automatic OS upgrades when they are told to.",
    )
    automatic_os_upgrade = Boolean(
        "Automatic OS upgrades",
        wire="automaticOSUpgrade",
        since="2017-03-30",
        until="2018-06-01",
        help="Upgrades instances when a new version of the OS image comes out. Later versions have a policy for it.",
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
        help="Upgrades to new versions of the OS image without your doing.",
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
        help="What Azure does when the time is over. Its own default applies when this is left out.",
    )


class LifecycleHooksProfile(Part):
    """The moments at which Azure asks before it acts."""

    lifecycle_hooks = List(
        "Lifecycle hooks",
        LifecycleHook,
        singular="lifecycle hook",
        help="Lets your own software approve or reject steps of automatic OS upgrades for each instance.",
    )
