"""The page of who stands in for whom."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vmssbuilder.accounts.models import User
from vmssbuilder.reviews.models import Delegation

from . import actions, queries
from .forms import DelegationForm

_LARGEST_ID = 2**63 - 1


@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """Who stands in for the person and for whom they do, and the form that names somebody."""
    user = cast(User, request.user)
    if not user.is_reviewer:
        raise PermissionDenied(
            "Only reviewers are asked for reviews, so that only they name somebody who stands in."
        )
    if request.method != "POST":
        return _page(request, user)
    form = DelegationForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, user, form, status=422)
    to, (first, last) = form.cleaned_data["who"], form.days
    try:
        actions.delegate(user, to, first, last)
    except actions.DelegationRefused as refused:
        form.add_error(refused.field, refused.message)
        return _page(request, user, form, status=422)
    messages.success(request, f"{to} stands in for you from {first:%-d %B} to {last:%-d %B %Y}.")
    return redirect("review-away")


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """One of the two people, or an administrator, ends it."""
    found = None
    if number <= _LARGEST_ID:
        found = Delegation.objects.select_related("person", "delegate").filter(pk=number).first()
    if found is None:
        raise Http404("There is nobody who stands in.")
    user = cast(User, request.user)
    try:
        actions.end(user, found)
    except actions.DelegationRefused as refused:
        messages.info(request, refused.message)
    else:
        messages.success(request, f"{found.delegate} does not stand in for {found.person} any more.")
    return redirect("review-away" if user.is_reviewer else "home")


def _page(
    request: HttpRequest, user: User, form: DelegationForm | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "delegations": queries.shown_to(user),
        "form": form or DelegationForm(user=user),
        "errors": form.problems() if form is not None else [],
    }
    return render(request, "reviews/away.html", context, status=status)
