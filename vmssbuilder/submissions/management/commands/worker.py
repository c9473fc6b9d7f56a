"""`manage.py worker`: does the steps of submissions and other tasks as they fall due, many side by side, until it is
told to stop."""

from __future__ import annotations

import logging
import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from vmssbuilder.accounts import keyholders, sessions
from vmssbuilder.audit import chaining
from vmssbuilder.background import progress as heavy_work
from vmssbuilder.reviews import reminders
from vmssbuilder.submissions import leases, tasks
from vmssbuilder.workers import heartbeats, queue
from vmssbuilder.workers.lanes import Lanes
from vmssbuilder.workers.queue import FinishedTask

log = logging.getLogger("vmssbuilder.worker")

SWEEP_EVERY: Final = 2.0
PRUNE_EVERY: Final = 300.0
SESSIONS_EVERY: Final = 3600.0
TROUBLE_PAUSE: Final = 2.0

GRACE: Final = 8.0
"""Seconds that steps under way have to end when the worker is told to stop; containers are killed after ten."""


class WorkerLoop:
    """Gives out the work to its lanes, leaves signs of life, and does what workers that died were doing."""

    def __init__(self, lanes: int, interval: float) -> None:
        self.name = heartbeats.new_name()
        self.stopping = False
        self._most = lanes
        self._reserve = max(1, lanes // 4)
        self._interval = interval
        self._lanes = Lanes()
        self._done: list[FinishedTask] = []
        self._beaten: float | None = None
        self._next_chaining = 0.0
        self._next_sweep = 0.0
        self._next_prune = 0.0
        self._next_sessions = 0.0

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """The first signal lets the steps under way end, the second one ends the process."""
        if self.stopping:
            log.warning("stopped in the middle of a step")
            raise SystemExit(1)
        log.info("stopping after the steps under way")
        self.stopping = True
        self._lanes.nudge()

    def run(self) -> None:
        """Works until it is told to stop."""
        leases.hold_as(self.name)
        log.info("worker started with %d lanes", self._most)
        while not self.stopping:
            # A connection that the database closed meanwhile is replaced.
            close_old_connections()
            try:
                self._keep_house()
                self._give_out()
            except (OperationalError, InterfaceError) as error:
                # Another writer holds SQLite for long, or the database restarts: neither is a reason to die.
                log.warning("the database does not answer: %s", error)
                connection.close()
                time.sleep(TROUBLE_PAUSE)
                continue
            self._done += self._lanes.wait(self._interval)
        self._stop()

    def _give_out(self) -> None:
        self._finish_done()
        for share, task in queue.take(self.name, self._lanes.shares, self._most, self._reserve):
            self._lanes.start(share, task)

    def _finish_done(self) -> None:
        for done in self._done:
            if done.error is not None:
                log.error("a task failed: %s", type(done.error).__name__)
        queue.finish(self._done)
        self._done = []

    def _keep_house(self) -> None:
        now = time.monotonic()
        if self._beaten is None or now >= self._beaten + heartbeats.BEAT_EVERY:
            # Where this one was late, so may be all others: nobody is taken for dead before they had time to beat again.
            late = self._beaten is not None and now > self._beaten + heartbeats.DEAD_AFTER.total_seconds() / 2
            heartbeats.beat(self.name)
            self._beaten = now
            if late:
                self._next_sweep = now + heartbeats.DEAD_AFTER.total_seconds()
        if now >= self._next_chaining:
            self._next_chaining = now + chaining.EVERY
            try:
                chaining.catch_up()
            except IntegrityError:
                # Somebody has been at the tables of the log. Submissions go on; `verify_audit` says what does not hold.
                log.exception("the chain of the log does not go on")
        if now >= self._next_sweep:
            heartbeats.bury()
            alive = heartbeats.names()
            freed = leases.free_those_of_the_dead(alive) + queue.put_back_those_of_the_dead(alive)
            freed += leases.free_forgotten(self.name)
            woken = tasks.sweep() + heavy_work.sweep()
            if freed or woken:
                log.info(
                    "took over %d steps that nobody does any more, woke %d that were overdue", freed, woken
                )
            self._next_sweep = now + SWEEP_EVERY
        if now >= self._next_prune:
            queue.prune()
            heavy_work.forget_old()
            reminders.send_due()
            self._next_prune = now + PRUNE_EVERY
        if now >= self._next_sessions:
            sessions.forget_old()
            self._next_sessions = now + SESSIONS_EVERY

    def _stop(self) -> None:
        until = time.monotonic() + GRACE
        while self._lanes.running and (left := until - time.monotonic()) > 0:
            self._done += self._lanes.wait(left)
        try:
            self._finish_done()
            # What did not end in time is done by others, as if this worker had died.
            released = queue.put_back(list(self._lanes.running))
            leases.free_those_of(self.name)
            heartbeats.leave(self.name)
        except (OperationalError, InterfaceError) as error:
            log.warning("the database does not answer: %s", error)
        else:
            if released:
                log.info("left %d steps to others", released)
        self._lanes.close()
        connections.close_all()
        log.info("worker stopped")


def _small_cache(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    # Each lane has a connection; a worker reads single rows.
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-1000")


class Command(BaseCommand):
    help = "Carries submissions to Azure, many at once, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--interval",
            type=float,
            default=0.25,
            help="seconds between two looks when there is nothing to do",
        )

    def handle(self, *args: Any, interval: float, **options: Any) -> None:
        # The queue's own lines about each wake-up say nothing that the submission does not.
        for name in ("django_tasks", "django_tasks_db"):
            logging.getLogger(name).setLevel(logging.WARNING)
        connection_created.connect(_small_cache)
        worker = WorkerLoop(settings.VMSSBUILDER_LANES, interval)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, worker.shutdown)
        keyholders.announce("worker")
        worker.run()
