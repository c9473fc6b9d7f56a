"""Browser tests: the product runs as real processes, and real browsers look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .measures import axe_violations
from .people import People, chromium
from .product import ROOT, Product, free_port, installed, wait_until

__all__ = ["ROOT", "People", "Product", "axe_violations", "free_port", "wait_until"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, freshly installed, with its worker and sandbox."""
    with installed(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture
def people(browser: Browser, product: Product) -> Iterator[People]:
    """Whoever is needed. In the end no page may have complained (a refused request is no complaint)."""
    opened = People(browser, product)
    yield opened
    for page in opened.pages:
        page.context.close()
    complaints = [line for line in opened.complaints if "the server responded with a status of 4" not in line]
    assert complaints == []
