"""Find a setting: the search of a draft, the choice among several fields, and the version that a setting needs."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, destinations, switching
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms.searching import SettingSearch
from vmssbuilder.drafts.forms.switching import SettingSwitch
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.setting_search.index import SettingEntry, elsewhere
from vmssbuilder.scaleset import paths

from .frame import frame

LONGEST_QUERY: Final = SettingSearch.LONGEST


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, code: str) -> HttpResponse:
    """What a search found; with a place, the way to its field; on POST, the switch of version that it needs."""
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    if request.method == "POST":
        return _switched(request, draft)
    if request.GET.get("place"):
        return _to(request, draft, _setting(request.GET["place"]))
    form = SettingSearch(request.GET)
    query = form.asked()["q"]
    context: dict[str, Any] = {
        "draft": draft,
        "form": form,
        "query": query,
        "found": destinations.search(draft, query),
        "elsewhere": elsewhere(query),
    }
    if request.GET.get("part") == "list":
        return render(request, "drafts/find_options.html", context)
    return render(request, "drafts/find.html", context)


def _setting(place: str) -> SettingEntry:
    found = destinations.setting(place[:LONGEST_QUERY])
    if found is None:
        raise Http404("There is no such setting. Search for it by what it does.")
    return found


def _to(request: HttpRequest, draft: Draft, entry: SettingEntry) -> HttpResponse:
    """On to the field where there is one; else the choice, or what stands in the way."""
    spots = destinations.destinations(draft, entry)
    if len(spots) == 1:
        return redirect(spots[0].url)
    if spots:
        return render(
            request, "drafts/find_among.html", {"draft": draft, "entry": entry, "destinations": spots}
        )
    version = destinations.version_for(entry, draft.api_version)
    context = frame(draft) | {
        "switch": switching.to(draft, version),
        "why": f"{entry.title}: {destinations.needs(entry, draft.api_version)}.",
        "act": f"/drafts/{draft.code}/find/",
        "stay": f"/drafts/{draft.code}/find/?q={entry.wire}",
        "form": SettingSwitch(initial={"switch": version, "place": entry.place, "base": draft.head}),
    }
    return render(request, "drafts/switch.html", context)


def _switched(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Another API version, chosen for the sake of a setting; then on to its field."""
    form = SettingSwitch(request.POST)
    form.full_clean()
    asked = form.cleaned_data
    entry, version = _setting(asked.get("place", "")), asked.get("switch")
    if version == destinations.version_for(entry, draft.api_version):
        before = paths.get(contents.of(draft), switching.API_VERSION)
        changes = [
            Changed(switching.API_VERSION, before, version),
            *switching.to(draft, version).changes(draft.document),
        ]
        try:
            actions.save(cast(User, request.user), draft, asked["base"] or 0, changes)
        except (actions.StaleRevision, actions.EditConflict):
            messages.warning(request, "The draft was changed since you opened the page. Look at it again.")
        else:
            messages.success(request, f"Switched to API version {version}.")
    return redirect(f"/drafts/{draft.code}/find/?place={entry.place}")
