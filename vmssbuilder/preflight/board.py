"""The board as pages show it: results by step, each with its fields, its age and what it means."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from vmssbuilder.accounts.models import User
from vmssbuilder.azure.preflight import TITLES, PreflightFinding, Result, checks_for
from vmssbuilder.drafts import addresses, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path, PathError

from .models import Preflight

WORDS: Final = {
    "passed": ("done", "Passed"),
    "warning": ("warning", "Warning"),
    "failed": ("error", "Failed"),
    "unknown": ("info", "Not checked"),
    "running": ("running", "Running"),
    "waiting": ("running", "Waiting"),
}
"""Of each status the icon, and the word."""

ORDER: Final = ("failed", "warning", "unknown", "passed")

_HOME: Final[dict[str, Path]] = {
    "name": ("$target", "name"),
    "provider": ("$target", "subscription"),
    "size": ("sku", "name"),
    "quota": ("sku", "capacity"),
    "subnets": ("properties", "virtualMachineProfile", "networkProfile"),
    "plan": ("properties", "virtualMachineProfile", "storageProfile", "imageReference"),
}
"""Where a check belongs; one without a place is about the request as a whole."""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding on a page. url: of its field, empty for people who may not edit."""

    icon: str
    word: str
    finding: PreflightFinding
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check. at: when it was done, None while it runs."""

    key: str
    title: str
    icon: str
    word: str
    findings: tuple[ShownFinding, ...]
    at: datetime | None
    correlation_id: str


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """The checks of one step of the form."""

    title: str
    rows: tuple[CheckRow, ...]


def latest(draft: Draft) -> Preflight | None:
    """The draft's pre-flight. One query."""
    return draft.preflights.select_related("revision", "person").order_by("-pk").first()


def latest_in_short(draft: Draft) -> Preflight | None:
    """The same, with what the check page says of it. One query, without documents."""
    columns = (
        "draft",
        "asked",
        "alive",
        "finished",
        "results",
        "revision__number",
        "revision__api_version",
    )
    person = ("person__display_name", "person__first_name", "person__last_name", "person__username")
    listed = draft.preflights.select_related("revision", "person").only(*columns, *person)
    return listed.order_by("-pk").first()


def counts(run: Preflight) -> Counter[str]:
    """How many checks came to what."""
    return Counter(Result.from_json(each).status for each in run.results)


def in_words(run: Preflight) -> str:
    """“7 passed, 1 failed”."""
    found = counts(run)
    words = [f"{found[key]} {WORDS[key][1].lower()}" for key in ORDER if found[key]]
    return ", ".join(words) or "nothing checked yet"


def groups(draft: Draft, run: Preflight, *, editable: bool) -> list[CheckGroup]:
    """The board: every check that the run has, by step, in the order of the form."""
    done = {each["check"]: Result.from_json(each) for each in run.results}
    found: dict[str, list[CheckRow]] = {}
    for key in checks_for(run.revision.request):
        place = _HOME.get(key)
        title = steps.owner(place).title if place else "The request as a whole"
        found.setdefault(title, []).append(_row(draft, run, key, done.get(key), editable=editable))
    order = [step.title for step in steps.STEPS]
    place_of = {title: number for number, title in enumerate(order)}
    titles = sorted(found, key=lambda title: place_of.get(title, len(order)))
    return [CheckGroup(title, tuple(found[title])) for title in titles]


def _row(draft: Draft, run: Preflight, key: str, result: Result | None, *, editable: bool) -> CheckRow:
    if result is None:
        icon, word = WORDS["running"] if run.is_running else WORDS["unknown"]
        return CheckRow(key, TITLES[key], icon, word, (), None, "")
    # The worker asks again by itself.
    waiting = run.is_running and result.may_pass
    icon, word = WORDS["waiting" if waiting else result.status]
    if waiting:
        again = tuple(replace(each, cure="It is tried again by itself.") for each in result.findings)
        result = replace(result, findings=again)
    # What needs somebody comes first.
    worst = sorted(result.findings, key=lambda each: ORDER.index(each.status))
    findings = tuple(shown(draft, run, each, editable=editable) for each in worst)
    return CheckRow(
        key, TITLES[key], icon, word, findings, datetime.fromisoformat(result.at), result.correlation_id
    )


def shown(draft: Draft, run: Preflight, finding: PreflightFinding, *, editable: bool) -> ShownFinding:
    """A finding as pages show it."""
    version = run.revision.api_version
    try:
        path = paths.parse(finding.path) if finding.path else ()
    except PathError:
        path = ()
    icon, word = WORDS[finding.status]
    label = contents.label(path, version) if path else ""
    url = addresses.field_url(draft.code, path, version) if path and editable else ""
    return ShownFinding(icon, word, finding, label, url)


def sign_in(run: Preflight, user: User, here: str) -> str:
    """Where the person signs in again when that is what Azure wants, so that they come back here; empty when it is not."""
    wanted = any(Result.from_json(each).unavailable_reason == "sign-in" for each in run.results)
    return f"{reverse('sign-in-start')}?{urlencode({'next': here})}" if wanted and run.person == user else ""
