"""Places inside a document: written, parsed, read and changed.

A path is a tuple of member names (str) and list positions (int). Its text form is
`properties.upgradePolicy.mode`, `zones[0]`, `tags['cost.centre']`. A character of a name that cannot be printed stands
as its number, `tags['a\\u{7f}']`, since pages and forms would change it on the way. A pattern is the text form of all
paths that differ only in list positions and map keys: `[]` stands for any item, `{}` for any key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

Path = tuple[str | int, ...]

MAX_DEPTH: Final = 64
"""Deeper nesting is refused when reading; the deepest Azure property is 14 levels down."""

MAX_LIST_POSITION: Final = 9_999

MISSING: Final[Any] = object()
"""What `get` answers where nothing is, since None is a value."""

_PLAIN = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@-]*\Z")
_PIECE = re.compile(r"(?:(?:^|\.)([A-Za-z_$@][A-Za-z0-9_$@-]*))|\[(\d{1,5})\]|\['((?:[^'\\]|\\.)*)'\]")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]{1,6})\}|(.))", re.DOTALL)


class PathError(ValueError):
    """A text that is not a path, or a path that does not fit the document."""


@lru_cache(maxsize=1_500)
def text(path: Path) -> str:
    """The text form, `$` for the document itself."""
    pieces: list[str] = []
    for step in path:
        if isinstance(step, int):
            pieces.append(f"[{step}]")
        elif _PLAIN.match(step):
            pieces.append(f".{step}" if pieces else step)
        else:
            quoted = step.replace("\\", "\\\\").replace("'", "\\'")
            if not quoted.isprintable():
                quoted = "".join(each if each.isprintable() else f"\\u{{{ord(each):x}}}" for each in quoted)
            pieces.append(f"['{quoted}']")
    return "".join(pieces) or "$"


def parse(written: str) -> Path:
    """The path of a text form. Raises PathError naming the first character that does not fit."""
    if written in ("", "$"):
        return ()
    steps: list[str | int] = []
    position = 0
    if written[0] == ".":
        raise PathError(f"“{written[:120]}” is not a path: it starts with a period.")
    while position < len(written):
        match = _PIECE.match(written, position)
        if match is None or match.end() == position:
            raise PathError(
                f"“{written[:120]}” is not a path: it stops making sense at character {position + 1}."
            )
        name, index, quoted = match.groups()
        if index is not None:
            steps.append(_list_position(int(index)))
        elif name is not None:
            steps.append(name)
        else:
            steps.append(_ESCAPE.sub(_unescaped, quoted))
        position = match.end()
        if len(steps) > MAX_DEPTH:
            raise PathError(f"The path is more than {MAX_DEPTH} levels deep.")
    return tuple(steps)


def _unescaped(found: re.Match[str]) -> str:
    """The character that an escape stands for."""
    if found[2]:
        return found[2]
    code = int(found[1], 16)
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        raise PathError(f"“{found[0]}” is no character that a name can have.")
    return chr(code)


def _list_position(position: int) -> int:
    if not 0 <= position <= MAX_LIST_POSITION:
        raise PathError(f"List position {position} is outside 0 to {MAX_LIST_POSITION}.")
    return position


def from_url(segments: str) -> Path:
    """The path of an address such as `zones/0`. A segment of digits is a list position. Raises PathError."""
    steps: list[str | int] = []
    for segment in segments.strip("/").split("/"):
        if not segment:
            raise PathError("The address has an empty part.")
        if segment.isascii() and segment.isdigit():
            steps.append(_list_position(int(segment[:6])))
        elif segment[0] == "-" and segment[1:].isdigit():
            raise PathError(f"List position {segment[:12]} is negative; positions start at 0.")
        else:
            steps.append(segment)
    if len(steps) > MAX_DEPTH:
        raise PathError(f"The address is more than {MAX_DEPTH} levels deep.")
    return tuple(steps)


def to_url(path: Path) -> str:
    """The address form of a path: `zones/0`."""
    return "/".join(str(step) for step in path)


def get(document: Any, path: Path, default: Any = MISSING) -> Any:
    """The value at the path, or `default` where the document has none."""
    here = document
    for step in path:
        if isinstance(step, int):
            if not isinstance(here, list) or not 0 <= step < len(here):
                return default
        elif not isinstance(here, dict) or step not in here:
            return default
        here = here[step]
    return here


def put(document: dict[str, Any], path: Path, value: Any) -> None:
    """Sets the value at the path in place, making the objects and the next list item on the way.

    Raises PathError when something on the way is neither object nor list, or a list position would leave a gap.
    """
    if not path:
        raise PathError("The document itself cannot be replaced here.")
    here: Any = document
    for depth, step in enumerate(path[:-1]):
        following: Any = [] if isinstance(path[depth + 1], int) else {}
        here = _enter(here, step, following, path[: depth + 1])
    _assign(here, path[-1], value, path)


def force(document: dict[str, Any], path: Path, value: Any) -> None:
    """Sets a value, making way through anything that is not the object or list it should be; MISSING removes.

    Objects that removing leaves empty go with it.
    """
    if value is MISSING:
        remove(document, path, prune=True)
        return
    for depth in range(1, len(path)):
        container = list if isinstance(path[depth], int) else dict
        if not isinstance(get(document, path[:depth]), container):
            # In its place: items that follow in a list must not move up.
            put(document, path[:depth], container())
    put(document, path, value)


def _enter(here: Any, step: str | int, fresh: Any, so_far: Path) -> Any:
    if isinstance(step, int):
        if isinstance(here, list):
            if step < len(here):
                return here[step]
            if step == len(here):
                here.append(fresh)
                return fresh
    elif isinstance(here, dict):
        return here.setdefault(step, fresh)
    raise PathError(f"{text(so_far)} does not exist and cannot be made.")


def _assign(here: Any, step: str | int, value: Any, path: Path) -> None:
    if isinstance(step, int) and isinstance(here, list) and step <= len(here):
        if step == len(here):
            here.append(value)
        else:
            here[step] = value
    elif isinstance(step, str) and isinstance(here, dict):
        here[step] = value
    else:
        raise PathError(f"{text(path)} does not exist and cannot be made.")


def remove(document: dict[str, Any], path: Path, *, prune: bool = False) -> bool:
    """Removes the value at the path in place; answers whether there was one.

    With `prune`, objects that the removal left empty go too, but never a list item or the list.
    """
    if not path or get(document, path) is MISSING:
        return False
    del get(document, path[:-1])[path[-1]]
    while prune and len(path) > 1:
        path = path[:-1]
        if isinstance(path[-1], int) or get(document, path) != {}:
            break
        del get(document, path[:-1])[path[-1]]
    return True


def starts_with(path: Path, prefix: Path) -> bool:
    """Whether the path is the prefix or lies below it."""
    return path[: len(prefix)] == prefix
