"""Saving a page of fields, by a button or in passing while typing: read, settle, switch version, write, answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, known_values, merging, steps, switching, systems
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.forms import picking
from vmssbuilder.drafts.forms.bound import BoundProperty
from vmssbuilder.drafts.forms.conflicts import TwoValues
from vmssbuilder.drafts.forms.obstacles import odd_holders
from vmssbuilder.drafts.forms.page import PageForm
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.forms.rows import moved_up, without_boxes
from vmssbuilder.drafts.forms.showing import Showing
from vmssbuilder.drafts.forms.switching import SwitchForm
from vmssbuilder.drafts.forms.widgets import scripts
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.web.problems import problem

from . import conflicts, os_and_presets, pane
from .checking import fix_here
from .form import (
    Form,
    by_field,
    draw,
    fields,
    findings_of,
    has_field_here,
    onward,
    page_of,
    secret_names,
    whole,
)
from .frame import frame
from .lists import act


@dataclass(slots=True)
class Save:
    """A save under way. base: the revision that the page showed. page: what came back of it.

    changes: what is to be saved. waiting: changes of places of which two values wait for a choice. filled: what of it is
    filled in for the person.
    """

    request: HttpRequest
    form: Form
    automatic: bool
    base: int
    page: PageForm
    changes: list[Changed]
    waiting: list[Changed] = field(default_factory=list)
    filled: known_values.Filled = field(default_factory=dict)

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @property
    def shown(self) -> dict[str, Any]:
        """The content that the page showed."""
        return self.page.content


def save(request: HttpRequest, form: Form) -> HttpResponse:
    """Saves a page of fields, phase by phase. A phase that cannot go on answers at once."""
    automatic = bool(request.htmx)  # type: ignore[attr-defined] # django-htmx adds it to each request
    try:
        saving = _read(request, form, automatic=automatic)
    except (ValueError, actions.StaleRevision):
        return _out_of_date(request, form, automatic=automatic)
    for phase in (_refuse, _settle, _switch_version, _fill_in, _write, _follow_item):
        answer = phase(saving)
        if answer is not None:
            return answer
    return _with_its_fold(request, form, _answer(saving))


def _with_its_fold(request: HttpRequest, form: Form, answer: HttpResponse) -> HttpResponse:
    """The answer, which shows all of the fold again where it leads back to a page that did."""
    url = answer.get("Location", "")
    if "everything" in request.POST and url.partition("#")[0].partition("?")[0] == form.url:
        before, mark, fragment = url.partition("#")
        answer["Location"] = f"{before}{'&' if '?' in before else '?'}all{mark}{fragment}"
    return answer


def _read(request: HttpRequest, form: Form, *, automatic: bool) -> Save:
    """What came back, as changes of what the page showed. Raises ValueError or StaleRevision for a page of no revision."""
    base = int(request.POST.get("base", ""))
    shown = actions.shown_at(form.draft, base)
    if form.place and not isinstance(paths.get(shown, form.place), dict):
        raise Http404("This item is not there any more. It may have been removed.")
    form.fit(shown, typing=True)
    sent = without_boxes(request.POST, secret_names(form)) if automatic else request.POST
    page = page_form(form.layout)(shown, form.place, form.step_url, data=sent)
    page.full_clean()
    # A secret is never saved in passing: it may be half typed.
    changes = [change for change in page.changes if not (automatic and change.secret)]
    return Save(request, form, automatic, base, page, changes)


def _refuse(saving: Save) -> HttpResponse | None:
    """Nothing is saved of a page with something that cannot be kept at all."""
    refusals = saving.page.refusals()
    return (
        _again(saving.request, saving.form, 422, refusals, automatic=saving.automatic) if refusals else None
    )


def _settle(saving: Save) -> None:
    """Sets aside what waits for a choice between two values, and takes the choice that was just made."""
    saving.changes, saving.waiting = conflicts.resolved(
        saving.request.POST, saving.changes, known_values.marked(saving.form.draft)
    )


def _switch_version(saving: Save) -> HttpResponse | None:
    """Another API version: never in passing, and asked about where it lacks something of the draft."""
    switched = [change for change in saving.changes if change.path == switching.API_VERSION]
    if not switched:
        return None
    if saving.automatic:
        saving.changes = [change for change in saving.changes if change not in switched]
        return None
    draft, post = saving.form.draft, saving.request.POST
    switch = switching.to(draft, switched[0].wanted)
    if (switch.missing or switch.renamed) and post.get("switch") != switch.api_version:
        form = SwitchForm(initial={"switch": switch.api_version})
        context = frame(draft) | {"switch": switch, "sent": _sent(post), "form": form}
        return render(saving.request, "drafts/switch.html", context)
    saving.changes += switch.changes(draft.document)
    return None


def _fill_in(saving: Save) -> None:
    """Adds what follows from the changes, see `known_values`."""
    before = list(saving.changes)
    region = known_values.region_of(saving.user, saving.form.draft, saving.shown, before, picking.usable)
    saving.changes = known_values.following(saving.form.draft, saving.shown, before, region)
    saving.filled = known_values.filled_by(before, saving.changes)


def _write(saving: Save) -> HttpResponse | None:
    """Saves all but what others changed too, which is asked about."""
    found: list[actions.SaveConflict] = []
    form, changes = saving.form, saving.changes
    while changes:
        try:
            form.draft = actions.save(
                saving.user,
                form.draft,
                saving.base,
                changes,
                automatic=saving.automatic,
                filled=saving.filled,
            )
        except actions.EditConflict as conflict:
            form.draft = conflict.draft
            # Where somebody else was faster, nothing has to be filled in.
            found += [each for each in conflict.conflicts if paths.text(each.path) not in saving.filled]
            places = {entry.path for entry in conflict.conflicts}
            changes[:] = [change for change in changes if change.path not in places]
        else:
            break
    found += conflicts.still_open(saving.waiting, contents.of(form.draft))
    return _ask(saving, found) if found else None


def _follow_item(saving: Save) -> HttpResponse | None:
    """Turns to where the page's item stands now, when others moved it. Raises Http404 when it is gone."""
    form, written = saving.form, bool(saving.changes)
    newest = form.draft.head
    if not form.place or newest <= saving.base + written:
        return None
    # Looked for without this page's own changes: they may have given the item another name.
    former, now = form.place, actions.shown_at(form.draft, newest - written)
    place = merging.follow(former, saving.shown, now)
    if place is None:
        raise Http404("This item is not there any more. It may have been removed.")
    form.place = place
    if place == former or not saving.automatic:
        return None
    # The fields of this page would be those of another item.
    return HttpResponse(status=204, headers={"HX-Redirect": form.url})


def _answer(saving: Save) -> HttpResponse:
    """What the page asked for besides: the answer to an autosave, what a button does, or the next page."""
    request, form, post = saving.request, saving.form, saving.request.POST
    if saving.automatic:
        return _saved_quietly(saving)
    if post.get("settle"):
        return redirect(_back(request, form, conflicts.settled(post)))
    verb, _, rest = post.get("act", "").partition(":")
    if not verb:
        return _continue(request, form)
    if verb in os_and_presets.VERBS:
        return os_and_presets.act(
            request, form, post["act"], os_and_presets.expected(saving.shown, saving.changes)
        )
    if verb == "search":
        return redirect(picking.found(form.step_url, rest, post.get("search", "")))
    if verb == "unfill":
        return _take_out(saving, rest)
    if verb == "fix":
        return fix_here(request, form, rest)
    return act(request, form, post["act"], saving.base, kept=bool(saving.changes))


def _take_out(saving: Save, written: str) -> HttpResponse:
    """Takes out what was filled in, for good."""
    form = saving.form
    try:
        path = paths.parse(written)
    except paths.PathError:
        path = ()
    if path in known_values.marked(form.draft):
        value = paths.get(contents.of(form.draft), path)
        form.draft = actions.save(
            saving.user, form.draft, form.draft.head, [Changed(path, value, paths.MISSING)]
        )
    return redirect(_back(saving.request, form, path))


def _out_of_date(request: HttpRequest, form: Form, *, automatic: bool) -> HttpResponse:
    if automatic:
        # The page loads itself anew and offers what was typed, which the browser has kept.
        return HttpResponse(status=409, headers={"HX-Refresh": "true"})
    return problem(
        request,
        409,
        "This page is out of date",
        "It was made from a revision that the draft does not have. Nothing was saved. Open the page again.",
        links=[(form.url, "Open the page again")],
    )


def _sent(post: QueryDict) -> list[tuple[str, str]]:
    """What a form sent, to send it once more."""
    return [
        (name, str(value))
        for name, values in post.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]


def _back(request: HttpRequest, form: Form, place: paths.Path) -> str:
    """The address of the field that was just settled, on the same page."""
    again = "?return=check" if request.POST.get("return") == "check" else ""
    return f"{form.url}{again}#{steps.anchor(place)}"


def _continue(request: HttpRequest, form: Form) -> HttpResponse:
    """On to the next page, unless this one has errors that the person has not seen yet and can mend here."""
    own = [
        each for each in errors(findings_of(form, check_content(form.draft))) if has_field_here(form, each)
    ]
    back = f"&return={request.POST['return']}" if request.POST.get("return") == "check" else ""
    if own and not request.POST.get("seen"):
        return redirect(f"{form.url}?findings=1{back}")
    if request.POST.get("return") == "check":
        return redirect("draft-check", form.draft.code)
    return redirect(onward(form))


# --- Autosave ---------------------------------------------------------------------------------------------------------


def _saved_quietly(saving: Save) -> HttpResponse:
    """The answer to an autosave: the JSON, and fields that others changed.

    What the check says of it is asked for when the person pauses: nobody reads it while typing.
    """
    draft, form = saving.form.draft, saving.form
    if draft.head == saving.base:
        return HttpResponse(status=204)
    context = {
        "base": draft.head,
        **pane.answer(saving.request, draft, form.url, {change.path for change in saving.changes}),
    }
    before = _showing(saving)
    there = before.drawn()
    if (anew := _anew(saving, before, there)) is not None:
        context |= anew
    else:
        context |= {"fields": _stale_fields(saving, there, ()), "gone": _out_of_the_way(saving)}
    return render(saving.request, "drafts/saved.html", context)


def _showing(saving: Save) -> Showing:
    """What of its fields the page shows that was saved."""
    form, shown = saving.form, saving.shown
    system = systems.shown_for(form.draft, shown)
    return page_form(form.layout)(shown, form.place, system=system, whole=whole(saving.request)).showing


def _anew(saving: Save, before: Showing, there: frozenset[paths.Path]) -> dict[str, Any] | None:
    """All fields of the page, where the save lets other ones apply than the page has; None where it does not.

    before: what the page shows. there: the fields that it has.
    """
    form, request = saving.form, saving.request
    now = contents.of(form.draft)
    system = systems.shown_for(form.draft, now)
    after = page_form(form.layout)(now, form.place, system=system, whole=whole(request), stay=there).showing
    # The named settings of an extension come when its page is opened anew: their JSON is still being typed.
    named = {entry.below for entry in form.layout.fields if entry.within}
    if after.drawn() - named <= there and before.hidden() == after.hidden():
        return None
    shows_findings = "findings" in pane.page_query(request)
    own = findings_of(form, check_content(form.draft)) if shows_findings else []
    html = fields(request, form, findings=by_field(form, own), stay=there)
    return {"all_fields": html, "scripts": scripts(html)}


def _out_of_the_way(saving: Save) -> list[str]:
    """The ids of what the page says of values in the place of objects that are not there any more."""
    form, listed = saving.form, list(saving.form.layout.fields)
    left = set(odd_holders(contents.of(form.draft), form.place, listed))
    gone = set(odd_holders(saving.shown, form.place, listed)) - left
    return [steps.anchor(path) for path in gone]


def _stale_fields(
    saving: Save, there: frozenset[paths.Path], drawn: Collection[paths.Path]
) -> list[BoundProperty]:
    """The fields that hold something else now than on the page, or in other rows, those already drawn left out.

    there: the fields that the page has. Settings of an extension that became a known one after the page was drawn have
    none there yet.
    """
    form, shown = saving.form, saving.shown
    now = contents.of(form.draft)
    # The page does not know yet what was filled in.
    own = [paths.parse(place) for place in saving.filled]
    changed = {
        change.path: change.wanted
        for change in saving.changes
        if not any(paths.starts_with(place, change.path) for place in own)
    }
    found = []
    for entry in form.layout.fields:
        path = form.place + entry.below
        if path in drawn or entry.below not in there or (entry.within and not saving.page.came_back(path)):
            continue
        value = paths.get(now, path)
        other = not merging.same(value, changed.get(path, paths.get(shown, path)))
        in_rows = entry.is_rows and path in changed
        if other or (in_rows and moved_up(saving.request.POST, entry, paths.text(path), value)):
            found.append(entry)
    if not found:
        return []
    page = page_of(saving.request, form, now, in_place=True)
    return [page.at_entry(entry) for entry in found]


# --- What was not saved -----------------------------------------------------------------------------------------------


def _ask(saving: Save, found: list[actions.SaveConflict]) -> HttpResponse:
    """The page once more: what others wrote and what this person typed, and the buttons to choose with."""
    request, form, automatic = saving.request, saving.form, saving.automatic
    extra, values = conflicts.questions(saving.user, form, found)
    drawn = {entry.path for entry in found}
    others = _stale_fields(saving, _showing(saving).drawn(), drawn) if automatic else []
    return _again(request, form, 409, extra, automatic=automatic, conflicts=values, others=others)


def _again(
    request: HttpRequest,
    form: Form,
    status: int,
    extra: list[Finding],
    *,
    automatic: bool,
    conflicts: dict[paths.Path, TwoValues] | None = None,
    others: Sequence[BoundProperty] = (),
) -> HttpResponse:
    """The page once more with what was typed, and why it was not saved. others: fields that hold something else now."""
    kept = [paths.text(finding.path) for finding in extra]
    typed = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if (status == 422 or any(name.startswith(start) for start in kept)) and name not in secret_names(form)
    }
    if automatic:
        draft = form.draft
        page = page_of(
            request,
            form,
            contents.of(draft),
            findings=by_field(form, extra),
            typed=typed,
            conflicts=conflicts,
            in_place=True,
        )
        touched = [
            page.at_entry(entry)
            for entry in form.layout.fields
            if any(paths.starts_with(path, form.place + entry.below) for path in page.findings)
        ]
        context = {
            "base": draft.head if status == 409 else request.POST.get("base"),
            "fields": [*touched, *others],
        }
        return render(request, "drafts/not_saved.html", context, status=status)
    return draw(request, form, shown=False, status=status, typed=typed, extra=extra, conflicts=conflicts)
