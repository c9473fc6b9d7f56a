"""Choosing a value from what Azure has on offer: a page that needs no script, and what drops down under a field."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import AzureError, explain
from vmssbuilder.azure.errors import AlreadyExists, Forbidden
from vmssbuilder.azure.pickers import PICKERS, Picker, SuggestionMatches, Where
from vmssbuilder.azure.pickers.groups import NewGroup
from vmssbuilder.drafts import access, actions, addresses, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.views.frame import frame
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.web.characters import showable_page
from vmssbuilder.web.problems import problem
from vmssbuilder.web.rendering import drawn

from . import actions as creating
from . import fetching, whereabouts, words
from .forms import LONGEST_VALUE, NewGroupForm, PickerSearch, UseForm
from .whereabouts import PickerContext

PAGE_WAITS: Final = 1.5
"""Seconds that the page waits for Azure, which without a script is all there is."""
FIELD_WAITS: Final = 0.4
"""Seconds that a field's suggestions wait; the script asks again."""
FEW: Final = 8
"""A list of no more than this is looked over without a search."""

NEEDS: Final = {
    "subscription": "a subscription",
    "region": "a region",
    "publisher": "a publisher",
    "offer": "an offer",
    "sku": "a SKU",
    "type": "a type",
}


def _found(request: HttpRequest, code: str, place: str) -> PickerContext:
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    try:
        path = paths.from_url(place)
    except PathError as error:
        raise Http404(str(error)) from None
    target = whereabouts.target(path, draft.api_version)
    content = contents.of(draft)
    if target is None or not _reachable(content, path):
        raise Http404("There is nothing to choose from at this address.")
    return PickerContext(draft, content, target, whereabouts.where(content, path, target.picker))


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
    return _suggested(request, choice.target.picker, choice.where, choice.url)


@require_safe
def suggest_anew(request: HttpRequest, kind: str) -> HttpResponse:
    """The same for a field of no draft: what of the place is known, the address says."""
    picker = PICKERS.get(kind)
    if picker is None:
        raise Http404("There is nothing to choose from at this address.")
    subscription, region = (request.GET.get(name, "")[:200].strip() for name in ("subscription", "region"))
    return _suggested(request, picker, Where(subscription, region))


def _suggested(request: HttpRequest, picker: Picker, where: Where, url: str = "") -> HttpResponse:
    """url: of the page to choose on, where there is one."""
    asked = fetching.fetch_list(cast(User, request.user), picker, where, wait=FIELD_WAITS)
    found = None
    if asked.value is not None:
        typed = request.GET.get("q", "").strip()[: PickerSearch.LONGEST]
        found = asked.value.index.search(typed, where, picker)
    trouble = asked.trouble
    foot = [words.how_many(found, picker.plural)] if found is not None else []
    if asked.missing:
        first = " and ".join(NEEDS[each] for each in asked.missing)
        foot.append(f"Choose {first} first, or type the value")
    context = {
        "suggestions": found.suggestions if found is not None else (),
        "plural": picker.plural,
        "foot": [*foot, *filter(None, [words.state(asked)])],
        "loading": asked.loading and trouble is None,
        "passes": trouble is not None and trouble.passes,
        "url": url,
    }
    html = drawn("forms/suggestions.html", context)
    shown = showable_page(html.encode()).decode()
    return JsonResponse({"html": shown}, headers={"Cache-Control": "no-store"})


# --- the page --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, code: str, place: str) -> HttpResponse:
    """The page to choose a value on."""
    choice = _found(request, code, place)
    if request.method != "POST":
        return _page(request, choice, _ask(request, choice))
    act = request.POST.get("act")
    if act == "create" and choice.target.picker.kind == "resourceGroup":
        return _create_group(request, choice)
    if act == "refresh":
        asked = _ask(request, choice, fresh=True)
        if asked.trouble is None:
            return redirect(f"{choice.url}?{PickerSearch(request.POST).query()}")
        return _page(request, choice, asked)
    return _use(request, choice, UseForm(choice, request.POST))


def _ask(request: HttpRequest, choice: PickerContext, *, fresh: bool = False) -> Lookup:
    return fetching.fetch_list(
        cast(User, request.user), choice.target.picker, choice.where, wait=PAGE_WAITS, fresh=fresh
    )


def _page(
    request: HttpRequest,
    choice: PickerContext,
    asked: Lookup,
    form: UseForm | None = None,
    group: NewGroupForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """form, group: what was sent and refused."""
    target, draft = choice.target, choice.draft
    picker, kept = target.picker, asked.value
    # After a refusal the page comes back with the search that its form carried along.
    sent = request.POST if request.method == "POST" else request.GET
    families = sorted(filter(None, kept.index.facts("family"))) if kept and picker.filtered else ()
    search = PickerSearch(sent, families=families, filtered=picker.filtered)
    text, filters, query = search.cleaned_data["q"], search.filters(), search.query()
    found = kept.index.search(text, choice.where, picker, filters) if kept else SuggestionMatches((), 0)
    preselected = _preselected(request, choice) if form is None else form["value"].value()
    shown = list(found.suggestions)
    if kept and not text and not filters:
        # What is chosen already must be there to be seen, wherever it stands in a long list.
        there = {each.value.lower() for each in shown}
        more = (
            kept.index.find(each, choice.where, picker) for each in set(map(str.lower, preselected)) - there
        )
        shown = [each for each in more if each is not None] + shown
    unlisted = _unlisted(choice, {each.value.lower() for each in shown})
    if form is None:
        typed = unlisted if target.several else ""
        form = UseForm(choice, initial={"value": preselected, "typed": typed})
    form.offer(shown)
    group = group or _new_group(choice)
    article = "an" if picker.one[0].lower() in "aeiou" else "a"
    context = frame(draft, steps.owner(target.path)) | {
        "heading": f"Choose {picker.plural}" if target.several else f"Choose {article} {picker.one}",
        "label": target.node.property.title,
        "help": target.node.help,
        "picker": picker,
        "several": target.several,
        "url": choice.url,
        "back": choice.back,
        "base": draft.head,
        "search": search,
        "query": query,
        "here": f"{choice.url}?{query}" if query else choice.url,
        "carried": [field for field in PickerSearch(sent, auto_id=False) if field.value()],
        "asked": asked,
        "age": words.age_in_words(kept.age) if kept else "",
        "count": words.how_many(found, picker.plural),
        "form": form,
        "offered": bool(shown),
        "missing": [(NEEDS[each], _where_to_choose(choice, each)) for each in asked.missing],
        "place": choice.where.region if "region" in (*picker.source.needs, *picker.depends) else "",
        "now": "" if target.several else unlisted,
        "errors": [*form.problems(), *(group.problems() if group else ())],
        "searchable": picker.filtered or query or (kept and len(kept.index) > FEW),
        "group": group,
        "onward": NEEDS.get({"typeHandlerVersion": "version"}.get(picker.onward, picker.onward), "a version")
        if picker.onward
        else "",
    }
    return render(request, "pickers/choose.html", context, status=status)


def _unlisted(choice: PickerContext, listed: set[str]) -> str:
    """What the draft holds beyond what is shown, a line each."""
    return "\n".join(each for each in choice.values if each.lower() not in listed)


def _preselected(request: HttpRequest, choice: PickerContext) -> list[str]:
    asked_for = request.GET.get("value", "")
    return [asked_for[:LONGEST_VALUE]] if asked_for else choice.values


def _where_to_choose(choice: PickerContext, need: str) -> str:
    """The address at which what is missing is chosen."""
    path = whereabouts.place_of(need, choice.target.path, choice.target.picker)
    other = whereabouts.target(path, choice.draft.api_version)
    if other is None:
        return addresses.field_url(choice.draft.code, path, choice.draft.api_version)
    return whereabouts.address(choice.draft, path)


# --- a new resource group --------------------------------------------------------------------------------------------


def _new_group(choice: PickerContext, data: QueryDict | None = None) -> NewGroupForm | None:
    """The form for a new resource group; None where none is chosen, or where nothing says in which subscription."""
    if choice.target.picker.kind != "resourceGroup" or choice.where.missing(("subscription",)):
        return None
    regions = reverse("picker-suggest", args=[choice.draft.code, "location"])
    return NewGroupForm(regions, data, initial={"new_region": choice.where.region})


def _create_group(request: HttpRequest, choice: PickerContext) -> HttpResponse:
    """Creates a resource group in Azure and writes its name into the draft."""
    user, form = cast(User, request.user), _new_group(choice, request.POST)
    if form is None or not form.is_valid():
        return _page(request, choice, _ask(request, choice), group=form, status=422)
    name, region = form.cleaned_data["new_name"], form.cleaned_data["new_region"]
    try:
        group = NewGroup(choice.where.subscription, name, region)
        creating.create_group(user, choice.draft, group)
    except (ValueError, AzureError, NotSetUp) as error:
        form.add_error("new_name", _not_created(error) if isinstance(error, AzureError) else str(error))
        status = 422 if isinstance(error, ValueError) else 409
        return _page(request, choice, _ask(request, choice), group=form, status=status)
    messages.success(request, f"The resource group {name} was created.")
    typed = request.POST.copy()
    typed["typed"] = name
    return _use(request, choice, UseForm(choice, typed))


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


def _use(request: HttpRequest, choice: PickerContext, form: UseForm) -> HttpResponse:
    """Writes what was chosen or typed into the draft."""
    user, draft, path = cast(User, request.user), choice.draft, choice.target.path
    form.full_clean()
    if "typed" in form.errors:
        return _page(request, choice, _ask(request, choice), form, status=422)
    wanted = form.cleaned_data["wanted"]
    try:
        base = form.cleaned_data["base"]
        shown = choice.content if base == draft.head else contents.of(draft.revisions.get(number=base))
        changes = [Changed(path, paths.get(shown, path), wanted)]
        changes += [
            Changed(other, paths.get(shown, other), value) for other, value in _along(request, choice, wanted)
        ]
        changes = [change for change in changes if change.wanted != change.shown]
        saved = actions.save(user, draft, base, changes)
    except actions.EditConflict:
        message = "It was changed by somebody else since this page was opened. Look at what is chosen now, and choose again."
        form.add_error("typed", message)
        again = _found(request, draft.code, paths.to_url(path))
        return _page(request, again, _ask(request, again), form, status=409)
    except (draft.revisions.model.DoesNotExist, actions.StaleRevision):
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
        return redirect(whereabouts.address(saved, (*path[:-1], onward)))
    return redirect(addresses.field_url(draft.code, path, saved.api_version))


def _along(request: HttpRequest, choice: PickerContext, wanted: Any) -> list[tuple[Path, str]]:
    """What goes into other members together with the value: the plan of an image."""
    if not isinstance(wanted, str):
        return []
    asked = fetching.fetch_list(cast(User, request.user), choice.target.picker, choice.where, wait=0.0)
    found = asked.value.index.find(wanted, choice.where, choice.target.picker) if asked.value else None
    if found is None:
        return []
    return [
        (path, value)
        for name, value in found.also.items()
        if (path := paths.parse(name)) != choice.target.path
        and contents.node_at(path, choice.draft.api_version) is not None
    ]
