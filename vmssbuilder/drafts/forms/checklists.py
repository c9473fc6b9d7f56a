"""What Azure asks of a value, as a list that is ticked off while somebody types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from vmssbuilder.drafts.steps import anchor
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.rules.os_profile import REFUSED_PASSWORDS, RESERVED


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of a checklist: met when `enough` of the patterns are found.

    The patterns are read by Python and by browsers, so they use what both understand the same way, and no blank.
    folded: looked for in small letters. apart_from: the path of a field whose value the text must not contain.
    """

    words: str
    patterns: tuple[str, ...] = ()
    enough: int = 1
    folded: bool = False
    apart_from: Path = ()


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line as the page has it, for the script that ticks it off. apart_from: the id of an input, "" for none."""

    words: str
    patterns: str
    enough: int
    folded: bool
    apart_from: str


_OS: Final[Path] = ("properties", "virtualMachineProfile", "osProfile")
_USERNAME: Final[Path] = (*_OS, "adminUsername")
_KINDS_OF_CHARACTERS: Final = ("[a-z]", "[A-Z]", "[0-9]", r"[\x20-\/:-@\[-`{-~]")


def _none_of(texts: Iterable[str]) -> str:
    return f"^(?!({'|'.join(re.escape(text) for text in sorted(texts))})$)"


def _length(words: str, least: int, most: int) -> Requirement:
    return Requirement(words, (rf"^[\s\S]{{{least},{most}}}$",))


def _password(system: str) -> tuple[Requirement, ...]:
    length = {
        "Linux": _length("12 to 72 characters (Azure takes 6)", 12, 72),
        "Windows": _length("12 to 123 characters (Azure takes 8)", 12, 123),
    }.get(system, _length("12 to 72 characters", 12, 72))
    return (
        length,
        Requirement("Three of: small, capital, number, other", _KINDS_OF_CHARACTERS, 3),
        Requirement(
            "None of the passwords that Azure refuses, such as P@$$w0rd", (_none_of(REFUSED_PASSWORDS),)
        ),
        Requirement("Without the admin user name", apart_from=_USERNAME),
    )


def _prefix(system: str) -> tuple[Requirement, ...]:
    if system == "Linux":
        return (
            _length("1 to 58 characters; up to 15 are safe everywhere", 1, 58),
            Requirement("Letters, numbers, hyphens and periods", (r"^[A-Za-z0-9.-]*$",)),
            Requirement("Does not end with a period", (r"[^.]$",)),
        )
    windows = (
        _length("1 to 9 characters", 1, 9),
        Requirement("Letters, numbers and hyphens", ("^[A-Za-z0-9-]*$",)),
        Requirement("Not numbers only", ("[^0-9]",)),
    )
    return (
        windows
        if system
        else (_length("1 to 9 characters for Windows, up to 58 for Linux", 1, 58), *windows[1:])
    )


def _username(system: str) -> tuple[Requirement, ...]:
    most = {"Windows": 20, "Linux": 64}.get(system, 20)
    ending = () if system == "Linux" else (Requirement("Does not end with a period", (r"[^.]$",)),)
    return (
        _length(f"1 to {most} characters", 1, most),
        Requirement("Letters, numbers, hyphens, underscores and periods", (r"^[A-Za-z0-9._-]*$",)),
        Requirement(
            "Not a common name such as admin, root, user or test", (_none_of(RESERVED),), folded=True
        ),
        *ending,
    )


def _name(_system: str) -> tuple[Requirement, ...]:
    return (
        _length("1 to 64 characters", 1, 64),
        Requirement("Letters A to Z, numbers, hyphens, underscores and periods", ("^[A-Za-z0-9._-]*$",)),
        Requirement("Starts with a letter or a number", ("^[A-Za-z0-9]",)),
        Requirement("Does not end with a period or a hyphen", ("[^.-]$",)),
    )


def _group(_system: str) -> tuple[Requirement, ...]:
    return (
        _length("1 to 90 characters", 1, 90),
        Requirement("Letters, numbers and _ - . ( )", (r"^[^\x00-'*+,\/:-@\[-^`{-\x7f]*$",)),
        Requirement("Does not end with a period", (r"[^.]$",)),
    )


CHECKLISTS: Final = {
    (*_OS, "adminPassword"): _password,
    (*_OS, "computerNamePrefix"): _prefix,
    _USERNAME: _username,
    ("$target", "name"): _name,
    ("$target", "resourceGroup"): _group,
}


@cache
def requirements(path: Path, system: str) -> tuple[Requirement, ...]:
    """What Azure asks of a value, for an operating system ("" while nobody knows it); () where there is no list."""
    made = CHECKLISTS.get(path)
    return made(system) if made is not None else ()


def lines(path: Path, system: str) -> list[ChecklistLine]:
    """The checklist of a field as it is drawn."""
    return [
        ChecklistLine(
            requirement.words,
            " ".join(requirement.patterns),
            requirement.enough,
            requirement.folded,
            anchor(requirement.apart_from) if requirement.apart_from else "",
        )
        for requirement in requirements(path, system)
    ]
