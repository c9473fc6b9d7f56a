"""Pasted text read as many rows at once: names and values, or a list of texts."""

from __future__ import annotations

import re
import shlex
from typing import Any, Final

from vmssbuilder.scaleset import json_text


class PasteError(ValueError):
    """The text cannot be read; the message names the line and the remedy."""


def pairs(text: str) -> dict[str, str]:
    """Names and values of a JSON object, of lines (`name=value`, `name: value`, a tab between), or of `a=b c=d`.

    Raises PasteError when a line has neither separator nor name, or a name comes twice with different values.
    """
    text = text.strip()
    given = _json(text)
    if given is not None:
        return _object(given)
    found: dict[str, str] = {}
    # A backslash at the end of a line continues it, as in a shell.
    for number, line in enumerate(re.sub(r"\\\r?\n", " ", text).splitlines(), 1):
        for name, value in _line(line.strip(), number):
            if found.get(name, value) != value:
                raise PasteError(f"Line {number}: “{_short(name)}” is given twice. Keep one of the two.")
            found[name] = value
    return found


def texts(text: str) -> list[str]:
    """The texts of a JSON array, or of lines and commas, each once."""
    text = text.strip()
    given = _json(text)
    if isinstance(given, list):
        wrong = next((item for item in given if isinstance(item, dict | list) or item is None), None)
        if wrong is not None:
            raise PasteError("The pasted JSON array holds more than texts. Leave texts only.")
        found = [item if isinstance(item, str) else _written(item) for item in given]
    elif given is not None:
        raise PasteError("This is a JSON object. Paste a list: one value a line, or separated by commas.")
    else:
        found = [_unquoted(piece) for piece in re.split(r"[\r\n,;\t]+", text)]
    return list(dict.fromkeys(piece.strip() for piece in found if piece.strip()))


_SEPARATOR: Final = re.compile(r"\t+|: +|:$|=")


def _line(line: str, number: int) -> list[tuple[str, str]]:
    """The pairs of one line."""
    if not line:
        return []
    tokens = _tokens(line)
    if tokens:
        split = [token.partition("=") for token in tokens]
        return [(_name(name, number), value) for name, _, value in split]
    line = line.rstrip(",") if line[:1] in "\"'" else line
    # What comes first decides: "url: https://x?a=b" has its colon first, "hidden-link:/x=y" its equals sign.
    found = _SEPARATOR.search(line) or re.search(":", line)
    if found is None:
        raise PasteError(
            f"Line {number}, “{_short(line)}”, has no value: put “=”, “:” or a tab between name and value."
        )
    name, value = line[: found.start()], line[found.end() :]
    return [(_name(_unquoted(name), number), _unquoted(value))]


def _tokens(line: str) -> list[str]:
    """The pairs of a line as the Azure command line takes them: `--tags a=b "c=d e"`. Empty when it is not one."""
    stated = line.startswith("--tags ")
    try:
        tokens = shlex.split(line.removeprefix("--tags "))
    except ValueError:
        return []
    if stated or (len(tokens) > 1 and "\t" not in line and all("=" in token[1:] for token in tokens)):
        return tokens
    return []


def _name(name: str, number: int) -> str:
    if not name.strip():
        raise PasteError(f"Line {number} has a value without a name.")
    return name.strip()


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _json(text: str) -> Any:
    """The object or array that the text is, also an object's inside without its braces; None when it is none."""
    if text.startswith(("{", "[")):
        try:
            return json_text.parse(text).value
        except json_text.JSONTextError as error:
            message = f"Line {error.line}, column {error.column}: {error.message}"
            raise PasteError(message) from None
    if text.startswith('"'):
        try:
            return json_text.parse("{" + text.rstrip().rstrip(",") + "}").value
        except json_text.JSONTextError:
            return None
    return None


def _object(given: Any) -> dict[str, str]:
    if isinstance(given, dict) and len(given) == 1:
        # `"tags": {...}`, as it stands in a template.
        inner = next(iter(given.values()))
        given = inner if isinstance(inner, dict) else given
    if not isinstance(given, dict):
        raise PasteError('This is a JSON array. Paste an object: {"name": "value"}.')
    for name, value in given.items():
        if isinstance(value, dict | list) or value is None:
            raise PasteError(f"“{_short(name)}” holds more than a text. Leave names and texts only.")
    return {name: value if isinstance(value, str) else _written(value) for name, value in given.items()}


def _written(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
