from __future__ import annotations

from urllib.parse import urljoin

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import GetPage, signed_in
from tests.reviews.making import PASSWORD, document, draft, edit, person
from tests.web.strict import text_of
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.costs.estimating import Cost
from vmssbuilder.costs.templatetags import cost_tags
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.reviews import actions
from vmssbuilder.reviews.models import Decision, Review, ReviewState

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return person("rita")


@pytest.fixture
def rolf() -> User:
    return person("rolf", Role.REVIEWER)


browser = signed_in


def sent(owner: User, of: Draft) -> Review:
    return actions.request_review(owner, of, "It is for <b>Monday</b>", of.head)


def test_every_state_of_a_review_makes_a_sound_page(rita: User, rolf: User, page_of: GetPage) -> None:
    ada = person("ada", Role.ADMINISTRATOR)
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    seen = set()
    for state in ReviewState.values:
        for outdated in (False, True):
            of = draft(rita, wanted)
            review = actions.request_review(
                rita, of, "Note", of.head, {"sku-tier-consistent:sku.tier": "It worked last week."}
            )
            verdict = {
                "approved": "approve",
                "revoked": "approve",
                "changes-requested": "request-changes",
                "rejected": "reject",
            }.get(state)
            if verdict:
                actions.decide(rolf, review, verdict, "For reasons.\nGood ones.")
            if state == "revoked":
                actions.revoke(rolf, review, "Too early.")
            elif state == "withdrawn":
                actions.withdraw(rita, review)
            if outdated:
                edit(rita, of, "sku.capacity", 3)
            for somebody in (rita, rolf, ada):
                page = page_of(browser(somebody), f"/reviews/{review.pk}/")
                assert page.heading == "Review of web-prod"
                seen.add(page.all("span", class_="status")[0].get("class"))
            check = page_of(browser(rita), f"/drafts/{of.code}/check/", queries=30)
            assert (outdated and state in ("approved", "waiting")) == ("dited since" in check.text)
    assert len(seen) == 5, seen
    page_of(browser(rolf), "/reviews/")
    page_of(browser(rolf), "/reviews/?show=decided")
    page_of(browser(rita), f"/reviews/request/{draft(rita, wanted).code}/")


def test_what_a_page_that_refuses_leads_to_answers(
    rita: User, rolf: User, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a page stands at the address of the act, which nobody can look at."""
    monkeypatch.setattr(cost_tags, "cost_of", lambda *_args, **_named: Cost(loading=True))
    review = sent(rita, draft(rita))
    acts: tuple[tuple[User, str, dict[str, str], int], ...] = (
        (rolf, "decide/", {"verdict": "reject"}, 422),
        (rita, "scripts/", {"place": "zones"}, 422),
        (rita, "withdraw/", {}, 302),
        (rita, "withdraw/", {}, 409),
    )
    for somebody, act, typed, status in acts:
        client, address = browser(somebody), f"/reviews/{review.pk}/{act}"
        if status == 302:
            client.post(address, typed)
            continue
        page = page_of(client, address, post=typed, status=status, queries=40)
        main = page.root.find(".//main")
        assert main is not None
        found = [each.get(name, "") for each in main.iter() for name in ("href", "hx-get") if each.get(name)]
        assert any("/cost/" in each and "part=short" in each for each in found)
        assert any("show=" in each for each in found)
        for each in found:
            asked = urljoin(address, each)
            answer = client.get(asked, headers={"HX-Request": "true"} if "part=short" in asked else {})
            assert answer.status_code == 200 or each.startswith("#"), f"{each} answers {answer.status_code}"
            assert "part=short" not in asked or 'id="cost-short"' in answer.content.decode()


def test_a_form_with_errors_is_a_sound_page_too(rita: User, rolf: User, page_of: GetPage) -> None:
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    of = draft(rita, wanted)
    address = reverse("review-request", args=[of.code])
    page_of(browser(rita), address, post={"base": "1", "note": "Kept"}, status=422)
    page_of(browser(rita), address, post={"base": "7", "note": "Kept"}, status=409)
    review = actions.request_review(rita, of, "", 1, {"sku-tier-consistent:sku.tier": "It worked last week."})
    page = page_of(browser(rolf), f"/reviews/{review.pk}/decide/", post={}, status=422)
    assert [link.get("href") for link in page.all("a") if link.get("href", "").startswith("#")][1:] == [
        "#verdict",
        "#reason",
    ]


def test_a_reviewer_reads_the_request_without_its_secrets(rita: User, rolf: User) -> None:
    review = sent(rita, draft(rita))
    shown = {"glance": "vnet1", "values": "nic-web", "sent": "If-None-Match"}
    for show, own in shown.items():
        page = browser(rolf).get(f"/reviews/{review.pk}/?show={show}")
        text = page.content.decode()
        assert page.status_code == 200
        assert "It is for &lt;b&gt;Monday&lt;/b&gt;" in text
        for seen in ("Standard_D2s_v3", "web-prod", own, "Record decision"):
            assert seen in text, seen
        assert ("********" in text) is (show != "glance")
        assert PASSWORD not in text
        assert Secret.objects.get().code not in text


def test_the_decision_form_keeps_what_was_typed_and_names_what_is_missing(rita: User, rolf: User) -> None:
    review = sent(rita, draft(rita))
    page = browser(rolf).post(f"/reviews/{review.pk}/decide/", {"reason": "Because of <costs>"})
    text = page.content.decode()
    assert page.status_code == 422
    assert 'href="#verdict"' in text
    assert "Because of &lt;costs&gt;</textarea>" in text
    assert "<title>Error: Review of web-prod" in text
    page = browser(rolf).post(f"/reviews/{review.pk}/decide/", {"verdict": "reject", "reason": ""})
    text = " ".join(page.content.decode().split())
    assert 'href="#reason"' in text
    assert 'value="reject" aria-describedby="verdict-reject-hint" checked' in text


def test_deciding_answers_with_a_redirect_and_the_history_shows_it(rita: User, rolf: User) -> None:
    review = sent(rita, draft(rita))
    answer = browser(rolf).post(
        f"/reviews/{review.pk}/decide/", {"verdict": "approve", "reason": "Fits"}, follow=True
    )
    assert answer.redirect_chain == [(f"/reviews/{review.pk}/", 302)]
    assert "Approved. The owner can send it to Azure now." in answer.content.decode()
    assert "Record decision" not in answer.content.decode()
    text = browser(rita).get(f"/reviews/{review.pk}/").content.decode()
    assert "Fits" in text
    assert "You can send it to Azure now" in text


def test_an_approval_that_was_edited_away_says_so(rita: User, rolf: User) -> None:
    of = draft(rita)
    review = sent(rita, of)
    actions.decide(rolf, review, "approve", "Fits")
    edit(rita, of, "sku.capacity", 3)
    for person_ in (rita, rolf):
        text = " ".join(browser(person_).get(f"/reviews/{review.pk}/").content.decode().split())
        assert "Edited since: this approval no longer counts" in text
        assert "can send it to Azure now" not in text


def test_deciding_about_an_outdated_request_is_refused_and_keeps_the_reason(rita: User, rolf: User) -> None:
    of = draft(rita)
    review = sent(rita, of)
    edit(rita, of, "sku.capacity", 3)
    answer = browser(rolf).post(
        f"/reviews/{review.pk}/decide/", {"verdict": "approve", "reason": "Long thought"}
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "The draft was edited since" in text
    assert "Long thought" in text
    assert not Decision.objects.exists()


def test_nobody_decides_about_their_own_request(rolf: User) -> None:
    review = sent(rolf, draft(rolf))
    client = browser(rolf)
    text = client.get(f"/reviews/{review.pk}/").content.decode()
    assert "This is your own request" in text
    assert "Record decision" not in text
    answer = client.post(f"/reviews/{review.pk}/decide/", {"verdict": "approve", "reason": "Mine"})
    assert answer.status_code == 403
    review.refresh_from_db()
    assert review.state == "waiting"


def test_a_stranger_finds_nothing(rita: User) -> None:
    review = sent(rita, draft(rita))
    sam = browser(person("sam"))
    assert sam.get(f"/reviews/{review.pk}/").status_code == 404
    assert sam.post(f"/reviews/{review.pk}/decide/", {"verdict": "approve", "reason": "x"}).status_code == 404
    assert sam.post(f"/reviews/{review.pk}/withdraw/").status_code == 404
    assert sam.get(f"/reviews/request/{review.draft.code}/").status_code == 404
    assert "web-prod" not in sam.get("/reviews/").content.decode()
    assert sam.get(f"/reviews/{10**30}/").status_code == 404


def test_sending_for_review_from_its_own_page(rita: User) -> None:
    of = draft(rita)
    client = browser(rita)
    url = reverse("review-request", args=[of.code])
    assert 'name="base" value="1"' in client.get(url).content.decode()
    answer = client.post(url, {"base": "1", "note": "Look at the disks"}, follow=True)
    review = Review.objects.get()
    assert answer.redirect_chain == [(f"/reviews/{review.pk}/", 302)]
    assert review.note == "Look at the disks"
    again = client.post(url, {"base": "1", "note": "Once more"})
    assert again.status_code == 409
    assert "waiting for review already" in again.content.decode()
    assert "Once more</textarea>" in again.content.decode()


@pytest.mark.parametrize("base", ["", "0", "-1", "one", "9" * 40, "²"])
def test_a_forged_base_is_refused(rita: User, base: str) -> None:
    of = draft(rita)
    assert browser(rita).post(reverse("review-request", args=[of.code]), {"base": base}).status_code == 409
    assert not Review.objects.exists()


def test_errors_to_override_are_listed_with_a_box_for_the_reason(rita: User) -> None:
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    of = draft(rita, wanted)
    url = reverse("review-request", args=[of.code])
    answer = browser(rita).post(url, {"base": "1", "note": "Kept <note>"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#override-1"' in text
    assert "Kept &lt;note&gt;</textarea>" in text
    assert "Tier Basic does not match size Standard_D2s_v3" in text


def test_the_queue_asks_the_same_number_of_queries_for_one_and_for_many(
    rita: User, rolf: User, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = browser(rolf)
    sent(rita, draft(rita))
    client.get("/reviews/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/reviews/")
    for _ in range(30):
        sent(rita, draft(rita))
    with CaptureQueriesContext(connection) as many:
        first = client.get("/reviews/").content.decode()
    assert len(many) == len(few)
    assert first.count("list__item") == 25
    assert "Page 1 of 2" in first
    assert client.get("/reviews/?page=2").content.decode().count("list__item") == 6
    assert client.get("/reviews/?page=junk&show=decided").status_code == 200


def test_the_admin_shows_reviews_and_drafts_but_changes_nothing(rita: User, rolf: User) -> None:
    of = draft(rita)
    review = sent(rita, of)
    decision = actions.decide(rolf, review, "approve", "Fits")
    root = browser(person("ada", Role.ADMINISTRATOR, is_staff=True, is_superuser=True))
    pages = [
        f"/admin/reviews/review/{review.pk}/change/",
        f"/admin/reviews/decision/{decision.pk}/change/",
        f"/admin/drafts/draft/{of.pk}/change/",
        f"/admin/drafts/revision/{of.revisions.get().pk}/change/",
        "/admin/reviews/review/",
        "/admin/drafts/draft/",
        "/admin/drafts/revision/",
        "/admin/drafts/sharelink/",
        "/admin/audit/event/",
    ]
    code = Secret.objects.get().code
    for page in pages:
        answer = root.get(page)
        text = answer.content.decode()
        assert answer.status_code == 200, page
        assert PASSWORD not in text
        assert code not in text
        assert 'name="_save"' not in text
    assert root.post(pages[0], {"state": "rejected"}).status_code == 403
    assert root.get("/admin/reviews/decision/add/").status_code == 403
    assert root.get("/admin/drafts/secret/").status_code == 404


def test_no_list_of_the_admin_reads_a_document(rita: User, rolf: User) -> None:
    of = draft(rita)
    actions.decide(rolf, sent(rita, of), "approve", "Fits")
    root = browser(person("ada", Role.ADMINISTRATOR, is_staff=True, is_superuser=True))
    lists = [model._meta for model in admin.site._registry]
    assert {"draft", "revision", "review", "submission"} <= {each.model_name for each in lists}
    for each in lists:
        with CaptureQueriesContext(connection) as asked:
            assert root.get(f"/admin/{each.app_label}/{each.model_name}/").status_code == 200
        assert not [query["sql"] for query in asked if '"document"' in query["sql"]], each.model_name


def test_the_reviewer_reads_the_reason_beside_its_error(rita: User, rolf: User, page_of: GetPage) -> None:
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    of = draft(rita, wanted)
    url = reverse("review-request", args=[of.code])
    form = page_of(browser(rita), url)
    [box] = [each for each in form.all("textarea") if each.get("name") != "note"]
    page_of(browser(rita), url, post={"base": "1", box.get("name", ""): "x" * 5_001}, status=422)
    answer = browser(rita).post(url, {"base": "1", box.get("name", ""): "It <worked> last week."})
    page = page_of(browser(rolf), answer["Location"])
    [finding] = [text_of(each) for each in page.all("li", class_="finding") if "Basic" in text_of(each)]
    assert finding.endswith("To be sent all the same: It <worked> last week.")


def test_a_reason_given_for_all_errors_together_is_still_read(
    rita: User, rolf: User, page_of: GetPage
) -> None:
    review = actions.request_review(rita, draft(rita), "", 1)
    review.overrides = [{"rule": "", "where": "", "message": "", "reason": "From before."}]
    review.save()
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    type(review.revision).objects.filter(pk=review.revision.pk).update(document=wanted)
    assert "From before." in page_of(browser(rolf), reverse("review-detail", args=[review.pk])).text
