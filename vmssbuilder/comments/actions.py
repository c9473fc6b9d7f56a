"""Every change of comments: checks permission, writes, records the event, in one transaction. No event holds a text.

A comment is no revision: it voids no review and no approval.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import known_values, merging
from vmssbuilder.drafts.access import Access, access, permit, require
from vmssbuilder.drafts.actions import save, shown_at
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms import picking
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.rules.shapes import is_private_key

from . import mentions, queries, suggestions, values
from .models import LONGEST_PLACE, Comment, CommentMention, CommentThread

LONGEST_TEXT: Final = 10_000
"""Characters of a comment."""
MOST_THREADS: Final = 2_000
"""Threads of a draft: every revision moves them along."""
MOST_COMMENTS: Final = 1_000
"""Comments of a thread."""

PRIVATE_KEY: Final = (
    "This holds a private key, so it was not posted: everybody who may see the draft would read it. Take it out. If "
    "others may have seen the key, make a new one."
)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CommentRefused(Exception):
    """The act is not done; problems say why. Each names the form's field it belongs to, "" for the whole form.

    moved_on: the thread or comment is no longer as the person saw it, so that correcting the form does not help.
    """

    def __init__(self, *problems: tuple[str, str], moved_on: bool = False) -> None:
        super().__init__(" ".join(message for _field, message in problems))
        self.problems = problems
        self.moved_on = moved_on


class SuggestionOvertaken(Exception):
    """Somebody changed the value since a suggestion was made. Nothing was changed: the person chooses.

    now: what stands there, in words. mark: of that value, to be sent along by who takes the suggestion all the same.
    """

    def __init__(self, now: Any) -> None:
        super().__init__("The value was changed since this was suggested.")
        self.now = values.words(values.keep(now))
        self.mark = values.mark(now)


def begin(user: User, draft: Draft, base: int, place: str, text: str, suggested: str = "") -> Comment:
    """A new thread with its first comment. place: the text of a path in revision `base`, "" for the whole draft.

    suggested: what is proposed for the place, as it would be typed in its field; "" for no suggestion.

    The place is followed to the newest revision. Raises CommentRefused, StaleRevision, Http404, PermissionDenied.
    """
    require(user, draft, Access.COMMENT)
    text = _cleaned(text, suggested)
    with transaction.atomic():
        # The row that every edit locks: no revision can move the place between the look and the write.
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        require(user, locked, Access.COMMENT)
        if locked.threads >= MOST_THREADS:
            raise CommentRefused(
                ("", f"This draft has {MOST_THREADS:,} threads, which is as many as it can have.")
            )
        path = _place(locked, base, place)
        thread = CommentThread.objects.create(
            draft=locked,
            place=paths.text(path) if path else "",
            author=user,
            revision=locked.head,
            last_author=user,
        )
        proposed = _suggestion(locked, path, suggested)
        comment = Comment.objects.create(thread=thread, author=user, text=text, at=thread.last_at, **proposed)
        Draft.objects.filter(pk=locked.pk).update(threads=F("threads") + 1)
        told = _mention(user, locked, comment)
        record(user, "comment.thread-begun", locked.code, thread=thread.pk, comment=comment.pk, mentions=told)
    return comment


def reply(user: User, thread: CommentThread, text: str, suggested: str = "") -> Comment:
    """One more comment in a thread. suggested: as in `begin`. Raises CommentRefused, Http404, PermissionDenied."""
    permit(user, thread.draft, Access.COMMENT)
    text = _cleaned(text, suggested)
    with transaction.atomic():
        # The draft first, as everywhere: its items may have moved, and people of it come and go.
        draft = Draft.objects.select_for_update().get(pk=thread.draft_id)
        permit(user, draft, Access.COMMENT)
        locked = CommentThread.objects.select_for_update().get(pk=thread.pk)
        if locked.count >= MOST_COMMENTS:
            raise CommentRefused(
                (
                    "",
                    f"This thread has {MOST_COMMENTS:,} comments, which is as many as it can have. Begin a new one.",
                )
            )
        if suggested and locked.gone is not None:
            raise CommentRefused(("suggested", "The place is gone, so that nothing can be suggested for it."))
        proposed = _suggestion(draft, locked.path, suggested)
        comment = Comment.objects.create(thread=locked, author=user, text=text, **proposed)
        CommentThread.objects.filter(pk=locked.pk).update(
            count=F("count") + 1, last_author=user, last_at=comment.at
        )
        told = _mention(user, draft, comment)
        queries.read(user, comment__thread=thread)
        record(user, "comment.posted", draft.code, thread=thread.pk, comment=comment.pk, mentions=told)
    return comment


def edit(user: User, comment: Comment, text: str) -> Comment:
    """Another text for one's own comment. Raises CommentRefused, Http404, PermissionDenied."""
    draft = comment.thread.draft
    _own(user, comment)
    text = _cleaned(text, "kept" if comment.suggests is not None else "")
    with transaction.atomic():
        changed = Comment.objects.filter(pk=comment.pk, deleted=None).update(text=text, edited=timezone.now())
        if not changed:
            raise CommentRefused(("", "This comment was deleted."), moved_on=True)
        comment.text = text
        told = _mention(user, draft, comment)
        record(
            user, "comment.edited", draft.code, thread=comment.thread_id, comment=comment.pk, mentions=told
        )
    return comment


def delete(user: User, comment: Comment) -> None:
    """Takes the text of one's own comment away for good; that there was one stays. Raises as `edit` does."""
    draft = comment.thread.draft
    _own(user, comment)
    with transaction.atomic():
        changed = Comment.objects.filter(pk=comment.pk, deleted=None).update(
            text="", deleted=timezone.now(), suggests=None, instead_of=None
        )
        if not changed:
            raise CommentRefused(("", "This comment was deleted already."), moved_on=True)
        comment.mentions.all().delete()
        record(user, "comment.deleted", draft.code, thread=comment.thread_id, comment=comment.pk)


def accept(user: User, comment: Comment, seen: str = "") -> Draft:
    """Writes what a comment proposes as the next revision, and resolves its thread; answers the draft as saved.

    seen: the mark of the value that the person saw there, who takes the suggestion although it is another one by now.
    Raises SuggestionOvertaken, CommentRefused when the place or the suggestion is gone, Http404, PermissionDenied.
    """
    draft = comment.thread.draft
    require(user, draft, Access.EDIT)
    with transaction.atomic():
        # The draft first, as every write does: its thread moves with it.
        locked = Draft.objects.select_for_update().select_related("owner").get(pk=draft.pk)
        require(user, locked, Access.EDIT)
        held = Comment.objects.select_for_update().get(pk=comment.pk)
        thread = CommentThread.objects.get(pk=held.thread_id)
        if held.suggests is None or held.deleted is not None:
            raise CommentRefused(("", "This suggestion was deleted. Nothing was changed."), moved_on=True)
        if held.accepted is not None:
            raise CommentRefused(("", "This suggestion was accepted already."), moved_on=True)
        if thread.gone is not None:
            words = f"The place of this suggestion went with revision {thread.gone}. Nothing was changed."
            raise CommentRefused(("", words), moved_on=True)
        saved = _accepted(user, locked, thread.path, held, seen)
        now = timezone.now()
        Comment.objects.filter(pk=held.pk).update(accepted=now, accepted_by=user, accepted_in=saved.head)
        CommentThread.objects.filter(pk=thread.pk).update(is_open=False, resolved=now, resolved_by=user)
        saved.marks = None
        record(
            user,
            "comment.suggestion-accepted",
            saved.code,
            thread=thread.pk,
            comment=held.pk,
            revision=saved.head,
        )
    return saved


def _accepted(user: User, draft: Draft, path: Path, comment: Comment, seen: str) -> Draft:
    """The draft with the value at its place, saved as the form would: what follows from it is filled in, too."""
    content = contents.of(draft)
    now, wanted = paths.get(content, path), values.kept(comment.suggests or [])
    if merging.same(now, wanted):
        return draft
    if not merging.same(now, values.kept(comment.instead_of or [])) and seen != values.mark(now):
        raise SuggestionOvertaken(now)
    try:
        suggestions.field_of(path, draft.api_version)
    except suggestions.NoSuggestion as error:
        # The API version may be another one by now.
        raise CommentRefused(("", f"{error} Nothing was changed."), moved_on=True) from None
    change = [Changed(path, now, wanted)]
    region = known_values.region_of(user, draft, content, change, picking.usable)
    changes = known_values.following(draft, content, change, region)
    return save(user, draft, draft.head, changes, filled=known_values.filled_by(change, changes))


def _mention(user: User, draft: Draft, comment: Comment) -> list[str]:
    """Keeps whom a comment names, but who wrote it; answers their user names. Raises CommentRefused.

    Who was named before stays so, even if they may not see the draft any more.
    """
    before = [each.user for each in comment.mentions.select_related("user")]
    try:
        found = mentions.named(draft, comment.text, before)
    except mentions.NotNamed as error:
        raise CommentRefused(("text", str(error))) from None
    people = [each for each in found if each != user]
    comment.mentions.exclude(user__in=people).delete()
    CommentMention.objects.bulk_create(
        CommentMention(comment=comment, user=each) for each in people if each not in before
    )
    return [each.username for each in people]


def _suggestion(draft: Draft, path: Path, suggested: str) -> dict[str, Any]:
    """The columns of what a comment proposes. Raises CommentRefused."""
    if not suggested:
        return {}
    now = paths.get(contents.of(draft), path)
    try:
        value = suggestions.read(path, draft.api_version, suggested, now)
    except suggestions.NoSuggestion as error:
        raise CommentRefused(("suggested", str(error))) from None
    if merging.same(value, now):
        raise CommentRefused(("suggested", "This is what stands there already."))
    return {"suggests": values.keep(value), "instead_of": values.keep(now)}


def resolve(user: User, thread: CommentThread) -> None:
    """Closes a thread: for who began it and for who may edit. Raises CommentRefused, Http404, PermissionDenied."""
    _may_close(user, thread)
    with transaction.atomic():
        changed = CommentThread.objects.filter(pk=thread.pk, is_open=True).update(
            is_open=False, resolved=timezone.now(), resolved_by=user
        )
        if not changed:
            raise CommentRefused(("", "Somebody resolved this thread already."), moved_on=True)
        record(user, "comment.thread-resolved", thread.draft.code, thread=thread.pk)


def reopen(user: User, thread: CommentThread) -> None:
    """Opens a resolved thread again, by whoever may resolve it. Raises as `resolve` does."""
    _may_close(user, thread)
    with transaction.atomic():
        changed = CommentThread.objects.filter(pk=thread.pk, is_open=False).update(
            is_open=True, resolved=None, resolved_by=None
        )
        if not changed:
            raise CommentRefused(("", "This thread is open already."), moved_on=True)
        record(user, "comment.thread-reopened", thread.draft.code, thread=thread.pk)


def _may_close(user: User, thread: CommentThread) -> None:
    permit(user, thread.draft, Access.COMMENT)
    if not queries.may_close(user, thread, access(user, thread.draft)):
        raise PermissionDenied("Only who began this thread, and who may edit the draft, resolve it.")


def _own(user: User, comment: Comment) -> None:
    permit(user, comment.thread.draft, Access.COMMENT)
    if comment.author_id != user.pk:
        raise PermissionDenied("This comment is somebody else's.")


def _cleaned(text: str, suggested: str) -> str:
    """The text with line breaks of ours. Raises CommentRefused for what cannot be posted: nothing is taken out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip() and not suggested:
        raise CommentRefused(("text", "Enter a comment."))
    if len(text) > LONGEST_TEXT:
        raise CommentRefused(
            ("text", f"Shorten the comment to {LONGEST_TEXT:,} characters; it has {len(text):,}.")
        )
    if _UNSTORABLE.search(suggested) or _CONTROL.search(suggested):
        raise CommentRefused(
            (
                "suggested",
                "This holds a control character, which cannot be kept. It is marked below: take it out.",
            )
        )
    if _UNSTORABLE.search(text) or _CONTROL.search(text):
        raise CommentRefused(
            ("text", "This holds a control character, which cannot be kept. It is marked below: take it out.")
        )
    if is_private_key(text):
        raise CommentRefused(("text", PRIVATE_KEY))
    return text


def _place(draft: Draft, base: int, place: str) -> Path:
    """Where a place of revision `base` stands in the draft now. Raises CommentRefused and StaleRevision."""
    try:
        path = paths.parse(place.strip())
    except PathError as error:
        raise CommentRefused(("place", str(error))) from None
    if len(paths.text(path)) > LONGEST_PLACE:
        raise CommentRefused(("place", f"A place has no more than {LONGEST_PLACE} characters."))
    now: dict[str, Any] = contents.of(draft)
    shown = now if base == draft.head else shown_at(draft, base)
    known = contents.node_at(path, draft.api_version) is not None
    if path and not known and paths.get(shown, path) is MISSING:
        raise CommentRefused(
            ("place", f"There is no {paths.text(path)} in this draft, nor in its API version.")
        )
    for depth, step in enumerate(path):
        if isinstance(step, int) and paths.get(shown, path[: depth + 1]) is MISSING:
            raise CommentRefused(("place", f"There is no {paths.text(path[: depth + 1])} in this draft."))
    there = merging.follow(path, shown, now)
    if there is None:
        raise CommentRefused(
            ("place", "The item that this is about was removed or replaced meanwhile. Choose another place."),
            moved_on=True,
        )
    return there
