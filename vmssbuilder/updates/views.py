"""Pages of updates: opening a live scale set as a draft, and what sending the draft would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import ScaleSetAddress
from vmssbuilder.azure.pickers import PICKERS, SCALE_SETS, SuggestionMatches, Where
from vmssbuilder.drafts import access, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.actions import EditConflict
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.views.frame import frame
from vmssbuilder.drafts.views.pane import pane
from vmssbuilder.pickers import fetching as lists
from vmssbuilder.pickers import words
from vmssbuilder.scaleset import API_VERSIONS, paths
from vmssbuilder.scaleset.paths import Path, PathError
from vmssbuilder.scaleset.versions import DEFAULT

from . import actions, asking, board, live, planning, reading
from .forms import OpenForm, ScaleSetSearch, SettleForm
from .live import Live

LISTS_WAIT: Final = 1.0


# --- opening what runs -----------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_live(request: HttpRequest) -> HttpResponse:
    """Open a scale set that runs as a draft: chosen from a list, or by its resource id."""
    if request.method != "POST":
        return _look(request)
    form = OpenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    user, address = cast(User, request.user), form.cleaned_data["address"]
    within = asking.USABLE if request.POST.get("looked") else asking.FRESH
    asked = reading.read(user, address, form.cleaned_data["api_version"], within=within)
    if asked.loading:
        # Without a script too, the way on must not be to send the form again and again.
        return redirect(_here(form, ScaleSetSearch(request.POST), address.resource_id))
    if asked.trouble is not None:
        return _page(request, form, asked=asked, status=409)
    if asked.value is None:
        form.add_error("id", _nothing(address))
        return _page(request, form, status=422)
    try:
        draft = actions.open_live(user, asked.value)
    except actions.UpdateRefused as refused:
        form.add_error("id", str(refused))
        return _page(request, form, status=422)
    message = f"{draft} was read from Azure. Change what you like: only what you change is sent."
    messages.success(request, message)
    return redirect("draft", draft.code)


def _nothing(address: ScaleSetAddress) -> str:
    return f"There is no scale set “{address.name}” in the resource group “{address.resource_group}”, or you may not see it."


def _look(request: HttpRequest) -> HttpResponse:
    """The page, with the scale set that its address names if there is one."""
    sent = request.GET.copy()
    if sent.get("api_version") not in API_VERSIONS:
        sent["api_version"] = DEFAULT
    if not sent.get("id"):
        chosen = {"api_version": sent["api_version"], "value": sent.getlist("value")}
        return _page(request, OpenForm(initial=chosen))
    form = OpenForm(sent)
    if not form.is_valid():
        return _page(request, form)
    address = form.cleaned_data["address"]
    asked = reading.read(
        cast(User, request.user), address, form.cleaned_data["api_version"], within=asking.USABLE
    )
    if asked.known and asked.value is None:
        form.add_error("id", _nothing(address))
    return _page(request, form, asked=asked)


def _here(form: OpenForm, search: ScaleSetSearch, resource_id: str = "") -> str:
    """The address of the page with what its forms hold."""
    asked = search.asked() | {
        "api_version": form["api_version"].value(),
        "id": resource_id or form["id"].value(),
    }
    return f"{reverse('update-open')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _page(
    request: HttpRequest, form: OpenForm, *, asked: Lookup | None = None, status: int = 200
) -> HttpResponse:
    sent = (request.POST if request.method == "POST" else request.GET).copy()
    sent["api_version"] = form["api_version"].value() or DEFAULT
    search = ScaleSetSearch(sent)
    context = {
        "form": form,
        "search": search,
        "errors": form.problems(),
        "asked": asked,
        "here": _here(form, search),
        **_lists(cast(User, request.user), form, search, fresh=bool(request.GET.get("fresh"))),
    }
    return render(request, "updates/open.html", context, status=status)


def _lists(user: User, form: OpenForm, search: ScaleSetSearch, *, fresh: bool) -> dict[str, Any]:
    """The subscriptions, and the scale sets of the one that was chosen. fresh: Azure is asked, whatever is known."""
    words_sought, nowhere = search.asked(), Where()
    where = Where(subscription=words_sought["subscription"])
    everything = lists.fetch_list(user, PICKERS["subscription"], nowhere, wait=LISTS_WAIT)
    kept = everything.value
    if kept:
        search.offer(kept.index.search("", nowhere, PICKERS["subscription"]).suggestions)
    if not where.subscription:
        form.offer(())
        return {"lists_trouble": everything.trouble}
    listed = lists.fetch_list(user, SCALE_SETS, where, wait=LISTS_WAIT, fresh=fresh)
    shown = {"listed": listed, "lists_trouble": listed.trouble or everything.trouble}
    found = (
        listed.value.index.search(words_sought["q"], where, SCALE_SETS)
        if listed.value
        else SuggestionMatches((), 0)
    )
    form.offer(found.suggestions)
    if listed.value is None:
        return shown
    return shown | {
        "count": words.how_many(found, SCALE_SETS.one if found.total == 1 else SCALE_SETS.plural),
        "age": words.age_in_words(listed.value.age),
        "offered": bool(found.suggestions),
    }


# --- what this will do -----------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: HttpRequest, code: str) -> HttpResponse:
    """What sending the draft would do to the scale set as it is now. A POST puts a value back, or settles what clashes."""
    user = cast(User, request.user)
    if request.method == "POST":
        draft = access.find(user, code, Access.EDIT)
        return _act(request, user, draft)
    draft = access.find(user, code, Access.VIEW)
    return _changes(request, user, draft)


_PLACE_ACTS: Final[dict[str, tuple[Callable[[User, Draft, Path], Draft], str]]] = {
    "back": (actions.put_back, "as it was when the draft was opened"),
    "drop": (actions.leave_out, "left out now"),
}
"""What a button does to a place, and what is said afterwards."""


def _act(request: HttpRequest, user: User, draft: Draft) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "settle":
        return _settle(request, user, draft)
    if act == "again":
        _forget(user, draft)
        return redirect("update-changes", draft.code)
    verb, _, written = act.partition(":")
    try:
        path = paths.parse(written)
        if verb not in _PLACE_ACTS or not path:
            messages.error(request, "That button does nothing here. Nothing was changed.")
            return redirect("update-changes", draft.code)
        change, done = _PLACE_ACTS[verb]
        change(user, draft, path)
    except PathError:
        messages.error(request, "That place is no path of a request. Nothing was changed.")
    except actions.UpdateRefused as refused:
        messages.error(request, str(refused))
    except EditConflict:
        messages.error(request, "The draft was changed meanwhile. Look again, then choose.")
    else:
        messages.success(request, f"{contents.label(path, draft.api_version)} is {done}.")
    return redirect("update-changes", draft.code)


def _forget(user: User, draft: Draft) -> None:
    address = live.address_of(draft.target)
    if address is not None:
        reading.forget(user, address, draft.api_version)


def _settle(request: HttpRequest, user: User, draft: Draft) -> HttpResponse:
    """Takes over what changed in Azure, with the person's choice where both changed the same."""
    at, address = planning.snapshot_of(draft), live.address_of(draft.target)
    if at is None or address is None:
        messages.error(request, "There is nothing to settle: the draft was not opened from a scale set.")
        return redirect("update-changes", draft.code)
    asked = reading.read(user, address, draft.api_version, within=asking.USABLE)
    seen = request.POST.get("seen", "")
    if asked.known and asked.value is not None and planning.digest(asked.value.document) != seen:
        # Each process keeps what it read: the page may have come from one that read it later than this one.
        reading.forget(user, address, draft.api_version)
        asked = reading.read(user, address, draft.api_version)
    if not asked.known or asked.value is None:
        messages.error(
            request, "Azure did not answer in time. Your choice was not saved: choose again in a moment."
        )
        return redirect("update-changes", draft.code)
    now: Live = asked.value
    intended = planning.intended_change(draft, at)
    clashes = planning.rebase(intended, now.document).clashes
    form = SettleForm([board.three(clash, draft.api_version) for clash in clashes], request.POST)
    settled = form.is_valid()
    if seen != planning.digest(now.document) or request.POST.get("base") != str(draft.head):
        message = (
            "The scale set or the draft was changed again meanwhile. Look at what is there now, and choose."
        )
        messages.error(request, message)
        return redirect("update-changes", draft.code)
    document = planning.settle(intended, now.document, form.sides()) if settled else None
    if document is None:
        return _changes(request, user, draft, form)
    try:
        actions.compare_anew(user, draft, draft.head, now, document)
    except EditConflict:
        messages.error(request, "The draft was changed meanwhile. Look again, then choose.")
        return redirect("update-changes", draft.code)
    messages.success(
        request, "The draft is compared with what Azure has now. Have it reviewed again before it is sent."
    )
    return redirect("update-changes", draft.code)


def _changes(
    request: HttpRequest,
    user: User,
    draft: Draft,
    form: SettleForm | None = None,
) -> HttpResponse:
    """form: what was chosen, and refused."""
    editable = access.acting(user, draft) >= Access.EDIT
    address = live.address_of(draft.target)
    asked = (
        reading.read(user, address, draft.api_version)
        if address is not None and draft.operation == "update"
        else None
    )
    gone = asked is not None and asked.known and asked.value is None
    shown = board.of(draft, asked.value if asked is not None and asked.known else None, gone=gone)
    context: dict[str, Any] = {
        "draft": draft,
        "editable": editable,
        "address": address,
        "asked": asked,
        "gone": gone,
        "board": shown,
        "form": form or SettleForm(shown.clashes, initial={"seen": shown.seen, "base": draft.head}),
        "errors": form.problems() if form else (),
        "basics": f"/drafts/{draft.code}/{steps.STEPS[0].name}/",
    }
    partial_page = request.headers.get("HX-Request") == "true"
    if partial_page and asked is not None and asked.loading:
        return HttpResponse(status=204)
    if partial_page:
        return render(request, "updates/board.html", context)
    whole = {**frame(draft, editable=editable), **pane(request, draft, linked=editable), **context}
    return render(request, "updates/changes.html", whole, status=422 if form else 200)
