"""Everything on one page with its findings, and their fixes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, addresses, diff, steps, summary
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import Fixed, TooMany, check_content, fix_all
from vmssbuilder.drafts.forms import picking
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.turns import NotYet, TooLong
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Change, Finding, errors, warnings
from vmssbuilder.scaleset.paths import Path, PathError
from vmssbuilder.web.rendering import drawn

from .form import Form
from .frame import frame
from .pane import pane


@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on one page, with every finding and the act."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    found = _found(user, draft)
    wrong, doubtful = errors(found), warnings(found)
    allowed = access.access(user, draft)
    editable = allowed >= Access.EDIT
    context = frame(draft, editable=editable, checked=True) | {
        "allowed": allowed,
        "groups": summary.html(
            draft,
            code,
            editable=editable,
            subscription=picking.subscription_name(user, draft.subscription),
        ),
        "errors": wrong,
        "warnings": doubtful,
        "error_list": _list(draft, wrong[:FINDINGS_A_PAGE], editable=editable),
        "warning_list": _list(draft, doubtful[:FINDINGS_A_PAGE], editable=editable),
        "listed": FINDINGS_A_PAGE,
        "fixable": sum(finding.fix is not None for finding in found),
        "overridable": [finding for finding in wrong if finding.overridable],
        "blocking": [finding for finding in wrong if not finding.overridable],
        **pane(request, draft, found=found, linked=editable),
    }
    return render(request, "drafts/check.html", context)


FINDINGS_A_PAGE: Final = 100


def _found(user: User, draft: Draft) -> list[Finding]:
    """What the check says, and what lists say that the person has looked at."""
    return [*check_content(draft), *picking.doubts(user, contents.of(draft))]


@require_safe
def findings(request: HttpRequest, code: str, severity: str) -> HttpResponse:
    """The errors or the warnings of a draft, as many as there are, in pages."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    if severity not in ("error", "warning"):
        raise Http404("There are errors and warnings.")
    found = (errors if severity == "error" else warnings)(_found(user, draft))
    page = Paginator(found, FINDINGS_A_PAGE).get_page(request.GET.get("page"))
    editable = access.access(user, draft) >= Access.EDIT
    context = {
        "draft": draft,
        "severity": severity,
        "page": page,
        "listed": _list(draft, list(page), editable=editable),
        "query": "",
    }
    return render(request, "drafts/findings.html", context)


@require_safe
def values(request: HttpRequest, code: str, number: int, step: str) -> HttpResponse:
    """The values of one step of a revision, as many as there are, in pages."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    revision = draft.revisions.filter(number=number).first() if number < 2**31 else None
    if revision is None or step not in steps.BY_NAME:
        raise Http404("There is no such revision or step.")
    revision.draft = draft
    asked = request.GET.get("page", "1")
    first = (int(asked) - 1) * summary.LINES_A_STEP if asked.isdecimal() and 0 < len(asked) < 7 else 0
    group = summary.groups(revision, code, max(first, 0), only=step)[0]
    page = Paginator(range(group.count), summary.LINES_A_STEP).get_page(asked)
    context = {
        "draft": draft,
        "revision": revision,
        "step": group.step,
        "page": page,
        "listed": drawn("forms/summary_lines.html", {"group": group}),
        "query": "",
    }
    return render(request, "drafts/values.html", context)


def _list(draft: Draft, found: list[Finding], *, editable: bool) -> SafeString:
    """Findings as list items, each with its page, and with its link and fix for people who may edit."""
    listed = []
    for finding in found:
        page, label = summary.page_title(draft, finding.path), contents.label(finding.path, draft.api_version)
        place = page if label in (page, "Document") else f"{page} · {label}"
        listed.append({"finding": finding, "label": label, "place": place, "url": _url(draft, finding)})
    return drawn("forms/findings.html", {"listed": listed, "editable": editable})


def _url(draft: Draft, finding: Finding) -> str:
    if not addresses.has_field(finding.path, draft.api_version):
        return f"/drafts/{draft.code}/json/#text"
    page = addresses.page_url(draft.code, finding.path, draft.api_version)
    return f"{page}?findings=1&return=check#{addresses.field_anchor(finding.path, draft.api_version)}"


# --- Fixes ------------------------------------------------------------------------------------------------------------


def _named(finding: Finding) -> str:
    """How a button names the finding that it fixes."""
    return f"{finding.rule}:{finding.where}"


@require_POST
def fix(request: HttpRequest, code: str) -> HttpResponse:
    """Applies the fix of one finding, named by its rule and place."""
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    _fix(request, draft, request.POST.get("fix", ""))
    return redirect("draft-check", code)


def fix_here(request: HttpRequest, form: Form, named: str) -> HttpResponse:
    """Applies the fix of a finding that stands on a page of fields, and answers that page; what was typed is saved by now."""
    found = _fix(request, form.draft, named)
    url = form.url
    if form.place and not isinstance(paths.get(form.draft.document, form.place), dict):
        url = form.step_url
    again = "&return=check" if request.POST.get("return") == "check" else ""
    anchor = f"#{addresses.field_anchor(found.path, form.draft.api_version)}" if found is not None else ""
    return redirect(f"{url}?findings=1{again}{anchor}")


def _fix(request: HttpRequest, draft: Draft, named: str) -> Finding | None:
    """Applies a fix and says so; answers the finding, None when there is none of that name any more."""
    finding = next((each for each in check_content(draft) if each.fix and _named(each) == named), None)
    if finding is None or finding.fix is None:
        messages.info(request, "That was already settled.")
        return None
    try:
        saved = actions.apply_fix(cast(User, request.user), draft, draft.head, finding.fix.apply)
    except PathError:
        messages.warning(
            request, "What the draft holds there has the wrong type. Correct that first, then try again."
        )
    else:
        draft.document = saved.document
        messages.success(request, f"{finding.fix.title}.")
    return finding


@require_http_methods(["GET", "HEAD", "POST"])
def fixes(request: HttpRequest, code: str) -> HttpResponse:
    """What every fix at once would change, and on POST the change. What is too much for a request is the worker's."""
    try:
        return _fixes(request, code)
    except (TooMany, NotYet, TooLong):
        # A form that was sent is sent there once more, by the browser.
        return redirect("draft-work", code, preserve_request=request.method == "POST")


def _fixes(request: HttpRequest, code: str) -> HttpResponse:
    user = cast(User, request.user)
    draft = access.find(user, code, Access.EDIT)
    made = fix_all(draft)
    if request.method == "POST" and made:
        if request.POST.get("base") == str(draft.head):
            # Others may save while the fixes are made.
            with suppress(actions.EditConflict):
                actions.apply_fixes(user, draft, draft.head, made[-1].after)
                messages.success(
                    request, "Fixed 1 finding." if len(made) == 1 else f"Fixed {len(made)} findings."
                )
                return redirect("draft-check", code)
        messages.warning(request, "The draft was changed since you opened the page. Look at it again.")
        return redirect("draft-fixes", code)
    if not made:
        messages.info(request, "There is nothing that could be fixed by itself.")
        return redirect("draft-check", code)
    return render(
        request, "drafts/fixes.html", {"draft": draft, "fixes": [_shown(draft, each) for each in made]}
    )


@dataclass(frozen=True, slots=True)
class FixedValue:
    """One value that a fix changes, in words; "" where there is none before or after."""

    label: str
    where: str
    before: str
    after: str


def _shown(draft: Draft, made: Fixed) -> dict[str, Any]:
    assert made.finding.fix is not None
    lines = []
    for change in made.finding.fix.changes:
        for path in _places(change):
            was, becomes = (
                diff.value(path, paths.get(content, path), draft.api_version)
                for content in (made.before, made.after)
            )
            if was != becomes:
                lines.append(
                    FixedValue(contents.label(path, draft.api_version), paths.text(path), was, becomes)
                )
    return {"finding": made.finding, "lines": lines, "page": summary.page_title(draft, made.finding.path)}


def _places(change: Change) -> list[Path]:
    return [change.path, change.to] if change.action == "move" else [change.path]
