"""What a value says in words, below its input while it is filled in: a length of time, a size, the parts of a key,
the resource that an id names.

The server draws it, so that it is there without JavaScript; a script for each kind keeps it up to date while somebody
types.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from vmssbuilder.scaleset.properties import Integer, Json, Property, Text
from vmssbuilder.scaleset.resource_ids import ResourceId
from vmssbuilder.scaleset.rules.shapes import seconds, ssh_key

MOST_BYTES: Final = {"customData": 65_535, "userData": 65_536, "content": 4_095, "script": 262_144}
"""How many bytes a text may have, before it is encoded, by its name."""

_UNITS: Final = {"GiB": "size", "minutes": "minutes"}
_KINDS: Final = {"sshPublicKey": "ssh", "keyVaultSecret": "vault", "subscription": "subscription"}


@cache
def kind_of(prop: Property) -> str:
    """The kind of reading that a property has, "" for none."""
    if isinstance(prop, Json):
        return "json"
    if isinstance(prop, Integer):
        return _UNITS.get(prop.unit, "")
    if not isinstance(prop, Text):
        return ""
    if prop.multiline and prop.wire in MOST_BYTES:
        return "bytes"
    if ResourceId.parse(prop.example) is not None:
        return "resource"
    return "duration" if seconds(prop.example) is not None else _KINDS.get(prop.kind, "")


@dataclass(frozen=True, slots=True)
class ValueInWords:
    """What stands below an input: the value in words, and what the script of its kind needs to keep it up to date.

    most: bytes that the value may have, 0 where that does not matter. base64: whether it is counted before it is encoded.
    anything: whether JSON may be something else than an object.
    """

    kind: str
    words: str
    most: int = 0
    base64: bool = False
    anything: bool = False


def reading(prop: Property, shown: str) -> ValueInWords | None:
    """What is said below an input of the property that shows a text; None when there is nothing to say."""
    kind = kind_of(prop)
    if not kind:
        return None
    words = "" if prop.secret else in_words(kind, shown, MOST_BYTES.get(prop.wire, 0))
    if kind == "bytes":
        assert isinstance(prop, Text)
        return ValueInWords(kind, words, MOST_BYTES[prop.wire], prop.base64)
    return ValueInWords(kind, words, anything=isinstance(prop, Json) and not prop.objects)


def in_words(kind: str, text: str, most: int = 0) -> str:
    """What a text says, "" when nothing needs to be said about it. static/js says the same while it is typed."""
    text = text.strip()
    if not text:
        return ""
    if kind == "duration":
        length = seconds(text)
        return (
            "Not a duration yet: PT30M is 30 minutes, PT1H30M is 1½ hours" if length is None else span(length)
        )
    if kind == "minutes":
        return span(int(text) * 60) if _counts(text) and int(text) >= 60 else ""
    if kind == "size":
        return f"{int(text) / 1024:.4g} TiB" if _counts(text) and int(text) >= 1024 else ""
    if kind == "resource":
        found = ResourceId.parse(text)
        return found.words if found else ""
    if kind == "vault":
        return _certificate(text)
    if kind == "bytes":
        return f"{len(text.encode()):,} of {most:,} bytes"
    return ssh_words(text) if kind == "ssh" else ""


def _counts(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


_SPANS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def span(length: int) -> str:
    """A length of time in words: 5400 is “1 hour 30 minutes”."""
    said = []
    for unit, name in _SPANS:
        count, length = divmod(length, unit)
        if count:
            said.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(said) or "No time at all"


def _certificate(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    names = parts.path.strip("/").split("/")
    if parts.scheme != "https" or not parts.netloc or names[0] != "secrets" or len(names) < 2:
        return "Not the address of a secret yet: https://<host of the vault>/secrets/<name>/<version>"
    vault = parts.netloc.partition(".")[0]
    version = f"version {names[2]}" if len(names) > 2 and names[2] else "without a version, which Azure needs"
    return f"Certificate {names[1]} of the vault {vault}, {version}"


def ssh_words(line: str) -> str:
    """Type, length and comment of an OpenSSH public key, or what is wrong with it."""
    found = ssh_key(line)
    if found.fault == "private":
        return "This is a private key. It must not leave your machine. Paste the line from the .pub file instead."
    if found.fault == "encoded":
        return "A public key that was encoded once more. Paste the line as it is in the .pub file."
    if found.fault == "format":
        return "Not a whole public key yet"
    what = f"{found.name} key" + (f" of {found.bits:,} bits" if found.bits else "")
    said = f"{what}, {found.comment}" if found.comment else what
    if found.fault == "short":
        return f"{said}. Too short: Azure wants 2,048 bits or more."
    return f"{said}. Azure takes RSA and Ed25519 only." if found.fault == "type" else said
