"""The shapes of values that rules look for: resource ids, addresses, base64, durations, SSH keys, fixes."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit
from xml.parsers.expat import ExpatError, ParserCreate

from .. import paths
from ..findings import Change, Fix
from ..paths import MISSING, Path

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_DURATION: Final = re.compile(
    r"P(?!\Z)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d{1,9})?S)?)?\Z",
    re.ASCII,
)
_SECONDS: Final = (604_800, 86_400, 3_600, 60, 1)


def is_guid(written: str) -> bool:
    return _GUID.match(written) is not None


def resource_id(written: str, provider: str, *types: str) -> tuple[str, ...] | None:
    """The names in a resource id of that provider and chain of types, None for any other text. Case does not matter.

    `resource_id(id, "Microsoft.Network", "virtualNetworks", "subnets")` answers (subscription, resource group,
    virtual network, subnet).
    """
    parts = written.split("/")
    if len(parts) != 7 + 2 * len(types) or parts[0]:
        return None
    fixed = (parts[1], parts[3], parts[5], parts[6], *parts[7::2])
    wanted = ("subscriptions", "resourcegroups", "providers", provider, *types)
    if any(part.casefold() != want.casefold() for part, want in zip(fixed, wanted, strict=True)):
        return None
    names = (parts[2], parts[4], *parts[8::2])
    if not is_guid(names[0]) or any(not name or " " in name for name in names[2:]):
        return None
    return names


def ids(items: Any) -> list[tuple[int, str]]:
    """Position and id of each reference in a list that has one."""
    return [(position, item["id"]) for position, item in enumerate(items or ()) if item.get("id")]


def url(written: str) -> SplitResult | None:
    """The parts of a web address, None for any other text."""
    try:
        parts = urlsplit(written)
        if parts.scheme in ("http", "https") and not re.search(r"\s", written):
            return parts
    except ValueError:
        pass
    return None


def decoded(written: str) -> bytes | None:
    """What the base64 text stands for, None when it is not base64. Line breaks are allowed, as Azure allows them."""
    try:
        return binascii.a2b_base64("".join(written.split()).encode("ascii"), strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def seconds(written: str) -> int | None:
    """The length of an ISO 8601 duration such as PT30M, None for any other text. Months and years have no length."""
    match = _DURATION.match(written)
    if match is None:
        return None
    return sum(int(count) * unit for count, unit in zip(match.groups(), _SECONDS, strict=True) if count)


def set_to(path: Path, value: Any, title: str) -> Fix:
    """The fix that writes the value."""
    return Fix(title, (Change("set", path, value),))


def without(path: Path, title: str) -> Fix:
    """The fix that takes the member out."""
    return Fix(title, (Change("remove", path),))


def moved(path: Path, to: Path, title: str) -> Fix:
    """The fix that puts the value in its right place."""
    return Fix(title, (Change("move", path, to=to),))


def either(words: list[str]) -> str:
    """The words as a choice: “a, b or c”."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def repeated(names: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """Those whose name came before, ignoring case."""
    seen: set[str] = set()
    again = []
    for place, name in names:
        folded = name.casefold()
        if folded in seen:
            again.append((place, name))
        seen.add(folded)
    return again


_KEY_TYPE: Final = re.compile(r"(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+\Z", re.ASCII)
_SSH_TYPES: Final = ("ssh-rsa", "ssh-ed25519")


@dataclass(frozen=True, slots=True)
class SshKey:
    """What an OpenSSH public key says. fault: "private", "encoded", "format", "type", "short", or nothing ("").

    name: its type in words; bits: its length, 0 where the type fixes it; comment: what follows the key.
    """

    fault: str
    name: str = ""
    bits: int = 0
    comment: str = ""


def ssh_key(line: str) -> SshKey:
    """Reads the line of a .pub file."""
    if is_private_key(line):
        return SshKey("private")
    words = line.split(maxsplit=2)
    if len(words) < 2:
        inner = decoded(words[0]) if words else None
        return SshKey("encoded" if inner is not None and inner.startswith((b"ssh-", b"ecdsa-")) else "format")
    blob = decoded(words[1])
    named = _fields(blob) if blob is not None else None
    if not named or named[0] != words[0].encode():
        return SshKey("format")
    comment = "".join(words[2:]).strip()
    if words[0] not in _SSH_TYPES:
        return SshKey("type", words[0], comment=comment) if _KEY_TYPE.match(words[0]) else SshKey("format")
    if words[0] == "ssh-rsa":
        if len(named) != 3:
            return SshKey("format")
        bits = int.from_bytes(named[2], "big").bit_length()
        return SshKey("short" if bits < 2048 else "", "RSA", bits, comment)
    whole = len(named) == 2 and len(named[1]) == 32
    return SshKey("", "Ed25519", 0, comment) if whole else SshKey("format")


def ssh_fault(line: str) -> str:
    """What is wrong with an OpenSSH public key: "private", "encoded", "format", "type", "short", or nothing ("")."""
    return ssh_key(line).fault


_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File-\d:")


def is_private_key(text: str) -> bool:
    """Whether the text holds a private key, whatever stands around it."""
    return _PRIVATE_KEY.search(text) is not None


def private_keys(path: Path, wanted: Any, before: Any) -> Iterator[Path]:
    """The places of private keys in a value that is to stand at the path, less those that were there before.

    A name that holds one counts for the object that it is a name in.
    """
    if isinstance(wanted, dict | list):
        members = wanted.items() if isinstance(wanted, dict) else enumerate(wanted)
        for step, inner in members:
            was = paths.get(before, (step,))
            if was is MISSING and isinstance(step, str) and is_private_key(step):
                yield path
            yield from private_keys((*path, step), inner, was)
    elif isinstance(wanted, str) and wanted != before and is_private_key(wanted):
        yield path


def _fields(blob: bytes) -> list[bytes] | None:
    """The fields of a key's binary form, each written after its length; None when they do not add up."""
    fields = []
    position = 0
    while position < len(blob):
        length = int.from_bytes(blob[position : position + 4], "big")
        position += 4 + length
        if position > len(blob):
            return None
        fields.append(blob[position - length : position])
    return fields


class _NotPlain(Exception):
    """The XML declares a document type, which may hide anything."""


def xml_root(written: str) -> str | None:
    """The name of the root element of well-formed XML, None for any other text. Namespaces are left out."""
    names: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        if not names:
            names.append(name.rpartition(":")[2])

    def refuse(*_declaration: Any) -> None:
        raise _NotPlain

    parser = ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(written, True)
    except (ExpatError, _NotPlain, ValueError):
        return None
    return names[0] if names else None
