"""`manage.py worker`: does the steps of submissions as they fall due, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from vmssbuilder.accounts import keyholders, sessions
from vmssbuilder.submissions import leases, tasks
from vmssbuilder.workers import heartbeats

log = logging.getLogger("vmssbuilder.worker")

SWEEP_EVERY: Final = 3.0
PRUNE_EVERY: Final = 300.0
SESSIONS_EVERY: Final = 3600.0
TROUBLE_PAUSE: Final = 2.0


class Worker(TaskWorker):
    """The task queue's own worker, which also sweeps and prunes, and stops between two tasks rather than inside one."""

    def __init__(self, interval: float) -> None:
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=heartbeats.new_name(),
            excluded_queue_names=[],
        )
        self._next_beat = 0.0
        self._next_sweep = 0.0
        self._next_prune = 0.0
        self._next_sessions = 0.0

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """The first signal ends the loop after the current step, the second one ends the process."""
        if not self.running:
            log.warning("stopped in the middle of a step")
            raise SystemExit(1)
        log.info("stopping after the current step")
        self.running = False

    def run(self) -> None:
        log.info("worker started")
        while self.running:
            # A connection that the database closed meanwhile is replaced.
            close_old_connections()
            try:
                self._keep_house()
                idle = not self._next_task()
            except OperationalError as error:
                # Another writer holds SQLite for long, or the database restarts: neither is a reason to die.
                log.warning("the database does not answer: %s", error)
                time.sleep(TROUBLE_PAUSE)
                continue
            if idle and self.running:
                time.sleep(self.interval)
        heartbeats.leave(self.worker_id)
        log.info("worker stopped")

    def _keep_house(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            heartbeats.beat(self.worker_id)
            self._next_beat = now + heartbeats.BEAT_EVERY
        if now >= self._next_sweep:
            freed, woken = leases.free_those_of_the_dead(), tasks.sweep()
            if freed or woken:
                log.info("took over %d steps of dead workers, woke %d overdue submissions", freed, woken)
            self._next_sweep = now + SWEEP_EVERY
        if now >= self._next_prune:
            tasks.prune()
            self._next_prune = now + PRUNE_EVERY
        if now >= self._next_sessions:
            sessions.forget_old()
            self._next_sessions = now + SESSIONS_EVERY

    def _next_task(self) -> bool:
        """Does one task that is due; answers whether there was one."""
        due = DBTaskResult.objects.ready().filter(backend_name=self.backend_name)
        if not due.exists():
            # Without taking the lock that everybody who writes needs.
            return False
        with exclusive_transaction(due.db):
            found = due.get_locked()
            if found is not None:
                found.claim(self.worker_id)
        if found is not None:
            self.run_task(found)
        return True


class Command(BaseCommand):
    help = "Carries submissions to Azure, step by step, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--interval",
            type=float,
            default=0.5,
            help="seconds between two looks when there is nothing to do",
        )

    def handle(self, *args: Any, interval: float, **options: Any) -> None:
        # The queue's own lines about each wake-up say nothing that the submission does not.
        for name in ("django_tasks", "django_tasks_db"):
            logging.getLogger(name).setLevel(logging.WARNING)
        worker = Worker(interval)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, worker.shutdown)
        keyholders.announce("worker")
        worker.run()
