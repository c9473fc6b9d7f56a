"""What sending a draft of an update would do, as pages show it: by property, with labels."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from vmssbuilder.drafts import addresses, diff, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset import Target, apply_patch, paths
from vmssbuilder.scaleset.effects import LOSSES, Reach, losses, reach
from vmssbuilder.scaleset.findings import Finding, warnings
from vmssbuilder.scaleset.kept import KeptSecret, kept
from vmssbuilder.scaleset.kept import label as kept_label
from vmssbuilder.scaleset.paths import Path

from . import alone, planning
from .live import Live
from .models import LiveSnapshot
from .payload import ShownPayload, shown


@dataclass(frozen=True, slots=True)
class When:
    """When instances get a change. label: in a word or two; words: what that means; status, icon: how it looks."""

    label: str
    words: str
    status: str
    icon: str


_WHEN: Final[dict[Reach, When]] = {
    "now": When("At once", "with the update itself", "done", "done"),
    "upgrade": When("Upgrade", "once an instance is upgraded", "warning", "clock"),
    "replaced": When(
        "New OS disk",
        "once an instance is upgraded, which replaces its OS disk",
        "warning",
        "warning",
    ),
    "reimage": When(
        "Reimage",
        "once an instance is upgraded and then reimaged, which replaces its OS disk",
        "warning",
        "clock",
    ),
    "new": When(
        "New instances",
        "only instances that are made afterwards; those that run never get it",
        "info",
        "info",
    ),
    "unknown": When("Not known", "Azure does not say when instances get it", "todo", "info"),
}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One value that changes. before, after: in words, "" for nothing. when: instances get it."""

    path: str
    label: str
    within: tuple[str, ...]
    before: str
    after: str
    kind: str
    url: str
    when: When


@dataclass(frozen=True, slots=True)
class Stays:
    """What the draft wants and an update does not change. wanted, held: the values, in words."""

    path: str
    label: str
    why: str
    wanted: str
    held: str


@dataclass(frozen=True, slots=True)
class Three:
    """A place that the person and somebody in Azure changed: the values in words."""

    path: str
    label: str
    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class UpgradeEffect:
    """How what changes reaches the instances that run. command: what to run for it by hand, "" when nothing."""

    mode: str
    words: str
    command: str


_AT_REST: Final = frozenset(("", "succeeded", "failed", "canceled"))


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Azure never returns, by name: what stays, and what is lost with the list that is sent."""

    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """The page. live: what it was compared with, None while Azure has not answered; then the base takes its place.

    elsewhere: the scale set that the draft was opened from, when it is for another one now; nothing else is filled in
    then. meanwhile: what others changed in Azure, and what the request leaves alone. lost: what instances lose, in words;
    what they may lose where neither live nor base is known.
    """

    at: LiveSnapshot | None
    live: Live | None
    elsewhere: str = ""
    groups: tuple[tuple[steps.Step, tuple[ChangeRow, ...]], ...] = ()
    resets: tuple[str, ...] = ()
    stays: tuple[Stays, ...] = ()
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    upgrade: UpgradeEffect | None = None
    meanwhile: tuple[ChangeRow, ...] = ()
    clashes: tuple[Three, ...] = ()
    overtaken: bool = False
    secrets: Secrets = Secrets()
    request: ShownPayload | None = None
    seen: str = ""

    @property
    def count(self) -> int:
        """How many values change."""
        return sum(len(rows) for _step, rows in self.groups)

    @property
    def whens(self) -> list[When]:
        """Each time at which instances get something, once, the soonest first."""
        used = {row.when for _step, rows in self.groups for row in rows}
        return [when for when in _WHEN.values() if when in used]

    @property
    def busy(self) -> bool:
        """Whether Azure is still at an earlier change."""
        return self.live is not None and self.live.state.casefold() not in _AT_REST

    @property
    def settles(self) -> bool:
        """Whether the person has to take over, or choose, before the draft can be sent."""
        return bool(self.clashes) or self.overtaken


def of(draft: Draft | Revision, live: Live | None, *, gone: bool = False) -> Board:
    """What the draft or revision does to the scale set as it is. gone: Azure says that there is none."""
    at = planning.snapshot_of(draft)
    if at is not None and not planning.same_place(at, draft):
        return Board(at, live, elsewhere=at.resource_id)
    if gone:
        return Board(at, None)
    if at is None:
        return _without_base(draft, live)
    intended = planning.intended_change(draft, at)
    rebased = planning.rebase(intended, live.document) if live is not None else None
    before = rebased.live if rebased is not None else intended.base
    after = rebased.expected if rebased is not None else apply_patch(intended.base, intended.patch.body)
    version = draft.api_version
    return Board(
        at,
        live,
        groups=grouped(rows(draft, before, after)),
        resets=tuple(contents.label(path, version) for path in intended.patch.resets),
        stays=tuple(_stays(intended)),
        notes=tuple(_notes(warnings(intended.patch.findings))),
        lost=tuple(each.message for each in losses(before, after)),
        upgrade=_upgrade(draft, before, after, live),
        meanwhile=tuple(rows(draft, intended.base, rebased.live)) if rebased is not None else (),
        clashes=tuple(three(clash, version) for clash in rebased.clashes) if rebased is not None else (),
        overtaken=rebased is not None and rebased.overtaken,
        secrets=_secrets(planning.difference(intended).kept, intended.wanted, version),
        seen=planning.digest(live.document) if live is not None else "",
        request=shown(draft, live),
    )


def _without_base(draft: Draft | Revision, live: Live | None) -> Board:
    """A draft that was not opened from a scale set holds nothing but changes."""
    held = live.document if live is not None else None
    found = alone.of(draft.request, held)
    stays = tuple(_refused(found, draft.api_version, known=live is not None))
    lost = tuple(each.message for each in found.lost)
    if live is None:
        return Board(None, None, stays=stays, lost=lost, request=shown(draft))
    version = draft.api_version
    return Board(
        None,
        live,
        groups=grouped(rows(draft, found.before, found.after)),
        stays=stays,
        notes=tuple(_notes(found.notes)),
        lost=lost,
        upgrade=_upgrade(draft, found.before, found.after, live),
        secrets=_secrets(
            kept(live.document, live.withheld, found.after, draft.document, version), found.after, version
        ),
        request=shown(draft, live),
    )


# --- pieces ----------------------------------------------------------------------------------------------------------


def rows(draft: Draft | Revision, before: dict[str, Any], after: dict[str, Any]) -> list[ChangeRow]:
    """Every value that differs."""
    version, mode = draft.api_version, planning.mode_of(after)
    code = draft.code if isinstance(draft, Draft) else draft.draft.code
    return [
        ChangeRow(
            paths.text(each.path),
            each.label,
            each.within,
            each.before,
            each.after or ("Secret, not shown" if each.kind == "secret" else ""),
            each.kind,
            addresses.field_url(code, each.path, version),
            _WHEN[reach(each.path, mode)],
        )
        for each in diff.documents(before, after, version)
    ]


def grouped(found: Iterable[ChangeRow]) -> tuple[tuple[steps.Step, tuple[ChangeRow, ...]], ...]:
    """The rows by step; they come in the order of the steps."""
    return tuple(
        (steps.BY_NAME[name], tuple(each))
        for name, each in groupby(found, lambda row: steps.owner(paths.parse(row.path)).name)
    )


def _stays(intended: planning.IntendedChange) -> Iterable[Stays]:
    for path, why in intended.patch.blocked:
        held, wanted = paths.get(intended.base, path), paths.get(intended.wanted, path)
        yield Stays(
            paths.text(path),
            contents.label(path, intended.api_version),
            why,
            diff.value(path, wanted, intended.api_version),
            diff.value(path, held, intended.api_version),
        )


def _refused(found: alone.Alone, version: str, *, known: bool) -> Iterable[Stays]:
    for each in found.refused:
        held, wanted = paths.get(found.before, each.path), paths.get(found.wanted, each.path)
        yield Stays(
            paths.text(each.path),
            contents.label(each.path, version),
            each.message,
            "removed" if wanted is None else diff.value(each.path, wanted, version),
            diff.value(each.path, held, version) or "nothing" if known else "not known",
        )


_SAID_ELSEWHERE: Final = LOSSES | {"update-manual-note", "update-auto-note", "update-put-secrets"}


def _notes(found: Iterable[Finding]) -> Iterable[str]:
    """What the update brings with it, but for what is said of the instances and of secrets."""
    for finding in found:
        if finding.rule not in _SAID_ELSEWHERE:
            yield finding.message


def three(clash: planning.Clash, version: str) -> Three:
    """The three values of a place in words."""
    words = (diff.value(clash.path, each, version) for each in (clash.base, clash.mine, clash.theirs))
    return Three(paths.text(clash.path), contents.label(clash.path, version), *words)


def _secrets(held: Iterable[KeptSecret], document: dict[str, Any], version: str) -> Secrets:
    named = [(each.lost, kept_label(each.path, document, version)) for each in held]
    return Secrets(
        tuple(label for lost, label in named if not lost), tuple(label for lost, label in named if lost)
    )


_BY_UPGRADE: Final = frozenset(("upgrade", "replaced", "reimage"))


def _upgrade(
    draft: Draft | Revision, before: dict[str, Any], after: dict[str, Any], live: Live | None
) -> UpgradeEffect | None:
    changed: list[Path] = [each.path for each in diff.documents(before, after, draft.api_version)]
    if not any(reach(path, "Manual") in _BY_UPGRADE for path in changed):
        return None
    return upgrade(planning.mode_of(after), draft.target, live.instances if live is not None else None)


def upgrade(mode: str, target: Target, number: int | None) -> UpgradeEffect:
    """How the instances come to the latest model, by upgrade mode. number: of instances, where it is known."""
    them = "The instances that run" if number is None else "The one instance that runs" if number == 1 else f"The {number:,} instances that run"  # fmt: skip
    group, name = shlex.quote(target.resource_group), shlex.quote(target.name)
    where = f"--subscription {shlex.quote(target.subscription)} --resource-group {group} --name {name}"
    if mode == "Automatic":
        words = f"{them} are upgraded by Azure, at any time and in any order, perhaps all at once. They may restart."
        return UpgradeEffect(mode, words, "")
    if mode == "Rolling":
        words = f"{them} are upgraded by Azure in batches, each after the one before it is healthy."
        return UpgradeEffect(mode, words, "")
    if mode == "Flexible":
        words = f"{them} stay as they are. In a flexible scale set, replace an instance to have it made by the new model."
        return UpgradeEffect(mode, words, "")
    keep = "keeps its" if number == 1 else "keep their"
    words = f"{them} {keep} present settings until you upgrade them. New instances are made by the new model."
    return UpgradeEffect(mode, words, f"az vmss update-instances {where} --instance-ids '*'")
