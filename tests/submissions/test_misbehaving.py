"""What a person sees when Azure, or something on the way to it, answers as nobody would expect."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import GetPage
from tests.reviews.making import PASSWORD
from tests.submissions.conftest import drive, said, step
from tests.submissions.test_faults import STAGES, at, finish, nothing_is_doubled
from vmssbuilder.accounts.models import Pause, User
from vmssbuilder.azure.sending import LONGEST_REQUEST
from vmssbuilder.azure.throttling import LONGEST_PAUSE
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import transitions
from vmssbuilder.submissions.leases import LEASE, LeaseLost, claim
from vmssbuilder.submissions.models import PATIENCE, Submission, WholeAnswer
from vmssbuilder.workers import heartbeats

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]
PAGE: Final = (
    "<!doctype html><html><head><title>Blocked</title></head><body>Call the help desk.</body></html>"
)
BLAME: Final = (
    "You may not",
    "Ask an owner",
    "Permission",
    "wants to see you again",
    "Azure says",
    "Azure has trouble",
    "mistake in the form",
)
"""What a page must not say when nobody is to blame."""


@pytest.fixture(autouse=True)
def _worker(db: None) -> None:
    """A worker is alive, or the page would say that nothing moves."""
    heartbeats.beat(heartbeats.new_name())


def answers(
    sandbox: Running, stage: str, status: int, body: str = "", times: int = 1, **headers: str
) -> None:
    """The next request of the stage gets this answer, and does nothing."""
    method, path = STAGES[stage]
    told = {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    sandbox.fault("status", method=method, path=path, status=status, body=body, headers=told, times=times)


def url(submission: Submission) -> str:
    return f"/submissions/{submission.code}/"


def looked(browser: Client, submission: Submission) -> Submission:
    """The submission after somebody pressed *Look now* until Azure was done."""
    for _ in range(50):
        browser.post(f"{url(submission)}check/")
        submission = finish(submission)
        if submission.state != "unknown":
            break
        time.sleep(0.02)
    return submission


# --- how long to wait ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "says"),
    [(429, "86400"), (429, "Fri, 31 Dec 9999 23:59:59 GMT"), (503, "1000000000"), (503, "1e5")],
)
@pytest.mark.parametrize("stage", STAGES)
def test_no_answer_keeps_anybody_waiting_for_days(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, stage: str, status: int, says: str
) -> None:
    submission = at(submitted(), stage)
    body = json.dumps({"error": {"code": "Busy", "message": "Later."}})
    answers(sandbox, stage, status, body, Retry_After=says)
    submission = step(submission)
    assert submission.is_moving
    now = timezone.now()
    assert submission.next_step <= now + timedelta(seconds=LONGEST_PAUSE + 1)
    assert submission.give_up is not None
    assert submission.next_step <= submission.give_up
    for pause in Pause.objects.all():
        assert pause.until <= now + timedelta(seconds=LONGEST_PAUSE)
    page = page_of(as_rita, url(submission))
    assert re.search(r"Azure is asked (again at \d\d:\d\d:\d\d UTC|now)", page.text)
    assert page.all("button", id="look")
    assert page.all("button", id="stop")
    # One press, and it is really asked: no pause stands in the way.
    asked = len(sandbox.requests())
    as_rita.post(f"{url(submission)}check/")
    submission.refresh_from_db()
    assert submission.next_step <= timezone.now()
    transitions.run(submission.pk)
    assert len(sandbox.requests()) > asked
    assert drive(submission).state == "succeeded"


def test_the_next_look_is_never_after_the_patience_ends(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted(), "running")
    soon = timezone.now() + timedelta(minutes=2)
    Submission.objects.update(give_up=soon)
    answers(sandbox, "ask", 503, "{}", Retry_After="86400")
    submission = step(submission)
    assert submission.next_step == soon
    assert f"asked again at {soon:%H:%M:%S}" in page_of(as_rita, url(submission)).text


def test_the_page_says_when_it_looks_and_changes_when_that_comes(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted(), "running")
    later = timezone.now() + timedelta(minutes=5)
    Submission.objects.update(next_step=later)
    page = page_of(as_rita, url(submission))
    assert f"Azure is asked again at {later:%H:%M:%S} UTC." in page.text
    (asked,) = [each.get("hx-get", "") for each in page.root.iter("div") if each.get("hx-get")]
    htmx = {"HX-Request": "true"}
    assert as_rita.get(asked, headers=htmx).status_code == 204
    Submission.objects.update(next_step=timezone.now())
    told = as_rita.get(asked, headers=htmx)
    assert "Azure is asked now, or as soon as a worker is free." in told.content.decode()


# --- a gateway in Azure's place --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 403, 407])
@pytest.mark.parametrize("stage", STAGES)
def test_a_gateway_is_told_and_nobody_is_blamed(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, stage: str, status: int
) -> None:
    submission = at(submitted(), stage)
    answers(sandbox, stage, status, PAGE)
    submission = step(submission)
    assert submission.is_moving
    assert submission.may_exist == (stage in {"send", "ask", "read"}), "a write is looked for"
    page = page_of(as_rita, url(submission))
    words = f"Something between here and Azure, such as a proxy, answered in its place: status {status}"
    assert words in page.text
    assert "a web page “Blocked”" in page.text
    if stage == "send":
        assert "We look whether the request arrived." in page.text
    for each in BLAME:
        assert each not in page.text, each
    done = finish(submission)
    assert done.state == "succeeded", done.error
    nothing_is_doubled(sandbox, done)


@pytest.mark.parametrize("body", [PAGE, "OK", '{"ok": true}', "[]"])
def test_an_update_whose_answer_is_no_answer_is_looked_for_and_found(
    sandbox: Running, submitted: Submit, body: str
) -> None:
    drive(submitted())
    change = {"sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 5}}
    submission = at(submitted(change, operation="update"), "send")
    sandbox.fault("replaced", method="PATCH", path="web-prod", status=200, body=body)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("sending", True)
    done = finish(submission)
    assert done.state == "succeeded", done.error
    assert len(sandbox.requests("PATCH")) == 1
    assert done.resource is not None
    assert done.resource["sku"]["capacity"] == 5


def test_a_gateway_that_lets_no_write_through_ends_it_without_blame(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = at(submitted(), "send")
    answers(sandbox, "send", 403, PAGE, times=50)
    ended = finish(submission)
    writes = len([each for each in sandbox.requests() if each["method"] == "PUT"])
    sandbox.sandbox.memory.faults.clear()
    assert (ended.state, ended.may_exist) == ("failed", False)
    assert writes <= transitions.GATEWAY_TRIES
    page = page_of(as_rita, url(ended))
    assert "The request never arrived. Azure has no scale set “web-prod”." in page.text
    assert "status 403 and a web page “Blocked”" in page.text
    assert "Send again" in page.text
    for each in BLAME:
        assert each not in page.text, each


def test_what_a_gateway_said_is_not_called_azures(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    answers(sandbox, "look", 405, PAGE)
    ended = step(submitted())
    assert ended.state == "failed"
    page = page_of(as_rita, url(ended))
    assert "Between here and Azure: this is no mistake in the form." in page.text
    assert "Call the help desk." in page.text, "it can be read"
    text = page.text.replace("\u2019", "'")
    assert "what came in Azure's place" in text
    for each in ("Azure's own answer", "Azure says", "Azure's message", "Permission"):
        assert each not in text


# --- text from outside -----------------------------------------------------------------------------------------------

ODD: Final = r"cut \ud83d, nul \u0000, bell \u0007"


def test_half_an_emoji_in_the_scale_set_costs_no_page(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = at(submitted(), "read")
    body = (
        '{"id": "/subscriptions/x", "name": "web-prod", "location": "uksouth", "tags": {"team": "@"},'
        ' "properties": {"provisioningState": "Succeeded", "uniqueId": NaN, "far": 1e999}}'
    )
    answers(sandbox, "read", 200, body.replace("@", ODD))
    done = step(submission)
    assert done.state == "succeeded"
    page = page_of(as_rita, url(done))
    assert "cut \ufffd, nul \ufffd" in page.text
    assert "\\u0000" not in json.dumps(done.resource)


def test_half_an_emoji_in_azures_message_costs_no_page(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = at(submitted(), "send")
    body = '{"error": {"code": "Bad\\u0000Thing", "message": "@", "target": "\\udfff", "n": NaN}}'.replace(
        "@", ODD
    )
    answers(sandbox, "send", 400, body, x_ms_request_id="id-1\x01\x02")
    failed = step(submission)
    assert failed.state == "failed"
    page = page_of(as_rita, url(failed))
    assert "Azure says: “cut \ufffd, nul \ufffd, bell \ufffd”" in page.text
    assert "NaN" in as_rita.get(f"{url(failed)}answer/").content.decode(), "the answer itself is whole"


def test_a_percentage_that_is_no_number_stops_nothing(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = at(submitted(), "ask")
    answers(sandbox, "ask", 200, '{"status": "In\\u0000Progress\\ud83d", "percentComplete": NaN}')
    submission = step(submission)
    assert (submission.state, submission.lease) == ("running", "")
    assert "%" not in page_of(as_rita, url(submission)).text
    assert finish(submission).state == "succeeded"


def test_a_step_whose_outcome_cannot_be_written_holds_nothing(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = drive(submitted(), "running")
    asked = transitions._STEPS[transitions.State.RUNNING]
    broken = transitions.Transition(
        "running", "", 1.0, {"operation": {"percent": "\ud83d"}, "error": {"n": float("nan")}}
    )
    monkeypatch.setattr(
        transitions, "_STEPS", {**transitions._STEPS, transitions.State.RUNNING: lambda *_: broken}
    )
    submission = step(submission)
    assert (submission.state, submission.lease) == ("running", "")
    assert "This service could not do its part." in page_of(as_rita, url(submission)).text
    monkeypatch.setattr(transitions, "_STEPS", {**transitions._STEPS, transitions.State.RUNNING: asked})
    assert finish(submission).state == "succeeded"


# --- too much of it --------------------------------------------------------------------------------------------------


def test_a_message_of_three_megabytes_is_shown_short_and_kept_whole(
    sandbox: Running, as_rita: Client, as_stranger: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = at(submitted(), "send")
    message = f"It starts here, with {PASSWORD}. " + "x" * 3_000_000 + f" {PASSWORD} and it ends here."
    answers(sandbox, "send", 400, json.dumps({"error": {"code": "TooLong", "message": message}}))
    failed = step(submission)
    assert failed.state == "failed"
    assert len(json.dumps(failed.error)) < 60_000, "what is read for every look at the page is small"
    page = page_of(as_rita, url(failed))
    assert "Azure says: “It starts here" in page.text
    assert len(page.html) < 100_000
    assert "These are the first 20,000 of 3,000," in page.text
    answer = as_rita.get(f"{url(failed)}answer/")
    assert "attachment" in answer["Content-Disposition"]
    text = answer.content.decode()
    assert "it ends here" in text
    assert len(text) > 3_000_000
    for where in (text, page.html, json.dumps(failed.error)):
        assert PASSWORD not in where
    assert as_stranger.get(f"{url(failed)}answer/").status_code == 404


def test_what_is_kept_of_an_answer_has_an_end(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmssbuilder.submissions.failures.RAW_KEPT", 100)
    monkeypatch.setattr("vmssbuilder.submissions.failures.WHOLE_KEPT", 1_000)
    submission = at(submitted(), "send")
    answers(sandbox, "send", 400, json.dumps({"error": {"code": "X", "message": "y" * 5_000}}))
    step(submission)
    kept = WholeAnswer.objects.get()
    assert len(kept.text) == 1_000
    assert kept.length > 5_000


@pytest.mark.parametrize(
    ("stage", "body", "encoding", "words"),
    [
        *(
            (stage, '{"a":' * 400 + "1" + "}" * 400, "", "nested more than 128 levels deep")
            for stage in STAGES
        ),
        ("send", "x" * 16_000_001, "", "is more than 16 MB"),
        ("ask", "{}", "br", "packed in a way that was not asked for (“br”)"),
        ("read", "{}", "gzip", "cannot be unpacked"),
    ],
    ids=[*STAGES, "long", "br", "gzip"],
)
def test_what_cannot_be_read_has_its_own_sentence(
    sandbox: Running,
    as_rita: Client,
    submitted: Submit,
    page_of: GetPage,
    stage: str,
    body: str,
    encoding: str,
    words: str,
) -> None:
    submission = at(submitted(), stage)
    answers(sandbox, stage, 200, body, Content_Encoding=encoding)
    submission = step(submission)
    assert submission.is_moving
    assert words in page_of(as_rita, url(submission)).text
    done = finish(submission)
    assert done.state == "succeeded", done.error
    nothing_is_doubled(sandbox, done)


# --- in time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
def test_a_step_ends_in_time(
    sandbox: Running,
    as_rita: Client,
    submitted: Submit,
    page_of: GetPage,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
) -> None:
    submission = at(submitted(), stage)
    monkeypatch.setattr("vmssbuilder.azure.sending.ANSWER_TIME", 0.2)
    method, path = STAGES[stage]
    sandbox.fault("latency", method=method, path=path, seconds=1.5)
    started = time.monotonic()
    submission = step(submission)
    assert time.monotonic() - started < 1.5
    monkeypatch.setattr("vmssbuilder.azure.sending.ANSWER_TIME", 10.0)
    words = "Azure's answer was lost" if stage == "send" else "Azure's answer did not come in time."
    assert words in page_of(as_rita, url(submission)).text
    time.sleep(1.5)
    done = finish(submission)
    assert done.state == "succeeded"
    nothing_is_doubled(sandbox, done)


def test_no_request_outlasts_the_lease_of_its_step() -> None:
    assert LEASE.total_seconds() > LONGEST_REQUEST
    assert PATIENCE > LEASE


# --- ends ------------------------------------------------------------------------------------------------------------


def test_a_scale_set_that_failed_after_all_is_no_success(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = at(submitted(), "read")
    (scale_set,) = sandbox.sandbox.memory.scale_sets.values()
    scale_set.state = "Failed"
    ended = step(submission)
    assert ended.state == "failed"
    page = page_of(as_rita, url(ended))
    assert "Azure called the operation a success, but the scale set is in a failed state." in page.text
    assert "Azure left the scale set behind in the state “Failed”. Sending again replaces it." in page.text
    assert "Azure says" not in page.text
    assert "is created" not in page.text


@pytest.mark.parametrize(
    ("stage", "status"), [*((stage, 501) for stage in STAGES), ("send", 505), ("ask", 999)]
)
def test_a_status_that_does_not_go_by_is_not_tried_again(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, stage: str, status: int
) -> None:
    submission = at(submitted(), stage)
    answers(sandbox, stage, status, '{"error": {"code": "NotImplemented", "message": "Never."}}')
    ended = step(submission)
    assert ended.state == ("failed" if stage in {"look", "send"} else "unknown")
    page = page_of(as_rita, url(ended))
    assert f"Azure answers with status {status}, which would be the same the next time." in page.text
    assert "It is tried again" not in page.text
    assert "Try again later" not in page.text
    if ended.state == "unknown":
        assert looked(as_rita, ended).state == "succeeded", "whoever looks again sees how it ended"


# --- whose words they are --------------------------------------------------------------------------------------------


def gone(sandbox: Running, submission: Submission) -> Submission:
    """Azure forgets the operation, and somebody deletes the scale set."""
    sandbox.sandbox.memory.scale_sets.clear()
    sandbox.sandbox.memory.operations.clear()
    return finish(submission)


def silent(sandbox: Running, submission: Submission) -> Submission:
    """Azure says Failed, and no word more."""
    answers(sandbox, "ask", 200, '{"status": "Failed"}')
    return finish(submission)


def wordless(sandbox: Running, submission: Submission) -> Submission:
    """Azure says Failed with a code alone."""
    answers(sandbox, "ask", 200, '{"status": "Failed", "error": {"code": "Odd"}}')
    return finish(submission)


@pytest.mark.parametrize("ends", [gone, silent, wordless])
def test_our_own_words_never_stand_under_azure_says(
    sandbox: Running,
    as_rita: Client,
    submitted: Submit,
    page_of: GetPage,
    ends: Callable[[Running, Submission], Submission],
) -> None:
    ended = ends(sandbox, drive(submitted(), "running"))
    assert ended.state == "failed"
    page = page_of(as_rita, url(ended))
    assert "Azure says" not in page.text
    assert not [each for each in page.all("dt") if "message" in "".join(each.itertext())]
    assert (ended.error or {})["sentence"] in page.text


def test_what_azure_has_not_said_is_not_put_into_its_mouth(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = at(submitted(), "send")
    sandbox.fault("replaced", method="PUT", path="web-prod", status=202, body="")
    submission = step(submission)
    assert submission.state == "running"
    text = page_of(as_rita, url(submission)).text
    assert "Azure says" not in text
    assert "Azure last said" not in text
    assert "Azure accepted" not in text
    assert "The request was answered with success, without a word." in text
    submission = step(submission)
    if submission.state == "running":
        assert "Azure last said: Creating." in page_of(as_rita, url(submission)).text


def test_a_change_under_way_is_not_promised_to_be_this_one(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    drive(submitted())
    change = {"sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 7}}
    submission = at(submitted(change, operation="update"), "send")
    sandbox.fault("reset", method="PATCH", path="web-prod")
    submission = step(submission)
    (scale_set,) = sandbox.sandbox.memory.scale_sets.values()
    scale_set.state = "Updating"
    submission = step(submission)
    text = page_of(as_rita, url(submission)).text
    assert "A change of the scale set is under way. It is taken for this one, and followed." in text
    assert not [each for each in said(submission) if "Azure has the request" in each]


# --- stopping --------------------------------------------------------------------------------------------------------


def press(browser: Client, submission: Submission, what: str) -> Submission:
    answer = browser.post(f"{url(submission)}{what}/")
    assert answer.status_code == 302
    submission.refresh_from_db()
    return submission


@pytest.mark.parametrize("stage", ["look", "send"])
def test_what_azure_has_not_taken_is_stopped_for_good(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, stage: str
) -> None:
    submission = at(submitted(), stage)
    page = page_of(as_rita, url(submission))
    assert page.all("button", id="look")
    assert "Azure has not taken the request yet, so stopping leaves nothing behind there." in page.text
    stopped = press(as_rita, submission, "stop")
    assert (stopped.state, stopped.is_finished) == ("canceled", True)
    page = page_of(as_rita, url(stopped))
    assert "Rita Requester stopped it before Azure took the request." in page.text
    assert "canceled in Azure" not in page.text
    assert "Send again" in page.text
    assert "Canceled" in page_of(as_rita, f"/drafts/{stopped.draft.code}/", queries=30).html
    assert not sandbox.requests("PUT")
    step(stopped)
    assert not sandbox.requests("PUT"), "and it stays stopped"


def test_what_azure_has_is_followed_no_more_until_somebody_looks(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted(), "running")
    assert "Stopping ends nothing in Azure" in page_of(as_rita, url(submission)).text
    stopped = press(as_rita, submission, "stop")
    assert stopped.state == "unknown"
    page = page_of(as_rita, url(stopped))
    assert "It is not followed any more" in page.text
    assert "Rita Requester stopped following it. What Azure has of it goes on there." in page.text
    assert not page.all("button", id="stop")
    asked = len(sandbox.requests())
    step(stopped)
    assert len(sandbox.requests()) == asked
    assert looked(as_rita, stopped).state == "succeeded"


def test_a_request_that_is_on_its_way_is_not_looked_for_before_it_arrived(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    """Who stops at the very moment when a worker sends finds out later what became of it, and nothing is sent twice."""
    submission = at(submitted(), "send")
    held = claim(submission.pk)
    assert held is not None
    held.write(may_exist=True)
    stopped = press(as_rita, submission, "stop")
    assert stopped.state == "unknown"
    with pytest.raises(LeaseLost):
        held.let_go(state="running")
    looked = press(as_rita, stopped, "check")
    assert looked.state == "sending"
    assert claim(looked.pk) is None, "the request may still be on its way"
    assert looked.lease_until is not None
    assert f"asked again at {looked.lease_until:%H:%M:%S}" in page_of(as_rita, url(looked)).text
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1), give_up=None)
    assert finish(looked).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_sign_in_need_not_be_waited_for(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, stage: str
) -> None:
    submission = at(submitted(), stage)
    method, path = STAGES[stage]
    sandbox.fault("expired-token", method=method, path=path, times=2)
    submission = step(submission)
    assert submission.state == "needs-sign-in"
    assert page_of(as_rita, url(submission)).all("button", id="stop")
    stopped = press(as_rita, submission, "stop")
    assert stopped.state == ("canceled" if stage in {"look", "send"} else "unknown")


def test_only_who_sent_it_and_administrators_stop_it(
    sandbox: Running, as_rita: Client, as_rolf: Client, rita: User, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted(), "running")
    assert not page_of(as_rolf, url(submission)).all("button", id="stop")
    assert as_rolf.post(f"{url(submission)}stop/").status_code == 403
    done = finish(submission)
    answer = as_rita.post(f"{url(done)}stop/", follow=True)
    assert "The submission is over already." in answer.content.decode()
    done.refresh_from_db()
    assert done.state == "succeeded"
