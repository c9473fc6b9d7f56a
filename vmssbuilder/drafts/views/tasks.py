"""The task list: how far each step is, and the list as it stands beside every page of a draft."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, answers, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.answers import AzureAnswer
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
    """The task list of a draft. wrong: how many errors its check and Azure found. answered: what Azure said of it.

    bar: what the status bar says beside it.
    """

    draft: Draft
    tasks: tuple[Task, ...]
    wrong: int
    answered: AzureAnswer
    bar: str

    @property
    def done(self) -> int:
        """How many steps are ready."""
        return sum(task.state in ("done", "optional") for task in self.tasks)

    @property
    def digest(self) -> str:
        """A few letters that change when the list or the bar reads otherwise, so that a page need not be sent them again."""
        words = [*(task.words for task in self.tasks), *self.outcome, self.draft.name, self.bar]
        return f"{zlib.crc32('|'.join(words).encode()):x}"

    @property
    def outcome(self) -> tuple[str, str]:
        """What the check of everything says: state and words. Ready is said once Azure would take it, too."""
        if self.wrong:
            return "todo", f"{self.wrong} to fix"
        if self.answered.ready:
            return "done", self.answered.words
        return "todo", self.answered.words or "Nothing to fix"


def drawn_tasks(
    tasks: Tasks, *, linked: bool = True, checked: bool = False, out_of_band: bool = False
) -> SafeString:
    """The list as HTML. linked: for people who may open the steps; checked: on the check's own page."""
    lines = [
        (each.name, each.url if linked else "", each.title, each.current, each.state, each.words)
        for each in tasks.tasks
    ]
    url = f"/drafts/{tasks.draft.code}/check/"
    lines.append(("check", url, "Check everything", checked, *tasks.outcome))
    context = {"lines": lines, "digest": tasks.digest, "out_of_band": out_of_band}
    return drawn("forms/tasks.html", context)


def tasks_of(draft: Draft, current: steps.Step | None = None) -> Tasks:
    """The task list of a draft as it was last saved. current: the step whose page shows it."""
    content, answered, found = contents.of(draft), answers.answer(draft), check_content(draft)
    wrong: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for finding in errors([*found, *answered.findings]):
        # What nobody filled in yet is no mistake.
        lacks = paths.get(content, finding.path) in (MISSING, "")
        (missing if lacks else wrong)[steps.owner(finding.path).name] += 1
    first = steps.STEPS[0]
    waits = missing[first.name] + wrong[first.name] > 0
    tasks = []
    for entry in steps.STEPS:
        state, words = _state(entry, content, draft.api_version, wrong[entry.name], missing[entry.name])
        if waits and state == "todo" and entry is not first:
            words = f"Waits for {first.title}"
        url = f"/drafts/{draft.code}/{entry.name}/"
        tasks.append(Task(entry.name, entry.title, entry.lead, url, state, words, entry is current))
    bar = answers.bar(draft, found)
    return Tasks(draft, tuple(tasks), sum((wrong + missing).values()), answered, bar)


@require_safe
def tasks(request: HttpRequest, code: str) -> HttpResponse:
    """The task list and the bar, for a page whose form was saved in passing; nothing when both still read the same.

    The address says the page's `step`, and the digest of what it has `seen`.
    """
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    if not request.htmx:  # type: ignore[attr-defined] # django-htmx adds it to each request
        return redirect("draft", code)
    listed = tasks_of(draft, steps.BY_NAME.get(request.GET.get("step", "")))
    if listed.digest == request.GET.get("seen"):
        return HttpResponse(status=204)
    context = {"draft": draft, "out_of_band": True, "task_list": drawn_tasks(listed, out_of_band=True)}
    return render(request, "drafts/tasks.html", context)


_NOT_WORK = frozenset({(contents.TARGET, "operation"), (contents.TARGET, "apiVersion")})


def _state(
    entry: steps.Step, content: dict[str, Any], api_version: str, wrong: int, missing: int
) -> tuple[str, str]:
    """Kind and words of how far a step is. It is red for what somebody filled in, never for what is still to come."""
    if wrong:
        return "error", f"{wrong + missing} to fix"
    layout = steps.step_layout(entry, api_version)
    started = any(
        paths.get(content, field.below) not in (MISSING, "")
        for field in layout.fields
        if field.below not in _NOT_WORK
    )
    if missing:
        return ("started", f"{missing} to fill in") if started else ("todo", "Not started")
    return ("done", "Done") if started else ("optional", "Optional")
