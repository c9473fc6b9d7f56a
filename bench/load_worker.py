"""Loads workers as a busy day would, and says how late they are: `make load-worker`.

Resource Manager is the sandbox, with 0.3 s for a GET and 1.2 s for a PUT. What other programs do on this machine shows in
the figures, so the machine's load stands beside them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.database import database
from bench.server import ROOT, installation

GET, PUT = 0.3, 1.2
SIXTY, OPERATION = 60, 10.0
SIXTY_WITHIN = 20.0
MANY, MANY_P99 = 1000, 2.0
OVERDUE, PREFLIGHT_WITHIN = 100, 2.0
PEOPLE = ("rita", "rolf", "ada")


def main() -> int:
    """Each measurement on the chosen database; ends with 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.load_worker", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long a thousand are in flight")
    parser.add_argument("--only", choices=["sixty", "preflight", "many"])
    chosen = parser.parse_args()
    missed = 0
    with database(chosen.database), installation(), tempfile.TemporaryDirectory() as folder:
        load = Load(Path(folder))
        for name, measure in (
            ("sixty", load.sixty),
            ("preflight", load.preflight),
            ("many", lambda: load.many(chosen.minutes * 60)),
        ):
            if chosen.only in {None, name}:
                print(f"{chosen.database}, machine's load {os.getloadavg()[0]:.1f}:", flush=True)
                missed += not measure()
    return 1 if missed else 0


@dataclass
class Figures:
    """What the workers told of their steps. late: seconds by which each began late. cpu: seconds of all of them."""

    late: list[float]
    cpu: float

    def said(self) -> str:
        """In a line."""
        late = sorted(self.late)
        if not late:
            return "no step"
        p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
        each = 1000 * self.cpu / len(late)
        return (
            f"{len(late)} steps, late p50 {p50:.2f} s, p99 {p99:.2f} s, most {late[-1]:.2f} s, "
            f"{each:.1f} ms CPU a step"
        )


class Load:
    """Everything that is measured; each starts with an empty database and an empty sandbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sixty(self) -> bool:
        """Sixty submissions, one worker, until all have succeeded."""
        from vmssbuilder.submissions.models import Submission

        with self._azure(OPERATION) as people, self._workers(1) as (workers, figures):
            self._submit(people[:1], SIXTY, after=5.0)
            begin = time.monotonic()
            done = Submission.objects.filter(state="succeeded")
            _until(lambda: done.count() == SIXTY, 300)
            took, told = time.monotonic() - begin, figures(workers)
        print(f"  {SIXTY} submissions of one person, one worker: {took:.1f} s (goal {SIXTY_WITHIN:.0f})")
        print(f"    {told.said()}", flush=True)
        return took <= SIXTY_WITHIN

    def preflight(self) -> bool:
        """A pre-flight asked for in the middle of a hundred overdue submissions."""
        from tests.reviews.making import draft
        from vmssbuilder.preflight import actions

        with self._azure(OPERATION) as people, self._workers(1):
            wanted = draft(people[0], name="asked")
            self._submit(people, OVERDUE, after=5.0)
            time.sleep(0.2)
            run = actions.start(people[0], wanted)

            def begun() -> bool:
                run.refresh_from_db()
                return run.begun is not None

            _until(begun, 120)
        assert run.begun is not None
        waited = (run.begun - run.asked).total_seconds()
        print(
            f"  a pre-flight among {OVERDUE} overdue submissions began after {waited:.2f} s (goal {PREFLIGHT_WITHIN:.0f})",
            flush=True,
        )
        return waited <= PREFLIGHT_WITHIN

    def many(self, seconds: float) -> bool:
        """A thousand in flight, polled every 10 to 30 s, two workers."""
        from vmssbuilder.sandbox.operations import Operations
        from vmssbuilder.submissions.models import Submission

        Operations.retry_after = lambda _self: str(random.randint(10, 30))  # type: ignore[method-assign,assignment] # noqa: S311 - spreads load, guards nothing
        with self._azure(1e6) as people, self._workers(2) as (workers, figures):
            self._submit(people, MANY)
            running = Submission.objects.filter(state="running")
            _until(lambda: running.count() == MANY, 900)
            time.sleep(30)
            figures(workers)
            memory = [_memory(workers)]
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                time.sleep(min(10.0, max(0.0, until - time.monotonic())))
                memory.append(_memory(workers))
            told = figures(workers)
        late = sorted(told.late)
        p99 = late[int(len(late) * 0.99)]
        print(
            f"  {MANY} in flight for {seconds / 60:.0f} minutes, two workers: {told.said()} (goal {MANY_P99:.0f})"
        )
        print(
            f"    memory of both: {memory[0]} MB at first, {max(memory)} MB at most, {memory[-1]} MB at the end"
        )
        return p99 <= MANY_P99

    # --- what is loaded ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _azure(self, delay: float) -> Iterator[list[Any]]:
        """The sandbox, as slow as Resource Manager; answers people who signed in there. The database is emptied."""
        from django.conf import settings
        from django.core.management import call_command

        from tests.accounts import entra
        from tests.flushing.unlocked import unlocked
        from vmssbuilder.accounts.models import User
        from vmssbuilder.sandbox import world
        from vmssbuilder.sandbox.memory import Fault
        from vmssbuilder.sandbox.server import running

        with unlocked():
            call_command("flush", verbosity=0, interactive=False)
        with running(delay=delay) as sandbox:
            settings.VMSSBUILDER_SANDBOX_URL = os.environ["VMSSBUILDER_SANDBOX_URL"] = sandbox.url
            settings.ALLOWED_HOSTS = ["127.0.0.1"]
            for account in PEOPLE:
                entra.sign_in(entra.browser(), account)
            memory = sandbox.sandbox.memory
            memory.faults += [
                Fault("latency", method=method, path="/subscriptions/", seconds=wait, times=10**9)
                for method, wait in (("GET", GET), ("PUT", PUT))
            ]
            yield [User.objects.get(object_id=world.ACCOUNTS[name].oid) for name in PEOPLE]

    def _submit(self, people: list[Any], number: int, after: float = 0.0) -> None:
        """Approved requests of these people, sent; all of them due at the same moment, so many seconds from now."""
        from datetime import timedelta

        from django_tasks_db.models import DBTaskResult

        from tests.reviews.making import approved, document, draft
        from vmssbuilder import clock
        from vmssbuilder.submissions import actions
        from vmssbuilder.submissions.models import Submission

        wanted = document()
        wanted["sku"]["capacity"] = 0
        drafts = []
        for each in range(number):
            owner, reviewer = people[each % len(people)], _reviewer()
            made = draft(owner, wanted, name=f"web-{each}")
            approved(owner, reviewer, made)
            drafts.append((owner, made))
        for owner, made in drafts:
            submission = actions.submit(owner, made)
            if after:
                # Held back until all are there.
                Submission.objects.filter(pk=submission.pk).update(lease="load", lease_until=None)
        if after:
            due = clock.now() + timedelta(seconds=after)
            Submission.objects.filter(lease="load").update(next_step=due)
            DBTaskResult.objects.all().delete()
            from vmssbuilder.submissions import tasks

            for submission in Submission.objects.filter(lease="load"):
                tasks.wake_at(submission, due)
            Submission.objects.filter(lease="load").update(lease="")
            left = (due - clock.now()).total_seconds()
            assert left > 0, "the machine is too slow to make them in time"
            time.sleep(left)

    @contextlib.contextmanager
    def _workers(self, number: int) -> Iterator[tuple[list[int], Callable[[list[int]], Figures]]]:
        """Worker processes; answers their process ids, and what tells of their steps since it was asked last."""
        from vmssbuilder.workers import heartbeats

        processes = []
        for each in range(number):
            told = self.folder / f"steps-{each}"
            told.write_text("")
            command = [sys.executable, "-m", "bench.load_worker_process", str(told)]
            log = (self.folder / "workers.log").open("ab")
            processes.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))
        _until(lambda: len(heartbeats.names()) == number, 60)
        files = [self.folder / f"steps-{each}" for each in range(number)]
        cpu = {each.pid: 0.0 for each in processes}

        def figures(_workers: list[int]) -> Figures:
            late, used = [], 0.0
            for process, file in zip(processes, files, strict=True):
                lines = file.read_text().splitlines()
                late += [float(line) for line in lines[seen.get(process.pid, 0) :]]
                seen[process.pid] = len(lines)
                now = _cpu(process.pid)
                used += now - cpu[process.pid]
                cpu[process.pid] = now
            return Figures(late, used)

        seen: dict[int, int] = {}
        try:
            cpu = {each.pid: _cpu(each.pid) for each in processes}
            yield [each.pid for each in processes], figures
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(timeout=30)


def _reviewer() -> Any:
    from tests.reviews.making import person as local
    from vmssbuilder.accounts.models import Role, User

    return User.objects.filter(username="reviews").first() or local("reviews", Role.REVIEWER)


def _until(what: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise SystemExit("It did not come to its end in time.")
        time.sleep(0.1)


def _memory(workers: list[int]) -> int:
    """What the processes hold, in megabytes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in workers)
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def _cpu(pid: int) -> float:
    """Seconds of processor time that the process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
