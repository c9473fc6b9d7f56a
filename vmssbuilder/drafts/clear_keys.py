"""Private keys in places that hold no secret: kept, they would stand in clear in every revision."""

from __future__ import annotations

from typing import Any, Final

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.rules.shapes import private_keys

from . import content as contents

PRIVATE_KEY: Final = (
    "This holds a private key, so it was not saved. Take it out. A public key is the line in the .pub file; a secret "
    "belongs in protected settings. If others may have seen the key, make a new one."
)


def refusal(document: dict[str, Any], before: dict[str, Any], api_version: str) -> str:
    """Why a whole document is not kept, naming the first place; "" when it holds no private key in clear.

    Secrets may hold one: they go into the vault.
    """
    place = next(private_keys((), secrets.mask(document), before), None)
    if place is None:
        return ""
    label = contents.label(place, api_version)
    return (
        f"{label} ({paths.text(place)}): {PRIVATE_KEY[0].lower()}{PRIVATE_KEY[1:]}" if place else PRIVATE_KEY
    )
