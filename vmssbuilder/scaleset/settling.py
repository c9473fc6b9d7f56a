"""What stayed unresolved when a template was filled in: plain text at last, with a note that says why."""

from __future__ import annotations

import re
from typing import Any, Final

from .canonical import Note
from .expressions import COMPUTED, Unresolved, Withheld
from .paths import Path
from .secrets import find


def settled(document: dict[str, Any]) -> tuple[dict[str, Any], list[Note]]:
    """The document with what stayed unresolved as plain text, and a note for each; a secret's expression is left out.

    An expression in the place of a password would be sent as that password, and nobody could see it.
    """
    notes: list[Note] = []
    secret = {path for path, _value in find(document)}
    return _settled(document, (), secret, notes), notes


def _settled(value: Any, path: Path, secret: set[Path], notes: list[Note]) -> Any:
    hidden = any(path[:end] in secret for end in range(len(path) + 1))
    if isinstance(value, Withheld):
        if hidden or _is_public_key(path, value.value):
            return value.value
        notes.append(Note("unresolved", path, _why_withheld(value), value.line))
        return str(value)
    if isinstance(value, Unresolved):
        if hidden:
            notes.append(
                Note(
                    "withheld", path, f"The template does not say what “{path[-1]}” is. Enter it.", value.line
                )
            )
            return _GONE
        notes.append(Note("unresolved", path, _why(value), value.line))
        return str(value)
    if isinstance(value, dict):
        members = {name: _settled(inner, (*path, name), secret, notes) for name, inner in value.items()}
        return {name: inner for name, inner in members.items() if inner is not _GONE}
    if isinstance(value, list):
        items = [_settled(item, (*path, position), secret, notes) for position, item in enumerate(value)]
        return [item for item in items if item is not _GONE]
    return value


_GONE: Final[Any] = object()
_TEXT = re.compile(r"'(?:[^']|'')*'")
_PARAMETER = re.compile(r"\bparameters\('((?:[^']|'')*)'\)", re.IGNORECASE)
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")


def _why(expression: Unresolved) -> str:
    """Why the expression stayed: parameters without a value, functions that Azure alone can answer."""
    parameters = sorted(set(_PARAMETER.findall(expression)), key=str.casefold)
    called = dict.fromkeys(_CALLED.findall(_TEXT.sub("''", expression)))
    functions = [name for name in called if name.casefold() not in COMPUTED]
    azures = [name for name in functions if name.casefold() not in ("parameters", "variables", "copyindex")]
    if parameters:
        return f"Replace this expression by a value: there is none for {in_words(parameters)}."
    if azures:
        return f"Replace this expression by a value: only Azure can tell what {in_words(azures)} answers."
    return "Replace this expression by a value: it could not be computed."


def _why_withheld(expression: Withheld) -> str:
    parameters = sorted(set(_PARAMETER.findall(expression)))
    what = f"the secure parameter {in_words(parameters)}" if parameters else "a secure value"
    return (
        f"This place is no secret: whoever may read the scale set sees it. So {what} was not filled in. "
        "Write the value where it stays secret (protectedSettings of an extension, for example), or here if it may be seen."
    )


def _is_public_key(path: Path, value: Any) -> bool:
    """Whether the value is the public half of an SSH key in its place: templates call it secure, and it is not."""
    return path[-1:] == ("keyData",) and isinstance(value, str) and _PUBLIC_KEY.match(value) is not None


_PUBLIC_KEY = re.compile(r"\s*(?:(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ |---- BEGIN SSH2 PUBLIC KEY ----)")


def in_words(names: list[str]) -> str:
    """The names, as many as can be read at a glance."""
    shown = [name if len(name) <= 60 else name[:59] + "…" for name in names[:10]]
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(shown) + more
