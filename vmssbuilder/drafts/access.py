"""Who may do what with a draft: one answer, asked by every view and every action."""

from __future__ import annotations

from enum import IntEnum

from django.core.exceptions import PermissionDenied
from django.http import Http404

from vmssbuilder.accounts.models import User

from . import turns
from .models import Draft


class Access(IntEnum):
    """What a person may do with a draft; each level includes those before it."""

    NONE = 0
    VIEW = 1
    EDIT = 2
    OWN = 3


def access(user: User, draft: Draft) -> Access:
    """Owners own; administrators view all; reviewers view what was ever sent for review; others see nothing."""
    if draft.owner_id == user.pk:
        return Access.OWN
    if user.is_administrator or (user.is_reviewer and draft.reviews.exists()):
        return Access.VIEW
    return Access.NONE


def require(user: User, draft: Draft, wanted: Access) -> None:
    """Raises Http404 for someone who may not know of the draft, PermissionDenied for someone who may only look.

    Raises NotYet when the draft is a heavy one and another heavy request of the person is being worked on.
    """
    allowed = access(user, draft)
    if allowed == Access.NONE or (draft.discarded is not None and wanted > Access.VIEW):
        raise Http404("There is no such draft, or it is not shared with you.")
    if allowed < wanted:
        raise PermissionDenied("You may look at this draft but not change it. Ask its owner.")
    turns.take(user, draft)


def find(user: User, code: str, wanted: Access) -> Draft:
    """The draft of that code, if the person may do what is wanted; else Http404 or PermissionDenied."""
    draft = Draft.objects.filter(code=code).first()
    if draft is None:
        raise Http404("There is no such draft, or it is not shared with you.")
    require(user, draft, wanted)
    if draft.owner_id == user.pk:
        draft.owner = user
    return draft
