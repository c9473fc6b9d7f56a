"""The bar on every page of a draft: where it stands, and the one next act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.status import queries
from vmssbuilder.status.standing import STAGES, Act, Standing, standing
from vmssbuilder.submissions.queries import act as act_in_words
from vmssbuilder.web.rendering import drawn

register = template.Library()


@dataclass(frozen=True, slots=True)
class Button:
    """The next act on a page. posts: whether it acts by itself; else it leads to where that is done. about: what it does."""

    words: str
    url: str
    posts: bool = False
    about: str = ""


@register.simple_tag
def known_standing(draft: Draft) -> queries.KnownStanding:
    """What the bar has read of the draft, as `stands`: other tags of the page ask for nothing that is not there."""
    return queries.known(draft)


@register.simple_tag(takes_context=True)
def status_bar(context: RequestContext, draft: Draft | None, *, linked: bool = True) -> str:
    """The bar; nothing where there is no draft. linked: whether its name leads to it."""
    user = context.get("user")
    # Template variables that are not there are empty.
    if not draft or not isinstance(user, User):
        return ""
    stands = queries.of(draft, user)
    request = context.get("request")
    path = request.path if request is not None else ""
    shown = {
        "draft": draft,
        "linked": linked,
        "standing": stands,
        "stages": STAGES,
        "button": button(draft, stands, path, owns=draft.owner_id == user.pk) if linked else None,
        "csrf_token": context.get("csrf_token"),
        "out_of_band": context.get("out_of_band", False),
    }
    return drawn("forms/bar.html", shown)


@register.inclusion_tag("submissions/panel.html", takes_context=True)
def send_panel(context: RequestContext, draft: Draft) -> dict[str, Any]:
    """The button that sends an approved draft to Azure; its words name the act."""
    user = context["user"]
    assert isinstance(user, User)
    facts = queries.facts(draft, user)
    approved = standing(facts).name == "approved" and facts.role == "owner"
    return {
        "draft": draft,
        "ready": approved,
        "local": facts.local,
        "act": act_in_words(draft) if approved else "",
        "csrf_token": context.get("csrf_token"),
    }


def button(draft: Draft, stands: Standing, path: str, *, owns: bool) -> Button | None:
    """The act as a button or link of the page with this address; None where there is none, or it is done right here."""
    act = stands.act
    check = reverse("draft-check", args=[draft.code])
    if act is Act.CHECK and path == check:
        act = Act.ASK_FOR_REVIEW if owns else None
    if act is None:
        return None
    if act is Act.SEND:
        return Button(act.value, reverse("submission-create", args=[draft.code]), True, act_in_words(draft))
    row = queries.known(draft)
    if act is Act.REVIEW:
        return _elsewhere(act, reverse("review-detail", args=[row.review]), path, "#decision")
    if act in _ON_CHECK:
        return _elsewhere(act, check, path, _ON_CHECK[act])
    assert row.submission is not None
    detail = reverse("submission-detail", args=[row.submission])
    if act is Act.SIGN_IN:
        return Button(act.value, f"{reverse('sign-in-start')}?{urlencode({'next': detail})}")
    if act is Act.READ_RESULT and path == detail and owns:
        address = urlencode({"id": draft.target.resource_id, "api_version": draft.api_version})
        return Button(Act.CHANGE.value, f"{reverse('update-open')}?{address}")
    return None if path == detail else Button(act.value, detail)


_ON_CHECK = {
    Act.CHECK: "",
    Act.FIX: "#findings",
    Act.READ_AZURE: "#azure",
    Act.ASK_FOR_REVIEW: "#review-title",
    Act.READ_REASON: "#reason",
}


def _elsewhere(act: Act, url: str, path: str, anchor: str) -> Button | None:
    """The way to a place on a page; on this page itself, the place alone."""
    return Button(act.value, anchor if path == url else f"{url}{anchor}")
