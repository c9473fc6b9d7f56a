"""What the check page says of Azure in one place: what it would refuse, how old that is, what can be done."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from vmssbuilder.accounts.models import User
from vmssbuilder.azure.preflight import Result
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.workers import heartbeats

from . import actions, board
from .models import Preflight
from .verdict import verdict


def summary(draft: Draft, user: User, *, unasked: bool = False, sent: bool | None = None) -> dict[str, Any]:
    """The context of `preflight/summary.html`.

    unasked: whether it is known that there is no pre-flight. sent: whether this revision was sent, None for unknown.
    """
    run = None if unasked else board.latest_in_short(draft)
    editable = access.acting(user, draft) >= Access.EDIT
    due = actions.due(user, draft, run, sent=sent)
    context: dict[str, Any] = {
        "draft": draft,
        "run": run,
        "editable": editable,
        "may_ask": editable and not user.is_local,
        "local": user.is_local,
        "by_itself": user.asks_azure,
        "due": None if due is None else math.ceil(due.total_seconds()),
        "wrong": len(errors(check_content(draft))),
    }
    return context if run is None else context | _of_run(draft, run, user, editable=editable)


def said(revision: Revision) -> dict[str, Any]:
    """The context of `preflight/said.html`: the newest pre-flight of a revision's draft, whichever revision it is about."""
    draft = revision.draft
    run = board.latest_in_short(draft)
    if run is None:
        return {"draft": draft, "run": None}
    return {
        "draft": draft,
        "run": run,
        "other": run.revision.number != revision.number,
        "old": timezone.now() - run.asked > OLD,
        "words": WORDS[verdict(run.alive, run.finished, run.results)],
        "told": _to_read(draft, run, editable=False)[:SAID_AT_MOST],
        "counts": board.in_words(run),
    }


SAID_AT_MOST: Final = 10
OLD: Final = timedelta(days=1)
"""What Azure said longer ago may be otherwise by now: quotas are used up, images are retired."""


def _to_read(draft: Draft, run: Preflight, *, editable: bool) -> list[board.ShownFinding]:
    """What a run found that somebody should read, the worst first."""
    results = [Result.from_json(each) for each in run.results]
    return [
        board.shown(draft, run, each, editable=editable)
        for status in ("failed", "warning", "unknown")
        for result in results
        for each in result.findings
        if each.status == status and (status != "unknown" or not run.is_running)
    ]


def _of_run(draft: Draft, run: Preflight, user: User, *, editable: bool) -> dict[str, Any]:
    results = [Result.from_json(each) for each in run.results]
    nobody = is_alone(run)
    state = verdict(run.alive, run.finished, run.results)
    return {
        "stale": run.revision.number != draft.head,
        "state": state,
        "words": WORDS[state],
        "told": _to_read(draft, run, editable=editable),
        "done": sum(not each.may_pass for each in results),
        "sign_in": board.sign_in(run, user, f"/drafts/{draft.code}/check/"),
        "nobody": nobody,
        "version": version(run, nobody=nobody),
    }


WORDS: Final = {
    "asking": ("info", "running", "Azure is being asked"),
    "unsure": ("warning", "warning", "Azure could not be asked everything"),
    "refuses": ("error", "error", "Azure would refuse this"),
    "takes": ("done", "done", "Azure would take this"),
}


def is_alone(run: Preflight | None) -> bool:
    """Whether a run waits for a worker, and there is none."""
    return run is not None and run.finished is None and not heartbeats.anybody()


def version(run: Preflight | None, *, nobody: bool) -> str:
    """What a page shows of a run: another one as soon as there is something else to show."""
    return f"{run.version if run else ''}{'-alone' if nobody else ''}"
