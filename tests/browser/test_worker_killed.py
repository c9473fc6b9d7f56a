"""A worker that dies in the middle loses nothing and sends nothing twice."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import People, Product, wait_until
from .requests import MANAGED_DISKS
from .test_walks import address


def test_a_worker_killed_while_azure_works_goes_on_where_it_was(people: People, product: Product) -> None:
    rita = people("Rita")
    code = rita.paste(address("killed", "create", "2016-04-30-preview"), MANAGED_DISKS, "2016-04-30-preview")
    rita.send_for_review(code)
    people("Rolf").approve("killed")

    def puts() -> int:
        return sum(entry["path"].endswith("/killed") for entry in product.received("PUT"))

    rita.submit(code, "Create killed")
    wait_until(lambda: product.newest("state") == "running", "Azure to work on it")
    product.kill("worker")
    assert puts() == 1
    rita.page.reload()
    assert not rita.page.get_by_text("Succeeded").count(), (
        "it must not have ended before the worker was killed"
    )
    product.start("worker")
    expect(rita.page.get_by_text("Succeeded").first).to_be_visible(timeout=60_000)
    assert puts() == 1
