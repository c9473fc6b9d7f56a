"""Starting a draft from a starter: its questions, with what Azure tells filled in, and the draft that comes of the answers."""

from __future__ import annotations

from typing import Final, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, addresses, starters, vault
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.forms.starters import AnswersForm, known
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.starters import Starter
from vmssbuilder.scaleset.findings import errors

LOOK_WAITS: Final = 1.0
"""Seconds to wait for Azure, for all its lists together, when a person, or the page's script, asks for what follows from the answers."""
FIRST_WAITS: Final = 0.3
"""The same when the page is opened."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def start(request: HttpRequest, name: str) -> HttpResponse:
    """The questions of a starter. With `look`, the answers that follow from others are filled in and nothing is made."""
    user, starter = cast(User, request.user), starters.find(name)
    if starter is None:
        raise Http404("There is no such starter.")
    if request.method != "POST":
        return _page(request, AnswersForm(starter, initial=known(user, starter, {}, FIRST_WAITS)))
    held = vault.carried_back(user, request.POST.get("kept", ""))
    if "look" in request.POST:
        return _look(request, user, starter)
    form = AnswersForm(starter, request.POST, held=held)
    if not form.is_valid():
        return _page(request, form, status=422)
    return redirect(next_page(actions.create(user, form.request(), f"starter {starter.name}")))


def _look(request: HttpRequest, user: User, starter: Starter) -> HttpResponse:
    """What follows from the answers: as JSON for the script, else the page with it filled in."""
    sent = request.POST.copy()
    answers = {each.name: sent.get(each.name, "").strip() for each in starter.questions}
    found = known(user, starter, answers, LOOK_WAITS)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"known": found})
    held = vault.carried_back(user, sent.get("kept", ""))
    held |= {
        each.name: answers[each.name]
        for each in starter.questions
        if each.node.property.secret and answers[each.name]
    }
    form = AnswersForm(starter, initial={**sent.dict(), **found}, held=held)
    return _page(request, form)


def _page(request: HttpRequest, form: AnswersForm, *, status: int = 200) -> HttpResponse:
    context = {
        "starter": form.starter,
        "form": form,
        "kept": vault.carried(cast(User, request.user), form.keep()),
        "errors": form.problems() if form.is_bound else [],
    }
    return render(request, "drafts/starter.html", context, status=status)


def next_page(draft: Draft) -> str:
    """The address of a draft's next act: the field of the first error, or the check where there is none."""
    wrong = errors(check_content(draft))
    if wrong:
        return addresses.field_url(draft.code, wrong[0].path, draft.api_version)
    return f"/drafts/{draft.code}/check/"
