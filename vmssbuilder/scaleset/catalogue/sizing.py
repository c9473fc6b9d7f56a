"""How many instances, and of which size."""

from __future__ import annotations

from ..properties import Integer, Part, Text


class Sku(Part):
    """The size and number of the instances."""

    name = Text(
        "Size",
        kind="vmSize",
        essential=True,
        help=(
            "The VM size of every instance. It sets vCPUs, memory, and how many disks and network interfaces an "
            "instance can have. Offers and quota differ by region."
        ),
        example="Standard_D2s_v5",
    )
    tier = Text(
        "Tier",
        suggestions=("Standard", "Basic"),
        help="Follows from the size: Standard for all sizes but the old Basic_A series. Can be left out.",
        example="Standard",
    )
    capacity = Integer(
        "Instance count",
        essential=True,
        unit="instances",
        help=(
            "How many instances Azure keeps running. 0 creates the scale set without instances; an autoscale "
            "setting may change the number later."
        ),
        example="3",
    )
