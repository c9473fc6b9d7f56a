"""Who may do what with a draft: one answer, asked by every view and every action."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, Q, QuerySet
from django.http import Http404

from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit import origin
from vmssbuilder.clock import Now

from . import turns
from .models import Draft, DraftRole, Member, ShareLink


class Access(IntEnum):
    """What a person may do with a draft; each level includes those before it."""

    NONE = 0
    VIEW = 1
    COMMENT = 2
    EDIT = 3
    OWN = 4


_LEVELS: Final = {
    DraftRole.VIEW: Access.VIEW,
    DraftRole.COMMENT: Access.COMMENT,
    DraftRole.EDIT: Access.EDIT,
}
_KEPT: Final = "_access"


def access(user: User, draft: Draft) -> Access:
    """Owners own, members do what their role lets them, by name or by a live link.

    Administrators comment on all, reviewers on what was ever sent for review; others see nothing. A draft that a request
    read is asked about once: at most one query for members, none for owners.
    """
    if draft.owner_id == user.pk:
        return Access.OWN
    kept: dict[int, Access] = vars(draft).setdefault(_KEPT, {})
    # What somebody may not do yet is asked anew: a link that is opened lets them in at once.
    if kept.get(user.pk, Access.NONE) == Access.NONE:
        kept[user.pk] = _asked(user, draft)
    return kept[user.pk]


def acting(user: User, draft: Draft) -> Access:
    """What the person may do with the draft now: one that was discarded is only looked at."""
    allowed = access(user, draft)
    return allowed if draft.discarded is None else min(allowed, Access.VIEW)


def forget(draft: Draft) -> None:
    """Has the next question asked anew, once people of the draft came or went."""
    vars(draft).pop(_KEPT, None)


def _asked(user: User, draft: Draft) -> Access:
    rows = memberships(user).filter(draft=draft).values_list("role", "link__role")
    found = max((_LEVELS[DraftRole(role or by_link)] for role, by_link in rows), default=Access.NONE)
    if found >= Access.COMMENT:
        return found
    if user.is_administrator or (user.is_reviewer and draft.reviews.exists()):
        return Access.COMMENT
    return found


def lookers(draft: Draft) -> QuerySet[User]:
    """Everybody who may look at the draft now: those of whom `access` says so."""
    here = Q(link__tenant="") | Q(link__tenant=F("user__tenant_id"))
    live = Q(link__revoked=None, link__expires__gt=Now()) & here
    members = Member.objects.filter(Q(link=None) | live, draft=draft)
    by_role = Q(role=Role.ADMINISTRATOR) | Q(Exists(draft.reviews.order_by()), role=Role.REVIEWER)
    allowed = Q(pk=draft.owner_id) | Q(pk__in=members.order_by().values("user")) | by_role
    return User.objects.filter(allowed, is_active=True)


def memberships(user: User) -> QuerySet[Member]:
    """The rows that let the person into drafts of others now: by name, or by a link that is live and takes them."""
    live = Q(link__revoked=None, link__expires__gt=Now(), link__tenant__in=["", user.tenant_id])
    return Member.objects.filter(Q(link=None) | live, user=user)


def theirs(user: User) -> Q:
    """Which drafts are the person's own or shared with them."""
    return Q(owner=user) | Q(pk__in=memberships(user).order_by().values("draft"))


def visible(user: User) -> QuerySet[Draft]:
    """The drafts that the person may look at, those that were discarded left out, newest first."""
    drafts = Draft.objects.filter(discarded=None)
    if user.is_administrator:
        return drafts
    mine = theirs(user)
    if user.is_reviewer:
        mine |= Q(pk__in=Draft.objects.filter(reviews__isnull=False).order_by().values("pk"))
    return drafts.filter(mine)


def may_hand_over(user: User, draft: Draft) -> bool:
    """Owners give their draft away; administrators do it for who has left, and say why."""
    return draft.owner_id == user.pk or user.is_administrator


def permit(user: User, draft: Draft, wanted: Access) -> None:
    """Raises Http404 for someone who may not know of the draft, PermissionDenied for someone who may do less.

    That alone: for what does not look into the document. Everything else asks `require`.
    """
    allowed = access(user, draft)
    if allowed < wanted:
        origin.note_refused(draft.code)
    if allowed == Access.NONE:
        raise Http404(_closed(user, draft) or _NONE)
    if draft.discarded is not None and wanted > Access.VIEW:
        raise Http404(_NONE)
    if user.is_administrator and draft.owner_id != user.pk:
        origin.note_read(draft.code, draft.head)
    if allowed < wanted:
        raise PermissionDenied(_REFUSED[wanted])


def _closed(user: User, draft: Draft) -> str:
    """Why somebody who came by a link is not let in any more; "" for who never was."""
    link = draft.share_links.filter(members__user=user).first()
    return (
        ""
        if link is None
        else f"The link by which you came {why_closed(link)}. Ask {draft.owner} for a new one."
    )


def why_closed(link: ShareLink) -> str:
    """Why a link opens nothing any more, to go on after “The link”."""
    if link.revoked is not None:
        return "was revoked"
    return "leads to a discarded draft" if link.draft.discarded is not None else "has expired"


def require(user: User, draft: Draft, wanted: Access) -> None:
    """As `permit`, and takes the person's turn if the draft is a heavy one.

    Raises NotYet when another heavy request of the person is being worked on.
    """
    permit(user, draft, wanted)
    turns.take(user, draft)


def find(user: User, code: str, wanted: Access) -> Draft:
    """The draft of that code, if the person may do what is wanted; else Http404 or PermissionDenied."""
    draft = _found(user, Draft.objects.filter(code=code))
    require(user, draft, wanted)
    return draft


def find_without_document(user: User, code: str, wanted: Access) -> Draft:
    """As `find`, for what does not look into the document: be it as large as it may, this takes neither time nor turn."""
    draft = _found(user, Draft.objects.filter(code=code).defer("document"))
    permit(user, draft, wanted)
    return draft


def _found(user: User, drafts: QuerySet[Draft]) -> Draft:
    try:
        draft = drafts.get()
    except Draft.DoesNotExist:
        raise Http404(_NONE) from None
    if draft.owner_id == user.pk:
        draft.owner = user
    return draft


_NONE: Final = "There is no such draft, or it is not shared with you."
_REFUSED: Final = {
    Access.COMMENT: "You may look at this draft but not comment on it. Ask its owner.",
    Access.EDIT: "You may look at this draft but not change it. Ask its owner.",
    Access.OWN: "Only the owner of this draft may do that. Ask them.",
}
