"""Requests in commands: `curl`, `az rest`, `Invoke-AzRestMethod` and its like, as scripts, copied from a terminal or a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .addresses import RequestLine
from .refusals import ReadingError
from .shell import Script, ShellCommand, Word, script

_NAMES: Final = r"(?:curl(?:\.exe)?|az(?:\.cmd)?[ \t]{1,8}rest|Invoke-(?:AzRestMethod|AzRest|RestMethod|WebRequest)|irm|iwr)"
_SHELLS: Final = r"[^\n$#%>'\"{}]{0,120}[$#%>][ \t]{1,8}|PS[ \t][^\n>]{0,200}>[ \t]{0,8}|[A-Za-z]:\\[^\n>]{0,200}>[ \t]{0,8}"
"""What a shell writes in front of a command."""
_PROMPT: Final = rf"(?:{_SHELLS}|\$\w{{1,60}}[ \t]{{0,8}}=[ \t]{{0,8}}|`{{1,3}}|!)?"
_INDENT: Final = r"^[ \t\u00a0]{0,80}"
SIGN: Final = re.compile(
    rf"{_INDENT}{_PROMPT}(?:[^|\n]{{0,300}}\|[ \t]{{0,8}})?{_NAMES}(?=[ \t\u00a0^`\\])",
    re.MULTILINE | re.IGNORECASE,
)
_STARTS: Final = re.compile(
    rf"{_INDENT}(?:{_PROMPT}{_NAMES}\b|jq\b|cat\b[^\n]*<<|echo\b|printf\b|(?:export[ \t]+|set[ \t]+|\$)?[A-Za-z_]\w*[ \t]*=|#!)",
    re.MULTILINE | re.IGNORECASE,
)
_LEADING: Final = re.compile(
    rf"{_INDENT}(?:{_SHELLS})(?=(?:{_NAMES}|jq|cat|echo|printf|export)\b|\$?[A-Za-z_]\w*[ \t]?=)",
    re.IGNORECASE,
)
_ENV: Final = re.compile(r"\benv\.([A-Za-z_]\w*)|\$([A-Za-z_]\w*)")
MAX_REQUESTS: Final = 100
"""How many commands of a text are looked at."""

MAX_BODIES: Final = 2_000_000
"""Characters of the bodies of a text's commands: several may send the same file."""


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A request that a command sends.

    content: its body as text; at: where that starts in the text; call: method and address; start, end: where the command
    stands. unknown: variables without a value, as they are written. refusal: why the body cannot be read.
    """

    content: str
    at: int
    call: RequestLine
    start: int
    end: int
    unknown: frozenset[str] = frozenset()
    refusal: ReadingError | None = None


def sent(text: str) -> list[CommandRequest]:
    """The requests that the commands of a text send, in their order; empty for a text without any."""
    if not SIGN.search(text):
        return []
    starts = _STARTS.search(text)
    offset = starts.start() if starts is not None else 0
    # Prompts are no part of a command; a blank in their place keeps all places true.
    lines = [_LEADING.sub(lambda found: " " * len(found[0]), line) for line in text[offset:].split("\n")]
    found = script("\n".join(lines))
    requests: list[CommandRequest] = []
    left = MAX_BODIES
    for command in found.commands:
        request = _request(command, found, offset)
        if request is None:
            continue
        left -= len(request.content)
        if left < 0 or len(requests) == MAX_REQUESTS:
            break
        requests.append(request)
    return requests


@dataclass(slots=True)
class _Options:
    """What the words of a command ask for."""

    method: str = ""
    address: str = ""
    data: list[Word] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)


def _request(command: ShellCommand, around: Script, offset: int) -> CommandRequest | None:
    words = [word for word in command.words if word.text not in ("sudo", "time", "!")]
    while (
        words
        and "=" in words[0].text
        and re.match(r"\$?[A-Za-z_]\w*=?\Z", words[0].text.partition("=")[0] + "=")
    ):
        words = words[1:]
    if len(words) > 2 and words[1].text == "=" and words[0].text.startswith("$"):
        words = words[2:]
    if not words:
        return None
    name = words[0].text.strip("`").casefold()
    if name in ("curl", "curl.exe"):
        options = _curl(words[1:])
    elif name in ("az", "az.cmd") and len(words) > 1 and words[1].text.casefold() == "rest":
        options = _az(words[2:])
    elif name in _INVOKED:
        options = _invoked(words[1:])
    else:
        return None
    method = options.method.upper() or ("POST" if options.data and name.startswith("curl") else "GET")
    call = RequestLine("PUT" if method == "POST" and not options.method else method, options.address)
    start = command.at + offset
    if not options.data:
        return CommandRequest("", start, call, start, command.end + offset)
    body = options.data[0]
    unknown = set(around.unknown)
    given = _given(body, command, around, unknown)
    if isinstance(given, ReadingError):
        return CommandRequest("", start, call, start, command.end + offset, refusal=given)
    return CommandRequest(
        given.text, given.at + offset, call, start, command.end + offset, frozenset(unknown)
    )


_INVOKED: Final = frozenset(
    ("invoke-azrestmethod", "invoke-azrest", "invoke-restmethod", "invoke-webrequest", "irm", "iwr")
)
_CURL: Final = {
    "-X": "method", "--request": "method", "--url": "address", "-d": "data", "--data": "data", "--data-raw": "data",
    "--data-binary": "data", "--data-ascii": "data", "--json": "data", "--data-urlencode": "data",
}  # fmt: skip
_CURL_WITH_A_VALUE: Final = frozenset(
    "-A -b -c -C -D -e -E -F -H -K -m -o -r -T -u -U -w -x -y -Y -z --header --user --output --user-agent --cookie "
    "--referer --config --retry --max-time --connect-timeout --write-out --cacert --cert --key --proxy "
    "--oauth2-bearer --cookie-jar --resolve --form --dump-header --upload-file --continue-at --range".split()
)
_AZ: Final = {
    "-m": "method", "--method": "method", "-u": "address", "--url": "address", "--uri": "address", "-b": "data",
    "--body": "data", "--url-parameters": "query", "--uri-parameters": "query",
}  # fmt: skip
_POWERSHELL: Final = {
    "-method": "method", "-uri": "address", "-path": "address", "-body": "data", "-payload": "data",
    "-subscriptionid": "part", "-resourcegroupname": "part", "-resourceprovidername": "part", "-resourcetype": "part",
    "-name": "part", "-apiversion": "part",
}  # fmt: skip


def _curl(words: list[Word]) -> _Options:
    options = _Options()
    waiting = iter(words)
    for word in waiting:
        text = word.text
        if text.startswith("--"):
            option, sign, value = text.partition("=")
            given = Word(value, word.at) if sign else None
        elif text.startswith("-"):
            option, value = _last_of(text)
            given = Word(value, word.at) if value else None
        else:
            if "/" in text:
                options.address = options.address or text
            continue
        meaning = _CURL.get(option)
        if given is None and (meaning is not None or option in _CURL_WITH_A_VALUE):
            given = next(waiting, None)
        if meaning is not None:
            _take(options, meaning, given)
    return options


def _last_of(text: str) -> tuple[str, str]:
    """Of letters in one word, `-sSXPUT`, the option that takes a value, which ends them, and its value; else the first."""
    for at in range(1, min(len(text), LETTERS_AT_MOST)):
        if (option := f"-{text[at]}") in _CURL or option in _CURL_WITH_A_VALUE:
            return option, text[at + 1 :]
    return text[:2], ""


LETTERS_AT_MOST: Final = 20
"""How many options of one letter are looked at in one word."""


def _az(words: list[Word]) -> _Options:
    options = _Options()
    query: list[str] = []
    waiting: Iterator[Word] = iter(words)
    for word in waiting:
        option, sign, value = word.text.partition("=") if word.text.startswith("-") else (word.text, "", "")
        meaning = _AZ.get(option.casefold())
        if meaning == "query":
            given = value if sign else getattr(next(waiting, None), "text", "")
            query.append(given)
        elif meaning is not None:
            _take(options, meaning, Word(value, word.at) if sign else next(waiting, None))
    if query:
        options.address += ("&" if "?" in options.address else "?") + "&".join(query)
    return options


def _invoked(words: list[Word]) -> _Options:
    options = _Options()
    waiting = iter(words)
    for word in waiting:
        option, sign, value = word.text.partition(":") if word.text.startswith("-") else (word.text, "", "")
        meaning = _POWERSHELL.get(option.casefold())
        given = (Word(value, word.at) if sign and value else next(waiting, None)) if meaning else None
        if meaning == "part":
            options.parts[option.casefold()] = given.text if given is not None else ""
        elif meaning is not None:
            _take(options, meaning, given)
        elif not word.text.startswith("-") and "/" in word.text and not options.address:
            options.address = word.text
    if not options.address and "-resourcetype" in options.parts:
        stated = {name: options.parts.get(f"-{name}", "") for name in ("subscriptionid", "resourcegroupname", "resourceprovidername", "resourcetype", "name", "apiversion")}  # fmt: skip
        options.address = (
            f"/subscriptions/{stated['subscriptionid']}/resourceGroups/{stated['resourcegroupname']}/providers/"
            f"{stated['resourceprovidername']}/{stated['resourcetype']}/{stated['name']}?api-version={stated['apiversion']}"
        )
    return options


def _take(options: _Options, meaning: str, word: Word | None) -> None:
    if word is None:
        return
    if meaning == "method":
        options.method = word.text
    elif meaning == "address":
        options.address = word.text
    else:
        options.data.append(word)


def _given(body: Word, command: ShellCommand, around: Script, unknown: set[str]) -> Word | ReadingError:
    """The body itself; or from the standard input, or from a file that the same script writes."""
    text = body.text.strip()
    if text in ("@-", "@/dev/stdin"):
        piped = _output(command, around, unknown)
        return (
            piped if piped is not None else _elsewhere("the standard input, which comes from another command")
        )
    if text.startswith("@") and not text.startswith("@{"):
        name = text[1:].strip("\"'")
        written = around.files.get(name)
        shown = name if re.fullmatch(r"[\w./\\~:$ {}-]{1,80}", name) else "another file"
        return written if written is not None else _elsewhere(f"the file {shown}")
    if text.startswith(("$(", "(")) or text.casefold().startswith(("get-content", "@{")):
        return _elsewhere("another command")
    if re.fullmatch(r"\$\{?\w+\}?|%\w+%", text):
        return _elsewhere("a variable that the text does not set")
    return body


def _output(command: ShellCommand, around: Script, unknown: set[str]) -> Word | None:
    """What comes in from a here-document or the command before."""
    if command.given is not None:
        if command.given.text.startswith("@"):
            return around.files.get(command.given.text[1:])
        return command.given
    before = command.before
    if before is None or not before.words:
        return None
    name = before.words[0].text
    if name in ("jq", "envsubst", "cat", "tee"):
        for word in before.words[1:]:
            # What jq puts in from the environment stands as `$NAME` in the text that it is given.
            unknown.update(f"${one or two}" for one, two in _ENV.findall(word.text))
            if name == "cat" and word.text in around.files:
                return around.files[word.text]
        return before.given if before.given is not None else _output(before, around, unknown)
    if name in ("echo", "printf", "Write-Output"):
        words = [word for word in before.words[1:] if not re.fullmatch(r"-[neE]+|%s(?:\\n)?", word.text)]
        return words[0] if words else None
    return before.words[0] if len(before.words) == 1 and before.words[0].quoted else None


def _elsewhere(where: str) -> ReadingError:
    message = (
        f"The body of this request comes from {where}, and is not part of the text. Paste what stands there."
    )
    return ReadingError(message, expected="the JSON of the request")
