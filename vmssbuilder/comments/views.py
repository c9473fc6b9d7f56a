"""The comments of a draft: a page of all threads, one of each thread, and acts, each of which leads to its thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.actions import StaleRevision
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path, PathError
from vmssbuilder.web.middleware import takes_any_text

from . import actions, anchors, mentions, places, queries
from .forms import CommentForm, ThreadForm
from .models import Comment, CommentThread


@require_http_methods(["GET", "HEAD", "POST"])
@takes_any_text("text", "suggested")
def comments(request: HttpRequest, code: str) -> HttpResponse:
    """All threads of a draft, or of one step; and a form for a new one."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW if request.method != "POST" else Access.COMMENT)
    if request.method != "POST":
        return _page(
            request,
            draft,
            ThreadForm(
                initial={"base": draft.head, "place": request.GET.get("place", request.GET.get("at", ""))}
            ),
        )
    form = ThreadForm(request.POST)
    form.full_clean()
    sent = form.cleaned_data
    try:
        comment = actions.begin(
            user,
            draft,
            sent.get("base") or 0,
            sent.get("place") or "",
            sent.get("text") or "",
            sent.get("suggested") or "",
        )
    except actions.CommentRefused as refused:
        return _refused(request, draft, refused)
    except StaleRevision:
        stale = actions.CommentRefused(("", "This page is of no revision of the draft. Post it once more."))
        return _refused(request, draft, stale)
    messages.success(request, "Posted.")
    return _to(comment)


def _refused(request: HttpRequest, draft: Draft, refused: actions.CommentRefused) -> HttpResponse:
    """The page once more, with what was typed; what is sent next is about the revision that it shows."""
    typed = request.POST.copy()
    typed["base"] = str(draft.head)
    again = ThreadForm(typed)
    again.refuse((f"thread-{name}" if name else "", message) for name, message in refused.problems)
    return _page(request, draft, again, status=409 if refused.moved_on else 422)


def _page(request: HttpRequest, draft: Draft, form: ThreadForm, *, status: int = 200) -> HttpResponse:
    user = cast(User, request.user)
    allowed = access.acting(user, draft)
    step = steps.BY_NAME.get(request.GET.get("step", ""))
    at = _at(request)
    threads = (
        queries.about(draft, at)
        if at
        else queries.of_step(draft, step)
        if step
        else queries.threads_of(draft)
    )
    page, found = queries.shown(user, draft, threads, allowed, request.GET.get("page"))
    context = {
        "draft": draft,
        "step": step,
        "page": page,
        "at": anchors.title(at, contents.of(draft), draft.api_version) if at else "",
        "query": f"{urlencode(asked)}&" if (asked := _asked(request)) else "",
        "threads": found,
        "may_comment": allowed >= Access.COMMENT,
        "may_edit": allowed >= Access.EDIT,
        "form": form,
        "writing": form.is_bound or "place" in request.GET or not found,
        "places": places.offered(draft, step) if allowed >= Access.COMMENT else [],
        "people": mentions.offered(draft, user) if allowed >= Access.COMMENT else [],
        "errors": form.problems() if form.is_bound else [],
    }
    # Worked out before this look counts as one.
    answer = render(request, "comments/page.html", context, status=status)
    if request.method == "GET" and found:
        queries.read(user, comment__in=[each.pk for shown in found for each in shown.comments])
    if step is None and not at and page.number == 1 and request.method == "GET":
        queries.looked(user, draft)
    return answer


def _asked(request: HttpRequest) -> dict[str, str]:
    """The parameters that narrow the page down."""
    return {name: value for name in ("step", "at") if (value := request.GET.get(name, ""))}


def _at(request: HttpRequest) -> Path:
    """The place that a page of threads is about; () for all of them."""
    try:
        return paths.parse(request.GET.get("at", ""))
    except PathError:
        return ()


@require_http_methods(["GET", "HEAD", "POST"])
@takes_any_text("text", "suggested")
def thread(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One thread with all of its comments, and a reply to it."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW if request.method != "POST" else Access.COMMENT)
    found = _thread(draft, number)
    if request.method != "POST":
        return _thread_page(request, found)
    try:
        comment = actions.reply(user, found, request.POST.get("text", ""), request.POST.get("suggested", ""))
    except actions.CommentRefused as refused:
        form = CommentForm(request.POST, prefix_id=f"reply-{found.pk}")
        form.refuse(
            (f"reply-{found.pk}-{name}" if name else "", message) for name, message in refused.problems
        )
        return _thread_page(request, found, reply=form, status=422)
    messages.success(request, "Posted.")
    return _to(comment)


@require_POST
@takes_any_text("text", "suggested")
def edit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Another text for one's own comment."""
    user = cast(User, request.user)
    comment = _comment(user, code, number)
    try:
        actions.edit(user, comment, request.POST.get("text", ""))
    except actions.CommentRefused as refused:
        form = CommentForm(request.POST, prefix_id=f"edit-{comment.pk}")
        form.refuse(
            (f"edit-{comment.pk}-{name}" if name else "", message) for name, message in refused.problems
        )
        status = 409 if refused.moved_on else 422
        return _thread_page(request, comment.thread, edited=(comment.pk, form), status=status)
    messages.success(request, "Saved.")
    return _to(comment)


@require_POST
def accept(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Writes what a comment proposes. Where something else stands by now, the person chooses."""
    user = cast(User, request.user)
    comment = _comment(user, code, number, Access.EDIT)
    try:
        saved = actions.accept(user, comment, request.POST.get("seen", ""))
    except actions.SuggestionOvertaken as overtaken:
        return _thread_page(request, comment.thread, choice=(comment, overtaken), status=409)
    except actions.CommentRefused as refused:
        said = [{"message": message, "href": ""} for _field, message in refused.problems]
        return _thread_page(
            request, _thread(comment.thread.draft, comment.thread_id), errors=said, status=409
        )
    messages.success(request, f"Accepted: revision {saved.head} has it.")
    return redirect("comment-thread", code, comment.thread_id)


@require_POST
def delete(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Takes the text of one's own comment away."""
    user = cast(User, request.user)
    comment = _comment(user, code, number)
    return _done(request, comment.thread, lambda: actions.delete(user, comment), "Deleted.")


@require_POST
def resolve(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Closes a thread."""
    user = cast(User, request.user)
    found = _thread(access.find(user, code, Access.COMMENT), number)
    return _done(request, found, lambda: actions.resolve(user, found), "Resolved.")


@require_POST
def reopen(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Opens a resolved thread again."""
    user = cast(User, request.user)
    found = _thread(access.find(user, code, Access.COMMENT), number)
    return _done(request, found, lambda: actions.reopen(user, found), "Open again.")


def _done(request: HttpRequest, found: CommentThread, act: Callable[[], None], words: str) -> HttpResponse:
    try:
        act()
    except actions.CommentRefused as refused:
        said = [{"message": message, "href": ""} for _field, message in refused.problems]
        return _thread_page(request, _thread(found.draft, found.pk), errors=said, status=409)
    messages.success(request, words)
    return redirect("comment-thread", found.draft.code, found.pk)


def _thread_page(
    request: HttpRequest,
    found: CommentThread,
    *,
    reply: CommentForm | None = None,
    edited: tuple[int, CommentForm] | None = None,
    choice: tuple[Comment, actions.SuggestionOvertaken] | None = None,
    errors: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, draft = cast(User, request.user), found.draft
    allowed = access.acting(user, draft)
    page, shown = queries.one(user, draft, found, allowed, request.GET.get("page"))
    problems = list(errors or ())
    for form in (reply, edited[1] if edited is not None else None):
        problems += form.problems() if form is not None else []
    context: dict[str, Any] = {
        "draft": draft,
        "page": page,
        "shown": shown,
        "may_comment": allowed >= Access.COMMENT,
        "may_edit": allowed >= Access.EDIT,
        "reply": reply,
        "choice": choice[0] if choice is not None else None,
        "overtaken": choice[1] if choice is not None else None,
        "edited": edited[0] if edited is not None else None,
        "edit_form": edited[1] if edited is not None else None,
        "people": mentions.offered(draft, user) if allowed >= Access.COMMENT else [],
        "errors": problems,
    }
    answer = render(request, "comments/thread_page.html", context, status=status)
    if request.method == "GET":
        queries.read(user, comment__in=[each.pk for each in shown.comments])
    return answer


def _thread(draft: Draft, number: int) -> CommentThread:
    found = get_object_or_404(queries.threads_of(draft), pk=number)
    found.draft = draft
    return found


def _comment(user: User, code: str, number: int, wanted: Access = Access.COMMENT) -> Comment:
    draft = access.find(user, code, wanted)
    found = get_object_or_404(
        Comment.objects.select_related("author", "thread"), thread__draft=draft, pk=number
    )
    found.thread.draft = draft
    return found


def _to(comment: Comment) -> HttpResponse:
    """The comment on the page of its thread."""
    return redirect(queries.url_of(comment, comment.thread.comments.filter(pk__lt=comment.pk).count()))
