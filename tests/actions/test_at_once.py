"""Two people, or one in two windows, act on a draft at the same moment: with two connections, on PostgreSQL.

SQLite lets one transaction write at a time, so that nothing can come in between.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, models
from django.http import Http404

from tests.actions.table import ACTIONS, Action, Scene, of_entra, scene
from tests.reviews.making import edit
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.comments.models import CommentThread
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions as reviewing
from vmssbuilder.reviews.models import Decision, Review
from vmssbuilder.reviews.queries import approval
from vmssbuilder.submissions import actions as sending
from vmssbuilder.submissions import leases, transitions
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita() -> User:
    return of_entra("rita")


@pytest.fixture
def rolf() -> User:
    return of_entra("rolf", Role.REVIEWER)


# --- rows that are held -----------------------------------------------------------------------------------------------


@contextmanager
def another_connection() -> Iterator[Any]:
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()


def is_free(model: type[models.Model], key: int) -> bool:
    """Whether somebody else could take the row now."""
    with another_connection() as other:
        other.set_autocommit(False)
        try:
            with other.cursor() as cursor:
                table = model._meta.db_table
                cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE NOWAIT", [key])  # noqa: S608 - the name of a table of ours
            return True
        except OperationalError:
            return False
        finally:
            other.rollback()


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.locks], ids=str)
def test_an_action_holds_its_rows_before_it_writes(action: Action, rita: User, rolf: User) -> None:
    beside = scene(action.stage, rita, of_entra("rosa", Role.REVIEWER), "web-beside")
    at = scene(action.stage, rita, rolf)
    thread = CommentThread.objects.filter(draft=at.draft).first()
    rows = (at.draft, at.review, at.link, thread)
    keys: dict[type[models.Model], int] = {type(row): row.pk for row in rows if row is not None}
    free: list[bool] = []

    def look(execute: Callable[..., Any], sql: str, *what: Any) -> Any:
        if connection.in_atomic_block and not free and sql.startswith(("INSERT", "UPDATE", "DELETE")):
            free.extend(is_free(model, keys[model]) for model in action.locks)
            free.append(is_free(Draft, beside.draft.pk))
        return execute(sql, *what)

    with connection.execute_wrapper(look):
        action.act(at, rolf if "owner" not in action.who else rita)
    assert free == [False] * len(action.locks) + [True], "its own, and nobody else's"


def test_a_save_that_was_overtaken_holds_the_draft_while_it_merges(rita: User, rolf: User) -> None:
    at = scene("draft", rita, rolf)
    stale = Draft.objects.get(pk=at.draft.pk)
    editing.choose_system(rita, at.draft, "Linux")
    edit(rita, at.draft, "sku.capacity", 7)
    free: list[bool] = []

    def fix(now: dict[str, Any]) -> dict[str, Any]:
        free.append(is_free(Draft, stale.pk))
        return now | {"zones": ["1"]}

    editing.apply_fix(rita, stale, 2, fix)
    assert free == [True, False], "at first on what was read, then under a lock"
    saved = Draft.objects.get(pk=stale.pk)
    assert (saved.document["sku"]["capacity"], saved.document["zones"]) == (7, ["1"])


# --- two at once ------------------------------------------------------------------------------------------------------


class Turns:
    """Stops the first of two at the end of its transaction until the second has met it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._first = threading.local()
        self._arrived = threading.Event()
        self._go = threading.Event()
        for module in (editing, reviewing, sending, transitions):
            monkeypatch.setattr(module, "record", self._stopping(module.record))

    def _stopping(self, honest: Callable[..., None]) -> Callable[..., None]:
        def record(*what: Any, **details: Any) -> None:
            honest(*what, **details)
            if getattr(self._first, "is_here", False):
                self._arrived.set()
                assert self._go.wait(20)

        return record

    def play(self, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
        """What each answered or raised. The second begins when the first has written everything but not ended."""
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(self._run, first, True)
            assert self._arrived.wait(20), one.result(1)
            other = pool.submit(self._run, second, False)
            while not other.done() and not self._somebody_waits():
                time.sleep(0.002)
            self._go.set()
            return one.result(20), other.result(20)

    def _run(self, act: Callable[[], Any], is_first: bool) -> Any:
        self._first.is_here = is_first
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - it is looked at
            return error
        finally:
            connection.close()

    @staticmethod
    def _somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
            )
            return bool(cursor.fetchone()[0])


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    return Turns(monkeypatch)


def of(at: Scene) -> Draft:
    """The draft as a page that is opened now has it."""
    return Draft.objects.get(pk=at.draft.pk)


def moving(at: Scene) -> int:
    return Submission.objects.filter(draft_id=at.draft.pk, state__in=Submission.MOVING).count()


def test_a_draft_that_is_being_sent_is_not_discarded(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("approved", rita, rolf)
    sent, discarded = turns.play(
        lambda: sending.submit(rita, at.draft), lambda: editing.discard(rita, of(at))
    )
    assert isinstance(sent, Submission), sent
    assert isinstance(discarded, editing.UnderWay), discarded
    assert of(at).discarded is None
    assert at.draft.secrets.exists()


def test_a_draft_that_is_being_discarded_is_not_sent(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("approved", rita, rolf)
    discarded, sent = turns.play(
        lambda: editing.discard(rita, of(at)), lambda: sending.submit(rita, at.draft)
    )
    assert discarded is None
    assert isinstance(sent, Http404), sent
    assert moving(at) == 0


def test_a_draft_that_is_sent_on_is_not_discarded(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("needs-sign-in", rita, rolf)
    assert at.submission is not None
    resumed, discarded = turns.play(
        lambda: sending.resume(rita, Submission.objects.get()), lambda: editing.discard(rita, of(at))
    )
    assert resumed is None
    assert isinstance(discarded, editing.UnderWay), discarded
    assert moving(at) == 1


def test_two_presses_of_the_button_are_one_submission(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("approved", rita, rolf)
    one, other = turns.play(lambda: sending.submit(rita, at.draft), lambda: sending.submit(rita, of(at)))
    assert isinstance(one, Submission), one
    assert isinstance(other, sending.SubmissionRefused), other
    assert "being sent already" in str(other)
    assert Submission.objects.count() == 1


def test_two_requests_for_a_review_are_one(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("draft", rita, rolf)
    one, other = turns.play(*[lambda: reviewing.request_review(rita, of(at), "Please", 2)] * 2)
    assert isinstance(one, Review), one
    assert isinstance(other, reviewing.ReviewRefused), other
    assert Review.objects.count() == 1


def test_two_decide_and_one_counts(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("waiting", rita, rolf)
    assert at.review is not None
    rosa, key = of_entra("rosa", Role.REVIEWER), at.review.pk
    one, other = turns.play(
        lambda: reviewing.decide(rolf, Review.objects.get(pk=key), "approve", "Fits."),
        lambda: reviewing.decide(rosa, Review.objects.get(pk=key), "reject", "No."),
    )
    assert isinstance(one, Decision), one
    assert isinstance(other, reviewing.ReviewRefused), other
    assert (Decision.objects.count(), Review.objects.get().state) == (1, "approved")


def test_what_is_edited_while_somebody_decides_is_not_approved(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("waiting", rita, rolf)
    assert at.review is not None
    decided, saved = turns.play(
        lambda: reviewing.decide(rolf, Review.objects.get(), "approve", "Fits."),
        lambda: edit(rita, at.draft, "sku.capacity", 9),
    )
    assert isinstance(decided, Decision), decided
    assert isinstance(saved, Draft), saved
    assert (of(at).head, approval(of(at))) == (3, None)


def test_nobody_decides_about_what_is_being_edited(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("waiting", rita, rolf)
    saved, decided = turns.play(
        lambda: edit(rita, at.draft, "sku.capacity", 9),
        lambda: reviewing.decide(rolf, Review.objects.get(), "approve", "Fits."),
    )
    assert isinstance(saved, Draft), saved
    assert isinstance(decided, reviewing.ReviewRefused), decided
    assert not Decision.objects.exists()


def test_what_is_being_edited_is_not_sent_as_it_was(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("approved", rita, rolf)
    saved, sent = turns.play(
        lambda: edit(rita, at.draft, "sku.capacity", 9), lambda: sending.submit(rita, at.draft)
    )
    assert isinstance(saved, Draft), saved
    assert isinstance(sent, sending.SubmissionRefused), sent
    assert moving(at) == 0


def test_an_approval_that_is_being_voided_sends_nothing(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("approved", rita, rolf)
    ada = of_entra("ada", Role.ADMINISTRATOR)
    voided, sent = turns.play(
        lambda: reviewing.void_approvals(ada, rolf), lambda: sending.submit(rita, at.draft)
    )
    assert voided == 1
    assert isinstance(sent, sending.SubmissionRefused), sent
    assert moving(at) == 0


@pytest.mark.parametrize("how", ["revoked", "voided"])
def test_a_worker_that_meets_the_end_of_the_approval_does_not_send(
    turns: Turns, rita: User, rolf: User, how: str
) -> None:
    at = scene("held", rita, rolf)
    assert at.held is not None
    held, review = at.held, at.review
    assert review is not None
    end = {
        "revoked": lambda: reviewing.revoke(rolf, review, "Too early."),
        "voided": lambda: reviewing.void_approvals(of_entra("ada", Role.ADMINISTRATOR), rolf),
    }[how]
    _, sent = turns.play(end, held.about_to_send)
    assert isinstance(sent, leases.LeaseLost), sent
    assert (Review.objects.get().state, Submission.objects.get().may_exist) == ("revoked", False)


def test_two_who_save_other_places_both_have_their_way(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("draft", rita, rolf)
    one, other = turns.play(
        lambda: edit(rita, at.draft, "sku.capacity", 9), lambda: edit(rita, at.draft, "tags.team", "pay")
    )
    assert isinstance(one, Draft), one
    assert isinstance(other, Draft), other
    held = of(at)
    assert (held.head, held.document["sku"]["capacity"], held.document["tags"]) == (4, 9, {"team": "pay"})


def test_who_saves_what_is_being_discarded_finds_nothing(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("draft", rita, rolf)
    discarded, saved = turns.play(
        lambda: editing.discard(rita, of(at)), lambda: edit(rita, at.draft, "sku.capacity", 9)
    )
    assert discarded is None
    assert isinstance(saved, Http404), saved
    assert of(at).head == 2


def test_a_step_that_ends_is_not_stopped(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("held", rita, rolf)
    assert at.held is not None
    held = at.held
    ended, stopped = turns.play(
        lambda: transitions.save(held, transitions.Transition("succeeded", "The scale set is created.")),
        lambda: sending.stop(rita, Submission.objects.get()),
    )
    assert ended is None
    assert isinstance(stopped, sending.SubmissionRefused), stopped
    assert Submission.objects.get().state == "succeeded"


def test_a_step_of_what_is_being_stopped_writes_nothing(turns: Turns, rita: User, rolf: User) -> None:
    at = scene("held", rita, rolf)
    assert at.held is not None
    held = at.held
    stopped, ended = turns.play(
        lambda: sending.stop(rita, Submission.objects.get()),
        lambda: transitions.save(held, transitions.Transition("sending", "The name is free.")),
    )
    assert stopped is None
    assert isinstance(ended, leases.LeaseLost), ended
    assert Submission.objects.get().state == "canceled"
