"""What is true of every action: all of it or nothing, its own rows only, whom it is for, and what the log says."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from tests.actions.table import ACTIONS, EVERYONE, Action, Rows, Scene, of_entra, rows, scene
from tests.reviews.making import edit, person
from vmssbuilder.accounts.models import Pause, Role, TokenCache, User
from vmssbuilder.audit.models import Event
from vmssbuilder.comments.models import Comment, CommentThread
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts.models import Draft, DraftRole
from vmssbuilder.drafts.people import actions as people
from vmssbuilder.reviews import actions as reviewing
from vmssbuilder.reviews.models import Review
from vmssbuilder.submissions import actions as sending
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db

every_action = pytest.mark.parametrize("action", ACTIONS, ids=str)


@pytest.fixture
def rita() -> User:
    return of_entra("rita")


@pytest.fixture
def rolf() -> User:
    return of_entra("rolf", Role.REVIEWER)


class Broken(Exception):
    """What an action meets at its end."""


def broken(*_what: object, **_details: object) -> None:
    raise Broken


@every_action
def test_an_action_that_fails_at_its_end_leaves_nothing_behind(
    action: Action, rita: User, rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = scene(action.stage, rita, rolf)
    monkeypatch.setattr(action.module, "record", broken)
    before = rows()
    with pytest.raises(Broken):
        action.act(at, rolf if "owner" not in action.who else rita)
    assert rows() == before


@every_action
def test_an_action_is_recorded_once_as_the_persons(action: Action, rita: User, rolf: User) -> None:
    at = scene(action.stage, rita, rolf)
    user = rolf if "owner" not in action.who else rita
    known = set(Event.objects.values_list("pk", flat=True))
    action.act(at, user)
    told = [event for event in Event.objects.exclude(pk__in=known) if event.what == action.what]
    assert len(told) == 1
    about = (
        Draft.objects.order_by("-pk")[0] if action.name in ("create", "copy", "open a live set") else at.draft
    )
    whom = user.username if action.what.startswith("account.") else about.code
    assert (told[0].about, told[0].actor) == (whom, None if at.held else user)
    assert told[0].details, "it says what of the draft it was"


# --- others' rows -----------------------------------------------------------------------------------------------------


@every_action
def test_an_action_touches_no_row_of_another_draft_or_person(action: Action, rita: User, rolf: User) -> None:
    sam, rosa = of_entra("sam"), of_entra("rosa", Role.REVIEWER)
    before_it = scene(action.stage, rita, rosa, "web-beside")
    at = scene(action.stage, rita, rolf)
    after_it = scene(action.stage, sam, rosa, "web-of-sam")
    before = rows()
    action.act(at, rolf if "owner" not in action.who else rita)
    after = rows()
    others = {before_it.draft.pk, after_it.draft.pk}
    codes = {before_it.draft.code, after_it.draft.code}
    touched = {
        f"{model.__name__} {key}"
        for model, key in before.keys() | after.keys()
        if before.get((model, key)) != after.get((model, key))
        for state in (before, after)
        if (model, key) in state and _belongs(state, model, key, others, codes, {sam.pk, rosa.pk})
    }
    assert not touched
    assert before != after, "it does something"


def _belongs(
    state: Rows, model: type[object], key: object, drafts: set[int], codes: set[str], persons: set[int]
) -> bool:
    """Whether the row is of one of the drafts, or of one of the people where it is of no draft."""
    row = state[(model, key)]  # type: ignore[index] # any model
    if model is Draft:
        return key in drafts
    if model is Event:
        return row["about"] in codes
    if model in (Pause, TokenCache):
        return row["user_id"] in persons
    if "review_id" in row:
        return state[(Review, row["review_id"])]["draft_id"] in drafts
    if "comment_id" in row:
        row = state[(Comment, row["comment_id"])]
    if "thread_id" in row:
        return state[(CommentThread, row["thread_id"])]["draft_id"] in drafts
    if "submission_id" in row:
        return state[(Submission, row["submission_id"])]["draft_id"] in drafts
    if "args_kwargs" in row:
        woken = row["args_kwargs"]["args"][0]
        return row["task_path"].endswith("submissions.tasks.wake") and (
            Submission.objects.get(pk=woken).draft_id in drafts
        )
    return row.get("draft_id") in drafts or (model is User and key in persons)


# --- who may ----------------------------------------------------------------------------------------------------------


def _members(at: Scene, owner: User) -> dict[str, User]:
    """Two of the draft's people, by role."""
    editor = of_entra("eve")
    people.add(owner, at.draft, editor, DraftRole.EDIT)
    return {"editor": editor, "viewer": at.member.user}


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.who != EVERYONE], ids=str)
def test_who_may_not_changes_nothing_and_holds_up_nobody(action: Action, rita: User, rolf: User) -> None:
    at = scene(action.stage, rita, rolf)
    others = {
        "reviewer": of_entra("rosa", Role.REVIEWER),
        "administrator": of_entra("ada", Role.ADMINISTRATOR),
        "stranger": of_entra("sam"),
        "local stranger": person("lena"),
        **_members(at, rita),
    }
    before = rows()
    for who, user in others.items():
        if who in action.who:
            continue
        # Others do not even learn that there is such a draft.
        knows = who in ("administrator", "editor", "viewer") or (who == "reviewer" and at.review is not None)
        with (
            CaptureQueriesContext(connection) as asked,
            pytest.raises(PermissionDenied if knows else Http404),
        ):
            action.act(at, user)
        assert not [each["sql"] for each in asked if not each["sql"].startswith("SELECT")], who
    assert rows() == before


@pytest.mark.parametrize(
    ("action", "who"),
    [(each, who) for each in ACTIONS if each.who != EVERYONE for who in each.who],
    ids=str,
)
def test_whoever_may_has_it_done(action: Action, who: str, rita: User, rolf: User) -> None:
    at = scene(action.stage, rita, rolf)
    known = set(Event.objects.values_list("pk", flat=True))
    users = {"owner": rita, "reviewer": rolf, **_members(at, rita)}
    action.act(at, users.get(who) or of_entra("ada", Role.ADMINISTRATOR))
    assert action.what in {event.what for event in Event.objects.exclude(pk__in=known)}


OF_LIVING_DRAFTS = [
    action
    for action in ACTIONS
    if action.what
    in ("draft.saved", "draft.preflight", "draft.work-begun", "review.requested", "review.approved")
    or action.what in ("submission.created", "submission.continued")
    or (action.stage == "live" and action.who != EVERYONE)
]


@pytest.mark.parametrize("action", OF_LIVING_DRAFTS, ids=str)
def test_what_was_discarded_meanwhile_is_not_gone_on_with(action: Action, rita: User, rolf: User) -> None:
    at = scene(action.stage, rita, rolf)
    # The person's page still holds the draft as it was.
    Draft.objects.filter(pk=at.draft.pk).update(discarded=at.draft.updated)
    before = rows()
    with pytest.raises((Http404, reviewing.ReviewRefused, sending.SubmissionRefused)):
        action.act(at, rolf if "owner" not in action.who else rita)
    assert rows() == before


CONFLICTING = (
    "save",
    "save all fixes",
    "replace the document",
    "restore",
    "compare anew",
    "put back",
    "leave out",
)


@pytest.mark.parametrize("action", [each for each in ACTIONS if each.name in CONFLICTING], ids=str)
def test_what_others_saved_of_the_same_place_is_not_overwritten(
    action: Action, rita: User, rolf: User
) -> None:
    at = scene(action.stage, rita, rolf)
    edit(rita, at.draft, "sku.capacity", 8)
    before = rows()
    with pytest.raises(editing.EditConflict):
        action.act(at, rita)
    assert rows() == before
