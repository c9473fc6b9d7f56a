"""Encryption of what is stored but never shown: MultiFernet with the keys of the settings."""

from __future__ import annotations

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotDecrypt(Exception):
    """None of the configured keys opens this ciphertext."""


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current() -> MultiFernet:
    return _fernet(tuple(settings.VMSSBUILDER_SECRET_KEYS))


def encrypt(plain: str) -> bytes:
    """The text, encrypted with the newest key."""
    return _current().encrypt(plain.encode())


def decrypt(ciphertext: bytes | memoryview) -> str:
    """The text back. Raises CannotDecrypt, never answers ciphertext."""
    try:
        return _current().decrypt(bytes(ciphertext)).decode()
    except InvalidToken:
        raise CannotDecrypt("No configured key opens this secret. Was a key removed too early?") from None


def rotate(ciphertext: bytes | memoryview) -> bytes:
    """The same secret, encrypted with the newest key."""
    try:
        return _current().rotate(bytes(ciphertext))
    except InvalidToken:
        raise CannotDecrypt("No configured key opens this secret. Was a key removed too early?") from None
