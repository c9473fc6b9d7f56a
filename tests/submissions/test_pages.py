from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.conftest import GetPage
from tests.reviews.making import PASSWORD, approved, draft, edit
from tests.submissions.conftest import drive, step
from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.preflight import actions as preflight
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions.models import Submission
from vmssbuilder.workers.models import Worker

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]
ID = "/providers/Microsoft.Compute/virtualMachineScaleSets/web-prod"


def url(submission: Submission) -> str:
    return f"/submissions/{submission.code}/"


def polls(page: Any) -> list[str]:
    """What the page asks for again and again, not what it asks for once."""
    return [
        element.get("hx-get", "")
        for element in page.root.iter("div")
        if element.get("hx-trigger", "").startswith("every")
    ]


def test_pressing_the_button_leads_to_the_progress(
    as_rita: Client, approved_draft: Callable[..., Draft], page_of: GetPage
) -> None:
    of = approved_draft()
    check = page_of(as_rita, f"/drafts/{of.code}/check/", queries=30)
    assert "Create web-prod in rg-shop (uksouth)" in check.text
    answer = as_rita.post(f"/submissions/new/{of.code}/")
    submission = Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url(submission))
    page = page_of(as_rita, url(submission))
    assert page.heading == "Create web-prod in rg-shop (uksouth)"
    assert "Queued" in page.text
    assert "Create web-prod" not in page_of(as_rita, f"/drafts/{of.code}/check/", queries=30).text


def test_the_check_page_asks_for_what_it_says_alone(
    as_rita: Client, rita: User, submitted: Submit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    new, of = draft(rita), submitted().draft
    preflight.start(rita, of)
    lists = ["names of subscriptions", "sizes of the region"]
    known = ["session", "person", "draft", "where it stands", "heavy work", *lists]
    asking = ["who can be asked for a review", "groups of them"]
    # Whether an approval counts: its seal, what the seal covers, and what became of who gave it.
    counts = [
        "seal",
        "whether Azure has it",
        "time",
        "decisions",
        "who decided",
        "secret",
        "edits",
        "account",
    ]
    approved_one = ["review", "decision", *counts, "pre-flight", "worker"]
    for each, more, documents in ((new, asking, 1), (of, approved_one, 2)):
        as_rita.get(f"/drafts/{each.code}/check/")
        with django_assert_num_queries(len(known + more)) as asked:
            as_rita.get(f"/drafts/{each.code}/check/")
        assert sum(query["sql"].count('."document"') for query in asked) == documents


def test_a_refusal_is_said_on_the_page_it_came_from(
    as_rita: Client, rita: Any, approved_draft: Callable[..., Draft]
) -> None:
    of = edit(rita, approved_draft(), "sku.capacity", 3)
    answer = as_rita.post(f"/submissions/new/{of.code}/", follow=True)
    assert answer.redirect_chain == [(f"/drafts/{of.code}/check/", 302)]
    assert "Only an approved request is sent" in answer.content.decode()


@pytest.mark.parametrize("state", ["queued", "sending", "running"])
def test_the_page_follows_along_while_something_is_to_come(
    as_rita: Client, submitted: Submit, page_of: GetPage, state: str
) -> None:
    submission = drive(submitted(), state)
    page = page_of(as_rita, url(submission))
    (asked,) = polls(page)
    assert 'http-equiv="refresh"' in page.html
    assert len(page.all("li", class_="is-now")) == 1
    assert page.all("li", class_="is-todo")
    htmx = {"HX-Request": "true"}
    assert as_rita.get(asked, headers=htmx).status_code == 204, "nothing is new"
    step(submission)
    new = as_rita.get(asked, headers=htmx)
    if state != "running":
        assert new.status_code == 200
        assert b'<div id="progress"' in new.content
    Submission.objects.update(state="failed")
    ended = as_rita.get(asked, headers=htmx).content
    assert b'data-said="Failed"' in ended
    assert b", Failed - web-prod -\n" in ended
    assert b"hx-trigger" not in ended, "nothing more is to come"


def test_the_page_says_when_no_worker_is_there_to_go_on(
    as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = submitted()
    page = page_of(as_rita, url(submission))
    assert "the work goes on" in page.text
    assert "No worker" not in page.text
    Worker.objects.update(seen=clock.now() - timedelta(seconds=31))
    new = as_rita.get(polls(page)[0], headers={"HX-Request": "true"}).content.decode()
    assert "No worker has been alive for 30 seconds" in new
    assert "the work goes on" not in new
    Submission.objects.update(state="canceled")
    assert "No worker" not in page_of(as_rita, url(submission)).text


def test_success_shows_the_resource_id_and_stops_asking(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted())
    page = page_of(as_rita, url(submission))
    assert ID in page.text
    assert not polls(page)
    assert 'http-equiv="refresh"' not in page.html
    assert page.all("button", **{"data-copy": "resource-id"})
    assert len(page.all("li", class_="is-done")) == len(submission.progress.all())
    assert PASSWORD not in page.html
    assert "The sandbox has no portal" in page.text


def test_success_links_to_the_portal_of_the_cloud(
    sandbox: Running, as_administrator: Client, submitted: Submit, settings: Any
) -> None:
    submission = drive(submitted())
    # Rita is a person of the sandbox, who cannot look into a real cloud.
    settings.VMSSBUILDER_CLOUD = "public"
    text = as_administrator.get(url(submission)).content.decode()
    assert 'href="https://portal.azure.com/#@' in text
    assert ID in text


def test_failure_shows_our_words_the_field_and_azures_answer(
    sandbox: Running, as_rita: Client, as_rolf: Client, submitted: Submit, page_of: GetPage
) -> None:
    error = {"code": "InvalidParameter", "message": "Out of <range>.", "target": "vmss.sku.capacity"}
    sandbox.fault("status", method="PUT", status=400, error=error)
    submission = drive(submitted())
    page = page_of(as_rita, url(submission))
    field = f"/drafts/{submission.draft.code}/instances/#"
    assert any(href.startswith(field) for href in page.links().values())
    for seen in ("Correct what Azure says", "sku.capacity", "Out of <range>.", "InvalidParameter"):
        assert seen in page.text, seen
    assert (submission.error or {})["azure"]["correlationId"] in page.text
    assert "Send again" not in page.text, "Azure would refuse the same value again"
    seen_by_others = page_of(as_rolf, url(submission))
    assert not any(href.startswith(field) for href in seen_by_others.links().values())


def test_what_may_go_better_next_time_can_be_sent_again(
    sandbox: Running, as_rita: Client, as_rolf: Client, submitted: Submit, page_of: GetPage
) -> None:
    error = {"code": "AuthorizationFailed", "message": "The client has no authorization."}
    sandbox.fault("status", method="PUT", status=403, error=error)
    submission = drive(submitted())
    assert "Send again" in page_of(as_rita, url(submission)).text
    assert "Send again" not in page_of(as_rolf, url(submission)).text


def test_another_error_of_a_failed_submission_is_explained_with_its_draft(
    sandbox: Running, as_rita: Client, as_rolf: Client, submitted: Submit, page_of: GetPage
) -> None:
    sandbox.fault("status", method="PUT", status=403, error={"code": "AuthorizationFailed", "message": "No."})
    submission = drive(submitted())
    page = page_of(as_rita, url(submission))
    assert "/explain/" in [form.get("action") for form in page.all("form")]
    assert "/explain/" not in [form.get("action") for form in page_of(as_rolf, url(submission)).all("form")]
    said = (
        'Code="InvalidParameter" Message="The value of parameter capacity is invalid." Target="sku.capacity"'
    )
    told = page_of(as_rita, "/explain/", post={"draft": submission.draft.code, "said": said})
    assert any(
        address.startswith(f"/drafts/{submission.draft.code}/instances/") for address in told.addresses()
    )


def test_sending_again_makes_a_new_submission(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    sandbox.fault("failed-operation", method="PUT")
    first = drive(submitted())
    page = page_of(as_rita, url(first))
    assert "Sending again replaces it." in page.text
    as_rita.post(f"/submissions/new/{first.draft.code}/")
    second = Submission.objects.latest("pk")
    assert second.pk != first.pk
    assert "Send again" not in page_of(as_rita, url(first)).text
    assert drive(second).state == "succeeded"


def test_an_edit_after_a_failure_takes_the_button_away(
    sandbox: Running, as_rita: Client, rita: Any, rolf: Any, submitted: Submit, page_of: GetPage
) -> None:
    sandbox.fault("failed-operation", method="PUT")
    submission = drive(submitted())
    edited = edit(rita, submission.draft, "sku.capacity", 3)
    assert "Send again" not in page_of(as_rita, url(submission)).text
    approved(rita, rolf, edited)
    page = page_of(as_rita, url(submission), queries=25)
    assert "Send again" not in page.text, "it would send something else"


def test_a_needed_sign_in_leads_there_and_back(
    sandbox: Running, as_rita: Client, as_rolf: Client, rita: Any, submitted: Submit, page_of: GetPage
) -> None:
    from tests.accounts import entra
    from vmssbuilder.accounts.models import TokenCache

    submission = submitted()
    TokenCache.objects.filter(user=rita).delete()
    submission = step(submission)
    page = page_of(as_rita, url(submission))
    assert not polls(page)
    assert "Azure wants to see you again" in page.text
    link = page.links()["Sign in again"]
    assert link.startswith("/sign-in/start/?next=")
    others = page_of(as_rolf, url(submission))
    assert "only they can go on" in others.text
    assert as_rolf.post(f"{url(submission)}continue/").status_code == 403
    away = as_rita.get(link)["Location"]
    back = as_rita.get(entra.choose(away, "rita"))
    assert back["Location"] == url(submission)
    assert as_rita.post(f"{url(submission)}continue/")["Location"] == url(submission)
    assert drive(submission).state == "succeeded"


def test_an_unknown_outcome_has_a_button_that_asks(
    sandbox: Running, as_rita: Client, as_rolf: Client, submitted: Submit, page_of: GetPage
) -> None:
    sandbox.fault("endless-operation", method="PUT")
    submission = drive(submitted(), "running")
    Submission.objects.update(give_up=timezone.now() - timedelta(seconds=1))
    submission = step(submission)
    page = page_of(as_rita, url(submission))
    assert "It is not known how it ended" in page.text
    assert not polls(page)
    assert "Look now" not in page_of(as_rolf, url(submission)).text
    assert as_rolf.post(f"{url(submission)}check/").status_code == 403
    as_rita.post(f"{url(submission)}check/")
    submission.refresh_from_db()
    assert submission.state == "running"


def test_a_cancelled_one_says_so(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    sandbox.fault("canceled-operation", method="PUT")
    page = page_of(as_rita, url(drive(submitted())))
    assert "Canceled" in page.text
    assert page.all("li", class_="is-failed")


def test_a_stranger_finds_nothing(as_stranger: Client, submitted: Submit, page_of: GetPage) -> None:
    submission = submitted()
    page_of(as_stranger, url(submission), status=404)
    assert as_stranger.post(f"/submissions/new/{submission.draft.code}/").status_code == 404
    assert as_stranger.post(f"{url(submission)}check/").status_code == 404
    assert as_stranger.post(f"{url(submission)}continue/").status_code == 404
    assert "web-prod" not in page_of(as_stranger, "/submissions/").text
    page_of(as_stranger, "/submissions/nosuch/", status=404)


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_many(
    as_rita: Client, rita: Any, submitted: Submit, page_of: GetPage
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    assert "Nothing was sent to Azure yet" in page_of(as_rita, "/submissions/").text
    first = submitted()
    with CaptureQueriesContext(connection) as few:
        page_of(as_rita, "/submissions/")
    rows = [
        Submission(
            draft=first.draft, revision=first.revision, submitter=rita, state="failed", code=f"c{number}"
        )
        for number in range(30)
    ]
    Submission.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as many:
        page = page_of(as_rita, "/submissions/")
    assert len(many) == len(few)
    assert len(page.all("li", class_="list__item")) == 25
    assert len(page_of(as_rita, "/submissions/?page=2").all("li", class_="list__item")) == 6


def test_the_draft_says_how_its_submission_is_going(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = submitted()
    draft_url = f"/drafts/{submission.draft.code}/"
    assert page_of(as_rita, draft_url).links()["Follow it"] == url(submission)
    drive(submission)
    assert page_of(as_rita, draft_url).links()["See the result"] == url(submission)


def test_the_admin_shows_submissions_but_changes_nothing(as_administrator: Client, submitted: Submit) -> None:
    submission = drive(submitted())
    address = f"/admin/submissions/submission/{submission.pk}/change/"
    for page in ("/admin/submissions/submission/", address):
        answer = as_administrator.get(page)
        assert answer.status_code == 200
        assert PASSWORD not in answer.content.decode()
        assert 'name="_save"' not in answer.content.decode()
        assert f"<strong>{answer.wsgi_request.user}</strong>" in answer.content.decode(), "it greets by name"
    assert as_administrator.post(address, {"state": "queued"}).status_code == 403
