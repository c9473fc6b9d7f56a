"""Health and repair of instances, and what is left behind for diagnosis."""

from __future__ import annotations

from ..properties import Boolean, Choice, Part, Single, Text, Value
from ..wording import Said

REPAIR_ACTION = (
    Value("Replace", "Replace", "Deletes the instance and creates a new one. The default."),
    Value("Restart", "Restart", "Restarts the instance and keeps its disks."),
    Value("Reimage", "Reimage", "Makes the OS disk anew from the image and keeps the data disks."),
)


class AutomaticRepairsPolicy(Part):
    """Repair of instances that report ill health."""

    enabled = Boolean(
        "Repair unhealthy instances",
        help=(
            (
                (
                    "Repairs an instance whose health is Unhealthy or Unknown, at most 5 % of the instances at a time, "
                    "and suspends itself when repairs do not help."
                ),
                Said(
                    "Needs a health probe or the Application Health extension.",
                    since="2018-10-01",
                    until="2020-06-01",
                ),
                Said(
                    "Needs the Application Health extension or, in a Uniform scale set, a health probe.",
                    since="2020-12-01",
                ),
                "Off if not set.",
            )
        ),
    )
    grace_period = Text(
        "Repair grace period",
        suggestions=("PT10M", "PT30M", "PT90M"),
        help=(
            "How long an instance is left alone after it was created or changed, from PT10M to PT90M. 10 minutes if "
            "not set; give slow starters more."
        ),
        example="PT30M",
    )
    repair_action = Choice(
        "Repair action",
        REPAIR_ACTION,
        open=True,
        since="2021-11-01",
        help=(
            "What is done to an unhealthy instance. Replace if not set. It can be changed only while repairs are "
            "off."
        ),
    )


class ExternalHealthPolicy(Part):
    """Health that your own monitoring reports."""

    enabled = Boolean(
        "External health reports",
        help=(
            "Lets your own monitoring set the health of instances through the API. Not together with a health probe or "
            "the Application Health extension. Off if not set."
        ),
    )
    expiry_duration = Text(
        "Report expires after",
        suggestions=("PT5M", "PT30M", "PT3H"),
        help=(
            "How long a report counts, from PT5M to PT3H. An instance without a fresh one becomes unknown. "
            "Microsoft does not say what applies if not set."
        ),
        example="PT30M",
    )
    grace_period = Text(
        "First report due within",
        suggestions=("PT5M", "PT30M", "PT4H"),
        help=(
            "How long a new instance may go without a report, from PT5M to PT4H. Microsoft does not say what "
            "applies if not set."
        ),
        example="PT30M",
    )


class BootDiagnostics(Part):
    """Console output and screenshots of starting instances."""

    enabled = Boolean(
        "Boot diagnostics",
        essential=True,
        help=(
            "Keeps the console log and a screenshot of each instance, to see why one does not start. Off if not "
            "set."
        ),
    )
    storage_uri = Text(
        "Storage account for boot diagnostics",
        kind="blobEndpoint",
        help=(
            "The blob address of a storage account in the same region and subscription. If not set, storage that "
            "Azure manages is used, which is the better choice."
        ),
        example="https://stshop.blob.core.windows.net/",
    )


class DiagnosticsProfile(Part):
    """What is left behind for diagnosis."""

    boot_diagnostics = Single("Boot diagnostics", BootDiagnostics, inline=True)
