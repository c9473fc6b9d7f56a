"""The product as processes that can be killed and started again: web, two workers, and the sandbox that keeps its Azure."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.server import ROOT

WORKERS: Final = ("worker-1", "worker-2")
START_SECONDS: Final = 180


class Processes:
    """The processes by name, each the leader of a group of its own. folder: for their logs and the sandbox's state.

    env: what differs from this process. operation: seconds that an operation takes. quick: with the short durations of
    `bench.quick_worker`.
    """

    def __init__(self, folder: Path, env: Mapping[str, str], *, operation: float, quick: bool) -> None:
        self.folder = folder
        self.journal = folder / "sandbox.json"
        self.web, self.sandbox = _free_ports()
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox}"
        self._env = os.environ | {
            **env,
            "PORT": str(self.web),
            "WEB_CONCURRENCY": "2",
            "VMSSBUILDER_SANDBOX_URL": self.sandbox_url,
            "PYTHONUNBUFFERED": "1",
            "PYTHONFAULTHANDLER": "1",
        }
        worker = ["-m", "bench.quick_worker"] if quick else ["manage.py", "worker"]
        self._commands = {
            "web": ["-m", "gunicorn", "vmssbuilder.wsgi"],
            "sandbox": [
                *("-m", "vmssbuilder.sandbox", "--port", str(self.sandbox)),
                *("--delay", str(operation), "--keep", str(self.journal)),
            ],
            **dict.fromkeys(WORKERS, worker),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._said: dict[str, int] = {}
        self.web_killed = 0.0
        """When a process that answers people was killed last, by the monotonic clock."""

    def start(self, name: str) -> None:
        """Starts one."""
        log = self._log(name)
        self._said[name] = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            self._running[name] = subprocess.Popen(
                [sys.executable, *self._commands[name]],
                cwd=ROOT,
                env=self._env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def start_all(self) -> None:
        """Starts those that are not running."""
        for name in self._commands:
            if name not in self._running:
                self.start(name)

    def kill(self, name: str, chance: random.Random) -> str:
        """SIGKILL, for the process and those that it started; answers what was killed. Of the web server it is at times
        one process alone that answers people, which gunicorn replaces.
        """
        process = self._running[name]
        if name == "web":
            self.web_killed = time.monotonic()
            answering = children(process.pid)
            if answering and chance.random() < 0.5:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(answering), signal.SIGKILL)
                return "web process"
        del self._running[name]
        _signal_group(process)
        process.wait()
        return {"web": "web server"}.get(name, name.partition("-")[0])

    def stop(self) -> None:
        """Ends all that run."""
        # All before anybody is waited for: whoever interrupts this leaves nothing running.
        for process in self._running.values():
            _signal_group(process)
        for process in self._running.values():
            process.wait()
        self._running.clear()

    def died(self) -> list[str]:
        """The names of those that ended by themselves, with the last that they said."""
        return [
            f"{name} ended by itself ({process.poll()}): {self._log(name).read_text('utf-8', 'replace')[-800:]}"
            for name, process in self._running.items()
            if process.poll() is not None
        ]

    def wait(self, *names: str) -> None:
        """Waits until these are there, or all. Raises SystemExit when one is not in time."""
        until = time.monotonic() + START_SECONDS
        while missing := [name for name in names or self._running if not self._is_there(name)]:
            if died := self.died():
                raise SystemExit("\n".join(died))
            if time.monotonic() > until:
                raise SystemExit(f"{missing[0]} did not start: {self._where(missing[0])}")
            time.sleep(0.05)

    def _where(self, name: str) -> str:
        """The last that a process said, and where it is: Python tells that when it is aborted."""
        self._running[name].send_signal(signal.SIGABRT)
        self._running[name].wait()
        return self._log(name).read_text("utf-8", "replace")[self._said[name] :][-4_000:]

    def _is_there(self, name: str) -> bool:
        if name == "web":
            return _answers(self.web, "/healthz")
        if name == "sandbox":
            return _answers(self.sandbox, "/_sandbox/health")
        with self._log(name).open("rb") as log:
            log.seek(self._said[name])
            return b"worker started" in log.read()

    def accepted(self) -> dict[str, tuple[str, str]]:
        """The operations that the sandbox accepted, by id: the name of the scale set, and create, update and so on."""
        try:
            state: dict[str, Any] = json.loads(self.journal.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return {each["id"]: (each["key"][2], each["kind"]) for each in state["operations"]}

    def forget_azure(self) -> None:
        """Empties the sandbox; sign-ins stay."""
        connection = http.client.HTTPConnection("127.0.0.1", self.sandbox, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", "/_sandbox/reset")
            assert connection.getresponse().status == 200

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text().split()]


def _signal_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
