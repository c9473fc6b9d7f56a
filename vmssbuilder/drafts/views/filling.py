"""The task list, the steps and the items of lists."""

from __future__ import annotations

from typing import Any, Final, cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, addresses, commenting, noting, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import ReadingNotes
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, PathError

from .form import Form, draw, unset
from .frame import frame
from .pane import pane
from .saving import save

NOTES_A_PAGE: Final = 100


@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """The task list of a draft."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    allowed = access.access(user, draft)
    editable = allowed >= Access.EDIT
    notes = noting.of_draft(draft, editable=editable)
    context = frame(draft, editable=editable) | pane(request, draft, linked=editable)
    context["open_threads"] = sum(commenting.marks(draft).values())
    context |= {"owns": allowed == Access.OWN, "notes": notes, "noted": sum(group.count for group in notes)}
    return render(request, "drafts/overview.html", context)


@require_safe
def notes(request: HttpRequest, code: str) -> HttpResponse:
    """What was made of the text that a draft was started from: the first few of each kind, or all of one kind."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    editable = access.access(user, draft) >= Access.EDIT
    context: dict[str, Any] = {"draft": draft}
    if "kind" in request.GET:
        row = ReadingNotes.objects.filter(draft=draft, kind=request.GET["kind"]).first()
        if row is None:
            raise Http404("There are no such notes.")
        page = Paginator(row.first + row.rest, NOTES_A_PAGE).get_page(request.GET.get("page"))
        context |= {
            "one": [noting.group(row.kind, row.count, noting.shown(draft, page, editable=editable))],
            "page": page,
            "query": f"kind={row.kind}&",
            "kept": noting.MOST_KEPT,
            "beyond": row.count > noting.MOST_KEPT,
        }
    else:
        context["groups"] = noting.of_draft(draft, editable=editable)
    return render(request, "drafts/notes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """One step of the form."""
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    if step in steps.FORMER:
        return _moved(request, f"/drafts/{code}/{steps.FORMER[step]}/")
    if step not in steps.BY_NAME:
        raise Http404("There is no such step.")
    chosen = steps.BY_NAME[step]
    return _form(request, Form(draft, chosen, (), steps.step_layout(chosen, draft.api_version)))


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, code: str, step: str, item: str) -> HttpResponse:
    """One item of a list: a network interface, a data disk, an extension."""
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    try:
        place = paths.from_url(item)
    except PathError as error:
        raise Http404(str(error)) from None
    node = contents.node_at(place, draft.api_version)
    known = step in steps.BY_NAME or step in steps.FORMER
    if not known or node is None or steps.item_page(place, draft.api_version) != place:
        raise Http404("There is no such page in this draft.")
    if steps.owner(place).name != step:
        return _moved(request, addresses.page_url(code, place, draft.api_version))
    value = paths.get(draft.document, place)
    if request.method != "POST" and value is not MISSING and not isinstance(value, dict):
        # What is not an object has no fields; as JSON it can be seen and mended.
        return redirect(reverse("draft-json", args=[code]) + "#text")
    if request.method != "POST" and value is MISSING:
        raise Http404("This item is not there any more. It may have been removed.")
    return _form(
        request, Form(draft, steps.BY_NAME[step], place, steps.item_layout(node.pattern, draft.api_version))
    )


def _moved(request: HttpRequest, url: str) -> HttpResponse:
    """On to where the fields of an address are now; what a form sends goes along."""
    query = request.GET.urlencode()
    return redirect(f"{url}?{query}" if query else url, preserve_request=request.method == "POST")


def _form(request: HttpRequest, form: Form) -> HttpResponse:
    if request.method == "POST":
        return save(request, form)
    if request.GET.get("part") == "unset":
        try:
            return unset(request, form)
        except actions.StaleRevision as error:
            raise Http404(str(error)) from None
    return draw(request, form, shown=bool(request.GET.get("findings")))
