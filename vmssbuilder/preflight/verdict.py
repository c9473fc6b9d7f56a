"""What a pre-flight came to in one word, and what it found as findings at the fields of the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from django.utils import timezone

from vmssbuilder.azure.preflight import Result
from vmssbuilder.drafts import answers
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import PathError

from .models import GIVEN_UP

Verdict = Literal["asking", "unsure", "refuses", "takes"]
"""unsure: something could not be asked or looked at, or the run was lost; takes: all was, and nothing stands against it."""


def is_running(alive: datetime, finished: datetime | None) -> bool:
    """Whether more is to come of a run."""
    return finished is None and timezone.now() - alive < GIVEN_UP


def verdict(alive: datetime, finished: datetime | None, results: Iterable[Mapping[str, Any]]) -> Verdict:
    """What a run came to, from its columns."""
    if is_running(alive, finished):
        return "asking"
    found = {Result.from_json(each).status for each in results}
    if "failed" in found:
        return "refuses"
    return "takes" if finished is not None and found and found <= {"passed", "warning"} else "unsure"


def findings(results: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """What Azure would refuse or warned of that has a place in the request."""
    for result in map(Result.from_json, results):
        for each in result.findings:
            if each.status not in ("failed", "warning") or not each.path:
                continue
            try:
                path = paths.parse(each.path)
            except PathError:
                continue
            words = f"Azure: {each.sentence} {each.cure}".strip()
            yield Finding(answers.RULE, "error" if each.status == "failed" else "warning", path, words)
