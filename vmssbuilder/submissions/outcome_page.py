"""What became of a submission, as its page shows it: what Azure made of it, and which instances follow.

It also draws what stood in the way of one that was overtaken by a change in Azure.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import ArmClient, InstanceCounts, ScaleSetAddress, instances
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import diff, picturing, summary
from vmssbuilder.scaleset import Target, outcome, paths
from vmssbuilder.scaleset.answers import plain
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.picture import Picture
from vmssbuilder.scaleset.picture import picture as drawable
from vmssbuilder.updates import asking, board, planning

from .models import Submission


@dataclass(frozen=True, slots=True)
class DeviationLine:
    """One value that is not as it was asked for, in words. words: what Azure did."""

    label: str
    path: str
    asked: str
    got: str
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What Azure has beside what was asked for. known: whether Azure showed it after its work."""

    known: bool
    lines: tuple[DeviationLine, ...] = ()
    filled: tuple[DeviationLine, ...] = ()
    withheld: tuple[str, ...] = ()


_WORDS: Final = {
    "ignored": "Azure left it as it was",
    "changed": "Azure made it another",
    "added": "Nobody asked for it",
}


def comparison(submission: Submission) -> Comparison:
    """The scale set as Azure showed it at the end, held against the request."""
    resource, version = submission.resource, submission.revision.api_version
    if not isinstance(resource, dict):
        return Comparison(known=False)
    update = submission.revision.operation == "update"
    asked = submission.revision.document if submission.sent is None else submission.sent
    found = outcome(asked, resource, version, submission.before)
    lines = tuple(
        _line(each.path, each.asked, each.got, version, _WORDS[each.kind]) for each in found.deviations
    )
    # Of an update that was not opened from the scale set nobody knows what was there before.
    filled = () if update and submission.before is None else found.filled
    return Comparison(
        known=True,
        lines=lines,
        filled=tuple(_line(path, MISSING, value, version, "") for path, value in filled),
        withheld=tuple(contents.label(path, version) for path in found.withheld),
    )


def _line(path: Path, asked: Any, got: Any, version: str, words: str) -> DeviationLine:
    named = isinstance(path[-1], str)
    label = summary.label(path, contents.node_at(path, version)) if named else contents.label(path, version)
    values = diff.value(path, asked, version), diff.value(path, got, version)
    return DeviationLine(label, paths.text(path), *values, words)


# --- overtaken -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangesMeanwhile:
    """What somebody changed in Azure before an update was sent. clashes: places that the request changes as well."""

    clashes: tuple[board.Three, ...]
    meanwhile: tuple[board.ChangeRow, ...]


def overtaken(submission: Submission) -> ChangesMeanwhile | None:
    """The three values of what stood in the way; None when nothing did."""
    error = submission.error or {}
    at = planning.snapshot_of(submission.revision) if error.get("overtaken") else None
    if at is None or not isinstance(submission.before, dict):
        return None
    version = submission.revision.api_version
    intended = planning.intended_change(submission.revision, at)
    rebased = planning.rebase(intended, plain(submission.before, version)[0])
    return ChangesMeanwhile(
        tuple(board.three(each, version) for each in rebased.clashes),
        tuple(board.rows(submission.draft, intended.base, rebased.live)),
    )


# --- instances -------------------------------------------------------------------------------------------------------


def following(user: User, submission: Submission) -> Lookup:
    """The `InstanceCounts` of the scale set as they are now, asked for in the person's name."""
    target, version = submission.revision.target, submission.revision.api_version
    address = ScaleSetAddress(target.subscription, target.resource_group, target.name)
    return asking.ask(
        user, f"instances {version} {address.resource_id.lower()}", partial(_instances, address, version)
    )


def _instances(address: ScaleSetAddress, api_version: str, client: ArmClient) -> InstanceCounts:
    return instances(client, address, api_version)


def picture(submission: Submission, found: InstanceCounts | None) -> Picture | None:
    """The scale set as Azure showed it at the end. found: the instances that there are now, None while nobody knows."""
    revision, resource = submission.revision, submission.resource
    if isinstance(resource, dict):
        shown = drawable(plain(resource, revision.api_version)[0], revision.name.strip())
    else:
        shown = picturing.of(revision)
    return shown.live(found.each) if shown is not None and found is not None else shown


@dataclass(frozen=True, slots=True)
class InstanceUpgrade:
    """What to do about the instances that do not follow. command: for the Azure CLI, "" when Azure does it by itself."""

    words: str
    command: str = ""


NAMED_AT_MOST: Final = 20
"""How many instances a command names; more of them are all."""


def upgrade(submission: Submission, found: InstanceCounts) -> InstanceUpgrade | None:
    """What to do about those that run an older model; None when none does."""
    if not found.behind:
        return None
    mode = planning.mode_of(submission.resource if isinstance(submission.resource, dict) else {})
    if mode == "Automatic":
        return InstanceUpgrade("Azure upgrades them by itself, in any order. Look again in some minutes.")
    if mode == "Rolling":
        words = "Azure upgrades them in batches, each after the one before it is healthy. If it stopped, start it again:"
        return InstanceUpgrade(words, f"az vmss rolling-upgrade start {_where(submission.revision.target)}")
    if mode == "Flexible":
        return InstanceUpgrade(
            "Replace them one by one: new instances of a flexible scale set are made by the new model."
        )
    chosen = found.behind if len(found.behind) <= NAMED_AT_MOST else ("*",)
    ids = " ".join(map(shlex.quote, chosen))
    words = "The upgrade mode is Manual, so nothing happens to them until you upgrade them. They restart if the change needs it. In the Azure portal they are under Instances; with the Azure CLI:"
    return InstanceUpgrade(
        words, f"az vmss update-instances {_where(submission.revision.target)} --instance-ids {ids}"
    )


def _where(target: Target) -> str:
    parts = (
        ("subscription", target.subscription),
        ("resource-group", target.resource_group),
        ("name", target.name),
    )
    return " ".join(f"--{name} {shlex.quote(value)}" for name, value in parts)
