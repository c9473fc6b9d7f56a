"""Errors of Azure in what people paste: an answer, the words of a tool, a console, a log of many lines.

`read` finds each error once, whatever stands around it: colors, times, the marks of logs, quotes and pages, lines that a
console broke, JSON escaped several times over. Every step is bounded, so that no text takes longer than its length allows.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from . import cleaning
from .errors import AzureError, failure, refusal
from .explaining import Cause, explain, parts
from .explaining.codes import CODES, VAGUE, family

LONGEST: Final = 1_100_000
"""Characters that are read of a text."""

MOST_ERRORS: Final = 40
"""Errors of one text that are told."""

_DEEPEST: Final = 6
"""Texts inside texts: an answer in the message of a line of a log in the output of a tool."""

_EFFORT: Final = 6_000_000
"""Characters that are read as JSON in vain before the search for it ends."""

_MOST_PIECES: Final = 4_000
_STRIDE: Final = 20_000
"""Characters after which a search for JSON goes on in the rest of the text alone."""
_MOST_HITS: Final = 400
_MOST_KEPT: Final = 200
"""Errors that are weighed against each other. What a text holds beyond them is counted and no more."""
LONGEST_MESSAGE: Final = 20_000
"""Characters of one message."""


@dataclass(frozen=True, slots=True)
class PastedError:
    """An error that stands in a text. cause: see explaining; words: what of Azure's is shown beside ours."""

    error: AzureError
    cause: Cause

    @property
    def words(self) -> str:
        """Azure's code and message, the beginning of a long one."""
        said = self.error.said or self.error.message
        cut = said if len(said) <= 1_000 else f"{said[:1_000]}…"
        return f"{self.error.code}: {cut}" if self.error.code else cut


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found. errors: those that matter first. ids: what Microsoft support asks for, with what each is.

    words: lines that speak of trouble, where no error was found. more: how many errors are not told.
    """

    errors: tuple[PastedError, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    more: int = 0


def read(text: str) -> Pasted:
    """The errors of a text, each once: the one that matters first, and of those that matter alike the one told first."""
    search = _Search()
    # What PowerShell writes into a file has a NUL after each letter.
    shown = cleaning.words(text[:LONGEST].replace("\0", ""))
    search.text(shown, 0)
    found = [PastedError(error, explain(error).cause) for error in _telling(search.errors)]
    found.sort(key=lambda each: (_RANK.get(each.cause, 0), _place(shown, each.error.code)))
    ids = tuple(_ids(shown))
    if not found:
        return Pasted((), ids, tuple(_speaking(shown)))
    return Pasted(tuple(found[:MOST_ERRORS]), ids, (), max(0, len(found) - MOST_ERRORS) + search.beyond)


def _place(text: str, code: str) -> int:
    """Where a code first stands in the text."""
    at = text.find(code) if code else -1
    return at if at >= 0 else len(text)


def _telling(errors: list[AzureError]) -> list[AzureError]:
    """Those that say something: a roof over others is none beside these, nor is one told again with more around it."""
    said = [(error.code.casefold(), "".join(error.said.split()).rstrip(".")) for error in errors]
    reported = []
    for error, (code, words) in zip(errors, said, strict=True):
        roof = _ROOF.search(error.said) is not None and not parts(error)
        again = any(
            code == other and len(shorter) > 20 and len(shorter) < len(words) and words.startswith(shorter)
            for other, shorter in said
        )
        if not again and not (roof and explain(error).path is None):
            reported.append(error)
    return reported or errors


_ROOF: Final = re.compile(
    r"At least one resource deployment operation failed|See inner errors|See (?:the )?details|list deployment operations"
    r"|completed with terminal provisioning state|Multiple error|is not valid according to the validation procedure",
    re.IGNORECASE,
)
"""How Azure speaks of an error that only holds others."""


def no_text(text: str) -> int:
    """How many characters are such as no text has: of a program, an archive, a picture. Colors of a console do not count."""
    # In what PowerShell writes into a file, every other character is NUL.
    wide = text.count("\0", 0, 2_000) * 9 > min(len(text), 2_000) * 4
    return len(_NO_TEXT.findall(text.replace("\0", "").lstrip("\ufffd") if wide else text))


_NO_TEXT: Final = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f\x80-\x84\x86-\x9f\ufffd\ud800-\udfff]")

_RANK: Final[dict[Cause, int]] = {
    "conflict": 1,
    "changed": 1,
    "throttled": 2,
    "outage": 2,
    "network": 2,
    "unknown": 3,
}
"""What somebody can do something about comes first, then what passes, then what nobody knows."""


# --- lines -----------------------------------------------------------------------------------------------------------

_COLORS: Final = re.compile(r"(?:\x1b|\ufffd|\u241b)\[[0-9;?]{0,20}[A-Za-z]")
_TIME: Final = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_BEFORE: Final = re.compile(
    rf"[ \t]*(?:"
    rf"[│┃|║╷╵╎>]+(?:[ \t]|$)|\[?{_TIME}\]?[ \t]?|\[?\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?\]?[ \t]"
    rf"|[EWIF]\d{{4}} \d\d:\d\d:\d\d\.\d+[ \t]+\d+ [\w./-]+:\d+\][ \t]"
    rf"|##\[\w{{1,20}}\]|\[(?:ERROR|WARN|WARNING|INFO|DEBUG|error|stderr|stdout)\][ \t]"
    rf"|(?:DEBUG|INFO|WARNING|VERBOSE|ERROR)[ \t]*:[ \t]+(?:cli\.[\w.]+:[ \t])?"
    rf")"
)
_PREFIXES: Final = 6
_RULE: Final = re.compile(r"[\s│|+-]*[-=_~─]{5,}[\s│|+]*\Z")
_ESCAPED_PAGE: Final = re.compile(r"&(?:quot|#34|#x22|apos|#39|#x27|lt|gt|amp);", re.IGNORECASE)
_TAGS: Final = re.compile(
    r"</?(?:pre|code|span|div|p|br|html|body|td|tr|table|b|i|a|li|ul)\b[^<>]{0,500}>", re.IGNORECASE
)


def _is_rule(line: str) -> bool:
    """Whether a line is only drawn."""
    return len(line) < 400 and _RULE.match(line) is not None


def _plain(text: str) -> str:
    """The text without what stood in front of its lines, colors and the escapes of a page; lines a console broke are whole."""
    text = _COLORS.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if _ESCAPED_PAGE.search(text):
        text = html.unescape(html.unescape(_TAGS.sub("", text)))
    lines = []
    for line in text.split("\n"):
        start = 0
        for _ in range(_PREFIXES):
            before = _BEFORE.match(line, start)
            if before is None or before.end() == start:
                break
            start = before.end()
        lines.append(line[start:].rstrip() if start else line.rstrip())
    return "\n".join(_whole(lines))


def _whole(lines: list[str]) -> list[str]:
    """Lines that a console cut at its width, put together again. A text that was broken between words stays as it is."""
    long = Counter(len(line) for line in lines if not _is_rule(line))
    width = max(long, default=0)
    near = sum(count for length, count in long.items() if width * 0.85 <= length)
    # An address that no console breaks is as long as itself.
    cut = sum(len(line) == width and " " in line.strip() for line in lines if not _is_rule(line))
    if not 60 <= width <= 250 or cut < 2 or long[width] < 0.9 * near:
        return lines
    made: list[str] = []
    open_ended = False
    for line in lines:
        if open_ended:
            made[-1] += line
        else:
            made.append(line)
        open_ended = len(line) == width and not _is_rule(line)
    return made


# --- errors ----------------------------------------------------------------------------------------------------------

_MAY_HOLD: Final = re.compile(r"(?i:code|error|fail|denied|refus|exception)|[a-z][A-Z][A-Za-z]+ ?: ")
_OPENS: Final = re.compile(r"[{\[]\s*(?:\{\s*)?\\{0,8}\"[\w.$@-]{1,60}\\{0,8}\"\s*:")
_CODE: Final = r"[A-Z][A-Za-z0-9]{3,99}"
_STRING: Final = r'"((?:[^"\\]|\\.){0,60000})"'

_GO: Final = re.compile(rf'Code="({_CODE}|)"\s+Message={_STRING}(?:\s+Target="([^"]{{0,500}})")?', re.DOTALL)
_DETAILS_BEFORE: Final = re.compile(r"Details=\s*\Z")
_DETAILS: Final = re.compile(r"\s*Details=(?=\[)")
_NEXT: Final = re.compile(
    r"\n\s{0,200}(?:(?:Code|Message|Target|Error ?Code|Error ?Message|Error ?Target|StatusCode|Status|ReasonPhrase|OperationI[dD]|Correlation ?I[dD]"
    r"|Request ?I[dD]|Activity Id|StartTime|EndTime|Exception Details|Additional Information|Inner [Ee]rrors?|Content|Headers|At line|Timestamp|Type"
    r"|Info|TrackingId|TraceID|ClientRequestId)\b\s{0,5}:?|\+ |(?:with|on) \S{1,300}[.,]|\n|[}\]]|---|(?:Error|ERROR|fatal|Traceback|FAILED)\b"
    r"|\[Pipeline\]|PLAY RECAP|(?:az_command_data_logger|cli\.[\w.]{1,60})\s?:|Cleaning up|Finishing: |Check out the troubleshooting"
    r"|(?:[A-Z][\w ]{0,30}|\w{1,30}: [A-Z][\w ]{0,30}) (?:completed|failed|exited) (?:with (?:exit )?code|while |with error)|[A-Z]\w{0,20} failed: )|\Z"
)
"""Where a message ends: at a line that is none of it any more, such as what a pipeline says of its step."""
_BLOCK: Final = re.compile(
    rf"(?:Azure Error|Error ?Code|\bCode)\s{{0,5}}:\s{{0,5}}\"?({_CODE})\"?[ \t]{{0,20}}\n\s{{0,200}}(?:Error ?)?Message\s{{0,5}}:[ \t]{{0,5}}(?:\n(?!\n)[ \t]{{0,200}})?"
)
_TARGET: Final = re.compile(r"\n\s{0,200}(?:Error ?)?Target\s{0,5}:[ \t]*([^\n]{0,500})")
_IN_BRACKETS: Final = re.compile(rf"(?:^|[:>-] |[\t\"'])[ \t]{{0,40}}\(({_CODE})\) (?=\S)", re.MULTILINE)
_AFTER_A_MESSAGE: Final = re.compile(r"(?<!\s)\s*\[\]\s*[}\])]{1,4}\s*\Z")
"""What Kubernetes puts after an error: the rest of a list."""
_NO_CODE: Final = r"(?!(?:Error|Exception|Failed|Failure|Warning|Details|Message)\b)"
_WITH_ERROR: Final = re.compile(rf"with error: ({_NO_CODE}{_CODE}): ")
_DETAILED: Final = re.compile(rf"Details:[ \t]*\n\s{{0,200}}({_NO_CODE}{_CODE}) ?: ")
_AT_THE_END: Final = re.compile(rf"\(Code: ?({_CODE})\)")
_BEFORE_THE_END: Final = re.compile(r"(?:Status Message|Message|Error)\s{0,5}:\s{0,5}", re.IGNORECASE)
_DOTNET: Final = re.compile(
    r"(?:RequestFailedException|CloudException|ErrorResponseException|HttpResponseException)[^:\n]{0,80}: "
)
_DOTNET_END: Final = re.compile(
    rf"\n\s{{0,200}}Status: (\d{{3}})\b[^\n]{{0,100}}\n\s{{0,200}}ErrorCode: ({_CODE})"
)
_LOOSE: Final = re.compile(
    rf"\bcode\\{{0,8}}[\"']?\s{{0,5}}[:=]\s{{0,5}}\\{{0,8}}[\"']({_CODE})\\{{0,8}}[\"'].{{0,120}}?\bmessage\\{{0,8}}[\"']?\s{{0,5}}[:=]\s{{0,5}}\\{{0,8}}\"",
    re.DOTALL | re.IGNORECASE,
)
_LOOSE_END: Final = re.compile(r"\\{0,8}\"\s{0,50}[,}\]\n]|\Z")
_NAMED: Final = re.compile(rf"(?:^|[\s:>(\"'])({_CODE}) ?: (?=[A-Z'\"/])", re.MULTILINE)
_STATUS: Final = re.compile(
    r"(?:StatusCode[=:]\s?|unexpected status |\bStatus[=:] ?|RESPONSE |HTTPStatusCode: ?|status ?code:? |HTTP/[\d.]+ |\(HTTP )\"?(\d{3})\b",
    re.IGNORECASE,
)
_ESCAPE: Final = re.compile(r'\\["\'/rnt]')
_HEAD: Final = re.compile(rf"\({_CODE}\) |[A-Z][a-z]{{1,20}}-Az\w{{1,60}} ?: ")
_HEADING: Final = re.compile(r"(?:Exception Details|Inner [Ee]rrors?)\b")
_NOTHING_ELSE: Final = re.compile(r"\A\s*(?:\(\w{1,100}\)[^\n]{0,500}\s*)?\Z")
"""What stands between an error and the first one inside it, and between two inside it: the beginning of the next alone."""


class _Taken:
    """The stretches of a text that are read."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def take(self, start: int, end: int) -> bool:
        """Whether the stretch was free; it is not afterwards."""
        if any(a < end and start < b for a, b in self._spans):
            return False
        self._spans.append((start, end))
        return True


@dataclass(slots=True)
class _Search:
    """One look through a text, and through the texts in it. errors: what was found, in its order. told: how often one
    was, those that were known already too. beyond: how many were only counted. effort, pieces: what is left.
    """

    errors: list[AzureError] = field(default_factory=list)
    effort: int = _EFFORT
    pieces: int = _MOST_PIECES
    reported: int = 0
    beyond: int = 0
    known: dict[tuple[str, str], int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def text(self, text: str, depth: int, status: int | None = None) -> None:
        """What errors a text holds, as JSON and as the tools write them."""
        if depth > _DEEPEST or self.pieces <= 0 or not _MAY_HOLD.search(text):
            return
        self.pieces -= 1
        plain = _plain(text)
        rest, last = [], 0
        for start, end, value in self._json(plain):
            if _DETAILS_BEFORE.search(plain, max(0, start - 20), start):
                continue
            known = len(self.errors), self.reported
            self.value(value, depth + 1, self._status(plain[max(0, start - 400) : start]) or status)
            if (len(self.errors), self.reported) != known:
                # What holds no error may be part of a message.
                rest.append(plain[last:start])
                last = end
        rest.append(plain[last:])
        self.shapes("\n\n".join(piece for piece in rest if piece.strip()), depth, status)

    # --- JSON --------------------------------------------------------------------------------------------------------

    def _json(self, text: str) -> Iterator[tuple[int, int, Any]]:
        """The objects in a text, with where they begin and end. A line break within is a blank, as a console makes it."""
        flat = text.replace("\n", " ")
        decoder = json.JSONDecoder(strict=False)
        base = at = 0
        while self.effort > 0:
            if at > _STRIDE:
                # The decoder's error counts the lines of all that stands before it, so what is read is cut off.
                flat, base, at = flat[at:], base + at, 0
            opens = _OPENS.search(flat, at)
            if opens is None:
                return
            start = opens.start()
            try:
                value, end = decoder.raw_decode(flat, start)
            except json.JSONDecodeError as error:
                self.effort -= 200 + max(0, error.pos - start)
                at = start + 1
                continue
            except (RecursionError, ValueError):
                self.effort -= 60_000
                at = opens.end()
                continue
            yield base + start, base + end, value
            at = end

    def value(self, value: Any, depth: int, status: int | None) -> None:
        """The errors in a JSON value: those that it is, those that stand in it, and those in its texts."""
        if depth > _DEEPEST * 3 or self.pieces <= 0:
            return
        self.pieces -= 1
        if isinstance(value, list):
            for each in value[:200]:
                self.value(each, depth + 1, status)
            return
        if isinstance(value, str):
            if depth < _DEEPEST * 2 and len(value) > 20:
                self.text(value, min(depth, _DEEPEST), status)
            return
        if not isinstance(value, dict):
            return
        error = _error_of(value)
        if error is not None:
            known = value.get("statusCode") or value.get("status")
            self.add(error, known if isinstance(known, int) else status)
            return
        for inner in list(value.values())[:200]:
            self.value(inner, depth + 1, status)

    # --- what tools write --------------------------------------------------------------------------------------------

    def shapes(self, text: str, depth: int, status: int | None) -> None:
        """Errors that are no JSON. What was read once is not read again as another shape."""
        if not text.strip():
            return
        before, taken = self.reported, _Taken()
        self._of_go(text, status, taken)
        self._of_dotnet(text, taken)
        self._of_blocks(text, status, taken)
        for pattern in (_WITH_ERROR, _DETAILED, _IN_BRACKETS):
            for hit, message in self._until_next(pattern, text, taken):
                self.add({"code": hit[1], "message": message}, self._near(text, hit) or status)
        for hit in islice(_AT_THE_END.finditer(text), _MOST_HITS):
            start = max(0, hit.start() - 8_000)
            begins = list(_BEFORE_THE_END.finditer(text, start, hit.start()))
            self.effort -= 8_000
            inner, end = _under(text, hit.end())
            if begins and taken.take(begins[-1].start(), end):
                message = _joined(text[begins[-1].end() : hit.start()])
                error = {"code": hit[1], "message": message, "details": inner}
                self.add(error, self._near(text, hit) or status)
        for hit, message in self._until_next(_LOOSE, text, taken, _LOOSE_END):
            self.add(
                {"code": hit[1], "message": _joined(_unquoted(message))}, self._near(text, hit) or status
            )
        for hit, message in self._until_next(_NAMED, text, taken):
            self.add({"code": hit[1], "message": message}, self._near(text, hit) or status)
        if self.reported == before and depth < _DEEPEST and _ESCAPE.search(text):
            self.text(_unescaped(text), depth + 1, status)

    def _until_next(
        self, pattern: re.Pattern[str], text: str, taken: _Taken, ends: re.Pattern[str] = _NEXT
    ) -> Iterator[tuple[re.Match[str], str]]:
        """Each head of an error, and its message up to where that ends."""
        for hit in islice(pattern.finditer(text), _MOST_HITS):
            if self.effort <= 0 or (pattern is _NAMED and not _is_a_code(hit[1])):
                continue
            end = ends.search(text, hit.end(), min(len(text), hit.end() + LONGEST_MESSAGE))
            stop = end.start() if end else hit.end()
            self.effort -= stop - hit.end()
            message = text[hit.end() : stop]
            if message.strip() and taken.take(hit.start(), stop):
                yield hit, message if ends is _LOOSE_END else _joined(message)

    def _of_go(self, text: str, status: int | None, taken: _Taken) -> None:
        """Code="…" Message="…" Target="…" Details=[…], as the SDK for Go and Terraform write it."""
        decoder = json.JSONDecoder(strict=False)
        for hit in islice(_GO.finditer(text), _MOST_HITS):
            end, inner = hit.end(), None
            details = _DETAILS.match(text, end)
            if details and self.effort > 0:
                self.effort -= LONGEST_MESSAGE
                piece = text[details.end() : details.end() + LONGEST_MESSAGE * 3].replace("\n", " ")
                with suppress(ValueError, RecursionError):
                    inner, length = decoder.raw_decode(piece)
                    end = details.end() + length
            if taken.take(hit.start(), end):
                error = {"code": hit[1], "message": _unquoted(hit[2]), "target": hit[3], "details": inner}
                self.add(error, self._near(text, hit) or status)

    def _of_dotnet(self, text: str, taken: _Taken) -> None:
        for hit in islice(_DOTNET.finditer(text), _MOST_HITS):
            end = _DOTNET_END.search(text, hit.end(), min(len(text), hit.end() + LONGEST_MESSAGE))
            self.effort -= LONGEST_MESSAGE
            if self.effort > 0 and end and taken.take(hit.start(), end.end()):
                self.add({"code": end[2], "message": _joined(text[hit.end() : end.start()])}, int(end[1]))

    def _of_blocks(self, text: str, status: int | None, taken: _Taken) -> None:
        """Code, message and target on lines of their own, with the errors under "Exception Details"."""
        outer: dict[str, Any] | None = None
        last = 0
        for hit, message in self._until_next(_BLOCK, text, taken):
            end = _NEXT.search(text, hit.end())
            stop = end.start() if end else hit.end()
            target = _TARGET.match(text, stop)
            error: dict[str, Any] = {
                "code": hit[1],
                "message": self._said_before(text, last, hit.start(), message, taken) or message,
                "target": target[1].strip() if target else "",
            }
            between = text[max(last, hit.start() - 600) : hit.start()]
            if outer is not None and (
                _HEADING.search(between) or (outer["details"] and _NOTHING_ELSE.search(between))
            ):
                outer["details"].append(error)
            else:
                if outer is not None:
                    self.add(outer, outer.pop("status"))
                outer = error | {"details": [], "status": self._near(text, hit) or status}
            last = target.end() if target else stop
        if outer is not None:
            self.add(outer, outer.pop("status"))

    def _said_before(self, text: str, start: int, end: int, message: str, taken: _Taken) -> str:
        """The message as many tools say it once more before code and message, where its end is plain; "" otherwise."""
        start = max(start, end - LONGEST_MESSAGE)
        self.effort -= end - start
        heads = list(_HEAD.finditer(text, start, end))
        first = _joined(text[heads[-1].end() : end]) if heads else ""
        if not first or not message.startswith(first):
            return ""
        taken.take(heads[-1].start(), end)
        return first

    def _near(self, text: str, hit: re.Match[str]) -> int | None:
        return self._status(text[max(0, hit.start() - 400) : hit.end() + 200])

    @staticmethod
    def _status(text: str) -> int | None:
        found = [int(number) for number in _STATUS.findall(text) if 400 <= int(number) < 600]
        return found[-1] if found else None

    def add(self, error: dict[str, Any], status: int | None) -> None:
        """An error that stands there, once; a closer telling of one that is known takes its place."""
        error = {name: value for name, value in error.items() if value not in (None, "", [])}
        same = f"{status} {error}"
        if same in self.seen or len(self.errors) >= _MOST_KEPT:
            self.reported += 1
            self.beyond += same not in self.seen
            self.seen.add(same)
            return
        made = _made(error, status)
        if not (made.said or made.code):
            return
        self.reported += 1
        self.seen.add(same)
        key = (made.code.casefold(), "".join(made.said.split())[:80].casefold())
        at = self.known.get(key)
        if at is None:
            self.known[key] = len(self.errors)
            self.errors.append(made)
        elif len(made.raw) > len(self.errors[at].raw):
            self.errors[at] = made


def _made(error: dict[str, Any], status: int | None) -> AzureError:
    if status is not None and 400 <= status < 600:
        made = refusal(status, json.dumps({"error": error}), marked=True)
        if made.spoken:
            return made
    return failure(error, outcome="Failed")


def _error_of(value: dict[str, Any]) -> dict[str, Any] | None:
    """The error that an object is, or that it wraps; None for another object."""
    inner = value.get("error") or value.get("Error")
    if isinstance(inner, dict) and _error_of(inner) is not None:
        return _error_of(inner)
    folded = {str(name).casefold(): held for name, held in value.items()}
    code, message = folded.get("code") or folded.get("errorcode"), folded.get("message")
    if (
        not isinstance(code, str)
        or not isinstance(message, str)
        or not re.fullmatch(rf"{_CODE}|[a-z][A-Za-z]{{3,60}}", code)
    ):
        return None
    names = {"code", "message", "target", "details", "additionalinfo", "innererror"}
    spelled = {"additionalinfo": "additionalInfo", "innererror": "innererror"}
    kept = {spelled.get(name, name): held for name, held in folded.items() if name in names}
    return kept | {"code": code, "message": message}


_ITEM: Final = re.compile(
    rf"\s{{0,20}}\n\s{{0,20}}- ((?:(?!\(Code:).){{2,4000}}?)\s{{0,20}}\(Code: ?({_CODE})\)", re.DOTALL
)


def _under(text: str, at: int) -> tuple[list[dict[str, str]], int]:
    """The errors that PowerShell lists under one, each on a line with a dash, and where they end."""
    found: list[dict[str, str]] = []
    while len(found) < _MOST_LISTED and (item := _ITEM.match(text, at)):
        found.append({"code": item[2], "message": _joined(item[1])})
        at = item.end()
    return found, at


_MOST_LISTED: Final = 20


def _is_a_code(word: str) -> bool:
    """Whether a word is the code of an error, and none of a sentence or a program."""
    humps = len(re.findall(r"[A-Z][a-z]", word))
    known = word.casefold() in CODES or word.casefold() in VAGUE
    return (known and humps > 1) or (family(word) is not None and humps > 2)


def _joined(text: str) -> str:
    """A message in one piece, lines that a console broke put together; what it lists keeps its lines."""
    text = _AFTER_A_MESSAGE.sub("", text)
    # A run of blanks is tried from its beginning alone, or long ones would take a time that grows with their square.
    return re.sub(r"(?<![ \t])[ \t]*\n[ \t]*(?![-*•] |\d+\))", " ", text).strip().strip('"').strip()


def _unquoted(text: str) -> str:
    """What stands between quotes, its escapes read."""
    try:
        read_as: str = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return _unescaped(text)
    return re.sub(r"\n(?=\S)(?![-*•\d])", " ", read_as) if "\n" in text else read_as


def _unescaped(text: str) -> str:
    """The text as it reads once the escapes of one wrapping are taken away."""
    return re.sub(
        r'\\(\\|"|\'|/|r|n|t)', lambda hit: {"r": "", "n": "\n", "t": "\t"}.get(hit[1], hit[1]), text
    )


# --- what support asks for -------------------------------------------------------------------------------------------

_IDS: Final = re.compile(
    r"(x-ms-correlation-request-id|x-ms-client-request-id|x-ms-request-id|(?:correlation|tracking|activity|operation|client[ _-]?request|request|trace)[ _-]?(?:request[ _-]?)?id)\b"
    r"\\{0,8}[\"']?\s{0,5}(?:is|:|=)?\s{0,5}\\{0,8}[\"']?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){0,3}(?:-[0-9a-fA-F]{12})?)\b",
    re.IGNORECASE,
)
_MOST_IDS: Final = 12
_KINDS: Final = (
    ("correlation", "Correlation ID"),
    ("tracking", "Tracking ID"),
    ("activity", "Activity ID"),
    ("operation", "Operation ID"),
    ("client", "Client request ID"),
    ("trace", "Trace ID"),
    ("request", "Request ID"),
)


def _ids(text: str) -> Iterator[tuple[str, str]]:
    """The ids of a text with their kind, each once."""
    seen: set[str] = set()
    for found in _IDS.finditer(text):
        value = found[2].lower()
        if value not in seen:
            seen.add(value)
            yield next(kind for word, kind in _KINDS if word in found[1].lower()), value
        if len(seen) >= _MOST_IDS:
            return


_TROUBLE: Final = re.compile(
    r"error|fail|denied|refused|invalid|not allowed|cannot|exception|conflict", re.IGNORECASE
)
_MOST_LINES: Final = 5


def _speaking(text: str) -> Iterator[str]:
    """Lines that speak of trouble, where nothing is known of it."""
    seen: set[str] = set()
    for line in _plain(text).split("\n"):
        bare = " ".join(line.split())[:300]
        if len(bare) > 8 and _TROUBLE.search(bare) and bare not in seen:
            seen.add(bare)
            yield bare
            if len(seen) >= _MOST_LINES:
                return
