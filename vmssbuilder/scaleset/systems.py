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
    "microsoftwindowsserver microsoftwindowsdesktop microsoftvisualstudio".split()
)
BOTH_PUBLISHERS: Final = frozenset(("microsoftsqlserver",))
"""Publishers of images for both systems: the offer names the one inside, such as sql2022-ws2022 and sql2022-ubuntu2004."""

_OFFERS: Final = {"-ws": "Windows", "-ubuntu": "Linux", "-rhel": "Linux", "-sles": "Linux"}

_PROFILE: Final = ("properties", "virtualMachineProfile")
OS_TYPE: Final[Path] = (*_PROFILE, "storageProfile", "osDisk", "osType")
PUBLISHER: Final[Path] = (*_PROFILE, "storageProfile", "imageReference", "publisher")
OFFER: Final[Path] = (*_PROFILE, "storageProfile", "imageReference", "offer")
SETTINGS: Final[dict[str, Path]] = {
    "Linux": (*_PROFILE, "osProfile", "linuxConfiguration"),
    "Windows": (*_PROFILE, "osProfile", "windowsConfiguration"),
}
"""Where the settings of each system stand."""


@dataclass(frozen=True, slots=True)
class SystemEvidence:
    """What tells the operating system: its name, the place that says so, and the reason in words."""

    system: str
    path: Path
    because: str


def of_image(publisher: object, offer: object) -> str | None:
    """The system that a publisher of images is known for, or that its offer names where it has images for both."""
    folded = publisher.casefold() if isinstance(publisher, str) else ""
    if folded in BOTH_PUBLISHERS and isinstance(offer, str):
        return next((system for mark, system in _OFFERS.items() if mark in offer.casefold()), None)
    return "Windows" if folded in WINDOWS_PUBLISHERS else "Linux" if folded in LINUX_PUBLISHERS else None


def evidence_in(document: Any) -> SystemEvidence | None:
    """What the document tells, whatever shape it has; None when it tells nothing, or of settings for both.

    The OS disk's own word counts most, then the image's publisher, then the settings that are there.
    """
    os_type = paths.get(document, OS_TYPE)
    if os_type in SYSTEMS:
        return SystemEvidence(os_type, OS_TYPE, f"The OS disk says {os_type}.")
    publisher = paths.get(document, PUBLISHER)
    system = of_image(publisher, paths.get(document, OFFER))
    if system is not None:
        return SystemEvidence(system, PUBLISHER, f"{publisher} publishes {system} images.")
    there = [name for name, path in SETTINGS.items() if paths.get(document, path) is not MISSING]
    if len(there) != 1:
        return None
    return SystemEvidence(there[0], SETTINGS[there[0]], f"The request holds {there[0]} settings.")
