"""Secret values of drafts: taken out of documents into encrypted rows, and put back only for checking and sending."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from vmssbuilder.encryption import decrypt, encrypt
from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.paths import Path

from .models import Draft, Secret


def store(draft: Draft, value: Any) -> dict[str, str]:
    """Encrypts a value as a secret of the draft and answers what the document holds in its place."""
    secret = Secret.objects.create(draft=draft, ciphertext=encrypt(json.dumps(value)))
    return secrets.reference(secret.code)


def take_out(draft: Draft, document: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """The document with every secret that stands in clear moved into the vault.

    A reference to a secret that is not this draft's is removed: references cannot be guessed or carried over.
    held: what the draft holds already; its references are known to be the draft's own.
    """
    own = set(secrets.references(held))
    others = secrets.references(document).keys() - own
    if others:
        own.update(draft.secrets.filter(code__in=others).values_list("code", flat=True))

    def take(_path: Path, value: Any) -> Any:
        code = secrets.referred(value)
        if code is not None:
            return value if code in own else secrets.MASK
        return value if value == secrets.MASK else store(draft, value)

    changed: dict[str, Any] = secrets.replace(document, take)
    cleaned: dict[str, Any] = _strays_taken_out(changed, lambda value: take((), value))
    return cleaned


_STRAYS: Final = frozenset({"adminpassword", "customdata", "protectedsettings"})
"""Names that mean a secret wherever they stand, folded. `content` is too common a word."""

_FREE: Final = frozenset({"settings", "tags"})
"""Members whose names are the user's own."""


def _strays_taken_out(value: Any, take: Callable[[Any], Any]) -> Any:
    """The document with secrets in places where none belongs moved into the vault too.

    Azure would refuse them there, and the check says so; until then they must not lie about in clear.
    """
    if isinstance(value, list):
        return [_strays_taken_out(item, take) for item in value]
    if not isinstance(value, dict) or secrets.is_reference(value):
        return value
    return {
        name: inner
        if name in _FREE
        else take(inner)
        if name.casefold() in _STRAYS and not secrets.is_reference(inner)
        else _strays_taken_out(inner, take)
        for name, inner in value.items()
    }


def put_back(draft: Draft, document: dict[str, Any]) -> dict[str, Any]:
    """The document with the values of its secrets in clear. For checking and sending only: never store or show it.

    A reference whose secret was destroyed stays a reference.
    """
    wanted = secrets.references(document)
    if not wanted:
        return document
    values: dict[str | None, Any] = {
        code: json.loads(decrypt(ciphertext))
        for code, ciphertext in draft.secrets.filter(code__in=wanted).values_list("code", "ciphertext")
    }
    changed: dict[str, Any] = secrets.replace(
        document, lambda _path, value: values.get(secrets.referred(value), value)
    )
    return changed


def destroy(draft: Draft) -> int:
    """Destroys every secret of the draft; answers how many there were."""
    return draft.secrets.all().delete()[0]
