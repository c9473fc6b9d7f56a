"""Choosing a value from what Azure has on offer: a page that needs no script, and what drops down under a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from vmssbuilder.azure.pickers import PICKERS, Picker, Suggestion, SuggestionMatches, Where
from vmssbuilder.azure.pickers.groups import NewGroup
from vmssbuilder.azure.pickers.kinds import IMAGE
from vmssbuilder.azure.pickers.marketplace import Urn
from vmssbuilder.drafts import access, actions, addresses, known_values, steps, systems
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.revision_numbers import counted
from vmssbuilder.drafts.views.frame import frame
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.properties import with_article
from vmssbuilder.scaleset.systems import SYSTEMS
from vmssbuilder.web.characters import showable_page
from vmssbuilder.web.problems import problem
from vmssbuilder.web.rendering import drawn

from . import actions as creating
from . import fetching, images, sizes, whereabouts, words
from .cache import CachedList
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
    typed = request.GET.get("q", "").strip()[: PickerSearch.LONGEST]
    # Whoever asks again looks whether the answer is there: it is no use to keep a web worker waiting once more.
    wait = 0.0 if "again" in request.GET else FIELD_WAITS
    asked = _listed(request, picker, where, typed, wait=wait)
    found = None
    if asked.value is not None:
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
    sent = request.POST if request.method == "POST" else request.GET
    text = sent.get("q", "").strip()[: PickerSearch.LONGEST]
    return _listed(request, choice.target.picker, choice.where, text, wait=PAGE_WAITS, fresh=fresh)


def _listed(
    request: HttpRequest, picker: Picker, where: Where, text: str, *, wait: float, fresh: bool = False
) -> Lookup:
    """The list to choose from. text: what is looked for, where that decides what is asked."""
    user = cast(User, request.user)
    if picker.kind == IMAGE:
        return images.ask(user, where, text, wait=wait, fresh=fresh)
    return fetching.fetch_list(user, picker, where, wait=wait, fresh=fresh)


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
    # What stands in the field and is no size is what somebody looks for.
    unlisted_size = _unlisted_size(choice, asked) if picker.filtered and not target.several else ""
    wanted: QueryDict = sent
    if unlisted_size and "q" not in sent:
        wanted = sent.copy()
        wanted["q"] = choice.values[0]
    search = PickerSearch(wanted, families=families, filtered=picker.filtered)
    text, filters, query = search.cleaned_data["q"], search.filters(), search.query()
    table, found = None, SuggestionMatches((), 0)
    if kept and picker.filtered:
        table, found = _size_table(request, choice, kept, search)
    elif kept:
        found = kept.index.search(text, choice.where, picker, filters)
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
    form.offer(shown, table)
    group = group or _new_group(choice)
    in_dialog = request.headers.get("X-Part") == "dialog"
    around = {} if in_dialog else frame(draft, steps.owner(target.path))
    context = around | {
        "layout": "pickers/dialog.html" if in_dialog else "drafts/frame.html",
        # What fills in more than its own field is written by the server.
        "one": not (target.several or target.is_object or any(each.also for each in shown)),
        "heading": f"Choose {picker.plural}" if target.several else f"Choose {with_article(picker.one)}",
        "label": target.node.property.title,
        "help": words.ABOUT_IMAGES if target.is_object else target.node.help,
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
        # What is there does not match, and more is on its way.
        "waiting": asked.loading and not asked.trouble and (kept is None or not shown),
        "missing": [(NEEDS[each], _where_to_choose(choice, each)) for each in asked.missing],
        "place": choice.where.region if "region" in (*picker.source.needs, *picker.depends) else "",
        "now": "" if target.several else unlisted,
        "errors": [*form.problems(), *(group.problems() if group else ())],
        "searchable": picker.filtered or target.is_object or query or (kept and len(kept.index) > FEW),
        "group": group,
        "table": table,
        "unlisted_size": unlisted_size,
        "onward": NEEDS.get({"typeHandlerVersion": "version"}.get(picker.onward, picker.onward), "a version")
        if picker.onward
        else "",
    }
    return render(request, "pickers/choose.html", context, status=status)


def _unlisted_size(choice: PickerContext, asked: Lookup) -> str:
    """What is said of a size of the draft that its region does not have."""
    return sizes.missing(choice.values[0] if choice.values else "", asked, choice.where)


def _size_table(
    request: HttpRequest, choice: PickerContext, kept: CachedList, search: PickerSearch
) -> tuple[sizes.SizeTable, SuggestionMatches]:
    """The sizes that are searched for, with how the table shows them."""
    about = sizes.known(cast(User, request.user), choice.draft, choice.where, wait=FIELD_WAITS)
    sort, query = search.cleaned_data["sort"], search.said()
    start = counted(request.GET.get("from", "")) or 0
    found = kept.index.search(
        search.cleaned_data["q"],
        choice.where,
        choice.target.picker,
        search.filters(),
        sizes.ROWS,
        start=start,
        order=sizes.order(sort, about),
        down=sort.startswith("-"),
    )
    headings = sizes.headings(choice.url, query, sort)
    return sizes.SizeTable(about, headings, sizes.around(found.total, start, choice.url, query)), found


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
        along = _along(request, choice, wanted)
        wished = [*_own(choice, wanted), *along.changes]
        changes = [Changed(place, paths.get(shown, place), value) for place, value in wished]
        changes = [change for change in changes if change.wanted != change.shown]
        region = known_values.region_of(user, draft, shown, changes, fetching.usable)
        wanted_too = known_values.following(draft, shown, changes, region)
        filled = known_values.filled_by(changes, wanted_too)
        saved = actions.save(user, draft, base, wanted_too, filled=filled)
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
    _publish(request, saved, changes, along)
    onward = choice.target.picker.onward
    if request.POST.get("act") == "onward" and onward and wanted is not MISSING:
        return redirect(whereabouts.address(saved, (*path[:-1], onward)))
    ending = "-search" if choice.target.is_object else ""
    return redirect(addresses.field_url(draft.code, path, saved.api_version) + ending)


@dataclass(frozen=True, slots=True)
class Along:
    """What goes with a value that was chosen. title: what it is called. changes: to other members, such as the plan.

    system: the operating system that an image is for, "" when nobody says. unknown: whether Azure has not said whether
    the image needs a plan.
    """

    title: str = ""
    changes: tuple[tuple[Path, Any], ...] = ()
    system: str = ""
    unknown: bool = False


def _own(choice: PickerContext, wanted: Any) -> list[tuple[Path, Any]]:
    """The value at its place; of an object, the members that it stands for."""
    path = choice.target.path
    if not choice.target.is_object:
        return [(path, wanted)]
    held = paths.get(choice.content, path)
    base: list[tuple[Path, Any]] = [] if isinstance(held, dict) or held is MISSING else [(path, MISSING)]
    named = [((*path, name), value) for name, value in images.members(wanted).items()]
    return base + [each for each in named if contents.node_at(each[0], choice.draft.api_version) is not None]


def _along(request: HttpRequest, choice: PickerContext, wanted: Any) -> Along:
    """What goes into other members together with the value: the plan of an image, and its operating system."""
    if not isinstance(wanted, str):
        return Along()
    user, picker = cast(User, request.user), choice.target.picker
    if choice.target.is_object:
        return _along_an_image(user, choice, wanted, str(request.POST.get("q", "")))
    asked = fetching.fetch_list(user, picker, choice.where, wait=0.0)
    found = asked.value.index.find(wanted, choice.where, picker) if asked.value else None
    return Along() if found is None else Along(found.title, tuple(_members(choice, found.also)))


def _along_an_image(user: User, choice: PickerContext, wanted: str, text: str) -> Along:
    listed = images.ask(user, choice.where, text, wait=0.0)
    found = listed.value.index.find(wanted, choice.where, choice.target.picker) if listed.value else None
    title = found.title if found else wanted
    asked = images.details(user, choice.where, wanted, wait=PAGE_WAITS)
    known = asked.value or (found if found is not None and found.facts.get("what") != "marketplace" else None)
    said: Suggestion | None = known or found
    system = str(said.facts.get("system", "")) if said else ""
    if known is None:
        return Along(title, system=system, unknown=Urn.parse(wanted) is not None)
    plan: dict[Path, Any] = dict(_members(choice, known.also))
    if not plan and isinstance(paths.get(choice.content, ("plan",)), dict):
        plan = {("plan",): MISSING}
    return Along(title, tuple(plan.items()), system)


def _members(choice: PickerContext, also: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    for name, value in also.items():
        path = paths.parse(name)
        if path != choice.target.path and contents.node_at(path, choice.draft.api_version) is not None:
            yield path, value


def _publish(request: HttpRequest, saved: Draft, changes: list[Changed], along: Along) -> None:
    """Says what was filled in besides the value, and lets the form show what is for the image's operating system."""
    plan = [change for change in changes if change.path[0] == "plan"]
    words = [f"The image is {along.title}."] if along.system or along.unknown else []
    if plan:
        words.append(
            "The purchase plan was removed: this image has none."
            if plan[0].wanted is MISSING
            else "The plan that this image needs was filled in as well."
        )
    if along.unknown:
        words.append("Azure has not said yet whether it needs a purchase plan; the pre-flight finds out.")
    chosen = systems.of(saved)
    if along.system in SYSTEMS and chosen.system != along.system:
        told = chosen.evidence.system if chosen.evidence is not None else ""
        actions.choose_system(cast(User, request.user), saved, "" if told == along.system else along.system)
        words.append(f"The form shows what applies to {along.system}.")
    if words:
        messages.success(request, " ".join(words))
