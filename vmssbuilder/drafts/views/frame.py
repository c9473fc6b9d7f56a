"""What every page of a draft shows around its middle, and small things several pages need."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, preview, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, paths
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.paths import MISSING


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


def frame(draft: Draft, found: list[Finding], current: steps.Step | None = None) -> dict[str, Any]:
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
        "tasks_seen": _digest(tasks, sum(wrong.values())),
    }


def _digest(tasks: list[Task], wrong: int) -> str:
    """A few letters that change when the task list reads otherwise, so that a page need not be sent it again."""
    return f"{zlib.crc32('|'.join([*(task.words for task in tasks), str(wrong)]).encode()):x}"


@require_safe
def tasks(request: HttpRequest, code: str) -> HttpResponse:
    """The task list by itself, for a page whose form was saved in passing; nothing when it still reads the same.

    The address says the page's `step`, and the digest of the list that it has `seen`.
    """
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    if not request.htmx:  # type: ignore[attr-defined] # django-htmx adds it to each request
        return redirect("draft", code)
    context = frame(draft, check_content(draft), steps.BY_NAME.get(request.GET.get("step", "")))
    if context["tasks_seen"] == request.GET.get("seen"):
        return HttpResponse(status=204)
    return HttpResponse(render_to_string("drafts/tasks.html", context | {"oob": True}))


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


def json_html(shown: Draft | Request, *, linked: bool = False) -> str:
    """The masked body. linked: its lines lead to their fields, for people who may edit the draft."""
    code = shown.code if isinstance(shown, Draft) else ""
    return mark_safe(preview.render(code, shown.document, shown.api_version, linked=linked))  # noqa: S308 - the preview escapes


_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def showable(text: str | bytes) -> str:
    """The text as a page can hold it: what HTML has no room for becomes a replacement character."""
    return _UNSHOWABLE.sub("\ufffd", text if isinstance(text, str) else text.decode("utf-8", "replace"))


NO_PROPERTY = f"“{contents.TARGET}” is not a property of a scale set. The address is edited under Basics."
