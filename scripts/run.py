"""Runs the whole product on this machine: prepares it, starts the processes of the Procfile, stops them together.

The run ends with 0 when it was asked to end (Ctrl-C, SIGTERM, SIGHUP), and with 1 when a process died by itself.
"""

from __future__ import annotations

import ctypes
import fcntl
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO, Final

import local_env

ROOT: Final = Path(__file__).resolve().parent.parent
START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
PDEATHSIG: Final = 1  # PR_SET_PDEATHSIG of linux/prctl.h


class CannotRun(Exception):
    """The product cannot be started; the message tells the person what to do."""


def main() -> int:
    """The whole run."""
    os.chdir(ROOT)
    (ROOT / "var").mkdir(exist_ok=True)
    only_run = lock(ROOT / "var" / "run.lock")
    local_env.ensure()
    env = environment(dict(os.environ), read_env(ROOT / ".env"))
    sandbox = env["VMSSBUILDER_CLOUD"] == "sandbox"
    commands = procfile((ROOT / "Procfile").read_text())
    if not sandbox:
        del commands["sandbox"]

    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)

    port = port_number(env, "PORT")
    if sandbox and port == port_number(env, "SANDBOX_PORT"):
        raise CannotRun(f"PORT and SANDBOX_PORT are both {port}: the product and the sandbox need one each.")
    need_free(port, "PORT")
    if sandbox:
        need_free(port_number(env, "SANDBOX_PORT"), "SANDBOX_PORT")
    end_with_make(stopping)

    # What the product writes (database, logs) is for the person who runs it alone.
    os.umask(0o077)
    accounts = prepare(env)
    if stopping.is_set():
        return 0
    processes = Processes(commands, env)
    try:
        died = wait(processes, stopping, until=lambda: answers(port), seconds=START_SECONDS)
        if died is None and not stopping.is_set():
            print(banner(port, sandbox, accounts), flush=True)
            died = wait(processes, stopping)
    finally:
        # A second Ctrl-C while stopping changes nothing: the processes have their time limit.
        processes.stop()
    if died:
        raise CannotRun(died)
    print("Stopped.", flush=True)
    only_run.close()
    return 0


def lock(path: Path) -> IO[str]:
    """Holds the lock of this folder while the answer is open; the system lets go of it with the process, however it ends.

    Two runs would share one database, one sandbox and one set of static files.
    """
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        number = file.read().strip()
        file.close()
        who = f" (process {number})" if number else ""
        raise CannotRun(
            f"The product runs in this folder already{who}. Stop it with Ctrl-C where it runs."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def end_with_make(stopping: threading.Event) -> None:
    """Sees to it that nothing is left when the `make` that started this run is killed outright."""
    parent = os.getppid()
    if "MAKELEVEL" not in os.environ:
        return

    def watch() -> None:
        while not stopping.wait(0.5):
            if os.getppid() != parent:
                stopping.set()

    threading.Thread(target=watch, daemon=True).start()


def read_env(path: Path) -> dict[str, str]:
    """The plain NAME=value lines of a `.env` file."""
    lines = re.findall(
        r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$", path.read_text(), re.MULTILINE
    )
    return {name: value.strip("'\"") for name, value in lines}


def environment(own: dict[str, str], file: dict[str, str]) -> dict[str, str]:
    """What the processes see: our own environment first, then `.env`, then what follows from both."""
    env = {"PORT": "8000", "SANDBOX_PORT": "8001", "VMSSBUILDER_CLOUD": "sandbox", **file, **own}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', os.defpath)}"
    env["PYTHONUNBUFFERED"] = "1"
    # At a terminal, the comings and goings of server workers are noise.
    env.setdefault("GUNICORN_CMD_ARGS", "--log-level warning")
    # The port decides, so that both sides always mean the same sandbox.
    env["VMSSBUILDER_SANDBOX_URL"] = f"http://127.0.0.1:{env['SANDBOX_PORT']}"
    return env


def procfile(text: str) -> dict[str, str]:
    """The commands of a Procfile by their name."""
    return dict(re.findall(r"^([A-Za-z0-9_-]+):\s*(.+)$", text, re.MULTILINE))


def port_number(env: dict[str, str], name: str) -> int:
    """The port that an environment variable names."""
    text = env[name]
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise CannotRun(f"{name}={text} is not a port. A port is a number from 1 to 65535.")
    return int(text)


def need_free(port: int, name: str) -> None:
    """Refuses to go on when something listens on the port already."""
    with socket.socket() as probe:
        # As the servers do: a connection that is still closing from the last run is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotRun(
                f"Port {port} needs rights that you do not have. Choose another: {name}=<port>"
            ) from None
        except OSError:
            raise CannotRun(
                f"Port {port} is taken: is the product running already? "
                f"Stop what uses it, or choose another port: make run {name}={port + 10}"
            ) from None


def prepare(env: dict[str, str]) -> str:
    """Database, static files, demo accounts. Answers with who can sign in."""
    # In a session of its own: Ctrl-C lets a half-done migration finish first.
    done = subprocess.run(
        [sys.executable, "scripts/prepare.py"],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode:
        raise CannotRun("Preparing the database and static files failed; the cause stands above.")
    return done.stdout


def answers(port: int) -> bool:
    """Whether the web process answers yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def banner(port: int, sandbox: bool, accounts: str) -> str:
    """What the person reads when everything is up."""
    lines = ["", f"  vmssbuilder is ready:  http://127.0.0.1:{port}/", ""]
    if sandbox:
        lines += [
            "  This is the sandbox: it plays Microsoft Entra ID and Azure, and nothing leaves this machine.",
            "  Choose “Sign in with Microsoft” and pick one of its demo people.",
            "",
        ]
    if accounts.strip():
        lines += [f"  {line}".rstrip() for line in accounts.strip().splitlines()] + [""]
    return "\n".join([*lines, "  Ctrl-C stops it.", ""])


class Processes:
    """The running processes, each leader of a process group of its own, so that its children end with it."""

    def __init__(self, commands: dict[str, str], env: dict[str, str]) -> None:
        self.width = max(map(len, commands))
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.readers: list[threading.Thread] = []
        for name, command in commands.items():
            self.running[name] = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                # Safe here: the first thread starts after the last process.
                preexec_fn=_end_with_parent(),  # noqa: PLW1509 - see above
            )
        for name, process in self.running.items():
            reader = threading.Thread(target=self._print, args=(name, process.stdout), daemon=True)
            reader.start()
            self.readers.append(reader)

    def died(self) -> str | None:
        """What happened to the first process found dead, or None."""
        for name, process in self.running.items():
            code = process.poll()
            if code is not None:
                how = (
                    f"was killed by {signal.Signals(-code).name}"
                    if code < 0
                    else f"ended with exit code {code}"
                )
                return f"The {name} process {how}, so everything was stopped."
        return None

    def stop(self) -> None:
        """Ends all processes and their children: politely, then by force."""
        for process in self.running.values():
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(
            process.poll() is None for process in self.running.values()
        ):
            time.sleep(0.05)
        for process in self.running.values():
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
        for reader in self.readers:
            reader.join(timeout=1)

    def _print(self, name: str, stream: IO[str]) -> None:
        for line in stream:
            print(f"{name:>{self.width}} | {line}", end="", flush=True)


def wait(
    processes: Processes,
    stopping: threading.Event,
    until: Callable[[], bool] = lambda: False,
    seconds: float = float("inf"),
) -> str | None:
    """Waits for `until`, for the person or for a death, which is described in the answer."""
    deadline = time.monotonic() + seconds
    while not stopping.wait(0.2):
        if died := processes.died():
            return died
        if until():
            return None
        if time.monotonic() > deadline:
            return f"The web process did not answer within {seconds:.0f} seconds, so everything was stopped."
    return None


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # The group is gone already; macOS says "not permitted" when only dead members are left.
        return


def _end_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends our processes even when this one is killed outright and cannot do it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PDEATHSIG, signal.SIGTERM)

    return ask


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as problem:
        sys.exit(f"\n{problem}")
