"""Linux or Windows: what a document tells about the operating system of its instances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from . import paths
from .paths import MISSING, Path

SYSTEMS: Final = ("Linux", "Windows")

LINUX_PUBLISHERS: Final = frozenset(
    "canonical debian credativ redhat suse openlogic almalinux oracle coreos kinvolk rocky resf".split()
)
WINDOWS_PUBLISHERS: Final = frozenset(
    "microsoftwindowsserver microsoftwindowsdesktop microsoftsqlserver microsoftvisualstudio".split()
)

_PROFILE: Final = ("properties", "virtualMachineProfile")
OS_TYPE: Final[Path] = (*_PROFILE, "storageProfile", "osDisk", "osType")
PUBLISHER: Final[Path] = (*_PROFILE, "storageProfile", "imageReference", "publisher")
SETTINGS: Final[dict[str, Path]] = {
    "Linux": (*_PROFILE, "osProfile", "linuxConfiguration"),
    "Windows": (*_PROFILE, "osProfile", "windowsConfiguration"),
}
"""Where the settings of each system stand."""


@dataclass(frozen=True, slots=True)
class Told:
    """What tells the operating system: its name, the place that says so, and the reason in words."""

    system: str
    path: Path
    because: str


def of_publisher(publisher: object) -> str | None:
    """The system that a publisher of images is known for."""
    folded = publisher.casefold() if isinstance(publisher, str) else ""
    return "Windows" if folded in WINDOWS_PUBLISHERS else "Linux" if folded in LINUX_PUBLISHERS else None


def told_by(document: Any) -> Told | None:
    """What the document tells, whatever shape it has; None when it tells nothing, or of settings for both.

    The OS disk's own word counts most, then the image's publisher, then the settings that are there.
    """
    os_type = paths.get(document, OS_TYPE)
    if os_type in SYSTEMS:
        return Told(os_type, OS_TYPE, f"The OS disk says {os_type}.")
    publisher = paths.get(document, PUBLISHER)
    system = of_publisher(publisher)
    if system is not None:
        return Told(system, PUBLISHER, f"{publisher} publishes {system} images.")
    there = [name for name, path in SETTINGS.items() if paths.get(document, path) is not MISSING]
    if len(there) != 1:
        return None
    return Told(there[0], SETTINGS[there[0]], f"The request holds {there[0]} settings.")
