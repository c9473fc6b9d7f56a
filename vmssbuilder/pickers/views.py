"""Choosing a value from what Azure has on offer: a page that needs no script, and what drops down under a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.lookups import Asked
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import AzureError, explain
from vmssbuilder.azure.errors import AlreadyExists, Forbidden
from vmssbuilder.azure.pickers import Filters, Found, Where
from vmssbuilder.azure.pickers.groups import NewGroup
from vmssbuilder.drafts import access, actions, places, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.content import LONGEST_ADDRESS
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.views.frame import frame
from vmssbuilder.pages.characters import showable_page
from vmssbuilder.pages.problems import problem
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path, PathError

from . import actions as creating
from . import asking, drawing, whereabouts
from .whereabouts import Target

PAGE_WAITS: Final = 1.5
"""Seconds that the page waits for Azure, which without a script is all there is."""
FIELD_WAITS: Final = 0.4
"""Seconds that a field's suggestions wait; the script asks again."""
LONGEST_QUERY: Final = 200
FEW: Final = 8
"""A list of no more than this is looked over without a search."""
LONGEST_VALUE: Final = 10_000

NEEDS: Final = {
    "subscription": "a subscription",
    "region": "a region",
    "publisher": "a publisher",
    "offer": "an offer",
    "sku": "a SKU",
    "type": "a type",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What is being chosen: in which draft, for which place of it, and what the draft says of the place."""

    draft: Draft
    content: dict[str, Any]
    target: Target
    where: Where

    @property
    def url(self) -> str:
        return _url(self.draft, self.target.path)

    @property
    def back(self) -> str:
        """The field itself; that of the list, for an item that is not there yet."""
        return places.field_url(self.draft.code, self.target.path, self.draft.api_version)

    @property
    def values(self) -> list[str]:
        """What the draft holds there now."""
        value = paths.get(self.content, self.target.path)
        if isinstance(value, dict | list) and self.target.several:
            names = (
                (paths.get(each, (self.target.member,)) for each in value) if self.target.member else value
            )
            return [each for each in names if isinstance(each, str)]
        return [value] if isinstance(value, str) and value else []


def _url(draft: Draft, path: Path) -> str:
    return reverse("picker", args=[draft.code, paths.to_url(path)])


def _found(request: HttpRequest, code: str, place: str) -> Choice:
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    try:
        path = paths.from_url(place)
    except PathError as error:
        raise Http404(str(error)) from None
    target = whereabouts.target(path, draft.api_version)
    content = contents.of(draft)
    if target is None or not _reachable(content, path):
        raise Http404("There is nothing to choose from at this address.")
    return Choice(draft, content, target, whereabouts.where(content, path, target.picker))


def _reachable(content: dict[str, Any], path: Path) -> bool:
    """Whether the place is there, or the next one of its list."""
    for depth, step in enumerate(path):
        if isinstance(step, int):
            items = paths.get(content, path[:depth], [])
            if not isinstance(items, list) or step > len(items):
                return False
    return True


# --- under a field ---------------------------------------------------------------------------------------------------


@require_safe
def suggest(request: HttpRequest, code: str, place: str) -> HttpResponse:
    """The best matches for what is typed in a field: a piece of HTML, in JSON because it is no page."""
    choice = _found(request, code, place)
    asked = asking.ask(cast(User, request.user), choice.target.picker, choice.where, wait=FIELD_WAITS)
    found = None
    if asked.value is not None:
        typed = request.GET.get("q", "").strip()[:LONGEST_QUERY]
        found = asked.value.shelf.search(typed, choice.where, choice.target.picker)
    missing = " and ".join(NEEDS[each] for each in asked.missing)
    html = drawing.options(asked, found, choice.target, choice.url, missing)
    shown = showable_page(html.encode()).decode()
    return JsonResponse({"html": shown}, headers={"Cache-Control": "no-store"})


# --- the page --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, code: str, place: str) -> HttpResponse:
    """The page to choose a value on."""
    choice = _found(request, code, place)
    if request.method == "POST":
        if request.POST.get("act") == "create" and choice.target.picker.kind == "resourceGroup":
            return _create_group(request, choice)
        if request.POST.get("act") == "refresh":
            asked = _ask(request, choice, fresh=True)
            return (
                redirect(f"{choice.url}?{_search(request.POST)}")
                if asked.trouble is None
                else _page(request, choice, asked)
            )
        return _use(request, choice)
    return _page(request, choice, _ask(request, choice))


def _ask(request: HttpRequest, choice: Choice, *, fresh: bool = False) -> Asked:
    return asking.ask(
        cast(User, request.user), choice.target.picker, choice.where, wait=PAGE_WAITS, fresh=fresh
    )


def _search(sent: QueryDict) -> str:
    """What was searched for, as the query of an address."""
    kept = [(name, sent.get(name, "")[:LONGEST_QUERY]) for name in ("q", "vcpus", "memory", "family", "zone")]
    kept += [("feature", each) for each in sent.getlist("feature")]
    return urlencode([(name, value) for name, value in kept if value])


def _filters(sent: QueryDict) -> Filters:
    return Filters(
        vcpus=_number(sent.get("vcpus", "")),
        memory=_number(sent.get("memory", "")),
        family=sent.get("family", "")[:LONGEST_QUERY],
        zone=sent.get("zone", "")[:LONGEST_QUERY],
        features=tuple(each for each in sent.getlist("feature") if each in drawing.FEATURE_TITLES),
    )


def _number(written: str) -> float | None:
    """A number of at least nothing; what is none asks for nothing."""
    stripped = written.strip().replace(",", ".")
    digits = stripped.replace(".", "", 1)
    return float(stripped) if digits.isascii() and digits.isdigit() and len(digits) < 8 else None


def _page(
    request: HttpRequest,
    choice: Choice,
    asked: Asked,
    *,
    status: int = 200,
    error: str = "",
    error_at: str = "typed",
    typed: str | None = None,
) -> HttpResponse:
    target, draft = choice.target, choice.draft
    picker = target.picker
    # After a refusal the page comes back with the search that its form carried along.
    sent = request.POST if request.method == "POST" else request.GET
    filters = _filters(sent)
    text = sent.get("q", "").strip()[:LONGEST_QUERY]
    found = asked.value.shelf.search(text, choice.where, picker, filters) if asked.value else Found((), 0)
    chosen = frozenset(each.lower() for each in _preselected(request, choice))
    shown = list(found.suggestions)
    if asked.value is not None and not text and not filters:
        # What is chosen already must be there to be seen, wherever it stands in a long list.
        there = {each.value.lower() for each in shown}
        more = (asked.value.shelf.find(each, choice.where, picker) for each in chosen - there)
        shown = [each for each in more if each is not None] + shown
    listed = {each.value.lower() for each in shown}
    article = "an" if picker.one[0].lower() in "aeiou" else "a"
    heading = f"Choose {picker.plural}" if target.several else f"Choose {article} {picker.one}"
    context = frame(draft, steps.owner(target.path)) | {
        "heading": heading,
        "label": target.node.property.title,
        "help": target.node.help,
        "picker": picker,
        "several": target.several,
        "url": choice.url,
        "back": choice.back,
        "base": draft.head,
        "search": _search(sent),
        "sent": {
            "q": text,
            "vcpus": sent.get("vcpus", ""),
            "memory": sent.get("memory", ""),
            "family": filters.family,
            "zone": filters.zone,
            "features": filters.features,
        },
        **_size_filters(asked, filters, filtered=picker.filtered),
        "asked": asked,
        "age": drawing.age_in_words(asked.value.age) if asked.value else "",
        "count": drawing.how_many(found, picker.plural),
        "rows": mark_safe(drawing.rows(shown, chosen, several=target.several)),  # noqa: S308 - drawing escapes
        "empty": not shown,
        "missing": [(NEEDS[each], _where_to_choose(choice, each)) for each in asked.missing],
        "place": choice.where.region if "region" in (*picker.source.needs, *picker.depends) else "",
        "typed": typed if typed is not None else _unlisted(choice, listed) if target.several else "",
        "now": "" if target.several else _unlisted(choice, listed),
        "error": error,
        "error_at": error_at,
        "searchable": picker.filtered
        or bool(_search(sent))
        or (asked.value is not None and len(asked.value.shelf) > FEW),
        "new_group": _new_group(request, choice, error if error_at == "new-name" else ""),
        "onward": NEEDS.get({"typeHandlerVersion": "version"}.get(picker.onward, picker.onward), "a version")
        if picker.onward
        else "",
    }
    return render(request, "pickers/choose.html", context, status=status)


def _size_filters(asked: Asked, filters: Filters, *, filtered: bool) -> dict[str, str]:
    """The choices by which sizes are filtered; there are many of them."""
    if not filtered or asked.value is None:
        return {}
    families = sorted(filter(None, asked.value.shelf.facts("family")))
    return {
        "families": mark_safe(drawing.choices(families, filters.family)),  # noqa: S308 - drawing escapes
        "zones": mark_safe(drawing.choices(["1", "2", "3"], filters.zone)),  # noqa: S308 - drawing escapes
        "features": mark_safe(drawing.features(filters.features)),  # noqa: S308 - drawing escapes
    }


def _unlisted(choice: Choice, listed: set[str]) -> str:
    """What the draft holds beyond what is shown, a line each."""
    return "\n".join(each for each in choice.values if each.lower() not in listed)


def _preselected(request: HttpRequest, choice: Choice) -> list[str]:
    if request.method == "POST":
        return request.POST.getlist("value")
    asked_for = request.GET.get("value", "")
    return [asked_for[:LONGEST_VALUE]] if asked_for else choice.values


def _where_to_choose(choice: Choice, need: str) -> str:
    """The address at which what is missing is chosen."""
    path = whereabouts.place_of(need, choice.target.path, choice.target.picker)
    other = whereabouts.target(path, choice.draft.api_version)
    if other is None:
        return places.field_url(choice.draft.code, path, choice.draft.api_version)
    return _url(choice.draft, path)


# --- a new resource group --------------------------------------------------------------------------------------------


def _new_group(request: HttpRequest, choice: Choice, error: str) -> dict[str, str] | None:
    """The form for a new resource group; None where none is chosen, or where nothing says in which subscription."""
    if choice.target.picker.kind != "resourceGroup" or choice.where.missing(("subscription",)):
        return None
    return {
        "name": request.POST.get("new_name", "")[:LONGEST_QUERY],
        "region": request.POST.get("new_region", choice.where.region)[:LONGEST_QUERY],
        "regions": reverse("picker-suggest", args=[choice.draft.code, "location"]),
        "error": error,
    }


def _create_group(request: HttpRequest, choice: Choice) -> HttpResponse:
    """Creates a resource group in Azure and writes its name into the draft."""
    user = cast(User, request.user)
    name, region = request.POST.get("new_name", "").strip(), request.POST.get("new_region", "").strip()
    try:
        group = NewGroup(choice.where.subscription, name, region)
        creating.create_group(user, choice.draft, group)
    except (ValueError, AzureError, NotSetUp) as error:
        words = _not_created(error) if isinstance(error, AzureError) else str(error)
        status = 422 if isinstance(error, ValueError) else 409
        return _page(request, choice, _ask(request, choice), status=status, error=words, error_at="new-name")
    messages.success(request, f"The resource group {name} was created.")
    return _use(request, choice, typed=name)


def _not_created(error: AzureError) -> str:
    if isinstance(error, Forbidden):
        return "You may not create resource groups in this subscription. Ask for the Contributor role, or choose one."
    if isinstance(error, AlreadyExists):
        return error.message
    if error.uncertain:
        return (
            "Azure did not say whether the group was created. Refresh the list and see whether it is there."
        )
    found = explain(error)
    return f"The group was not created. {found.sentence} {found.cure}".strip()


# --- using what was chosen -------------------------------------------------------------------------------------------


def _use(request: HttpRequest, choice: Choice, *, typed: str | None = None) -> HttpResponse:
    """Writes what was chosen or typed into the draft. typed: counts as typed instead of what the form holds."""
    user, draft, path = cast(User, request.user), choice.draft, choice.target.path
    typed = request.POST.get("typed", "") if typed is None else typed
    picked = [each for each in request.POST.getlist("value") if each]
    wanted: Any = _several(choice, picked, typed) if choice.target.several else _single(picked, typed)
    refused = _refused(choice, wanted)
    if refused:
        return _page(request, choice, _ask(request, choice), status=422, error=refused, typed=typed)
    try:
        base = int(request.POST.get("base", ""))
        shown = choice.content if base == draft.head else contents.of(draft.revisions.get(number=base))
        changes = [Changed(path, paths.get(shown, path), wanted)]
        changes += [
            Changed(other, paths.get(shown, other), value) for other, value in _along(request, choice, wanted)
        ]
        changes = [change for change in changes if change.wanted != change.shown]
        saved = actions.save(user, draft, base, changes)
    except actions.EditConflict:
        message = "It was changed by somebody else since this page was opened. Look at what is chosen now, and choose again."
        again = _found(request, draft.code, paths.to_url(path))
        return _page(request, again, _ask(request, again), status=409, error=message, typed=typed)
    except (ValueError, OverflowError, draft.revisions.model.DoesNotExist, actions.StaleRevision):
        return problem(
            request,
            409,
            "This page is out of date",
            "It was made from a revision that the draft does not have. Nothing was saved. Open the page again.",
            links=[(choice.url, "Open the page again")],
        )
    if len(changes) > 1:
        messages.success(request, "The plan that this image needs was filled in as well.")
    onward = choice.target.picker.onward
    if request.POST.get("act") == "onward" and onward and wanted is not MISSING:
        return redirect(_url(saved, (*path[:-1], onward)))
    return redirect(places.field_url(draft.code, path, saved.api_version))


def _single(picked: list[str], typed: str) -> Any:
    """What is typed counts more than what is picked: nobody types by accident."""
    value = typed.strip() or (picked[0] if picked else "")
    return value or MISSING


def _several(choice: Choice, picked: list[str], typed: str) -> Any:
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    wanted = list(dict.fromkeys([*picked, *lines]))
    if not wanted:
        return MISSING
    member = choice.target.member
    if member:
        items = paths.get(choice.content, choice.target.path, [])
        items = items if isinstance(items, list) else []
        known = {
            str(paths.get(each, (member,), "")).lower(): each for each in items if isinstance(each, dict)
        }
        return [known.get(each.lower(), {member: each}) for each in wanted]
    if not choice.target.is_map:
        return wanted
    before = paths.get(choice.content, choice.target.path, {})
    held = {str(name).lower(): value for name, value in before.items()} if isinstance(before, dict) else {}
    return {each: held.get(each.lower(), {}) for each in wanted}


def _refused(choice: Choice, wanted: Any) -> str:
    """Why a value cannot be kept, empty when it can."""
    if wanted is MISSING and not choice.target.several:
        return "Choose one, or type a value."
    path = choice.target.path
    longest = (
        LONGEST_ADDRESS.get(str(path[-1]), LONGEST_VALUE) if path[0] == contents.TARGET else LONGEST_VALUE
    )
    for item in wanted if isinstance(wanted, list | dict) else [wanted]:
        each = item.get(choice.target.member) if isinstance(item, dict) else item
        if isinstance(each, str) and len(each) > longest:
            return f"This is {len(each):,} characters long; no more than {longest:,} can be kept. Shorten it."
    return ""


def _along(request: HttpRequest, choice: Choice, wanted: Any) -> list[tuple[Path, str]]:
    """What goes into other members together with the value: the plan of an image."""
    if not isinstance(wanted, str):
        return []
    asked = asking.ask(cast(User, request.user), choice.target.picker, choice.where, wait=0.0)
    found = asked.value.shelf.find(wanted, choice.where, choice.target.picker) if asked.value else None
    if found is None:
        return []
    return [
        (path, value)
        for name, value in found.also.items()
        if (path := paths.parse(name)) != choice.target.path
        and contents.node_at(path, choice.draft.api_version) is not None
    ]
