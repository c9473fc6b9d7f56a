"""Pages of reviews: the queue, one request for review, and the three things that can be done with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, summary
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.forms import picking
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.revision_numbers import counted
from vmssbuilder.scaleset import hidden
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.rules.characters import DECEIVING

from . import actions, approvals, overrides, queries, tabs, withheld
from .away.queries import for_asked, standing_in
from .forms import DecisionForm, ReviewRequestForm, RevokeForm
from .models import Decision, OpenedScript, Review, ReviewState

PAGE_SIZE: Final = 25
FINDINGS_AT_MOST: Final = 500
"""How many findings the page of a review shows."""
DECEIVING_AT_MOST: Final = 50
LARGEST_ID: Final = 2**63 - 1


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The requests for review that the person may see: those that wait, or those that are decided."""
    user = cast(User, request.user)
    which: queries.Filter = "decided" if request.GET.get("show") == "decided" else "waiting"
    page = Paginator(queries.queue(user, which).prefetch_related("asked"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "parts": _parts(page, which),
        "which": which,
        "standing_in": standing_in(user) if user.is_reviewer else [],
        "query": "show=decided&" if which == "decided" else "",
    }
    return render(request, "reviews/list.html", context)


def _parts(page: Iterable[Review], which: queries.Filter) -> list[tuple[str, list[Review]]]:
    """The page in parts, each with its heading: what is asked of the person comes first."""
    listed = list(page)
    asked = [each for each in listed if which == "waiting" and each.asked_of_me]
    if not asked:
        return [("", listed)]
    others = listed[len(asked) :]
    return [("Asked of you", asked), *([("Other requests", others)] if others else [])]


@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One request for review: what is asked for, what the checks say, what was decided.

    A page that follows along says what it has `seen`; it gets nothing while that is still so.
    """
    review = _find(request, number)
    if request.htmx and request.GET.get("seen") == _stands(review):  # type: ignore[attr-defined] # django-htmx adds it
        return HttpResponse(status=204)
    return _page(request, review)


def _stands(review: Review) -> str:
    """What became of a review, in words that a page holds against a later answer."""
    return f"{review.get_state_display()}{', edited since' if review.is_outdated else ''}"


def _find(request: HttpRequest, number: int) -> Review:
    """The review of that number, if the person may see its draft."""
    review = None
    if number <= LARGEST_ID:
        review = queries.with_decisions(Review.objects.filter(pk=number)).first()
    if review is None:
        raise Http404("There is no such request for review.")
    access.require(cast(User, request.user), review.draft, Access.VIEW)
    return review


def _page(
    request: HttpRequest,
    review: Review,
    *,
    form: DecisionForm | None = None,
    revoking: RevokeForm | None = None,
    errors: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = cast(User, request.user)
    revision = review.revision
    revision.draft = review.draft
    open_ = review.state == ReviewState.WAITING and not review.is_outdated
    why_not = actions.may_not_decide(user, review) if open_ else ""
    # Those with a reason are errors: they come before warnings.
    found = sorted(check_content(revision), key=lambda each: each.severity != "error")
    deceiving = _deceiving(review, found)
    owns, under_way = review.draft.owner_id == user.pk, withheld.under_way(review)
    hidden_values = withheld.withheld(review)
    context = {
        "review": review,
        "draft": review.draft,
        "revision": revision,
        "decisions": list(review.decisions.all()),
        "findings": _with_reasons(review, found[:FINDINGS_AT_MOST]),
        "found": len(found),
        "deceiving": deceiving[:DECEIVING_AT_MOST],
        "deceiving_more": max(0, len(deceiving) - DECEIVING_AT_MOST),
        # A reason that was given for all errors together.
        "reasons": [each["reason"] for each in review.overrides if not each["rule"]],
        "open": open_,
        "stands": _stands(review),
        "may_decide": open_ and not why_not,
        "why_not": why_not if user.is_reviewer else "",
        "owns": owns,
        "asked": review.asked_words,
        # When somebody is away is no business of everybody whom a link lets in.
        "stands_in": for_asked(review) if open_ and (owns or user.is_reviewer) else [],
        "form": form or DecisionForm(overridden=bool(review.overrides)),
        "errors": form.problems() if form is not None else errors,
        "withheld": hidden_values,
        "scripts": under_way and hidden_values.has_scripts,
        "opens_scripts": owns and under_way and bool(review.asked_words),
        "reads_scripts": open_ and not why_not and user in review.asked.all(),
        **_looking(request, review),
        **_ending(review, user, revoking),
    }
    if revoking is not None:
        context["errors"] = (
            revoking.problems() if context["revoking"] else [{"message": _NONE_LEFT, "href": ""}]
        )
    answer = render(request, "reviews/detail.html", context, status=status)
    if request.method == "GET" and context["may_decide"]:
        tabs.looked(review, user)
    return answer


def _looking(request: HttpRequest, review: Review) -> dict[str, Any]:
    """What the page shows of the request: one of several ways to look at it, and what was decided before."""
    user, revision = cast(User, request.user), review.revision
    earlier = tabs.earlier(review)
    shown = tabs.tabs(review, user, earlier)
    tab = next((each for each in shown if each.name == request.GET.get("show")), shown[0])
    return {
        "tabs": shown,
        "tab": tab,
        "delta": tabs.delta(review, tab.base) if tab.base is not None else None,
        "groups": summary.html(
            revision,
            review.draft.code,
            subscription=picking.subscription_name(user, revision.subscription),
        )
        if tab.name == "values"
        else "",
        "earlier": earlier[: tabs.EARLIER_SHOWN],
        "more_earlier": len(earlier) > tabs.EARLIER_SHOWN,
    }


_NONE_LEFT: Final = "There is no approval any more that could be revoked."


def _ending(review: Review, user: User, form: RevokeForm | None) -> dict[str, Any]:
    """Whether the approval still counts, and the form that ends it for who may do so."""
    approved = review.state == ReviewState.APPROVED
    ended = not review.is_outdated and (approved or review.state == ReviewState.REVOKED)
    at_azure = review.was_sent = approved and queries.is_at_azure(review)
    may_revoke = approved and not at_azure and not actions.may_not_revoke(user, review)
    return {
        "doubt": _doubt(review) if ended and not at_azure else None,
        "at_azure": at_azure,
        "revoking": (form or RevokeForm()) if may_revoke else None,
        "revoking_failed": form is not None,
    }


def _doubt(review: Review) -> approvals.Doubt | None:
    """Why the approval does not count; what is asked of the newest one is what the bar of the page asks, too."""
    if review.draft.reviews.filter(pk__gt=review.pk).exists():
        return approvals.doubt(review)
    known = review if review.state == ReviewState.APPROVED else None
    return queries.doubt_of(review.draft, review.state, known)


def _with_reasons(review: Review, found: list[Finding]) -> list[dict[str, Any]]:
    """Each finding, and why the request is to be sent despite it."""
    reasons = {f"{each['rule']}:{each['where']}": each["reason"] for each in review.overrides}
    return [{"finding": each, "reason": reasons.get(overrides.named(each), "")} for each in found]


def _deceiving(review: Review, found: list[Finding]) -> list[tuple[str, str]]:
    """Where text reads as something else than it is, place and words: in the request, and in what people wrote."""
    version = review.revision.api_version
    described = [
        (summary.label(each.path, contents.node_at(each.path, version)), each.message)
        for each in found
        if each.rule in DECEIVING
    ]
    reasons = [("Reason to send it all the same", each["reason"]) for each in review.overrides]
    for where, text in (("Note", review.note), *reasons):
        if hidden.find(text):
            described.append((where, f"Holds {hidden.described(text)}."))
        if (letter := hidden.look_alike(text)) is not None:
            described.append((where, f"Holds {letter.described}."))
    return described


@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Approve, ask for changes, or reject."""
    review = _find(request, number)
    user, form = cast(User, request.user), DecisionForm(request.POST, overridden=bool(review.overrides))
    why_not = actions.may_not_decide(user, review)
    if why_not:
        raise PermissionDenied(why_not)
    if not form.is_valid():
        return _page(request, review, form=form, status=422)
    try:
        decision = actions.decide(user, review, **form.cleaned_data)
    except actions.ReviewRefused as refused:
        form.refuse(refused.problems)
        return _page(request, _find(request, number), form=form, status=409 if refused.moved_on else 422)
    messages.success(request, _DONE[Decision.Verdict(decision.verdict)])
    return redirect("review-detail", number)


_DONE: Final = {
    Decision.Verdict.APPROVE: "Approved. The owner can send it to Azure now.",
    Decision.Verdict.REQUEST_CHANGES: "Changes requested. The owner sees your reason.",
    Decision.Verdict.REJECT: "Rejected. The owner sees your reason.",
}


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Who gave an approval, or an administrator, takes it back."""
    review = _find(request, number)
    user, form = cast(User, request.user), RevokeForm(request.POST)
    if why_not := actions.may_not_revoke(user, review):
        raise PermissionDenied(why_not)
    if not form.is_valid():
        status = 422 if review.state == ReviewState.APPROVED else 409
        return _page(request, review, revoking=form, status=status)
    try:
        actions.revoke(user, review, form.cleaned_data["revoke_reason"])
    except actions.ReviewRefused as refused:
        form.refuse(refused.problems)
        return _page(request, _find(request, number), revoking=form, status=409 if refused.moved_on else 422)
    messages.success(request, "The approval was revoked. Nothing is sent by it any more.")
    return redirect("review-detail", number)


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """The owner takes the request for review back."""
    review = _find(request, number)
    try:
        actions.withdraw(cast(User, request.user), review)
    except actions.ReviewRefused as refused:
        return _refused(request, number, refused)
    messages.success(request, "The request for review was withdrawn.")
    return redirect("draft-check", review.draft.code)


@require_POST
def open_script(request: HttpRequest, number: int) -> HttpResponse:
    """The owner opens a script of the request to the people asked for this review."""
    review = _find(request, number)
    try:
        actions.open_script(cast(User, request.user), review, request.POST.get("place", ""))
    except actions.ReviewRefused as refused:
        return _refused(request, number, refused)
    messages.success(request, f"Open to {review.asked_words} until this review ends, or until you close it.")
    return redirect(f"{reverse('review-detail', args=[number])}#withheld")


@require_safe
def script(request: HttpRequest, number: int, which: int) -> HttpResponse:
    """An opened script, to who is asked for its review."""
    opened = _opened(request, number, which)
    try:
        text = actions.read_script(cast(User, request.user), opened)
    except actions.ReviewRefused as refused:
        return _refused(request, number, refused)
    context = {"review": opened.review, "draft": opened.review.draft, "opened": opened, "text": text}
    return render(request, "reviews/script.html", context)


@require_POST
def close_script(request: HttpRequest, number: int, which: int) -> HttpResponse:
    """The owner closes it again."""
    opened = _opened(request, number, which)
    try:
        actions.close_script(cast(User, request.user), opened)
    except actions.ReviewRefused as refused:
        return _refused(request, number, refused)
    messages.success(request, "Closed. Nobody can read the script here any more.")
    return redirect(f"{reverse('review-detail', args=[number])}#withheld")


def _opened(request: HttpRequest, number: int, which: int) -> OpenedScript:
    review = _find(request, number)
    opened = review.opened_scripts.filter(pk=min(which, LARGEST_ID)).first()
    if opened is None:
        raise Http404("Nothing was opened there.")
    opened.review = review
    return opened


def _refused(request: HttpRequest, number: int, refused: actions.ReviewRefused) -> HttpResponse:
    said = [{"message": message, "href": ""} for _field, message in refused.problems]
    return _page(request, _find(request, number), errors=said, status=409 if refused.moved_on else 422)


@require_http_methods(["GET", "HEAD", "POST"])
def request_review(request: HttpRequest, code: str) -> HttpResponse:
    """Send a draft for review."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    if draft.owner_id != user.pk:
        raise PermissionDenied("Only its owner sends a draft for review.")
    if request.method != "POST":
        return _request_page(request, draft)
    form = _request_form(draft, request.POST)
    if not form.is_valid():
        return _request_page(request, draft, form, status=422)
    try:
        note = form.cleaned_data["note"]
        review = actions.request_review(user, draft, note, _base(request), form.reasons(), **form.chosen())
    except actions.ReviewRefused as refused:
        draft = access.find(user, code, Access.VIEW)
        form = _request_form(draft, request.POST)
        form.refuse(refused.problems)
        return _request_page(request, draft, form, status=409 if refused.moved_on else 422)
    messages.success(request, "Sent for review. Every later edit takes it out of the queue again.")
    return redirect("review-detail", review.pk)


def _base(request: HttpRequest) -> int:
    """The revision that the page was made from; -1, which no draft has, for anything else."""
    base = counted(request.POST.get("base", ""))
    return -1 if base is None else base


def _request_form(draft: Draft, sent: QueryDict | None = None) -> ReviewRequestForm:
    """The form for the newest revision, which shows the first errors that may be let through."""
    overridable = [each for each in errors(check_content(draft)) if each.overridable]
    data = None
    if sent is not None:
        # What was typed stands; what is sent next is about the revision that the page shows now.
        data = sent.copy()
        data["base"] = str(draft.head)
    last = draft.reviews.order_by("-pk").first()
    return ReviewRequestForm(
        data, draft=draft, found=overridable[: overrides.AT_MOST], last=last, initial={"base": draft.head}
    )


def _request_page(
    request: HttpRequest, draft: Draft, form: ReviewRequestForm | None = None, *, status: int = 200
) -> HttpResponse:
    found = errors(check_content(draft))
    overridable = [each for each in found if each.overridable]
    context = {
        "draft": draft,
        "form": form or _request_form(draft),
        "blocking": overrides.too_many([each for each in found if not each.overridable], overridable),
        "errors": form.problems() if form is not None else [],
    }
    return render(request, "reviews/request.html", context, status=status)
