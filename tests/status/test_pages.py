"""The bar, the steps and the check of a draft say one thing, and it is true: over the real pages, with the real sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage, signed_in
from tests.reviews.making import approved, document, draft, edit
from tests.submissions.conftest import drive
from tests.web.strict import Page, text_of
from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts.models import Draft
from vmssbuilder.preflight import actions, checking
from vmssbuilder.preflight.models import Preflight
from vmssbuilder.reviews.actions import decide, request_review
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import Request
from vmssbuilder.submissions import actions as sending

pytestmark = pytest.mark.django_db


def bar(page: Page) -> str:
    return text_of(page.all("section", id="status-bar")[0])


def button(page: Page) -> str:
    """The words of the bar's act, "" for none."""
    acts = [
        each
        for each in page.all("section", id="status-bar")[0].iter()
        if "btn" in each.get("class", "").split()
    ]
    return text_of(acts[0]).split(":")[0] if acts else ""


def now(page: Page) -> str:
    """The stage that the bar marks."""
    (stage,) = page.all("li", **{"aria-current": "step"})
    return text_of(stage)


def steps(page: Page) -> dict[str, str]:
    """Words of each line of the task list."""
    return {
        text_of(line.find("a")): text_of(line.find("span"))
        for line in page.all("li", class_="tasklist__item")
    }


PAGES = ("", "basics/", "check/", "preflight/", "json/", "history/", "people/", "export/rest/")


@pytest.mark.parametrize("below", PAGES)
def test_every_page_of_a_draft_has_the_bar(
    as_requester: Client, requester: User, page_of: GetPage, below: str
) -> None:
    made = draft(requester)
    page = page_of(as_requester, f"/drafts/{made.code}/{below}")
    assert now(page) == "Draft"
    assert button(page) == ("Send for review" if below == "check/" else "Check everything")


def test_a_new_draft_shows_nothing_in_red_and_no_tick(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    made = editing.create(requester, Request(api_version="2024-07-01"), "blank")
    page = page_of(as_requester, f"/drafts/{made.code}/basics/")
    assert not page.all("span", class_="status--error")
    assert not page.all("span", class_="status--done")
    listed = steps(page)
    assert "Waits for Basics" in listed.values()
    assert "Optional" in listed.values()
    (optional, *_) = page.all("span", class_="status--optional")
    assert optional.find("svg") is None


def test_what_somebody_filled_in_wrong_is_red_in_its_step(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    made = edit(requester, draft(requester), "sku.capacity", "many")
    page = page_of(as_requester, f"/drafts/{made.code}/basics/")
    assert "1 to fix" in steps(page).values()
    assert page.all("span", class_="status--error")


def test_the_way_of_a_request_through_all_who_have_a_part_in_it(
    sandbox: Running, as_rita: Client, rita: User, as_rolf: Client, rolf: User, page_of: GetPage
) -> None:
    made = draft(rita)
    url = f"/drafts/{made.code}/"
    check = f"{url}check/"
    assert button(page_of(as_rita, url)) == "Check everything"
    run = actions.start(rita, made)
    checking.run(run.pk)
    assert "Ready" in bar(page_of(as_rita, url))
    assert steps(page_of(as_rita, f"{url}basics/"))["Check everything"] == "Ready"
    review = request_review(rita, made, "Please", made.head)
    assert (now(page_of(as_rita, url)), button(page_of(as_rita, url))) == ("In review", "")
    assert button(page_of(as_rolf, url)) == "Review it"
    decide(rolf, review, "request-changes", "Take four instances.")
    page = page_of(as_rita, check)
    assert (now(page), "Take four instances." in page.text) == ("Changes requested", True)
    made = edit(rita, made, "sku.capacity", 4)
    assert "changed since Azure was asked" in bar(page_of(as_rita, url))
    approved(rita, rolf, made)
    page = page_of(as_rita, f"{url}basics/")
    assert (now(page), button(page)) == ("Approved", "Send to Azure")
    assert button(page_of(as_rolf, url)) == ""
    submission = sending.submit(rita, Draft.objects.get(pk=made.pk))
    assert button(page_of(as_rita, url)) == "Follow it"
    drive(submission)
    assert (now(page_of(as_rita, url)), button(page_of(as_rita, url))) == ("Succeeded", "See the result")
    assert button(page_of(as_rita, f"/submissions/{submission.code}/")) == "Change what runs"


@pytest.mark.parametrize(("stage", "act"), [("In review", ""), ("Approved", "Send to Azure")])
def test_a_save_in_passing_brings_the_bar_as_soon_as_it_reads_otherwise(
    as_rita: Client, rita: User, rolf: User, page_of: GetPage, stage: str, act: str
) -> None:
    """The list reads the same before and after; the request stands at another stage."""
    made = draft(rita)
    review = request_review(rita, made, "Please", made.head)
    if stage == "Approved":
        decide(rolf, review, "approve", "Fits the plan.")
    url = f"/drafts/{made.code}"
    page = page_of(as_rita, f"{url}/instances/")
    assert (stage in bar(page), button(page)) == (True, act)
    listed = steps(page)
    for base, capacity in enumerate(("3", "4"), start=made.head):
        seen = page.all("ol", id="tasks")[0].get("data-seen")
        saved = as_rita.post(f"{url}/instances/", {"base": base, "sku.capacity": capacity}, headers=HTMX)
        assert saved.status_code == 200
        answer = as_rita.get(f"{url}/tasks/?step=instances&seen={seen}", headers=HTMX)
        if base > made.head:
            assert answer.status_code == 204, "a draft it is already"
            continue
        page = Page(answer)
        assert (now(page), button(page)) == ("Draft", "Check everything")
        assert steps(page) == listed


def wrong_size() -> dict[str, Any]:
    wanted = document()
    wanted["sku"]["name"] = "Standard_Nope_v9"
    return wanted


def test_what_azure_would_refuse_stands_in_the_step_at_the_field_and_on_top_of_the_check(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage
) -> None:
    made = draft(rita, wrong_size())
    checking.run(actions.start(rita, made).pk)
    url = f"/drafts/{made.code}/"
    page = page_of(as_rita, f"{url}check/")
    assert "Azure would refuse this" in page.text
    assert "not on offer" in page.text
    assert button(page) == "See what Azure would refuse"
    owner = next(
        title for title, words in steps(page).items() if "to fix" in words and title != "Check everything"
    )
    address = page.links()[owner]
    field = page_of(as_rita, address)
    assert "Azure: " in field.text
    assert "not on offer" in field.text
    # What was changed since says so, and stays only where the value is still the one that Azure was asked about.
    edit(rita, made, "tags.team", "ops")
    later = page_of(as_rita, f"{url}check/")
    assert "it counts no more" in later.text
    assert "not on offer" in page_of(as_rita, address).text
    edit(rita, made, "sku.name", "Standard_D2s_v3")
    assert "Azure: " not in page_of(as_rita, address).text


# --- asking by itself -------------------------------------------------------------------------------------------------

HTMX = {"HX-Request": "true"}
BY_ITSELF = {"part": "check", "by_itself": "yes"}


@pytest.fixture
def ask(as_rita: Client) -> Callable[[Draft], None]:
    """What the check page sends by itself once it is loaded."""

    def post(made: Draft) -> None:
        assert as_rita.post(f"/drafts/{made.code}/preflight/", BY_ITSELF, headers=HTMX).status_code == 200

    return post


def asks(page: Page) -> bool:
    return any("load" in each.get("hx-trigger", "") for each in page.all("form"))


def test_the_check_asks_azure_by_itself_once_a_revision(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage, ask: Callable[[Draft], None]
) -> None:
    made = draft(rita)
    url = f"/drafts/{made.code}/check/"
    assert asks(page_of(as_rita, url))
    assert not Preflight.objects.exists(), "a look writes nothing"
    ask(made)
    run = Preflight.objects.get()
    assert not asks(page_of(as_rita, url))
    checking.run(run.pk)
    ask(made)
    assert Preflight.objects.get().pk == run.pk


def test_the_check_asks_azure_at_most_once_a_minute(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage, ask: Callable[[Draft], None]
) -> None:
    made = draft(rita)
    ask(made)
    first = Preflight.objects.get().pk
    edit(rita, made, "sku.capacity", 3)
    ask(made)
    assert Preflight.objects.get().pk == first
    assert any(
        "delay" in each.get("hx-trigger", "")
        for each in page_of(as_rita, f"/drafts/{made.code}/check/").all("form")
    )
    Preflight.objects.update(asked="2020-01-01T00:00:00Z")
    ask(made)
    assert Preflight.objects.get().pk != first


def test_a_fraction_of_a_second_is_waited_for_too(
    as_rita: Client,
    rita: User,
    page_of: GetPage,
    ask: Callable[[Draft], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = draft(rita)
    ask(made)
    edit(rita, made, "sku.capacity", 3)
    almost = Preflight.objects.get().asked + actions.APART - timedelta(seconds=0.4)
    monkeypatch.setattr(clock, "now", lambda: almost)
    (form,) = [
        each for each in page_of(as_rita, f"/drafts/{made.code}/check/").all("form") if each.get("hx-trigger")
    ]
    assert form.get("hx-trigger") == "load delay:1s"


def test_a_person_can_switch_it_off(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage, ask: Callable[[Draft], None]
) -> None:
    made = draft(rita)
    as_rita.post(f"/drafts/{made.code}/preflight/by-itself/", {"by_itself": "no"})
    page = page_of(as_rita, f"/drafts/{made.code}/check/")
    assert not asks(page)
    assert "Run the pre-flight" in page.text
    ask(made)
    assert not Preflight.objects.exists()
    as_rita.post(f"/drafts/{made.code}/preflight/by-itself/", {"by_itself": "yes"})
    assert asks(page_of(as_rita, f"/drafts/{made.code}/check/"))


@pytest.mark.parametrize("who", ["a local account", "a viewer", "something to fix", "sent already"])
def test_nobody_asks_by_themselves(
    sandbox: Running, as_rita: Client, rita: User, rolf: User, administrator: User, page_of: GetPage, who: str
) -> None:
    owner = administrator if who == "a local account" else rita
    browser = signed_in(administrator) if who in ("a local account", "a viewer") else as_rita
    made = draft(owner)
    if who == "something to fix":
        made = edit(owner, made, "sku.capacity", "many")
    if who == "sent already":
        approved(rita, rolf, made)
        sending.submit(rita, made)
    assert not asks(page_of(browser, f"/drafts/{made.code}/check/"))


def test_a_run_that_ends_tells_the_page_without_loading_it_anew(
    sandbox: Running, as_rita: Client, rita: User
) -> None:
    made = draft(rita, wrong_size())
    run = actions.start(rita, made)
    seen = run.version
    checking.run(run.pk)
    for part, words in (("", b'id="board"'), ("part=check&", b'id="azure"')):
        answer = as_rita.get(f"/drafts/{made.code}/preflight/?{part}seen={seen}", headers=HTMX)
        assert "HX-Refresh" not in answer
        for held in (
            words,
            b'id="status-bar"',
            b'id="tasks"',
            b"<title>Error: ",
            b'hx-swap-oob="true"',
            b"data-said=",
        ):
            assert held in answer.content, held
