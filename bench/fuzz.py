"""Sends requests that nobody would send to every address, as each role and as nobody, and sees that nothing breaks.

`python -m bench.fuzz --requests 10000` serves the product with two processes. It ends with 1 when an answer is a 500 or
none at all, when one takes longer than five seconds each of three times, when a web process grows beyond one and a half
times its start, or when a secret is in an answer. What is sent follows from the seed and the number of a request.
"""

from __future__ import annotations

import argparse
import base64
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from bench import heavy
from bench.client import Answer, Client, parsed
from bench.server import installation, serving
from vmssbuilder.sandbox.server import running

SECONDS: Final = 5.0
TRIES: Final = 3
"""A machine that is busy with other things is slow once; what is slow each time is slow."""
MEMORY: Final = 1.5
WINDOWS: Final = 2
BLOCK: Final = 500
"""After so many requests there are new people and drafts: the old ones were signed out, discarded and switched off."""
CANARY: Final = "Canary-7-Correct-Horse"
TOKEN: Final = "0123456789abcdefghijklmnopqrstuv"
PEOPLE: Final = ("nobody", "owner", "reviewer", "stranger", "administrator")
ROOT: Final = Path(__file__).parents[1]


# --- What there is ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """sessions: the key of each person's session, "" of nobody's. places: what stands in addresses, by its name there."""

    sessions: dict[str, str]
    places: dict[str, list[str]]


def routes() -> list[str]:
    """Every address of the product, with the names of what stands in it."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def below(patterns: list[Any], prefix: str) -> Iterator[str]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from below(each.url_patterns, prefix + str(each.pattern))
            elif isinstance(each, URLPattern):
                yield prefix + str(each.pattern)

    found = list(below(get_resolver().url_patterns, ""))
    ours = [each for each in found if not each.startswith("bench/")]
    return ["/" + each.replace("^", "").replace("$", "") for each in ours] + [
        "/healthz",
        "/readyz",
        "/static/x",
    ]


def build(number: int, interfaces: int = 2_000) -> World:
    """People of each role with a draft that waits for review and is shared, one under way to Azure, and a heavy one."""
    from datetime import timedelta

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from tests.reviews import making
    from vmssbuilder.accounts.models import Role, User
    from vmssbuilder.drafts import actions
    from vmssbuilder.drafts.models import ShareLink
    from vmssbuilder.reviews.actions import decide, request_review
    from vmssbuilder.scaleset import Request, Target
    from vmssbuilder.submissions.models import Submission, SubmissionState

    users, sessions = {}, {"nobody": ""}
    roles = (Role.REQUESTER, Role.REVIEWER, Role.REQUESTER, Role.ADMINISTRATOR)
    for name, role in zip(PEOPLE[1:], roles, strict=True):
        user = users[name] = User.objects.create_user(f"{name}-{number}", role=role)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "vmssbuilder.accounts.backends.LocalAccounts"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        sessions[name] = str(session.session_key)

    def draft(document: dict[str, Any]) -> Any:
        target = Target(making.SUBSCRIPTION, "rg-shop", "web-prod")
        return actions.create(users["owner"], Request(target, "create", "2024-07-01", document), "fuzz")

    waiting, sent, large = (
        draft(making.document()),
        draft(making.document()),
        draft(heavy.interfaces(interfaces)),
    )
    review = request_review(users["owner"], waiting, "Please", waiting.head)
    approval = request_review(users["owner"], sent, "Please", sent.head)
    decide(users["reviewer"], approval, "approve", "Fits the plan.")
    submission = Submission.objects.create(
        draft=sent,
        revision=approval.revision,
        submitter=users["owner"],
        state=SubmissionState.UNKNOWN,
    )
    until = timezone.now() + timedelta(days=1)
    link = ShareLink.objects.create(draft=waiting, created_by=users["owner"], expires=until)
    drafts = [waiting.code, sent.code, large.code]
    return World(
        sessions,
        {
            "drafts code": drafts,
            "new code": drafts,
            "request code": drafts,
            "submissions code": [submission.code],
            "link": [link.code],
            "token": [str(link.token)],
            "reviews number": [str(review.pk), str(approval.pk)],
            "number": ["1", "2"],
            "earlier": ["1"],
            "later": ["1", "2"],
            "step": ["basics", "network", "size", "image", "storage", "extensions", "json", "x"],
            "severity": ["error", "warning"],
            "format": ["bicep", "az", "arm", "terraform", "rest", "curl", "powershell"],
            "item": [
                f"{_PROFILE}/networkProfile/networkInterfaceConfigurations/{each}"
                for each in (0, 1500, 99999)
            ],
            "place": ["sku/name", "sku.capacity", "location", f"{_PROFILE}/osProfile/adminPassword"],
            "api_version": ["2024-07-01", "2016-04-30-preview"],
            "object_id": [str(users["owner"].pk), str(waiting.pk), "1"],
            "id": [str(users["owner"].pk)],
            "content_type_id": ["1"],
            "app_label": ["accounts"],
            "url": ["accounts"],
        },
    )


_PROFILE: Final = "properties/virtualMachineProfile"


# --- What is sent ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """One request. target: path and query as they stand in its first line."""

    number: int
    who: str
    route: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def raw(self, port: int) -> bytes:
        """The bytes on the wire."""
        own = {name.lower() for name, _value in self.headers}
        head = [("Host", f"127.0.0.1:{port}")] if "host" not in own else []
        head += [("Connection", "close"), *self.headers]
        if self.body and "content-length" not in own and "transfer-encoding" not in own:
            head.append(("Content-Length", str(len(self.body))))
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in head)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + self.body


TEXTS: Final = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "2",
        "999999999999999999999999",
        "1e309",
        "NaN",
        "0x10",
        "true",
        "null",
        "None",
    ),
    *(
        "[]",
        "{}",
        "[[[[",
        '{"a":',
        '"',
        "'",
        "\\",
        "%",
        "%s%n",
        "{{7*7}}",
        "{% csrf_token %}",
        "${jndi:ldap://x}",
    ),
    *(
        "../../etc/passwd",
        "//elsewhere.example/",
        "https://elsewhere.example",
        "javascript:alert(1)",
        "/",
        ".",
    ),
    *(
        "<script>alert(1)</script>",
        "\"><b>'",
        "a\r\nb: c",
        "\x00",
        "a\x00b",
        "\x1b[0m",
        "\ufeff",
        "\u202eabc",
    ),
    *("\u200b", "\U0001f469\u200d\U0001f680", "e\u0301", "ﷺ" * 50, "İ", "ß", "٣", "½", "Ⅷ", "tags[0].key"),
    *(
        "properties.virtualMachineProfile",
        "tags[999999999].key",
        "a[0][0][0]",
        "__proto__",
        "{'$secret': 'x'}",
    ),
    *(
        '{"$secret": "aaaa"}',
        '{"$target": 1}',
        "[parameters('x')]",
        "[concat('a', 1)]",
        "2024-07-01",
        "9999-99-99",
    ),
    *(
        "00000000-0000-0000-0000-000000000000",
        "/subscriptions/x/resourceGroups/y",
        "add:",
        "remove:0",
        "up:tags[0]",
    ),
    *(
        "undo:1:x",
        "more:tags",
        "mine:sku.name",
        "fix:1",
        "approve",
        "blank",
        "text",
        "P1DT",
        "-PT0S",
        "1.1.1.1/99",
    ),
)
NAMES: Final = (
    *(
        "act",
        "base",
        "seen",
        "next",
        "page",
        "q",
        "show",
        "findings",
        "return",
        "only",
        "download",
        "step",
        "text",
    ),
    *(
        "start",
        "file",
        "parameters",
        "accept",
        "look",
        "choice",
        "operation",
        "api_version",
        "verdict",
        "reason",
    ),
    *(
        "note",
        "id",
        "value",
        "typed",
        "new_name",
        "rule",
        "path",
        "done",
        "unsettled",
        "rows",
        "kept_copy",
        "kept",
    ),
    *(
        "withheld",
        "theme",
        "state",
        "code",
        "error",
        "sid",
        "again",
        "switch",
        "username",
        "password",
        "differs",
    ),
    *(
        "sku.name",
        "sku.capacity",
        "tags[0].key",
        "tags[0].value",
        "tags:paste",
        "zones",
        "location",
        "fresh",
        "o",
    ),
    *(
        "properties.virtualMachineProfile.osProfile.adminPassword",
        "target.name",
        "everywhere",
        "_popup",
        "_to_field",
    ),
)
METHODS: Final = ("GET",) * 9 + ("POST",) * 9 + ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "FUZZ")


def request(seed: int, number: int, world: World, every: list[str]) -> Sent:
    """The request of that number."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - made to be repeated
    # In turn, so that each address is met by each person.
    route = every[number % len(every)]
    who = PEOPLE[(number // len(every)) % len(PEOPLE)]
    method = dice.choice(METHODS)
    path = _path(dice, route, world)
    query = _query(dice)
    cookies = [f"csrftoken={TOKEN}"]
    if world.sessions[who]:
        cookies.append(f"sessionid={world.sessions[who]}")
    if dice.random() < 0.05:
        cookies.append(
            dice.choice(
                (
                    "theme=%00",
                    "theme=\xff",
                    "saved-copies=" + "a" * 3000,
                    "=;;;=",
                    "sessionid=x",
                    "messages=x",
                )
            )
        )
    headers = [("Cookie", "; ".join(cookies))]
    if dice.random() < 0.3:
        headers.append(dice.choice(HEADERS))
    body = b""
    if method not in ("GET", "HEAD", "TRACE") or dice.random() < 0.02:
        kind, body = _body(dice)
        headers.append(("Content-Type", kind))
        if dice.random() < 0.9:
            headers.append(("X-CSRFToken", TOKEN))
    target = (path + query) or "/"
    return Sent(number, who, route, method, target, tuple(headers), body)


HEADERS: Final = (
    *(
        ("HX-Request", "true"),
        ("HX-Target", "\xff\xfe"),
        ("Accept", "*/*;q=x"),
        ("Accept-Encoding", "br;q=z, gzip"),
    ),
    *(("Accept-Language", "xx-" + "y" * 500), ("Range", "bytes=5-1"), ("If-None-Match", '"\xe9"')),
    *(
        ("If-Modified-Since", "Tue, 99 Foo 99999"),
        ("Referer", "http://[::1"),
        ("Referer", "http://127.0.0.1\x7f/x"),
    ),
    *(("Origin", "null"), ("Origin", "http://127.0.0.1:99999999"), ("X-Forwarded-For", "1.1.1.1, ::, x")),
    *(
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("Host", "evil.example:99999"),
        ("Host", "[::"),
    ),
    *(
        ("X-HTTP-Method-Override", "DELETE"),
        ("Authorization", "Bearer x"),
        ("User-Agent", ""),
        ("Sec-Fetch-Site", "same-origin"),
    ),
    *(
        ("Content-Encoding", "gzip"),
        ("Upgrade", "websocket"),
        ("HX-Current-URL", "http://["),
        ("X-Odd", "a" * 6000),
    ),
)


def _path(dice: random.Random, route: str, world: World) -> str:
    before = ""

    def part(found: re.Match[str]) -> str:
        nonlocal before
        name = found[1] or found[2]
        last = route[: found.start()].rstrip("/").rsplit("/", 1)[-1]
        known = world.places.get(f"{last} {name}") or world.places.get(name) or ["x"]
        if dice.random() < 0.75:
            return dice.choice(known)
        return quote(_text(dice)[:2000], safe=dice.choice(("", "/", "/%")), errors="surrogatepass")

    path = re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)", part, route)
    kind = dice.random()
    if kind < 0.03:
        return path + dice.choice(
            ("%00", "%ff", "%ed%a0%80", "//", "/../", ";x=1", "%2f", "\x7f", "%E2%80%AE", "?", "#x")
        )
    if kind < 0.04:
        return dice.choice(
            ("*", "http://evil.example" + path, "/" + path, path.upper(), path.rstrip("/") or "/")
        )
    return path


def _text(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.7:
        return dice.choice(TEXTS)
    if kind < 0.8:
        return "".join(
            chr(dice.choice((dice.randrange(1, 128), dice.randrange(160, 0xD7FF))))
            for _ in range(dice.randrange(40))
        )
    if kind < 0.86:
        return dice.choice("aé[{<\u202e%9 ") * dice.choice((300, 5_000, 60_000))
    if kind < 0.9:
        return "[" * dice.choice((50, 900, 20_000)) + "]" * dice.choice((0, 50, 900))
    if kind < 0.95:
        return '{"properties": ' * dice.choice((2, 60, 3_000)) + '"x"' + "}" * dice.choice((0, 60))
    return "\ud800" + dice.choice(TEXTS)


def _query(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.5:
        return ""
    if kind < 0.55:
        return "?" + dice.choice(
            (
                "%",
                "=",
                "&&&",
                "a=%ff",
                "%00=1",
                "a=\xff",
                "page=" + "9" * 5000,
                "x=1&" * 3_00,
                "a;b",
                "a[]=1&a[x]=2",
            )
        )
    pairs = [(_name(dice), _text(dice)[:1500]) for _ in range(dice.randrange(1, 4))]
    return "?" + "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


def _name(dice: random.Random) -> str:
    return dice.choice(NAMES) if dice.random() < 0.9 else _text(dice)[:300]


def _body(dice: random.Random) -> tuple[str, bytes]:
    """A content type and a body, which mostly but not always go together."""
    form = "application/x-www-form-urlencoded"
    pairs = [("csrfmiddlewaretoken", TOKEN)] if dice.random() < 0.9 else []
    pairs += [(_name(dice), _text(dice)) for _ in range(dice.choice((0, 1, 2, 3, 5, 8, 40)))]
    kind = dice.random()
    if kind < 0.6:
        return form, "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs).encode()
    if kind < 0.64:
        return form, urlencode([(f"f{n}", "x") for n in range(dice.choice((900, 6_000)))]).encode()
    if kind < 0.68:
        return form, dice.randbytes(dice.choice((1, 100, 20_000)))
    if kind < 0.72:
        charset = dice.choice(
            (
                "utf-16",
                "latin-1",
                "nonsense",
                "\xff",
                "utf-7",
                "rot13",
                "hex",
                "idna",
                "punycode",
                "undefined",
            )
        )
        return f"{form}; charset={charset}", urlencode([("a", "b")]).encode("utf-16")
    if kind < 0.75:
        return form, b"text=" + b"x" * dice.choice((160_000, 1_900_000, 2_100_000))
    if kind < 0.8:
        return dice.choice(
            ("application/json", "text/xml", "", "a/b; c", "multipart/mixed", "\xff")
        ), b'{"a": [1, {"b": null}]}'
    edge = dice.choice(("frontier", "", "a" * 300, "\xe9", "x y"))
    return f"multipart/form-data; boundary={edge}", _multipart(dice, edge, pairs)


def _multipart(dice: random.Random, edge: str, pairs: list[tuple[str, str]]) -> bytes:
    line = f"--{edge}".encode("latin-1")
    whole = b""
    for name, value in pairs:
        head = f'form-data; name="{name}"' + (
            f'; filename="{dice.choice(("a.json", "", "../x", "a" * 400, "ü", "NUL"))}"'
            if dice.random() < 0.3
            else ""
        )
        odd = dice.choice(
            ("", "", "", "Content-Transfer-Encoding: base64\r\n", "Content-Type: text/plain; charset=x\r\n")
        )
        whole += line + b"\r\nContent-Disposition: " + (head + "\r\n" + odd).encode("utf-8", "surrogatepass")
        whole += b"\r\n" + value.encode("utf-8", "surrogatepass") + b"\r\n"
    whole += line + b"--\r\n"
    return whole[: dice.randrange(len(whole))] if dice.random() < 0.2 else whole


# --- What came back -------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """statuses: by route. slow: seconds and what took them. wrong: what must not be."""

    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    slow: list[tuple[float, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


_SECRETS: Final = (CANARY.encode(), base64.b64encode(CANARY.encode())[:-2])


def judge(sent: Sent, answer: Answer | None, seconds: float, seen: Seen) -> None:
    """Notes what is wrong with an answer."""
    what = f"{sent.number}: {sent.method} {sent.target[:120]!r} as {sent.who} ({sent.route})"
    seen.statuses[sent.route][answer.status if answer else 0] += 1
    seen.slow = sorted([*seen.slow, (seconds, what)], reverse=True)[:10]
    if answer is None:
        seen.wrong.append(f"no answer to {what}")
        return
    if answer.status >= 500 and answer.status != 503:
        seen.wrong.append(f"{answer.status} to {what}")
    if seconds > SECONDS:
        seen.wrong.append(f"{seconds:.1f} s for {what}")
    body = answer.raw if "content-encoding" not in answer.headers else answer.text.encode()
    if any(secret in body for secret in _SECRETS):
        seen.wrong.append(f"a secret in the answer to {what}")


def _ask(client: Client, sent: Sent, seen: Seen) -> None:
    answer, fastest = None, 1e9
    for _ in range(TRIES):
        begun = time.monotonic()
        try:
            answer = parsed(client.send(sent.raw(client.port)))
        except (OSError, ValueError, IndexError):
            answer = None
        fastest = min(fastest, time.monotonic() - begun)
        if answer is not None and fastest <= SECONDS:
            break
    judge(sent, answer, fastest, seen)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first request, to repeat one")
    given = parser.parse_args()
    seen = Seen()
    with running(delay=0.05) as sandbox:
        os.environ["VMSSBUILDER_SANDBOX_URL"] = sandbox.url
        start, end = _run(given.seed, range(given.first, given.first + given.requests), seen)
    memory = [(start[pid], end.get(pid, 0)) for pid in start]
    for before, after in memory:
        if not after:
            seen.wrong.append("a web process died")
        elif after > MEMORY * before:
            seen.wrong.append(f"a web process went from {before >> 20} to {after >> 20} MB")
    _report(seen, given.seed, given.requests, memory)
    return 1 if seen.wrong else 0


def _run(seed: int, numbers: range, seen: Seen) -> tuple[dict[int, int], dict[int, int]]:
    """Sends all of them; answers the memory of the web processes before and after."""
    with installation():
        every = routes()
        with serving() as port:
            client = Client(port)
            start = _warm(client, every, seed)
            for first in range(numbers.start, numbers.stop, BLOCK):
                block = range(first, min(first + BLOCK, numbers.stop))
                before = len(seen.wrong)
                _send(client, block, seed, build(first), every, seen)
                print(
                    f"{block.stop} requests, {len(seen.wrong)} wrong, {_megabytes(memory_of_web())}",
                    flush=True,
                )
                for each in seen.wrong[before:]:
                    print(f"WRONG: {each}", flush=True)
            return start, memory_of_web()


def _send(client: Client, numbers: range, seed: int, world: World, every: list[str], seen: Seen) -> None:
    with ThreadPoolExecutor(WINDOWS) as windows:
        list(windows.map(lambda number: _ask(client, request(seed, number, world, every), seen), numbers))


def _warm(client: Client, every: list[str], seed: int) -> dict[int, int]:
    """The memory of the web processes after each has answered every kind of page, the heavy draft's included."""
    _send(client, range(-len(every) * len(PEOPLE), 0, 3), seed, build(-1), every, Seen())
    return memory_of_web()


def _report(seen: Seen, seed: int, count: int, memory: list[tuple[int, int]]) -> None:
    for route in sorted(seen.statuses):
        counts = ", ".join(f"{status}: {number}" for status, number in sorted(seen.statuses[route].items()))
        print(f"{route:70} {counts}")
    print("the slowest:")
    for seconds, what in seen.slow:
        print(f"  {seconds:6.2f} s  {what}")
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    grown = ", ".join(f"{before >> 20} to {after >> 20} MB" for before, after in memory)
    print(f"{count} requests, seed {seed}, commit {commit}: {len(seen.wrong)} wrong; memory {grown}")
    for each in seen.wrong[:50]:
        print(f"WRONG: {each}")


def _megabytes(held: dict[int, int]) -> str:
    return ", ".join(f"{each >> 20} MB" for each in held.values())


def memory_of_web() -> dict[int, int]:
    """The bytes that each web process has in memory, by its id."""
    held = {}
    for server in _children(os.getpid()):
        if b"gunicorn" not in Path(f"/proc/{server}/cmdline").read_bytes():
            continue
        for worker in _children(server):
            pages = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
            held[worker] = pages * os.sysconf("SC_PAGE_SIZE")
    return held


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text().split()]


if __name__ == "__main__":
    sys.exit(main())
