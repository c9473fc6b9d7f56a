"""Every change that comes of looking at a live scale set: checks permission, writes, records, in one transaction."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts import clear_keys
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access, require
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.content import LONGEST_ADDRESS
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target, paths
from vmssbuilder.scaleset.paths import MISSING, Path

from . import planning
from .live import Live
from .models import LiveSnapshot


class UpdateRefused(Exception):
    """It is not done; the message says why and what to do."""


_LONGEST: Final = LONGEST_ADDRESS


def open_live(user: User, live: Live) -> Draft:
    """A new draft that changes the scale set. It holds the whole of it; only what is changed is sent. Raises UpdateRefused."""
    target = Target(live.address.subscription, live.address.resource_group, live.address.name)
    for part, written in (
        ("subscription", target.subscription),
        ("resourceGroup", target.resource_group),
        ("name", target.name),
    ):
        if len(written) > _LONGEST[part]:
            raise UpdateRefused(
                f"Its {part} has {len(written):,} characters; no more than {_LONGEST[part]} can be kept."
            )
    if contents.TARGET in live.document:
        raise UpdateRefused(f"It has a member “{contents.TARGET}”, which cannot be kept.")
    refusal = clear_keys.refusal(live.document, {}, live.api_version)
    if refusal:
        raise UpdateRefused(refusal)
    with transaction.atomic():
        draft = editing.create(user, Request(target, "update", live.api_version, live.document), "live")
        _keep(user, draft, live)
        record(user, "draft.compared", draft.code, revision=draft.head, etag=live.etag)
    return draft


def _keep(user: User, draft: Draft, live: Live) -> None:
    LiveSnapshot.objects.create(
        draft=draft,
        since=draft.head,
        resource_id=live.address.resource_id,
        api_version=live.api_version,
        document=live.document,
        withheld=[paths.text(path) for path in live.withheld],
        etag=live.etag,
        read=live.read,
        reader=user,
    )


def compare_anew(user: User, draft: Draft, base: int, live: Live, document: dict[str, Any]) -> Draft:
    """From now on the draft is compared with what is live now; `document` is what it wants after that.

    It makes a revision in any case, so an approval has to be asked for again. Raises EditConflict when anyone saved
    after revision `base`, Http404, PermissionDenied.
    """
    require(user, draft, Access.EDIT)
    with transaction.atomic():
        saved = editing.adopt(user, draft, base, document)
        _keep(user, saved, live)
        record(user, "draft.compared", saved.code, revision=saved.head, etag=live.etag)
    return saved


def put_back(user: User, draft: Draft, path: Path) -> Draft:
    """The draft wants again what its base has at the place. Raises UpdateRefused, EditConflict, Http404, PermissionDenied."""
    require(user, draft, Access.EDIT)
    at = planning.snapshot_of(draft)
    if at is None:
        raise UpdateRefused("This draft was not opened from a scale set, so there is nothing to put back.")
    intended = planning.intended_change(draft, at)
    before, held = paths.get(intended.base, path), paths.get(contents.of(draft), path)
    with transaction.atomic():
        saved = editing.save(user, draft, draft.head, [Changed(path, held, before)])
        record(user, "draft.put-back", saved.code, revision=saved.head, path=paths.text(path))
    return saved


def leave_out(user: User, draft: Draft, path: Path) -> Draft:
    """The draft says nothing of the place any more. Raises UpdateRefused, EditConflict, Http404, PermissionDenied."""
    require(user, draft, Access.EDIT)
    held = paths.get(draft.document, path)
    if draft.operation != "update" or held is MISSING:
        raise UpdateRefused("The draft does not say it any more. Nothing was changed.")
    with transaction.atomic():
        saved = editing.save(user, draft, draft.head, [Changed(path, held, MISSING)])
        record(user, "draft.left-out", saved.code, revision=saved.head, path=paths.text(path))
    return saved
