"""Texts around JSON: Markdown, mail, pages, HTTP requests, commands. What in them may be a scale set's JSON, and its place.

Every step is one pass over the text, and the number of pieces is bounded, so that no text takes longer than its length
allows. Lines keep their numbers: what is taken away of a line is taken away within it.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from . import commands
from .addresses import RequestLine
from .canonical import Note
from .json_text import MAX_SIZE, JSONTextError
from .refusals import ReadingError

MAX_BLOCKS: Final = 100
"""How many pieces of a text are looked at."""

LONGEST_TITLE: Final = 140


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a text that may hold a scale set.

    content: JSON, one hopes; line: the number of its first line. title: the words above it. call: the request that carries
    it. variables: how variables without a value are written in it. around: the text it was found in. refusal: why the
    piece cannot be read, where that is known already.
    """

    content: str
    line: int
    title: str = ""
    call: RequestLine = field(default_factory=RequestLine)
    variables: frozenset[str] = frozenset()
    around: str = ""
    refusal: ReadingError | None = None


@dataclass(frozen=True, slots=True)
class _Segment:
    """Some lines of the text that belong together: those inside a Markdown fence, those between two, or all."""

    text: str
    line: int
    title: str = ""
    prose: bool = False


def blocks(text: str) -> tuple[list[Block], list[Note]]:
    """The pieces of a text, in its order, and what was done to find them. Raises JSONTextError for one that is too long."""
    if len(text) > MAX_SIZE:
        message = f"The text has {len(text):,} characters; at most {MAX_SIZE:,} (about 1 MB) are read."
        raise JSONTextError(message, expected="a shorter text")
    lines, notes = _cleaned(text)
    whole = [_Segment("\n".join(lines), 1)]
    segments = _fenced(lines)
    fenced = any(not segment.prose for segment in segments)
    found = _of_segments(segments if fenced else whole)
    if fenced and not any(block.content for block in found):
        found = _of_segments(whole)
    if len(found) > MAX_BLOCKS:
        line = found[MAX_BLOCKS].line
        notes.append(
            Note(
                "skipped",
                (),
                f"Read the first {MAX_BLOCKS} pieces only: what begins on line {line} and after it was left out.",
                line,
            )
        )
    return found[:MAX_BLOCKS], notes


def continues(text: str) -> bool:
    """Whether the JSON at the start of a text plainly goes on after its first object: a bracket too many, or too few."""
    first = next(_spans(text), None)
    if first is None:
        return True
    rest = text[first[1] :].lstrip()
    return rest[:1] in ("}", "]", ":", '"', "'", "“") or (
        rest[:1] == "," and not rest[1:].lstrip().startswith("{")
    )


# --------------------------------------------------------------------------------------------------------------- cleaning

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_QUOTED: Final = re.compile(r"[ \t]*(?:>[ \t]?)+")
_NUMBERED: Final = re.compile(r"[ \t]*(\d{1,6})(?:[ \t]*[:.|)│]|[ \t])")
_NUMBER: Final = re.compile(r"[ \t]*(\d{1,6})[ \t]*\Z")
_TAG: Final = re.compile(r"</?[A-Za-z!][^<>]{0,1000}>")
_PREFORMATTED: Final = re.compile(r"<(/?)pre\b[^<>]{0,1000}>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^<>]{0,100}>", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<(?:pre|code|span|html|body|div|br|p)\b[^<>]{0,1000}>|<!doctype", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"&(?:quot|#34|#x22);", re.IGNORECASE)
_FENCE: Final = re.compile(r"[ \t]*(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)?(`{3,}|~{3,})[ \t]*([^`]*)\Z")


def _cleaned(text: str) -> tuple[list[str], list[Note]]:
    """The lines without what copying added to them."""
    notes: list[Note] = []
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    if _MARKUP.search(text) and not any(_FENCE.match(line) for line in lines):
        lines = _without_markup(lines)
        notes.append(Note("unwrapped", (), "The text is part of a web page: its tags were left out."))
    elif _ESCAPED.search(text):
        lines = [html.unescape(line) for line in lines]
        notes.append(
            Note("unwrapped", (), "The text was escaped for a web page: read &quot; as a quote, and so on.")
        )
    if any(line.lstrip()[:1] == ">" for line in lines) and _is_quoted(lines):
        lines = [_without_mark(line) for line in lines]
        notes.append(Note("unwrapped", (), "Left out the > in front of quoted lines."))
    remarks = next(
        (mark for mark in ("#", "//") if all(line.startswith(mark) for line in lines if line.strip())), ""
    )
    if remarks and not lines[0].startswith("#!"):
        lines = [line.removeprefix(remarks) for line in lines]
        notes.append(Note("unwrapped", (), f"Left out the {remarks} in front of each line."))
    numbered = _without_numbers(lines)
    if numbered is not None:
        lines = numbered
        notes.append(Note("unwrapped", (), "Left out the line numbers that were copied along."))
    return lines, notes


def _without_markup(lines: list[str]) -> list[str]:
    """The text that a browser would show, preformatted pieces in fences. A line break in the page makes none here."""
    shown = []
    for line in lines:
        fenced = _BREAK.sub("\n", _PREFORMATTED.sub("\n```\n", line))
        shown += html.unescape(_TAG.sub("", fenced)).split("\n")
    return shown


def _is_quoted(lines: list[str]) -> bool:
    """Whether lines are quoted as in mail and Markdown, and not the trace of an HTTP client."""
    marked = [line for line in lines if line.lstrip()[:1] == ">"]
    return any(re.match(r"[ \t]*(?:>[ \t]?)+[ \t]*[{}\[\]\"`~]", line) for line in marked)


def _without_mark(line: str) -> str:
    found = _QUOTED.match(line)
    return line[found.end() :] if found is not None and ">" in found[0] else line


def _without_numbers(lines: list[str]) -> list[str] | None:
    """The lines without the numbers that an editor or a page shows beside them; None where there are none."""
    written = [line for line in lines if line.strip()]
    if len(written) < 3:
        return None
    beside = [_NUMBERED.match(line) or _NUMBER.match(line) for line in written]
    if all(beside) and _count_up([int(found[1]) for found in beside if found is not None]):
        # Where a number is all there is, the line is empty.
        return [
            _NUMBER.sub("", line) if _NUMBER.match(line) else _NUMBERED.sub("", line, count=1)
            for line in lines
        ]
    alone = [int(found[1]) for line in written if (found := _NUMBER.match(line))]
    if len(alone) >= 3 and len(alone) * 3 >= len(written) and _count_up(alone):
        return ["" if _NUMBER.match(line) else line for line in lines]
    return None


def _count_up(numbers: list[int]) -> bool:
    return all(later == earlier + 1 for earlier, later in pairwise(numbers))


# ----------------------------------------------------------------------------------------------------------------- fences


def _fenced(lines: list[str]) -> list[_Segment]:
    """The insides of Markdown fences, each under the words above it, and what stands between them."""
    found: list[_Segment] = []
    opened, title, start = "", "", 1
    inside: list[str] = []

    def close() -> None:
        if any(line.strip() for line in inside):
            found.append(_Segment("\n".join(inside), start, title if opened else "", not opened))
        inside.clear()

    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence is not None and opened and fence[1].startswith(opened) and not fence[2].strip():
            close()
            opened = title = ""
            start = number + 1
        elif fence is not None and not opened and fence[2].lstrip()[:1] not in ("{", "["):
            close()
            opened, start = fence[1], number + 1
        else:
            inside.append(line)
            if not opened and line.strip():
                title = _title(line)
    close()
    return found


_HEADER: Final = re.compile(r"[ \t]*[A-Za-z][\w-]{0,60}:[ \t]|.{0,200}\bBearer\b", re.IGNORECASE)


def _title(line: str) -> str:
    """A line of prose as a title, "" for the header of a request, which may be a credential."""
    if _HEADER.match(line):
        return ""
    words = re.sub(r"[*_`#|]+", "", line).strip().rstrip(":").strip()
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1] + "…"


# ---------------------------------------------------------------------------------------------------- pieces of a segment


def _of_segments(segments: list[_Segment]) -> list[Block]:
    """The blocks of the segments. A request without a body, in one of them, is that of the next JSON."""
    found: list[Block] = []
    waiting = RequestLine()
    for segment in segments:
        if len(found) > MAX_BLOCKS:
            break
        made = list(_of_segment(segment, waiting))
        for block in made:
            waiting = RequestLine() if block.content else block.call if block.call.address else waiting
        if not made and not segment.prose:
            made = [Block("", segment.line, segment.title, around=segment.text)]
        found += made
    return found


def _of_segment(segment: _Segment, waiting: RequestLine) -> Iterator[Block]:
    text, unknown = _with_variables(segment.text)
    ends = [found.start() for found in re.finditer("\n", text)]

    def line(offset: int) -> int:
        return segment.line + bisect_left(ends, offset)

    taken: list[tuple[int, int]] = []
    for sent in commands.sent(text):
        if sent.content or sent.refusal is not None or sent.call.method in ("PUT", "PATCH", "POST"):
            span = next(_spans(sent.content), None)
            content = (
                sent.content[: span[1]] if span and not sent.content[: span[0]].strip() else sent.content
            )
            yield Block(
                content,
                line(sent.at),
                segment.title,
                sent.call,
                sent.unknown | unknown,
                segment.text,
                sent.refusal,
            )
        elif sent.call.address:
            waiting = RequestLine("", sent.call.address)
        else:
            continue
        taken += [(sent.start, sent.end), (sent.at, sent.at + len(sent.content))]
    yield from _blocks_stated(_blanked(text, taken), segment, waiting, unknown, line)


def _blanked(text: str, taken: list[tuple[int, int]]) -> str:
    """The text without what stands in these places, all others kept: characters become blanks, lines stay."""
    pieces, at = [], 0
    for start, end in sorted(taken):
        if end > at:
            pieces += [text[at : max(start, at)], re.sub(r"[^\n]", " ", text[max(start, at) : end])]
            at = end
    return "".join((*pieces, text[at:])) if pieces else text


def _blocks_stated(
    text: str, segment: _Segment, waiting: RequestLine, unknown: frozenset[str], line: Callable[[int], int]
) -> Iterator[Block]:
    """The JSON in a text, each with the request or answer that the lines before it tell."""
    # In prose, ### begins a heading and no other request.
    marks = [mark for mark in _marks(text) if not (segment.prose and mark.what == "separator")]
    position, call, bodiless = 0, waiting, bool(waiting.address)
    for count, (start, end) in enumerate(_spans(text)):
        if count > MAX_BLOCKS:
            break
        while position < len(marks) and marks[position].at < start:
            call = marks[position].after(call)
            bodiless = True
            position += 1
        # Blanks in place of what stands before it on its line keep columns true.
        begins = text.rfind("\n", 0, start) + 1
        column = start - begins
        content = " " * column + text[start:end]
        member = _MEMBER.fullmatch(text, begins, start)
        if member is not None:
            # A member that was copied without the braces around it.
            content = " " * (member.start(1) - begins) + "{" + text[member.start(1) : end] + "}"
        title = segment.title or _title(
            text[max(0, start - 400) : start - column].strip().rpartition("\n")[2]
        )
        yield Block(content, line(start), title, call, unknown, segment.text)
        call, bodiless = RequestLine("", call.address), False
        while position < len(marks) and marks[position].at < end:
            position += 1
    for mark in marks[position:]:
        call = mark.after(call)
        bodiless = True
        if mark.what == "file" and call.method in ("PUT", "PATCH", "POST"):
            message = (
                "The body of this request is in a file, and is not part of the text. Paste what stands there."
            )
            yield Block("", line(mark.at), segment.title, call, unknown, segment.text, ReadingError(message, line(mark.at)))  # fmt: skip
    if bodiless and call.address and call != waiting:
        yield Block("", line(len(text)), segment.title, call, unknown, segment.text)


# ------------------------------------------------------------------------------------------------------------------- HTTP

_REQUEST: Final = (
    r"^[ \t]{0,40}(?:[^\w\s]{1,3}[ \t]{0,8})?(?P<method>GET|PUT|POST|PATCH|DELETE|HEAD)(?P<either>[ \t]+or[ \t]+[A-Z]+)?[ \t]+(?:(?:on|to)[ \t]+)?`?"
    r"(?P<address>(?=[^\s`]{0,2000}[/{$])[^\s`]+(?:\n[ \t]{1,40}[?&][^\s`]+)*)"
)
_MARK: Final = re.compile(
    rf"(?:{_REQUEST})"
    r"|^[ \t<]{0,40}(?P<status>HTTP/[\d.]+[ \t]+\d{3})"
    r"|^[ \t]{0,40}(?P<separator>###)"
    r"|\bRequest[ ]URL:[ \t]*'?(?P<url>[^\s']+)"
    r"|\bRequest[ ]method:[ \t]*'?(?P<verb>\w+)"
    r"|\bAbsolute[ ]Uri:\s{0,40}(?P<uri>[^\s]+)"
    r"|\bHTTP[ ]Method:\s{0,40}(?P<http>\w+)"
    r"|\b(?P<response>HTTP[ ]RESPONSE|Response[ ](?:status|content|headers))\b"
    r"|\bfetch\([ \t]*[\"'](?P<fetched>[^\"'\s]+)"
    r"|(?P<seen>/subscriptions/[^\s\"'`<>?]{1,400}/(?:virtualMachineScaleSets|deployments)/"
    r"[^\s\"'`<>?]{1,200}\?[^\s\"'`<>]{0,200})"
    r"|^(?P<file><@?[ \t]+\S+)[ \t]*$",
    re.MULTILINE,
)
_VERB: Final = re.compile(r"\b(put|patch)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something that tells of a request, or of its answer."""

    at: int
    what: str
    value: str
    address: str = ""
    either: bool = False

    def after(self, call: RequestLine) -> RequestLine:
        """What is known of the request after it."""
        if self.what == "method":
            # “PUT or PATCH” tells an address and no method.
            return RequestLine("" if self.either else self.value, re.sub(r"\s+", "", self.address))
        if self.what in ("verb", "http"):
            return RequestLine(self.value.upper(), call.address)
        if self.what in ("url", "uri", "fetched"):
            return RequestLine(call.method, self.value)
        if self.what == "seen":
            # Any program's call, its method beside the address. What was told before in so many words counts more.
            return call if call.address else RequestLine(self.address, self.value)
        if self.what in ("status", "response"):
            return RequestLine("", call.address)
        return RequestLine() if self.what == "separator" else call


def _marks(text: str) -> Iterator[_Mark]:
    for found in _MARK.finditer(text):
        what = "method" if found["method"] else found.lastgroup or ""
        if what == "seen":
            verb = _VERB.search(
                text, max(text.rfind("\n", 0, found.start()) + 1, found.start() - 80), found.start()
            )
            yield _Mark(found.start(), what, found[what], verb[0].upper() if verb is not None else "")
            continue
        yield _Mark(found.start(), what, found[what], found["address"] or "", found["either"] is not None)


_SETTING: Final = re.compile(r"^@([A-Za-z_][\w.-]*)[ \t]*=(.*)$", re.MULTILINE)
_BRACED: Final = re.compile(r"\{\{[ \t]*([A-Za-z_$][\w.$-]{0,80})[ \t]*\}\}")
_BARE: Final = re.compile(r"([:\[,][ \t]*)(\{\{[ \t]*[A-Za-z_$][\w.$-]{0,80}[ \t]*\}\})(?=[ \t]*[,}\]\n])")


def _with_variables(text: str) -> tuple[str, frozenset[str]]:
    """The text of an .http file with the variables it sets, and those that it does not set, as they are written."""
    if "{{" not in text:
        return text, frozenset()
    settings = ((name, value.strip()) for name, value in _SETTING.findall(text))
    known = {name: value for name, value in settings if not _BRACED.search(value)}
    grown = 0

    def value(found: re.Match[str]) -> str:
        nonlocal grown
        given = known.get(found[1])
        if given is None or grown + len(given) > MAX_SIZE:
            return found[0]
        grown += len(given)
        return str(given)

    text = _BRACED.sub(value, text)
    # A variable that stands for a number has no quotes around it.
    text = _BARE.sub(r'\1"\2"', text)
    return text, frozenset(found[0] for found in _BRACED.finditer(text))


# ------------------------------------------------------------------------------------------------------------------- JSON

_TOKEN: Final = re.compile(
    r'\\.|"\[[^"\\]*(?:\\.[^"\\]*)*"|"(?:[^"\\\n]|\\[^\n])*(?:"|\\?(?=\n)|\\?\Z)|[{}\[\]]', re.DOTALL
)
"""A string, which may go over several lines where it is an expression of a template, or a bracket. What is escaped outside
of a string begins none, so that no end is looked for twice."""

_MEMBER: Final = re.compile(r'[ \t]{0,200}("[\w$.-]{1,60}"[ \t]{0,9}:[ \t]{0,9})')
_OPENS: Final = re.compile(r'\{[ \t\u00a0]*(?:["“”}\n\r]|/[/*]|\Z)|\[[ \t\u00a0\r\n]*[{\]]')


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each object or list that stands in a text and is not inside another one.

    Braces in prose and in addresses, `{subscription-id}`, begin none. One that is not closed goes to the end.
    """
    at = 0
    while (opening := _OPENS.search(text, at)) is not None:
        start = opening.start()
        end = _end(text, start)
        if text[start:end].strip("{}[] \t\r\n\u00a0"):
            yield start, end
        at = end


def _end(text: str, start: int) -> int:
    """Where the object or list that starts here ends, quotes heeded."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
            if depth == 0:
                return token.end()
    return len(text)
