"""What was just done with a list, said beside it: removed, with a way back; copied; put back; pasted.

It travels in the address after the act, so that it works without JavaScript and stays when the page is loaded anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import lists
from vmssbuilder.drafts.forms.cards import item_title
from vmssbuilder.drafts.forms.lists import ListChange
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.properties import List, Map, sentence_case


def parameter(verb: str, path: Path, *numbers: int) -> str:
    """The part of an address that `told` understands. verb: "removed" with a revision that holds the item, "copied",
    "back", or "pasted" with how many rows were added and how many got another value."""
    return "done=" + quote(":".join([verb, *map(str, numbers), paths.text(path)]), safe="")


def flash_message(draft: Draft, done: str) -> ListChange | None:
    """The notice; None for what says nothing, or is not true (any more)."""
    verb, *rest = done.split(":", {"removed": 2, "pasted": 3}.get(done.split(":", 1)[0], 1))
    try:
        path = paths.parse(rest[-1])
        numbers = [int(number) for number in rest[:-1]]
        said = _SAYS[verb](draft, path, *numbers)
    except (KeyError, IndexError, ValueError, TypeError, OverflowError, Revision.DoesNotExist):
        return None
    holder = path if verb == "pasted" else path[:-1]
    return ListChange(holder, said.position, said.words, said.undo, said.back)


@dataclass(frozen=True, slots=True)
class _Said:
    words: str
    position: int
    undo: str = ""
    back: str = ""


def _removed(draft: Draft, path: Path, revision: int) -> _Said:
    before = contents.of(draft.revisions.get(number=revision))
    words = named(before, path, draft.api_version)
    undo = f"undo:{revision}:{paths.text(path)}"
    return _Said(f"Removed {words}", _position(before, path), undo, words)


def _copied(draft: Draft, path: Path) -> _Said:
    content = contents.of(draft)
    items, position = paths.get(content, path[:-1]), path[-1]
    if not isinstance(position, int) or position < 1:
        raise PathError("Nothing stands before it.")
    old, new = items[position - 1], items[position]
    changes = []
    for below in lists.UNIQUE:
        value = paths.get(new, below)
        if value is not MISSING and value != paths.get(old, below):
            title = "LUN" if below == ("lun",) else "name"
            changes.append(f"{title} {value}, the next free one")
    words = named(content, (*path[:-1], position - 1), draft.api_version)
    said = f"Copied {words}." + (f" The copy has {' and '.join(changes)}." if changes else "")
    if any(paths.get(old, below) is True and paths.get(new, below) is False for below in lists.SOLE):
        said += " It is not the primary one."
    return _Said(said, position)


def _back(draft: Draft, path: Path) -> _Said:
    content = contents.of(draft)
    return _Said(f"Put back {named(content, path, draft.api_version)}", _position(content, path))


def _position(content: dict[str, Any], path: Path) -> int:
    step = path[-1]
    return step if isinstance(step, int) else list(paths.get(content, path[:-1])).index(step)


def _pasted(draft: Draft, path: Path, added: int, changed: int) -> _Said:
    prop = _list(path, draft.api_version)
    if not added and not changed:
        return _Said(f"Nothing to add: every pasted {prop.singular} was there already", _AT_THE_END)
    words = f"Added {added} to {prop.title}" + (f", gave {changed} another value" if changed else "")
    return _Said(words, _AT_THE_END)


_AT_THE_END: Final = 10_000


_SAYS: Final[dict[str, Callable[..., _Said]]] = {
    "removed": _removed,
    "copied": _copied,
    "back": _back,
    "pasted": _pasted,
}


def _list(path: Path, api_version: str) -> List | Map:
    node = contents.node_at(path, api_version)
    if node is None or not isinstance(node.property, List | Map):
        raise PathError("There is no such list.")
    return node.property


def named(content: dict[str, Any], path: Path, api_version: str) -> str:
    """An item in words: `data disk 3 (LUN 2)`, `tag “team”`. Raises PathError when it is not there."""
    value, step = paths.get(content, path), path[-1]
    singular = _list(path[:-1], api_version).singular
    node = contents.node_at(path, api_version)
    if value is MISSING or node is None:
        raise PathError("It is not there.")
    if isinstance(step, str):
        return f"{singular} “{_short(step)}”"
    title = item_title(node, value, step)[0] if not node.is_leaf else node.property.to_text(value)
    plain = f"{singular} {step + 1}"
    return plain if sentence_case(plain).casefold() == title.casefold() else f"{plain} ({_short(title)})"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
