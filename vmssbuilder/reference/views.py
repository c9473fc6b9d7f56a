"""Pages of the reference: what every property is, generated from the catalogue."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from vmssbuilder.drafts.setting_search import index
from vmssbuilder.drafts.steps import BY_NAME, STEPS
from vmssbuilder.installation import own_cloud
from vmssbuilder.scaleset import API_VERSIONS, json_schema
from vmssbuilder.scaleset.properties import Choice, Node
from vmssbuilder.web.forms import SearchForm
from vmssbuilder.web.middleware import parts_of
from vmssbuilder.web.problems import problem

from .forms import ReferenceSearch

PAGE_SIZE: Final = 50
LONGEST_QUERY: Final = SearchForm.LONGEST


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The start of the reference, or what a search found."""
    form = ReferenceSearch(request.GET)
    chosen = form.asked()
    for name in ("version", "since"):
        if chosen[name] and chosen[name] not in API_VERSIONS:
            raise Http404(
                f"“{chosen[name]}” is not an API version with scale sets. Choose one from the list."
            )
    if chosen["step"] and chosen["step"] not in BY_NAME:
        raise Http404(f"The form has no step “{chosen['step']}”.")
    context: dict[str, Any] = {
        "chosen": chosen,
        "form": form,
        "step": BY_NAME.get(chosen["step"]),
    }
    if not any(chosen.values()):
        return render(request, "reference/start.html", context | _overview())
    found = index.search(
        chosen["q"],
        version=chosen["version"] or None,
        since=chosen["since"] or None,
        step=chosen["step"] or None,
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in chosen.items() if value})
    context |= {
        "page": page,
        "query": f"{query}&",
        "elsewhere": index.elsewhere(chosen["q"]),
        "close": index.close_to(chosen["q"]) if chosen["q"] and not found else [],
    }
    return render(request, "reference/results.html", context)


@cache
def _overview() -> dict[str, Any]:
    """What the start page counts. It never changes while the process lives."""
    entries = index.entries()
    return {
        "total": len(entries),
        "by_step": [(step, sum(entry.step == step for entry in entries)) for step in STEPS],
        "by_version": [
            (
                version,
                sum(entry.exists(version) for entry in entries),
                sum(index.is_new(entry, version) for entry in entries),
            )
            for version in reversed(API_VERSIONS)
        ],
    }


@require_safe
def entry(request: HttpRequest, place: str) -> HttpResponse:
    """One property."""
    found = index.find(place)
    if found is None:
        searched = f"{reverse('reference')}?{urlencode({'q': place[:LONGEST_QUERY]})}"
        return problem(
            request,
            404,
            "No such property",
            f"No API version has a property “{place[:LONGEST_QUERY]}”.",
            links=[(searched, "Search for it"), (reverse("reference"), "All properties")],
        )
    if found.place != place:
        return redirect("reference-property", found.place)
    context = {
        "entry": found,
        "above": index.above(found),
        "members": index.members(found),
        "worded": index.worded(found),
        "declarations": [_declaration(node) for node in found.nodes],
        "edit": _edit(request, found),
    }
    return render(request, "reference/property.html", context)


_DRAFT: Final = re.compile(r"/drafts/([a-z0-9]{10})/")


def _edit(request: HttpRequest, entry: index.SettingEntry) -> str:
    """The address that edits the property in the draft that the reader comes from, "" when they come from elsewhere."""
    came = parts_of(request.headers.get("Referer", ""))
    draft = _DRAFT.match(came.path)
    if draft is None or came.netloc != request.get_host() or entry.read_only:
        return ""
    return f"/drafts/{draft[1]}/find/?{urlencode({'place': entry.place})}"


def _declaration(node: Node) -> dict[str, Any]:
    prop = node.property
    return {
        "node": node,
        "span": index.span(node.since, node.until),
        "type": index.type_of(node),
        "required": _required(node),
        "limits": index.limits_of(prop),
        "example": own_cloud().in_its_words(prop.example),
        "kind": index.kind_in_words(prop.kind),
        "item": node.item.property if node.item is not None else None,
        "update": _update(node),
        "suggestions": ", ".join(getattr(prop, "suggestions", ())),
        "values": [
            (value, index.value_span(node, value), value.help_in(node.api_version)) for value in prop.values
        ]
        if isinstance(prop, Choice)
        else [],
    }


def _required(node: Node) -> str:
    if not node.property.required:
        return "No"
    holder = node.parent
    if holder is None or holder.parent is None:
        return "Yes"
    return (
        "Yes, in each item"
        if holder.parent.item is holder
        else f"Yes, where {holder.property.wire} is present"
    )


def _update(node: Node) -> str:
    limit = index.limit_of(node)
    return "An update can change it." if limit is None else limit.why


@require_safe
def schema(request: HttpRequest, api_version: str) -> HttpResponse:
    """The JSON Schema of one API version, for editors that complete and check as people type."""
    if api_version not in API_VERSIONS:
        raise Http404(
            f"“{api_version}” is not an API version with scale sets. Choose one from the reference."
        )
    name = f"virtualMachineScaleSet-{api_version}.schema.json"
    text = json.dumps(json_schema(api_version), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(
        text,
        content_type="application/schema+json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
