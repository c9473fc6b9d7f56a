"""Bodies as documentation has them, with placeholders in braces, made into ones that can be sent."""

from __future__ import annotations

import re
from typing import Any, Final

from tests.reviews.making import PASSWORD
from vmssbuilder.sandbox import world

_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z][\w .<>/-]*)\}")

_VALUES: Final = {
    "subscription-id": world.DEVELOPMENT,
    "vmss-name": "shop",
    "your-username": "azureuser",
    "your-password": PASSWORD,
    "extension-publisher": "Contoso.Extensions",
    "extension-type": "Inventory",
    "handler-version": "1.0",
}


def filled(body: Any) -> Any:
    """A copy of the body with a believable value in place of each placeholder, the same one wherever it stands."""
    if isinstance(body, dict):
        return {_fill(name): filled(value) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(item) for item in body]
    return _fill(body) if isinstance(body, str) else body


def _fill(text: str) -> str:
    # “…/versions/{one}|{another}|latest” leaves the choice; and an id that lacks its first stroke is no id.
    text = re.sub(r"(?:\{[^{}]*\}\|)+(?=\w+$)", "", text)
    text = f"/{text}" if text.startswith("subscriptions/") else text
    # Microsoft's own canary region is on offer to nobody else.
    text = text.removesuffix("euap")
    return _PLACEHOLDER.sub(lambda found: _value(found[1]), text)


def _value(name: str) -> str:
    known = _VALUES.get(name.casefold())
    if known is not None:
        return known
    words = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    # Names of storage accounts have letters and figures only.
    return words.replace("-", "")[-24:] if "storage-account" in words else words[:60]
