"""The check of a draft or revision: its address, its document with the secrets put back for a moment; its fixes."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from django.utils import timezone

from vmssbuilder.installation import own_cloud
from vmssbuilder.scaleset import Request, check, secrets
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.kept import check_update, label
from vmssbuilder.scaleset.paths import Path, PathError
from vmssbuilder.scaleset.rules.target import check_target

from . import content as contents
from . import sent, vault
from .models import Draft, Revision

UNREADABLE: Final = "secret-unreadable"
"""The rule of a secret whose key is gone. Nothing that Azure would refuse, so it is no rule of a scale set."""

WAITING: Final = "secret-waiting"
"""The rule of a secret whose key only another process has: it passes when this one is restarted."""


def check_content(content: Draft | Revision) -> list[Finding]:
    """Every finding of the request, those of its address first."""
    draft, number = (content, content.head) if isinstance(content, Draft) else (content.draft, content.number)
    key, request = (draft.code, number, timezone.now().date()), content.request
    known = _findings.get(key, request)
    if known is None:
        clear = vault.opened(draft, content.document)
        known = (*_here(_check(content, clear.document)), *_unreadable(content, clear))
        if clear.waiting:
            # It is another answer once this process was restarted, or the other one has gone.
            return list(known)
        _findings.put(key, request, known)
    return list(known)


def _here(found: list[Finding]) -> list[Finding]:
    """The findings with the addresses that their messages give as examples as this installation's cloud has them."""
    azure = own_cloud()
    if not azure.suffixes:
        return found
    return [replace(each, message=azure.in_its_words(each.message)) for each in found]


def _unreadable(content: Draft | Revision, clear: vault.Opened) -> list[Finding]:
    """A finding for each secret that cannot be opened: only a person can enter it again, or only a restart helps."""
    if not clear.lost and not clear.waiting:
        return []
    found = []
    for path, value in secrets.find(content.document):
        code = secrets.referred(value) or ""
        named = label(path, content.document, content.api_version)
        if code in clear.lost:
            found.append(
                Finding(UNREADABLE, "error", path, f"{named} cannot be read any more: enter it again.")
            )
        elif code in clear.waiting:
            message = f"{named} cannot be read at the moment. Nothing is lost: those who run this service have to restart a part of it."
            found.append(Finding(WAITING, "error", path, message))
    return found


def _check(content: Draft | Revision, document: dict[str, Any]) -> list[Finding]:
    """document: that of the content, with the values of its secrets."""
    found = check_target(content.target)
    today = timezone.now().date()
    update = sent.update(content)
    if update is None:
        return [*found, *check(document, content.api_version, content.operation, content.target, today=today)]
    judged = check_update(document, update.difference, content.api_version, content.target, today)
    return [*found, *(each for each in judged if each.rule not in _OF_CHANGES), *update.findings]


_OF_CHANGES: Final = frozenset({"tags-patch-replaces-all"})
"""Rules about a request that holds changes alone: a whole scale set has all its tags."""


FIXES_AT_MOST: Final = 1_000
"""How many fixes a page shows before they are made. More of them are made by the worker."""


class TooMany(Exception):
    """There are more fixes than a page shows."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One fix of several: the finding it settles, and the whole content before and after, secrets as references."""

    finding: Finding
    before: dict[str, Any]
    after: dict[str, Any]


class Fixing:
    """What happens when each finding that has a fix is fixed: to be gone through, one fix after the other.

    A round makes all fixes of one rule that have nothing to do with each other, in the order of their findings. Then the
    content is checked anew: fixes may settle findings of other rules too, and move the places of others. Nothing is saved.
    """

    def __init__(self, source: Draft | Revision) -> None:
        draft = source if isinstance(source, Draft) else source.draft
        self._trial = copy.copy(source)
        self.content = contents.of(source)
        """What the fixes made of the content until now, secrets as references."""
        self._clear = {**self.content, **vault.put_back(draft, source.document)}
        self.made = 0
        """How many fixes were made until now."""
        self.waiting = 0
        """How many more findings have one, as far as is known until the next check."""
        self.left = 0
        """How many findings the last check had, those of fixes that it led to among them."""

    def __iter__(self) -> Iterator[Fixed]:
        tried: set[tuple[str, str]] = set()
        while waiting := self._check(tried):
            self.waiting = len(waiting)
            for finding in _together(waiting):
                assert finding.fix is not None
                tried.add((finding.rule, finding.where))
                self.waiting -= 1
                try:
                    after, self._clear = finding.fix.apply(self.content), finding.fix.apply(self._clear)
                except PathError:
                    # What stands there has the wrong type, which is a finding of its own.
                    continue
                before, self.content = self.content, after
                self.made += 1
                yield Fixed(finding, before, after)
        self.waiting = 0

    def _check(self, tried: Collection[tuple[str, str]]) -> list[Finding]:
        """The findings that have a fix which was not tried yet."""
        contents.fill(self._trial, self._clear)
        found = _check(self._trial, self._trial.document)
        self.left = len(found)
        return [each for each in found if each.fix is not None and (each.rule, each.where) not in tried]


def fix_all(draft: Draft) -> list[Fixed]:
    """All fixes as `Fixing` makes them. Nothing is saved. Raises TooMany, as soon as there are too many for a page."""
    fixing, made = Fixing(draft), []
    for fixed in fixing:
        made.append(fixed)
        if fixing.made + fixing.waiting > FIXES_AT_MOST:
            raise TooMany
    return made


def _together(waiting: list[Finding]) -> list[Finding]:
    """The first finding, and those of its rule whose fixes work in other objects and lists than those before them."""
    chosen: list[Finding] = []
    # Objects that a fix changes, and all that lies around them: whoever changes one of these waits for the next round.
    changed: set[Path] = set()
    around: set[Path] = set()
    for finding in waiting:
        if finding.rule != waiting[0].rule or finding.fix is None:
            continue
        holders = {path[:-1] for each in finding.fix.changes for path in (each.path, each.to) if path}
        inside = any(holder[:depth] in changed for holder in holders for depth in range(len(holder) + 1))
        if inside or holders & around:
            continue
        chosen.append(finding)
        changed |= holders
        around |= {holder[:depth] for holder in holders for depth in range(len(holder) + 1)}
    return chosen


_Key = tuple[str, int, dt.date]
"""A draft, the number of its revision, and the day on which it was checked."""


@dataclass(slots=True)
class _Kept:
    """What a check found, and of which request. No finding holds the value of a secret. size: its bytes, about.

    of: the request; of a large one only its digest, for its objects take more room than all that was found.
    """

    of: Request | bytes
    found: tuple[Finding, ...]
    size: int


class _Findings:
    """The findings of revisions are kept: pages ask for them far more often than they change.

    A reference names a value that never changes, so that equal requests of one draft have equal findings. They are bounded
    by bytes: one large draft may have more than all others together.
    """

    LIMIT: Final = 16_000_000

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self.size = 0

    def get(self, key: _Key, request: Request) -> tuple[Finding, ...] | None:
        """What was found of the request, None when that is not known any more."""
        kept = self._kept.get(key)
        if kept is None or kept.of != (_digest(request) if isinstance(kept.of, bytes) else request):
            return None
        self._kept.move_to_end(key)
        return kept.found

    def put(self, key: _Key, request: Request, found: tuple[Finding, ...]) -> None:
        """Keeps what was found, and forgets what was asked for longest ago."""
        old = self._kept.pop(key, None)
        if old is not None:
            self.size -= old.size
        # Objects take some eight times the room of their text.
        size = 8 * len(json.dumps(request.document))
        of = request if size < _LARGE_REQUEST else _digest(request)
        size = 600 * len(found) + (size if of is request else 0) + 2_000
        self._kept[key] = _Kept(of, found, size)
        self.size += size
        while self.size > self.LIMIT:
            _, dropped = self._kept.popitem(last=False)
            self.size -= dropped.size

    def clear(self) -> None:
        self._kept.clear()
        self.size = 0


def _digest(request: Request) -> bytes:
    held = [repr(request.target), request.operation, request.api_version, request.document]
    return sha256(json.dumps(held).encode()).digest()


_LARGE_REQUEST: Final = 1_000_000
_findings: Final = _Findings()


def forget() -> None:
    """Forgets every finding that is kept."""
    _findings.clear()
