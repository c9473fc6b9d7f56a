"""Runs the whole bench and prints its tables; ends with 1 when a goal is missed."""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bench import checks, documents, lists, pickers, together
from bench.client import Client, parsed
from bench.page import Page
from bench.server import installation, serving

if TYPE_CHECKING:
    from vmssbuilder.accounts.models import User

ROUNDS = 15
ROUND_SECONDS = 0.25
WARM_UP = 30
FIRST_VISIT_BYTES = 75_000
USUAL_FIELDS = 40
"""The step page that is measured is the one whose number of fields is nearest to this."""
CSRF_TOKEN = "0123456789abcdefghijklmnopqrstuv"


@dataclass
class Subject:
    """Something that is measured: one call is one request, or one run of a function.

    limit: times the bare page. settle: what is done with an answer while the clock stands still.
    """

    name: str
    call: Callable[[], Any]
    limit: float | None = None
    settle: Callable[[Any], None] = lambda _answer: None
    medians: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)

    def round(self) -> None:
        """Calls for a while and keeps what a call took."""
        times = []
        end = time.perf_counter() + ROUND_SECONDS
        while (start := time.perf_counter()) < end:
            answer = self.call()
            times.append(time.perf_counter() - start)
            self.settle(answer)
        times.sort()
        self.medians.append(statistics.median(times))
        self.slowest.append(times[int(len(times) * 0.95)])


def main() -> int:
    """Everything, in one run."""
    # First, while nothing else is in memory that has to be looked through for garbage.
    missed = checks.compare()
    with installation():
        person, code, large, newest = seed()
        with serving() as port:
            client = Client(port, person)
            missed += speed(client, code, large, newest)
            missed += size(client, code)
        missed += lists.compare(person, code)
        missed += together.compare(person, administrator(), code)
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


def seed() -> tuple[str, str, str, str]:
    """A signed-in person with three drafts: their cookies and the codes of the drafts.

    The first one is full, the second has the largest official body, the third is the first in the newest API version.
    """
    from vmssbuilder.accounts.models import User
    from vmssbuilder.drafts import actions
    from vmssbuilder.scaleset import Request, Target, versions

    user = User.objects.create_user("bench", object_id="bench", tenant_id="bench")
    target = Target(documents.SUBSCRIPTION, documents.RESOURCE_GROUP, documents.NAME)
    requests = [
        (documents.API_VERSION, documents.document()),
        max(checks.bodies(), key=lambda each: len(json.dumps(each[1]))),
        (versions.LATEST, documents.document()),
    ]
    full, large, newest = [
        actions.create(user, Request(target, "create", version, body), "bench").code
        for version, body in requests
    ]
    pickers.keep(user)
    keep_prices()
    return signed_in(user), full, large, newest


def administrator() -> str:
    """The cookies of a signed-in administrator."""
    from vmssbuilder.accounts.models import Role, User

    made = {"object_id": "ada", "tenant_id": "bench", "role": Role.ADMINISTRATOR}
    return signed_in(User.objects.create_user("ada", **made))


def signed_in(user: User) -> str:
    """The cookies of the person, signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "vmssbuilder.accounts.backends.EntraAccounts"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF_TOKEN}"


def keep_prices() -> None:
    """What the price list told about everything in the drafts, as in an installation that runs for a while."""
    from django.conf import settings

    from vmssbuilder.azure import cloud, estimates, prices
    from vmssbuilder.costs import cache
    from vmssbuilder.drafts.models import Draft

    found = {
        "size": {prices.instance_key(windows=w, spot=s): 0.1 for w in (False, True) for s in (False, True)},
        "disks": {f"{kind}{size} LRS": 5.0 for kind in "PES" for size in (4, 6, 10, 15, 20, 30, 40, 50, 60)},
        "addresses": {prices.ADDRESS: 0.004},
    }
    wanted = {topic for draft in Draft.objects.all() for topic in estimates.topics(draft.document)}
    cache.keep(cloud(settings.VMSSBUILDER_CLOUD), {topic: found[topic.kind] for topic in wanted})


# ----------------------------------------------------------------------------------------------------------- speed


def speed(client: Client, code: str, large: str, newest: str) -> list[str]:
    """Measures in alternating rounds, so that a busy moment of the machine touches all subjects alike."""
    from bench import rendering

    bare = Subject("bare page: session, one query", page(client, "/bench/bare/"))
    step, fields = min(steps(client, code, large), key=lambda found: abs(found[1] - USUAL_FIELDS))
    longest, most = max(steps(client, newest), key=lambda found: found[1])
    autosave = Autosave(client, f"/drafts/{code}/{rendering.STEP.name}/")
    subjects = [
        bare,
        Subject(f"step page ({step.split('/')[3]}, {fields} fields)", page(client, step), limit=3.5),
        Subject(
            f"longest step of the newest version ({longest.split('/')[3]}, {most} fields)",
            page(client, longest),
            limit=3.5,
        ),
        Subject("autosave with preview", autosave, limit=3, settle=autosave.settle),
        Subject("check everything", page(client, f"/drafts/{code}/check/")),
        Subject("check everything, largest body", page(client, f"/drafts/{large}/check/"), limit=6),
        Subject("task list", page(client, f"/drafts/{code}/")),
        Subject("suggestions of 10,000 sizes", pickers.suggesting(client, code, pickers.SIZE), limit=3),
        Subject("suggestions of 5,000 subnets", pickers.suggesting(client, code, pickers.SUBNET), limit=3),
        Subject(f"{rendering.COUNT} fields alone, ours", page(client, "/bench/ours/")),
        Subject(f"{rendering.COUNT} fields alone, Django's default", page(client, "/bench/django/")),
        Subject(f"{rendering.COUNT} fields alone, crispy-bootstrap5", page(client, "/bench/crispy/")),
        Subject("page of 10,000 sizes", page(client, f"/drafts/{code}/choose/{pickers.SIZE}/"), limit=3),
    ]
    for subject in subjects:
        for _ in range(WARM_UP):
            subject.settle(subject.call())
    for _ in range(ROUNDS):
        for subject in subjects:
            subject.round()

    missed = []
    base = statistics.median(bare.medians)
    print(f"\n{'':64}{'median':>10}{'95 %':>10}{'x bare':>9}{'goal':>9}")
    for subject in subjects:
        median, slow = statistics.median(subject.medians), statistics.median(subject.slowest)
        goal = f"<= {subject.limit:g}" if subject.limit else ""
        print(f"{subject.name:64}{median * 1e3:>7.2f} ms{slow * 1e3:>7.2f} ms{median / base:>9.2f}{goal:>9}")
        if subject.limit and median / base > subject.limit:
            missed.append(
                f"{subject.name} costs {median / base:.2f} bare pages; the goal is {subject.limit:g}."
            )
    return missed


def page(client: Client, path: str) -> Callable[[], bytes]:
    """A call that fetches the page and insists that it came."""
    request = client.prepared(path)

    def call() -> bytes:
        received = client.send(request)
        if not received.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path} answered {received[:40]!r}, so it cannot be measured.")
        return received

    return call


class Autosave:
    """A person who types: each call sends the whole form with one value changed, as the page does by itself."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path
        self.form = Page.of(client.get(path)).form
        self.field = next(name for name, value in self.form if name.endswith("computerNamePrefix") and value)
        self.turn = 0
        self.request = b""
        self._next()

    def __call__(self) -> bytes:
        return self.client.send(self.request)

    def settle(self, received: bytes) -> None:
        """Makes the next request from the answer: the next change is made on the revision that this one left."""
        answer = parsed(received)
        base = re.search(r'name="base"[^>]*value="(\d+)"', answer.text)
        if answer.status != 200 or base is None:
            raise SystemExit(
                f"An autosave answered {answer.status} without a revision, so it cannot be measured."
            )
        self.form = [(name, base[1] if name == "base" else value) for name, value in self.form]
        self._next()

    def _next(self) -> None:
        self.turn += 1
        form = [(name, f"vmss{self.turn % 10}" if name == self.field else value) for name, value in self.form]
        self.request = self.client.prepared(
            self.path, form, {"HX-Request": "true", "X-CSRFToken": CSRF_TOKEN}
        )


def steps(client: Client, *codes: str) -> list[tuple[str, int]]:
    """The address of each step page of these drafts, and how many fields it has."""
    from vmssbuilder.drafts.steps import STEPS

    paths = [f"/drafts/{code}/{step.name}/" for code in codes for step in STEPS]
    return [(path, len(Page.of(client.get(path)).names)) for path in paths]


# ------------------------------------------------------------------------------------------------------------ size


def size(client: Client, code: str) -> list[str]:
    """What a first visit to a step page brings over the wire with an empty cache, and what a second one does."""
    path = f"/drafts/{code}/basics/"
    answer = client.get(path)
    found = Page.of(answer)
    sizes = {path: answer.size}
    waiting = [urljoin(path, address) for address in found.resources]
    outside: set[str] = set()
    while waiting:
        address = waiting.pop()
        if address.startswith("data:") or address in sizes:
            continue
        if urlsplit(address).netloc:
            outside.add(urlsplit(address).netloc)
            continue
        got = client.get(address)
        if got.status != 200:
            raise SystemExit(f"{address} answered {got.status}, so a first visit cannot be measured.")
        sizes[address] = got.size
        if got.headers.get("content-type", "").startswith("text/css"):
            waiting += [urljoin(address, found) for found in re.findall(r"url\(['\"]?([^'\")]+)", got.text)]
    print(f"\n{'first visit, over the wire':54}{'bytes':>10}{'goal':>18}")
    for address, count in sizes.items():
        print(f"  {address:52.52}{count:>10,}")
    total = sum(sizes.values())
    print(f"{'total':54}{total:>10,}{f'<= {FIRST_VISIT_BYTES:,}':>18}")
    print(f"{'outside hosts':54}{len(outside):>10}{'0':>18}\n")
    missed = [f"A first visit brings {total:,} bytes; the goal is {FIRST_VISIT_BYTES:,}."] * (
        total > FIRST_VISIT_BYTES
    )
    return missed + [f"Pages load from {host}; the goal is no outside host." for host in sorted(outside)]


if __name__ == "__main__":
    sys.exit(main())
