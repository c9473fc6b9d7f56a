"""The task list: how far each step is, and the list as it stands beside every page of a draft."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.web.rendering import drawn


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


@dataclass(frozen=True, slots=True)
class Tasks:
    """The task list of a draft. wrong: how many errors its check found."""

    draft: Draft
    tasks: tuple[Task, ...]
    wrong: int

    @property
    def done(self) -> int:
        """How many steps are ready."""
        return sum(task.state == "done" for task in self.tasks)

    @property
    def digest(self) -> str:
        """A few letters that change when the list reads otherwise, so that a page need not be sent it again."""
        return f"{zlib.crc32('|'.join([*(task.words for task in self.tasks), str(self.wrong)]).encode()):x}"

    @property
    def outcome(self) -> str:
        """What the check of everything says, in words."""
        return f"{self.wrong} to fix" if self.wrong else "Ready"


def drawn_tasks(
    tasks: Tasks, *, linked: bool = True, checked: bool = False, out_of_band: bool = False
) -> SafeString:
    """The list as HTML. linked: for people who may open the steps; checked: on the check's own page."""
    lines = [
        (each.url if linked else "", each.title, each.current, each.state, each.words) for each in tasks.tasks
    ]
    state = "error" if tasks.wrong else "done"
    lines.append((f"/drafts/{tasks.draft.code}/check/", "Check everything", checked, state, tasks.outcome))
    context = {"lines": lines, "digest": tasks.digest, "out_of_band": out_of_band}
    return drawn("forms/tasks.html", context)


def tasks_of(draft: Draft, current: steps.Step | None = None) -> Tasks:
    """The task list of a draft as it was last saved. current: the step whose page shows it."""
    content = contents.of(draft)
    wrong: dict[str, int] = {}
    for finding in errors(check_content(draft)):
        name = steps.owner(finding.path).name
        wrong[name] = wrong.get(name, 0) + 1
    tasks = []
    for entry in steps.STEPS:
        state, words = _state(entry, content, draft.api_version, wrong.get(entry.name, 0))
        url = f"/drafts/{draft.code}/{entry.name}/"
        tasks.append(Task(entry.name, entry.title, entry.lead, url, state, words, entry is current))
    return Tasks(draft, tuple(tasks), sum(wrong.values()))


@require_safe
def tasks(request: HttpRequest, code: str) -> HttpResponse:
    """The task list by itself, for a page whose form was saved in passing; nothing when it still reads the same.

    The address says the page's `step`, and the digest of the list that it has `seen`.
    """
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    if not request.htmx:  # type: ignore[attr-defined] # django-htmx adds it to each request
        return redirect("draft", code)
    listed = tasks_of(draft, steps.BY_NAME.get(request.GET.get("step", "")))
    if listed.digest == request.GET.get("seen"):
        return HttpResponse(status=204)
    return HttpResponse(drawn_tasks(listed, out_of_band=True))


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
