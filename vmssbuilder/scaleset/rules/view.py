"""The document as rules see it: its main objects by name, never missing, and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, TypeGuard, TypeVar

from .. import systems, versions
from ..paths import MAX_DEPTH, Path
from ..request import Target
from ..secrets import MASK
from .shapes import ssh_fault

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
_FREE_TEXT: Final = frozenset(
    "settings protectedSettings customData userData adminPassword content commandToExecute keyData".split()
)


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


class View:
    """One document under check. Objects that are absent are empty dicts, lists are empty lists.

    raw: the document as it was given, where `document` is what is left of it after unknown members and values of the
    wrong type were taken out. target: the address, where the caller knows it.
    """

    def __init__(
        self,
        document: dict[str, Any],
        api_version: str,
        operation: str = "create",
        raw: dict[str, Any] | None = None,
        target: Target | None = None,
    ) -> None:
        self.document = document
        self.raw = document if raw is None else raw
        self.api_version = api_version
        self.operation = operation
        self.creating = operation == "create"
        self.target = target
        self.order = versions.order(api_version)
        get = document.get
        self.sku: dict[str, Any] = get("sku") or {}
        self.size: str = self.sku.get("name") or ""
        self.capacity: int | None = self.sku.get("capacity")
        self.tags: dict[str, str] = get("tags") or {}
        self.zones: list[str] = get("zones") or []
        self.plan: dict[str, Any] = get("plan") or {}
        self.identity: dict[str, Any] = get("identity") or {}
        self.properties: dict[str, Any] = get("properties") or {}
        get = self.properties.get
        self.flexible: bool = get("orchestrationMode") == "Flexible"
        self.single_placement_group: bool | None = get("singlePlacementGroup")
        self.fault_domains: int | None = get("platformFaultDomainCount")
        self.upgrade: dict[str, Any] = get("upgradePolicy") or {}
        self.rolling: dict[str, Any] = self.upgrade.get("rollingUpgradePolicy") or {}
        self.profile: dict[str, Any] = get("virtualMachineProfile") or {}
        get = self.profile.get
        self.priority: str | None = get("priority")
        self.security: dict[str, Any] = get("securityProfile") or {}
        self.os_profile: dict[str, Any] = get("osProfile") or {}
        self.linux: dict[str, Any] = self.os_profile.get("linuxConfiguration") or {}
        self.windows: dict[str, Any] = self.os_profile.get("windowsConfiguration") or {}
        self.storage: dict[str, Any] = get("storageProfile") or {}
        self.image: dict[str, Any] = self.storage.get("imageReference") or {}
        self.os_disk: dict[str, Any] = self.storage.get("osDisk") or {}
        self.os_managed_disk: dict[str, Any] = self.os_disk.get("managedDisk") or {}
        self.data_disks: list[dict[str, Any]] = self.storage.get("dataDisks") or []
        self.network: dict[str, Any] = get("networkProfile") or {}
        self.nics: list[dict[str, Any]] = self.network.get("networkInterfaceConfigurations") or []
        self.extension_profile: dict[str, Any] = get("extensionProfile") or {}
        self.extensions: list[dict[str, Any]] = self.extension_profile.get("extensions") or []
        self.vhd_image: dict[str, Any] = self.os_disk.get("image") or {}
        self.vhd_containers: list[str] = self.os_disk.get("vhdContainers") or []
        self.unmanaged: bool = bool(self.vhd_image or self.vhd_containers)

    def since(self, api_version: str) -> bool:
        """Whether the document's API version is that one or newer."""
        return self.order >= versions.order(api_version)

    @property
    def uniform(self) -> bool:
        return not self.flexible

    @property
    def spot(self) -> bool:
        """Whether the instances are spare capacity, under either of its names."""
        return self.priority in ("Spot", "Low", "SpotPlus")

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
        """The operating system that the image's publisher is known for."""
        return systems.of_publisher(self.image.get("publisher"))

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
        """The administrator's password where the document holds it in clear."""
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
        """Whether anything reports the health of the instances."""
        return self.health_probe or self.health_extension

    @lazy
    def repairs(self) -> dict[str, Any]:
        """The policy of automatic repairs."""
        return self.properties.get("automaticRepairsPolicy") or {}

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
    def disk_items(self) -> list[tuple[Path, dict[str, Any]]]:
        """Path and settings of each data disk."""
        return [((*DATA_DISKS, position), disk) for position, disk in enumerate(self.data_disks)]

    @lazy
    def marks(self) -> tuple[bool, bool]:
        """Whether any text or name holds an opening brace, and whether any text starts with a bracket."""
        return _marks(self.document)

    @lazy
    def placeholders(self) -> list[tuple[Path, str]]:
        """Each place that holds a `{placeholder}`, with the first one there, in document order."""
        found: list[tuple[Path, str]] = []
        if self.marks[0]:
            _find_placeholders(self.document, (), False, found)
        return found

    @lazy
    def expressions(self) -> list[Path]:
        """Each place that holds an expression of a template, such as `[resourceGroup().location]`."""
        found: list[Path] = []
        waiting: list[tuple[Path, Any]] = [((), self.document)] if self.marks[1] else []
        while waiting:
            path, holder = waiting.pop()
            for step, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
                if isinstance(value, str):
                    if _EXPRESSION.match(value):
                        found.append((*path, step))
                elif isinstance(value, _HOLDERS) and step not in _FREE_TEXT and len(path) < MAX_DEPTH:
                    waiting.append(((*path, step), value))
        return found


_EXPRESSION: Final = re.compile(r"\[[A-Za-z]\w*(\.\w+)?\(.*\]\Z", re.DOTALL)

_HOLDERS: Final = (dict, list)


def _marks(document: Any) -> tuple[bool, bool]:
    """A quick look at all texts before the careful ones: is there an opening brace, does one start with a bracket."""
    braces = brackets = False
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                braces = braces or "{" in name
                if isinstance(inner, str):
                    braces = braces or "{" in inner
                    brackets = brackets or inner[:1] == "["
                elif isinstance(inner, _HOLDERS):
                    waiting.append(inner)
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            braces = braces or "{" in value
            brackets = brackets or value[:1] == "["
    return braces, brackets


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
            if "{" in value and (placeholder := placeholder_in(value, free=free or step in _FREE_TEXT)):
                found.append(((*path, step), placeholder))
        elif isinstance(value, _HOLDERS):
            _find_placeholders(value, (*path, step), free or step in _FREE_TEXT, found)
