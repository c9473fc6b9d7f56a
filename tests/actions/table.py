"""Every action that changes a draft, a review or a submission, and a scene to do it in.

Tests walk this table: what has to be true of one action has to be true of all.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Final, Literal

from django.apps import apps
from django.db import models
from django.utils import timezone

from tests.reviews.making import (
    CUSTOM_DATA,
    SUBSCRIPTION,
    TARGET,
    approved,
    document,
    draft,
    edit,
    person,
    with_script,
)
from vmssbuilder.accounts.models import Pause, Role, User
from vmssbuilder.accounts.tokens import keep
from vmssbuilder.azure import ScaleSetAddress
from vmssbuilder.background import actions as background
from vmssbuilder.background.models import Work, WorkKind
from vmssbuilder.comments import actions as commenting
from vmssbuilder.comments.models import Comment, CommentThread
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, DraftRole, Invitation, Member, ShareLink
from vmssbuilder.drafts.people import actions as people
from vmssbuilder.preflight import actions as preflight
from vmssbuilder.reviews import actions as reviewing
from vmssbuilder.reviews.models import OpenedScript, Review
from vmssbuilder.scaleset import Request
from vmssbuilder.submissions import actions as sending
from vmssbuilder.submissions import leases, transitions
from vmssbuilder.submissions.models import Submission
from vmssbuilder.updates import actions as updating
from vmssbuilder.updates.live import Live

Stage = Literal[
    "draft",
    "spoken-of",
    "suggested",
    "resolved",
    "working",
    "live",
    "waiting",
    "opened",
    "approved",
    "queued",
    "held",
    "running",
    "needs-sign-in",
    "unknown",
]

# --- scenes -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Scene:
    """A draft of somebody's with all that hangs on it. Its rows are as whoever read them last has them."""

    owner: User
    reviewer: User
    draft: Draft
    link: ShareLink
    friend: User
    member: Member
    invitation: Invitation
    review: Review | None = None
    submission: Submission | None = None
    held: leases.Held | None = None


def of_entra(name: str, role: Role = Role.REQUESTER) -> User:
    """Someone who signed in with Microsoft, and whom Azure asked for a pause."""
    made = person(name, role, object_id=f"object-{name}", tenant_id="tenant")
    keep(made, "{}")
    Pause.objects.create(user=made, subscription=SUBSCRIPTION, kind="write", until=timezone.now())
    return made


def scene(stage: Stage, owner: User, reviewer: User, name: str = TARGET.name) -> Scene:
    """A draft that came as far as the stage says."""
    if stage == "live":
        made = updating.open_live(owner, live(name, document()))
        made = edit(owner, made, "sku.capacity", 3)
    else:
        wanted = with_script() if stage in ("waiting", "opened") else None
        made = edit(owner, draft(owner, wanted, name=name), "sku.capacity", 3)
    friend = of_entra(f"friend-{made.code}")
    member = people.add(owner, made, of_entra(f"member-{made.code}"), DraftRole.VIEW)
    invitation = people.invite(owner, made, f"{made.code}@example.org", "view")
    at = Scene(owner, reviewer, made, people.share(owner, made), friend, member, invitation)
    if stage == "working":
        # A person has one at a time: that of an earlier scene has ended.
        Work.objects.filter(person=owner).update(finished=timezone.now())
        background.start(owner, made, WorkKind.FIXES)
    if stage in ("spoken-of", "suggested", "resolved"):
        suggested = "4" if stage == "suggested" else ""
        comment = commenting.begin(owner, made, made.head, "sku.capacity", "Is this enough?", suggested)
        if stage == "resolved":
            commenting.resolve(owner, comment.thread)
    if stage in ("draft", "spoken-of", "suggested", "resolved", "working", "live"):
        return at
    if stage in ("waiting", "opened"):
        at.review = reviewing.request_review(owner, made, "Please", made.head, people=[reviewer.pk])
        if stage == "opened":
            reviewing.open_script(owner, at.review, CUSTOM_DATA)
        return at
    at.review = approved(owner, reviewer, made)
    if stage == "approved":
        return at
    at.submission = sending.submit(owner, made)
    if stage == "held":
        at.held = leases.claim(at.submission.pk)
        assert at.held is not None
        at.submission = at.held.submission
    elif stage != "queued":
        taken = stage in ("running", "unknown")
        Submission.objects.filter(pk=at.submission.pk).update(state=stage, may_exist=taken)
        at.submission.refresh_from_db()
    return at


def live(name: str, model: dict[str, Any]) -> Live:
    """A scale set as it was read just now."""
    del model["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"]
    address = ScaleSetAddress(SUBSCRIPTION, TARGET.resource_group, name)
    return Live(address, "2024-07-01", model, (), "7", "Succeeded", timezone.now())


# --- actions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Action:
    """One action. act: does it as that person. module: where its last statement is, `record`.

    what: the event it leaves. who: the people who may do it; others get 404 when they may not know of the draft, 403
    when they may only look. locks: the models whose row it holds before it goes by anything or writes anything.
    """

    name: str
    stage: Stage
    act: Callable[[Scene, User], Any]
    module: ModuleType
    what: str
    who: tuple[str, ...] = ("owner",)
    locks: tuple[type[models.Model], ...] = ()

    def __str__(self) -> str:
        return self.name


def _request(name: str) -> Request:
    return Request(replace(TARGET, name=name), "create", "2024-07-01", document())


def _document(capacity: int, of: Draft) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(of.document)
    changed["sku"]["capacity"] = capacity
    return changed


def _content(capacity: int, of: Draft) -> dict[str, Any]:
    return contents.of(of) | _document(capacity, of)


def _capacity(capacity: int) -> list[Changed]:
    return [Changed(("sku", "capacity"), 3, capacity)]


def _submission(at: Scene) -> Submission:
    assert at.submission is not None
    return at.submission


def _review(at: Scene) -> Review:
    assert at.review is not None
    return at.review


def _succeeded(at: Scene, _user: User) -> None:
    assert at.held is not None
    transitions.save(at.held, transitions.Transition("succeeded", "The scale set is created."))


def _thread(at: Scene) -> CommentThread:
    return CommentThread.objects.select_related("draft").get(draft=at.draft)


def _comment(at: Scene) -> Comment:
    return Comment.objects.select_related("thread__draft").get(thread__draft=at.draft)


def _opened(at: Scene) -> OpenedScript:
    return OpenedScript.objects.select_related("review__draft", "review__revision").get(review=_review(at))


EVERYONE: Final = ("owner", "reviewer", "administrator", "stranger")
BOTH: Final = ("owner", "administrator")
COMMENTERS: Final = ("owner", "editor", "administrator")
EDITORS: Final = ("owner", "editor")
VIEWERS: Final = ("owner", "editor", "viewer", "administrator")

ACTIONS: Final = [
    Action(
        "create", "draft", lambda _, user: editing.create(user, _request("new"), "pasted"), editing, "draft.created", EVERYONE
    ),
    Action(
        "copy", "draft", lambda at, user: editing.copy_draft(user, at.draft), editing, "draft.created", VIEWERS
    ),
    Action("save", "draft", lambda at, user: editing.save(user, at.draft, 2, _capacity(4)), editing, "draft.saved", EDITORS),
    Action(
        "edit a list",
        "draft",
        lambda at, user: editing.edit_list(user, at.draft, 2, "add", ("zones",)),
        editing,
        "draft.saved", EDITORS,
    ),
    Action(
        "replace the document",
        "draft",
        lambda at, user: editing.replace_document(user, at.draft, 2, _document(4, at.draft)),
        editing,
        "draft.saved", EDITORS,
    ),
    Action(
        "fix",
        "draft",
        lambda at, user: editing.apply_fix(user, at.draft, 2, lambda now: now | {"zones": ["1"]}),
        editing,
        "draft.saved", EDITORS,
    ),
    Action(
        "save all fixes",
        "draft",
        lambda at, user: editing.apply_fixes(user, at.draft, 2, _content(4, at.draft)),
        editing,
        "draft.saved", EDITORS,
    ),
    Action(
        "begin heavy work",
        "draft",
        lambda at, user: background.start(user, at.draft, WorkKind.FIXES),
        background,
        "draft.work-begun", EDITORS,
        locks=(Draft,),
    ),
    Action(
        "stop heavy work",
        "working",
        lambda at, user: background.stop(user, at.draft),
        background,
        "draft.work-stopped", EDITORS,
    ),
    Action("restore", "draft", lambda at, user: editing.restore(user, at.draft, 2, 1), editing, "draft.saved", EDITORS),
    Action(
        "choose the system",
        "draft",
        lambda at, user: editing.choose_system(user, at.draft, "Linux"),
        editing,
        "draft.system-chosen", EDITORS,
    ),
    Action(
        "discard",
        "approved",
        lambda at, user: editing.discard(user, at.draft),
        editing,
        "draft.discarded",
        locks=(Draft,),
    ),
    Action(
        "begin a thread",
        "draft",
        lambda at, user: commenting.begin(user, at.draft, 2, "sku.capacity", f"Enough, @{at.member.user}?"),
        commenting,
        "comment.thread-begun",
        COMMENTERS,
        locks=(Draft,),
    ),
    Action(
        "reply",
        "spoken-of",
        lambda at, user: commenting.reply(user, _thread(at), f"It is. @{at.member.user}"),
        commenting,
        "comment.posted",
        COMMENTERS,
        locks=(Draft, CommentThread),
    ),
    Action(
        "edit a comment",
        "spoken-of",
        lambda at, user: commenting.edit(user, _comment(at), f"Is it, @{at.member.user}?"),
        commenting,
        "comment.edited",
    ),
    Action(
        "delete a comment",
        "spoken-of",
        lambda at, user: commenting.delete(user, _comment(at)),
        commenting,
        "comment.deleted",
    ),
    Action(
        "accept a suggestion",
        "suggested",
        lambda at, user: commenting.accept(user, _comment(at)),
        commenting,
        "comment.suggestion-accepted",
        EDITORS,
        locks=(Draft,),
    ),
    Action(
        "resolve a thread",
        "spoken-of",
        lambda at, user: commenting.resolve(user, _thread(at)),
        commenting,
        "comment.thread-resolved",
        EDITORS,
    ),
    Action(
        "open a thread again",
        "resolved",
        lambda at, user: commenting.reopen(user, _thread(at)),
        commenting,
        "comment.thread-reopened",
        EDITORS,
    ),
    Action(
        "add somebody",
        "draft",
        lambda at, user: people.add(user, at.draft, at.friend, "edit"),
        people,
        "draft.member-added",
        locks=(Draft,),
    ),
    Action(
        "give a role",
        "draft",
        lambda at, user: people.change_role(user, at.member, "edit"),
        people,
        "draft.role-given",
        locks=(Draft,),
    ),
    Action(
        "remove somebody",
        "draft",
        lambda at, user: people.remove(user, at.member),
        people,
        "draft.member-removed",
        # They themselves go, too.
        ("owner", "viewer"),
        locks=(Draft,),
    ),
    Action(
        "invite somebody",
        "draft",
        lambda at, user: people.invite(user, at.draft, "ola@example.org", "edit"),
        people,
        "draft.invited",
        locks=(Draft,),
    ),
    Action(
        "take an invitation back",
        "draft",
        lambda at, user: people.take_back(user, at.invitation),
        people,
        "draft.invitation-taken-back",
        locks=(Draft,),
    ),
    Action(
        "come by an invitation",
        "draft",
        lambda at, user: people.accept_invitations(user, at.invitation.mail),
        people,
        "draft.invitation-accepted",
        EVERYONE,
        locks=(Draft,),
    ),
    Action("share", "draft", lambda at, user: people.share(user, at.draft), people, "draft.shared", locks=(Draft,)),
    Action("revoke", "draft", lambda at, user: people.revoke(user, at.link), people, "draft.share-revoked"),
    Action(
        "come by a link",
        "draft",
        lambda at, user: people.open_link(user, at.link),
        people,
        "draft.link-opened",
        ("reviewer", "administrator", "stranger", "local stranger", "editor", "viewer"),
        locks=(ShareLink,),
    ),
    Action(
        "hand over",
        "draft",
        lambda at, user: people.hand_over(user, at.draft, at.friend, stays=True, reason="On leave"),
        people,
        "draft.handed-over",
        BOTH,
        locks=(Draft,),
    ),
    Action(
        "pre-flight", "draft", lambda at, user: preflight.start(user, at.draft), preflight, "draft.preflight", EDITORS, locks=(Draft,)
    ),
    Action(
        "let the check ask by itself",
        "draft",
        lambda _, user: preflight.switch(user, by_itself=False),
        preflight,
        "account.preflight",
        EVERYONE,
    ),
    Action(
        "request a review",
        "draft",
        lambda at, user: reviewing.request_review(user, at.draft, "Please", 2),
        reviewing,
        "review.requested",
        locks=(Draft,),
    ),
    Action(
        "decide",
        "waiting",
        lambda at, user: reviewing.decide(user, _review(at), "approve", "Fits."),
        reviewing,
        "review.approved",
        ("reviewer", "administrator"),
        locks=(Draft, Review),
    ),
    Action(
        "withdraw",
        "waiting",
        lambda at, user: reviewing.withdraw(user, _review(at)),
        reviewing,
        "review.withdrawn",
        locks=(Draft,),
    ),
    Action(
        "revoke an approval",
        "approved",
        lambda at, user: reviewing.revoke(user, _review(at), "Too early."),
        reviewing,
        "review.revoked",
        ("reviewer", "administrator"),
        locks=(Draft, Review),
    ),
    Action(
        "open a script",
        "waiting",
        lambda at, user: reviewing.open_script(user, _review(at), CUSTOM_DATA),
        reviewing,
        "review.script-opened",
        locks=(Draft, Review),
    ),
    Action(
        "close a script",
        "opened",
        lambda at, user: reviewing.close_script(user, _opened(at)),
        reviewing,
        "review.script-closed",
        locks=(Draft,),
    ),
    Action(
        "read a script",
        "opened",
        lambda at, user: reviewing.read_script(user, _opened(at)),
        reviewing,
        "review.script-read",
        ("reviewer",),
    ),
    Action(
        "void approvals",
        "approved",
        lambda at, user: reviewing.void_approvals(user, at.reviewer),
        reviewing,
        "review.voided",
        EVERYONE,
        locks=(Draft,),
    ),
    Action(
        "submit",
        "approved",
        lambda at, user: sending.submit(user, at.draft),
        sending,
        "submission.created",
        locks=(Draft,),
    ),
    Action(
        "resume",
        "needs-sign-in",
        lambda at, user: sending.resume(user, _submission(at)),
        sending,
        "submission.continued",
        locks=(Draft,),
    ),
    Action(
        "check",
        "unknown",
        lambda at, user: sending.check_now(user, _submission(at)),
        sending,
        "submission.checked",
        BOTH,
        locks=(Draft,),
    ),
    Action(
        "stop",
        "queued",
        lambda at, user: sending.stop(user, _submission(at)),
        sending,
        "submission.canceled",
        BOTH,
        locks=(Draft,),
    ),
    Action(
        "stop following",
        "running",
        lambda at, user: sending.stop(user, _submission(at)),
        sending,
        "submission.stopped",
        BOTH,
        locks=(Draft,),
    ),
    Action("end a step", "held", _succeeded, transitions, "submission.succeeded", EVERYONE, locks=(Draft,)),
    Action(
        "open a live set",
        "live",
        lambda _, user: updating.open_live(user, live("new", document())),
        updating,
        "draft.compared",
        EVERYONE,
    ),
    Action(
        "compare anew",
        "live",
        lambda at, user: updating.compare_anew(
            user, at.draft, 2, live(at.draft.name, document()), _document(5, at.draft)
        ),
        updating,
        "draft.compared", EDITORS,
    ),
    Action(
        "put back",
        "live",
        lambda at, user: updating.put_back(user, at.draft, ("sku", "capacity")),
        updating,
        "draft.put-back", EDITORS,
    ),
    Action(
        "leave out",
        "live",
        lambda at, user: updating.leave_out(user, at.draft, ("sku", "capacity")),
        updating,
        "draft.left-out", EDITORS,
    ),
]  # fmt: skip

# --- rows -------------------------------------------------------------------------------------------------------------

Rows = dict[tuple[type[models.Model], Any], dict[str, Any]]


def rows() -> Rows:
    """All there is."""
    return {
        (model, each.pk): {
            field.attname: getattr(each, field.attname) for field in model._meta.concrete_fields
        }
        for model in apps.get_models()
        for each in model._base_manager.all()
    }
