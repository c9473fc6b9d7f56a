"""The document as rules see it: its main objects by name, never missing, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from .. import versions
from ..paths import Path

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

_LINUX_PUBLISHERS: Final = frozenset(
    "canonical debian credativ redhat suse openlogic almalinux oracle coreos kinvolk rocky resf".split()
)
_WINDOWS_PUBLISHERS: Final = frozenset(
    "microsoftwindowsserver microsoftwindowsdesktop microsoftsqlserver microsoft.windows microsoftvisualstudio".split()
)


class View:
    """One document under check. Objects that are absent are empty dicts, lists are empty lists."""

    def __init__(
        self, document: dict[str, Any], api_version: str, operation: str = "create", raw: dict[str, Any] | None = None
    ) -> None:
        self.document = document
        self.raw = document if raw is None else raw
        self.api_version = api_version
        self.operation = operation
        self.sku: dict[str, Any] = document.get("sku") or {}
        self.properties: dict[str, Any] = document.get("properties") or {}
        self.profile: dict[str, Any] = self.properties.get("virtualMachineProfile") or {}
        self.os_profile: dict[str, Any] = self.profile.get("osProfile") or {}
        self.linux: dict[str, Any] = self.os_profile.get("linuxConfiguration") or {}
        self.windows: dict[str, Any] = self.os_profile.get("windowsConfiguration") or {}
        self.storage: dict[str, Any] = self.profile.get("storageProfile") or {}
        self.image: dict[str, Any] = self.storage.get("imageReference") or {}
        self.os_disk: dict[str, Any] = self.storage.get("osDisk") or {}
        self.data_disks: list[dict[str, Any]] = self.storage.get("dataDisks") or []
        self.network: dict[str, Any] = self.profile.get("networkProfile") or {}
        self.nics: list[dict[str, Any]] = self.network.get("networkInterfaceConfigurations") or []
        self.extensions: list[dict[str, Any]] = (self.profile.get("extensionProfile") or {}).get("extensions") or []
        self.capacity: int | None = self.sku.get("capacity")
        self.creating = operation == "create"

    def since(self, api_version: str) -> bool:
        """Whether the document's API version is that one or newer."""
        return versions.order(self.api_version) >= versions.order(api_version)

    @property
    def flexible(self) -> bool:
        return self.properties.get("orchestrationMode") == "Flexible"

    @property
    def uniform(self) -> bool:
        return not self.flexible

    @property
    def unmanaged(self) -> bool:
        """Whether the OS disk lives in storage accounts of the user."""
        return bool(self.os_disk.get("vhdContainers") or self.os_disk.get("image"))

    @cached_property
    def overprovision(self) -> bool | None:
        """The overprovisioning switch in the spelling of any version; None when left to Azure (which means on)."""
        for spelling in ("overprovision", "overProvision"):
            value = self.properties.get(spelling)
            if isinstance(value, bool):
                return value
        return None

    @cached_property
    def os(self) -> str | None:
        """"Windows" or "Linux" where the document makes it plain, else None (also when it contradicts itself)."""
        stated = self.os_disk.get("osType")
        if stated in ("Windows", "Linux"):
            return str(stated)
        publisher = self.image.get("publisher")
        if isinstance(publisher, str):
            if publisher.casefold() in _WINDOWS_PUBLISHERS:
                return "Windows"
            if publisher.casefold() in _LINUX_PUBLISHERS:
                return "Linux"
        has_linux = "linuxConfiguration" in self.os_profile
        has_windows = "windowsConfiguration" in self.os_profile
        if has_linux != has_windows:
            return "Linux" if has_linux else "Windows"
        return None

    def each_nic(self) -> Iterator[tuple[Path, dict[str, Any], dict[str, Any]]]:
        """Path, configuration and its `properties` of each network interface."""
        for position, nic in enumerate(self.nics):
            yield (*NICS, position), nic, nic.get("properties") or {}

    def each_ip_configuration(self) -> Iterator[tuple[Path, dict[str, Any], dict[str, Any]]]:
        """Path, configuration and its `properties` of each IP configuration of each network interface."""
        for path, _nic, properties in self.each_nic():
            for position, configuration in enumerate(properties.get("ipConfigurations") or []):
                yield (
                    (*path, "properties", "ipConfigurations", position),
                    configuration,
                    configuration.get("properties") or {},
                )

    def each_extension(self) -> Iterator[tuple[Path, dict[str, Any], dict[str, Any]]]:
        """Path, extension and its `properties`."""
        for position, extension in enumerate(self.extensions):
            yield (*EXTENSIONS, position), extension, extension.get("properties") or {}

    def each_data_disk(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for position, disk in enumerate(self.data_disks):
            yield (*DATA_DISKS, position), disk
