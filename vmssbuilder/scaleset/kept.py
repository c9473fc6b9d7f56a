"""Secrets that Azure keeps: of a scale set that exists they are neither set nor unset, because Azure never returns them.

An update leaves them where they are, except in a list: lists are sent as a whole, and what is not in them is gone.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from . import paths, secrets, updating, versions
from .catalogue import tree
from .check import check
from .findings import Finding, Severity, errors
from .paths import Path
from .properties import List, Node
from .request import Target
from .versions import PATCH_SINCE

Method = Literal["PATCH", "PUT"]


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """A secret that the scale set may have, and that the draft says nothing of.

    path: its place in the document of the draft. lost: whether the request sends the list that it lies in, so that Azure
    drops it unless it is entered again. fixed: whether no request replaces it.
    """

    path: Path
    lost: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class KnownUpdate:
    """An update of which the whole is known.

    before: the scale set as it was read, without secrets. changes: what is to change of it, as `merge_patch` makes it.
    kept: the secrets of `before` that the update says nothing of.
    """

    before: dict[str, Any]
    changes: dict[str, Any]
    method: Method
    kept: tuple[KeptSecret, ...] = ()


def kept(
    before: dict[str, Any],
    withheld: Iterable[Path],
    wanted: dict[str, Any],
    changes: dict[str, Any],
    api_version: str,
) -> tuple[KeptSecret, ...]:
    """The secrets that Azure keeps and the draft does not replace.

    before: the scale set as it was read; withheld: the places of its secrets; wanted: as it is to be; changes: the
    difference, as `merge_patch` makes it. Raises UnknownVersion.
    """
    patched = versions.within(api_version, PATCH_SINCE)
    stays = updating.limits(api_version) if patched else updating.fixed()
    found = []
    for place in withheld:
        path = _followed(place, before, wanted)
        if path is not None and paths.get(wanted, path, None) is None:
            lost = any(isinstance(step, int) for step in path) and (not patched or carried(changes, path))
            found.append(KeptSecret(path, lost, not lost and _within(stays, tree(api_version).at(path))))
    return tuple(found)


def _within(stays: Container[str], node: Node | None) -> bool:
    while node is not None and node.pattern not in stays:
        node = node.parent
    return node is not None


def _followed(place: Path, before: Any, wanted: Any) -> Path | None:
    """Where the object that holds the secret is in the wanted document; None when it is not there any more."""
    path: Path = ()
    for step in place[:-1]:
        before = paths.get(before, (step,))
        here: int | str | None = step
        if isinstance(step, int):
            here = _partner(step, before, wanted) if isinstance(wanted, list) else None
        if here is None:
            return None
        wanted = paths.get(wanted, (here,))
        path = (*path, here)
    return (*path, place[-1]) if isinstance(wanted, dict) and not secrets.is_reference(wanted) else None


def _partner(position: int, item: Any, among: list[Any]) -> int | None:
    """The position of the same item: by its name, else by holding all that it held."""
    name = item.get("name") if isinstance(item, dict) else None
    if isinstance(name, str):
        names = [each.get("name") if isinstance(each, dict) else None for each in among]
        same = (
            at
            for at, each in enumerate(names)
            if isinstance(each, str) and each.casefold() == name.casefold()
        )
        return next(same, None)
    in_line = sorted(range(len(among)), key=lambda at: at != position)
    return next((at for at in in_line if _holds(among[at], item)), None)


def _holds(value: Any, held: Any) -> bool:
    if isinstance(value, dict) and isinstance(held, dict):
        return held.items() <= value.items() if _plain(held) else value == held
    return bool(value == held)


def _plain(value: dict[str, Any]) -> bool:
    return not any(isinstance(inner, dict | list) for inner in value.values())


def carried(changes: dict[str, Any], path: Path) -> bool:
    """Whether the body of an update names the place itself, or something that is replaced as a whole with it."""
    here: Any = changes
    for step in path:
        if not isinstance(here, dict) or secrets.is_reference(here):
            return True
        if step not in here:
            return False
        here = here[step]
    return not isinstance(here, dict) or path == ("tags",)


# ----------------------------------------------------------------------------------------------------------- the check


def check_update(
    document: dict[str, Any],
    update: KnownUpdate,
    api_version: str,
    target: Target | None = None,
    today: dt.date | None = None,
) -> list[Finding]:
    """The check of a whole document of which only the changes are sent. Raises UnknownVersion.

    Only what is sent is judged: an error that the scale set had before, at a place that the request does not name, is
    none of this update. What Azure keeps counts as there. What the request would lose is asked for at its place.
    """

    def look(at: dict[str, Any]) -> list[Finding]:
        return check(at, api_version, "update", target, whole=True, today=today)

    found = look(document)
    wrong = bool(errors(found))
    lost = [each for each in update.kept if each.lost]
    if not wrong and not lost:
        return found
    there = set(map(_key, look(_filled(document, update.kept)))) if update.kept else set(map(_key, found))
    before = set(map(_key, errors(look(update.before)))) if wrong else set()
    missing = [each for each in found if _key(each) not in there]
    judged = [
        each
        for each in found
        if _key(each) in there and (_key(each) not in before or carried(update.changes, each.path))
    ]
    return judged + [_asked_for(each, document, missing, api_version, update.method) for each in lost]


def _key(finding: Finding) -> tuple[str, Path, str]:
    return finding.rule, finding.path, finding.message


def _filled(document: dict[str, Any], held: tuple[KeptSecret, ...]) -> dict[str, Any]:
    """The document as it is where Azure keeps the secrets: rules know that a stored secret is there."""
    filled = copy.deepcopy(document)
    for each in held:
        paths.put(filled, each.path, secrets.reference("kept"))
    return filled


def _asked_for(
    lost: KeptSecret, document: dict[str, Any], missing: list[Finding], api_version: str, method: Method
) -> Finding:
    """An error where something cannot do without the secret, else a warning: nobody can tell whether there is one."""
    item = _item(lost.path)
    why = [each.message for each in missing if item and paths.starts_with(each.path, item)]
    held = "Azure keeps this and never returns it" if why else "Azure may keep this and never returns it"
    sent = "the whole scale set" if method == "PUT" else "the whole list it is in"
    named = label(lost.path, document, api_version)
    message = f"{named}: {held}. The request sends {sent}, so it is lost unless you enter it again."
    if method == "PUT":
        message += f" API version {PATCH_SINCE} and newer send a change alone."
    severity: Severity = "error" if why else "warning"
    return Finding("update-put-secrets", severity, lost.path, " ".join((message, *why)), "I")


def label(path: Path, document: dict[str, Any], api_version: str) -> str:
    """What a secret is called, with the item of a list that it belongs to."""
    node, item = tree(api_version).at(path), _item(path)
    title = node.property.title if node is not None else str(path[-1])
    if not item:
        return title
    holder, name = tree(api_version).at(item[:-1]), paths.get(document, (*item, "name"))
    kind = holder.property.singular if holder is not None and isinstance(holder.property, List) else "item"
    return f"{title} of {kind} {f'“{name}”' if isinstance(name, str) else int(item[-1]) + 1}"


def _item(path: Path) -> Path:
    """The innermost item of a list that the place lies in, () for none."""
    depths = [depth for depth, step in enumerate(path, 1) if isinstance(step, int)]
    return path[: depths[-1]] if depths else ()
