"""Whom a comment names: an @ and a user name, a mail address or a name. Those alone who may see the draft are found.

What stands between backticks names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from django.db.models import Case, Exists, Q, When

from vmssbuilder.accounts.models import Role, User
from vmssbuilder.drafts import access
from vmssbuilder.drafts.models import Draft

from .models import Comment

MOST: Final = 20
"""People that one comment may name."""
OFFERED: Final = 50
"""People that a page offers to name; others are found by who types them."""

_BETWEEN_BACKTICKS: Final = re.compile("```.*?```|`[^`\n]*`", re.DOTALL)
_NAMED: Final = re.compile(r"(?<![\w@/.+-])@(?=\w)")
_FIRST: Final = re.compile(r"[a-z0-9_]*")
_WORD: Final = re.compile(r"\w[\w.+-]*(?:@\w[\w.-]*)?")
_GOES_ON: Final = re.compile(r"\w|[.@+-]\w")
_LONGEST: Final = 254
_CONSIDERED: Final = 1_000


class NotNamed(Exception):
    """Why a comment cannot name whom it names, in words."""


def named(draft: Draft, text: str, also: Iterable[User] = ()) -> list[User]:
    """The people that a text names, each once. One query where it names anybody. also: others who may be meant.

    Raises NotNamed for a name that is of nobody who may see the draft, or of several people.
    """
    sought = list(_sought(text))
    if not sought:
        return []
    if len(sought) > MOST:
        raise NotNamed(f"Name at most {MOST} people in one comment; this one names {len(sought)}.")
    begins = Q()
    for rest in sought:
        # Databases differ in letters beyond these; what follows is compared here.
        first = _FIRST.match(rest)
        # SQLite does not know which of other letters are the same one.
        for word in {first[0]} if first and first[0] else {rest[0], rest[0].upper()}:
            begins |= (
                Q(display_name__istartswith=word) | Q(email__istartswith=word) | Q(username__istartswith=word)
            )
    likely = access.lookers(draft).filter(begins).order_by(_near_first(_near(draft)), "pk")
    people = {user.pk: user for user in [*also, *likely[:_CONSIDERED]]}
    found: dict[int, User] = {}
    unknown: list[str] = []
    several: list[str] = []
    for rest in sought:
        meant = _meant(rest, people.values())
        if len(meant) == 1:
            found[meant[0].pk] = meant[0]
        else:
            (several if meant else unknown).append(_written(rest))
    if problem := _problem(unknown, several):
        raise NotNamed(problem)
    return list(found.values())


def offered(draft: Draft, user: User) -> list[str]:
    """How the people are written that the person may want to name: those alone whom other pages show to them, too.

    These are the owner, members by name, and who spoke of the draft; reviewers and administrators, unless the person
    came by a link. Mail addresses are for the owner. Others who may see the draft are found when they are typed.
    """
    owns = draft.owner_id == user.pk
    near = _near(draft)
    by_role = Q(role__in=[Role.REVIEWER, Role.ADMINISTRATOR])
    if not owns and not user.is_reviewer:
        by_role &= Q(Exists(draft.members.filter(link=None, user=user)))
    known = access.lookers(draft).filter(near | by_role).exclude(pk=user.pk)
    people = list(known.order_by(_near_first(near), "display_name", "username")[:OFFERED])
    names = [str(each).casefold() for each in people]
    alone = [names.count(name) == 1 for name in names]
    written = [_offer(each, owns, name) for each, name in zip(people, alone, strict=True)]
    return [each for each in written if each]


def _near(draft: Draft) -> Q:
    """Who has to do with the draft by name: its owner, members, and who spoke of it."""
    spoke = Comment.objects.filter(thread__draft=draft, deleted=None).order_by().values("author")
    by_name = draft.members.filter(link=None).order_by().values("user")
    return Q(pk=draft.owner_id) | Q(pk__in=spoke) | Q(pk__in=by_name)


def _near_first(near: Q) -> Case:
    return Case(When(near, then=0), default=1)


def _offer(person: User, with_address: bool, is_alone: bool) -> str:
    """How somebody is offered; "" where only a mail address would tell them apart. is_alone: nobody else is called so."""
    if with_address:
        return str(person) if is_alone else person.email or person.username
    # The user name of who came from Entra ID is an id; and somebody may be called by their address.
    said = str(person) if is_alone else person.username if person.is_local else ""
    return "" if "@" in said else said


def _sought(text: str) -> Iterator[str]:
    """What stands behind each @ that may begin a name, in small letters."""
    text = _BETWEEN_BACKTICKS.sub(" ", text)
    for found in _NAMED.finditer(text):
        yield text[found.end() : found.end() + _LONGEST].casefold()


def _meant(rest: str, people: Iterable[User]) -> list[User]:
    """Those whose name or address the text begins with: of several lengths, the longest."""
    longest, found = 0, list[User]()
    for user in people:
        fits = [
            name for name in _names(user) if rest.startswith(name) and not _GOES_ON.match(rest, len(name))
        ]
        length = max(map(len, fits), default=0)
        if length > longest:
            longest, found = length, [user]
        elif length and length == longest:
            found.append(user)
    return found


def _names(user: User) -> set[str]:
    """What the person may be called after an @."""
    mail, name = user.email.casefold(), str(user).casefold()
    # The user name of who came from Entra ID is an id.
    local = {user.username.casefold()} if user.is_local else set()
    return {mail, mail.partition("@")[0], name, name.replace(" ", "."), *local} - {""}


def _written(rest: str) -> str:
    word = _WORD.match(rest)
    return "@" + (word[0] if word else rest).rstrip(".+-")[:60]


def _problem(unknown: list[str], several: list[str]) -> str:
    said = []
    if unknown:
        one = "that is no person" if len(unknown) == 1 else "those that are no people"
        said.append(
            f"Nobody who may see this draft is called {_listed(unknown)}. Ask its owner to add who is meant, or put "
            f"{one} between `backticks`."
        )
    if several:
        said.append(f"Several people are called {_listed(several)}. Write the mail address of who is meant.")
    return " ".join(said)


def _listed(names: list[str]) -> str:
    *before, last = dict.fromkeys(names)
    return f"{', '.join(before)} or {last}" if before else last
