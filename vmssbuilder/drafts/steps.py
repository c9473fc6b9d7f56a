"""The steps of the form: which part of the content each owns, and the layout of every page that follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import List, Map, Node, Single
from vmssbuilder.scaleset.properties import tree as part_tree
from vmssbuilder.scaleset.versions import LATEST

from .content import TARGET, TargetPart


@dataclass(frozen=True, slots=True)
class Group:
    """What most people set, in sight under a heading. places: of the fields, in their order.

    columns: whether they are short enough to stand side by side. holder: the object that they are members of, where
    they may be filled in together.
    """

    title: str
    places: tuple[Path, ...]
    columns: bool = False
    holder: Path = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the task list. groups: what stands in sight; rest: the places of what its fold holds.

    A step owns all of these; a longer place of another step is that step's.
    """

    name: str
    title: str
    lead: str
    groups: tuple[Group, ...]
    rest: tuple[Path, ...]

    @property
    def places(self) -> tuple[Path, ...]:
        """All that it owns."""
        return (*self.essentials, *self.rest)

    @property
    def essentials(self) -> tuple[Path, ...]:
        """The places of the fields in sight."""
        return tuple(place for group in self.groups for place in group.places)


def _group(title: str, *written: str, columns: bool = False, holder: str = "") -> Group:
    return Group(title, _places(*written), columns, *(_places(holder) if holder else ()))


def _places(*written: str) -> tuple[Path, ...]:
    """Places as they are written below: a dot before those of the properties, two before those of the instances."""
    profile = "properties.virtualMachineProfile."
    return tuple(
        paths.parse(
            re.sub(r"^\.\.", profile, each) if each[:2] == ".." else re.sub(r"^\.", "properties.", each)
        )
        for each in written
    )


STEPS: Final[tuple[Step, ...]] = (
    Step(
        "basics",
        "Basics",
        "Where the scale set is to be, and what it is called.",
        (
            _group(
                "",
                "$target.operation",
                "$target.subscription",
                "$target.resourceGroup",
                "$target.name",
                "location",
                "zones",
                "tags",
                "$target.apiVersion",
            ),
        ),
        _places("$target", "extendedLocation", "placement"),
    ),
    Step(
        "instances",
        "Instances",
        "How big each instance is, how many there are, and where they are placed.",
        (
            _group("", ".orchestrationMode"),
            _group(
                "Size and count",
                "sku.name",
                "sku.capacity",
                ".skuProfile.vmSizes",
                ".skuProfile.allocationStrategy",
            ),
            _group(
                "Spot",
                "..priority",
                "..evictionPolicy",
                "..billingProfile.maxPrice",
                ".spotRestorePolicy.enabled",
                ".priorityMixPolicy.baseRegularPriorityCount",
                ".priorityMixPolicy.regularPriorityPercentageAboveBase",
            ),
            _group("Placement", ".platformFaultDomainCount", ".zoneBalance", ".proximityPlacementGroup.id"),
        ),
        _places(
            "sku",
            ".singlePlacementGroup",
            ".overprovision",
            ".constrainedMaximumCapacity",
            ".zonalPlatformFaultDomainAlignMode",
            ".proximityPlacementGroup",
            ".hostGroup",
            ".highSpeedInterconnectPlacement",
            ".additionalCapabilities.hibernationEnabled",
            ".scaleInPolicy",
            ".spotRestorePolicy",
            ".priorityMixPolicy",
            ".skuProfile",
            "..billingProfile",
            "..capacityReservation",
            "..hardwareProfile",
            "..interconnectBlockProfile",
        ),
    ),
    Step(
        "image",
        "Image and sign-in",
        "What instances start from, and who may sign in to them.",
        (
            _group(
                "Image",
                "..storageProfile.imageReference.publisher",
                "..storageProfile.imageReference.offer",
                "..storageProfile.imageReference.sku",
                "..storageProfile.imageReference.version",
                columns=True,
                holder="..storageProfile.imageReference",
            ),
            _group(
                "Names and sign-in",
                "..osProfile.computerNamePrefix",
                "..osProfile.adminUsername",
                columns=True,
            ),
            _group(
                "",
                "..osProfile.linuxConfiguration.disablePasswordAuthentication",
                "..osProfile.adminPassword",
                columns=True,
            ),
            _group("", "..osProfile.linuxConfiguration.ssh.publicKeys"),
        ),
        _places(
            "..osProfile.customData",
            "..userData",
            "..licenseType",
            "..storageProfile.imageReference",
            "plan",
            "..osProfile",
        ),
    ),
    Step(
        "disks",
        "Disks",
        "The disk that instances start from, and the disks for data.",
        (
            _group(
                "OS disk",
                "..storageProfile.osDisk.createOption",
                "..storageProfile.osDisk.managedDisk.storageAccountType",
                "..storageProfile.osDisk.diskSizeGB",
                "..storageProfile.osDisk.caching",
            ),
            _group("", "..storageProfile.dataDisks"),
        ),
        _places("..storageProfile", ".additionalCapabilities"),
    ),
    Step(
        "network",
        "Network",
        "The network interfaces of each instance.",
        (
            _group(
                "",
                "..networkProfile.networkInterfaceConfigurations",
                "..networkProfile.networkApiVersion",
            ),
        ),
        _places("..networkProfile"),
    ),
    Step(
        "upgrades",
        "Upgrades and health",
        "How instances get changes, and what is done about those that are not well.",
        (
            _group("Upgrades", ".upgradePolicy.mode"),
            _group(
                "",
                ".upgradePolicy.rollingUpgradePolicy.maxBatchInstancePercent",
                ".upgradePolicy.rollingUpgradePolicy.maxUnhealthyInstancePercent",
                ".upgradePolicy.rollingUpgradePolicy.maxUnhealthyUpgradedInstancePercent",
                ".upgradePolicy.rollingUpgradePolicy.pauseTimeBetweenBatches",
                columns=True,
            ),
            _group("", ".upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade"),
            _group(
                "Health and repairs",
                "..networkProfile.healthProbe.id",
                ".automaticRepairsPolicy.enabled",
                ".automaticRepairsPolicy.gracePeriod",
            ),
            _group(
                "Diagnostics",
                "..diagnosticsProfile.bootDiagnostics.enabled",
                "..diagnosticsProfile.bootDiagnostics.storageUri",
            ),
        ),
        _places(
            ".upgradePolicy",
            ".automaticRepairsPolicy",
            ".externalHealthPolicy",
            "..networkProfile.healthProbe",
            "..diagnosticsProfile",
            "..serviceArtifactReference",
        ),
    ),
    Step(
        "security",
        "Security and identity",
        "How instances are protected, and what they may do in Azure.",
        (
            _group(
                "Security",
                "..securityProfile.securityType",
                "..securityProfile.uefiSettings.secureBootEnabled",
                "..securityProfile.uefiSettings.vTpmEnabled",
                "..securityProfile.encryptionAtHost",
            ),
            _group("Managed identity", "identity.type", "identity.userAssignedIdentities"),
            _group("", "..osProfile.secrets"),
        ),
        _places(
            "..securityProfile",
            "identity",
            "..securityPostureReference",
            ".additionalCapabilities.enableFips1403Encryption",
        ),
    ),
    Step(
        "extensions",
        "Extensions",
        "Software that Azure runs on each instance after it starts.",
        (_group("", "..extensionProfile.extensions", "..applicationProfile.galleryApplications"),),
        _places(
            "..extensionProfile",
            "..applicationProfile",
            "..osProfile.allowExtensionOperations",
            ".doNotRunExtensionsOnOverprovisionedVMs",
        ),
    ),
    Step(
        "everything-else",
        "Everything else",
        "What no other step has, and a search of all there is.",
        (),
        ((), ("properties",)),
    ),
)

BY_NAME: Final = {step.name: step for step in STEPS}

FORMER: Final = {"size": "instances", "operating-system": "image", "storage": "disks"}
"""Names that steps once had, in addresses that people kept, and the steps that have most of what these had."""

_OWNERS: Final = {place: step for step in STEPS for place in step.places}


def owner(path: Path) -> Step:
    """The step whose place is the longest prefix of the path."""
    while path not in _OWNERS:
        path = path[:-1]
    return _OWNERS[path]


def root_owner(path: Path) -> Step | None:
    """The step that has exactly this place, None when it is nobody's."""
    return _OWNERS.get(path)


def following(step: Step) -> Step | None:
    """The step after this one, None after the last."""
    position = STEPS.index(step) + 1
    return STEPS[position] if position < len(STEPS) else None


@dataclass(frozen=True, slots=True)
class Field:
    """One input, list of rows or list of cards on a page. below: its path from the page's own place.

    within: the path of the one value that the field is a part of, such as the settings of an extension; () for a field
    that is a value of its own. system: the operating system that it is for, "" for both.
    """

    node: Node
    below: Path
    within: Path = ()
    system: str = ""

    @property
    def is_rows(self) -> bool:
        """Whether it is a list or map of small items, edited in place."""
        prop = self.node.property
        return isinstance(prop, Map) or (isinstance(prop, List) and prop.rows)

    @property
    def is_cards(self) -> bool:
        """Whether it is a list whose items have pages of their own."""
        return isinstance(self.node.property, List) and not self.is_rows


@dataclass(slots=True)
class Section:
    """Fields that belong together under a title, "" for none.

    columns: whether they stand side by side. holder: the object that they may be filled in as. rest: whether they lie in the fold of their page. folded: whether they are put away under their title, since the
    fields of another section say the same.
    """

    title: str
    help: str = ""
    columns: bool = False
    holder: Path = ()
    rest: bool = False
    folded: bool = False
    fields: list[Field] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Layout:
    """All fields of one page, in sections. Each is made once and known by itself: form classes are kept by it."""

    sections: tuple[Section, ...]

    @property
    def fields(self) -> Iterator[Field]:
        for section in self.sections:
            yield from section.fields

    @property
    def rest(self) -> tuple[Section, ...]:
        """The sections in the fold."""
        return tuple(section for section in self.sections if section.rest)


@cache
def step_layout(step: Step, api_version: str) -> Layout:
    """The layout of a step's own page."""
    sections = [
        Section(
            group.title,
            columns=group.columns,
            holder=group.holder,
            fields=_in_sight(group, api_version),
        )
        for group in step.groups
    ]
    taken = frozenset(_OWNERS)
    for place in step.rest:
        node = _node(place, api_version)
        if node is None or node.property.read_only:
            continue
        if isinstance(node.property, Single):
            section = Section(_title(node), node.help, rest=True)
            sections.append(section)
            _collect(node, place, place, section, sections, taken - {place})
        elif place not in step.essentials:
            loose = Section("", rest=True, fields=[_field(node, place)])
            sections.append(loose)
    return Layout(tuple(_joined(sections)))


def _node(place: Path, api_version: str) -> Node | None:
    if place[:1] == (TARGET,):
        return part_tree(TargetPart, LATEST).at(place[1:])
    return tree(api_version).at(place)


def _in_sight(group: Group, api_version: str) -> list[Field]:
    found = ((place, _node(place, api_version)) for place in group.places)
    return [_field(node, place) for place, node in found if node is not None]


def _field(node: Node, below: Path) -> Field:
    system, holder = "", node
    while not system and holder.parent is not None:
        system, holder = holder.property.system, holder.parent
    return Field(node, below, system=system)


def _title(node: Node) -> str:
    """The title of a part, "" for an envelope and for what is no part of another one's page."""
    prop = node.property
    own = (
        isinstance(prop, Single) and not prop.inline and node.parent is not None and node.pattern != _PROFILE
    )
    return prop.title if own else ""


_PROFILE: Final = "properties.virtualMachineProfile"


def _joined(sections: list[Section]) -> Iterator[Section]:
    """The sections that have fields. Those of the fold without a title are one, before the others."""
    loose = [section for section in sections if section.rest and not section.title]
    yield from (section for section in sections if not section.rest and section.fields)
    together = [entry for section in loose for entry in section.fields]
    if together:
        yield Section("", rest=True, fields=together)
    yield from (section for section in sections if section.rest and section.title and section.fields)


_RARE: Final = f"{_PROFILE}.extensionProfile.extensions[].properties.protectedSettingsFromKeyVault."
"""Members of a part that few extensions use; elsewhere that part's key vault is what everybody sets."""


@cache
def item_layout(pattern: str, api_version: str) -> Layout:
    """The layout of the page of one list item, whose pattern ends in `[]`. Paths are from the item."""
    node = next(node for node in tree(api_version).walk() if node.pattern == pattern)
    first, loose = Section(""), Section("", rest=True)
    sections = [first, loose]
    _collect(node, (), (), first, sections, essential=True)
    _collect(node, (), (), loose, sections, essential=False)
    return Layout(tuple(_joined(sections)))


def _collect(
    node: Node,
    path: Path,
    below: Path,
    section: Section,
    sections: list[Section],
    others: frozenset[Path] = frozenset(),
    essential: bool | None = None,
) -> None:
    """Collects the fields of a part, other than those of the places that are laid out elsewhere.

    essential: whether those in sight are wanted, or the others; None for both.
    """
    for wire, child in node.children.items():
        place, under = (*path, wire), (*below, wire)
        prop = child.property
        if prop.read_only or place in others:
            continue
        if not isinstance(prop, Single):
            if essential is None or (prop.essential and not child.pattern.startswith(_RARE)) is essential:
                section.fields.append(_field(child, under))
            continue
        inner = section
        if _title(child):
            inner = Section(prop.title, child.help, rest=section.rest)
            sections.append(inner)
        _collect(child, place, under, inner, sections, others, essential)


def item_page(path: Path, api_version: str) -> Path:
    """The longest prefix of the path that is a list item with a page of its own; () when it lies on the step's page."""
    here: Node | None = tree(api_version)
    page: Path = ()
    for depth, step in enumerate(path):
        if here is None:
            break
        listed = here.property
        here = here.at((step,))
        if isinstance(listed, List) and not listed.rows and isinstance(step, int):
            page = path[: depth + 1]
    return page


@lru_cache(maxsize=1_500)
def anchor(path: Path) -> str:
    """The id of the field at the path, unique on its page."""
    return "f-" + _NOT_IN_IDS.sub("-", paths.text(path)).strip("-")


_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9]")
