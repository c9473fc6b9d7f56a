"""Kills the product's processes in the middle of its work, again and again: `make chaos`.

About fifty submissions are in flight and people use the pages meanwhile. Each round kills a worker, a web process or the
sandbox, and starts it again; now and then PostgreSQL is gone for 20 seconds. After each group of rounds everything must
have come to its end, once, within a minute after all was back. It ends with 1 when anything else is seen.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from bench.client import Answer, Client, Form, parsed
from bench.database import Server, database
from bench.page import Page
from bench.processes import WORKERS, Processes
from bench.server import ROOT, installation

PEOPLE: Final = ("rita", "rolf", "ada")
VICTIMS: Final = ("worker", "web", "sandbox")
ENDED_WITHIN: Final = 60.0
"""Seconds after all is back in which each submission is to end."""

AWAY: Final = 20.0
"""Seconds that PostgreSQL is stopped."""

CUT: Final = 15.0
"""Seconds after the kill of a web process in which an answer may be cut or a connection refused."""

TOKEN: Final = "0123456789abcdefghijklmnopqrstuv"
FINE: Final = frozenset({200, 204, 302, 303})


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--group", type=int, default=20, help="rounds after which all must have ended")
    parser.add_argument("--stops", type=int, default=10, help="rounds in which PostgreSQL is stopped")
    parser.add_argument("--away", type=float, default=AWAY, help="seconds that it is stopped")
    parser.add_argument("--in-flight", type=int, default=50)
    parser.add_argument("--operation", type=float, default=10.0, help="seconds that Azure takes for each")
    parser.add_argument("--seed", type=int, help="what chance begins with; another one each time by default")
    given = parser.parse_args()
    # Told to stop, it leaves nothing running.
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    print(
        f"{given.rounds} rounds on {given.database}, seed {seed}, commit {commit or 'unknown'}, {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    with (
        database(given.database) as server,
        installation(),
        tempfile.TemporaryDirectory(prefix="vmssbuilder-chaos-") as folder,
        Chaos(
            Path(folder),
            seed=seed,
            in_flight=given.in_flight,
            operation=given.operation,
            server=server,
            away=given.away,
        ) as chaos,
    ):
        stops = frozenset(chaos.chance.sample(range(given.rounds), min(given.stops, given.rounds)))
        print(HEAD, flush=True)
        for first in range(0, given.rounds, given.group):
            rounds = range(first, min(first + given.group, given.rounds))
            kills = [(chaos.chance.choice(VICTIMS), server is not None and each in stops) for each in rounds]
            group = chaos.group(kills)
            print(group.line(f"{rounds[0] + 1}-{rounds[-1] + 1}"), flush=True)
            for each in group.breaches:
                print(f"BREACH: {each}", flush=True)
        total = chaos.total
    print(total.line("all"))
    held = (
        f"each ended within {ENDED_WITHIN:.0f} s after all was back, with one accepted create, and no answer was a bare 500"
        if not total.breaches
        else f"{len(total.breaches)} BREACHES"
    )
    print(
        f"{given.rounds} rounds on {given.database} (seed {seed}, commit {commit}): {total.ended} submissions,"
        f" {total.stopped} of them stopped by people; the last one {total.slowest:.1f} s after all was back; {held}."
    )
    return 1 if total.breaches else 0


HEAD: Final = (
    f"{'rounds':>8} {'ended':>6} {'stopped':>8} {'last after':>11}  killed, and what the pages answered"
)


@dataclass
class Group:
    """What came of some rounds. ended, stopped: submissions; slowest: seconds from when all was back until the last one
    ended. answers: of the web, by what they were. breaches: what must not be, in words.
    """

    killed: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    stopped: int = 0
    slowest: float = 0.0
    breaches: list[str] = field(default_factory=list)

    def add(self, other: Group) -> None:
        """Takes the other one in."""
        self.killed += other.killed
        self.answers += other.answers
        self.ended += other.ended
        self.stopped += other.stopped
        self.slowest = max(self.slowest, other.slowest)
        self.breaches += other.breaches

    def line(self, name: str) -> str:
        """A line of the table."""
        killed, answers = (
            ", ".join(f"{what} {number}" for what, number in sorted(counted.items()))
            for counted in (self.killed, self.answers)
        )
        return f"{name:>8} {self.ended:>6} {self.stopped:>8} {self.slowest:>9.1f} s  {killed}; {answers}"


class Chaos:
    """The product at work, in Django's own database here. env: what its processes get beside this one's environment."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        in_flight: int,
        operation: float,
        env: Mapping[str, str] | None = None,
        server: Server | None = None,
        away: float = AWAY,
        quick: bool = False,
    ) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeats a run, guards nothing
        self.total = Group()
        self._processes = Processes(folder, env or {}, operation=operation, quick=quick)
        self._server = server
        self._away = away
        self._in_flight = in_flight
        self._pause = min(operation / 2, 2.0)
        self._accepted: dict[str, tuple[str, str]] = {}
        self._seed = seed

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            stack.callback(self._processes.stop)
            self._processes.start_all()
            self._processes.wait("sandbox")
            self._people = stack.enter_context(self._signed_in())
            self._processes.wait()
            self._load = stack.enter_context(
                Load(self._processes, self._people, self._in_flight, self._seed, self._pause)
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stack.close()

    @contextlib.contextmanager
    def _signed_in(self) -> Iterator[list[tuple[Any, Client]]]:
        """The people with their browsers: signed in at the sandbox, so that their sign-in is kept here."""
        from django.conf import settings
        from django.test import override_settings

        from tests.accounts import entra
        from vmssbuilder.accounts.models import User
        from vmssbuilder.sandbox import world

        with override_settings(
            VMSSBUILDER_SANDBOX_URL=self._processes.sandbox_url, ALLOWED_HOSTS=["127.0.0.1"]
        ):
            found = []
            for name in PEOPLE:
                browser = entra.browser()
                entra.sign_in(browser, name)
                session = browser.cookies[settings.SESSION_COOKIE_NAME].value
                cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
                user = User.objects.get(object_id=world.ACCOUNTS[name].oid)
                found.append((user, Client(self._processes.web, cookies)))
            yield found

    # --- rounds ------------------------------------------------------------------------------------------------------

    def group(self, kills: Sequence[tuple[str, bool]]) -> Group:
        """Some rounds: in each a "worker", "web" or "sandbox" is killed, with the database stopped or not. Then all that
        there is has to come to its end.
        """
        group = Group()
        self._load.begin()
        for victim, stopped in kills:
            time.sleep(self.chance.uniform(0.2, 1.0) * self._pause)
            if stopped:
                self._kill_without_database(victim, group)
            else:
                self._kill(victim, group)
            self._processes.start_all()
            self._accepted |= self._processes.accepted()
        self._load.pause()
        self._processes.wait()
        self._settle(group)
        self._accepted |= self._processes.accepted()
        group.breaches += [*self._processes.died(), *self._judged(group)]
        group.answers, wrong = self._load.answers()
        group.breaches += wrong
        self.total.add(group)
        self._accepted.clear()
        self._processes.forget_azure()
        return group

    def _kill(self, victim: str, group: Group) -> None:
        name = self.chance.choice(WORKERS) if victim == "worker" else victim
        # The others may be starting still.
        self._processes.wait(name)
        group.killed[self._processes.kill(name, self.chance)] += 1

    def _kill_without_database(self, victim: str, group: Group) -> None:
        """The database is away for a while, and meanwhile something is killed and started again."""
        assert self._server is not None
        group.killed["database"] += 1
        with self._load.database_away():
            self._server.stop()
            until = time.monotonic() + self._away
            time.sleep(self.chance.uniform(0, self._away / 2))
            self._kill(victim, group)
            self._processes.start_all()
            time.sleep(max(0.0, until - time.monotonic()))
            self._server.start()

    def _settle(self, group: Group) -> None:
        """Waits until nothing is under way any more, but no longer than is promised."""
        from vmssbuilder.submissions.models import Submission

        back = time.monotonic()
        moving = Submission.objects.filter(state__in=Submission.MOVING)
        while moving.exists() and time.monotonic() < back + ENDED_WITHIN:
            time.sleep(0.1)
        group.slowest = time.monotonic() - back

    # --- what must hold ------------------------------------------------------------------------------------------------

    def _judged(self, group: Group) -> Iterator[str]:
        from vmssbuilder.submissions.models import Submission, SubmissionState

        created: dict[str, list[str]] = {}
        for name, kind in self._accepted.values():
            created.setdefault(name, []).append(kind)
        new = Submission.objects.filter(pk__gt=self._load.judged).select_related("revision", "draft")
        for submission in new.order_by("pk"):
            self._load.judged = submission.pk
            accepted = created.pop(submission.revision.name, [])
            stopped = submission.code in self._load.stopped
            group.ended += not submission.is_moving
            group.stopped += stopped and submission.state != SubmissionState.SUCCEEDED
            if wrong := wrong_with(submission, accepted, stopped=stopped):
                yield f"{wrong}\n{_history(submission, accepted)}"
        for name, accepted in created.items():
            yield f"nobody submitted {name}, and Azure accepted {accepted}"
        yield from self._load.lost()


def wrong_with(submission: Any, accepted: list[str], *, stopped: bool) -> str:
    """What is wrong with how a submission ended; "" when nothing is. stopped: whether a person pressed Stop."""
    name, state = f"{submission.code} ({submission.revision.name})", submission.state
    if submission.is_moving:
        return f"{name} is still {state} after {ENDED_WITHIN:.0f} s"
    wanted: tuple[list[str], ...] = (["create"],)
    if stopped and state == "canceled":
        wanted = ([],)
    elif stopped and state == "unknown":
        # It was left to itself at any moment.
        wanted = ([], ["create"])
    elif state != "succeeded":
        return f"{name} ended as {state}"
    return "" if accepted in wanted else f"{name} {state}, and Azure accepted {accepted or 'nothing'}"


def _history(submission: Any, accepted: list[str]) -> str:
    columns = ("state", "may_exist", "attempts", "lease", "lease_until", "in_flight_until", "next_step")
    about = ", ".join(f"{name}={getattr(submission, name)}" for name in columns)
    error = submission.error or {}
    lines = [f"{line.at:%H:%M:%S.%f} {line.state}: {line.message}" for line in submission.progress.all()]
    return "\n".join(
        f"    {line}"
        for line in [
            about,
            f"accepted={accepted}, error={error.get('sentence')} {error.get('azure')}",
            *lines,
        ]
    )


class Load:
    """People who send requests, look at pages, type and press Stop, until the block ends. judged: the last submission that
    was looked at; stopped: the codes of those for which somebody pressed Stop.
    """

    def __init__(
        self,
        processes: Processes,
        people: Sequence[tuple[Any, Client]],
        in_flight: int,
        seed: int,
        pause: float,
    ) -> None:
        self.judged = 0
        self.stopped: set[str] = set()
        self._processes = processes
        self._people = people
        self._in_flight = in_flight
        self._seed = seed
        self._pause = pause / 5
        self._answers: Counter[str] = Counter()
        self._wrong: list[str] = []
        self._lock = threading.Lock()
        self._sending = threading.Event()
        self._quiet = threading.Event()
        self._ending = threading.Event()
        self._away = (0.0, 0.0)
        self._under_way: list[list[str]] = [[] for _person in people]
        self._offered: set[int] = set()
        self._typed: dict[int, tuple[str, str]] = {}
        self._number = 0
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        from tests.reviews.making import person
        from vmssbuilder.accounts.models import Role

        self._reviewer = person("reviews", Role.REVIEWER)
        self._quiet.set()
        self._threads = [threading.Thread(target=self._send_on, daemon=True)]
        for number in range(len(self._people)):
            self._threads.append(threading.Thread(target=self._use_pages, args=(number,), daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ending.set()
        self._sending.set()
        for thread in self._threads:
            thread.join(60)

    def begin(self) -> None:
        """Requests are sent from now on; answers when as many are under way as there are to be."""
        from vmssbuilder.submissions.models import Submission

        self._quiet.clear()
        self._sending.set()
        until = time.monotonic() + 120
        moving = Submission.objects.filter(state__in=Submission.MOVING)
        while moving.count() < self._in_flight * 0.9 and time.monotonic() < until:
            time.sleep(0.1)

    def pause(self) -> None:
        """No more are sent; answers when the last one was."""
        self._sending.clear()
        self._quiet.wait(120)

    @contextlib.contextmanager
    def database_away(self) -> Iterator[None]:
        """Meanwhile, and until it has recovered, pages may answer that the database cannot be used."""
        from django.db import connection

        self._away = (time.monotonic(), float("inf"))
        connection.close()
        yield
        self._away = (self._away[0], time.monotonic() + 5)

    def answers(self) -> tuple[Counter[str], list[str]]:
        """What the web answered since this was asked last, counted, and what of it was wrong."""
        with self._lock:
            found = self._answers, self._wrong
            self._answers, self._wrong = Counter(), []
        return found

    def lost(self) -> Iterator[str]:
        """What was answered as done, and is not there."""
        from vmssbuilder.drafts.models import Draft
        from vmssbuilder.submissions.models import Submission

        with self._lock:
            offered, self._offered = self._offered, set()
            typed = dict(self._typed)
        there = set(Submission.objects.filter(draft__in=offered).values_list("draft", flat=True))
        for draft in offered - there:
            yield f"the draft {draft} was answered as sent, and has no submission"
        for draft, (saved, asked) in typed.items():
            document = Draft.objects.get(pk=draft).document
            kept = document["properties"]["virtualMachineProfile"]["osProfile"]["computerNamePrefix"]
            if saved and kept not in (saved, asked):
                yield f"{saved!r} was saved in the draft {draft}, and it holds {kept!r}"

    # --- sending -----------------------------------------------------------------------------------------------------

    def _send_on(self) -> None:
        from django.db import DatabaseError, InterfaceError, connection

        from vmssbuilder.submissions.models import Submission

        while not self._ending.is_set():
            if not self._sending.is_set():
                self._quiet.set()
                self._sending.wait()
                continue
            try:
                if Submission.objects.filter(state__in=Submission.MOVING).count() < self._in_flight:
                    self._send_one()
                else:
                    time.sleep(0.1)
            except (DatabaseError, InterfaceError):
                # As for everybody else, it is away or recovers.
                connection.close()
                time.sleep(0.5)
        connection.close()

    def _send_one(self) -> None:
        """One more approved request, sent by the page or by the action behind it."""
        from tests.reviews.making import approved, document, draft
        from vmssbuilder.submissions import actions

        self._number += 1
        who = self._number % len(self._people)
        owner, browser = self._people[who]
        wanted = document()
        wanted["sku"]["capacity"] = 0
        made = draft(owner, wanted, name=f"chaos-{self._number}")
        approved(owner, self._reviewer, made)
        if self._number % 2:
            code = actions.submit(owner, made).code
        else:
            path = f"/submissions/new/{made.code}/"
            answer = self._ask(browser, path, [("csrfmiddlewaretoken", TOKEN)])
            while answer is None or answer.status not in FINE:
                # As somebody does who sees no answer: the button is pressed once more.
                if self._ending.wait(0.3):
                    return
                answer = self._ask(browser, path, [("csrfmiddlewaretoken", TOKEN)])
            with self._lock:
                self._offered.add(made.pk)
            found = re.search(r"/submissions/(\w+)/", answer.headers.get("location", ""))
            code = found[1] if found else ""
        if code:
            self._under_way[who] = [*self._under_way[who][-self._in_flight // 2 :], code]

    # --- looking, typing, stopping -------------------------------------------------------------------------------------

    def _use_pages(self, number: int) -> None:
        """What one person does: looks at how things are going, types into a draft, and stops something now and then."""
        from django.db import connection

        from tests.reviews.making import draft

        chance = random.Random(f"{self._seed}-{number}")  # noqa: S311 - repeats a run, guards nothing
        owner, browser = self._people[number]
        made = draft(owner, name=f"typed-{number}")
        connection.close()
        typing = Typing(made.code)
        while not self._ending.wait(chance.uniform(0.5, 1.5) * self._pause):
            codes = self._under_way[number]
            if not self._sending.is_set() or not codes:
                continue
            act, code = chance.random(), chance.choice(codes)
            if act < 0.55:
                self._ask(browser, f"/submissions/{code}/", headers={"HX-Request": "true"})
            elif act < 0.65:
                self._ask(browser, chance.choice(["/", "/submissions/", f"/drafts/{made.code}/"]))
            elif act < 0.97:
                self._type(browser, typing, made.pk)
            else:
                self.stopped.add(code)
                self._ask(browser, f"/submissions/{code}/stop/", [("csrfmiddlewaretoken", TOKEN)])

    def _type(self, browser: Client, typing: Typing, draft: int) -> None:
        if not typing.form:
            answer = self._ask(browser, typing.path)
            if answer is not None and answer.status == 200:
                typing.read(answer)
            return
        word, form = typing.next()
        with self._lock:
            self._typed[draft] = (self._typed.get(draft, ("", ""))[0], word)
        answer = self._ask(browser, typing.path, form, {"HX-Request": "true", "X-CSRFToken": TOKEN})
        if answer is not None and answer.status == 200 and typing.saved(answer):
            with self._lock:
                self._typed[draft] = (word, word)

    # --- asking ------------------------------------------------------------------------------------------------------

    def _ask(
        self, browser: Client, path: str, form: Form | None = None, headers: dict[str, str] | None = None
    ) -> Answer | None:
        """The answer, None where there was none or only a part of it. What is wrong with it is noted."""
        begun = time.monotonic()
        try:
            answer: Answer | None = _whole(browser.send(browser.prepared(path, form, headers)))
        except OSError:
            answer = None
        took = time.monotonic() - begun
        what, wrong = self.said_of(answer, begun)
        said = f"{'GET' if form is None else 'POST'} {path}: {what} after {took:.1f} s"
        with self._lock:
            self._answers[what] += 1
            if wrong:
                self._wrong.append(f"{said}: {wrong}")
        return answer

    def said_of(self, answer: Answer | None, begun: float) -> tuple[str, str]:
        """What kind of answer it is, and what is wrong with it."""
        if answer is None:
            killed = begun - CUT < self._processes.web_killed
            return "cut", "" if killed else "no whole answer, and nobody was killed"
        if answer.status == 503:
            away = self._away[0] <= time.monotonic() and begun <= self._away[1]
            wrong = "" if answer.headers.get("retry-after") else "no Retry-After"
            return "503" if away else "503 with a database there", wrong
        if answer.status not in FINE:
            return str(answer.status), "it was to be answered or 503"
        signed_out = "/sign-in/" in answer.headers.get("location", "")
        return str(answer.status), "the person was signed out" if signed_out else ""


class Typing:
    """Somebody who types into one field of a draft, and sends the same once more where no answer came."""

    def __init__(self, code: str) -> None:
        self.path = f"/drafts/{code}/image/"
        self.form: Form = []
        self._word = 0
        self._waits = False

    def read(self, answer: Answer) -> None:
        """Takes the form of the page."""
        self.form = Page.of(answer).form

    def next(self) -> tuple[str, Form]:
        """What is sent next: the word, and the whole form with it."""
        self._word += not self._waits
        self._waits = True
        word = f"w{self._word}"
        return word, [
            (name, word if name.endswith("computerNamePrefix") else value) for name, value in self.form
        ]

    def saved(self, answer: Answer) -> bool:
        """Whether the answer says so; the next word is typed on the revision that it names."""
        base = re.search(r'name="base"[^>]*value="(\d+)"', answer.text)
        if base is None:
            return False
        self.form = [(name, base[1] if name == "base" else value) for name, value in self.form]
        self._waits = False
        return True


def _whole(received: bytes) -> Answer | None:
    """The answer that came, None when it was cut."""
    try:
        answer = parsed(received)
    except (ValueError, IndexError):
        return None
    length = answer.headers.get("content-length", "")
    return None if length and len(answer.raw) < int(length) else answer


if __name__ == "__main__":
    sys.exit(main())
