"""The whole product as real processes (web, worker, sandbox) with a database of their own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import StorageState

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Product:
    """The running product. folder holds its database and logs; url, sandbox are addresses; sessions are people's last."""

    folder: Path
    url: str
    sandbox: str
    env: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    sessions: dict[str, StorageState] = field(default_factory=dict)

    COMMANDS = {
        "web": [sys.executable, "-m", "gunicorn", "vmssbuilder.wsgi"],
        "worker": [sys.executable, "manage.py", "worker"],
        "sandbox": [sys.executable, "-m", "vmssbuilder.sandbox"],
    }

    @property
    def database(self) -> Path:
        return self.folder / "product.sqlite3"

    def start(self, name: str) -> None:
        """Starts one process; what it prints goes to its log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.COMMANDS[name], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """SIGKILL, as a machine that dies would do it."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()

    def received(self, method: str = "") -> list[dict[str, Any]]:
        """What the sandbox's Resource Manager received for scale sets, oldest first."""
        with urllib.request.urlopen(f"{self.sandbox}/_sandbox/requests") as answer:
            every = json.load(answer)
        listed = every["requests"] if isinstance(every, dict) else every
        return [
            entry
            for entry in listed
            if "virtualmachinescalesets" in entry["path"].lower()
            and (not method or entry["method"] == method)
        ]

    def provide(self, document: dict[str, Any]) -> None:
        """Puts into the sandbox what a scale set names and the sandbox lacks."""
        self._put_there({"named": document})

    def stock(self, resources: dict[str, Any]) -> None:
        """Puts resources into the sandbox, by their ids."""
        self._put_there({"resources": resources})

    def _put_there(self, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        asked = urllib.request.Request(f"{self.sandbox}/_sandbox/stock", body, method="POST")
        with urllib.request.urlopen(asked) as answer:
            assert answer.status == 200

    def newest(self, column: str) -> Any:
        """A column of the newest submission, read where the worker writes it: no page follows as fast."""
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            row = database.execute(
                f"SELECT {column} FROM submissions_submission ORDER BY id DESC LIMIT 1"  # noqa: S608 - our own word
            ).fetchone()
        return row[0] if row else None

    def newest_resource(self) -> Any:
        """The scale set of the newest submission, as the last GET answered it."""
        return json.loads(self.newest("resource"))

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Looks again and again; fails with what was waited for."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)


@contextlib.contextmanager
def installed(
    folder: Path, *, azure: str = "", sandbox_port: int = 0, world: Path | None = None
) -> Iterator[Product]:
    """The product, freshly installed in a folder, with its worker and sandbox, until the end of the block.

    azure: the address at which the product reaches the sandbox, where something is between them; sandbox_port is its own.
    world: a file with other subscriptions and resource groups for the sandbox.
    """
    port, sandbox_port = free_port(), sandbox_port or free_port()
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "BROWSER_TESTS_SANDBOX_URL": azure or sandbox,
        "BROWSER_TESTS_DATABASE": str(folder / "product.sqlite3"),
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        "PYTHONUNBUFFERED": "1",
        "VMSSBUILDER_SANDBOX_DELAY": "2",
        "VMSSBUILDER_SANDBOX_WORLD": str(world or ""),
    }
    running = Product(folder, f"http://127.0.0.1:{port}", sandbox, env)
    running.COMMANDS["sandbox"] = [sys.executable, "-m", "vmssbuilder.sandbox", "--port", str(sandbox_port)]
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    try:
        for name in running.COMMANDS:
            running.start(name)
        wait_until(lambda: _answers(f"{running.url}/healthz"), f"the web server\n{running.log()}")
        wait_until(lambda: _answers(f"{sandbox}/_sandbox/requests"), f"the sandbox\n{running.log()}")
        yield running
    finally:
        for name in list(running.processes):
            running.kill(name)
