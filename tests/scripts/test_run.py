"""The local run: settings, ports, and processes that start, die and stop together."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return import_module("run")


@pytest.fixture
def local_env(run: Any) -> Any:
    return import_module("local_env")


class TestEnvFile:
    def test_is_for_its_owner_alone_and_holds_fresh_keys(
        self, local_env: Any, run: Any, tmp_path: Path
    ) -> None:
        first, second = tmp_path / "first", tmp_path / "second"
        local_env.write(first)
        local_env.write(second)
        assert stat.S_IMODE(first.stat().st_mode) == 0o600
        one, two = run.read_env(first), run.read_env(second)
        assert set(one) == {
            "DJANGO_SECRET_KEY",
            "VMSSBUILDER_SECRET_KEYS",
            "VMSSBUILDER_CLOUD",
            "PORT",
            "SANDBOX_PORT",
        }
        assert len(one["DJANGO_SECRET_KEY"]) >= 50
        assert one["DJANGO_SECRET_KEY"] != two["DJANGO_SECRET_KEY"]
        assert one["VMSSBUILDER_SECRET_KEYS"] != two["VMSSBUILDER_SECRET_KEYS"]

    def test_an_existing_file_is_never_changed(self, local_env: Any, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        path.write_text("DJANGO_SECRET_KEY=mine\n")
        local_env.ensure(path)
        assert local_env.write(path) is False
        assert path.read_text() == "DJANGO_SECRET_KEY=mine\n"
        assert list(tmp_path.iterdir()) == [path]

    def test_data_without_its_keys_is_spoken_of(
        self, local_env: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "vmssbuilder.sqlite3").touch()
        local_env.ensure(tmp_path / ".env")
        assert "cannot be read" in capsys.readouterr().err


class TestEnvironment:
    def test_ours_wins_over_the_file_and_the_file_over_what_is_usual(self, run: Any) -> None:
        env = run.environment({"PORT": "9000", "PATH": "/bin"}, {"PORT": "8100", "SANDBOX_PORT": "8101"})
        assert (env["PORT"], env["SANDBOX_PORT"], env["VMSSBUILDER_CLOUD"]) == ("9000", "8101", "sandbox")
        assert env["VMSSBUILDER_SANDBOX_URL"] == "http://127.0.0.1:8101"

    def test_the_processes_find_the_same_python(self, run: Any) -> None:
        env = run.environment({"PATH": "/bin"}, {})
        assert env["PATH"] == f"{Path(sys.executable).parent}:/bin"

    @pytest.mark.parametrize("text", ["", "0", "65536", "80a", "-1", "8 000", "१२३"])
    def test_what_is_no_port_is_refused(self, run: Any, text: str) -> None:
        with pytest.raises(run.CannotRun, match="is not a port"):
            run.port_number({"PORT": text}, "PORT")

    def test_a_taken_port_is_refused_with_another_to_try(self, run: Any) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(run.CannotRun, match=f"Port {port} is taken.*make run PORT={port + 10}"):
                run.need_free(port, "PORT")
        run.need_free(port, "PORT")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with the real run script: a web process, and a worker with a child of its own."""
    root = tmp_path / "a folder+with signs"
    (root / "scripts").mkdir(parents=True)
    for name in ("run.py", "local_env.py"):
        (root / "scripts" / name).write_text((SCRIPTS / name).read_text())
    (root / "scripts" / "prepare.py").write_text("print('requester, reviewer')\n")
    (root / "web.py").write_text(
        textwrap.dedent("""
            import http.server, os, pathlib

            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.end_headers()

                def log_message(self, *words):
                    pass

            pathlib.Path("web.pid").write_text(str(os.getpid()))
            http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
        """)
    )
    (root / "worker.py").write_text(
        textwrap.dedent("""
            import os, pathlib, subprocess, time

            child = subprocess.Popen(["sleep", "60"])
            pathlib.Path("child.pid").write_text(str(child.pid))
            pathlib.Path("worker.pid").write_text(str(os.getpid()))
            print("at work")
            time.sleep(60)
        """)
    )
    (root / "Procfile").write_text(
        "web: python web.py\nworker: python worker.py\nsandbox: python -c 'import time; time.sleep(60)'\n"
    )
    return root


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(project: Path) -> Iterator[subprocess.Popen[str]]:
    """The run, from its start until the test is over."""
    process = subprocess.Popen(
        [sys.executable, "scripts/run.py"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "PORT": str(free_port()), "SANDBOX_PORT": str(free_port())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def started(project: Path) -> Iterator[subprocess.Popen[str]]:
    with running(project) as process:
        yield process


def output_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"The run ended without saying {words!r}:\n{seen}")


def alive(project: Path, name: str) -> bool:
    """Whether the process still runs; one that ended and was not yet collected does not."""
    pid = int((project / f"{name}.pid").read_text())
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def all_end(project: Path, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(alive(project, name) for name in ("web", "worker", "child")):
            return True
        time.sleep(0.05)
    return False


class TestAlone:
    def test_two_runs_in_one_folder_refuse_each_other(
        self, project: Path, started: subprocess.Popen[str]
    ) -> None:
        output_until(started, "Ctrl-C stops it.")
        with running(project) as second:
            said, _ = second.communicate(timeout=20)
        assert second.returncode == 1
        assert said.strip() == (
            f"The product runs in this folder already (process {started.pid}). Stop it with Ctrl-C where it runs."
        )
        assert alive(project, "web"), "the first one goes on"
        started.kill()
        started.wait(timeout=10)
        with running(project) as third:
            assert "Ctrl-C stops it." in output_until(third, "Ctrl-C stops it."), (
                "a killed run leaves no lock"
            )

    def test_equal_ports_are_refused_in_one_line(self, project: Path) -> None:
        port = str(free_port())
        done = subprocess.run(
            [sys.executable, "scripts/run.py"],
            cwd=project,
            env={"PATH": os.environ["PATH"], "PORT": port, "SANDBOX_PORT": port},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.strip() == (
            f"PORT and SANDBOX_PORT are both {port}: the product and the sandbox need one each."
        )


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
class TestProcesses:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_being_asked_to_stop_ends_all_with_their_children(
        self, project: Path, started: subprocess.Popen[str], number: signal.Signals
    ) -> None:
        said = output_until(started, "Ctrl-C stops it.")
        assert "http://127.0.0.1:" in said
        assert "requester, reviewer" in said
        assert "worker | at work" in said
        started.send_signal(number)
        rest, _ = started.communicate(timeout=20)
        assert started.returncode == 0
        assert rest.rstrip().endswith("Stopped.")
        assert all_end(project)

    def test_a_death_ends_all_and_is_named(self, project: Path, started: subprocess.Popen[str]) -> None:
        output_until(started, "Ctrl-C stops it.")
        os.kill(int((project / "worker.pid").read_text()), signal.SIGKILL)
        rest, _ = started.communicate(timeout=20)
        assert started.returncode == 1
        assert "The worker process was killed by SIGKILL, so everything was stopped." in rest
        assert all_end(project)

    def test_a_process_that_cannot_start_is_named(self, project: Path) -> None:
        (project / "worker.py").write_text("raise SystemExit(3)\n")
        with running(project) as process:
            said, _ = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "The worker process ended with exit code 3, so everything was stopped." in said

    def test_nothing_is_left_when_the_run_itself_is_killed(
        self, project: Path, started: subprocess.Popen[str]
    ) -> None:
        output_until(started, "Ctrl-C stops it.")
        started.kill()
        started.wait(timeout=10)
        end = time.monotonic() + 10
        while time.monotonic() < end and (alive(project, "web") or alive(project, "worker")):
            time.sleep(0.05)
        assert not alive(project, "web")
        assert not alive(project, "worker")
        os.kill(int((project / "child.pid").read_text()), signal.SIGKILL)

    def test_nothing_is_left_when_make_is_killed(self, project: Path) -> None:
        (project / "Makefile").write_text(f"run:\n\t@{sys.executable} scripts/run.py\n")
        env = {"PATH": os.environ["PATH"], "PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
        with subprocess.Popen(
            ["make", "run"], cwd=project, env=env, stdout=subprocess.PIPE, text=True
        ) as make:
            output_until(make, "Ctrl-C stops it.")
            make.kill()
        assert all_end(project)
