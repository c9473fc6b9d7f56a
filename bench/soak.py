"""One person opens, checks, fixes and exports the heaviest draft again and again: what do others notice of it?

`python -m bench.soak --seconds 60` serves the product with two processes, beside a worker that makes all fixes. It ends with 1
when a bound is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import heavy
from bench.client import Client
from bench.processes import children
from bench.server import installation, serving, working

BROWSERS: Final = 3
"""How many requests the person with the heavy draft has under way at a time."""
MEMORY: Final = 1.5
"""Times its start that a web process may take; it has started when it answered each kind of ordinary page."""
_TOKEN: Final = "0123456789abcdefghijklmnopqrstuv"
_INTERFACES: Final = "properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations"


@dataclass
class Seen:
    """What was seen: answers by status, the slowest answer to others in seconds, the largest page in bytes, what is wrong."""

    heavy: Counter[int] = field(default_factory=Counter)
    others: list[float] = field(default_factory=list)
    largest: int = 0
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--slowest", type=float, default=1.0, help="seconds that a page of others may take")
    given = parser.parse_args()
    with installation():
        person, code = _person("heavy", heavy.interfaces())
        other, small = _person("other", heavy.interfaces(2, 1))
        with serving() as port, working():
            seen, memory = _run(Client(port, person), code, Client(port, other), small, given.seconds)
    seen.wrong += [
        f"a web process went from {start >> 20} to {end >> 20} MB"
        for start, end in memory
        if end > MEMORY * start
    ]
    slowest = max(seen.others)
    if slowest > given.slowest:
        seen.wrong.append(f"a page of somebody else took {slowest:.2f} s")
    if not seen.heavy[200]:
        seen.wrong.append("no page of the heavy draft was answered")
    print(
        f"heavy draft: {dict(seen.heavy)}, largest page {seen.largest / 1e6:.2f} MB; others: {len(seen.others)} pages, "
        f"slowest {slowest:.2f} s; memory {', '.join(f'{a >> 20} to {b >> 20} MB' for a, b in memory)}"
    )
    for each in dict.fromkeys(seen.wrong):
        print(f"WRONG: {each}")
    return 1 if seen.wrong else 0


def _run(
    person: Client, code: str, other: Client, small: str, seconds: float
) -> tuple[Seen, list[tuple[int, int]]]:
    ordinary = ["/", "/healthz", f"/drafts/{small}/", f"/drafts/{small}/network/", f"/drafts/{small}/check/"]
    # Several at a time, so that each process has answered every kind of page before its memory counts.
    with ThreadPoolExecutor(4) as windows:
        list(windows.map(other.get, ordinary * 40))
    start = _memory()
    seen, end = Seen(), time.monotonic() + seconds
    browsers = [
        threading.Thread(target=_browse, args=(person, code, end, offset, seen)) for offset in range(BROWSERS)
    ]
    for each in browsers:
        each.start()
    while time.monotonic() < end:
        for path in ordinary:
            begun = time.monotonic()
            answer = other.get(path)
            seen.others.append(time.monotonic() - begun)
            if answer.status != 200:
                seen.wrong.append(f"{path} answered {answer.status} to somebody else")
        time.sleep(0.02)
    for each in browsers:
        each.join()
    after = _memory()
    return seen, [(before, after.get(pid, before)) for pid, before in start.items()]


def _browse(client: Client, code: str, end: float, offset: int, seen: Seen) -> None:
    """What one window of the heavy person's browser does."""
    pages = (
        *("", "check/", "network/", f"network/{_INTERFACES}/1500/", "fixes/", "export/bicep/", "?only=mine"),
        *(
            "heavy-work/",
            "export/az/?download=1",
            "document.json",
            "values/1/network/?page=9",
            "compare/1/1/",
            "json/",
        ),
    )
    number = offset * 4
    while time.monotonic() < end:
        below = pages[number % len(pages)]
        number += 1
        path = f"/drafts/{code}/{below}"
        answer = client.get(path)
        seen.heavy[answer.status] += 1
        if answer.status not in (200, 302, 429):
            seen.wrong.append(f"{below} answered {answer.status}")
        page = answer.headers.get("content-type", "").startswith("text/html")
        if page and answer.raw:
            size = len(answer.text.encode())
            seen.largest = max(seen.largest, size)
            if size > 2_000_000:
                seen.wrong.append(f"{below} is {size / 1e6:.1f} MB")
        elif answer.status == 200 and len(answer.text) < 400_000:
            seen.wrong.append(f"{below} is cut")
        if below == "heavy-work/":
            # The worker is at it beside the web processes.
            form = [("csrfmiddlewaretoken", _TOKEN)]
            seen.heavy[client.post(path, form).status] += 1
        if answer.status == 429:
            time.sleep(0.3)


def _person(name: str, document: dict[str, object]) -> tuple[str, str]:
    """A signed-in person with a draft: their cookies and its code."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from vmssbuilder.accounts.models import User
    from vmssbuilder.drafts import actions
    from vmssbuilder.scaleset import Request, Target

    user = User.objects.create_user(name, object_id=name, tenant_id=name)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "vmssbuilder.accounts.backends.EntraAccounts"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    target = Target("5f9d3f34-6a4b-4a4e-9a0b-6d7c3d1e2f10", "rg-shop", "web-prod")
    draft = actions.create(user, Request(target, "create", "2024-07-01", document), "bench")
    cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={_TOKEN}"
    return cookies, draft.code


def _memory() -> dict[int, int]:
    """The bytes that each web process has in memory, by its id. They are grandchildren of this process."""
    held = {}
    for server in children(os.getpid()):
        for worker in children(server):
            pages = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
            held[worker] = pages * os.sysconf("SC_PAGE_SIZE")
    return held


if __name__ == "__main__":
    sys.exit(main())
