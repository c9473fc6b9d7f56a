"""The web server as a real process, on a database of its own that tests make trouble with."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from tests.forms import entries

ROOT: Final = Path(__file__).parents[2]
REASONABLE: Final = 5.0
"""Seconds within which any request is to be answered, whatever is wrong."""

_WORLD: Final = """
import json
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from tests.reviews.making import draft, person
from vmssbuilder.workers import heartbeats
rita = person("rita")
made = draft(rita)
heartbeats.beat("one")
browser = Client()
browser.force_login(rita, backend="vmssbuilder.accounts.backends.LocalAccounts")
print(json.dumps([made.code, {name: each.value for name, each in browser.cookies.items()}]))
"""


@dataclass(frozen=True)
class Answer:
    """What came back. seconds: how long it took."""

    status: int
    text: str
    headers: dict[str, str]
    seconds: float


@dataclass
class Web:
    """A running web server. browser: Rita's, signed in; code: of her draft."""

    url: str
    code: str
    browser: requests.Session

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, data: list[tuple[str, str]], **headers: str) -> Answer:
        return self._ask("POST", path, data, headers)

    def form(self, path: str) -> list[tuple[str, str]]:
        """What the page's form sends when nothing is typed."""
        html = self.get(path).text
        start = html.index('id="step-form"')
        return entries(html[html.rindex("<form", 0, start) : html.index("</form>", start)])

    def _ask(
        self, method: str, path: str, data: list[tuple[str, str]] | None, headers: dict[str, str]
    ) -> Answer:
        begun = time.monotonic()
        answer = self.browser.request(
            method, self.url + path, data=data, headers=headers, allow_redirects=False, timeout=60
        )
        seconds = time.monotonic() - begun
        return Answer(answer.status_code, answer.text, dict(answer.headers), seconds)


def filled(form: list[tuple[str, str]], **typed: str) -> list[tuple[str, str]]:
    """The form with other values, by the last word of the field's name."""
    found = [(name, typed.get(name.rpartition(".")[2], value)) for name, value in form]
    assert set(typed) <= {name.rpartition(".")[2] for name, _value in form}
    return found


@contextlib.contextmanager
def web(database: str, settings: str = "tests.settings", **more: str) -> Iterator[Web]:
    """The web server with two workers on a database, which is made before and holds Rita and a draft."""
    env = os.environ | {"DATABASE_URL": database, "WEB_CONCURRENCY": "2", "PYTHONUNBUFFERED": "1"}
    env.pop("VMSSBUILDER_TEST_DATABASE", None)
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", _WORLD],
        cwd=ROOT,
        env=env | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    code, cookies = json.loads(made.stdout.splitlines()[-1])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "vmssbuilder.wsgi"],
        cwd=ROOT,
        env=env | {"DJANGO_SETTINGS_MODULE": settings, "PORT": str(port), **more},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    browser = requests.Session()
    browser.trust_env = False
    browser.cookies.update(cookies)
    running = Web(f"http://127.0.0.1:{port}", code, browser)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(requests.ConnectionError):
                if running.get("/healthz").status == 200:
                    break
            time.sleep(0.1)
        yield running
    finally:
        browser.close()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
