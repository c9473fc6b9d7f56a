"""What a page of fields sent: saved by a button, in passing while typing, or not and why."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, fields, preview, submitted, switching
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Revision
from vmssbuilder.pages.problems import problem
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.paths import MISSING

from .form import Form, by_field, draw, findings_of, onward, secret_names
from .frame import frame
from .lists import act


def save(request: HttpRequest, form: Form) -> HttpResponse:
    user, draft, post = cast(User, request.user), form.draft, request.POST
    automatic = bool(request.htmx)  # type: ignore[attr-defined] # set by django-htmx's middleware
    try:
        base = int(post.get("base", ""))
        shown = contents.of(draft) if base == draft.head else contents.of(draft.revisions.get(number=base))
    except (ValueError, OverflowError, Revision.DoesNotExist):
        return problem(
            request,
            409,
            "This page is out of date",
            "It was made from a revision that the draft does not have. Nothing was saved. Open the page again.",
            links=[(form.url, "Open the page again")],
        )
    if form.place and not isinstance(paths.get(shown, form.place), dict):
        raise Http404("This item is not there any more. It may have been removed.")
    changes, refused = submitted.read(post, form.layout, form.place, shown)
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
                request, "drafts/switch.html", frame(draft, []) | {"switch": switch, "sent": _sent(post)}
            )
        changes += switch.changes(draft.document)
    try:
        form.draft = actions.save(user, draft, base, changes, automatic=automatic)
    except actions.EditConflict as conflict:
        form.draft = conflict.draft
        return _again(request, form, 409, _conflicts(form, conflict), automatic=automatic)
    if automatic:
        return _saved_quietly(request, form, shown, changes)
    if post.get("act"):
        return act(request, form, post["act"], base)
    return _continue(request, form)


def _sent(post: QueryDict) -> list[tuple[str, str]]:
    """What a form sent, to send it once more."""
    return [
        (name, str(value))
        for name, values in post.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]


def _continue(request: HttpRequest, form: Form) -> HttpResponse:
    """On to the next page, unless this one has errors that the person has not seen yet."""
    own = errors(findings_of(form, check_content(form.draft)))
    back = f"&return={request.POST['return']}" if request.POST.get("return") == "check" else ""
    if own and not request.POST.get("seen"):
        return redirect(f"{form.url}?findings=1{back}")
    if request.POST.get("return") == "check":
        return redirect("draft-check", form.draft.code)
    return redirect(onward(form))


def _saved_quietly(
    request: HttpRequest, form: Form, shown: dict[str, Any], changes: list[submitted.Changed]
) -> HttpResponse:
    """The answer to an autosave: the JSON, the task list and the time; and fields that others changed meanwhile."""
    draft = form.draft
    now = contents.of(draft)
    mine = {change.path for change in changes}
    drawn = fields.Page(now, form.place, form.step_url)
    others = [
        _out_of_band(fields.one(drawn, entry))
        for entry in form.layout.fields
        if (path := form.place + entry.below) not in mine and paths.get(now, path) != paths.get(shown, path)
    ]
    found = check_content(draft)
    context = frame(draft, found, form.step) | {
        "base": draft.head,
        "others": mark_safe("".join(others)),  # noqa: S308 - every value in it was escaped
        "json": mark_safe(  # noqa: S308 - the preview escapes
            preview.render(draft.code, draft.document, draft.api_version, here=form.url, changed=mine)
        ),
    }
    return render(request, "drafts/saved.html", context)


def _out_of_band(field: str) -> str:
    """A field that htmx puts in the place of the one that stands on the page."""
    return field.replace('-field"', '-field" hx-swap-oob="true"', 1)


def _again(
    request: HttpRequest, form: Form, status: int, extra: list[Finding], *, automatic: bool
) -> HttpResponse:
    """The page once more with what was typed, and why it was not saved."""
    kept = [paths.text(finding.path) for finding in extra]
    typed = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if (status == 422 or any(name.startswith(start) for start in kept)) and name not in secret_names(form)
    }
    if automatic:
        draft = form.draft
        drawn = fields.Page(contents.of(draft), form.place, form.step_url, by_field(form, extra), typed)
        touched = [
            _out_of_band(fields.one(drawn, entry))
            for entry in form.layout.fields
            if form.place + entry.below in drawn.findings
        ]
        context = {
            "base": draft.head if status == 409 else request.POST.get("base"),
            "others": mark_safe("".join(touched)),  # noqa: S308 - every value in it was escaped
            "refused": True,
        }
        return render(request, "drafts/not_saved.html", context, status=status)
    return draw(request, form, shown=False, status=status, typed=typed, extra=extra)


def _conflicts(form: Form, conflict: actions.EditConflict) -> list[Finding]:
    found = []
    for entry in conflict.conflicts:
        node = contents.node_at(entry.path, form.draft.api_version)
        label = contents.label(entry.path, form.draft.api_version)
        secret = node is not None and node.property.secret
        theirs = "nothing" if entry.theirs is MISSING else "a value" if secret else f"“{_text(entry.theirs)}”"
        message = (
            f"{label} was changed while you were editing; it now holds {theirs}. "
            "Yours is kept in the box: save again to use it, or change it back."
        )
        found.append(Finding("conflict", "error", entry.path, message))
    return found


def _text(value: Any) -> str:
    written = value if isinstance(value, str) else str(value)
    return written if len(written) <= 120 else written[:119] + "…"
