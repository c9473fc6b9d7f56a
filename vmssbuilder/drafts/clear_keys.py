"""Private keys in places that hold no secret: kept, they would stand in clear in every revision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.rules.shapes import is_private_key

from . import content as contents

MESSAGE: Final = (
    "This holds a private key, so it was not saved. Take it out. A public key is the line in the .pub file; a secret "
    "belongs in protected settings. If others may have seen the key, make a new one."
)


def found(path: Path, wanted: Any, before: Any) -> Iterator[Path]:
    """The places of private keys in a value that is to stand at the path, less those that were there before.

    A name that holds one counts for the object that it is a name in.
    """
    if isinstance(wanted, dict | list):
        members = wanted.items() if isinstance(wanted, dict) else enumerate(wanted)
        for step, inner in members:
            was = paths.get(before, (step,))
            if was is MISSING and isinstance(step, str) and is_private_key(step):
                yield path
            yield from found((*path, step), inner, was)
    elif isinstance(wanted, str) and wanted != before and is_private_key(wanted):
        yield path


def refusal(document: dict[str, Any], before: dict[str, Any], api_version: str) -> str:
    """Why a whole document is not kept, naming the first place; "" when it holds no private key in clear.

    Secrets may hold one: they go into the vault.
    """
    place = next(found((), secrets.mask(document), before), None)
    if place is None:
        return ""
    label = contents.label(place, api_version)
    return f"{label} ({paths.text(place)}): {MESSAGE[0].lower()}{MESSAGE[1:]}" if place else MESSAGE
