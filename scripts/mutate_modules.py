"""Breaks the modules that must never fail in small ways, one at a time, and looks whether a test notices.

    .venv/bin/python scripts/mutate_modules.py [module ...] [--guards] [--sample 300] [--seed 1]

Without names all modules of TESTS. --guards: only locks, transactions, permissions, refusals (those of tokens among them)
and records; without it, these and all others, of which --sample takes some. Each mutant is put in place in a process of its
own, forked when Django and the tests are loaded, where the tests that run its line are run until one fails. Locks need two
connections: they are tried on PostgreSQL, and so is what nobody missed on SQLite of transactions and of rows to be locked.

Prints the mutants that no test notices, and the figures of each module. Ends with 1 when a guard is among them, or when
fewer than 95 % were noticed; those in `equivalent_mutants.py` aside, which must not be more than a tenth.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import coverage  # noqa: E402 - the path to the project is set above
import mutants  # noqa: E402 - as above
import pytest  # noqa: E402 - as above
from equivalent_mutants import EQUIVALENT  # noqa: E402 - as above
from mutants import Mutant  # noqa: E402 - as above


def _of(app: str, *names: str) -> list[str]:
    return ["tests/actions", *(f"tests/{app}/test_{name}.py" for name in names)]


_SENDING: Final = _of(
    "submissions", "each_step", "doubtful", "faults", "keys", "misbehaving", "transitions", "updates"
)
_UPDATES: Final = [*_of("updates", "actions", "changes", "opening"), "tests/submissions/test_updates.py"]
_CLIENT: Final = [
    f"tests/azure/test_{name}.py"
    for name in ("begin", "client", "contract", "misbehaving", "operation_steps", "operations", "sending")
]

TESTS: Final[dict[str, list[str]]] = {
    "vmssbuilder.accounts.throttling": ["tests/accounts/test_throttling.py"],
    "vmssbuilder.accounts.tokens": ["tests/accounts/test_tokens.py"],
    "vmssbuilder.azure.operations": _CLIENT,
    "vmssbuilder.azure.sending": _CLIENT,
    "vmssbuilder.azure.signin": ["tests/azure/test_signin_parts.py", "tests/azure/test_signin.py"],
    "vmssbuilder.drafts.access": _of("drafts", "access", "actions", "turns"),
    "vmssbuilder.drafts.actions": _of("drafts", "actions", "list_acts", "saving"),
    "vmssbuilder.drafts.merging": _of("drafts", "merging", "actions"),
    "vmssbuilder.drafts.vault": _of("drafts", "actions", "lost_keys", "vault"),
    "vmssbuilder.encryption": ["tests/test_encryption.py"],
    "vmssbuilder.reviews.approvers": ["tests/reviews/test_approvals.py"],
    "vmssbuilder.reviews.approvals": [
        "tests/reviews/test_approvals.py",
        *_of("reviews", "queries"),
        "tests/submissions/test_seals.py",
    ],
    "vmssbuilder.reviews.away.actions": ["tests/reviews/test_away.py"],
    "vmssbuilder.reviews.away.queries": ["tests/reviews/test_away.py"],
    "vmssbuilder.reviews.reminders": ["tests/reviews/test_away.py"],
    "vmssbuilder.reviews.sealing": ["tests/submissions/test_seals.py"],
    "vmssbuilder.reviews.actions": _of("reviews", "actions", "queries"),
    "vmssbuilder.reviews.overrides": _of("reviews", "actions", "queries"),
    "vmssbuilder.reviews.queries": _of("reviews", "actions", "queries"),
    "vmssbuilder.submissions.actions": _of("submissions", "actions", "updates"),
    "vmssbuilder.submissions.arm": _SENDING,
    "vmssbuilder.submissions.leases": _of("submissions", "leases"),
    "vmssbuilder.submissions.permits": ["tests/submissions/test_seals.py"],
    "vmssbuilder.submissions.queries": _of("submissions", "actions", "each_step"),
    "vmssbuilder.submissions.transitions": _SENDING,
    "vmssbuilder.submissions.tasks": _of("submissions", "leases"),
    "vmssbuilder.seals": ["tests/submissions/test_seals.py"],
    "vmssbuilder.updates.actions": _UPDATES,
    "vmssbuilder.updates.live": _UPDATES,
    "vmssbuilder.updates.planning": _UPDATES,
}
"""The modules, and the tests that answer for each."""

ENOUGH: Final = 95
"""Percent that have to be noticed."""

AT_LEAST: Final = 60
"""Tests that are run for one mutant, where so many run its line."""

SECONDS: Final = 12.0
"""How long more than these are run for one mutant that is no guard."""

Verdicts = dict[str, bool]


# --- in the process that has the tests loaded -------------------------------------------------------------------------


class Runner:
    """A plugin of pytest: where it would run the tests, it runs them anew for each mutant, in a fork."""

    def __init__(self, wanted: Sequence[Mutant]) -> None:
        self.wanted = wanted
        self.noticed: Verdicts = {}
        self.tests: list[pytest.Item] = []
        self.covering: dict[tuple[str, int], set[int]] = {}
        self.sound: set[int] = set()
        self.lasted: list[float] = []
        self.killers: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._pristine: tuple[Path, Path] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.tests = session.items
        # What the tests say in their forks is nobody's business.
        session.config.pluginmanager.unregister(name="terminalreporter")
        self._make_database(session.config)
        failed = self._look()
        began = time.monotonic()
        if failed:
            print(f"left aside, because they fail as it is: {failed}", flush=True)
        for number, mutant in enumerate(self.wanted, 1):
            self.noticed[mutant.name] = self._try(mutant)
            if not self.noticed[mutant.name] and mutant.name not in EQUIVALENT:
                print(f"line {mutant.line} [{mutant.kind}] {mutant.name}", flush=True)
            if not number % 50:
                print(f"{number} of {len(self.wanted)} after {time.monotonic() - began:.0f} s", flush=True)
        return True

    def _make_database(self, config: pytest.Config) -> None:
        """One database, before any fork; the tests are told that it is there."""
        from django.db import connection, connections
        from django.test import utils
        from pytest_django.plugin import blocking_manager_key

        with config.stash[blocking_manager_key].unblock():
            utils.setup_databases(verbosity=0, interactive=False)
            if connection.vendor == "sqlite":
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connections.close_all()
        utils.setup_databases = lambda *_what, **_named: []
        utils.teardown_databases = lambda *_what, **_named: None
        if connection.vendor == "sqlite":
            path = Path(str(connection.settings_dict["NAME"]))
            self._pristine = (path, path.with_suffix(".pristine"))
            shutil.copyfile(*self._pristine)

    def _look(self) -> list[str]:
        """Runs all tests once as it is, and keeps which lines each runs. Answers those that fail."""

        def run() -> Any:
            files = [str(mutants.path_of(each)) for each in {mutant.module for mutant in self.wanted}]
            tracer = coverage.Coverage(data_file=None, include=files, config_file=False, messages=False)
            tracer.start()
            lasted, failed = [], []
            for position, item in enumerate(self.tests):
                tracer.switch_context(str(position))
                began = time.monotonic()
                before = item.session.testsfailed
                _run(item, self.tests[(position + 1) % len(self.tests)])
                lasted.append(time.monotonic() - began)
                if item.session.testsfailed > before:
                    failed.append(item.nodeid)
            tracer.switch_context("")
            tracer.stop()
            data = tracer.get_data()
            lines = {
                (file, line): {int(each) for each in contexts if each}
                for file in data.measured_files()
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            return lasted, failed, lines

        began = time.monotonic()
        self.lasted, failed, self.covering = self._forked(run, 3600)
        broken = set(failed)
        self.tests = list(self.tests)
        self.sound = {number for number, test in enumerate(self.tests) if test.nodeid not in broken}
        for tests in self.covering.values():
            tests.intersection_update(self.sound)
        print(f"{len(self.tests)} tests in {time.monotonic() - began:.0f} s", flush=True)
        return list(failed)

    def _try(self, mutant: Mutant) -> bool:
        """Whether a test fails, or does not come to an end."""
        numbers = self._as_many_as_it_is_worth(mutant)
        if not numbers:
            return False

        def run() -> Any:
            try:
                mutants.apply(mutant)
            except mutants.CannotApply:
                return -1
            except Exception:  # noqa: BLE001 - it cannot even be loaded
                return numbers[0]
            for place, number in enumerate(numbers):
                item = self.tests[number]
                signal.alarm(int(20 + 10 * self.lasted[number]))
                _run(item, self.tests[numbers[(place + 1) % len(numbers)]])
                if item.session.testsfailed:
                    return number
            return None

        killer = self._forked(run, 60)
        if isinstance(killer, int):
            self.killers[mutant.module, mutant.function][killer] += 1
        return killer is not None

    def _as_many_as_it_is_worth(self, mutant: Mutant) -> list[int]:
        numbers = self._in_order(mutant, self._tests_of(mutant))
        until = [*accumulate(self.lasted[each] for each in numbers)]
        return [
            number
            for place, number in enumerate(numbers)
            if mutant.is_guard or place < AT_LEAST or until[place] <= SECONDS
        ]

    def _in_order(self, mutant: Mutant, tests: set[int]) -> list[int]:
        """First those that noticed something in this function, then the module's own, and of these and the others one of
        each way through it, a second one, and so on."""
        path = str(mutants.path_of(mutant.module))
        ways: defaultdict[frozenset[int], list[int]] = defaultdict(list)
        for each in sorted(tests, key=lambda number: self.lasted[number]):
            lines = range(mutant.first_line, mutant.last_line + 1)
            ways[frozenset(line for line in lines if each in self.covering.get((path, line), ()))].append(
                each
            )
        turn = {each: number for same in ways.values() for number, each in enumerate(same)}
        known = self.killers[mutant.module, mutant.function]
        own = tuple(TESTS[mutant.module])
        others = {each: not self.tests[each].nodeid.startswith(own) for each in tests}
        return sorted(tests, key=lambda each: (-known[each], others[each], turn[each], self.lasted[each]))

    def _tests_of(self, mutant: Mutant) -> set[int]:
        path = str(mutants.path_of(mutant.module))
        if mutant.function:
            lines = (mutant.line, *range(mutant.line - 1, mutant.first_line - 1, -1))
            # For a line inside a statement: the tests of the lines before it.
            return next((found for line in lines if (found := self.covering.get((path, line)))), set())
        # A test that looks at a constant need not run a line of the module.
        own = tuple(TESTS[mutant.module])
        looking = {number for number in self.sound if self.tests[number].nodeid.startswith(own)}
        return looking.union(*(tests for (file, _line), tests in self.covering.items() if file == path))

    def _forked(self, run: Callable[[], Any], seconds: float) -> Any:
        """What `run` answers in a process of its own; "lost" when it does not answer."""
        if self._pristine is not None:
            path, kept = self._pristine
            for more in ("-wal", "-shm"):
                Path(f"{path}{more}").unlink(missing_ok=True)
            shutil.copyfile(kept, path)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            signal.alarm(int(seconds))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            try:
                with os.fdopen(writing, "wb") as pipe:
                    pickle.dump(run(), pipe)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        return pickle.loads(answer) if answer else "lost"  # noqa: S301 - from our own fork


def _run(item: pytest.Item, following: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def run(wanted: Sequence[Mutant]) -> Verdicts:
    """Which of the mutants are noticed, on the database of this process."""
    runner = Runner(wanted)
    files = sorted({file for mutant in wanted for file in TESTS[mutant.module] if (ROOT / file).exists()})
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "-s"]
    status = pytest.main([*options, *files], plugins=[runner])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit(f"pytest ends with {status}")
    return runner.noticed


def on_postgresql(wanted: Sequence[Mutant]) -> Verdicts:
    """The same in a process that has PostgreSQL."""
    command = [sys.executable, __file__, "--these"]
    environment = os.environ | {"VMSSBUILDER_TEST_DATABASE": "postgresql"}
    names = json.dumps([mutant.name for mutant in wanted])
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*command, str(writing)], env=environment, stdin=subprocess.PIPE, pass_fds=[writing], text=True
    ) as process:
        os.close(writing)
        assert process.stdin is not None
        process.stdin.write(names)
        process.stdin.close()
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
    if not answer:
        sys.exit("PostgreSQL's part ended early.")
    noticed: Verdicts = json.loads(answer)
    return noticed


# --- what is tried, and how it went -----------------------------------------------------------------------------------


def chosen(modules: Sequence[str], *, guards: bool, sample: int | None, seed: int) -> list[Mutant]:
    """All guards of the modules; with them, unless only these are wanted, a random part of the rest."""
    every = [mutant for module in modules for mutant in mutants.of(module)]
    first = [mutant for mutant in every if mutant.is_guard]
    others = [mutant for mutant in every if not mutant.is_guard]
    if guards:
        return first
    if sample is not None and sample < len(others):
        others = random.Random(seed).sample(others, sample)  # noqa: S311 - which are tried is no secret
    return first + others


def _is_about_rows_held(mutant: Mutant) -> bool:
    return mutant.kind == "transaction" or "select_for_update" in mutant.name


def told(wanted: Sequence[Mutant], noticed: Verdicts) -> int:
    """Prints the figures; answers how the process ends."""
    print(f"\n{'module':36} {'mutants':>8} {'noticed':>8} {'same':>6} {'missed':>7} {'guards missed':>14}")
    totals: Counter[str] = Counter()
    of_module: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant in wanted:
        seen = noticed[mutant.name]
        fate = "noticed" if seen else "same" if mutant.name in EQUIVALENT else "missed"
        for counts in (of_module[mutant.module], totals):
            counts["all"] += 1
            counts[fate] += 1
            counts["guards"] += fate == "missed" and mutant.is_guard
    for name, counts in [*of_module.items(), ("all", totals)]:
        figures = (counts[each] for each in ("all", "noticed", "same", "missed", "guards"))
        print("{:36} {:8} {:8} {:6} {:7} {:14}".format(name.removeprefix("vmssbuilder."), *figures))
    judged = totals["all"] - totals["same"]
    percent = 100 * totals["noticed"] / judged if judged else 100.0
    print(
        f"{percent:.1f} % of those that mean something else are noticed; {ENOUGH} % have to be, and every guard."
    )
    return 1 if percent < ENOUGH or totals["guards"] or totals["same"] * 10 > totals["all"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Tries the tests of the modules that must never fail.")
    parser.add_argument("modules", nargs="*", metavar="module", help="such as submissions.transitions")
    parser.add_argument("--guards", action="store_true")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--these", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.these is not None:
        names = set(json.load(sys.stdin))
        every = [mutant for module in TESTS for mutant in mutants.of(module)]
        wanted = [mutant for mutant in every if mutant.name in names]
        with os.fdopen(given.these, "w") as pipe:
            json.dump(run(wanted), pipe)
        return 0
    unknown = [name for name in given.modules if f"vmssbuilder.{name}" not in TESTS]
    if unknown:
        parser.error(f"no such module: {', '.join(unknown)}")
    modules = [f"vmssbuilder.{name}" for name in given.modules] or list(TESTS)
    wanted = chosen(modules, guards=given.guards, sample=given.sample, seed=given.seed)
    here = [mutant for mutant in wanted if mutant.kind != "lock"]
    noticed = run(here) if here else {}
    again = [
        mutant
        for mutant in wanted
        if mutant.kind == "lock" or (_is_about_rows_held(mutant) and not noticed[mutant.name])
    ]
    if again:
        print(f"{len(again)} on PostgreSQL", flush=True)
        noticed |= on_postgresql(again)
    return told(wanted, noticed)


if __name__ == "__main__":
    sys.exit(main())
