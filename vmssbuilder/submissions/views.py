"""Pages of submissions: the list, the progress of one, and the buttons that a person may press on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.azure import cleaning, cloud, operations
from vmssbuilder.drafts import access, addresses
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.reviews.queries import approval
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import PathError
from vmssbuilder.workers import heartbeats

from . import actions, durations, outcome_page, queries
from .models import Submission, SubmissionState, WholeAnswer

State = SubmissionState

PAGE_SIZE: Final = 25
STATUS_SHOWN: Final = 100
"""Characters of the word that Azure has for how it is going."""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The submissions that the person may see, newest first."""
    user = cast(User, request.user)
    page = Paginator(queries.listed(user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "submissions/list.html", {"page": page, "query": ""})


@require_POST
def create(request: HttpRequest, code: str) -> HttpResponse:
    """Sends the approved draft to Azure."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    try:
        submission = actions.submit(user, draft)
    except actions.SubmissionRefused as refused:
        messages.error(request, str(refused))
        return redirect("draft-check", code)
    return redirect("submission-detail", submission.code)


@never_cache
@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """How a submission is going. Asked by htmx every two seconds, it answers only with what is new."""
    submission = _find(request, code)
    progress = list(submission.progress.all())
    looks_at = _looks_at(submission)
    nobody = submission.is_moving and not heartbeats.anybody()
    version = "-".join(
        (
            submission.state,
            str(progress[-1].pk if progress else 0),
            _percent(submission),
            f"{looks_at:%H%M%S}" if looks_at else "",
            "alone" if nobody else "",
        )
    )
    partial = request.headers.get("HX-Request") == "true"
    if partial and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    user = cast(User, request.user)
    context = {
        "submission": submission,
        "draft": submission.draft,
        "revision": submission.revision,
        "act": queries.act(submission.revision),
        "version": version,
        "percent": _percent(submission),
        "usual": durations.usual_duration(submission) if submission.is_moving else None,
        "azure_status": str((submission.operation or {}).get("azure_status") or "")[:STATUS_SHOWN],
        "looks_at": looks_at,
        "nobody": nobody,
        "presumed": bool((submission.operation or {}).get("presumed")),
        "timeline": queries.timeline(submission, progress),
        "own": submission.submitter_id == user.pk,
        "may_check": submission.submitter_id == user.pk or user.is_administrator,
        "said": str((submission.error or {}).get("azure", {}).get("said", "")),
        **_ending(submission, user),
    }
    name = "submissions/followed.html" if partial else "submissions/detail.html"
    return render(request, name, context | {"out_of_band": partial})


def _find(request: HttpRequest, code: str) -> Submission:
    """The submission of that code, if the person may see its draft."""
    found = (
        Submission.objects.select_related("draft__owner", "revision", "submitter").filter(code=code).first()
    )
    if found is None:
        raise Http404("There is no such submission.")
    user = cast(User, request.user)
    if found.submitter_id != user.pk:
        access.require(user, found.draft, Access.VIEW)
    found.revision.draft = found.draft
    return found


def _looks_at(submission: Submission) -> datetime | None:
    """When a worker looks next; None when it is about to, or has nothing to do."""
    if not submission.is_moving:
        return None
    due = submission.next_step
    if submission.lease == actions.STOPPED and submission.lease_until is not None:
        due = max(due, submission.lease_until)
    return due if due > timezone.now() else None


def _percent(submission: Submission) -> str:
    percent = (submission.operation or {}).get("percent")
    return f"{percent:.0f}" if isinstance(percent, int | float) and submission.state == State.RUNNING else ""


def _ending(submission: Submission, user: User) -> dict[str, Any]:
    """What the page says once the submission is over, or waits for the person."""
    context: dict[str, Any] = {}
    azure = (submission.error or {}).get("azure", {})
    resource = submission.resource if isinstance(submission.resource, dict) else {}
    resource_id = resource.get("id")
    if not isinstance(resource_id, str) or not resource_id:
        resource_id = submission.revision.target.resource_id
    where = cloud(settings.VMSSBUILDER_CLOUD)
    context |= {
        "resource_id": resource_id,
        "left_behind": bool(resource) and submission.state != State.SUCCEEDED,
        "replaced": _state_of(resource).lower() in operations.ENDED_BADLY,
    }
    if submission.state == State.SUCCEEDED or resource:
        context["portal"] = where.portal_link(resource_id, submission.submitter.tenant_id)
        context["cloud"] = where
    if submission.state == State.SUCCEEDED:
        context["comparison"] = outcome_page.comparison(submission)
    if submission.error:
        context["overtaken"] = outcome_page.overtaken(submission)
        context["error"] = _about(submission, submission.error)
        context["parts"] = [_about(submission, each) for each in submission.error.get("parts", [])]
        raw = str(azure.get("raw", ""))
        context |= {"raw": _readable(raw), "shown": f"{len(raw):,}"}
        context["length"] = f"{submission.error['length']:,}" if submission.error.get("length") else ""
    if submission.state == State.NEEDS_SIGN_IN:
        then = reverse("submission-detail", args=[submission.code])
        # Straight to Microsoft: the choice of ways is for people who are signed out.
        context["sign_in"] = f"{reverse('sign-in-start')}?{urlencode({'next': then})}"
    if submission.state in (State.FAILED, State.CANCELED) and submission.draft.owner_id == user.pk:
        # Whether an approval holds is asked last: it takes the most.
        context["again"] = (
            submission.draft.discarded is None
            and not _same_again_fails(submission)
            and not submission.draft.submissions.filter(pk__gt=submission.pk).exists()
            and (current := approval(submission.draft)) is not None
            and current.revision_id == submission.revision_id
        )
    return context


def _state_of(resource: Mapping[str, Any]) -> str:
    properties = resource.get("properties")
    state = properties.get("provisioningState") if isinstance(properties, dict) else None
    return state if isinstance(state, str) else ""


def _same_again_fails(submission: Submission) -> bool:
    """Whether Azure refused a value of the document, or somebody was faster: the same document cannot end otherwise.

    Elsewhere it can: quota is raised, roles are given, rooms become free, without the document changing.
    """
    error = submission.error or {}
    return bool(error.get("overtaken")) or any(
        _blames_document(each) for each in [error, *error.get("parts", [])]
    )


def _blames_document(error: Mapping[str, Any]) -> bool:
    path = _field_path(error)
    form = error.get("cause", "form") == "form"
    return bool(path) and path[0] != contents.TARGET and form and not error.get("retryable")


def _field_path(error: Mapping[str, Any]) -> paths.Path:
    try:
        return paths.parse(error.get("path", ""))
    except PathError:
        return ()


def _about(submission: Submission, error: Mapping[str, Any]) -> dict[str, Any]:
    """The error with the name of its field, and the field's address for whoever may edit it."""
    path = _field_path(error)
    version = submission.revision.api_version
    editable = path and submission.draft.discarded is None
    return {
        **error,
        "url": addresses.field_url(submission.draft.code, path, version) if editable else "",
        "label": contents.label(path, version) if path else "",
    }


def _readable(raw: str) -> str:
    """An answer with line breaks where it is JSON."""
    try:
        return json.dumps(cleaning.kept(json.loads(raw, strict=False)), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return raw


@never_cache
@require_safe
def instances(request: HttpRequest, code: str) -> HttpResponse:
    """How many instances run the latest model, asked for in the name of whoever looks; alone when htmx asks."""
    submission = _find(request, code)
    context: dict[str, Any] = {"submission": submission, "draft": submission.draft}
    if submission.state == State.SUCCEEDED:
        asked = outcome_page.following(cast(User, request.user), submission)
        context["asked"] = asked
        if asked.known:
            context["upgrade"] = outcome_page.upgrade(submission, asked.value)
    partial = request.headers.get("HX-Request") == "true"
    name = "submissions/instances_part.html" if partial else "submissions/instances.html"
    return render(request, name, context)


@require_POST
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """Goes on after a sign-in."""
    return _acted(request, code, actions.resume)


@require_safe
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The whole of Azure's answer to a submission that did not end well, as a file."""
    submission = _find(request, code)
    error = submission.error or {}
    text = str(error.get("azure", {}).get("raw", ""))
    if error.get("length"):
        kept = WholeAnswer.objects.filter(submission=submission).first()
        text = text if kept is None else kept.text
    if not text:
        raise Http404("There is no answer of Azure's to this submission.")
    file = HttpResponse(text, content_type="text/plain; charset=utf-8")
    file["Content-Disposition"] = f'attachment; filename="answer-{submission.code}.txt"'
    return file


@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Ends it, or stops following it."""
    return _acted(request, code, actions.stop)


@require_POST
def check_now(request: HttpRequest, code: str) -> HttpResponse:
    """Asks Azure now."""
    return _acted(request, code, actions.check_now)


def _acted(request: HttpRequest, code: str, act: Callable[[User, Submission], object]) -> HttpResponse:
    """Back to the submission after an act on it, with the reason where it was refused."""
    submission = _find(request, code)
    try:
        act(cast(User, request.user), submission)
    except actions.SubmissionRefused as refused:
        messages.info(request, str(refused))
    return redirect("submission-detail", code)
