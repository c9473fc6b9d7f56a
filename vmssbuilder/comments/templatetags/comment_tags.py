"""Comments on other pages of a draft: its open threads, or those about one place."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.template.context import RequestContext

from vmssbuilder.accounts.models import User
from vmssbuilder.comments import queries
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths

register = template.Library()

SHOWN: Final = 5
"""Threads on a page about something else; the page of comments has the others."""


@register.inclusion_tag("comments/section.html", takes_context=True)
def comment_threads(context: RequestContext, draft: Draft, path: str = "") -> dict[str, Any]:
    """The open threads of a draft, newest words first, with what can be done there; and the way to all of them.

    path: the text of a place, for the threads on it and on what lies below it. Asks nothing for a draft without threads
    but what the person may do.
    """
    user = context["user"]
    assert isinstance(user, User)
    allowed = access.acting(user, draft)
    found: list[queries.ShownThread] = []
    count = 0
    if draft.threads:
        threads = queries.about(draft, paths.parse(path)).filter(is_open=True)
        page, found = queries.shown(user, draft, threads, allowed, size=SHOWN)
        count = page.paginator.count
    return {
        "draft": draft,
        "user": user,
        "path": path,
        "threads": found,
        "count": count,
        "may_comment": allowed >= Access.COMMENT,
        "may_edit": allowed >= Access.EDIT,
        "csrf_token": context.get("csrf_token"),
    }
