"""What a request costs, on any page of it: one line, or all of it. Neither waits for the price list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from vmssbuilder.costs.estimating import cost_of, difference
from vmssbuilder.drafts.models import Draft, Revision

register = template.Library()


def context_of(source: Draft | Revision, *, within: float = 0.0) -> dict[str, Any]:
    """The context of the templates in `costs/`."""
    code, number = (source.code, None) if isinstance(source, Draft) else (source.draft.code, source.number)
    return {"cost": cost_of(source, within=within), "code": code, "revision": number}


@register.inclusion_tag("costs/line.html")
def estimate_line(source: Draft | Revision) -> dict[str, Any]:
    """“0.29 USD an hour, 211.70 USD a month”, with the way to how it adds up."""
    return context_of(source)


@register.inclusion_tag("costs/estimate.html")
def estimate(source: Draft | Revision) -> dict[str, Any]:
    """Each part with what it costs, the sums, what they assume and what they leave out."""
    return context_of(source)


@register.inclusion_tag("costs/short.html")
def estimate_short(revision: Revision, since: Revision | None = None) -> dict[str, Any]:
    """The sums, with what changed by an update and since an earlier revision."""
    shown = context_of(revision)
    change = difference(cost_of(since).after, shown["cost"].after) if since else None
    return shown | {"since": since, "change": change}


@register.filter
def money(amount: Decimal | None) -> str:
    """“1,204.50”; an amount for an hour has four places, as it is reckoned with."""
    return "" if amount is None else f"{amount:,}"


@register.filter
def more(amount: Decimal) -> str:
    """“+12.00”; an amount below nothing has a minus sign that is read as one."""
    return f"+{amount:,}" if amount > 0 else f"\N{MINUS SIGN}{-amount:,}" if amount < 0 else f"{amount:,}"
