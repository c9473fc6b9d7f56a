"""Opens browsers for people."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from .person import Person
from .product import Product

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


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A real Chromium, which `make test` has found or installed."""
    path = os.environ.get("VMSSBUILDER_CHROMIUM", "/usr/bin/chromium")
    assert Path(path).exists(), "There is no Chromium here. Run `make test`, which sees to it."
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

    def __call__(self, name: str, *, scripts: bool = True) -> Person:
        """Someone at a new browser, signed in: through the sandbox's Entra ID, or with the session of the last time."""
        person = self.anonymous(scripts=scripts, state=self.product.sessions.get(name))
        person.open("/")
        if "/sign-in/" in person.page.url:
            person.sign_in(name)
            self.product.sessions[name] = person.page.context.storage_state()
        return person

    def anonymous(self, *, scripts: bool = True, state: StorageState | None = None) -> Person:
        """Someone at a new browser whom the product does not know, unless by a session kept in `state`."""
        context = self.browser.new_context(java_script_enabled=scripts, locale="en-GB", storage_state=state)
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
