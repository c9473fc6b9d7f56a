"""What a request costs, on its pages: no page waits for it, parts add up, and what is not known is named."""

from __future__ import annotations

import re
import threading
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.conftest import GetPage
from tests.reviews.making import document, draft, edit
from tests.submissions.test_updates import opened
from tests.updates.conftest import somebody_else
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import cloud, prices
from vmssbuilder.azure.estimates import CostPart, Estimate, topics
from vmssbuilder.costs import cache, fetching
from vmssbuilder.costs.estimating import Cost, CostDifference
from vmssbuilder.costs.models import PriceList
from vmssbuilder.costs.views import WAIT
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running

pytestmark = pytest.mark.django_db
PRICES: Final = r"^/api/retail/prices"
HTMX: Final = {"HX-Request": "true"}


def url(of: Draft, more: str = "") -> str:
    return f"/drafts/{of.code}/cost/{more}"


def amounts(html: str, row: str) -> list[Decimal]:
    """What an hour and a month cost in a row of the table."""
    found = re.search(rf"<tr><th scope=\"row\">{row}</th>(.*?)</tr>", html, re.DOTALL)
    assert found is not None, row
    cells = re.findall(r"<td>(.*?)</td>", found[1])
    return [Decimal(each.replace(",", "").replace("\N{MINUS SIGN}", "-")) for each in cells]


def told() -> None:
    """Waits until the price list has answered all that it was asked."""
    for each in threading.enumerate():
        if each.name == "prices":
            each.join(timeout=10)


def part(browser: Client, of: Draft, more: str = "") -> str:
    """What a browser shows in the end: it asks again while prices are on their way."""
    html = ""
    for _ in range(3):
        html = browser.get(url(of, more), headers=HTMX).content.decode()
        if "The price list is being asked." not in " ".join(html.split()):
            break
        told()
    return html


def test_the_page_shows_each_part_and_parts_add_to_the_sums(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage
) -> None:
    page = page_of(as_rita, url(draft(rita)))
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>", page.html)
    assert rows == ["2 instances of Standard_D2s_v3, Windows", "2 OS disks, Standard HDD S10 (127 GB)", "Sum"]
    shown = [amounts(page.html, re.escape(row)) for row in rows]
    for column in (0, 1):
        assert shown[0][column] + shown[1][column] == shown[2][column] > 0
    assert "List prices, all 730 hours of a month; autoscale is not considered." in page.text
    assert "Discounts, reservations and savings plans." in page.text


def test_no_page_waits_for_the_price_list_and_the_next_one_has_it(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer, fetch = threading.Event(), prices.fetch

    def later(*asked: Any) -> Any:
        may_answer.wait(10)
        return fetch(*asked)

    monkeypatch.setattr(prices, "fetch", later)
    made = draft(rita)
    address = f"/drafts/{made.code}/basics/"
    first = page_of(as_rita, address, queries=40)
    assert "The price list is being asked." in " ".join(first.html.split())
    assert "load delay" in first.html, "a browser asks by itself"
    for more in ("?part=line", "", "?part=short&revision=1"):
        begun = time.monotonic()
        html = as_rita.get(url(made, more), headers=HTMX).content.decode()
        assert time.monotonic() - begun < WAIT, "a part does not wait either"
        assert "load delay" in html
    may_answer.set()
    told()
    again = page_of(as_rita, address, queries=40)
    assert "USD</strong> a month" in " ".join(again.html.split())
    assert "load delay" not in again.html
    assert again.links()["How it adds up"] == url(made)


def test_prices_that_were_read_are_at_hand_for_a_minute_without_a_query(
    sandbox: Running, as_rita: Client, rita: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = draft(rita)
    part(as_rita, made)
    wanted = topics(made.document)
    assert wanted
    azure = cloud(settings.VMSSBUILDER_CLOUD)
    cache.forget_at_hand()
    with django_assert_num_queries(1):
        first = cache.known(azure, wanted)
        assert cache.known(azure, wanted) == first
    assert first.keys() == wanted


@pytest.mark.parametrize("more", ["?part=line", "", "?revision=1"], ids=["line", "all", "revision"])
def test_a_browser_gets_the_part_that_it_asks_for(
    sandbox: Running, as_rita: Client, rita: User, more: str
) -> None:
    html = part(as_rita, draft(rita), more)
    assert "<html" not in html
    assert "USD" in html
    assert ('id="cost"' in html) is (more == "?part=line")


def test_a_revision_costs_what_it_cost_then(sandbox: Running, as_rita: Client, rita: User) -> None:
    made = edit(rita, draft(rita), "sku.capacity", 4)
    then, now = part(as_rita, made, "?revision=1"), part(as_rita, made)
    for twice, once in zip(amounts(now, "Sum"), amounts(then, "Sum"), strict=True):
        assert twice == pytest.approx(2 * once, abs=Decimal("0.02")), "each part is rounded"
    short = " ".join(part(as_rita, made, "?part=short&revision=2&since=1").split())
    assert re.search(r"<strong>\+[\d.,]+ USD</strong> a month since revision 1", short)
    assert "since revision" not in part(as_rita, made, "?part=short&revision=2&since=")
    for more in ("?revision=99", "?part=short&revision=2&since=99"):
        assert as_rita.get(url(made, more), headers=HTMX).status_code == 404


def test_the_check_and_the_review_show_it(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage
) -> None:
    made = draft(rita)
    part(as_rita, made)
    for where in ("check/", "preflight/"):
        page = page_of(as_rita, f"/drafts/{made.code}/{where}", queries=40)
        assert where == "preflight/" or amounts(page.html, "Sum"), where


def test_an_update_says_what_it_costs_more(
    sandbox: Running, as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    made = edit(rita, opened(rita), "sku.capacity", 5)
    page = page_of(as_rita, url(made), queries=40)
    before, after = amounts(page.html, "Before this update"), amounts(page.html, "Sum")
    assert amounts(page.html, "Difference") == [then - now for now, then in zip(before, after, strict=True)]
    assert after[1] > before[1] > 0
    line = part(as_rita, made, "?part=line")
    assert f"+{after[1] - before[1]:,} USD a month by this update" in line
    fewer = part(as_rita, edit(rita, made, "sku.capacity", 1))
    assert "\N{MINUS SIGN}" in fewer


PRICED: Final = CostPart("2 instances", Decimal("0.50"), Decimal(365))
UNPRICED: Final = CostPart("2 disks")


def summed(*parts: CostPart, one: bool = False) -> Estimate:
    return Estimate("USD", parts, (), (), one)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (summed(PRICED), summed(PRICED, PRICED), CostDifference(Decimal("0.50"), Decimal(365))),
        (summed(PRICED), summed(PRICED), CostDifference(Decimal(0), Decimal(0))),
        (None, summed(PRICED), None),
        (summed(UNPRICED), summed(PRICED), None),
        (summed(PRICED, UNPRICED), summed(PRICED), None),
        (summed(PRICED), summed(PRICED, UNPRICED), None),
        (summed(PRICED), summed(PRICED, one=True), None),
        (summed(PRICED, one=True), summed(PRICED), None),
    ],
)
def test_a_difference_is_told_when_both_sides_are_known_in_full(
    before: Estimate | None, after: Estimate, told: CostDifference | None
) -> None:
    assert Cost(after, before).difference == told


@pytest.mark.parametrize("unknown", ["before", "after"])
def test_an_update_of_which_a_part_has_no_price_says_no_difference(
    sandbox: Running, as_rita: Client, rita: User, running_set: ScaleSet, unknown: str
) -> None:
    if unknown == "before":
        somebody_else(running_set, lambda model: model["sku"].update(name="Standard_Nothing"))
    size = "Standard_Nothing" if unknown == "after" else "Standard_D2s_v3"
    made = edit(rita, opened(rita), "sku.name", size)
    line, whole = part(as_rita, made, "?part=line"), part(as_rita, made)
    assert "USD</strong> a" in line
    assert "by this update" not in line
    assert amounts(whole, "Before this update.*?"), "the sums stay"
    assert "Difference" not in whole


def test_changes_alone_and_a_request_that_says_too_little_say_why_nothing_is_known(
    sandbox: Running, as_rita: Client, rita: User
) -> None:
    made = edit(rita, draft(rita), "sku.name", "")
    assert "Choose a region and a size to see what it costs." in part(as_rita, made, "?part=line")
    Draft.objects.filter(pk=made.pk).update(operation="update")
    assert "This request holds changes alone" in part(as_rita, made, "?part=line")


def test_what_has_no_price_is_named(sandbox: Running, as_rita: Client, rita: User) -> None:
    body = document()
    storage = body["properties"]["virtualMachineProfile"]["storageProfile"]
    storage["dataDisks"] = [{"lun": 0, "createOption": "Empty", "diskSizeGB": 64, **_ultra()}]
    made = draft(rita, body)
    html = part(as_rita, made)
    assert "No price known for 2 data disks, UltraSSD_LRS (64 GB)." in html
    assert amounts(html, "Sum of what is known")
    assert "At least" in part(as_rita, made, "?part=line")
    unknown = part(as_rita, edit(rita, made, "sku.name", "Standard_Nothing"))
    assert "2 instances of Standard_Nothing, Windows" in unknown
    assert "None" not in unknown


def _ultra() -> dict[str, Any]:
    return {"managedDisk": {"storageAccountType": "UltraSSD_LRS"}}


def test_prices_are_kept_for_a_day_and_are_the_same_for_everybody(
    sandbox: Running, as_rita: Client, rita: User
) -> None:
    first = amounts(part(as_rita, draft(rita)), "Sum")
    # Whoever asks now would run into it.
    sandbox.fault("status", status=503, path=PRICES, times=9)
    assert amounts(part(as_rita, draft(rita)), "Sum") == first
    PriceList.objects.update(at=timezone.now() - cache.LASTS - timedelta(seconds=1))
    cache.forget_at_hand()
    assert "The price list does not answer." in part(as_rita, draft(rita))
    sandbox.sandbox.memory.faults.clear()
    assert "The price list does not answer." in part(as_rita, draft(rita)), "it is not asked again at once"
    fetching.forget_everything()
    assert amounts(part(as_rita, draft(rita)), "Sum") == first
    assert PriceList.objects.count() == 2, "the old ones are forgotten"


@pytest.mark.parametrize("more", ["?part=line", ""], ids=["line", "all"])
@pytest.mark.parametrize("known", ["some", "none"])
def test_a_price_list_that_is_down_is_named_and_asked_again_by_itself(
    sandbox: Running, as_rita: Client, rita: User, known: str, more: str
) -> None:
    made = draft(rita)
    if known == "some":
        part(as_rita, made, more)
        made = edit(rita, made, "sku.name", "Standard_D4s_v3")
    sandbox.fault("status", status=503, path=PRICES, times=9)
    html = part(as_rita, made, more)
    assert "The price list does not answer. It can be asked again in a minute." in html
    assert ("No price known for 2 instances of Standard_D4s_v3" in html) is (known == "some")
    assert f"load delay:{fetching.TROUBLE_LASTS:.0f}s" in html
    sandbox.sandbox.memory.faults.clear()
    fetching.forget_everything()
    html = part(as_rita, made, more)
    assert "does not answer" not in html
    assert "load delay" not in html


def test_prices_can_be_switched_off(
    sandbox: Running, as_rita: Client, rita: User, settings: Settings
) -> None:
    settings.VMSSBUILDER_PRICES = False
    sandbox.fault("status", status=503, path=PRICES)
    assert "There are no prices in this installation." in part(as_rita, draft(rita), "?part=line")
    assert sandbox.sandbox.memory.faults.pop().times == 1, "nobody asked"


def test_a_nasty_size_stays_a_text(sandbox: Running, as_rita: Client, rita: User) -> None:
    html = part(as_rita, edit(rita, draft(rita), "sku.name", "<b>' or 1</b>"))
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
