"""Where instances run: zones, edge zones, fault domains, spreading."""

from __future__ import annotations

from ..properties import Choice, List, Part, Single, Text, Value
from .references import InterconnectBlockReference, InterconnectGroupReference, InterconnectSubgroupReference


class ExtendedLocation(Part):
    """An edge zone instead of the region itself."""

    name = Text(
        "Edge zone",
        kind="edgeZone",
        help="The name of the edge zone in which the instances run.",
        example="microsoftlosangeles1",
    )
    type = Choice(
        "Extended location type",
        (Value("EdgeZone", "Edge zone", "A small Azure site close to users. The only type so far."),),
        open=True,
        help="What kind of place the name stands for.",
    )


ZONE_PLACEMENT = (
    Value("Any", "Any", "Azure picks a zone. For single virtual machines."),
    Value("Auto", "Auto", "Azure picks the zones. For scale sets."),
)


class Placement(Part):
    """Lets Azure pick the zones."""

    zone_placement_policy = Choice(
        "Zone selection",
        ZONE_PLACEMENT,
        open=True,
        help=(
            "Lets Azure choose zones with free capacity. Use this or a list of zones, not both. In preview: the "
            "feature VmssAutomaticZonePlacement must be registered and overprovisioning off; not with a proximity "
            "placement group, a host group, a capacity reservation or an instance mix."
        ),
    )
    include_zones = List(
        "Zones to use",
        Text("Zone", kind="zone", help="The number of a zone, as text.", example="1"),
        singular="zone",
        help=(
            "Azure chooses among these zones only. Any zone of the region if not set. Use this or the zones to "
            "avoid, not both."
        ),
    )
    exclude_zones = List(
        "Zones to avoid",
        Text("Zone", kind="zone", help="The number of a zone, as text.", example="3"),
        singular="zone",
        help="Azure chooses none of these zones. None are avoided if not set.",
    )


ORCHESTRATION_MODE = (
    Value(
        "Uniform",
        "Uniform",
        (
            "Identical instances managed through the scale set only. For large stateless fleets, and for NAT "
            "pools and overprovisioning."
        ),
    ),
    Value(
        "Flexible",
        "Flexible",
        "Instances are ordinary virtual machines; sizes and Spot can be mixed. Microsoft's advice for new scale sets.",
    ),
)

FAULT_DOMAIN_ALIGNMENT = (
    Value(
        "Aligned",
        "Aligned",
        "Disks are always in the fault domain of their instance; creation fails where that cannot be.",
    ),
    Value("Unaligned", "Unaligned", "Disks are placed without regard to fault domains."),
    Value(
        "BestEffortAligned",
        "Aligned where possible",
        "Aligned as far as capacity allows.",
        since="2025-11-01",
    ),
)

INTERCONNECT_PLACEMENT = (
    Value("None", "None", "No special placement. The default."),
    Value("Trunk", "Trunk", "Instances are placed so that they share a high-speed interconnect."),
)


class InterconnectGroupProfile(Part):
    """Closely connected hardware for large parallel work."""

    interconnect_group = Single("Interconnect group", InterconnectGroupReference, inline=True)
    subgroups = List(
        "Interconnect subgroups",
        InterconnectSubgroupReference,
        rows=True,
        singular="interconnect subgroup",
        help="Parts of the group in which instances may be placed. Any part if not set.",
    )


class InterconnectBlockProfile(Part):
    """Reserved, closely connected hardware."""

    interconnect_block = Single("Interconnect block", InterconnectBlockReference, inline=True)
