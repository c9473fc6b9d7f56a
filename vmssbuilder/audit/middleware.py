"""What of a request belongs into the log beside its act: where it came from, reading by administrators, refusals."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from vmssbuilder.web.client_address import client_address

from . import actions, origin

logger = logging.getLogger(__name__)


class Recorded:
    """Says where each event came from, and records what was noted (`origin`) when the request is over and rolled back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        noted = origin.Origin(str(client_address(request) or ""))
        before = origin.current.set(noted)
        try:
            response = self.get_response(request)
            if noted.refused or noted.read:
                try:
                    _record(request, response, noted)
                except DatabaseError:
                    # Nobody gets to a draft without a database; the page that says no is answered all the same.
                    logger.exception("What was refused or read could not be recorded.")
            return response
        finally:
            origin.current.reset(before)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Django's hook: what a person is not allowed to do, whoever said so. The error goes on its way."""
        if isinstance(error, PermissionDenied) and (match := request.resolver_match) is not None:
            code = match.kwargs.get("code")
            noted = origin.current.get()
            # Whoever said no has named the draft, if it is about one.
            if noted is not None and not noted.refused:
                noted.refused.add(code if isinstance(code, str) else match.view_name[:80])


def _record(request: HttpRequest, response: HttpResponse, noted: origin.Origin) -> None:
    user = request.user
    if not user.is_authenticated:
        return
    route = request.resolver_match.view_name if request.resolver_match is not None else ""
    if response.status_code in (403, 404):
        for about in noted.refused:
            actions.record_refused(user, "access.refused", about[:80], page=route, method=request.method)
    elif response.status_code < 400:
        for about, revision in noted.read.items():
            actions.record_once(user, "draft.read", about, revision=revision)
