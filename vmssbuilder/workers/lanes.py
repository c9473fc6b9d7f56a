"""Lanes: threads that do tasks side by side, each with a database connection of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from queue import Empty, SimpleQueue
from typing import Any, Final

from django.db import close_old_connections, connections

from . import queue
from .queue import FinishedTask, Found, Share

IDLE: Final = 30.0
"""Seconds after which a lane without work gives its connection back."""

GATHER: Final = 0.02
"""Seconds in which several lanes may get done, so that they are given work together."""


class Lanes:
    """The lanes of this process. All methods are for one thread, the one that gives out the work."""

    def __init__(self) -> None:
        self.running: dict[Any, Share] = {}
        """The tasks under way by their key."""
        self._lanes: list[_Lane] = []
        self._idle: list[_Lane] = []
        self._done: SimpleQueue[tuple[_Lane, FinishedTask] | None] = SimpleQueue()

    @property
    def shares(self) -> Counter[Share]:
        """How many tasks of each share are under way."""
        return Counter(self.running.values())

    def start(self, share: Share, task: Found) -> None:
        """Does the task in a lane that has nothing to do, or in a new one."""
        if not self._idle:
            self._lanes.append(_Lane(self._done, len(self._lanes) + 1))
            self._idle.append(self._lanes[-1])
        self.running[task.pk] = share
        # The one that was done last: with little to do, few connections are open.
        self._idle.pop().tasks.put(task)

    def wait(self, seconds: float) -> list[FinishedTask]:
        """Waits until some task came to its end, or `nudge`, or so many seconds; answers those that did."""
        ended: list[FinishedTask] = []
        try:
            first = self._done.get(timeout=seconds)
        except Empty:
            return ended
        self._take(first, ended)
        time.sleep(GATHER)
        while not self._done.empty():
            self._take(self._done.get(), ended)
        return ended

    def _take(self, ended_task: tuple[_Lane, FinishedTask] | None, ended: list[FinishedTask]) -> None:
        if ended_task is not None:
            lane, done = ended_task
            self.running.pop(done.key, None)
            self._idle.append(lane)
            ended.append(done)

    def nudge(self) -> None:
        """Ends a `wait`. For signal handlers too."""
        self._done.put(None)

    def close(self) -> None:
        """Ends the lanes that have nothing to do. One that still works is left to end with the process."""
        for lane in self._idle:
            lane.tasks.put(None)
        for lane in self._idle:
            lane.thread.join()


class _Lane:
    def __init__(self, done: SimpleQueue[tuple[_Lane, FinishedTask] | None], number: int) -> None:
        self.tasks: SimpleQueue[Found | None] = SimpleQueue()
        self._done = done
        self.thread = threading.Thread(target=self._work, name=f"lane-{number}", daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            while (task := self._next()) is not None:
                self._done.put((self, self._do(task)))
        finally:
            connections.close_all()

    def _do(self, task: Found) -> FinishedTask:
        try:
            # A connection that the database closed meanwhile is replaced.
            close_old_connections()
        except BaseException as error:  # noqa: BLE001 - a lane goes on with the next one
            return FinishedTask(task.pk, None, error)
        return queue.run(task)

    def _next(self) -> Found | None:
        try:
            return self.tasks.get(timeout=IDLE)
        except Empty:
            connections.close_all()
            return self.tasks.get()
