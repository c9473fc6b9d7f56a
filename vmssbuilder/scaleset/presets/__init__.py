"""Extensions that we know: how each is named, and what its settings are called. Declared the way the catalogue is.

The settings of an extension are free JSON to Azure; only the handler on the instance reads them. So all of this is a
help in writing them, never a limit: other members stand beside them, and `check` lets them pass. `PRESETS` has them in the
order in which they are offered, the commonest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from ..paths import MISSING, Path, get
from ..properties import Node, Part, tree
from ..versions import LATEST
from . import certificates, configuration, drivers, health, monitoring, platform, scripts, security, sign_in
from .declared import PROTECTED, SETTINGS, Preset

__all__ = [
    "BY_NAME",
    "PRESETS",
    "PROTECTED",
    "SETTINGS",
    "Preset",
    "is_empty",
    "node_at",
    "of",
    "settings_tree",
]

PRESETS: Final[tuple[Preset, ...]] = (
    *scripts.PRESETS,
    *health.PRESETS,
    *monitoring.PRESETS,
    *sign_in.PRESETS,
    *certificates.PRESETS,
    *configuration.PRESETS,
    *security.PRESETS,
    *drivers.PRESETS,
    *platform.PRESETS,
)

BY_NAME: Final = {preset.name: preset for preset in PRESETS}
_BY_HANDLER: Final = {preset.handler: preset for preset in reversed(PRESETS)}
_BY_MAJOR: Final = {(preset.handler, preset.major): preset for preset in reversed(PRESETS)}


def of(extension: Any) -> Preset | None:
    """The preset that an extension is one of, by its publisher, type and major version; None for any other, whatever its shape."""
    publisher = get(extension, ("properties", "publisher"))
    kind = get(extension, ("properties", "type"))
    if not isinstance(publisher, str) or not isinstance(kind, str):
        return None
    handler = f"{publisher}/{kind}".casefold()
    # Where its settings mean something else from one major version to the next, the version tells which it is.
    version = get(extension, ("properties", "typeHandlerVersion"))
    major = version.partition(".")[0] if isinstance(version, str) else ""
    return _BY_MAJOR.get((handler, major)) or _BY_HANDLER.get(handler)


def settings_tree(part: type[Part], api_version: str = LATEST) -> Node:
    """The tree of named settings for a request in an API version: what that lacks, they need not name. Raises UnknownVersion."""
    return tree(part, api_version)  # type: ignore[arg-type]  # a class has a hash; mypy looks at that of its instances


def node_at(below: Path) -> Node | None:
    """The declaration of a named setting at a path from an extension, of whichever preset names it first."""
    for holder in (SETTINGS, PROTECTED):
        if below[: len(holder)] == holder and len(below) > len(holder):
            return next((node for top in _trees(holder) if (node := top.at(below[len(holder) :]))), None)
    return None


@cache
def _trees(holder: Path) -> tuple[Node, ...]:
    return tuple(_parts(holder))


def _parts(holder: Path) -> Iterator[Node]:
    for preset in PRESETS:
        part = preset.settings if holder == SETTINGS else preset.protected
        if part is not None:
            yield settings_tree(part)


def is_empty(extension: Any) -> bool:
    """Whether nobody has said yet which extension it is."""
    return all(get(extension, ("properties", name)) in (MISSING, "") for name in ("publisher", "type"))
