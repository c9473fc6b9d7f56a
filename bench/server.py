"""The product as it is served, on a port of its own with a database of its own, for as long as the bench runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from bench.client import Client

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


@contextmanager
def installation() -> Iterator[None]:
    """Django set up in this process with fresh keys and an empty, migrated database that goes away afterwards."""
    with tempfile.TemporaryDirectory(prefix="vmssbuilder-bench-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "DJANGO_SECRET_KEY": "only-for-this-bench-" + "0123456789" * 4,
            "DJANGO_DEBUG": "false",
            "VMSSBUILDER_SECRET_KEYS": Fernet.generate_key().decode(),
            "VMSSBUILDER_CLOUD": "sandbox",
            "VMSSBUILDER_HTTPS": "false",
            "BENCH_FOLDER": folder,
            "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3"),
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        yield
        from django.db import connections

        connections.close_all()


@contextmanager
def serving(workers: int = 2, **env: str) -> Iterator[int]:
    """gunicorn with the product's own configuration on a free port; answers the port. env: what differs from here."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "vmssbuilder.wsgi", "--log-level", "warning"]
        process = subprocess.Popen(
            [*command, "--bind", f"fd://{listener.fileno()}", "--workers", str(workers)],
            cwd=ROOT,
            env=os.environ | env,
            pass_fds=[listener.fileno()],
        )
    try:
        _await(process, Client(port))
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextmanager
def working() -> Iterator[None]:
    """A worker process of the product."""
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _await(process: subprocess.Popen[bytes], client: Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if client.get("/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server of the bench did not start; the cause stands above.")
