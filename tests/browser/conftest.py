"""The whole product as real processes (web, worker, sandbox), and browsers that look at it."""

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

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from .person import Person

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Product:
    """The running product. folder holds its database and logs; url, sandbox are addresses."""

    folder: Path
    url: str
    sandbox: str
    env: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

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
            pytest.fail(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, freshly installed, with its worker and sandbox."""
    folder = tmp_path_factory.mktemp("product")
    port, sandbox_port = free_port(), free_port()
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "BROWSER_TESTS_SANDBOX_URL": sandbox,
        "BROWSER_TESTS_DATABASE": str(folder / "product.sqlite3"),
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        "PYTHONUNBUFFERED": "1",
        "VMSSBUILDER_SANDBOX_DELAY": "2",
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, which `make test` has found or installed."""
    path = os.environ.get("VMSSBUILDER_CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        pytest.fail("There is no Chromium here. Run the tests with `make test`, which sees to it.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@dataclass
class People:
    """Opens browsers for people, and notes what their pages complain about."""

    browser: Browser
    product: Product
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def __call__(self, name: str, *, scripts: bool = True, theme: str = "light") -> Person:
        """Someone at a new browser, signed in through the sandbox's Entra ID."""
        person = self.anonymous(scripts=scripts, theme=theme)
        person.sign_in(name)
        return person

    def anonymous(self, *, scripts: bool = True, theme: str = "light") -> Person:
        """Someone at a new browser whom the product does not know."""
        context = self.browser.new_context(
            java_script_enabled=scripts, color_scheme="dark" if theme == "dark" else "light", locale="en-GB"
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: self.complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None,
        )
        page.on(
            "response",
            lambda answer: (
                self.complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
            ),
        )
        self.pages.append(page)
        return Person(page, self.product.url)


@pytest.fixture
def people(browser: Browser, product: Product) -> Iterator[People]:
    """Whoever is needed. In the end no page may have complained (a refused request is no complaint)."""
    opened = People(browser, product)
    yield opened
    for page in opened.pages:
        page.context.close()
    complaints = [line for line in opened.complaints if "the server responded with a status of 4" not in line]
    assert complaints == []


def axe_violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, which must be a styled one."""
    try:
        results = _look(page)
    except PlaywrightError:
        # A page that follows along may load itself anew just now; then axe looks at what came.
        page.wait_for_timeout(1_000)
        results = _look(page)
    return [
        f"{page.url}: {found['id']}: {node['html'][:200]}"
        for found in results.response["violations"]
        for node in found["nodes"]
    ]


def _look(page: Page) -> Any:
    page.wait_for_load_state("load")
    accent = page.evaluate("getComputedStyle(document.body).getPropertyValue('--accent')")
    assert accent.strip(), "the stylesheet did not arrive, so axe would judge a bare page"
    return Axe().run(page, options={"resultTypes": ["violations"]})
