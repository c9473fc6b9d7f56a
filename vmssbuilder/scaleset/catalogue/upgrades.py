"""How changes of the model reach the instances."""

from __future__ import annotations

from ..properties import Choice, Part, Value

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
)


class UpgradePolicy(Part):
    """How changes of the model reach the instances."""

    mode = Choice(
        "Upgrade mode",
        UPGRADE_MODE,
        essential=True,
        help="Who brings running instances to the latest model after a change. Needed for a Uniform scale set.",
    )
