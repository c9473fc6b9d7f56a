"""Who may do what with a draft: one answer, asked by every view and every action."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from vmssbuilder.accounts.models import User
from vmssbuilder.audit import origin

from . import turns
from .models import Draft


class Access(IntEnum):
    """What a person may do with a draft; each level includes those before it."""

    NONE = 0
    VIEW = 1
    COMMENT = 2
    EDIT = 3
    OWN = 4


def access(user: User, draft: Draft) -> Access:
    """Owners own; administrators view all; reviewers view what was ever sent for review; others see nothing."""
    if draft.owner_id == user.pk:
        return Access.OWN
    if user.is_administrator or (user.is_reviewer and draft.reviews.exists()):
        return Access.VIEW
    return Access.NONE


def visible(user: User) -> QuerySet[Draft]:
    """The drafts that the person may look at, those that were discarded left out, newest first."""
    drafts = Draft.objects.filter(discarded=None)
    if user.is_administrator:
        return drafts
    if user.is_reviewer:
        reviewed = Draft.objects.filter(reviews__isnull=False).order_by().values("pk")
        return drafts.filter(Q(owner=user) | Q(pk__in=reviewed))
    return drafts.filter(owner=user)


def permit(user: User, draft: Draft, wanted: Access) -> None:
    """Raises Http404 for someone who may not know of the draft, PermissionDenied for someone who may only look.

    That alone: for what does not look into the document. Everything else asks `require`.
    """
    allowed = access(user, draft)
    if allowed < wanted:
        origin.note_refused(draft.code)
    if allowed == Access.NONE or (draft.discarded is not None and wanted > Access.VIEW):
        raise Http404(_NONE)
    if user.is_administrator and draft.owner_id != user.pk:
        origin.note_read(draft.code, draft.head)
    if allowed < wanted:
        raise PermissionDenied("You may look at this draft but not change it. Ask its owner.")


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
