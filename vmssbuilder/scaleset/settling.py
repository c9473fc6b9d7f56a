"""What stayed unresolved when a template was filled in: plain text at last, with a note that says why."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from . import paths
from .canonical import Note
from .corrections import SCRIPT_NAMES, SCRIPT_TYPES
from .expressions import COMPUTED, Unresolved, Withheld
from .paths import Path
from .secrets import find


def settled(document: dict[str, Any]) -> tuple[dict[str, Any], list[Note]]:
    """The document with what stayed unresolved as plain text, and a note for each; a secret's expression is left out.

    An expression in the place of a password would be sent as that password, and nobody could see it.
    """
    notes: list[Note] = []
    _protect(document, notes)
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


_EXTENSIONS: Final = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")


def _protect(document: dict[str, Any], notes: list[Note]) -> None:
    """Moves what comes from secure parameters from a script's settings to those that stay secret: the script reads both."""
    extensions = paths.get(document, _EXTENSIONS, None)
    for position, extension in enumerate(extensions if isinstance(extensions, list) else ()):
        properties = extension.get("properties") if isinstance(extension, dict) else None
        if not isinstance(properties, dict) or str(properties.get("type")).casefold() not in SCRIPT_TYPES:
            continue
        settings, protected = properties.get("settings"), properties.get("protectedSettings", {})
        if not isinstance(settings, dict) or not isinstance(protected, dict):
            continue
        moved = {
            name: value
            for name, value in settings.items()
            if name.casefold() in SCRIPT_NAMES and name not in protected and _holds_secret(value)
        }
        if moved:
            properties["settings"] = {name: value for name, value in settings.items() if name not in moved}
            properties["protectedSettings"] = {**protected, **moved}
        for name in moved:
            path = (*_EXTENSIONS, position, "properties", "protectedSettings", name)
            message = f"“{name}” holds the value of a secure parameter: moved to protectedSettings, where it stays secret."
            notes.append(Note("moved", path, message))


def _holds_secret(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_holds_secret, value))
    return isinstance(value, Withheld)


_GONE: Final[Any] = object()
_TEXT = re.compile(r"'(?:[^']|'')*'")
_PARAMETER = re.compile(r"\bparameters\('((?:[^']|'')*)'\)", re.IGNORECASE)
_VARIABLE = re.compile(r"\bvariables\('((?:[^']|'')*)'\)", re.IGNORECASE)
_CALLED = re.compile(r"\b([A-Za-z_](?>[\w.]*))\(")


def _why(expression: Unresolved) -> str:
    """Why the expression stayed: parameters without a value, functions that Azure alone can answer."""
    parameters = sorted(set(_PARAMETER.findall(expression)), key=str.casefold)
    called = dict.fromkeys(_CALLED.findall(_TEXT.sub("''", expression)))
    functions = [name for name in called if name.casefold() not in COMPUTED]
    azures = [name for name in functions if name.casefold() not in ("parameters", "variables", "copyindex")]
    placed = [name for name in called if name.casefold() in _BY_PLACE]
    if parameters:
        return f"Replace this expression by a value: there is none for {in_words(parameters)}."
    if placed and len(placed) == len({*azures, *placed}):
        what = f"what {in_words(placed)} answers depends on where the template is deployed."
        return f"Replace this expression by a value: {what}"
    if azures:
        return f"Replace this expression by a value: only Azure can tell what {in_words(azures)} answers."
    variables = sorted(set(_VARIABLE.findall(expression)), key=str.casefold)
    if variables:
        return f"Replace this expression by a value: the value of {in_words(variables)}, a variable of the template, is not known."
    return "Replace this expression by a value: it could not be computed."


_BY_PLACE: Final = frozenset(
    ("deployment", "managementgroup", "managementgroupresourceid", "resourcegroup", "resourceid", "subscription",
     "subscriptionresourceid")
)  # fmt: skip
"""Functions whose answer depends on where the template is deployed, by folded name."""


PlacePart = Literal["subscription", "resource_group", "location"]
_PARTS: Final[tuple[tuple[PlacePart, re.Pattern[str]], ...]] = (
    (
        "subscription",
        re.compile(r"\b(?:subscription\(\)\.(?:id|subscriptionId)\b|resourceGroup\(\)\.id\b|subscriptionResourceId\(|resourceId\()", re.IGNORECASE),
    ),
    ("resource_group", re.compile(r"\b(?:resourceGroup\(\)\.(?:id|name)\b|resourceId\()", re.IGNORECASE)),
    ("location", re.compile(r"\bresourceGroup\(\)\.location\b", re.IGNORECASE)),
)  # fmt: skip


def wanted_of_place(expressions: list[Any]) -> tuple[PlacePart, ...]:
    """What of the place where the template is deployed would tell more of these expressions."""
    texts = [_TEXT.sub("''", text) for text in expressions if isinstance(text, str)]
    return tuple(part for part, pattern in _PARTS if any(pattern.search(text) for text in texts))


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
