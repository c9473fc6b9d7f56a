"""What a page of fields sent: saved by a button, in passing while typing, or not and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, merging, named, steps, submitted, switching
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.forms.bound import BoundProperty
from vmssbuilder.drafts.forms.conflicts import TwoValues
from vmssbuilder.drafts.forms.obstacles import odd_holders
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.submitted import Changed
from vmssbuilder.pages.problems import problem
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding, errors

from . import choosing, fitting, pane
from .checking import fix_here
from .form import Form, by_field, draw, findings_of, onward, secret_names
from .frame import frame
from .lists import act


def save(request: HttpRequest, form: Form) -> HttpResponse:
    user, draft, post = cast(User, request.user), form.draft, request.POST
    automatic = bool(request.htmx)  # type: ignore[attr-defined] # django-htmx adds it to each request
    try:
        base = int(post.get("base", ""))
        shown = actions.shown_at(draft, base)
    except (ValueError, actions.StaleRevision):
        return _out_of_date(request, form, automatic=automatic)
    if form.place and not isinstance(paths.get(shown, form.place), dict):
        raise Http404("This item is not there any more. It may have been removed.")
    form.fit(shown, typing=True)
    changes, refused = submitted.read(post, form.layout, form.place, shown, pasted=not automatic)
    changes = named.joined(post, form.layout, form.place, shown, changes, refused)
    if automatic:
        changes = [change for change in changes if not change.secret]
    if refused:
        extra = [Finding("refused", "error", entry.path, entry.message) for entry in refused]
        return _again(request, form, 422, extra, automatic=automatic)
    switched = [change for change in changes if change.path == switching.API_VERSION]
    if switched and automatic:
        # Another API version is never chosen in passing.
        changes = [change for change in changes if change not in switched]
    elif switched:
        switch = switching.to(draft, switched[0].wanted)
        if (switch.missing or switch.renamed) and post.get("switch") != switch.api_version:
            return render(
                request, "drafts/switch.html", frame(draft) | {"switch": switch, "sent": _sent(post)}
            )
        changes += switch.changes(draft.document)
    changes, held = choosing.chosen(post, changes)
    conflicts = _save_what_can_be(user, form, base, changes, automatic=automatic)
    conflicts += choosing.still_open(held, contents.of(form.draft))
    if conflicts:
        return _ask(request, form, shown, changes, conflicts, automatic=automatic)
    if _follow_item(form, base, shown, written=bool(changes)) and automatic:
        # The fields of this page would be those of another item.
        return HttpResponse(status=204, headers={"HX-Redirect": form.url})
    if automatic:
        return _saved_quietly(request, form, base, shown, changes)
    if post.get("settle"):
        return redirect(_back(request, form, choosing.settled(post)))
    verb, _, rest = post.get("act", "").partition(":")
    if verb in fitting.VERBS:
        return fitting.act(request, form, post["act"], fitting.expected(shown, changes))
    if verb:
        return (
            fix_here(request, form, rest)
            if verb == "fix"
            else act(request, form, post["act"], base, kept=bool(changes))
        )
    return _continue(request, form)


def _save_what_can_be(
    user: User, form: Form, base: int, changes: list[Changed], *, automatic: bool
) -> list[actions.Conflict]:
    """Saves all changes but those of places that others changed too; answers these, and leaves them in no list."""
    conflicts: list[actions.Conflict] = []
    while changes:
        try:
            form.draft = actions.save(user, form.draft, base, changes, automatic=automatic)
        except actions.EditConflict as conflict:
            form.draft = conflict.draft
            conflicts += conflict.conflicts
            places = {entry.path for entry in conflict.conflicts}
            changes[:] = [change for change in changes if change.path not in places]
        else:
            break
    return conflicts


def _follow_item(form: Form, base: int, shown: dict[str, Any], *, written: bool) -> bool:
    """Turns to where the page's item stands now; answers whether others moved it. Raises Http404 when it is gone."""
    newest = form.draft.head
    if not form.place or newest <= base + written:
        return False
    # Looked for without this page's own changes: they may have given the item another name.
    former, place = (
        form.place,
        merging.follow(form.place, shown, actions.shown_at(form.draft, newest - written)),
    )
    if place is None:
        raise Http404("This item is not there any more. It may have been removed.")
    form.place = place
    return place != former


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
    """On to the next page, unless this one has errors that the person has not seen yet."""
    own = errors(findings_of(form, check_content(form.draft)))
    back = f"&return={request.POST['return']}" if request.POST.get("return") == "check" else ""
    if own and not request.POST.get("seen"):
        return redirect(f"{form.url}?findings=1{back}")
    if request.POST.get("return") == "check":
        return redirect("draft-check", form.draft.code)
    return redirect(onward(form))


# --- Autosave ---------------------------------------------------------------------------------------------------------


def _saved_quietly(
    request: HttpRequest, form: Form, base: int, shown: dict[str, Any], changes: list[Changed]
) -> HttpResponse:
    """The answer to an autosave: the JSON, and fields that others changed.

    What the check says of it is asked for when the person pauses: nobody reads it while typing.
    """
    draft = form.draft
    if draft.head == base:
        return HttpResponse(status=204)
    context = {
        "base": draft.head,
        "pane": pane.answer(request, draft, form.url, {change.path for change in changes}),
        "fields": _stale_fields(form, request.POST, shown, changes, {}),
        "gone": _out_of_the_way(form, shown),
    }
    return render(request, "drafts/saved.html", context)


def _out_of_the_way(form: Form, shown: dict[str, Any]) -> list[str]:
    """The ids of what the page says of values in the place of objects that are not there any more."""
    listed = list(form.layout.fields)
    left = set(odd_holders(contents.of(form.draft), form.place, listed))
    gone = set(odd_holders(shown, form.place, listed)) - left
    return [steps.anchor(path) for path in gone]


def _stale_fields(
    form: Form,
    post: QueryDict,
    shown: dict[str, Any],
    changes: Sequence[Changed],
    drawn: Collection[paths.Path],
) -> list[BoundProperty]:
    """The fields that hold something else now than on the page, or in other rows, those already drawn left out.

    Settings of an extension that became a known one after the page was drawn have no fields there yet.
    """
    now = contents.of(form.draft)
    there = {change.path: change.wanted for change in changes}
    page = page_form(form.layout)(now, form.place, form.step_url, in_place=True)
    return [
        page.at_entry(entry)
        for entry in form.layout.fields
        if (path := form.place + entry.below) not in drawn
        and (not entry.within or submitted.holds(post, path))
        and (
            not merging.same(paths.get(now, path), there.get(path, paths.get(shown, path)))
            or (path in there and submitted.rows_moved_up(post, entry, path, paths.get(now, path)))
        )
    ]


# --- What was not saved -----------------------------------------------------------------------------------------------


def _ask(
    request: HttpRequest,
    form: Form,
    shown: dict[str, Any],
    changes: list[Changed],
    conflicts: list[actions.Conflict],
    *,
    automatic: bool,
) -> HttpResponse:
    """The page once more: what others wrote and what this person typed, and the buttons to choose with."""
    extra, values = choosing.questions(cast(User, request.user), form, conflicts)
    others: list[BoundProperty] = []
    if automatic:
        others = _stale_fields(form, request.POST, shown, changes, {entry.path for entry in conflicts})
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
        page = page_form(form.layout)(
            contents.of(draft),
            form.place,
            form.step_url,
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
