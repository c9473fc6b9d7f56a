"""Secrets by name on the page of a review, and scripts that are opened to who is asked for it, and closed again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.conftest import GetPage, signed_in
from tests.reviews.making import (
    CUSTOM_DATA,
    PASSWORD,
    SCRIPT,
    document,
    draft,
    edit,
    person,
    with_commands,
    with_script,
)
from vmssbuilder import clock
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.models import Secret
from vmssbuilder.drafts.people import actions as people
from vmssbuilder.reviews import actions, withheld
from vmssbuilder.reviews.away import actions as away
from vmssbuilder.reviews.models import OpenedScript, Review

pytestmark = pytest.mark.django_db

SHOWN = "echo Canary-script > /run/<greeting>"


@pytest.fixture
def rita() -> User:
    return person("rita")


@pytest.fixture
def rolf() -> User:
    return person("rolf", Role.REVIEWER)


@pytest.fixture
def ruth() -> User:
    return person("ruth", Role.REVIEWER)


@pytest.fixture
def review(rita: User, rolf: User) -> Review:
    of = draft(rita, with_script())
    return actions.request_review(rita, of, "", of.head, people=[rolf.pk])


def opened(review: Review, rita: User, place: str = CUSTOM_DATA) -> OpenedScript:
    return actions.open_script(rita, review, place)


def address(one: OpenedScript) -> str:
    return f"/reviews/{one.review_id}/scripts/{one.pk}/"


def test_what_is_not_shown_is_named_with_who_set_it_and_when(
    rita: User, rolf: User, page_of: GetPage
) -> None:
    of = draft(rita, with_commands())
    eve = person("eve")
    people.add(rita, of, eve, "edit")
    edit(eve, of, "sku.capacity", 3)
    changed = edit(eve, of, "properties.virtualMachineProfile.osProfile.adminPassword", "Canary-8-Other")
    page = page_of(
        signed_in(rolf), f"/reviews/{actions.request_review(rita, changed, '', 3).pk}/", queries=30
    )
    [section] = page.all("section", id="withheld")
    words = " ".join("".join(section.itertext()).split())
    assert "Admin password Set by Eve in revision 3" in words
    assert "Protected settings setup Set by Rita in revision 1" in words
    assert "Command: A script, closed" in words
    assert "Canary" not in page.html


def test_a_script_is_read_by_who_is_asked_alone_and_each_look_is_in_the_log(
    review: Review, rita: User, rolf: User, ruth: User, page_of: GetPage
) -> None:
    answer = signed_in(rita).post(f"/reviews/{review.pk}/scripts/", {"place": CUSTOM_DATA})
    assert answer["Location"] == f"/reviews/{review.pk}/#withheld"
    [one] = OpenedScript.objects.all()
    assert Event.objects.get(what="review.script-opened").details["asked"] == ["rolf"]
    assert f"scripts/{one.pk}/" in page_of(signed_in(rolf), f"/reviews/{review.pk}/", queries=30).html
    for _look in range(2):
        assert SHOWN in page_of(signed_in(rolf), address(one), queries=30).text
    looks = Event.objects.filter(what="review.script-read")
    assert [each.actor for each in looks] == [rolf, rolf]
    assert {each.details["script"] for each in looks} == {CUSTOM_DATA}
    for somebody in (rita, ruth, person("ada", Role.ADMINISTRATOR)):
        refused = page_of(signed_in(somebody), address(one), status=403)
        assert "not open to you" in refused.text
        assert "Canary" not in refused.html
        assert "Canary" not in page_of(signed_in(somebody), f"/reviews/{review.pk}/", queries=30).html
    assert looks.count() == 2
    assert Event.objects.filter(what="access.refused").count() == 3
    # Nothing else shows it now, and no row holds it.
    for show in ("glance", "values", "sent"):
        assert "Canary" not in page_of(signed_in(rolf), f"/reviews/{review.pk}/?show={show}", queries=30).html
    assert "Canary" not in str(list(Event.objects.values())) + str(list(OpenedScript.objects.values()))


def _decide(review: Review, _rita: User, rolf: User, _one: OpenedScript) -> None:
    actions.decide(rolf, review, "request-changes", "Not like this.")


def _edit(review: Review, rita: User, _rolf: User, _one: OpenedScript) -> None:
    edit(rita, review.draft, "sku.capacity", 3)


def _withdraw(review: Review, rita: User, _rolf: User, _one: OpenedScript) -> None:
    actions.withdraw(rita, review)


def _close(_review: Review, rita: User, _rolf: User, one: OpenedScript) -> None:
    actions.close_script(rita, one)


def _role(review: Review, rita: User, rolf: User, _one: OpenedScript) -> None:
    # Who may look at the draft all the same.
    people.add(rita, review.draft, rolf, "view")
    rolf.role = Role.REQUESTER
    rolf.save()


@pytest.mark.parametrize("ends", [_decide, _edit, _withdraw, _close, _role])
def test_what_was_opened_ends(
    ends: Callable[[Review, User, User, OpenedScript], None],
    review: Review,
    rita: User,
    rolf: User,
    page_of: GetPage,
) -> None:
    one = opened(review, rita)
    assert SHOWN in page_of(signed_in(rolf), address(one), queries=30).text
    said = page_of(signed_in(rita), f"/reviews/{review.pk}/", queries=30).text
    assert "You can open a script" in said
    assert "Open to the people asked, since" in said
    ends(review, rita, rolf, one)
    answer = signed_in(rolf).get(address(one))
    assert answer.status_code in (403, 404)
    assert "Canary" not in answer.content.decode()
    # The page says what is open while the review is under way, and nothing of it after.
    under_way = ends in (_close, _role)
    for somebody in (rita, person("ada", Role.ADMINISTRATOR)):
        said = page_of(signed_in(somebody), f"/reviews/{review.pk}/", queries=30).text
        assert "Custom data Set by Rita in revision 1" in said
        assert ("can open a script" in said) == under_way
        assert ("Open to the people asked" in said) == (ends is _role)


def test_more_secrets_than_the_page_names_are_counted_and_those_with_scripts_are_named_first(
    rita: User, rolf: User, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = with_commands()
    profile = wanted["properties"]["virtualMachineProfile"]["osProfile"]
    profile["customData"] = with_script()["properties"]["virtualMachineProfile"]["osProfile"]["customData"]
    of = draft(rita, wanted)
    review = actions.request_review(rita, of, "", 1, people=[rolf.pk])
    for most, named, said in (
        (3, ["Admin password", "Custom data", "Protected settings"], ""),
        (2, ["Custom data", "Protected settings"], "And 1 more."),
        (1, ["Custom data"], "And 2 more, 1 of them with a script."),
    ):
        monkeypatch.setattr(withheld, "AT_MOST", most)
        found = withheld.withheld(Review.objects.get(pk=review.pk))
        assert sorted(each.title for each in found.secrets) == named
        text = page_of(signed_in(rolf), f"/reviews/{review.pk}/", queries=30).text
        assert said in text
        assert ("And " in text) == bool(said)


def test_standing_in_opens_no_script_and_the_pages_say_so(
    review: Review, rita: User, rolf: User, ruth: User, page_of: GetPage
) -> None:
    one = opened(review, rita)
    today = clock.now().date()
    away.delegate(rolf, ruth, today, today)
    assert (
        "a script that is open to them alone stays closed to you"
        in page_of(signed_in(ruth), "/reviews/").text
    )
    said = page_of(signed_in(rita), f"/reviews/{review.pk}/", queries=30).text
    assert "Standing in for one of them does not open it." in said
    page_of(signed_in(ruth), address(one), status=403)
    assert "stays closed to them" in page_of(signed_in(rolf), "/reviews/away/").text


def test_nobody_opens_what_is_no_script_or_when_nobody_is_asked(
    review: Review, rita: User, rolf: User, page_of: GetPage
) -> None:
    password = "properties.virtualMachineProfile.osProfile.adminPassword"
    client, url = signed_in(rita), f"/reviews/{review.pk}/scripts/"
    for place in (password, "", "zones[", "x" * 5_000, "properties", f"{CUSTOM_DATA}.x"):
        page = page_of(client, url, post={"place": place}, status=422, queries=40)
        assert "There is no such script" in page.text
        assert not OpenedScript.objects.exists()
    # Not set there, so that it cannot be opened before somebody writes it.
    plain = draft(rita, document())
    other = actions.request_review(rita, plain, "", 1, people=[rolf.pk])
    with pytest.raises(actions.ReviewRefused, match="no such script"):
        actions.open_script(rita, other, CUSTOM_DATA)
    unasked = draft(rita, with_script())
    anybody = actions.request_review(rita, unasked, "", 1)
    with pytest.raises(actions.ReviewRefused, match="Nobody is asked by name"):
        actions.open_script(rita, anybody, CUSTOM_DATA)
    one = opened(review, rita)
    page_of(client, url, post={"place": CUSTOM_DATA}, status=409, queries=40)
    page_of(client, f"{address(one)}close/", post={}, follow=True, queries=40)
    page_of(client, f"{address(one)}close/", post={}, status=409, queries=40)
    assert signed_in(rolf).get(f"/reviews/{review.pk}/scripts/{10**30}/").status_code == 404


def test_only_the_command_of_protected_settings_is_opened(rita: User, rolf: User, page_of: GetPage) -> None:
    of = draft(rita, with_commands())
    review = actions.request_review(rita, of, "", 1, people=[rolf.pk])
    settings = "properties.virtualMachineProfile.extensionProfile.extensions[0].properties.protectedSettings"
    for place in (settings, f"{settings}.storageAccountKey", f"{settings}.script"):
        with pytest.raises(actions.ReviewRefused, match="no such script"):
            opened(review, rita, place)
    page = page_of(signed_in(rolf), address(opened(review, rita, f"{settings}.commandToExecute")), queries=30)
    assert "powershell Canary-command" in page.text
    assert "Canary-key" not in page.html
    assert PASSWORD not in page.html


def test_rows_written_past_the_product_open_nothing(
    review: Review, rita: User, rolf: User, ruth: User
) -> None:
    one = opened(review, rita)
    assert actions.read_script(rolf, one) == SCRIPT
    # Somebody more is asked; another secret takes the place of the script; one that was closed is open again.
    review.asked.add(ruth)
    with pytest.raises(PermissionDenied):
        actions.read_script(ruth, one)
    review.asked.remove(ruth)
    assert actions.read_script(rolf, one) == SCRIPT
    of = review.revision
    profile = of.document["properties"]["virtualMachineProfile"]["osProfile"]
    whole = dict(profile)
    profile["customData"] = profile["adminPassword"]
    of.save()
    with pytest.raises(PermissionDenied):
        actions.read_script(rolf, OpenedScript.objects.get())
    profile.update(whole)
    of.save()
    actions.close_script(rita, one)
    OpenedScript.objects.update(closed=None)
    with pytest.raises(PermissionDenied):
        actions.read_script(rolf, OpenedScript.objects.get())
    OpenedScript.objects.create(review=review, place=CUSTOM_DATA, opened_by=rita, closed=timezone.now())
    with pytest.raises(PermissionDenied):
        actions.read_script(rolf, OpenedScript.objects.latest("pk"))


def test_a_script_that_cannot_be_read_says_so(
    review: Review, rita: User, rolf: User, page_of: GetPage
) -> None:
    one = opened(review, rita)
    Secret.objects.all().delete()
    page = page_of(signed_in(rolf), address(one), status=422, queries=45)
    assert "This script cannot be read now." in page.text
