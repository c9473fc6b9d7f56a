"""Encryption of what is stored but never shown, and codes that tell whether a row was changed, by the keys of the settings.

A ciphertext is `2.<key id>.<base64>`: the id says which key opens it, and the rest is AES-256-GCM. It is bound to the
place it was made for: copied to another row it does not open. What an earlier version wrote is a Fernet token, bound to
nothing; it opens until `rotate_keys` has written it anew.

A code (`mac`) is `<key id>.<base64>`: HMAC-SHA256 of a message under a key of its own for each purpose, derived with HKDF.
Whoever has the database but no key can neither make nor change one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.functions import Substr

_VERSION: Final = b"2"
_NONCE: Final = 12
_ID_LENGTH: Final = 8
PREFIX_LENGTH: Final = len(_VERSION) + 1 + _ID_LENGTH
"""Bytes at the beginning of a ciphertext that say by which key it was made."""

FEWEST_DIFFERENT: Final = 8
"""Different bytes in a key. Of 32 random ones about 30 differ; fewer than these are a placeholder."""


class CannotDecrypt(Exception):
    """This ciphertext does not open here. key: the id of the key it asks for, where that is none of ours, else ""."""

    def __init__(self, key: str = "") -> None:
        why = f"none of the keys has the id {key}" if key else "no key opens it in this place"
        super().__init__(f"This cannot be decrypted: {why}. Was a key removed too early?")
        self.key = key


class Encrypted(models.Model):
    """A row with a text that is kept encrypted, bound to what `bound_to` says of the row."""

    ciphertext = models.BinaryField()

    class Meta:
        abstract = True

    @property
    def bound_to(self) -> str:
        """What tells this row from every other one of any table, and never changes."""
        raise NotImplementedError

    def close(self, plain: str) -> None:
        """Sets the ciphertext; the row is saved by whoever calls."""
        self.ciphertext = encrypt(plain, self.bound_to)

    def open(self) -> str:
        """The text in clear. Raises CannotDecrypt."""
        return decrypt(self.ciphertext, self.bound_to)


def tables() -> list[type[Encrypted]]:
    """Every model whose rows hold something encrypted."""
    return [model for model in apps.get_models() if issubclass(model, Encrypted)]


def samples() -> dict[str, list[Encrypted]]:
    """By the id of the key that made them, a row of each table; under "" the oldest and newest that are not bound yet.

    Two queries a table and one a row, however many rows there are.
    """
    found: dict[str, list[Encrypted]] = {}
    for model in tables():
        start = Substr("ciphertext", 1, PREFIX_LENGTH, output_field=models.BinaryField())
        version = Substr("ciphertext", 1, 2, output_field=models.BinaryField())
        rows = model._default_manager.annotate(start=start, version=version)
        bound = rows.filter(version=_VERSION + b".").order_by().values_list("start")
        for pk in bound.annotate(one=models.Max("pk")).values_list("one", flat=True):
            row = model._default_manager.get(pk=pk)
            found.setdefault(key_of(row.ciphertext), []).append(row)
        older = rows.exclude(version=_VERSION + b".").order_by("pk")
        for row in {each for each in (older.first(), older.last()) if each is not None}:
            found.setdefault("", []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    cipher: AESGCM
    codes: bytes
    """What the keys of codes are derived from, one for each purpose."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """The usable keys by their id, newest first."""

    keys: dict[str, _Key]
    older: MultiFernet | None


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"vmssbuilder " + purpose).derive(secret)


@cache
def _ring(written: tuple[str, ...]) -> _Ring:
    usable = [key for key in written if not trouble_of(key)]
    keys = {}
    for key in usable:
        secret = base64.urlsafe_b64decode(key)
        own = hashlib.sha256(_derived(secret, b"key id")).hexdigest()[:_ID_LENGTH]
        keys[own] = _Key(own, AESGCM(_derived(secret, b"ciphertext")), _derived(secret, b"codes"))
    return _Ring(keys, MultiFernet([Fernet(key) for key in usable]) if usable else None)


def _current() -> _Ring:
    return _ring(tuple(settings.VMSSBUILDER_SECRET_KEYS))


def trouble_of(key: str) -> str:
    """Why the text is no key, "" when it is one. Never quotes it."""
    try:
        secret = base64.b64decode(key, altchars=b"-_", validate=True)
    except ValueError:
        return "is no Fernet key: 32 bytes as URL-safe base64"
    if len(secret) != 32:
        return "is no Fernet key: 32 bytes as URL-safe base64"
    return "" if len(set(secret)) >= FEWEST_DIFFERENT else "is not random"


def trouble_of_keys(keys: Iterable[str]) -> str:
    """Why these keys cannot be used, in a sentence; "" when they can. Never quotes them."""
    listed = list(keys)
    if not listed:
        return "VMSSBUILDER_SECRET_KEYS holds no key."
    for place, key in enumerate(listed, 1):
        if why := trouble_of(key):
            which = "The key" if len(listed) == 1 else f"Key {place}"
            return f"{which} of VMSSBUILDER_SECRET_KEYS {why}."
    return ""


def ready() -> str:
    """Why this process can keep no secrets, in a sentence; "" when it can. Asks nobody."""
    if trouble := trouble_of_keys(settings.VMSSBUILDER_SECRET_KEYS):
        return trouble
    try:
        works = decrypt(encrypt("", ""), "") == ""
    except Exception:  # noqa: BLE001 - whatever the library does, the answer is that it does not work
        works = False
    return "" if works else "Encryption does not work on this machine."


def key_ids() -> tuple[str, ...]:
    """The ids of this process's keys, newest first. They tell keys apart and reveal nothing of them."""
    return tuple(_current().keys)


def key_of(ciphertext: bytes | memoryview) -> str:
    """The id of the key that opens it; "" for what an earlier version wrote."""
    version, _, rest = bytes(ciphertext[:PREFIX_LENGTH]).partition(b".")
    return rest.decode(errors="replace") if version == _VERSION else ""


def encrypt(plain: str, bound_to: str) -> bytes:
    """The text, encrypted with the newest key. It opens only for the same `bound_to`, which need not be secret."""
    key = next(iter(_current().keys.values()), None)
    if key is None:
        raise ImproperlyConfigured(trouble_of_keys(settings.VMSSBUILDER_SECRET_KEYS))
    head = _head(key.id)
    nonce = os.urandom(_NONCE)
    sealed = key.cipher.encrypt(nonce, plain.encode(), head + bound_to.encode())
    return head + base64.urlsafe_b64encode(nonce + sealed)


def decrypt(ciphertext: bytes | memoryview, bound_to: str) -> str:
    """The text back. Raises CannotDecrypt, never answers ciphertext."""
    written = bytes(ciphertext)
    wanted = key_of(written)
    ring = _current()
    if not wanted:
        return _older(ring, written)
    key = ring.keys.get(wanted)
    if key is None:
        raise CannotDecrypt(wanted)
    head = _head(key.id)
    sealed = written.removeprefix(head)
    try:
        body = base64.urlsafe_b64decode(sealed)
        # Letters that base64 passes over, or bits that it leaves unused, set by somebody else.
        if base64.urlsafe_b64encode(body) != sealed:
            raise CannotDecrypt
        return key.cipher.decrypt(body[:_NONCE], body[_NONCE:], head + bound_to.encode()).decode()
    except (InvalidTag, ValueError):
        raise CannotDecrypt from None


def is_newest(ciphertext: bytes | memoryview) -> bool:
    """Whether it was made with the newest key, and is bound."""
    return key_of(ciphertext) in key_ids()[:1]


def canonical(value: Any) -> str:
    """JSON in one spelling, whichever database kept the value; for `mac`."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def mac(purpose: str, message: str) -> str:
    """The code of a message by the newest key, 52 characters. Codes of one purpose say nothing about any other.

    The message has to tell apart whatever differs: canonical JSON, not fields strung together.
    """
    key = next(iter(_current().keys.values()), None)
    if key is None:
        raise ImproperlyConfigured(trouble_of_keys(settings.VMSSBUILDER_SECRET_KEYS))
    return f"{key.id}.{_code(key.codes, purpose, message)}"


def mac_holds(purpose: str, message: str, made: str) -> bool:
    """Whether `made` is the code of this message, by any of the keys. `mac_key_of` tells a key that is not here."""
    key = _current().keys.get(mac_key_of(made))
    if key is None:
        return False
    return hmac.compare_digest(f"{key.id}.{_code(key.codes, purpose, message)}".encode(), made.encode())


def mac_key_of(made: str) -> str:
    """The id of the key that made a code; "" for what is none."""
    key, dot, _ = made.partition(".")
    return key if dot else ""


def _code(codes: bytes, purpose: str, message: str) -> str:
    made = hmac.digest(_purpose_key(codes, purpose), message.encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


@lru_cache(maxsize=256)
def _purpose_key(codes: bytes, purpose: str) -> bytes:
    return _derived(codes, b"code of " + purpose.encode())


def _head(key: str) -> bytes:
    return _VERSION + b"." + key.encode() + b"."


def _older(ring: _Ring, token: bytes) -> str:
    try:
        if ring.older is not None:
            return ring.older.decrypt(token).decode()
    except (InvalidToken, ValueError):
        pass
    raise CannotDecrypt
