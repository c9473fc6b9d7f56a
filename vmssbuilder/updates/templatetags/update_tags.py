"""What pages of drafts and reviews show of a request: what is sent, and the way to what an update will do."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.updates import board, live, payload, planning, reading

register = template.Library()


@register.inclusion_tag("updates/line.html")
def update_line(draft: Draft) -> dict[str, Any]:
    """The link to what the update will do; nothing for a draft that creates."""
    return {"draft": draft}


@register.inclusion_tag("updates/sent.html", takes_context=True)
def what_is_sent(context: RequestContext, source: Draft | Revision) -> dict[str, Any]:
    """The request line, the body, and of an update each value before and after.

    Before is as the scale set was when the draft was opened from it. Changes alone were opened from nothing, so Azure is
    asked what there is, in the name of whoever looks.
    """
    if source.operation != "update":
        return {"source": source, "board": None, "request": payload.shown(source), "gone": False}
    asked = _asked(context.get("user"), source)
    found = asked.value if asked is not None and asked.known else None
    gone = asked is not None and asked.known and found is None
    done = board.of(source, found)
    return {"source": source, "board": done, "request": done.request, "gone": gone}


def _asked(user: Any, source: Draft | Revision) -> Lookup | None:
    """What Azure has, None where nobody needs to ask."""
    if planning.snapshot_of(source) is not None or not isinstance(user, User):
        return None
    address = live.address_of(source.target)
    return reading.read(user, address, source.api_version) if address is not None else None
