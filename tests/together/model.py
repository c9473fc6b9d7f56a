"""What has to be true of drafts and their people, by a model of its own: it asks no function of the product."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

MARK: Final = "Marker-7-"
"""What every secret that a test makes up begins with."""
MARKS: Final = (MARK, "TWFya2VyLTct")
"""The same, in clear and as base64 writes it."""


class Level(IntEnum):
    """What somebody may do with a draft."""

    NONE = 0
    VIEW = 1
    COMMENT = 2
    EDIT = 3
    OWN = 4


@dataclass(slots=True)
class Someone:
    """One of the cast."""

    name: str
    reviews: bool = False
    administers: bool = False
    tenant: str = "home"
    active: bool = True


@dataclass(slots=True)
class Link:
    """A link to a draft. came: who opened it while it was live."""

    code: str
    level: Level
    ends: datetime
    tenant: str = ""
    revoked: bool = False
    came: set[str] = field(default_factory=set)

    def takes(self, person: Someone, now: datetime) -> bool:
        return not self.revoked and now < self.ends and self.tenant in ("", person.tenant)


@dataclass(slots=True)
class Asked:
    """A request for review: of which revision, by whom. touched: whose account was changed since, and by whom.

    names: who was asked. opened: whether its script is open to them. over: whether it was decided or taken back.
    """

    review: int
    revision: int
    by: str
    touched: dict[str, set[str]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    opened: bool = False
    over: bool = False


@dataclass(slots=True)
class Approval:
    """That somebody approved a revision. wanted: exactly what may leave for it, secrets in clear."""

    by: str
    asked: Asked
    ends: datetime
    authors: frozenset[str]
    wanted: Wanted
    void: bool = False

    def counts(self, now: datetime) -> bool:
        return not self.void and now < self.ends


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to Azure, as the reviewer had it before them."""

    method: str
    path: str
    api_version: str
    body: Any


@dataclass(slots=True)
class Sent:
    """What is on its way."""

    by: str
    approval: Approval


@dataclass(slots=True)
class Shared:
    """A draft with its people, by their names. authors, bases: of each revision who saved it, and what it changes.

    invited: by whose address, with which role and until when.
    """

    code: str
    name: str
    owner: str
    members: dict[str, Level] = field(default_factory=dict)
    invited: dict[str, tuple[Level, datetime]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    bases: list[Any] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    sent: Sent | None = None
    submitters: set[str] = field(default_factory=set)
    discarded: bool = False

    def level(self, person: Someone, now: datetime) -> Level:
        if person.name == self.owner:
            return Level.OWN
        ways = [self.members.get(person.name, Level.NONE)]
        ways += [link.level for link in self.links if person.name in link.came and link.takes(person, now)]
        if person.administers or (person.reviews and self.asked):
            ways.append(Level.COMMENT)
        return max(ways)

    def may_read_script(self, person: Someone, asked: Asked) -> bool:
        """Whether the script of a review is open to the person now."""
        here = (
            asked is self.asked[-1]
            and asked.opened
            and not asked.over
            and asked.revision == len(self.authors)
        )
        return here and not self.discarded and person.name in asked.names and self.may_decide(person, asked)

    def may_decide(self, person: Someone, asked: Asked) -> bool:
        """Whether the person has no part in what they decide about."""
        part = {self.owner, asked.by, *self.authors}
        return person.reviews and person.name not in part and not asked.touched.get(person.name, set()) & part


def put(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of the document with another value in that place."""
    changed = copy.deepcopy(document)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def get(document: Any, path: tuple[str | int, ...]) -> Any:
    """What stands in that place, None for nothing."""
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def difference(before: Any, after: Any) -> Any:
    """What makes one document of another, as a JSON merge patch (RFC 7396)."""
    changed = {name: None for name in before if name not in after}
    for name, value in after.items():
        held = before.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            if inner := difference(held, value):
                changed[name] = inner
        elif name not in before or held != value:
            changed[name] = value
    return changed


def secrets_of(value: Any) -> Iterator[str]:
    """The ids of the secrets that a document names."""
    if isinstance(value, dict):
        if set(value) == {"$secret"}:
            yield value["$secret"]
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from secrets_of(each)


def in_clear(value: Any, known: dict[str, str]) -> Any:
    """The document with the values of its secrets, as the model remembers them."""
    if isinstance(value, dict):
        if set(value) == {"$secret"}:
            return known[value["$secret"]]
        return {name: in_clear(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [in_clear(each, known) for each in value]
    return value
