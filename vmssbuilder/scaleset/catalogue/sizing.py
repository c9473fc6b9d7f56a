"""How many instances, of which size, and on which capacity."""

from __future__ import annotations

from ..properties import Boolean, Choice, Integer, List, Part, Single, Text, Value
from ..wording import Said
from .references import CapacityReservationGroupReference


class Sku(Part):
    """The size and number of the instances."""

    name = Text(
        "Size",
        kind="vmSize",
        essential=True,
        help=(
            (
                (
                    "The VM size of every instance. It sets vCPUs, memory, and how many disks and network interfaces an "
                    "instance can have. Offers and quota differ by region."
                ),
                Said("Mix stands for a list of sizes (instance mix).", since="2024-07-01"),
            )
        ),
        example="Standard_D2s_v5",
    )
    tier = Text(
        "Tier",
        suggestions=("Standard", "Basic"),
        help=(
            "Follows from the size: Standard for all sizes but the old Basic_A series. Not needed.",
            Said("Do not set it with an instance mix.", since="2024-07-01"),
        ),
        example="Standard",
    )
    capacity = Integer(
        "Instance count",
        essential=True,
        unit="instances",
        help=(
            "How many instances Azure keeps running. 0 creates the scale set without instances; an autoscale "
            "setting may change the number later. At most 1,000, 600 from a managed image, and 100 in one "
            "placement group."
        ),
        example="3",
    )


ALLOCATION_STRATEGY = (
    Value(
        "LowestPrice",
        "Lowest price",
        "The cheapest size that is free at the time. The default.",
    ),
    Value(
        "CapacityOptimized",
        "Capacity optimized",
        "Picks the sizes with the best chance of being available, whatever they cost.",
    ),
    Value(
        "Prioritized",
        "Prioritized",
        "The sizes in the order of their ranks, as far as there is capacity.",
        since="2024-11-01",
    ),
)


class MixedSize(Part):
    """One size of an instance mix."""

    summary = ("name", "rank")

    name = Text(
        "Size",
        kind="vmSize",
        essential=True,
        help=(
            "A VM size that instances may have. All sizes of a mix must agree in processor architecture, disk "
            "controller (SCSI or NVMe), premium storage, security type and local disk. Families A, B, D, E and F "
            "only."
        ),
        example="Standard_D4s_v5",
    )
    rank = Integer(
        "Rank",
        since="2024-11-01",
        help=(
            "The place of this size in the order of preference, 0 first. Only for the strategy Prioritized."
        ),
        example="0",
    )


class AutomaticSizeMigration(Part):
    """Whether Azure may move instances to another size of the mix."""

    enabled = Boolean(
        "Automatic size migration",
        help=(
            "Lets Azure move running instances to another size of the mix when the platform needs it. Off if not set."
        ),
    )


class SkuProfile(Part):
    """Instance mix: several sizes in one Flexible scale set."""

    vm_sizes = List(
        "Sizes in the mix",
        MixedSize,
        rows=True,
        singular="size",
        help=(
            "Up to five sizes that instances may have. The size of the scale set itself must then be Mix, and its "
            "tier not set. Not with ephemeral OS disks, dedicated hosts, proximity placement groups or capacity "
            "reservations."
        ),
    )
    allocation_strategy = Choice(
        "Allocation strategy",
        ALLOCATION_STRATEGY,
        open=True,
        help="How Azure picks among the sizes when it creates an instance. Lowest price if not set.",
    )
    automatic_sku_migration_policy = Single(
        "Automatic size migration policy", AutomaticSizeMigration, inline=True, since="2026-03-01"
    )


class CapacityReservation(Part):
    """Where the instances take their capacity from."""

    capacity_reservation_group = Single(
        "Capacity reservation group", CapacityReservationGroupReference, inline=True
    )
    disable_capacity_reservation_assignment = Boolean(
        "Never use reservations",
        since="2026-04-01",
        help=(
            "Keeps the instances away from every capacity reservation, also from those that Azure would match by "
            "itself. They then use public capacity only. Off if not set."
        ),
    )


class VMSizeProperties(Part):
    """Trims the processors of the size."""

    v_cpus_available = Integer(
        "vCPUs available",
        wire="vCPUsAvailable",
        help=(
            "How many of the size's vCPUs an instance sees, for software licensed by core. The price stays that of the "
            "full size. All of them if not set."
        ),
        example="4",
    )
    v_cpus_per_core = Integer(
        "vCPUs per core",
        wire="vCPUsPerCore",
        help="1 switches hyper-threading off. The size's own ratio if not set.",
        example="1",
    )


PROCESSOR_MODE = (
    Value("Deterministic", "Deterministic", "Steady processor speed. The default."),
    Value("Opportunistic", "Opportunistic", "Lets processors run faster when there is room for it."),
)


class HardwareProfile(Part):
    """Adjusts the hardware of the size."""

    vm_size_properties = Single(
        "Processor limits", VMSizeProperties, help="Trims the processors of the size."
    )
    processor_mode = Choice(
        "Processor mode",
        PROCESSOR_MODE,
        open=True,
        since="2026-04-01",
        help=(
            "How the processors are run. Deterministic if not set. It can be changed on running instances without "
            "a restart."
        ),
    )


class AdditionalCapabilities(Part):
    """Abilities of instances that must be asked for."""

    ultra_ssd_enabled = Boolean(
        "Ultra disk compatibility",
        wire="ultraSSDEnabled",
        help=(
            "Allows Ultra disks as data disks. Needed before one is added; the size, region and zone must offer it, "
            "and it is charged separately. Off if not set."
        ),
    )
    hibernation_enabled = Boolean(
        "Hibernation",
        since="2021-07-01",
        help=(
            (
                "Lets instances be hibernated: memory is saved to the OS disk and compute is no longer billed. For "
                "sizes of the D, E and NV families with up to 64 GB of memory; not with Spot, ephemeral OS disks, "
                "capacity reservations or Azure Backup. Off if not set."
            ),
            Said("Only for Flexible scale sets.", since="2020-12-01"),
        ),
    )
    enable_fips1403_encryption = Boolean(
        "FIPS 140-3 extension encryption",
        wire="enableFips1403Encryption",
        since="2025-04-01",
        help=(
            "Encrypts protected settings of extensions with FIPS 140-3 algorithms. For Linux images in FIPS mode. "
            "Off if not set."
        ),
    )


class EarlyAdditionalCapabilities(Part):
    """The same inside the instance profile, where the oldest versions had it."""

    ultra_ssd_enabled = Boolean(
        "Ultra disk compatibility",
        wire="ultraSSDEnabled",
        help=(
            "Allows Ultra disks as data disks. Off if not set. Later API versions have it beside the instance "
            "profile."
        ),
    )
