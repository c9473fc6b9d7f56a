"""Ciphertexts: they open in their place, with their key, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from vmssbuilder import encryption
from vmssbuilder.encryption import CannotDecrypt, decrypt, encrypt, key_ids, key_of, ready


def new_key() -> str:
    return Fernet.generate_key().decode()


def test_a_ciphertext_opens_in_its_place_only() -> None:
    made = encrypt("canary ✓", "secret:1:abc")
    assert decrypt(made, "secret:1:abc") == "canary ✓"
    assert decrypt(memoryview(made), "secret:1:abc") == "canary ✓"
    for other in ("secret:1:abd", "secret:2:abc", "token-cache:1", "secret:1:abc ", ""):
        with pytest.raises(CannotDecrypt):
            decrypt(made, other)


@pytest.mark.parametrize("plain", ["", "c", "ca", "can"])
def test_each_changed_byte_is_noticed(plain: str) -> None:
    """Texts of each length modulo 3: base64 leaves bits of the last letters unused, and those count as well."""
    made = encrypt(plain, "here")
    for position in range(len(made)):
        for letter in b"ABCQgw-_=":
            changed = bytearray(made)
            changed[position] = letter
            if changed != made:
                with pytest.raises(CannotDecrypt):
                    decrypt(bytes(changed), "here")
    for length in range(len(made)):
        with pytest.raises(CannotDecrypt):
            decrypt(made[:length], "here")


def test_two_ciphertexts_of_one_text_differ() -> None:
    assert encrypt("canary", "here") != encrypt("canary", "here")


def test_the_key_is_found_by_its_id(settings: Settings) -> None:
    old, new = new_key(), new_key()
    settings.VMSSBUILDER_SECRET_KEYS = [old]
    made = encrypt("canary", "here")
    (old_id,) = key_ids()
    settings.VMSSBUILDER_SECRET_KEYS = [new, old]
    assert key_of(made) == old_id == key_ids()[1]
    assert decrypt(made, "here") == "canary"
    assert key_of(encrypt("canary", "here")) == key_ids()[0]
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    with pytest.raises(CannotDecrypt) as lost:
        decrypt(made, "here")
    assert lost.value.key == old_id
    assert old_id not in old


def test_what_an_earlier_version_wrote_opens_with_each_key(settings: Settings) -> None:
    old, new = new_key(), new_key()
    token = Fernet(old).encrypt(b"canary")
    settings.VMSSBUILDER_SECRET_KEYS = [new, old]
    assert decrypt(token, "anywhere") == "canary"
    assert key_of(token) == ""
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    with pytest.raises(CannotDecrypt):
        decrypt(token, "anywhere")


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ([], "holds no key"),
        (["hush"], "The key of VMSSBUILDER_SECRET_KEYS is no Fernet key"),
        (["{good}", ""], "Key 2 of VMSSBUILDER_SECRET_KEYS is no Fernet key"),
        (["{good}", "hush-hush\ufffd"], "Key 2"),
        (["{good} "], "is no Fernet key"),
        ([base64.urlsafe_b64encode(b"hush" * 7 + b"hus").decode()], "is no Fernet key"),
        ([base64.urlsafe_b64encode(b"hush" * 8).decode()], "is not random"),
        (["{good}"], ""),
        (["{good}", "{good}"], ""),
    ],
)
def test_keys_that_cannot_be_used_are_told_without_being_quoted(
    settings: Settings, keys: list[str], why: str
) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = [each.format(good=new_key()) for each in keys]
    told = ready()
    assert why in told if why else told == ""
    assert not any(key in told for key in settings.VMSSBUILDER_SECRET_KEYS if key)


@pytest.mark.parametrize(("keys", "why"), [([], "holds no key"), (["hush"], "is no Fernet key")])
def test_without_a_key_nothing_is_encrypted(settings: Settings, keys: list[str], why: str) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match=why):
        encrypt("canary", "here")


def test_a_library_that_does_not_work_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "decrypt", lambda *_: "something else")
    assert "does not work" in ready()
