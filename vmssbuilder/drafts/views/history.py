"""Every saved state of a draft: who changed what when, and the way back to any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, diff
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.drafts.revision_numbers import counted

TOGETHER: Final = timedelta(minutes=10)
"""Automatic saves of one person that follow each other within this time are one entry of the history."""

ENTRIES: Final = 20
_READ: Final = 400
"""How many revisions one page looks at; a longer row of automatic saves becomes several entries."""


@dataclass(slots=True)
class HistoryEntry:
    """Revisions shown as one, newest first. before: the number of the revision that they started from, 0 for none."""

    revisions: list[Revision]
    before: int = 0
    words: str = ""
    marks: tuple[str, ...] = ()

    @property
    def newest(self) -> Revision:
        return self.revisions[0]

    @property
    def oldest(self) -> Revision:
        return self.revisions[-1]

    @property
    def lasted(self) -> bool:
        """Whether it began in another minute than it ended."""
        return self.newest.at - self.oldest.at >= timedelta(minutes=1)

    @property
    def day(self) -> date:
        return self.newest.at.date()


@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Who changed what, newest first, by day."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    before = counted(request.GET.get("before", ""))
    entries, more = _entries(draft, before)
    _describe(draft, entries)
    context = {
        "draft": draft,
        "days": [(day, list(of_day)) for day, of_day in groupby(entries, lambda entry: entry.day)],
        "older": entries[-1].oldest.number if more and entries else None,
        "newest": before is None,
        "editable": access.access(user, draft) >= Access.EDIT,
    }
    return render(request, "drafts/history.html", context)


@require_POST
def restore(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Brings a revision back as the newest one."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.EDIT)
    base = counted(request.POST.get("base", ""))
    try:
        saved, lost = actions.restore(user, draft, draft.head if base is None else base, number)
    except actions.EditConflict:
        text = "The draft was changed since this page was opened, so nothing was restored. Look at the newest change first."
        messages.error(request, text)
        return redirect("draft-history", code)
    except actions.StaleRevision:
        raise Http404("This draft has no such revision.") from None
    if saved.head == draft.head:
        messages.info(request, f"The draft already is as it was in revision {number}.")
    elif lost:
        names = ", ".join(dict.fromkeys(contents.label(path, saved.api_version) for path in lost))
        text = (
            f"Revision {number} was restored as revision {saved.head}. These secrets were destroyed since and are empty "
            f"now: {names}. Type them again."
        )
        messages.warning(request, text)
    else:
        messages.success(request, f"Revision {number} was restored as revision {saved.head}.")
    return redirect("draft-history", code)


def _entries(draft: Draft, before: int | None) -> tuple[list[HistoryEntry], bool]:
    """A page of the history, and whether there is more behind it. Costs the same however long the history is."""
    found = (
        draft.revisions.select_related("author").defer("document").prefetch_related("reviews", "submissions")
    )
    if before is not None:
        found = found.filter(number__lt=before)
    revisions = list(found[: _READ + 1])
    entries = list(_together(revisions[:_READ]))
    more = len(revisions) > _READ or len(entries) > ENTRIES
    entries = entries[:ENTRIES]
    for entry, following in pairwise(entries):
        entry.before = following.newest.number
    if entries:
        last = entries[-1].oldest.number
        entries[-1].before = next((held.number for held in revisions if held.number < last), 0)
    return entries, more


def _together(revisions: list[Revision]) -> Iterator[HistoryEntry]:
    """Revisions as entries. One that a review or submission refers to always ends one: it can be pointed at."""
    entry: HistoryEntry | None = None
    for revision in revisions:
        marks = _marks(revision)
        if (
            entry is not None
            and not marks
            and revision.automatic
            and entry.oldest.automatic
            and revision.author_id == entry.oldest.author_id
            and entry.oldest.at - revision.at <= TOGETHER
            and revision.at.date() == entry.day
        ):
            entry.revisions.append(revision)
            continue
        if entry is not None:
            yield entry
        entry = HistoryEntry([revision], marks=marks)
    if entry is not None:
        yield entry


def _marks(revision: Revision) -> tuple[str, ...]:
    """What the revision was used for."""
    used: Any = revision
    reviewed, sent = used.reviews.all(), used.submissions.all()
    return (*(["Sent for review"] if reviewed else []), *(["Sent to Azure"] if sent else []))


def _describe(draft: Draft, entries: list[HistoryEntry]) -> None:
    """Says of each entry what changed since the one before it; one query for all."""
    numbers = {number for entry in entries for number in (entry.newest.number, entry.before)}
    states = {revision.number: revision for revision in draft.revisions.filter(number__in=numbers)}
    for entry in entries:
        before = states.get(entry.before)
        if entry.newest.restores is not None:
            entry.words = f"Restored revision {entry.newest.restores}"
        elif before is None:
            entry.words = "Started" if entry.oldest.number == 1 else "Saved"
        else:
            differences = diff.compare(before, states[entry.newest.number])
            entry.words = diff.in_few_words(differences) or "Changed and changed back"
