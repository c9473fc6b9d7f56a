"""JSON text: read strictly, every fault with its place and cure, and repaired where the intent is plain.

Standard JSON parsers name a place but no cure, keep the last of two members of one name in silence, and fail deep
down on deep nesting. General repair libraries guess. This reader does neither: strict reading accepts JSON and nothing
else; with `repair=True` a short list of slips is mended, each with a note that is shown before anything is accepted.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NoReturn

from .paths import MAX_DEPTH, Path

MAX_SIZE: Final = 1_000_000
"""Longest text that is read, in characters: about 1 MB, ten times the largest scale set."""

MAX_REPAIRS: Final = 500
"""A text with more slips than this is not JSON with slips."""

_LARGEST: Final = 2**63


class JSONTextError(ValueError):
    """A text that is not JSON.

    message: what is wrong and how to cure it; it never repeats a value, so it may be logged. line, column: the place,
    counted from 1. excerpt: the line around the place, and a second line whose `^` marks it; it may hold what a person
    typed, so it is shown to that person only. expected: what JSON would have there.
    """

    def __init__(
        self, message: str, line: int = 1, column: int = 1, excerpt: str = "", expected: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.excerpt = excerpt
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Repair:
    """One slip that was mended: where, and what was done."""

    line: int
    message: str


class SourceText:
    """A text and its lines. first_line: the number of its first one, where it is a piece of a longer text."""

    def __init__(self, content: str, first_line: int = 1) -> None:
        self.content = content
        self.first_line = first_line

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.content))]

    def _start(self, offset: int) -> int:
        """Where the line that holds the character begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line(self, offset: int) -> int:
        """The number of the line that holds the character, from 1."""
        return bisect_right(self._starts, offset) + self.first_line - 1

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        return self.line(offset), offset - self._start(offset) + 1

    def excerpt(self, offset: int, width: int = 48) -> str:
        """The line around the character, and a line below with `^` under it."""
        start = self._start(offset)
        ends = _LINE_END.search(self.content, start)
        end = ends.start() if ends else len(self.content)
        left = max(start, offset - width)
        before = ("…" if left > start else "") + self.content[left:offset]
        after = self.content[offset : min(end, offset + width)] + ("…" if end > offset + width else "")
        return f"{_printable(before + after)}\n{' ' * len(before)}^"

    def error(self, message: str, offset: int, expected: str = "") -> JSONTextError:
        """The fault at a character."""
        return JSONTextError(message, *self.place(offset), self.excerpt(offset), expected)


_LINE_END = re.compile(r"\r\n|\n|\r")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060\ud800-\udfff\ufeff]")


def _printable(piece: str) -> str:
    """The piece with every control or invisible character shown as one visible character."""
    return _UNPRINTABLE.sub(
        lambda found: chr(0x2400 + ord(found[0])) if ord(found[0]) < 32 else "\N{OPEN BOX}", piece
    )


class Parsed:
    """What a text says. value: the JSON value. notes: the repairs, empty after strict reading.

    Places are known as long as `value` is not changed in place. aside: values that were read and left out.
    """

    def __init__(
        self,
        value: Any,
        notes: tuple[Repair, ...],
        text: SourceText,
        places: dict[int, Any],
        aside: list[Any],
    ) -> None:
        self.value = value
        self.notes = notes
        self._text = text
        self._places = places
        # Places are found by identity, so what has any must live as long as they do.
        self._copies: list[Any] = aside

    def with_repair(self, note: Repair) -> Parsed:
        """The same, with one more thing mended."""
        return Parsed(self.value, (note, *self.notes), self._text, self._places, self._copies)

    def stands_for(self, copy: Any, original: Any, renames: Mapping[str, str] = MappingProxyType({})) -> None:
        """Makes the places of an object's or list's members known for a changed copy of it too."""
        places = self._places.get(id(original))
        if places is not None:
            if renames:
                places = {renames.get(name, name): offset for name, offset in places.items()}
            self._copies.append(copy)
            self._places[id(copy)] = places

    def line_in(self, holder: Any, step: str | int) -> int | None:
        """The line of a member of an object, or of an item of a list, of this very value."""
        places = self._places.get(id(holder))
        try:
            return self._text.line(places[step]) if places is not None else None
        except (LookupError, TypeError):
            return None

    def line(self, path: Path) -> int | None:
        """The line where the member's name or the list item begins, None where the text has none."""
        holder = self.value
        for step in path[:-1]:
            try:
                holder = holder[step]
            except (LookupError, TypeError):
                return None
        return self.line_in(holder, path[-1]) if path else self._text.first_line


def parse(text: str, *, repair: bool = False, first_line: int = 1) -> Parsed:
    """The JSON value of a text. Raises JSONTextError, and nothing else, for a text that is none.

    first_line: the number of the text's first line, where it is a piece of a longer one.
    repair: mend a missing or a trailing comma, curly quotes that delimit a string, `{ { ... } }` where a list is meant,
    comments, invisible characters between tokens, line breaks and tabs in texts, a name given twice with the same value,
    and the `...` that ends a truncated fragment; each with a note.
    """
    if len(text) > MAX_SIZE:
        message = f"The text has {len(text):,} characters; at most {MAX_SIZE:,} (about 1 MB) are read."
        raise JSONTextError(message, expected="a shorter text")
    return _Parser(SourceText(text, first_line), repair=repair).parsed()


def fault(text: str) -> str:
    """Why a text that was typed where an object belongs is none, with its place. The text is not repeated."""
    try:
        parse(text)
    except JSONTextError as error:
        return f"Line {error.line}, column {error.column}: {error.message}"
    return "This is not an object: put braces around names and values."


def decode(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, or UTF-16 with a byte order mark. Raises JSONTextError."""
    if len(content) > 4 * MAX_SIZE:
        raise JSONTextError(
            f"The file has {len(content):,} bytes; at most {MAX_SIZE:,} are read.", expected="a smaller file"
        )
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = SourceText(content[: error.start].decode(encoding, "replace"))
        line, column = before.place(len(before.content))
        message = "The file is not text in UTF-8. Save it as UTF-8 and upload it again."
        raise JSONTextError(
            message, line, column, before.excerpt(len(before.content)), "text in UTF-8"
        ) from None


# ----------------------------------------------------------------------------------------------------------- the parser

_QUOTES: Final = "“”„‟"
_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
        "(?P<plain>[^"\\\x00-\x1f]*)"
      | (?P<mark>[{}\[\]:,])
      | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z_.+\-])
      | (?P<word>true|false|null)(?![0-9A-Za-z_])
      | "(?P<escaped>[^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)+)"
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_BLANK = re.compile(r"[ \t\n\r]*")
_OPEN_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)*')
_LONG = re.compile(
    r'"([^"\\\x00-\x08\x0b\x0c\x0e-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x08\x0b\x0c\x0e-\x1f]*)*)"'
    r"[ \t\r\n]*([,:}\]]|//|/\*|\Z)"
)
_CURLED = re.compile(
    rf'["{_QUOTES}]([^"{_QUOTES}\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"{_QUOTES}\\\x00-\x1f]*)*)["{_QUOTES}]'
    r"(?=[ \t]*(?:[,:}\]\r\n]|//|/\*|\Z))"
)
_CURLY = re.compile(f"[{_QUOTES}]")
_COMMENT = re.compile(r"//[^\n\r]*|/\*.*?\*/", re.DOTALL)
_INVISIBLE = re.compile("[\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\x0b\x0c\x85]+")
_NUMBER_LIKE = re.compile(r"[+\-.]?[0-9][0-9A-Za-z_.+\-]*")
_WORD_LIKE = re.compile(r"-?[^\W\d][\w.\-]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_WORDS: Final = {"true": True, "false": False, "null": None}
_STARTS_A_VALUE: Final = frozenset(("{", "[", "string", "scalar"))

_Step = Callable[[], Any]
"""A step answers the next step, None at the end; a recursive type would say so, but mypy cannot follow it."""


class _Frame:
    """An object or list that is still open. places: where each member's name or item begins.

    again: where the name at hand stands a second time, None where it does not.
    """

    __slots__ = ("again", "closer", "name", "opened", "places", "value")

    def __init__(self, value: Any, places: Any, closer: str, opened: int) -> None:
        self.value = value
        self.places = places
        self.closer = closer
        self.opened = opened
        self.name = ""
        self.again: int | None = None


class _Parser:
    """One pass over the text. Each step takes a token and answers the next step, so nesting costs no stack."""

    def __init__(self, text: SourceText, *, repair: bool) -> None:
        self.content = text.content
        self.text = text
        self.repair = repair
        self.repairs: list[Repair] = []
        self.frames: list[_Frame] = []
        self.places: dict[int, Any] = {}
        self.aside: list[Any] = []
        self.root: Any = None
        self.expected = "an object, starting with {"
        # The token at hand: its kind (a mark, "string", "scalar", "...", "end"), value, and where it starts and ends.
        self.kind = ""
        self.token: Any = None
        self.start = 0
        self.end = 0

    def parsed(self) -> Parsed:
        self._refuse_surrogates()
        step: _Step | None = self._first
        while step is not None:
            step = step()
        return Parsed(self.root, tuple(self.repairs), self.text, self.places, self.aside)

    # What may come next.

    def _first(self) -> Any:
        self._take()
        if self.kind == "end":
            self._fault("There is no text. Paste a JSON object.", self.start)
        return self._value()

    def _next_value(self) -> Any:
        """A value must follow: after a colon, or after a comma in a list."""
        self.expected = "a value"
        comma = self.start
        listed = self.content[comma] == ","
        self._take()
        if listed and self.kind == self.frames[-1].closer:
            return self._trailing_comma(comma)
        if listed and self.kind == "...":
            return self._truncated()
        return self._value()

    def _first_item(self) -> Any:
        self.expected = "a value or ]"
        self._take()
        if self.kind == "]":
            return self._close()
        if self.kind == "...":
            return self._truncated()
        return self._value()

    def _first_name(self) -> Any:
        self.expected = "a name in quotes, or }"
        self._take()
        if self.kind == "}":
            return self._close()
        if self.kind == "{":
            return self._braced_list()
        return self._name()

    def _next_name(self) -> Any:
        """A name must follow the comma."""
        self.expected = "a name in quotes"
        comma = self.start
        self._take()
        if self.kind == "}":
            return self._trailing_comma(comma)
        return self._name()

    def _name(self) -> Any:
        if self.kind == "...":
            return self._truncated()
        if self.kind != "string":
            self._misplaced("A name in straight double quotes belongs here.")
        frame = self.frames[-1]
        frame.name = self.token
        if self.token in frame.places:
            frame.again = self.start
            if not self.repair:
                self._given_twice(frame, self.start)
        frame.places.setdefault(self.token, self.start)
        self.expected = "a colon"
        self._take()
        if self.kind != ":":
            self._misplaced(f"A colon belongs between “{_short(frame.name)}” and its value.")
        return self._next_value

    def _value(self) -> Any:
        """The token at hand is a value or begins one."""
        kind = self.kind
        if kind in ("string", "scalar"):
            return self._put(self.token, self.start)
        if kind in ("{", "["):
            if len(self.frames) >= MAX_DEPTH:
                self._fault(f"This is nested more than {MAX_DEPTH} levels deep.", self.start, "less nesting")
            if kind == "{":
                self.frames.append(_Frame({}, {}, "}", self.start))
                return self._first_name
            self.frames.append(_Frame([], [], "]", self.start))
            return self._first_item
        return self._misplaced("A value is missing here.")

    def _after(self) -> Any:
        """A value ended."""
        if not self.frames:
            return self._nothing_more()
        frame = self.frames[-1]
        self.expected = f"a comma or {frame.closer}"
        before, kind_before = self.end, self.kind
        self._take()
        kind = self.kind
        if kind == ",":
            return self._next_name if isinstance(frame.value, dict) else self._next_value
        if kind == frame.closer:
            return self._close()
        if kind == "...":
            return self._truncated()
        if self._begins_the_next(frame):
            line = self.text.line(before - 1)
            if not self.repair:
                self._fault(f"A comma is missing on line {line}, after this value.", self.start)
            if self._plainly_the_next(frame, before, kind_before):
                self._repair(before - 1, "Added the missing comma at the end of a value.")
                return self._name() if isinstance(frame.value, dict) else self._value()
        return self._misplaced(f"A comma or {frame.closer} belongs here.")

    def _nothing_more(self) -> Any:
        self.expected = "the end of the text"
        line = self.text.line(max(self.end - 1, 0))
        self._take()
        if self.kind == "end":
            return None
        if self.kind in ("}", "]"):
            self._fault(f"One {self.kind} too many: everything was closed on line {line}.", self.start)
        return self._fault(f"The JSON ends on line {line}. Remove what follows it.", self.start)

    # Building the value.

    def _put(self, value: Any, offset: int) -> Any:
        if not self.frames:
            self.root = value
        else:
            frame = self.frames[-1]
            if frame.again is not None:
                self._put_again(frame, value)
            elif isinstance(frame.value, dict):
                frame.value[frame.name] = value
            else:
                frame.value.append(value)
                frame.places.append(offset)
        return self._after

    def _close(self) -> Any:
        frame = self.frames.pop()
        self.places[id(frame.value)] = frame.places
        return self._put(frame.value, frame.opened)

    # Repairs of structure.

    def _put_again(self, frame: _Frame, value: Any) -> None:
        """The value of a name that the object has already: left out where it is the same."""
        again = frame.again
        assert again is not None
        frame.again = None
        if json.dumps(frame.value[frame.name], sort_keys=True) != json.dumps(value, sort_keys=True):
            self._given_twice(frame, again)
        self.aside.append(value)
        lines = self._both_lines(frame, again)
        self._repair(again, f"“{_short(frame.name)}” is given {lines}, with the same value. Kept it once.")

    def _given_twice(self, frame: _Frame, again: int) -> NoReturn:
        lines = self._both_lines(frame, again)
        message = f"“{_short(frame.name)}” is given {lines}, in the same object. Remove one of the two."
        self._fault(message, again, "a name that the object does not have yet")

    def _both_lines(self, frame: _Frame, again: int) -> str:
        first, second = self.text.line(frame.places[frame.name]), self.text.line(again)
        return f"twice on line {first}" if first == second else f"on line {first} and again on line {second}"

    def _trailing_comma(self, comma: int) -> Any:
        if not self.repair:
            self._fault(
                f"Nothing follows this comma before {self.kind}. Remove the comma.", comma, self.expected
            )
        self._repair(comma, "Removed a comma that nothing follows.")
        return self._close()

    def _braced_list(self) -> Any:
        frame = self.frames[-1]
        message = "A list is written in square brackets: [ { ... } ], not { { ... } }."
        if not self.repair:
            self._fault(message, frame.opened, "[")
        self._repair(frame.opened, "Read { { ... } } as a list, which is written [ { ... } ].")
        frame.value, frame.places = [], []
        return self._value()

    def _truncated(self) -> Any:
        """An ellipsis: mended where it ends the text, since nothing else can stand for what was left out."""
        last = _BLANK.fullmatch(self.content, self.end) is not None
        if not (self.repair and last and self.frames):
            self._dots()
        count = len(self.frames)
        closed = "the open brace was closed" if count == 1 else f"the {count} open braces were closed"
        self._repair(self.start, f"The text is cut off by ... here: {closed}. What followed is not known.")
        self.end = len(self.content)
        while self.frames:
            self._close()
        return self._nothing_more

    def _dots(self) -> NoReturn:
        cure = "Write what it stands for, or remove it."
        self._fault(f"The three dots stand for something that was left out. {cure}", self.start)

    def _begins_the_next(self, frame: _Frame) -> bool:
        """Whether the token at hand looks like the next member or item, so that only a comma is missing."""
        if isinstance(frame.value, dict):
            follows = _BLANK.match(self.content, self.end)
            return (
                self.kind == "string" and follows is not None and self.content.startswith(":", follows.end())
            )
        return self.kind in _STARTS_A_VALUE

    def _plainly_the_next(self, frame: _Frame, before: int, kind_before: str) -> bool:
        """Whether nothing but a comma can be meant: `1 000` may be one number, `"a""b"` one text with a quote."""
        if kind_before in ("}", "]") or self.kind in ("{", "["):
            return True
        if self.start == before:
            return False
        if isinstance(frame.value, list) and kind_before == "scalar" and self.kind == "scalar":
            return self.text.line(before - 1) != self.text.line(self.start)
        return True

    def _repair(self, offset: int, message: str) -> None:
        if len(self.repairs) >= MAX_REPAIRS:
            self._fault(
                f"More than {MAX_REPAIRS} places need repair: this is not JSON with a few slips.", offset
            )
        self.repairs.append(Repair(self.text.line(offset), message))

    # Tokens.

    def _take(self) -> None:
        """Moves to the next token."""
        while (found := _TOKEN.match(self.content, self.end)) is None:
            if self._take_odd():
                return
        group = found.lastgroup
        self.end = found.end()
        if group == "mark":
            self.kind = self.token = found["mark"]
            self.start = self.end - 1
        elif group == "plain":
            self.kind, self.token = "string", found["plain"]
            self.start = found.start("plain") - 1
            if self.repair and not self.token.isascii():
                self._reconsider()
        elif group == "number":
            self.kind, self.start = "scalar", found.start("number")
            self.token = self._number(found["number"])
        elif group == "word":
            self.kind, self.token, self.start = "scalar", _WORDS[found["word"]], found.start("word")
        elif group == "escaped":
            self.kind, self.start = "string", found.start("escaped") - 1
            self.token = self._unescaped(self.start + 1, self.end - 1)
            if self.repair:
                self._reconsider()
        else:
            self.kind, self.token, self.start = "end", None, self.end

    def _number(self, written: str) -> int | float:
        if written.lstrip("-").isdigit():
            if len(written) <= 20 and -_LARGEST <= (whole := int(written)) < _LARGEST:
                return whole
            return self._fault("This number is too large: whole numbers have at most 64 bits.", self.start)
        number = float(written)
        if math.isinf(number):
            self._fault("This number is too large.", self.start)
        return number

    def _unescaped(self, start: int, end: int) -> str:
        """The text of a string that holds escapes."""
        half: re.Match[str] | None = None  # the first half of a character outside the basic plane
        for found in _ESCAPE.finditer(self.content, start, end):
            code = int(found[1], 16) if found[1] else 0
            if found[2] is not None and found[2] not in '"\\/bfnrt':
                self._fault(
                    r"This is no escape of JSON. A backslash itself is written \\.",
                    found.start(),
                    r"\" \\ \/ \b \f \n \r \t or \u and four hexadecimal digits",
                )
            if found[1] and not code:
                self._fault("NUL characters cannot be kept. Remove this one.", found.start())
            if half is not None:
                if half.end() != found.start() or not 0xDC00 <= code <= 0xDFFF:
                    self._half_a_character(half.start())
                half = None
            elif 0xD800 <= code <= 0xDBFF:
                half = found
            elif 0xDC00 <= code <= 0xDFFF:
                self._half_a_character(found.start())
        if half is not None:
            self._half_a_character(half.start())
        return str(json.loads(f'"{self.content[start:end]}"', strict=False))

    def _take_odd(self) -> bool:
        """Moves past what is not JSON where a repair allows it, else raises. Answers whether that made a token."""
        blank = _BLANK.match(self.content, self.end)
        self.start = start = blank.end() if blank is not None else self.end
        here = self.content[start]
        if here == '"' and self.repair and self._take_long(start):
            pass
        elif here == '"' or here in _QUOTES:
            self._take_curled(start)
        elif self.content.startswith(("//", "/*"), start):
            self._skip_comment(start)
            return False
        elif _INVISIBLE.match(here):
            self._skip_invisible(start)
            return False
        elif here == "…" or self.content.startswith("...", start):
            self.kind, self.token, self.end = "...", None, start + (1 if here == "…" else 3)
        else:
            self._fault(*_not_json(self.content, start), self.expected)
        return True

    def _skip_comment(self, start: int) -> None:
        found = _COMMENT.match(self.content, start)
        if found is None:
            self._fault("The comment that starts here has no end.", start, "*/")
        if not self.repair:
            self._fault("JSON has no comments. Remove this one.", start, self.expected)
        self._repair(start, "Left out a comment.")
        self.end = found.end()

    def _skip_invisible(self, start: int) -> None:
        found = _INVISIBLE.match(self.content, start)
        assert found is not None
        kind = "byte order mark" if self.content[start] == "\ufeff" else "space or invisible character"
        named = f"{kind} (U+{ord(self.content[start]):04X})"
        if not self.repair:
            self._fault(f"There is a {named} that JSON does not have. Remove it.", start, self.expected)
        self._repair(start, f"Left out a {named}.")
        self.end = found.end()

    def _take_long(self, start: int) -> bool:
        """Takes a text with line breaks or tabs in it, as templates have them. Answers whether this is one.

        A text whose closing quote is missing runs on to the next quote as well; what follows there tells them apart.
        """
        found = _LONG.match(self.content, start)
        if found is None or _CURLED.match(self.content, start) is not None:
            return False
        broken = "\n" in found[1] or "\r" in found[1]
        if found[2] == ":" and broken:
            return False
        self._repair(start, "Kept the line breaks in a text." if broken else "Kept the tabs in a text.")
        self.kind, self.start, self.end = "string", start, found.end(1) + 1
        self.token = self._unescaped(*found.span(1)).replace("\r\n", "\n")
        return True

    def _take_curled(self, start: int) -> None:
        """A string with a curly quote at an end, or one that is broken."""
        found = _CURLED.match(self.content, start) if self.repair else None
        if found is None:
            self._broken_string(start)
        self._uncurl(found, start)

    def _uncurl(self, found: re.Match[str], start: int) -> None:
        self._repair(start, "Replaced the curly quotes around a text with straight ones.")
        self.kind, self.start, self.end = "string", start, found.end()
        self.token = self._unescaped(*found.span(1))

    def _reconsider(self) -> None:
        """A string that ends in a curly quote runs on to the next straight one: `"a”, "b"` holds `a”, `.

        What follows such a string makes no sense. When the text up to its first curly quote does, that is the string.
        """
        if _CURLY.search(self.content, self.start, self.end) is None:
            return
        blank = _BLANK.match(self.content, self.end)
        assert blank is not None
        if self.content[blank.end() : blank.end() + 1] in ("", ",", ":", "}", "]", '"', "/"):
            return
        found = _CURLED.match(self.content, self.start)
        if found is not None:
            self._uncurl(found, self.start)

    # Faults.

    def _fault(self, message: str, offset: int, expected: str = "") -> NoReturn:
        raise self.text.error(message, offset, expected or self.expected)

    def _misplaced(self, message: str) -> NoReturn:
        """The token at hand does not belong here."""
        if self.kind == "end":
            frame = self.frames[-1]
            opener = self.content[frame.opened]
            line = self.text.line(frame.opened)
            self._fault(
                f"The text ends while the {opener} of line {line} is still open. Add {frame.closer}.",
                self.start,
            )
        if self.kind == "...":
            self._dots()
        if self.kind == ",":
            message = "One comma too many. Remove it, or write what belongs before it."
        if self.kind in ("}", "]") and self.frames:
            frame = self.frames[-1]
            opener, line = self.content[frame.opened], self.text.line(frame.opened)
            if self.kind != frame.closer:
                message = f"This {self.kind} does not close the {opener} of line {line}, which needs {frame.closer}."
        self._fault(message, self.start)

    def _broken_string(self, start: int) -> NoReturn:
        here = self.content[start]
        if here != '"':
            message = f'{here} is a curly quote. JSON has straight ones ("), at both ends of a text.'
            self._fault(message, start, '"')
        opened = _OPEN_STRING.match(self.content, start)
        stop = opened.end() if opened is not None else start
        broken = self.content[stop : stop + 1]
        if broken == "\\" and stop + 1 < len(self.content):
            stop += 1
            broken = self.content[stop]
        if broken in ("", "\\", "\n", "\r"):
            curly = _CURLY.search(self.content, start, stop)
            if curly is not None:
                message = f'This text ends in a curly quote ({curly[0]}), which JSON does not know. Write a straight one (").'
                self._fault(message, curly.start(), '"')
            self._fault("The text that starts here is not closed on its line.", start, 'a closing "')
        if broken == "\0":
            self._fault("NUL characters cannot be kept. Remove this one.", stop)
        message = f"A control character (U+{ord(broken):04X}) stands in a text. Write it as {json.dumps(broken)[1:-1]}."
        self._fault(message, stop, "a printable character")

    def _refuse_surrogates(self) -> None:
        try:
            self.content.encode()
        except UnicodeEncodeError as error:
            self._half_a_character(error.start)

    def _half_a_character(self, offset: int) -> NoReturn:
        message = "This is half of a character: a surrogate without its other half. Remove it."
        self._fault(message, offset, "a whole character")


def _not_json(content: str, start: int) -> tuple[str, int]:
    """Message and place for a character that begins no token of JSON."""
    here = content[start]
    if here == "\0":
        return "NUL characters cannot be kept. Remove this one.", start
    if here in "'`\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}":
        return (
            f'{here} is no quote of JSON. Texts and names are written in straight double quotes (").',
            start,
        )
    number = _NUMBER_LIKE.match(content, start)
    if number is not None:
        return _not_a_number(number[0]), start
    word = _WORD_LIKE.match(content, start)
    if word is not None:
        return _not_a_word(word[0]), start
    if here == "#":
        return "JSON has no comments. Remove this one.", start
    if here == "=":
        return "A name and its value are joined by a colon, not by =.", start
    if here == ";":
        return "Members and items are separated by commas, not by ;.", start
    if here in "({<":
        return f"JSON has no {here}. Objects are written in {{ }}, lists in [ ].", start
    if not here.isprintable():
        return f"There is a control character (U+{ord(here):04X}). Remove it.", start
    return f"“{here}” begins nothing that JSON knows.", start


def _not_a_number(written: str) -> str:
    if re.match(r"-?0[0-9]", written):
        return "A number does not begin with 0. Remove the zero, or write the value in quotes."
    if written[0] == "+":
        return "A number has no plus sign in JSON."
    if written[0] == "." or re.match(r"-?[0-9]+\.(?![0-9])", written):
        return "A decimal point needs a digit on both sides."
    return "This is no number of JSON. Write it in digits, or as text in quotes."


def _not_a_word(written: str) -> str:
    if written.lstrip("-") in ("NaN", "Infinity"):
        return f"JSON has no {written.lstrip('-')}: only finite numbers can be written."
    if written.lower() in ("true", "false", "null"):
        return f"This word is written {written.lower()}, in small letters."
    if written == "None":
        return "Nothing is written null in JSON."
    return 'A word without quotes. Names and texts are written in straight double quotes ("); bare words are true, false, null.'


def _short(name: str, limit: int = 60) -> str:
    return name if len(name) <= limit else name[: limit - 1] + "…"
