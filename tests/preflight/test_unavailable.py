"""When Azure could not be asked: it is asked again by itself, pauses are kept by all of a person's requests, a sign-in brings back."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from tests.accounts.test_challenge import answer, challenge
from tests.conftest import GetPage
from tests.reviews.making import draft
from vmssbuilder.accounts import arm, lookups
from vmssbuilder.accounts.models import Pause, User
from vmssbuilder.azure import preflight as checks
from vmssbuilder.azure.pickers import PICKERS, Where
from vmssbuilder.azure.preflight import Result
from vmssbuilder.drafts.models import Draft
from vmssbuilder.pickers import fetching
from vmssbuilder.preflight import actions, checking, tasks
from vmssbuilder.preflight.models import Preflight
from vmssbuilder.sandbox import faults, world
from vmssbuilder.sandbox.server import Running

pytestmark = pytest.mark.django_db

SIZES: Final = r"/microsoft\.compute/skus$"
CREATE: Final = {key for key in checks.TITLES if key != "what-if"}


def results(run: Preflight) -> dict[str, Result]:
    run.refresh_from_db()
    return {each["check"]: Result.from_json(each) for each in run.results}


def started(user: User, of: Draft) -> Preflight:
    run = actions.start(user, of)
    checking.run(run.pk)
    run.refresh_from_db()
    return run


def asked(sandbox: Running, ending: str) -> int:
    """How many requests of such a path there were."""
    return sum(each["path"].lower().endswith(ending) for each in sandbox.requests())


# --- again by itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["reset", "status"])
def test_what_could_not_be_asked_is_asked_again_by_itself(
    sandbox: Running, rita: User, as_rita: Client, page_of: GetPage, kind: str
) -> None:
    made = draft(rita)
    options: dict[str, Any] = {"status": 503} if kind == "status" else {}
    sandbox.fault(kind, path=r"/validate$", times=arm.ATTEMPTS, **options)
    run = started(rita, made)
    assert run.is_running
    soon = timezone.now(), timezone.now() + checking.AGAIN_AFTER
    (task,) = DBTaskResult.objects.filter(task_path=tasks.check.module_path, run_after__range=soon)
    assert task.args_kwargs["args"] == [run.pk]
    url = f"/drafts/{made.code}/preflight/"
    page = page_of(as_rita, url)
    assert "Waiting" in page.text
    assert "It is tried again by itself." in page.text
    before = asked(sandbox, "/usages"), asked(sandbox, "/validate"), run.version
    checking.run(run.pk)
    assert {each.status for each in results(run).values()} == {"passed"}
    assert results(run).keys() == CREATE
    assert run.finished is not None
    assert run.version != before[2], "a page that follows along hears of it"
    assert (asked(sandbox, "/usages"), asked(sandbox, "/validate")) == (before[0], before[1] + 1)
    assert "Not checked" not in page_of(as_rita, url).text


def test_after_some_minutes_it_is_left_to_the_person(
    sandbox: Running, rita: User, as_rita: Client, page_of: GetPage
) -> None:
    made = draft(rita)
    sandbox.fault("status", status=503, path=r"/validate$", times=arm.ATTEMPTS)
    run = actions.start(rita, made)
    Preflight.objects.filter(pk=run.pk).update(asked=timezone.now() - checking.TRIED_FOR)
    checking.run(run.pk)
    assert results(run)["validate"].may_pass
    assert run.finished is not None
    page = page_of(as_rita, f"/drafts/{made.code}/preflight/")
    assert "Run it again in a moment." in page.text
    assert "by itself" not in page.text


def test_a_network_that_is_gone_from_the_start(
    sandbox: Running, rita: User, as_rita: Client, page_of: GetPage, settings: Settings
) -> None:
    made, reachable = draft(rita), settings.VMSSBUILDER_SANDBOX_URL
    # Nobody listens there.
    settings.VMSSBUILDER_SANDBOX_URL = "http://127.0.0.1:9"
    run = started(rita, made)
    assert {each.unavailable_reason for each in results(run).values()} == {"network"}
    page = page_of(as_rita, f"/drafts/{made.code}/preflight/")
    assert page.text.count("It is tried again by itself.") == len(CREATE)
    settings.VMSSBUILDER_SANDBOX_URL = reachable
    checking.run(run.pk)
    assert {each.status for each in results(run).values()} == {"passed"}


OF_SIZES: Final = ("size", "quota", "fit")
"""The checks that ask for the sizes. What one of them could not get, the next one asks for."""


def test_a_refusal_is_an_answer_and_not_asked_again(sandbox: Running, rita: User) -> None:
    sandbox.fault("status", status=403, path=SIZES, times=len(OF_SIZES))
    run = started(rita, draft(rita))
    sandbox.sandbox.memory.faults.clear()
    assert results(run)["size"].unavailable_reason == "permission"
    assert run.finished is not None


# --- every fault of the sandbox --------------------------------------------------------------------------------------

HINDERED: Final = {
    "429": "throttled",
    "500": "outage",
    "502": "gateway",
    "403": "permission",
    "reset": "network",
    "truncated": "network",
    "lost-answer": "network",
}
"""Faults, and the reason why the check could not ask."""

UNSEEN: Final = ("latency", "expired-token", "claims-challenge")
OF_WRITES: Final = ("failed", "canceled", "endless")


def wish(sandbox: Running, name: str, times: int) -> None:
    options: dict[str, Any] = {**faults.OFFERED[name].options, "path": SIZES, "times": times}
    sandbox.fault(**options | ({"seconds": 0.05} if name == "latency" else {}))


@pytest.mark.parametrize("name", HINDERED)
def test_a_fault_is_told_at_its_line_and_nothing_is_changed(
    sandbox: Running, rita: User, as_rita: Client, page_of: GetPage, name: str
) -> None:
    made = draft(rita)
    wish(sandbox, name, len(OF_SIZES) * arm.ATTEMPTS)
    run = started(rita, made)
    sandbox.sandbox.memory.faults.clear()
    assert results(run)["size"].unavailable_reason == HINDERED[name]
    page = page_of(as_rita, f"/drafts/{made.code}/preflight/")
    assert "so this was not checked" in page.text
    assert ("It is tried again by itself." in page.text) == (name != "403")
    Pause.objects.all().delete()
    if run.is_running:
        checking.run(run.pk)
        assert {each.status for each in results(run).values()} == {"passed"}
    assert not sandbox.requests("PUT")
    assert not sandbox.requests("PATCH")


@pytest.mark.parametrize("name", [*UNSEEN, *OF_WRITES])
def test_a_fault_that_is_none_of_the_persons_is_not_told(sandbox: Running, rita: User, name: str) -> None:
    wish(sandbox, name, 1)
    run = started(rita, draft(rita))
    assert {each.status for each in results(run).values()} == {"passed"}
    if name in OF_WRITES:
        assert sandbox.sandbox.memory.faults.pop().times == 1


def test_every_fault_of_the_sandbox_is_here() -> None:
    assert {*HINDERED, *UNSEEN, *OF_WRITES} == set(faults.OFFERED)


# --- one gate for all of a person's requests -------------------------------------------------------------------------


def list_sizes(user: User) -> lookups.Lookup:
    return fetching.fetch_list(user, PICKERS["vmSize"], Where(world.DEVELOPMENT, "uksouth"), wait=10.0)


def test_a_pause_met_by_a_pre_flight_holds_back_lists_too(sandbox: Running, rita: User) -> None:
    sandbox.fault("status", status=429, path=SIZES, headers={"Retry-After": "60"})
    run = started(rita, draft(rita))
    assert results(run)["size"].unavailable_reason == "throttled"
    assert Pause.objects.get(user=rita).subscription == world.DEVELOPMENT
    lookups.forget_everything()
    before = asked(sandbox, "/skus")
    told = list_sizes(rita)
    assert told.trouble is not None
    assert told.trouble.kind == "throttled"
    assert asked(sandbox, "/skus") == before, "a request sent earlier would only prolong the pause"


def test_a_pause_met_by_a_list_holds_back_a_pre_flight_too(sandbox: Running, rita: User) -> None:
    sandbox.fault("status", status=429, path=SIZES, headers={"Retry-After": "60"})
    assert list_sizes(rita).trouble is not None
    assert Pause.objects.filter(user=rita).exists()
    before = asked(sandbox, "/skus")
    run = started(rita, draft(rita))
    assert results(run)["size"].unavailable_reason == "throttled"
    assert asked(sandbox, "/skus") == before
    Pause.objects.all().delete()
    checking.run(run.pk)
    assert {each.status for each in results(run).values()} == {"passed"}


# --- a new sign-in ---------------------------------------------------------------------------------------------------


def test_claims_in_a_pre_flight_lead_to_a_sign_in_that_brings_back(
    sandbox: Running, rita: User, as_rita: Client, page_of: GetPage
) -> None:
    made = draft(rita)
    url = f"/drafts/{made.code}/preflight/"
    challenge(sandbox, "GET", r"/locations/[^/]+/usages$")
    run = started(rita, made)
    assert results(run)["quota"].unavailable_reason == "sign-in"
    page = page_of(as_rita, url)
    assert "Azure wants to see you again" in page.text
    assert answer(as_rita, page.links()["Sign in again"]) == url
    again = page_of(as_rita, url, post={}, follow=True)
    assert "Running" in again.text
    run = Preflight.objects.get(draft=made)
    checking.run(run.pk)
    assert {each.status for each in results(run).values()} == {"passed"}
    assert "Azure wants to see you" not in page_of(as_rita, url).text


# --- what is not Azure's ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, "<html>Sign in to the network</html>", "answered in its place: status 200 and a web page, so"),
        (403, "<html>Blocked</html>", "answered in its place: status 403 and a web page, so"),
        (200, "[" * 200 + "]" * 200, "is nested more than 128 levels deep, so it was not read, so"),
        (501, '{"error": {"code": "X", "message": "No."}}', "Azure answers with status 501"),
    ],
    ids=["page", "firewall", "deep", "501"],
)
def test_an_answer_that_is_none_says_nothing_about_the_request(
    sandbox: Running, rita: User, as_rita: Client, page_of: GetPage, status: int, body: str, words: str
) -> None:
    made = draft(rita)
    sandbox.fault("status", status=status, body=body, path=r"/validate$", times=arm.ATTEMPTS)
    run = started(rita, made)
    sandbox.sandbox.memory.faults.clear()
    page = page_of(as_rita, f"/drafts/{made.code}/preflight/")
    assert words in page.text
    assert "so this was not checked." in page.text
    assert results(run)["validate"].status == "unknown"
    assert "Azure says" not in page.text.replace("Azure says: “No.”", "")
    assert "You may not look there" not in page.text
