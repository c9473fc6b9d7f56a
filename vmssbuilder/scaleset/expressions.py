"""The expressions of ARM templates: `[concat(parameters('name'), '-', uniqueString(resourceGroup().id))]`.

What follows from the text alone is computed. The rest stays an expression, its known parts filled in, because what it
stands for is known to Azure only. Nothing is fetched and nothing but the functions below is ever called.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from . import json_text
from .json_text import MAX_SIZE

MAX_NESTING: Final = 60
"""Deeper nesting of calls, of variables in variables included, is not followed."""

MAX_WORK: Final = 200_000
"""Bounds what one template may grow to, in values and in 64 characters of text."""

Function = Callable[..., Any]


class Unresolved(str):
    """An expression that stands for a value only Azure knows, as text with its brackets. line: where it stands."""

    __slots__ = ("line",)
    line: int | None

    def __new__(cls, text: str, line: int | None = None) -> Self:
        made = super().__new__(cls, text)
        made.line = line
        return made

    def at(self, line: int | None) -> Unresolved:
        """The same, standing on a line."""
        return Unresolved(self, line)


class Withheld(Unresolved):
    """The expression of a value that follows, but comes from a secure parameter. It reads as its expression everywhere.

    value: what it stands for, for a member that is a secret only.
    """

    __slots__ = ("value",)
    value: Any

    def __new__(cls, text: str, value: Any, line: int | None = None) -> Self:
        made = super().__new__(cls, text, line)
        made.value = value
        return made

    def at(self, line: int | None) -> Withheld:
        return Withheld(str(self), self.value, line)


class TooLarge(ValueError):
    """The template grows beyond all measure, or nests without end."""


class Budget:
    """What is left to spend on one template."""

    def __init__(self) -> None:
        self._left = MAX_WORK
        self.nesting = 0

    def spend(self, value: Any) -> None:
        """Charges for a value. Raises TooLarge."""
        pending = [value]
        while pending:
            here = pending.pop()
            self._left -= 1 + (len(here) // 64 if isinstance(here, str) else 0)
            if self._left < 0:
                raise TooLarge("The template grows beyond what can be read here.")
            if isinstance(here, dict):
                pending.extend(here.values())
            elif isinstance(here, list):
                pending.extend(here)

    def enter(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise TooLarge("Expressions and variables are nested too deep, or in a circle.")

    def leave(self) -> None:
        self.nesting -= 1


def is_expression(text: str) -> bool:
    """Whether the text is an expression: in brackets, and not an escaped bracket."""
    return len(text) > 2 and text[0] == "[" and text[-1] == "]" and text[1] != "["


def unescaped(text: str) -> str:
    """A text that is no expression: `[[` at its start stands for one bracket."""
    return text[1:] if text.startswith("[[") else text


def evaluate(text: str, functions: Mapping[str, Function], budget: Budget) -> Any:
    """The value of an expression, or Unresolved. functions: what `parameters`, `variables` and the like answer.

    Raises TooLarge.
    """
    nesting = budget.nesting
    try:
        return _Expression(text[1:-1], functions, budget).value()
    except _NotAnExpression:
        return Unresolved(text)
    finally:
        budget.nesting = nesting


class _NotAnExpression(ValueError):
    """The text does not follow the grammar."""


_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?[0-9]{1,19})(?![\w.])|([A-Za-z_][\w]*)|([()\[\],.]))")


class _Expression:
    """Evaluates while it parses: the language has no effects, so there is nothing to put off."""

    def __init__(self, text: str, functions: Mapping[str, Function], budget: Budget) -> None:
        self.text = text
        self.functions = functions
        self.budget = budget
        self.position = 0
        self.groups: tuple[str | None, ...] = ()
        self._take()

    def value(self) -> Any:
        value = self._value()
        if any(self.groups):
            raise _NotAnExpression
        return value

    def _take(self) -> None:
        found = _TOKEN.match(self.text, self.position)
        if found is not None:
            self.groups, self.position = found.groups(), found.end()
        elif self.text[self.position :].strip():
            raise _NotAnExpression
        else:
            self.groups = (None, None, None, None)

    def _is(self, mark: str) -> bool:
        return self.groups[3] == mark

    def _eat(self, mark: str) -> None:
        if not self._is(mark):
            raise _NotAnExpression
        self._take()

    def _value(self) -> Any:
        text, number, name, _mark = self.groups
        if text is not None:
            self._take()
            return text[1:-1].replace("''", "'")
        if number is not None:
            self._take()
            return int(number)
        if name is None:
            raise _NotAnExpression
        self.budget.enter()
        value = self._call()
        while self._is(".") or self._is("["):
            value = self._member(value)
        self.budget.leave()
        return value

    def _call(self) -> Any:
        name = self._name()
        while self._is("."):
            self._take()
            name += "." + self._name()
        self._eat("(")
        arguments: list[Any] = []
        while not self._is(")"):
            if arguments:
                self._eat(",")
            arguments.append(self._value())
        self._take()
        value = self._called(name, arguments)
        self.budget.spend(value)
        return value

    def _name(self) -> str:
        name = self.groups[2]
        if name is None:
            raise _NotAnExpression
        self._take()
        return name

    def _called(self, name: str, arguments: list[Any]) -> Any:
        folded = name.casefold()
        if folded == "if" and len(arguments) == 3 and isinstance(arguments[0], bool):
            return arguments[1] if arguments[0] else arguments[2]
        function = self.functions.get(folded) or FUNCTIONS.get(folded)
        self.budget.spend(arguments)
        if function is not None and not any(_is_open(argument) for argument in arguments):
            try:
                return function(*arguments)
            except TooLarge:
                raise
            except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError):
                pass  # wrong arguments: Azure will say so; here the expression stays as it is
        return Unresolved(f"[{name}({', '.join(map(_written, arguments))})]")

    def _member(self, holder: Any) -> Any:
        """`.name` or `[position]` after a call."""
        key: Any
        if self._is("."):
            self._take()
            key = self._name()
            written = f".{key}"
        else:
            self._take()
            key = self._value()
            self._eat("]")
            written = f"[{_written(key)}]"
        if isinstance(holder, dict) and isinstance(key, str) and not isinstance(key, Unresolved):
            folded = key.casefold()
            for name, value in holder.items():
                if name.casefold() == folded:
                    return value
        elif isinstance(holder, list) and type(key) is int and 0 <= key < len(holder):
            return holder[key]
        return Unresolved(f"[{_written(holder)}{written}]")


def _is_open(value: Any) -> bool:
    """Whether a part of the value is unresolved."""
    pending = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, Unresolved):
            return True
        if isinstance(here, dict):
            pending.extend(here.values())
        elif isinstance(here, list):
            pending.extend(here)
    return False


def _written(value: Any) -> str:
    """The value as an expression."""
    if isinstance(value, Unresolved):
        return value[1:-1]
    if isinstance(value, bool):
        return "true()" if value else "false()"
    if value is None:
        return "null()"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list):
        return f"createArray({', '.join(map(_written, value))})"
    if isinstance(value, dict):
        return f"createObject({', '.join(_written(part) for pair in value.items() for part in pair)})"
    return f"json({_written(json.dumps(value))})"


# ------------------------------------------------------------------------------------------------------------- functions


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _within(length: int) -> None:
    if length > MAX_SIZE:
        raise TooLarge("An expression grows beyond what can be read here.")


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _concat(*parts: Any) -> Any:
    if parts and all(isinstance(part, list) for part in parts):
        return [item for part in parts for item in part]
    if any(isinstance(part, dict | list) for part in parts):
        raise TypeError
    _within(sum(len(part) for part in parts if isinstance(part, str)))
    return "".join(map(_string, parts))


_HOLE = re.compile(r"\{\{|\}\}|\{([0-9]{1,2})\}")


def _format(pattern: Any, *parts: Any) -> str:
    texts = [_string(part) for part in parts]
    _within(len(_text(pattern)) + pattern.count("{") * max(map(len, texts), default=0))
    if re.search(r"[{}]", _HOLE.sub("", pattern)):
        raise ValueError  # a format such as {0:D2}
    return _HOLE.sub(lambda hole: texts[int(hole[1])] if hole[1] else hole[0][0], pattern)


def _replace(text: Any, old: Any, new: Any) -> str:
    _within(len(_text(text)) + text.count(_text(old)) * len(_text(new)))
    return str(text.replace(old, new))


def _split(text: Any, marks: Any) -> list[str]:
    several = [marks] if isinstance(marks, str) else [_text(mark) for mark in marks]
    return re.split("|".join(map(re.escape, several)), _text(text))


def _join(items: Any, mark: Any) -> str:
    texts = [_string(item) for item in items]
    _within(sum(map(len, texts)) + len(texts) * len(_text(mark)))
    return str(mark.join(texts))


def _substring(text: Any, start: Any, length: Any = None) -> str:
    end = len(_text(text)) if length is None else _number(start) + _number(length)
    if not 0 <= _number(start) <= end <= len(text):
        raise ValueError
    return str(text[start:end])


def _pad_left(text: Any, width: Any, fill: Any = " ") -> str:
    _within(_number(width))
    return _string(text).rjust(width, fill)


def _take(value: str | list[Any], count: Any) -> Any:
    return value[: max(_number(count), 0)]


def _skip(value: str | list[Any], count: Any) -> Any:
    return value[max(_number(count), 0) :]


def _first(value: str | list[Any]) -> Any:
    return value[0] if value or isinstance(value, list) else ""


def _last(value: str | list[Any]) -> Any:
    return value[-1] if value or isinstance(value, list) else ""


def _length(value: Any) -> int:
    return len(value)


def _empty(value: Any) -> bool:
    return value is None or len(value) == 0


def _contains(holder: Any, value: Any) -> bool:
    if isinstance(holder, dict):
        return _text(value).casefold() in (name.casefold() for name in holder)
    return _string(value) in holder if isinstance(holder, str) else value in holder


def _equals(first: Any, second: Any) -> bool:
    if isinstance(first, str) and isinstance(second, str):
        return first.casefold() == second.casefold()
    return type(first) is type(second) and bool(first == second)


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}[value.casefold()]
    return bool(_number(value)) if not isinstance(value, bool) else value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, str) and len(value) < 20 else _number(value)


def _divide(first: Any, second: Any) -> int:
    quotient = abs(_number(first)) // abs(_number(second))
    return quotient if (first < 0) == (second < 0) else -quotient


def _remainder(first: Any, second: Any) -> int:
    return _number(first) - _divide(first, second) * _number(second)


def _bounded(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise OverflowError
    return value


def _numbers(values: tuple[Any, ...]) -> list[int]:
    listed = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return [_number(value) for value in listed]


def _range(start: Any, count: Any) -> list[int]:
    if not 0 <= _number(count) <= 10_000:
        raise ValueError
    return list(range(_number(start), start + count))


def _union(*parts: Any) -> Any:
    if all(isinstance(part, dict) for part in parts):
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= {
                name: _union(merged[name], value)
                if isinstance(merged.get(name), dict) and isinstance(value, dict)
                else value
                for name, value in part.items()
            }
        return merged
    united: list[Any] = []
    for part in parts:
        united.extend(item for item in _listed(part) if item not in united)
    return united


def _intersection(first: Any, *others: Any) -> Any:
    if isinstance(first, dict):
        return {
            name: value
            for name, value in first.items()
            if all(name in o and o[name] == value for o in others)
        }
    return [item for item in _listed(first) if all(item in other for other in others)]


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > 200:
        raise TypeError
    return value


def _create_object(*parts: Any) -> dict[str, Any]:
    if len(parts) % 2:
        raise ValueError
    return {_text(name): value for name, value in zip(parts[::2], parts[1::2], strict=True)}


def _coalesce(*parts: Any) -> Any:
    return next((part for part in parts if part is not None), None)


def _from_base64(text: Any) -> str:
    return base64.b64decode(_text(text), validate=True).decode()


def _parsed(text: Any) -> Any:
    return json_text.parse(_text(text)).value


FUNCTIONS: Final[Mapping[str, Function]] = {
    "add": lambda first, second: _bounded(_number(first) + _number(second)),
    "and": lambda *values: all(list(map(_truth, values))),
    "array": lambda value: value if isinstance(value, list) else [value],
    "base64": lambda text: base64.b64encode(_text(text).encode()).decode(),
    "base64tojson": lambda text: _parsed(_from_base64(text)),
    "base64tostring": _from_base64,
    "bool": _boolean,
    "coalesce": _coalesce,
    "concat": _concat,
    "contains": _contains,
    "createarray": lambda *values: list(values),
    "createobject": _create_object,
    "div": _divide,
    "empty": _empty,
    "endswith": lambda text, end: _text(text).casefold().endswith(_text(end).casefold()),
    "equals": _equals,
    "false": lambda: False,
    "first": _first,
    "flatten": lambda lists: [item for inner in _listed(lists) for item in _listed(inner)],
    "format": _format,
    "greater": lambda first, second: first > second,
    "greaterorequals": lambda first, second: first >= second,
    "indexof": lambda text, part: _text(text).casefold().find(_text(part).casefold()),
    "int": _integer,
    "intersection": _intersection,
    "items": lambda holder: [{"key": name, "value": holder[name]} for name in sorted(holder)],
    "join": _join,
    "json": _parsed,
    "last": _last,
    "lastindexof": lambda text, part: _text(text).casefold().rfind(_text(part).casefold()),
    "length": _length,
    "less": lambda first, second: first < second,
    "lessorequals": lambda first, second: first <= second,
    "max": lambda *values: max(_numbers(values)),
    "min": lambda *values: min(_numbers(values)),
    "mod": _remainder,
    "mul": lambda first, second: _bounded(_number(first) * _number(second)),
    "not": lambda value: not _truth(value),
    "null": lambda: None,
    "or": lambda *values: any(list(map(_truth, values))),
    "padleft": _pad_left,
    "range": _range,
    "replace": _replace,
    "skip": _skip,
    "split": _split,
    "startswith": lambda text, start: _text(text).casefold().startswith(_text(start).casefold()),
    "string": _string,
    "sub": lambda first, second: _bounded(_number(first) - _number(second)),
    "substring": _substring,
    "take": _take,
    "tolower": lambda text: _text(text).lower(),
    "toupper": lambda text: _text(text).upper(),
    "trim": lambda text: _text(text).strip(),
    "true": lambda: True,
    "union": _union,
}
"""What can be computed from the text alone, by folded name."""
