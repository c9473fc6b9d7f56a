"""The document as rules see it: its main objects by name, never missing, and what follows from them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, TypeGuard, TypeVar

from .. import presets, systems, versions
from ..paths import MAX_DEPTH, Path
from ..request import Target
from ..secrets import MASK
from .shapes import ssh_fault
from .unknown import FREE_TEXT, HOLDERS, Unknown, find, guarded, hints, is_expression

PROPERTIES: Final[Path] = ("properties",)
PROFILE: Final[Path] = ("properties", "virtualMachineProfile")
OS_PROFILE: Final[Path] = (*PROFILE, "osProfile")
LINUX: Final[Path] = (*OS_PROFILE, "linuxConfiguration")
WINDOWS: Final[Path] = (*OS_PROFILE, "windowsConfiguration")
STORAGE: Final[Path] = (*PROFILE, "storageProfile")
IMAGE: Final[Path] = (*STORAGE, "imageReference")
OS_DISK: Final[Path] = (*STORAGE, "osDisk")
DATA_DISKS: Final[Path] = (*STORAGE, "dataDisks")
NETWORK: Final[Path] = (*PROFILE, "networkProfile")
NICS: Final[Path] = (*NETWORK, "networkInterfaceConfigurations")
EXTENSIONS: Final[Path] = (*PROFILE, "extensionProfile", "extensions")

_PLACEHOLDER: Final = re.compile(r"\{[A-Za-z0-9][A-Za-z0-9_ .*<>|/-]{0,79}\}")
# Scripts, settings and passwords may hold braces of their own. What is nothing but one lower-case name in braces is
# taken for a placeholder even there; as a password Azure would refuse it, since it has only two kinds of characters.
_WHOLE_PLACEHOLDER: Final = re.compile(r"\{[a-z][a-z _-]{0,79}\}\Z")


def placeholder_in(written: str, *, free: bool = False) -> str | None:
    """The first `{placeholder}` in the text, None when it has none. free: the text may well hold braces of its own."""
    if "{" not in written:
        return None
    found = _WHOLE_PLACEHOLDER.match(written) if free else _PLACEHOLDER.search(written)
    return found[0] if found else None


def filled(value: object) -> TypeGuard[str]:
    """Whether the value is text that can be judged: there, and without a placeholder."""
    return isinstance(value, str) and value != "" and ("{" not in value or _PLACEHOLDER.search(value) is None)


def secret_text(value: Any) -> str | None:
    """The secret's value where the document holds it; None for a stored secret, a mask or a placeholder."""
    if isinstance(value, str) and value not in ("", MASK) and _WHOLE_PLACEHOLDER.match(value) is None:
        return value
    return None


_View = TypeVar("_View")
_Value = TypeVar("_Value")


class lazy(Generic[_View, _Value]):  # noqa: N801 - it is used as `property` is
    """An attribute worked out when it is first asked for.

    `functools.cached_property` takes a lock each time up to Python 3.11, which made a quarter of the time of a check.
    """

    def __init__(self, function: Callable[[_View], _Value]) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    def __get__(self, instance: _View, owner: type[_View]) -> _Value:
        value = instance.__dict__[self.name] = self.function(instance)
        return value


class _Member(Generic[_Value]):
    """A member of the document or of another such attribute, looked up when it is first asked for.

    `absent` stands for it when it is not there.
    """

    def __init__(self, above: str, wire: str, absent: _Value) -> None:
        self.above = above
        self.wire = wire
        self.absent = absent

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: View, owner: type[View]) -> _Value:
        value = getattr(instance, self.above).get(self.wire, self.absent)
        instance.__dict__[self.name] = value
        return value  # type: ignore[no-any-return] # the check has seen to its type


_Object = dict[str, Any]
_NOTHING: Final[_Object] = {}
_NONE: Final[list[Any]] = []


class View:
    """One document under check. Objects that are absent are empty dicts, lists are empty lists.

    raw: the document as it was given, where `document` is what is left of it after unknown members and values of the
    wrong type were taken out. target: the address, where the caller knows it. today: the day, None for any. What nobody knows yet raises Unknown when
    a rule asks for it.
    """

    def __init__(
        self,
        document: dict[str, Any],
        api_version: str,
        operation: str = "create",
        raw: dict[str, Any] | None = None,
        target: Target | None = None,
        today: dt.date | None = None,
    ) -> None:
        self.sound = document
        self.given = document if raw is None else raw
        self.api_version = api_version
        self.operation = operation
        self.creating = operation == "create"
        self.target = target
        self.today = today
        self.order = versions.order(api_version)

    @lazy
    def document(self) -> _Object:
        """The document that rules look at."""
        return guarded(self.sound, self.unknown) if self.unknown else self.sound

    @lazy
    def raw(self) -> _Object:
        """The document as it was given."""
        return guarded(self.given, self.unknown) if self.unknown else self.given

    sku = _Member("document", "sku", _NOTHING)
    size = _Member("sku", "name", "")
    capacity = _Member[int | None]("sku", "capacity", None)
    tags = _Member[dict[str, str]]("document", "tags", _NOTHING)
    zones = _Member[list[str]]("document", "zones", _NONE)
    plan = _Member("document", "plan", _NOTHING)
    identity = _Member("document", "identity", _NOTHING)
    placement = _Member("document", "placement", _NOTHING)
    properties = _Member("document", "properties", _NOTHING)
    orchestration_mode = _Member[str | None]("properties", "orchestrationMode", None)
    single_placement_group = _Member[bool | None]("properties", "singlePlacementGroup", None)
    fault_domains = _Member[int | None]("properties", "platformFaultDomainCount", None)
    upgrade = _Member("properties", "upgradePolicy", _NOTHING)
    rolling = _Member("upgrade", "rollingUpgradePolicy", _NOTHING)
    profile = _Member("properties", "virtualMachineProfile", _NOTHING)
    priority = _Member[str | None]("profile", "priority", None)
    capabilities = _Member("properties", "additionalCapabilities", _NOTHING)
    sku_profile = _Member("properties", "skuProfile", _NOTHING)
    security = _Member("profile", "securityProfile", _NOTHING)
    security_type = _Member[str | None]("security", "securityType", None)
    os_profile = _Member("profile", "osProfile", _NOTHING)
    linux = _Member("os_profile", "linuxConfiguration", _NOTHING)
    windows = _Member("os_profile", "windowsConfiguration", _NOTHING)
    storage = _Member("profile", "storageProfile", _NOTHING)
    image = _Member("storage", "imageReference", _NOTHING)
    os_disk = _Member("storage", "osDisk", _NOTHING)
    os_managed_disk = _Member("os_disk", "managedDisk", _NOTHING)
    data_disks = _Member[list[_Object]]("storage", "dataDisks", _NONE)
    network = _Member("profile", "networkProfile", _NOTHING)
    nics = _Member[list[_Object]]("network", "networkInterfaceConfigurations", _NONE)
    extension_profile = _Member("profile", "extensionProfile", _NOTHING)
    extensions = _Member[list[_Object]]("extension_profile", "extensions", _NONE)
    vhd_image = _Member("os_disk", "image", _NOTHING)
    vhd_containers = _Member[list[str]]("os_disk", "vhdContainers", _NONE)

    @lazy
    def flexible(self) -> bool:
        """Whether machines are added to the scale set one by one.

        In the years when the mode came, Azure took a new one with fault domains and without a machine for that.
        """
        if self.orchestration_mode or self.operation != "create" or self.since("2021-11-01"):
            return self.orchestration_mode == "Flexible"
        stated = self.properties.keys()
        return "platformFaultDomainCount" in stated and "virtualMachineProfile" not in stated

    @lazy
    def unmanaged(self) -> bool:
        """Whether the disks are kept in storage accounts."""
        return bool(self.vhd_image or self.vhd_containers)

    def since(self, api_version: str) -> bool:
        """Whether the document's API version is that one or newer."""
        return self.order >= versions.order(api_version)

    def address(self, part: str) -> str:
        """A part of the address, by its name in `Target`; empty where the caller does not know it."""
        written: str = getattr(self.target, part, "")
        if is_expression(written):
            raise Unknown
        return written

    @property
    def uniform(self) -> bool:
        return not self.flexible

    @lazy
    def surely_uniform(self) -> bool:
        """Whether machines are not added one by one; an update that does not state the mode leaves that open."""
        return not self.flexible and (self.creating or self.orchestration_mode is not None)

    @property
    def spot(self) -> bool:
        """Whether the instances are spare capacity, under either of its names."""
        return self.priority in ("Spot", "Low", "SpotPlus")

    @lazy
    def automatic_zones(self) -> bool:
        """Whether Azure picks the zones. Microsoft's page writes the policy in small letters."""
        policy = self.placement.get("zonePlacementPolicy")
        return isinstance(policy, str) and policy.casefold() == "auto"

    @lazy
    def zonal(self) -> bool:
        """Whether the instances are in zones, listed or picked by Azure."""
        return bool(self.zones) or self.automatic_zones

    @lazy
    def service_fabric_items(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and `properties` of each extension that makes the instances nodes of a Service Fabric cluster."""
        return [
            ((*path, "properties"), properties)
            for path, _extension, properties in self.extension_items
            if str(properties.get("type")).casefold().startswith("servicefabric")
        ]

    @property
    def service_fabric(self) -> bool:
        """Whether the instances are nodes of a Service Fabric cluster."""
        return bool(self.service_fabric_items)

    @lazy
    def reserved(self) -> bool:
        """Whether the instances use capacity that is reserved for them."""
        reservation = self.profile.get("capacityReservation") or {}
        return bool((reservation.get("capacityReservationGroup") or {}).get("id"))

    @lazy
    def in_proximity_group(self) -> bool:
        """Whether the instances are kept close together."""
        return bool((self.properties.get("proximityPlacementGroup") or {}).get("id"))

    @lazy
    def on_dedicated_hosts(self) -> bool:
        """Whether the instances run on hosts of one's own."""
        return bool((self.properties.get("hostGroup") or {}).get("id"))

    @lazy
    def managed_image(self) -> bool:
        """Whether the image is one of the older kind that is kept outside a gallery."""
        # The type is looked for rather than the whole id, so that a placeholder elsewhere in it does not hide it.
        return "/microsoft.compute/images/" in str(self.image.get("id")).casefold()

    @lazy
    def ephemeral(self) -> dict[str, Any]:
        """The settings of an OS disk that lives on the host only."""
        return self.os_disk.get("diffDiskSettings") or {}

    @lazy
    def automatic_os_upgrade(self) -> bool:
        """Whether Azure upgrades the image of all instances."""
        policy = self.upgrade.get("automaticOSUpgradePolicy") or {}
        return (
            policy.get("enableAutomaticOSUpgrade") is True or self.upgrade.get("automaticOSUpgrade") is True
        )

    @lazy
    def overprovision(self) -> bool | None:
        """The overprovisioning switch in the spelling of any version; None when left to Azure (which means on)."""
        value = self.properties.get("overprovision")
        return value if value is not None else self.properties.get("overProvision")

    @lazy
    def stated_os(self) -> str | None:
        """The operating system that the OS disk states."""
        stated = self.os_disk.get("osType")
        return stated if stated in ("Windows", "Linux") else None

    @lazy
    def image_os(self) -> str | None:
        """The operating system that the image's publisher and offer are known for."""
        return systems.of_image(self.image.get("publisher"), self.image.get("offer"))

    @lazy
    def configured_os(self) -> str | None:
        """The operating system whose settings the document holds, None for neither or both."""
        has_linux = "linuxConfiguration" in self.os_profile
        if has_linux == ("windowsConfiguration" in self.os_profile):
            return None
        return "Linux" if has_linux else "Windows"

    @lazy
    def os(self) -> str | None:
        """ "Windows" or "Linux" where the document makes it plain, else None (also when it contradicts itself)."""
        if self.stated_os:
            return self.stated_os
        if self.image_os and self.configured_os and self.image_os != self.configured_os:
            return None
        return self.image_os or self.configured_os

    @lazy
    def username(self) -> str:
        """The administrator's name, empty while it is missing or a placeholder."""
        name = self.os_profile.get("adminUsername")
        return name if filled(name) else ""

    @lazy
    def prefix(self) -> str:
        """The computer name prefix, empty while it is missing or a placeholder."""
        prefix = self.os_profile.get("computerNamePrefix")
        return prefix if filled(prefix) else ""

    @lazy
    def password(self) -> str | None:
        """The administrator's password where the document holds it in clear, and somebody could sign in with it.

        Azure does not look at a password that is switched off: templates write the SSH key there too.
        """
        if self.linux.get("disablePasswordAuthentication"):
            return None
        return secret_text(self.os_profile.get("adminPassword"))

    @lazy
    def key_items(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and settings of each SSH key."""
        keys = (self.linux.get("ssh") or {}).get("publicKeys") or ()
        return [((*LINUX, "ssh", "publicKeys", position), key) for position, key in enumerate(keys)]

    @lazy
    def key_faults(self) -> list[tuple[Path, str]]:
        """Path and fault (see `ssh_fault`) of each SSH key that has one."""
        return [
            ((*path, "keyData"), fault)
            for path, key in self.key_items
            if placeholder_in(key.get("keyData") or "", free=True) is None
            and (fault := ssh_fault(key.get("keyData") or ""))
        ]

    @lazy
    def unattend_items(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and settings of each piece of unattend content."""
        contents = self.windows.get("additionalUnattendContent") or ()
        return [
            ((*WINDOWS, "additionalUnattendContent", position), content)
            for position, content in enumerate(contents)
        ]

    @lazy
    def listener_items(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and settings of each WinRM listener."""
        listeners = (self.windows.get("winRM") or {}).get("listeners") or ()
        return [
            ((*WINDOWS, "winRM", "listeners", position), listener)
            for position, listener in enumerate(listeners)
        ]

    @lazy
    def vault_items(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and settings of each group of key vault certificates."""
        groups = self.os_profile.get("secrets") or ()
        return [((*OS_PROFILE, "secrets", position), group) for position, group in enumerate(groups)]

    @lazy
    def certificate_items(self) -> list[tuple[Path, dict[str, Any], dict[str, Any]]]:
        """Path and settings of each key vault certificate, with the group that it belongs to."""
        return [
            ((*path, "vaultCertificates", position), certificate, group)
            for path, group in self.vault_items
            for position, certificate in enumerate(group.get("vaultCertificates") or ())
        ]

    @lazy
    def health_extension(self) -> bool:
        """Whether an extension reports the health of the application."""
        return any(
            str(properties.get("type")).casefold() in ("applicationhealthlinux", "applicationhealthwindows")
            for _path, _extension, properties in self.extension_items
        )

    @lazy
    def health_probe(self) -> bool:
        """Whether the probe of a load balancer reports the health of the instances."""
        return bool((self.network.get("healthProbe") or {}).get("id"))

    @lazy
    def health_source(self) -> bool:
        """Whether anything reports the health of the instances. A Flexible scale set does not use a probe."""
        return self.health_extension or self.external_health or (self.health_probe and not self.flexible)

    @lazy
    def external_health(self) -> bool:
        """Whether the health of the instances is reported from outside."""
        return (self.properties.get("externalHealthPolicy") or {}).get("enabled") is True

    @lazy
    def repairs(self) -> dict[str, Any]:
        """The policy of automatic repairs."""
        return self.properties.get("automaticRepairsPolicy") or {}

    @lazy
    def windows_patch_mode(self) -> str | None:
        """How Windows is patched."""
        mode: str | None = (self.windows.get("patchSettings") or {}).get("patchMode")
        return mode

    @lazy
    def terminate_notice(self) -> dict[str, Any]:
        """The notice that instances get before they are deleted."""
        return (self.profile.get("scheduledEventsProfile") or {}).get("terminateNotificationProfile") or {}

    @lazy
    def max_price(self) -> float | None:
        """The most that is paid for a Spot instance."""
        price: float | None = (self.profile.get("billingProfile") or {}).get("maxPrice")
        return price

    @lazy
    def nic_items(self) -> list[tuple[Path, dict[str, Any], dict[str, Any]]]:
        """Path, configuration and its `properties` of each network interface."""
        return [
            ((*NICS, position), nic, nic.get("properties") or {}) for position, nic in enumerate(self.nics)
        ]

    @lazy
    def ip_items(self) -> list[tuple[Path, dict[str, Any], dict[str, Any]]]:
        """Path, configuration and its `properties` of each IP configuration of each network interface."""
        return [
            (
                (*path, "properties", "ipConfigurations", position),
                configuration,
                configuration.get("properties") or {},
            )
            for path, _nic, properties in self.nic_items
            for position, configuration in enumerate(properties.get("ipConfigurations") or ())
        ]

    @lazy
    def extension_items(self) -> list[tuple[Path, dict[str, Any], dict[str, Any]]]:
        """Path, extension and its `properties`."""
        return [
            ((*EXTENSIONS, position), extension, extension.get("properties") or {})
            for position, extension in enumerate(self.extensions)
        ]

    @lazy
    def known_extensions(self) -> list[tuple[Path, dict[str, Any], presets.Preset]]:
        """Path of its `properties`, these, and what we know of it, of each extension that we know."""
        return [
            ((*path, "properties"), properties, preset)
            for path, extension, properties in self.extension_items
            if (preset := presets.of(extension)) is not None
        ]

    @lazy
    def disk_items(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and settings of each data disk."""
        return [((*DATA_DISKS, position), disk) for position, disk in enumerate(self.data_disks)]

    @lazy
    def every_disk(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and settings of the OS disk and of each data disk."""
        return [(OS_DISK, self.os_disk), *self.disk_items]

    @lazy
    def hints(self) -> tuple[bool, bool, bool]:
        """Whether the document may hold placeholders, whether what nobody knows, and whether more than ASCII."""
        return hints(self.given)

    @lazy
    def placeholders(self) -> list[tuple[Path, str]]:
        """Each place that holds a `{placeholder}`, with the first one there, in document order."""
        found: list[tuple[Path, str]] = []
        if self.hints[0]:
            _find_placeholders(self.sound, (), False, found)
        return [each for each in found if each[0] not in self.unknown] if self.unknown else found

    @lazy
    def unknown(self) -> dict[Path, bool]:
        """Each place whose value nobody knows yet; whether it is an expression, not asterisks."""
        return find(self.given) if self.hints[1] else {}


def _find_placeholders(holder: Any, path: Path, free: bool, found: list[tuple[Path, str]]) -> None:
    """Searches an object or a list; what lies deeper than any document may be is left alone."""
    if len(path) >= MAX_DEPTH:
        return
    named = isinstance(holder, dict)
    steps: Iterable[tuple[Any, Any]] = holder.items() if named else enumerate(holder)
    for step, value in steps:
        if named and "{" in step and not free and (placeholder := placeholder_in(step)):
            found.append(((*path, step), placeholder))
        if isinstance(value, str):
            if "{" in value and (placeholder := placeholder_in(value, free=free or step in FREE_TEXT)):
                found.append(((*path, step), placeholder))
        elif isinstance(value, HOLDERS):
            _find_placeholders(value, (*path, step), free or step in FREE_TEXT, found)
