"""The start page."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.web.header import count_in_header

from . import queries


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs me."""
    context = queries.what_needs(cast(User, request.user), request.GET)
    count_in_header(request, home=len(context["needs"]), reviews=len(context["asked"] + context["reviews"]))
    return render(request, "home/home.html", context)
