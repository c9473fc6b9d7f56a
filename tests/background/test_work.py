"""*Apply all fixes* of a draft that is too much for a request: begun on a page, done by the worker, saved as a whole."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.test import Client
from django_tasks_db.models import DBTaskResult

from bench import heavy
from tests.conftest import GetPage
from tests.forms import entries
from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.background import actions, doing, progress, watching
from vmssbuilder.background.models import Work
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts import checking, turns
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, DraftRole, Member, Turn
from vmssbuilder.drafts.people import actions as people
from vmssbuilder.scaleset import paths
from vmssbuilder.workers import heartbeats
from vmssbuilder.workers.models import Worker

from .conftest import begun, draft_of, ended

Arrange = Callable[[Callable[[], Any]], None]

INTERFACES = paths.parse("properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations")
ALL = 60
TWO_PAGES = 24
"""Queries of a press and of the page that it leads to."""
"""Fixes of the draft: a spelling, one primary interface instead of thirty, a primary address for each."""


def at(draft: Draft, below: str) -> str:
    return f"/drafts/{draft.code}/{below}"


def newest(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


def is_fixed(draft: Draft) -> bool:
    listed = paths.get(newest(draft).document, INTERFACES)
    return sum(each["properties"].get("primary") is True for each in listed) == 1


def named(number: int, name: str) -> list[Changed]:
    """The change of an interface's name, which no fix touches."""
    return [Changed((*INTERFACES, number, "name"), f"nic-{number}", name)]


def changed_by_hand(draft: Draft, number: int, value: Any) -> list[Changed]:
    """The change of what a fix changes too."""
    return [Changed((*INTERFACES, number, "properties", "primary"), True, value)]


# --- From the button to the end ---------------------------------------------------------------------------------------


def test_more_fixes_than_a_page_shows_are_made_as_a_whole(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, few_a_page: None
) -> None:
    assert as_requester.get(at(draft, "fixes/"))["Location"] == at(draft, "heavy-work/")
    page = page_of(as_requester, at(draft, "heavy-work/"))
    assert not Work.objects.exists(), "to look begins nothing"
    page = page_of(
        as_requester, at(draft, "heavy-work/"), post=dict(entries(page.html)), follow=True, queries=TWO_PAGES
    )
    assert "Waiting for its turn" in page.text
    work = ended(Work.objects.get())
    assert (work.state, work.done, work.saved) == ("done", ALL, 2)
    assert is_fixed(draft)
    left = checking.check_content(newest(draft))
    assert not [each for each in left if each.fix], "nothing that could be fixed is left"
    page = page_of(as_requester, at(draft, "heavy-work/"))
    assert f"Fixed {ALL} findings" in page.text
    assert f"{len(left)} findings are left." in page.text
    assert at(draft, "compare/1/2/") in page.html
    assert at(draft, "check/") in page.html
    assert f"{ALL} of" not in page.text, "what is over has no bar"
    assert newest(draft).revisions.get(number=2).author == requester
    assert list(Event.objects.filter(about=draft.code).values_list("what", "actor")) == [
        ("draft.saved", requester.pk),
        ("draft.work-begun", requester.pk),
        ("draft.created", requester.pk),
    ]


def test_secrets_stay_references_and_are_no_others(requester: User, draft: Draft, few_a_page: None) -> None:
    document = heavy.interfaces(30, 3)
    document["properties"]["virtualMachineProfile"]["osProfile"] = {
        "computerNamePrefix": "web",
        "adminUsername": "azureuser",
        "adminPassword": "Not-for-anybodys-eyes-1",
    }
    secret = draft_of(requester, document)
    before = paths.get(
        secret.document, paths.parse("properties.virtualMachineProfile.osProfile.adminPassword")
    )
    assert ended(begun(requester, secret)).state == "done"
    after = paths.get(
        newest(secret).document, paths.parse("properties.virtualMachineProfile.osProfile.adminPassword")
    )
    assert set(after) == {"$secret"}
    assert after == before
    assert secret.secrets.count() == 1


def test_how_far_it_is_follows_the_fixes_that_were_made(
    requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TOLD_EVERY", 0.0)
    told: list[tuple[int, int]] = []
    original = progress.keep

    def keep(work: Work, **columns: Any) -> None:
        original(work, **columns)
        if "total" in columns:
            told.append((columns["done"], columns["total"]))

    monkeypatch.setattr(progress, "keep", keep)
    ended(begun(requester, draft))
    assert [done for done, _total in told] == list(range(1, ALL + 1))
    assert {total for _done, total in told} == {ALL}


def test_where_nothing_mends_itself_nothing_is_saved(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    ended(begun(requester, draft))
    work = ended(begun(requester, draft))
    assert (work.state, work.done, work.saved) == ("done", 0, None)
    assert newest(draft).head == 2
    assert (
        "There was nothing that could be fixed by itself"
        in page_of(as_requester, at(draft, "heavy-work/")).text
    )


# --- Why it is begun --------------------------------------------------------------------------------------------------


@pytest.fixture
def large(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> Draft:
    monkeypatch.setattr(turns, "LARGE", 100)
    return draft


def another_is_running(user: User) -> None:
    Turn.objects.create(user=user, token="another", until=Now() + timedelta(seconds=30))


def test_while_another_heavy_request_runs_the_worker_does_it(
    page_of: GetPage, as_requester: Client, requester: User, large: Draft
) -> None:
    form = dict(entries(page_of(as_requester, at(large, "fixes/")).html))
    another_is_running(requester)
    assert as_requester.get(at(large, "check/")).status_code == 429
    assert as_requester.get(at(large, "fixes/"))["Location"] == at(large, "heavy-work/")
    page_of(as_requester, at(large, "heavy-work/"), status=200)
    answer = as_requester.post(at(large, "fixes/"), form)
    assert (answer.status_code, answer["Location"]) == (307, at(large, "heavy-work/")), (
        "the form is sent there"
    )
    page = page_of(as_requester, at(large, "fixes/"), post=form, follow=True, queries=30)
    assert "Waiting for its turn" in page.text
    assert ended(Work.objects.get()).saved == 2
    assert is_fixed(large)


def test_what_takes_longer_than_a_request_may_is_the_workers(
    as_requester: Client, large: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_end(_draft: Draft) -> Any:
        raise turns.TooLong

    monkeypatch.setattr("vmssbuilder.drafts.views.checking.fix_all", without_end)
    assert as_requester.get(at(large, "fixes/"))["Location"] == at(large, "heavy-work/")


def test_few_fixes_are_shown_before_they_are_made(as_requester: Client, draft: Draft) -> None:
    assert as_requester.get(at(draft, "fixes/")).status_code == 200


def test_a_form_of_what_was_changed_meanwhile_begins_nothing(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    editing.save(requester, draft, 1, named(3, "other"))
    page = page_of(as_requester, at(draft, "heavy-work/"), post={"base": "1"}, follow=True)
    assert "changed since you opened the page" in page.text
    assert not Work.objects.exists()


# --- One at a time ----------------------------------------------------------------------------------------------------


def test_a_second_press_shows_the_work_that_is_under_way(requester: User, draft: Draft) -> None:
    first = begun(requester, draft)
    assert begun(requester, draft) == first
    assert DBTaskResult.objects.count() == 1
    assert Event.objects.filter(what="draft.work-begun").count() == 1


def test_a_person_has_one_work_whatever_it_is_about(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    other = draft_of(requester)
    begun(requester, draft)
    page = page_of(as_requester, at(other, "heavy-work/"), post={}, follow=True)
    assert "You have this under way" in page.text
    assert at(draft, "heavy-work/stop/") in page.html
    assert Work.objects.count() == 1


def test_two_presses_at_the_same_moment_are_one_work(
    requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = begun(requester, draft), draft_of(requester)
    answers = [None, first]
    monkeypatch.setattr(actions, "under_way", lambda _user: answers.pop(0))
    assert begun(requester, other) == first
    assert Work.objects.count() == 1
    assert not Event.objects.filter(what="draft.work-begun", about=other.code).exists()


def test_people_do_not_wait_for_each_other_to_begin(requester: User, stranger: User, draft: Draft) -> None:
    begun(requester, draft)
    begun(stranger, draft_of(stranger))
    assert Work.objects.filter(state="waiting").count() == 2


def test_in_one_process_one_waits_for_the_other(
    requester: User, stranger: User, draft: Draft, in_the_middle: Arrange
) -> None:
    first, second = begun(requester, draft), begun(stranger, draft_of(stranger))
    DBTaskResult.objects.all().delete()
    looked: list[str] = []

    def meanwhile() -> None:
        if not looked:
            doing.run(second.pk)
            second.refresh_from_db()
            looked.append(second.state)

    in_the_middle(meanwhile)
    assert ended(first).state == "done"
    assert looked == ["waiting"]
    [again] = DBTaskResult.objects.all()
    assert again.args_kwargs == {"args": [second.pk], "kwargs": {"person": stranger.pk}}
    assert again.run_after <= clock.now() + doing.AGAIN_AFTER
    assert ended(second).state == "done"


# --- Stopped ----------------------------------------------------------------------------------------------------------


def test_what_is_stopped_leaves_the_draft_as_it_was(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    work = begun(requester, draft)
    page = page_of(as_requester, at(draft, "heavy-work/stop/"), post={}, follow=True)
    assert "Stopped: the draft is as it was" in page.text
    assert ended(work).state == "stopped"
    assert newest(draft).head == 1
    assert (
        "There is nothing to stop"
        in page_of(as_requester, at(draft, "heavy-work/stop/"), post={}, follow=True).text
    )
    assert Event.objects.filter(what="draft.work-stopped").count() == 1
    assert begun(requester, draft).state == "waiting", "and it can be begun again"


def test_it_is_stopped_in_the_middle(
    requester: User, draft: Draft, in_the_middle: Arrange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TOLD_EVERY", 0.0)
    work = begun(requester, draft)
    in_the_middle(lambda: actions.stop(requester, draft))
    ended(work)
    assert (work.state, work.done) == ("stopped", 4)
    assert newest(draft).head == 1


def test_what_is_stopped_right_before_it_is_saved_is_not_saved(
    requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = begun(requester, draft)
    original = watching.Watch.save

    def save(self: watching.Watch) -> None:
        actions.stop(requester, draft)
        original(self)

    monkeypatch.setattr(watching.Watch, "save", save)
    assert ended(work).state == "stopped"
    assert newest(draft).head == 1


def test_what_is_being_saved_can_not_be_stopped(
    requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[bool] = []
    original = editing.apply_fixes

    def saved(*given: Any) -> Draft:
        stopped.append(actions.stop(requester, draft))
        return original(*given)

    monkeypatch.setattr(editing, "apply_fixes", saved)
    work = ended(begun(requester, draft))
    assert (stopped, work.state) == ([False], "done")


# --- Edited meanwhile -------------------------------------------------------------------------------------------------


def test_what_was_saved_meanwhile_in_other_places_stays(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, in_the_middle: Arrange
) -> None:
    in_the_middle(lambda: editing.save(requester, newest(draft), 1, named(7, "mine")))
    work = ended(begun(requester, draft))
    assert (work.state, work.saved, work.left) == ("done", 3, None)
    assert paths.get(newest(draft).document, (*INTERFACES, 7, "name")) == "mine"
    assert is_fixed(draft)
    assert "What was saved meanwhile stays." in page_of(as_requester, at(draft, "heavy-work/")).text


def test_where_the_same_place_was_changed_meanwhile_it_says_so_and_begins_again(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, in_the_middle: Arrange
) -> None:
    mine: list[Changed] = changed_by_hand(draft, 7, "maybe")
    in_the_middle(lambda: newest(draft).head == 1 and editing.save(requester, newest(draft), 1, mine))
    work = ended(begun(requester, draft))
    assert (work.state, work.saved) == ("failed", None)
    assert newest(draft).head == 2
    assert paths.get(newest(draft).document, (*INTERFACES, 7, "properties", "primary")) == "maybe"
    page = page_of(as_requester, at(draft, "heavy-work/"))
    assert "The same places were changed meanwhile, so nothing was saved." in page.text
    assert "Begin again" in page.text
    page_of(as_requester, at(draft, "heavy-work/"), post={}, follow=True, queries=TWO_PAGES)
    assert ended(Work.objects.get()).state == "done"


def test_what_was_saved_before_its_turn_came_stays_too(requester: User, draft: Draft) -> None:
    work = begun(requester, draft)
    editing.save(requester, draft, 1, named(7, "mine"))
    assert ended(work).saved == 3
    assert paths.get(newest(draft).document, (*INTERFACES, 7, "name")) == "mine"


def test_what_others_changed_in_the_same_way_is_not_said_to_be_saved_by_it(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, in_the_middle: Arrange
) -> None:
    """The newest revision is about something else: to compare it with the one before shows no fix."""
    fixed = checking.fix_all(newest(draft))[-1].after

    def fix_and_rename() -> None:
        if newest(draft).head == 1:
            editing.apply_fixes(requester, newest(draft), 1, fixed)
            editing.save(requester, newest(draft), 2, named(7, "mine"))

    in_the_middle(fix_and_rename)
    work = ended(begun(requester, draft))
    assert (work.state, work.saved, work.left, newest(draft).head) == ("done", None, None, 3)
    text = page_of(as_requester, at(draft, "heavy-work/")).text
    assert "Nothing was left to be changed" in text
    assert "The same was changed meanwhile." in text
    assert "See what was changed" not in text


# --- Ends in words ----------------------------------------------------------------------------------------------------


def test_a_draft_that_was_discarded_meanwhile_is_left_alone(
    requester: User, draft: Draft, in_the_middle: Arrange
) -> None:
    in_the_middle(lambda: Draft.objects.filter(pk=draft.pk, discarded=None).update(discarded=clock.now()))
    work = ended(begun(requester, draft))
    assert (work.state, newest(draft).head) == ("failed", 1)
    assert work.said == "The draft may not be changed any more, so nothing was saved."


def test_the_work_of_an_editor_who_was_removed_ends_in_the_middle(
    requester: User, stranger: User, draft: Draft, in_the_middle: Arrange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TOLD_EVERY", 0.0)
    member = people.add(requester, draft, stranger, DraftRole.EDIT)
    in_the_middle(lambda: Member.objects.filter(pk=member.pk).delete())
    work = ended(begun(stranger, draft))
    assert (work.state, newest(draft).head) == ("failed", 1)
    assert work.done < ALL
    assert work.said == "The draft may not be changed any more, so nothing was saved."


def test_the_work_of_a_discarded_draft_keeps_nobody_from_other_work(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    """Nobody can stop it: its draft has no page of work any more."""
    other = draft_of(requester)
    work = begun(requester, draft)
    editing.discard(requester, newest(draft))
    assert as_requester.post(at(other, "heavy-work/")).headers["Location"] == at(other, "heavy-work/")
    assert ended(work).state == "stopped"
    assert ended(Work.objects.get(draft=other)).state == "done"


def test_the_work_of_an_account_that_was_closed_is_not_saved(
    requester: User, draft: Draft, in_the_middle: Arrange
) -> None:
    in_the_middle(lambda: User.objects.filter(pk=requester.pk).update(is_active=False))
    work = ended(begun(requester, draft))
    assert (work.state, newest(draft).head) == ("failed", 1)


def test_an_error_of_ours_is_said_without_its_words(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, in_the_middle: Arrange
) -> None:
    def break_it() -> None:
        raise RuntimeError("a-secret-in-hand")

    in_the_middle(break_it)
    work = begun(requester, draft)
    with pytest.raises(RuntimeError):
        doing.run(work.pk)
    page = page_of(as_requester, at(draft, "heavy-work/"))
    assert "An error of this service ended it, and nothing was saved." in page.text
    assert "a-secret-in-hand" not in page.html
    assert newest(draft).head == 1


def test_when_its_time_is_over_what_was_made_is_saved(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SECONDS", -1)
    work = ended(begun(requester, draft))
    assert (work.state, work.done, work.saved, work.left) == ("done", 1, 2, None)
    page = page_of(as_requester, at(draft, "heavy-work/"))
    assert "Begin again for the rest." in page.text
    assert "Begin again" in [button.text for button in page.root.iter("button")]


# --- Workers that die -------------------------------------------------------------------------------------------------


def went_silent(work: Work) -> None:
    """Its worker died a while ago."""
    Work.objects.filter(pk=work.pk).update(alive=clock.now() - heartbeats.DEAD_AFTER)


def test_work_whose_worker_died_is_done_by_another(requester: User, draft: Draft) -> None:
    work = begun(requester, draft)
    progress.begin(work.pk)
    doing.run(work.pk)
    assert Work.objects.get().state == "running", "without a reason nobody takes it away"
    went_silent(work)
    doing.run(work.pk, again=True)
    assert Work.objects.get().saved == 2


def test_work_that_another_began_anew_is_not_taken_from_it(requester: User, draft: Draft) -> None:
    work = begun(requester, draft)
    other = progress.begin(work.pk)
    assert other
    doing.run(work.pk, again=True)
    with doing._turn:
        doing.run(work.pk, again=True)
    progress.keep(other, done=1)
    assert (Work.objects.get().tries, newest(draft).head) == (1, 1)


def test_who_was_taken_for_dead_writes_nothing_any_more(
    requester: User, draft: Draft, in_the_middle: Arrange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TOLD_EVERY", 0.0)
    work = begun(requester, draft)

    def taken_by_another() -> None:
        went_silent(work)
        progress.begin(work.pk, again=True)

    in_the_middle(taken_by_another)
    ended(work)
    assert (work.state, work.tries, work.done) == ("running", 2, 0)
    assert newest(draft).head == 1


def test_a_worker_that_died_while_it_saved_leaves_one_revision(
    requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = begun(requester, draft)
    original = progress.end

    def die(*_what: Any, **_columns: Any) -> None:
        raise OperationalError("the database is gone")

    monkeypatch.setattr(progress, "end", die)
    with pytest.raises(OperationalError):
        doing.run(work.pk)
    assert (Work.objects.get().state, newest(draft).head) == ("saving", 1), (
        "saved is what has ended, and nothing else"
    )
    monkeypatch.setattr(progress, "end", original)
    went_silent(work)
    doing.run(work.pk, again=True)
    work.refresh_from_db()
    assert (work.state, work.saved, work.said) == ("done", 2, "")
    assert newest(draft).head == 2


def test_work_that_went_silent_is_begun_anew(requester: User, draft: Draft) -> None:
    work = begun(requester, draft)
    progress.begin(work.pk)
    DBTaskResult.objects.all().delete()
    assert progress.sweep() == 0
    Work.objects.update(alive=clock.now() - progress.SILENT - timedelta(seconds=1))
    assert progress.sweep() == 1
    assert progress.sweep() == 0
    [task] = DBTaskResult.objects.all()
    assert task.args_kwargs == {"args": [work.pk], "kwargs": {"person": requester.pk}}
    assert ended(work).state == "done"


def test_work_that_never_comes_to_its_end_is_given_up(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    work = begun(requester, draft)
    for _ in range(progress.TRIES):
        assert progress.begin(work.pk, again=True)
        went_silent(work)
    doing.run(work.pk, again=True)
    work.refresh_from_db()
    assert (work.state, newest(draft).head) == ("failed", 1)
    assert "was begun 3 times" in page_of(as_requester, at(draft, "heavy-work/")).text


def test_a_newer_work_takes_the_place_of_the_one_before_and_old_ones_go(
    requester: User, draft: Draft
) -> None:
    first = ended(begun(requester, draft))
    second = ended(begun(requester, draft))
    assert list(Work.objects.all()) == [second]
    assert first.pk != second.pk
    assert progress.forget_old() == 0
    Work.objects.update(finished=clock.now() - progress.KEPT - timedelta(seconds=1))
    moving = begun(requester, draft_of(requester))
    assert progress.forget_old() == 1
    assert list(Work.objects.all()) == [moving]


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_follows_along_with_and_without_javascript(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    work = begun(requester, draft)
    Work.objects.update(state="running", done=1_234, total=4_000)
    work.refresh_from_db()
    page = page_of(as_requester, at(draft, "heavy-work/"))
    assert "1,234 of 4,000 findings fixed" in page.text
    [bar] = page.all("progress")
    assert (bar.get("value"), bar.get("max")) == ("1234", "4000")
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.html
    asked = f"{at(draft, 'heavy-work/')}?seen={work.version}"
    assert f'hx-get="{asked}"' in page.html
    htmx = {"HX-Request": "true"}
    assert as_requester.get(asked, headers=htmx).status_code == 204, "there is nothing new"
    Work.objects.update(done=2_000)
    partial = as_requester.get(asked, headers=htmx).content.decode()
    assert "2,000 of 4,000 findings fixed" in partial
    assert "<html" not in partial
    Work.objects.update(state="done", finished=clock.now())
    end = as_requester.get(asked, headers=htmx).content.decode()
    assert '<div id="work-acts" hx-swap-oob="true">' in end
    assert 'data-said="Nothing was left to be changed"' in end
    assert "<title>Apply all fixes - " in end
    assert "hx-get" not in end, "nobody asks any more"
    assert "<noscript><meta" not in page_of(as_requester, at(draft, "heavy-work/")).html


def test_before_there_are_figures_the_bar_shows_none(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    begun(requester, draft)
    for state in ("waiting", "running"):
        Work.objects.update(state=state)
        [bar] = page_of(as_requester, at(draft, "heavy-work/")).all("progress")
        assert bar.get("value") is None


def test_without_a_worker_the_page_says_so(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    begun(requester, draft)
    assert "No worker has been alive" not in page_of(as_requester, at(draft, "heavy-work/")).text
    Worker.objects.all().delete()
    assert "No worker has been alive" in page_of(as_requester, at(draft, "heavy-work/")).text
    partial = as_requester.get(
        f"{at(draft, 'heavy-work/')}?seen={Work.objects.get().version}", headers={"HX-Request": "true"}
    )
    assert "No worker has been alive" in partial.content.decode()


def test_the_check_leads_to_the_work_that_is_under_way(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    assert "is under way" not in page_of(as_requester, at(draft, "check/")).text
    work = begun(requester, draft)
    page = page_of(as_requester, at(draft, "check/"))
    assert "Apply all fixes is under way." in page.text
    assert at(draft, "heavy-work/") in page.html
    ended(work)
    assert "is under way" not in page_of(as_requester, at(draft, "check/")).text


def test_what_was_edited_since_can_be_fixed_again(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    ended(begun(requester, draft))
    assert "Begin again" not in page_of(as_requester, at(draft, "heavy-work/")).text
    editing.save(requester, newest(draft), 2, named(3, "other"))
    assert "Begin again" in page_of(as_requester, at(draft, "heavy-work/")).text


def test_no_document_is_read_to_follow_along(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(requester, draft)
    monkeypatch.setattr(Draft._meta.get_field("document"), "from_db_value", _fail, raising=False)
    page_of(as_requester, at(draft, "heavy-work/"))


def _fail(*_what: Any) -> Any:
    raise AssertionError("the document was read")


# --- The fixes themselves ---------------------------------------------------------------------------------------------


def test_the_same_comes_of_it_as_of_the_page_of_fixes(requester: User, draft: Draft) -> None:
    shown = copy.deepcopy(checking.fix_all(draft)[-1].after)
    ended(begun(requester, draft))
    assert newest(draft).document == {name: value for name, value in shown.items() if name != "$target"}
