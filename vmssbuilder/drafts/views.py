"""Pages of drafts: each view gates, parses, calls one action, answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.scaleset import API_VERSIONS, ReadingError, Request, paths, read, secrets
from vmssbuilder.scaleset.canonical import canonicalise, write
from vmssbuilder.scaleset.findings import Finding, errors, warnings
from vmssbuilder.scaleset.json_text import JSONTextError
from vmssbuilder.scaleset.json_text import parse as parse_json
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.properties import List
from vmssbuilder.scaleset.versions import DEFAULT

from . import access, actions, fields, places, preview, steps, submitted, summary, switching
from . import content as contents
from .access import Access
from .checking import check_content
from .models import Draft, Revision, ShareLink

LARGEST_UPLOAD = 1_000_000
"""Bytes of an uploaded file; a scale set request is a few thousand."""


# --- Starting ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Start a draft: blank, or from pasted or uploaded JSON. Repairs of the text are shown before they are accepted."""
    user = cast(User, request.user)
    version = request.POST.get("api_version", DEFAULT)
    context: dict[str, Any] = {"versions": reversed(API_VERSIONS), "version": version, "text": ""}
    if request.method != "POST":
        return render(request, "drafts/new.html", context)
    if version not in API_VERSIONS:
        context |= {
            "version": DEFAULT,
            "error": "Choose one of the API versions on offer.",
            "at": "api-version",
        }
        return render(request, "drafts/new.html", context, status=422)
    if request.POST.get("start") != "text":
        draft = actions.create(user, Request(api_version=version), "blank")
        return redirect("draft-step", draft.code, steps.STEPS[0].name)
    upload = request.FILES.get("file")
    if upload is not None and (upload.size or 0) > LARGEST_UPLOAD:
        context |= {
            "error": f"The file is larger than {LARGEST_UPLOAD:,} bytes. Upload the request alone.",
            "at": "file",
        }
        return render(request, "drafts/new.html", context, status=413)
    text: str | bytes = upload.read() if upload is not None else request.POST.get("text", "")
    try:
        reading = read(text, version if request.POST.get("versioned") else None, _choice(request))
    except ReadingError as error:
        context |= {"error": error.message, "at": "text", "problem": error, "text": _showable(text)}
        return render(request, "drafts/new.html", context, status=422)
    unkeepable = _unkeepable(reading.request)
    if unkeepable:
        context |= {"error": unkeepable, "at": "text", "text": _showable(text)}
        return render(request, "drafts/new.html", context, status=422)
    picked_another = request.POST.get("choice") != request.POST.get("shown")
    if (reading.to_accept or reading.choices) and (not request.POST.get("accept") or picked_another):
        context |= {
            "reading": reading,
            "text": _showable(text),
            "json": _json_html(reading.request),
        }
        return render(request, "drafts/accept.html", context)
    draft = actions.create(user, reading.request, "pasted")
    for note in reading.notes:
        messages.info(request, note.message)
    return redirect("draft", draft.code)


_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _showable(text: str | bytes) -> str:
    """The text as a page can hold it: what HTML has no room for becomes a replacement character."""
    return _UNSHOWABLE.sub("\ufffd", text if isinstance(text, str) else text.decode("utf-8", "replace"))


def _unkeepable(read: Request) -> str:
    """Why a request that was read cannot be kept as a draft, "" when it can."""
    if contents.TARGET in read.document:
        return _NO_PROPERTY
    parts = (
        ("subscription", read.target.subscription),
        ("resourceGroup", read.target.resource_group),
        ("name", read.target.name),
    )
    for part, written in parts:
        longest = submitted.LONGEST_ADDRESS[part]
        if len(written) > longest:
            label = contents.label((contents.TARGET, part), read.api_version)
            return f"{label}: {len(written):,} characters; no more than {longest} can be kept. Shorten it."
    return ""


_NO_PROPERTY = f"“{contents.TARGET}” is not a property of a scale set. The address is edited under Basics."


def _json_html(shown: Draft | Request, *, linked: bool = False) -> str:
    """The masked body. linked: its lines lead to their fields, for people who may edit the draft."""
    code = shown.code if isinstance(shown, Draft) else ""
    return mark_safe(preview.render(code, shown.document, shown.api_version, linked=linked))  # noqa: S308 - the preview escapes


# --- Filling in -------------------------------------------------------------------------------------------------------


def _choice(request: HttpRequest) -> int:
    """Which of several scale sets in a text the person picked; the first when they did not."""
    picked = request.POST.get("choice", "")
    return int(picked) if picked.isascii() and picked.isdigit() and len(picked) < 5 else 0


@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """The task list of a draft."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    found = check_content(draft)
    allowed = access.access(user, draft)
    context = _frame(draft, found) | {
        "allowed": allowed,
        "editable": allowed >= Access.EDIT,
        "json": _json_html(draft, linked=allowed >= Access.EDIT),
    }
    return render(request, "drafts/overview.html", context)


@dataclass(slots=True)
class _Form:
    """A page of fields in the making: the draft, the step, the item it is about, and the layout of its fields."""

    draft: Draft
    step: steps.Step
    place: Path
    layout: steps.Layout

    @property
    def url(self) -> str:
        return (
            places.page_url(self.draft.code, self.place, self.draft.api_version)
            if self.place
            else self.step_url
        )

    @property
    def step_url(self) -> str:
        return f"/drafts/{self.draft.code}/{self.step.name}/"

    @property
    def parent(self) -> Path:
        """The path of the page that this item's list stands on."""
        return steps.item_page(self.place[:-1], self.draft.api_version) if self.place else ()


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """One step of the form."""
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    if step not in steps.BY_NAME:
        raise Http404("There is no such step.")
    chosen = steps.BY_NAME[step]
    return _form(request, _Form(draft, chosen, (), steps.step_layout(chosen, draft.api_version)))


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, code: str, step: str, item: str) -> HttpResponse:
    """One item of a list: a network interface, a data disk, an extension."""
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    try:
        place = paths.from_url(item)
    except PathError as error:
        raise Http404(str(error)) from None
    node = contents.node_at(place, draft.api_version)
    known = (
        step in steps.BY_NAME
        and node is not None
        and steps.item_page(place, draft.api_version) == place
        and steps.owner(place).name == step
    )
    if not known or node is None:
        raise Http404("There is no such page in this draft.")
    if request.method != "POST" and not isinstance(paths.get(draft.document, place), dict):
        raise Http404("This item is not there any more. It may have been removed.")
    return _form(
        request, _Form(draft, steps.BY_NAME[step], place, steps.item_layout(node.pattern, draft.api_version))
    )


def _form(request: HttpRequest, form: _Form) -> HttpResponse:
    if request.method == "POST":
        return _save(request, form)
    return _page(request, form, shown=bool(request.GET.get("findings")))


def _page(
    request: HttpRequest,
    form: _Form,
    *,
    shown: bool,
    status: int = 200,
    typed: dict[str, list[str]] | None = None,
    extra: list[Finding] | None = None,
) -> HttpResponse:
    """The page of a form. shown: whether findings stand at their fields. extra: problems of what was just typed."""
    draft = form.draft
    found = check_content(draft)
    own = [*(extra or []), *(_of_page(form, found) if shown else [])]
    drawn = fields.Page(
        contents.of(draft), form.place, form.step_url, _by_field(form, own), typed or {}, _attention(found)
    )
    html = "".join(fields.section(drawn, section) for section in form.layout.sections)
    wrong = {finding.path for finding in found if finding.severity == "error"} if shown else set()
    context = _frame(draft, found, form.step) | {
        "fields": mark_safe(html),  # noqa: S308 - every value in it was escaped
        "secret_names": ",".join(_secret_names(form)),
        "base": draft.head,
        "url": form.url,
        "title": _title(form),
        "anchor": steps.anchor(form.place) if form.place else "",
        "crumbs": _crumbs(form),
        "item": bool(form.place),
        "returns": request.GET.get("return", request.POST.get("return", "")),
        "errors": [
            {"message": finding.message, "href": _own_href(draft, finding)}
            for finding in own
            if finding.severity == "error"
        ],
        "unfinished": shown and not extra,
        "continue_url": _onward(form),
        "json": mark_safe(  # noqa: S308 - the preview escapes
            preview.render(draft.code, draft.document, draft.api_version, here=form.url, wrong=wrong)
        ),
    }
    return render(request, "drafts/step.html", context, status=status)


def _save(request: HttpRequest, form: _Form) -> HttpResponse:
    user, draft, post = cast(User, request.user), form.draft, request.POST
    automatic = bool(request.htmx)  # type: ignore[attr-defined]
    try:
        base = int(post.get("base", ""))
        shown = contents.of(draft) if base == draft.head else contents.of(draft.revisions.get(number=base))
    except (ValueError, OverflowError, Revision.DoesNotExist):
        return _problem(
            request,
            409,
            "This page is out of date",
            "It was made from a revision that the draft does not have. Nothing was saved. Open the page again.",
            [(form.url, "Open the page again")],
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
                request, "drafts/switch.html", _frame(draft, []) | {"switch": switch, "sent": _sent(post)}
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
        return _list_act(request, form, post["act"], base)
    return _continue(request, form)


def _sent(post: QueryDict) -> list[tuple[str, str]]:
    """What a form sent, to send it once more."""
    return [
        (name, str(value))
        for name, values in post.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]


def _continue(request: HttpRequest, form: _Form) -> HttpResponse:
    """On to the next page, unless this one has errors that the person has not seen yet."""
    own = errors(_of_page(form, check_content(form.draft)))
    back = f"&return={request.POST['return']}" if request.POST.get("return") == "check" else ""
    if own and not request.POST.get("seen"):
        return redirect(f"{form.url}?findings=1{back}")
    if request.POST.get("return") == "check":
        return redirect("draft-check", form.draft.code)
    return redirect(_onward(form))


def _onward(form: _Form) -> str:
    """The address after this page: the list of an item, the next step, at last the check."""
    if form.place:
        return (
            places.page_url(form.draft.code, form.parent, form.draft.api_version)
            if form.parent
            else form.step_url
        )
    following = steps.following(form.step)
    if following is None:
        return reverse("draft-check", args=[form.draft.code])
    return f"/drafts/{form.draft.code}/{following.name}/"


_LIST_ACTS = frozenset({"add", "remove", "duplicate", "up", "down"})


def _list_act(request: HttpRequest, form: _Form, act: str, base: int) -> HttpResponse:
    """A button of a list: add, remove, duplicate, move a card; one more or one fewer row."""
    verb, _, written = act.partition(":")
    try:
        path = paths.parse(written)
        if verb == "more" or (verb == "drop" and path):
            # A row was removed with what else the form said.
            holder = path if verb == "more" else path[:-1]
            return redirect(f"{form.url}#{steps.anchor(holder)}-field")
        return _act_on_cards(cast(User, request.user), form, verb, path, base)
    except PathError as error:
        return _problem(
            request, 400, "That cannot be done", f"{error} Nothing was changed.", [(form.url, "Go back")]
        )
    except actions.EditConflict:
        title, words = "The list was changed by someone else", "Open the page again"
        return _problem(request, 409, title, f"Nothing was changed. {words}.", [(form.url, words)])


def _act_on_cards(user: User, form: _Form, verb: str, path: Path, base: int) -> HttpResponse:
    # Positions are those of the page, so that the list must still be the one that the page showed.
    holder = path if verb == "add" else path[:-1]
    node = contents.node_at(holder, form.draft.api_version)
    if verb not in _LIST_ACTS or node is None or not isinstance(node.property, List):
        raise PathError("There is no such list.")
    form.draft, where = actions.edit_list(user, form.draft, base, verb, path)
    if verb in ("add", "duplicate"):
        return redirect(f"{form.step_url}{paths.to_url(where)}/")
    return redirect(f"{form.url}#{steps.anchor(holder)}-field")


def _saved_quietly(
    request: HttpRequest, form: _Form, shown: dict[str, Any], changes: list[submitted.Changed]
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
    context = _frame(draft, found, form.step) | {
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
    request: HttpRequest, form: _Form, status: int, extra: list[Finding], *, automatic: bool
) -> HttpResponse:
    """The page once more with what was typed, and why it was not saved."""
    kept = [paths.text(finding.path) for finding in extra]
    typed = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if (status == 422 or any(name.startswith(start) for start in kept))
        and name not in _secret_names(form)
    }
    if automatic:
        draft = form.draft
        drawn = fields.Page(contents.of(draft), form.place, form.step_url, _by_field(form, extra), typed)
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
    return _page(request, form, shown=False, status=status, typed=typed, extra=extra)


def _conflicts(form: _Form, conflict: actions.EditConflict) -> list[Finding]:
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


# --- What pages share -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list."""

    name: str
    title: str
    lead: str
    url: str
    state: str
    words: str
    current: bool


def _frame(draft: Draft, found: list[Finding], current: steps.Step | None = None) -> dict[str, Any]:
    """What every page of a draft shows around its middle: the task list, and what the draft is called."""
    content = contents.of(draft)
    wrong: dict[str, int] = {}
    for finding in errors(found):
        name = steps.owner(finding.path).name
        wrong[name] = wrong.get(name, 0) + 1
    tasks = []
    for entry in steps.STEPS:
        state, words = _state(entry, content, draft.api_version, wrong.get(entry.name, 0))
        url = f"/drafts/{draft.code}/{entry.name}/"
        tasks.append(Task(entry.name, entry.title, entry.lead, url, state, words, entry is current))
    return {
        "draft": draft,
        "tasks": tasks,
        "step": current,
        "done": sum(task.state == "done" for task in tasks),
        "error_count": sum(wrong.values()),
    }


_NOT_WORK = frozenset({(contents.TARGET, "operation"), (contents.TARGET, "apiVersion")})


def _state(entry: steps.Step, content: dict[str, Any], api_version: str, wrong: int) -> tuple[str, str]:
    layout = steps.step_layout(entry, api_version)
    started = any(
        paths.get(content, field.below) not in (MISSING, "")
        for field in layout.fields
        if field.below not in _NOT_WORK
    )
    if not started:
        return ("todo", "Not started") if wrong else ("done", "Optional")
    return ("error", f"{wrong} to fix") if wrong else ("done", "Done")


def _of_page(form: _Form, found: list[Finding]) -> list[Finding]:
    """The findings about places that this page edits."""
    version = form.draft.api_version
    return [
        finding
        for finding in found
        if steps.owner(finding.path) is form.step and steps.item_page(finding.path, version) == form.place
    ]


def _attention(found: list[Finding]) -> frozenset[Path]:
    """Every list item in which an error lies."""
    return frozenset(
        finding.path[:depth]
        for finding in errors(found)
        for depth in range(1, len(finding.path) + 1)
        if isinstance(finding.path[depth - 1], int)
    )


def _own_href(draft: Draft, finding: Finding) -> str:
    """Where the error summary of a page leads: to the field, or to the JSON for what has none."""
    if not places.has_field(finding.path, draft.api_version):
        return f"/drafts/{draft.code}/json/#text"
    return f"#{places.field_anchor(finding.path, draft.api_version)}"


def _by_field(form: _Form, found: list[Finding]) -> dict[Path, list[Finding]]:
    """Findings by the path of the field that shows them: their own, or that of the rows or JSON they lie in."""
    own = {form.place + entry.below for entry in form.layout.fields}
    by_path: dict[Path, list[Finding]] = {}
    for finding in found:
        path = finding.path
        while path and path not in own:
            path = path[:-1]
        by_path.setdefault(path or finding.path, []).append(finding)
    return by_path


def _secret_names(form: _Form) -> list[str]:
    return [
        paths.text(form.place + entry.below) for entry in form.layout.fields if entry.node.property.secret
    ]


def _title(form: _Form) -> str:
    if not form.place:
        return form.step.title
    node = contents.node_at(form.place, form.draft.api_version)
    value = paths.get(form.draft.document, form.place, {})
    assert node is not None
    return fields.item_title(node, value, cast(int, form.place[-1]))[0]


def _crumbs(form: _Form) -> list[dict[str, str]]:
    """The pages above an item, from its step down."""
    if not form.place:
        return []
    crumbs = [{"title": form.step.title, "url": form.step_url}]
    version = form.draft.api_version
    for depth in range(1, len(form.place)):
        above = form.place[:depth]
        if isinstance(above[-1], int) and steps.item_page(above, version) == above:
            node = contents.node_at(above, version)
            assert node is not None
            title = fields.item_title(node, paths.get(form.draft.document, above, {}), above[-1])[0]
            crumbs.append({"title": title, "url": f"{form.step_url}{paths.to_url(above)}/"})
    return crumbs


def _problem(
    request: HttpRequest, status: int, title: str, text: str, links: list[tuple[str, str]]
) -> HttpResponse:
    context = {
        "problem_status": status,
        "problem_title": title,
        "problem_text": text,
        "problem_links": [{"href": href, "text": words} for href, words in links],
    }
    return render(request, "problem.html", context, status=status)


# --- The whole draft --------------------------------------------------------------------------------------------------


@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on one page, with every finding and the act."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    found = check_content(draft)
    allowed = access.access(user, draft)
    context = _frame(draft, found) | {
        "allowed": allowed,
        "editable": allowed >= Access.EDIT,
        "groups": summary.groups(draft, code),
        "findings": [_shown_finding(draft, number, finding) for number, finding in enumerate(found)],
        "errors": errors(found),
        "warning_count": len(warnings(found)),
        "overridable": [finding for finding in errors(found) if finding.overridable],
        "blocking": [finding for finding in errors(found) if not finding.overridable],
        "json": _json_html(draft, linked=allowed >= Access.EDIT),
        "checked": True,
    }
    return render(request, "drafts/check.html", context)


def _finding_url(draft: Draft, finding: Finding) -> str:
    if not places.has_field(finding.path, draft.api_version):
        return f"/drafts/{draft.code}/json/#text"
    page = places.page_url(draft.code, finding.path, draft.api_version)
    return f"{page}?findings=1&return=check#{places.field_anchor(finding.path, draft.api_version)}"


def _shown_finding(draft: Draft, number: int, finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding,
        "number": number,
        "label": contents.label(finding.path, draft.api_version),
        "url": _finding_url(draft, finding),
    }


@require_POST
def fix(request: HttpRequest, code: str) -> HttpResponse:
    """Applies the fix of one finding, named by its rule and place."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.EDIT)
    for finding in check_content(draft):
        if (
            finding.fix
            and finding.rule == request.POST.get("rule")
            and finding.where == request.POST.get("where")
        ):
            try:
                actions.apply_fix(user, draft, draft.head, finding.fix.apply)
            except PathError:
                messages.warning(
                    request,
                    "What the draft holds there has the wrong type. Correct that first, then try again.",
                )
            else:
                messages.success(request, f"{finding.fix.title}.")
            break
    else:
        messages.info(request, "That was already settled.")
    return redirect("draft-check", code)


@require_safe
def document(request: HttpRequest, code: str) -> HttpResponse:
    """The masked body, as a file."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    body = write(secrets.mask(draft.document), draft.api_version)
    answer = HttpResponse(body, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{draft.code}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def edit_json(request: HttpRequest, code: str) -> HttpResponse:
    """The same draft as text: secrets stand as references, which are kept when they are left alone."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.EDIT)
    context = _frame(draft, []) | {"base": draft.head, "text": write(draft.document, draft.api_version)}
    if request.method != "POST":
        return render(request, "drafts/json.html", context)
    text = request.POST.get("text", "")
    context |= {"text": _showable(text), "base": request.POST.get("base", "")}
    try:
        parsed = parse_json(text)
        if not isinstance(parsed.value, dict):
            context["error"] = "The document must be a JSON object: it starts with { and ends with }."
            return render(request, "drafts/json.html", context, status=422)
        if contents.TARGET in parsed.value:
            context["error"] = _NO_PROPERTY
            return render(request, "drafts/json.html", context, status=422)
        edited, notes = canonicalise(parsed.value, draft.api_version)
        actions.replace_document(user, draft, int(request.POST.get("base", "")), edited)
    except JSONTextError as error:
        context |= {"error": error.message, "problem": error}
        return render(request, "drafts/json.html", context, status=422)
    except (actions.EditConflict, actions.StaleRevision, ValueError):
        context |= {
            "error": "The draft was saved elsewhere since you opened this page. Your text is kept below; "
            "save again to replace what is there now.",
            "base": draft.head,
        }
        return render(request, "drafts/json.html", context, status=409)
    for note in notes:
        messages.info(request, note.message)
    messages.success(request, "Saved.")
    return redirect("draft-check", code)


@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Every saved state, newest first."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    revisions = draft.revisions.select_related("author").defer("document")
    page = Paginator(revisions, 50).get_page(request.GET.get("page"))
    return render(request, "drafts/history.html", {"draft": draft, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, code: str) -> HttpResponse:
    """The links that show this draft, and a button for a new one."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.OWN)
    if request.method == "POST":
        actions.share(user, draft)
        messages.success(request, "The link is ready. Copy it and send it to a colleague.")
        return redirect("draft-share", code)
    links = [
        {"link": link, "url": request.build_absolute_uri(reverse("shared", args=[link.token]))}
        for link in draft.share_links.all()[:50]
    ]
    return render(request, "drafts/share.html", {"draft": draft, "links": links, "days": actions.SHARE_DAYS})


@require_POST
def revoke(request: HttpRequest, code: str, link: str) -> HttpResponse:
    """Ends a share link."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.OWN)
    actions.revoke(user, get_object_or_404(ShareLink, draft=draft, code=link))
    messages.success(request, "The link no longer opens the draft.")
    return redirect("draft-share", code)


@require_POST
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Puts a draft away for good."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.OWN)
    try:
        actions.discard(user, draft)
    except actions.UnderWay as error:
        return _problem(
            request, 409, "This draft cannot be discarded yet", str(error), [(f"/drafts/{code}/", "Go back")]
        )
    messages.success(request, f"{draft} was discarded and its secrets destroyed.")
    return redirect("home")


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A draft as someone with a share link sees it: everything, nothing to change, secrets hidden."""
    try:
        link = ShareLink.objects.select_related("draft__owner").get(
            code=signing.Signer(salt="share").unsign(token)
        )
    except (signing.BadSignature, ShareLink.DoesNotExist):
        raise Http404("This link is not one of ours. Was it copied whole?") from None
    draft = link.draft
    if not link.is_live or draft.discarded is not None:
        why = (
            "was revoked"
            if link.revoked
            else "has expired"
            if draft.discarded is None
            else "leads to a discarded draft"
        )
        return _problem(
            request, 410, "This link no longer works", f"The link {why}. Ask {draft.owner} for a new one.", []
        )
    context = {
        "draft": draft,
        "link": link,
        "groups": summary.groups(draft, draft.code),
        "json": _json_html(draft),
    }
    return render(request, "drafts/shared.html", context)
