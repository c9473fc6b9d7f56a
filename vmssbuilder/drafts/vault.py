"""Secret values of drafts: taken out of documents into encrypted rows, and put back only for checking and sending.

A secret that cannot be opened, because its key is gone or because it was copied from elsewhere, is a state and no error:
its reference stays where it is, `Opened` names it, and a person can enter it again. One whose key another process has is not
lost, and nobody is asked for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.models import User
from vmssbuilder.encryption import CannotDecrypt, decrypt, encrypt
from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.paths import MISSING, Path

from . import merging
from .models import Draft, Secret


def store(draft: Draft, value: Any) -> dict[str, str]:
    """Encrypts a value as a secret of the draft and answers what the document holds in its place."""
    secret = Secret(draft=draft)
    secret.close(json.dumps(value))
    secret.save()
    return secrets.reference(secret.code)


def revealed(draft: Draft, value: Any) -> Any:
    """The value in clear of one secret of the draft. Never store or show it.

    A reference that leads nowhere, or to what cannot be opened, stays one.
    """
    code = secrets.referred(value)
    return value if code is None else _open(draft, [code]).values.get(code, value)


def waits(draft: Draft, value: Any) -> bool:
    """Whether the value is a reference to a secret that opens as soon as this process has a key that others have."""
    code = secrets.referred(value)
    return code is not None and code in _open(draft, [code]).waiting


@dataclass(frozen=True, slots=True)
class _Values:
    """Secrets by their ids: in clear, those that cannot be opened any more, those whose key another process has."""

    values: dict[str, Any]
    lost: frozenset[str]
    waiting: frozenset[str]


def _open(draft: Draft, codes: Iterable[str]) -> _Values:
    values: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for secret in draft.secrets.filter(code__in=codes):
        try:
            values[secret.code] = json.loads(secret.open())
        except CannotDecrypt as error:
            unreadable[secret.code] = error.key
        except ValueError:
            # It opened, and is nothing that this product wrote.
            unreadable[secret.code] = ""
    held = keyholders.held(unreadable.values())
    waiting = frozenset(code for code, key in unreadable.items() if key in held)
    return _Values(values, frozenset(unreadable) - waiting, waiting)


@dataclass(frozen=True, slots=True)
class Members:
    """Some members of a secret object, by name, that are to get another value; MISSING takes one out."""

    members: dict[str, Any]


def merged(draft: Draft, shown: Any, theirs: Any, wanted: Members) -> Any:
    """The secret object in clear with the wanted members, MISSING when none is left.

    shown: the secret as the page had it; theirs: as it is now. Answers CLASH when others changed the same members to
    something else, or when the secret is no object. What cannot be opened any more holds nothing. Never store the answer
    but by `store`, never show it.
    """
    before, now = (_members(draft, held) for held in (shown, theirs))
    if not isinstance(before, dict) or not isinstance(now, dict):
        return merging.CLASH
    changed = {**before, **wanted.members}
    made = merging.merge(
        before, now, {name: value for name, value in changed.items() if value is not MISSING}
    )
    return MISSING if made == {} else made


def _members(draft: Draft, held: Any) -> Any:
    if held is MISSING or held == secrets.MASK:
        return {}
    value = revealed(draft, held)
    if not secrets.is_reference(value):
        return value
    return None if waits(draft, held) else {}


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


@dataclass(frozen=True, slots=True)
class Opened:
    """A document with the values of its secrets in clear. For checking and sending only: never store or show it.

    A reference whose secret was destroyed, or cannot be opened, stays a reference. lost: the ids of secrets that cannot be
    opened any more; waiting: of those that can once this process was restarted, since another one has their key.
    """

    document: dict[str, Any]
    lost: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    @property
    def unreadable(self) -> bool:
        """Whether there are secrets that cannot be opened, now or ever."""
        return bool(self.lost or self.waiting)


def opened(draft: Draft, document: dict[str, Any]) -> Opened:
    """The document with the values of its secrets in clear, and which of them cannot be read any more."""
    wanted = secrets.references(document)
    if not wanted:
        return Opened(document)
    found = _open(draft, wanted)
    changed: dict[str, Any] = secrets.replace(
        document, lambda _path, value: found.values.get(secrets.referred(value) or "", value)
    )
    return Opened(changed, found.lost, found.waiting)


def put_back(draft: Draft, document: dict[str, Any]) -> dict[str, Any]:
    """The document of `opened`, for whoever needs no more. Never store or show it."""
    return opened(draft, document).document


def carried(user: User, values: Mapping[str, str]) -> str:
    """Secret values that are no draft's yet, encrypted: for a page to carry until there is one. "" for none."""
    return encrypt(json.dumps(dict(values)), _for(user)).decode() if values else ""


def carried_back(user: User, written: str) -> dict[str, str]:
    """The values that a page carried for this person; none where it is not theirs, or nobody can read it any more."""
    try:
        held = json.loads(decrypt(written.encode(errors="replace"), _for(user)))
    except (CannotDecrypt, ValueError):
        return {}
    return held if isinstance(held, dict) and all(isinstance(each, str) for each in held.values()) else {}


def _for(user: User) -> str:
    return f"carried:{user.pk}"


def destroy(draft: Draft) -> int:
    """Destroys every secret of the draft; answers how many there were."""
    return draft.secrets.all().delete()[0]
