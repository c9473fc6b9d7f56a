"""How a known extension is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from .. import versions
from ..paths import Path
from ..properties import Part
from ..systems import SYSTEMS
from ..wording import Said, Words, in_version

SETTINGS: Final[Path] = ("properties", "settings")
PROTECTED: Final[Path] = ("properties", "protectedSettings")
"""Where the settings of an extension stand, from the extension."""

AUTOMATIC_UPGRADE: Final = "2020-06-01"
"""The API version that brought enableAutomaticUpgrade."""

IDENTITY: Final = "2016-03-30"
USER_ASSIGNED: Final = "2017-12-01"
"""The API versions that brought managed identities, and those of one's own."""

ORCHESTRATION: Final = "2020-12-01"
"""The API version that brought orchestration modes."""

Identity = Literal["", "any", "system"]

_IDENTITY: Final[dict[Identity, str]] = {
    "": "",
    "any": "a managed identity",
    "system": "a system-assigned managed identity",
}


@dataclass(frozen=True, slots=True)
class Preset:
    """One known extension.

    said: what it does; sentences that hold in some API versions only are `Said`. since: the first API version that has what
    it is about or cannot do without; it is not offered before. system: "Linux" or "Windows". called: a fitting name for it in a scale set. kind: what Azure calls its type.
    version: major and minor, the newest that its page documents. settings, protected: their named members, None when it
    has none; all protected ones are secret.

    What it needs: identity, of any kind or a system-assigned one; role, whose role and for what; with_it, what else has to
    be there; runs_on, the operating systems that its page names. modes: the orchestration modes in which it works.
    upgrades: whether Azure can upgrade it automatically; it is then asked to.
    """

    name: str
    title: str
    said: Words
    system: str
    called: str
    publisher: str
    kind: str
    version: str
    settings: type[Part] | None = None
    protected: type[Part] | None = None
    since: str = versions.FIRST
    identity: Identity = ""
    role: Words = ""
    with_it: Words = ""
    runs_on: str = ""
    modes: tuple[str, ...] = ("Uniform", "Flexible")
    upgrades: bool = False

    @property
    def handler(self) -> str:
        """Publisher and type, as they are compared."""
        return f"{self.publisher}/{self.kind}".casefold()

    @property
    def major(self) -> str:
        """The major version, which decides what its settings mean."""
        return self.version.partition(".")[0]

    def members(self, api_version: str) -> dict[str, Any]:
        """What it fills in below `properties` of an extension in that API version. Raises UnknownVersion."""
        filled: dict[str, Any] = {
            "publisher": self.publisher,
            "type": self.kind,
            "typeHandlerVersion": self.version,
            "autoUpgradeMinorVersion": True,
        }
        # Off by default before 2025-04-01 and on since: stated, so that it means the same in both.
        if versions.within(api_version, AUTOMATIC_UPGRADE):
            filled["enableAutomaticUpgrade"] = self.upgrades
        return filled

    def fits(self, api_version: str) -> bool:
        """Whether that API version has what it needs. Raises UnknownVersion."""
        return versions.within(api_version, self.since)

    def help_in(self, api_version: str) -> str:
        """What it does, in that API version. Raises UnknownVersion."""
        return in_version(self.said, api_version)

    def needs_in(self, api_version: str) -> tuple[str, ...]:
        """What it needs in that API version, in sentences. Raises UnknownVersion."""
        if not self.fits(api_version):
            return (f"Needs API version {self.since} or newer.",)
        wanted = [_IDENTITY[self.identity], in_version(self.with_it, api_version)]
        listed = " and ".join(each for each in wanted if each)
        facts = [f"Needs {listed}." if listed else "", in_version(self.role, api_version), self.runs_on]
        if len(self.modes) == 1 and versions.within(api_version, ORCHESTRATION):
            facts.append(f"Only for {self.modes[0]} scale sets.")
        facts.append(
            "Upgraded automatically by Azure."
            if self.upgrades
            else "Azure does not upgrade it automatically."
        )
        return tuple(each for each in facts if each)


def both(name: str, **shared: Any) -> tuple[Preset, Preset]:
    """A pair for Linux and Windows; what differs is given as a pair."""
    pairs = {key: value for key, value in shared.items() if key != "modes" and _is_pair(value)}
    same = {key: value for key, value in shared.items() if key not in pairs}
    linux, windows = (
        Preset(
            name=f"{name}-{system.lower()}",
            system=system,
            **same,
            **{key: pair[position] for key, pair in pairs.items()},
        )
        for position, system in enumerate(SYSTEMS)
    )
    return linux, windows


def _is_pair(value: Any) -> bool:
    """Whether a value is one for each system, and not the sentences of one text."""
    return isinstance(value, tuple) and not any(isinstance(each, Said) for each in value)
