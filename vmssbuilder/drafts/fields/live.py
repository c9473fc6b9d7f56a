"""What stands with a field while it is filled in: a reading of the value, its size, the list of what Azure asks for.

The server draws all of it, so that it is there without JavaScript; a script for each kind keeps it up to date while
somebody types. A page loads only the scripts that its fields need.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final
from urllib.parse import urlsplit

from vmssbuilder.drafts.steps import anchor
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Integer, Json, Property, Text
from vmssbuilder.scaleset.rules.os_profile import REFUSED_PASSWORDS, RESERVED
from vmssbuilder.scaleset.rules.shapes import seconds, ssh_key
from vmssbuilder.scaleset.systems import told_by

from .page import Page

SCRIPTS: Final = {
    'data-reading="': "js/live.js",
    'data-checks="': "js/checklist.js",
    'data-reading="json"': "js/json.js",
    'data-reading="ssh"': "js/ssh.js",
    'data-reading="bytes"': "js/sizes.js",
    'type="password"': "js/password.js",
    "data-search": "js/combobox.js",
}
"""The script that each mark in the HTML of a field asks for."""


def scripts(html: str) -> list[str]:
    """The static files that make these fields live, in the order in which they load."""
    return [path for mark, path in SCRIPTS.items() if mark in html]


# --- Readings ---------------------------------------------------------------------------------------------------------

MOST_BYTES: Final = {"customData": 65_535, "userData": 65_536, "content": 4_095, "script": 262_144}
"""How many bytes a text may have, before it is encoded, by its name."""

_UNITS: Final = {"GiB": "size", "minutes": "minutes"}
_KINDS: Final = {"sshPublicKey": "ssh", "keyVaultSecret": "vault"}


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
    return "duration" if seconds(prop.example) is not None else _KINDS.get(prop.kind, "")


def reading(prop: Property, own: str, shown: str) -> str:
    """The place below an input, with the id `own`, where its value is said in words; "" when there is nothing to say."""
    kind = kind_of(prop)
    if not kind:
        return ""
    most = ""
    if kind == "bytes":
        assert isinstance(prop, Text)
        most = f' data-most="{MOST_BYTES[prop.wire]}"' + (" data-base64" if prop.base64 else "")
    if isinstance(prop, Json) and not prop.objects:
        most = " data-any"
    words = "" if prop.secret else in_words(kind, shown, MOST_BYTES.get(prop.wire, 0))
    return f'<p class="field__reading" id="{own}-reading" data-reading="{kind}"{most}>{escape(words)}</p>'


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


# --- Checklists -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of a checklist: met when `enough` of the patterns are found.

    The patterns are read by Python and by browsers, so they use what both understand the same way, and no blank.
    folded: looked for in small letters. apart_from: the path of a field whose value the text must not contain.
    """

    words: str
    patterns: tuple[str, ...] = ()
    enough: int = 1
    folded: bool = False
    apart_from: Path = ()


_OS: Final[Path] = ("properties", "virtualMachineProfile", "osProfile")
_USERNAME: Final[Path] = (*_OS, "adminUsername")
_KINDS_OF_CHARACTERS: Final = ("[a-z]", "[A-Z]", "[0-9]", r"[\x20-\/:-@\[-`{-~]")


def _none_of(texts: Iterable[str]) -> str:
    return f"^(?!({'|'.join(re.escape(text) for text in sorted(texts))})$)"


def _length(words: str, least: int, most: int) -> Wish:
    return Wish(words, (rf"^[\s\S]{{{least},{most}}}$",))


def _password(system: str) -> tuple[Wish, ...]:
    length = {
        "Linux": _length("12 to 72 characters (Azure takes 6, but many policies do not)", 12, 72),
        "Windows": _length("12 to 123 characters (Azure takes 8, but many policies do not)", 12, 123),
    }.get(system, _length("12 to 72 characters, which Linux and Windows both take", 12, 72))
    return (
        length,
        Wish("Three of: small letter, capital letter, number, other character", _KINDS_OF_CHARACTERS, 3),
        Wish("Not a password that is known too well", (_none_of(REFUSED_PASSWORDS),)),
        Wish("Without the admin user name", apart_from=_USERNAME),
    )


def _prefix(system: str) -> tuple[Wish, ...]:
    if system == "Linux":
        return (
            _length("1 to 58 characters; up to 15 are safe everywhere", 1, 58),
            Wish("Letters, numbers, hyphens and periods", (r"^[A-Za-z0-9.-]*$",)),
            Wish("Does not end with a period", (r"[^.]$",)),
        )
    windows = (
        _length("1 to 9 characters", 1, 9),
        Wish("Letters, numbers and hyphens", ("^[A-Za-z0-9-]*$",)),
        Wish("Not numbers only", ("[^0-9]",)),
    )
    return (
        windows
        if system
        else (_length("1 to 9 characters for Windows, up to 58 for Linux", 1, 58), *windows[1:])
    )


def _username(system: str) -> tuple[Wish, ...]:
    most = {"Windows": 20, "Linux": 64}.get(system, 20)
    ending = () if system == "Linux" else (Wish("Does not end with a period", (r"[^.]$",)),)
    return (
        _length(f"1 to {most} characters", 1, most),
        Wish("Letters, numbers, hyphens, underscores and periods", (r"^[A-Za-z0-9._-]*$",)),
        Wish("Not a common name such as admin, root, user or test", (_none_of(RESERVED),), folded=True),
        *ending,
    )


def _name(_system: str) -> tuple[Wish, ...]:
    return (
        _length("1 to 64 characters", 1, 64),
        Wish("Letters A to Z, numbers, hyphens, underscores and periods", ("^[A-Za-z0-9._-]*$",)),
        Wish("Starts with a letter or a number", ("^[A-Za-z0-9]",)),
        Wish("Does not end with a period or a hyphen", ("[^.-]$",)),
    )


def _group(_system: str) -> tuple[Wish, ...]:
    return (
        _length("1 to 90 characters", 1, 90),
        Wish("Letters, numbers and _ - . ( )", (r"^[^\x00-'*+,\/:-@\[-^`{-\x7f]*$",)),
        Wish("Does not end with a period", (r"[^.]$",)),
    )


CHECKLISTS: Final = {
    (*_OS, "adminPassword"): _password,
    (*_OS, "computerNamePrefix"): _prefix,
    _USERNAME: _username,
    ("$target", "name"): _name,
    ("$target", "resourceGroup"): _group,
}


@cache
def wishes(path: Path, system: str) -> tuple[Wish, ...]:
    """What Azure asks of a value, for an operating system ("" while nobody knows it); () where there is no list."""
    made = CHECKLISTS.get(path)
    return made(system) if made is not None else ()


def checklist(page: Page, path: Path) -> str:
    """The list of what Azure asks of a field; "" where there is none."""
    if path not in CHECKLISTS:
        return ""
    told = told_by(page.content)
    return _drawn(path, page.system or (told.system if told is not None else ""))


@cache
def _drawn(path: Path, system: str) -> str:
    lines = []
    for wish in wishes(path, system):
        test = f' data-patterns="{escape(" ".join(wish.patterns))}" data-enough="{wish.enough}"'
        if wish.folded:
            test += " data-folded"
        if wish.apart_from:
            test = f' data-apart-from="{anchor(wish.apart_from)}"'
        lines.append(f"<li{test}>{escape(wish.words)}</li>")
    base = anchor(path)
    return f'<ul class="checklist" id="{base}-checks" data-checks="{base}">{"".join(lines)}</ul>'
