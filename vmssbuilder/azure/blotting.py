"""Secrets blotted out of what Azure says, before it is kept: whole, in parts, line by line, and in other spellings.

Azure quotes what it refuses: in JSON, in JSON inside of JSON, in addresses, in base64, or the beginning alone. So a text
is looked at as it stands and as it reads once its escapes are taken away, again and again until none is left; base64 is
looked for as base64. What every script has, and addresses that anybody may know, stay readable.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import zlib
from base64 import b64decode, b64encode
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, TypeVar

from vmssbuilder.scaleset import secrets

_Value = TypeVar("_Value")

SHORTEST: Final = 4
"""Shorter texts inside free JSON ("on", "1") are not blotted out: what Azure says would become unreadable."""

PART: Final = 12
"""Characters of a secret without spaces that give away too much, wherever in it they stand."""

_SHORTEST_NUMBER: Final = 6
_SHORTEST_LINE: Final = 8
_SHORTEST_CORE: Final = 6
"""Characters of base64: four letters of it can be any word's."""

_GRAM: Final = PART // 2
"""Each part of PART characters holds one of the secret's grams, which are taken at every _GRAM-th character."""

_MOST_LOOKED_UP: Final = 20_000
_MOST_LENGTHS: Final = 50
_LEVELS: Final = 6
"""Escapes in escapes that are taken away."""
_LONGEST_UNPACKED: Final = 1_000_000
_DEEPEST: Final = 3
"""Texts in texts: base64 in a script in base64."""

_EVERYDAY: Final = frozenset(
    "true false null none auto default enabled disabled always never prod production test linux windows".split()
)
"""Values that say nothing, and stand in many sentences."""

_EVERY_SCRIPT: Final = re.compile(
    r"#!\s?/[\w/ -]+|#cloud-config|(?:sudo )?(?:apt|apt-get|yum|dnf|zypper|apk)(?: -[\w-]+)*(?: (?:update|upgrade|install|clean))?(?: -[\w-]+)*"
    r"|set [-+][a-z]+(?: [a-z]+)?|[\w-]+:(?: (?:true|false))?|(?:exit|return) \d|export DEBIAN_FRONTEND=noninteractive|[-=#*\s]+"
)
_PLAIN: Final = re.compile(
    r"--?[A-Za-z][a-z-]*|[A-Za-z]?[a-z]+\d?(?:[-_.][A-Za-z]?[a-z]+\d?)*|(?:https?|ftp)://[\w.-]+(?::\d+)?(?:/[\w.~/-]*)?|[~.]?(?:/[\w.-]+)+/?"
)
"""A word that anybody may read: an option, a package, a host, an address without a query, a path."""
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\.(?:com|net|org|io|us|cn|dev)")
_RANDOM: Final = re.compile(r"(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{16,}")
_PAIRS: Final = re.compile(r"[\w .-]+=[^;]*(?:;[\w .-]+=[^;]*)+;?")
_ADDRESS: Final = re.compile(r"\w+://")
_NAMED: Final = re.compile(
    r"(?i)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|account[-_]?key|sig|credentials?)"
    r"[\w-]{0,20}[\"']?\s{0,3}[=:\s]\s{0,3}[\"']?([^\s\"']{4,})"
)
_USER_INFO: Final = re.compile(r"//[^\s/:@]*:([^\s/@]{4,})@")
_IN_ADDRESS: Final = re.compile(r"[/?&#=@:]+")
_BETWEEN_WORDS: Final = re.compile(r"[\s\"'`=;,()<>|&{}\[\]]+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")

_ESCAPE: Final = re.compile(
    r"\\(?:u[0-9a-fA-F]{4}|[\"'\\/bfnrt])|(?:%[0-9a-fA-F]{2})+|&(?:quot|apos|amp|lt|gt|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});"
)
_MEANT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Blotter:
    """What must not be told of one request, made once for all that Azure says of it."""

    def __init__(self, clear: Any) -> None:
        """clear: the request's document with its secrets in clear."""
        self._literals: set[str] = set()
        self._parts: dict[str, None] = {}
        self._seen: set[str] = set()
        for _path, value in secrets.find(clear):
            for text in _texts(value):
                self._take(text)
        self._index()

    def clean(self, value: _Value) -> _Value:
        """A copy of the JSON value with each secret in its texts replaced by asterisks."""
        known: dict[str, str] = {}

        def cleaned(inner: Any) -> Any:
            if isinstance(inner, str):
                if inner not in known:
                    known[inner] = self._cleaned(inner)
                return known[inner]
            if isinstance(inner, dict):
                return {name: cleaned(each) for name, each in inner.items()}
            if isinstance(inner, list):
                return [cleaned(each) for each in inner]
            return inner

        made: _Value = cleaned(value) if self._firsts else value
        return made

    # --- what is looked for ------------------------------------------------------------------------------------------

    def _take(self, text: str, depth: int = 0) -> None:
        """Everything that gives a secret away."""
        if len(text) < SHORTEST or text.casefold() in _EVERYDAY or text in self._seen:
            return
        self._seen.add(text)
        self._add(text)
        for core in _cores(text):
            self._literals.add(core)
            self._parts[core] = None
        if depth < _DEEPEST:
            for inner in _inside(text):
                self._take(inner, depth + 1)
        if any(map(str.isspace, text.strip())):
            self._take_script(text, depth)
        elif _PAIRS.fullmatch(text):
            for pair in text.split(";"):
                self._take_word(pair.partition("=")[2], depth)
        elif _ADDRESS.match(text) or _HOST.fullmatch(text):
            self._take_word(text, depth)
        elif len(text) >= PART:
            self._parts[text] = None

    def _take_script(self, text: str, depth: int) -> None:
        for line in map(str.strip, text.splitlines()):
            if len(line) >= _SHORTEST_LINE and not _EVERY_SCRIPT.fullmatch(line):
                self._add(line)
        for found in (*_NAMED.finditer(text), *_USER_INFO.finditer(text)):
            if not _PLAIN.fullmatch(found[1]) or found[1].isalpha():
                self._add(found[1])
                self._take_word(found[1], depth)
        for word in set(_BETWEEN_WORDS.split(text)):
            if len(word) >= PART:
                self._take_word(word, depth)
        # A password with signs in it is one word all the same.
        for word in set(text.split()):
            if len(word) >= PART and not _BETWEEN_WORDS.search(word.strip("\"'")):
                self._take_word(word.strip("\"'"), depth)

    def _take_word(self, word: str, depth: int) -> None:
        """The parts of a text without spaces. Of an address only what is not for everybody."""
        if len(word) < SHORTEST:
            return
        if _PLAIN.fullmatch(word) or _ADDRESS.match(word):
            head, _, query = word.partition("?")
            secret = [
                piece for piece in _IN_ADDRESS.split(query) if len(piece) >= PART and not piece.isalpha()
            ]
            secret += [found[1] for found in _USER_INFO.finditer(head)]
            secret += [piece for piece in head.split("/") if _RANDOM.fullmatch(piece)]
            for piece in secret:
                self._add(piece)
                self._parts[piece] = None
        elif len(word) >= PART:
            self._add(word)
            self._parts[word] = None
            if depth < _DEEPEST:
                for inner in _inside(word):
                    self._take(inner, depth + 1)

    def _add(self, text: str) -> None:
        """A text that is looked for as a whole, also as it reads without its own escapes."""
        for each in {text, text.replace(" ", "+"), _read(text)}:
            if len(each) >= SHORTEST:
                self._literals.add(each)

    def _index(self) -> None:
        """What makes looking for all of it one pass."""
        self._lengths: dict[str, list[int]] = {}
        self._long: dict[str, list[int]] = {}
        for text in sorted(self._literals, key=len):
            lengths = (
                self._lengths.setdefault(text[:SHORTEST], [])
                if len(text) < PART
                else self._long.setdefault(text[:PART], [])
            )
            if len(text) not in lengths:
                lengths.append(len(text))
        for start, lengths in self._long.items():
            if len(lengths) > _MOST_LENGTHS:
                # A thousand lines that begin alike: that beginning is then enough.
                self._literals.add(start)
                del lengths[:-_MOST_LENGTHS]
                lengths.insert(0, PART)
        parts = [each for part in self._parts for each in {part, _read(part)} if len(each) >= PART]
        self._grams = {
            part[at : at + _GRAM] for part in parts for at in range(0, len(part) - _GRAM + 1, _GRAM)
        }
        # No text that was received holds NUL.
        self._whole = "\0".join(parts)
        self._firsts = {each[:SHORTEST] for each in (*self._lengths, *self._long, *self._grams)}

    # --- looking for it ----------------------------------------------------------------------------------------------

    def _cleaned(self, text: str) -> str:
        if len(text) < SHORTEST:
            return text
        found = self._places(text)
        reading = _Reading(text)
        for _ in range(_LEVELS):
            if not reading.go_on():
                break
            found += [reading.of(*place) for place in self._places(reading.text)]
        if not found:
            return text
        written, last = [], 0
        for start, end in _joined(found):
            written += [text[last:start], secrets.MASK]
            last = end
        return "".join([*written, text[last:]])

    def _places(self, text: str) -> list[tuple[int, int]]:
        """Where something begins and ends that must not be told."""
        found: list[tuple[int, int]] = []
        firsts, literals = self._firsts, self._literals
        known: dict[str, bool] = {}
        covered = 0
        for at in [at for at in range(len(text) - SHORTEST + 1) if text[at : at + SHORTEST] in firsts]:
            lengths = (
                *self._lengths.get(text[at : at + SHORTEST], ()),
                *self._long.get(text[at : at + PART], ()),
            )
            longest = max((each for each in lengths if text[at : at + each] in literals), default=0)
            if longest and at + longest > covered:
                covered = at + longest
                found.append((at, covered))
            if text[at : at + _GRAM] in self._grams:
                for start in range(max(0, at - _GRAM, covered - PART + 1), at + 1):
                    part = text[start : start + PART]
                    if len(part) == PART and self._is_part(part, known):
                        covered = start + PART
                        found.append((start, covered))
        return found

    def _is_part(self, part: str, known: dict[str, bool]) -> bool:
        if part not in known:
            # Too much that is nearly a secret: blotted out unseen, so that no answer takes for ever.
            known[part] = len(known) >= _MOST_LOOKED_UP or part in self._whole
        return known[part]


class _Reading:
    """A text as it reads once its escapes are taken away, level by level, and where it stood."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ways: list[tuple[list[int], list[int]]] = []

    def go_on(self) -> bool:
        """Takes away one level of escapes; whether there was any."""
        written: list[str] = []
        # Where each piece begins, here and before; escapes and what stands between them take turns.
        here, before = [0], [0]
        length = last = 0
        for found in _ESCAPE.finditer(self.text):
            meant = _meant(found[0])
            if meant == found[0]:
                continue
            written += [self.text[last : found.start()], meant]
            length += found.start() - last
            here += [length, length + len(meant)]
            before += [found.start(), found.end()]
            length += len(meant)
            last = found.end()
        if not written:
            return False
        written.append(self.text[last:])
        self.text = "".join(written)
        self._ways.append((here, before))
        return True

    def of(self, start: int, end: int) -> tuple[int, int]:
        """Where a place of the text stands in the text that was given."""
        for here, before in reversed(self._ways):
            first, last = bisect_right(here, start) - 1, bisect_right(here, end - 1) - 1
            # An escape is one whole; what stands between them has kept its length.
            start = before[first] if first % 2 else before[first] + start - here[first]
            end = before[last + 1] if last % 2 else before[last] + end - here[last]
        return start, end


def _meant(escape: str) -> str:
    """What escapes stand for."""
    if escape[0] == "%":
        return bytes.fromhex(escape.replace("%", "")).decode("utf-8", "replace")
    if escape[0] == "&":
        return html.unescape(escape)
    return chr(int(escape.removeprefix("\\u"), 16)) if escape[1] == "u" else _MEANT.get(escape[1], escape[1])


def _read(text: str) -> str:
    """The text with all levels of escapes taken away."""
    reading = _Reading(text)
    for _ in range(_LEVELS):
        if not reading.go_on():
            break
    return reading.text


def _texts(value: Any) -> Iterator[str]:
    """Every text and long number of a secret value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if len(str(value)) >= _SHORTEST_NUMBER:
            yield str(value)
    elif isinstance(value, dict) and not secrets.is_reference(value):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _inside(text: str) -> Iterator[str]:
    """The texts that a text holds: what its base64 stands for, packed or not, and the values of its JSON."""
    if _BASE64.fullmatch(packed := "".join(text.split())):
        with_padding = packed.rstrip("=").replace("-", "+").replace("_", "/")
        data = b64decode(with_padding + "=" * (-len(with_padding) % 4)) if len(with_padding) % 4 != 1 else b""
        if data[:2] == b"\x1f\x8b":
            try:
                data = zlib.decompressobj(wbits=31).decompress(data, _LONGEST_UNPACKED)
            except (zlib.error, gzip.BadGzipFile):
                data = b""
        for encoding in ("utf-8", "utf-16-le"):
            try:
                plain = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if len(plain) >= SHORTEST and all(each.isprintable() or each.isspace() for each in plain):
                yield plain
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield from _texts(json.loads(text))
        except (ValueError, RecursionError):
            return


def _cores(text: str) -> Iterator[str]:
    """What stands in base64 wherever the text is in what was encoded, also as JSON, and in the UTF-16 of PowerShell."""
    written = {text, *(json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))}
    for data in {each.encode(encoding, "replace") for each in written for encoding in ("utf-8", "utf-16-le")}:
        for shift in range(3):
            bits = (shift + len(data)) * 8
            core = b64encode(bytes(shift) + data).decode()[(0, 2, 3)[shift] : bits // 6]
            if len(core) >= _SHORTEST_CORE:
                yield core
                if "+" in core or "/" in core:
                    yield core.replace("+", "-").replace("/", "_")


def _joined(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The places in order, those that meet as one."""
    places = sorted(places)
    start, end = places[0]
    for _before, (first, last) in pairwise(places):
        if first > end:
            yield start, end
            start = first
        end = max(end, last)
    yield start, end
