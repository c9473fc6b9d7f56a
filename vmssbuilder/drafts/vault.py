"""Secret values of drafts: taken out of documents into encrypted rows, and put back only for checking and sending."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.accounts.models import User
from vmssbuilder.encryption import CannotDecrypt, decrypt, encrypt
from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.paths import MISSING, Path

from . import merging
from .models import Draft, Secret


def store(draft: Draft, value: Any) -> dict[str, str]:
    """Encrypts a value as a secret of the draft and answers what the document holds in its place."""
    secret = Secret.objects.create(draft=draft, ciphertext=encrypt(json.dumps(value)))
    return secrets.reference(secret.code)


def revealed(draft: Draft, value: Any) -> Any:
    """The value in clear of one secret of the draft; a reference that leads nowhere stays one. Never store or show it."""
    code = secrets.referred(value)
    held = draft.secrets.filter(code=code).first() if code is not None else None
    return value if held is None else json.loads(decrypt(held.ciphertext))


@dataclass(frozen=True, slots=True)
class Members:
    """Some members of a secret object, by name, that are to get another value; MISSING takes one out."""

    members: dict[str, Any]


def merged(draft: Draft, shown: Any, theirs: Any, wanted: Members) -> Any:
    """The secret object in clear with the wanted members, MISSING when none is left.

    shown: the secret as the page had it; theirs: as it is now. Answers CLASH when others changed the same members to
    something else, or when the secret is no object. Never store the answer but by `store`, never show it.
    """
    before, now = (
        {} if held is MISSING or held == secrets.MASK else revealed(draft, held) for held in (shown, theirs)
    )
    if not isinstance(before, dict) or not isinstance(now, dict):
        return merging.CLASH
    changed = {**before, **wanted.members}
    made = merging.merge(
        before, now, {name: value for name, value in changed.items() if value is not MISSING}
    )
    return MISSING if made == {} else made


def take_out(draft: Draft, document: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """The document with every secret that stands in clear moved into the vault.

    A reference to a secret that is not this draft's is removed: references cannot be guessed or carried over.
    held: what the draft holds already; its references are known to be the draft's own.
    """
    # Most saves touch no secret, so that there is nothing to look up.
    fresh = secrets.find(document, held)
    own = set(secrets.references(held)) if fresh else set()
    others = {code for _path, value in fresh if (code := secrets.referred(value)) is not None} - own
    if others:
        own.update(draft.secrets.filter(code__in=others).values_list("code", flat=True))

    def take(_path: Path, value: Any) -> Any:
        code = secrets.referred(value)
        if code is not None:
            return value if code in own else secrets.MASK
        return value if value == secrets.MASK else store(draft, value)

    changed: dict[str, Any] = secrets.replace(document, take) if fresh else document
    cleaned: dict[str, Any] = _strays_taken_out(changed, lambda value: take((), value), held)
    return cleaned


_STRAYS: Final = frozenset({"adminpassword", "customdata", "protectedsettings"})
"""Names that mean a secret wherever they stand, folded. `content` is too common a word."""

_FREE: Final = frozenset({"settings", "tags"})
"""Members whose names are the user's own."""


def _strays_taken_out(value: Any, take: Callable[[Any], Any], held: Any) -> Any:
    """The document with secrets in places where none belongs moved into the vault too.

    Azure would refuse them there, and the check says so; until then they must not lie about in clear. held: what stood
    in the same place before; what is still the very same was cleaned then.
    """
    if value is held:
        return value
    if isinstance(value, list):
        items = held if isinstance(held, list) and len(held) == len(value) else [None] * len(value)
        return [_strays_taken_out(item, take, was) for item, was in zip(value, items, strict=True)]
    if not isinstance(value, dict) or secrets.is_reference(value):
        return value
    before = held if isinstance(held, dict) else {}
    return {
        name: inner
        if name in _FREE
        else take(inner)
        if name.casefold() in _STRAYS and inner is not None and not secrets.is_reference(inner)
        else _strays_taken_out(inner, take, before.get(name))
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


def sealed(user: User, values: Mapping[str, str]) -> str:
    """Secret values that are no draft's yet, encrypted: for a page to carry until there is one. "" for none."""
    return encrypt(json.dumps({"for": user.pk, "values": dict(values)})).decode() if values else ""


def unsealed(user: User, written: str) -> dict[str, str]:
    """The values that were sealed for this person; none where it is not theirs, or nobody can read it any more."""
    if not written:
        return {}
    try:
        held = json.loads(decrypt(written.encode(errors="replace")))
    except CannotDecrypt:
        return {}
    values: dict[str, str] = held["values"] if isinstance(held, dict) and held.get("for") == user.pk else {}
    return values


def destroy(draft: Draft) -> int:
    """Destroys every secret of the draft; answers how many there were."""
    return draft.secrets.all().delete()[0]
