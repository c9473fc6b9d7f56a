"""Reading comments: the threads of a draft for a page, in as many queries however many there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils import timezone

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, addresses, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

from . import anchors, suggestions
from .models import Comment, CommentMention, CommentsSeen, CommentThread

THREADS_A_PAGE: Final = 10
COMMENTS_A_PAGE: Final = 50
_LAST: Final = 2
"""Of a longer thread, a list shows the first comment and this many of the last."""


@dataclass(slots=True)
class ShownThread:
    """A thread as a page shows it. title: of its place. url: to its field, "" where it has none or is gone.

    suggests: whether a value can be suggested for it. comments: those that are shown;
    hidden: how many are left out after the first one.
    """

    thread: CommentThread
    title: str
    url: str
    may_close: bool
    suggests: bool = False
    comments: list[Comment] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        return self.thread.count - len(self.comments)

    @property
    def first(self) -> Comment:
        return self.comments[0]

    @property
    def others(self) -> list[Comment]:
        return self.comments[1:]


def threads_of(draft: Draft) -> QuerySet[CommentThread]:
    """The threads of a draft with their people: open ones first, those with the newest comment before others."""
    return CommentThread.objects.filter(draft=draft).select_related("author", "resolved_by")


def about(draft: Draft, path: Path) -> QuerySet[CommentThread]:
    """The threads on a place and on what lies below it; () for all of the draft."""
    if not path:
        return threads_of(draft)
    text = paths.text(path)
    below = Q(place__startswith=f"{text}.") | Q(place__startswith=f"{text}[")
    return threads_of(draft).filter(below | Q(place=text))


def of_step(draft: Draft, step: steps.Step) -> QuerySet[CommentThread]:
    """The threads on places of a step and its items."""
    places = CommentThread.objects.filter(draft=draft).order_by().values_list("place", flat=True).distinct()
    own = [place for place in places if place and steps.owner(paths.parse(place)) is step]
    return threads_of(draft).filter(place__in=own)


def shown(
    user: User,
    draft: Draft,
    threads: QuerySet[CommentThread],
    allowed: Access,
    number: Any = 1,
    size: int = THREADS_A_PAGE,
) -> tuple[Page[CommentThread], list[ShownThread]]:
    """One page of threads, each with its first and last comments."""
    page = Paginator(threads, size).get_page(number)
    found = {thread.pk: _shown(user, draft, thread, allowed) for thread in page.object_list}
    in_order = Window(RowNumber(), partition_by=F("thread"), order_by=F("id").asc())
    comments = (
        Comment.objects.filter(thread__in=found)
        .annotate(number=in_order)
        .filter(Q(number=1) | Q(number__gt=F("thread__count") - _LAST))
        .select_related("author", "accepted_by")
        .order_by("id")
    )
    for comment in _marked(user, draft, comments) if found else ():
        found[comment.thread_id].comments.append(comment)
    return page, list(found.values())


def one(
    user: User, draft: Draft, thread: CommentThread, allowed: Access, number: Any = None
) -> tuple[Page[Comment], ShownThread]:
    """A thread with one page of its comments, the last one unless a number is given."""
    pages = Paginator(thread.comments.select_related("author", "accepted_by").order_by("id"), COMMENTS_A_PAGE)
    page = pages.get_page(number or pages.num_pages)
    shown = _shown(user, draft, thread, allowed)
    shown.comments = list(_marked(user, draft, page.object_list))
    return page, shown


def may_close(user: User, thread: CommentThread, allowed: Access) -> bool:
    """Whether the person may resolve and reopen the thread. allowed: what they may do with the draft."""
    return allowed >= Access.EDIT or (allowed >= Access.COMMENT and thread.author_id == user.pk)


def _shown(user: User, draft: Draft, thread: CommentThread, allowed: Access) -> ShownThread:
    thread.draft = draft
    if thread.gone is not None:
        title, url = thread.was, ""
    else:
        title = anchors.title(thread.path, contents.of(draft), draft.api_version)
        held = paths.get(contents.of(draft), thread.path) is not paths.MISSING
        url = (
            addresses.field_url(draft.code, thread.path, draft.api_version, held=held) if thread.place else ""
        )
    url = url if allowed >= Access.EDIT else ""
    suggests = thread.gone is None and suggestions.offers(thread.path, draft.api_version)
    return ShownThread(thread, title, url, may_close(user, thread, allowed), suggests)


def _marked(user: User, draft: Draft, comments: Any) -> list[Comment]:
    """The comments, those marked that others wrote since the person's last look."""
    seen = CommentsSeen.objects.filter(user=user, draft=draft).values_list("newest", flat=True).first() or 0
    found = list(comments)
    for comment in found:
        comment.is_new = comment.pk > seen and comment.author_id != user.pk
    return found


def unread(user: User, most: int) -> list[tuple[Comment, str]]:
    """The comments that name the person in drafts that they may see, and that they did not open yet, with their addresses;
    the newest first, `most` and one more. One query."""
    earlier = Comment.objects.filter(thread=OuterRef("comment__thread"), pk__lt=OuterRef("comment"))
    count = earlier.order_by().values("thread").annotate(count=Count("pk")).values("count")
    found = (
        CommentMention.objects.filter(
            user=user, seen=None, comment__thread__draft__in=access.visible(user).order_by().values("pk")
        )
        .annotate(before=Coalesce(Subquery(count), 0))
        .select_related("comment__author", "comment__thread__draft")
        .defer("comment__thread__draft__document", "comment__thread__draft__filled")
        .order_by("-pk")
    )
    return [(each.comment, url_of(each.comment, each.before)) for each in found[: most + 1]]


def url_of(comment: Comment, before: int) -> str:
    """The address of a comment on the page of its thread. before: how many come before it there."""
    where = reverse("comment-thread", args=[comment.thread.draft.code, comment.thread_id])
    return f"{where}?page={before // COMMENTS_A_PAGE + 1}#comment-{comment.pk}"


def read(user: User, **where: Any) -> None:
    """Notes that the person opened or answered comments that name them. Nothing is written where none is new."""
    new = CommentMention.objects.filter(user=user, seen=None, **where)
    if new.exists():
        new.update(seen=timezone.now())


def looked(user: User, draft: Draft) -> None:
    """Notes that the person has seen what there is by now. Nothing is written where nothing is new."""
    newest = Comment.objects.filter(thread__draft=draft).order_by("-id").values_list("pk", flat=True).first()
    if newest is None:
        return
    known = CommentsSeen.objects.filter(user=user, draft=draft)
    if not known.filter(newest__gte=newest).exists():
        CommentsSeen.objects.bulk_create(
            [CommentsSeen(user=user, draft=draft, newest=newest)],
            update_conflicts=True,
            unique_fields=["user", "draft"],
            update_fields=["newest"],
        )
