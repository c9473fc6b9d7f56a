"""What sending a draft of an update would do: the request as it was reviewed, and what it meets in Azure.

Three states take part: the base, which the draft was opened from; what the draft wants; what is live now. What the
person changed is the difference of the first two, and nothing else is sent. A member that somebody else changed in Azure
meanwhile stays as they made it.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import merging, sent
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset import Patch, apply_patch, check, merge_patch, paths, versions
from vmssbuilder.scaleset.canonical import canonicalize
from vmssbuilder.scaleset.effects import LOSSES
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.kept import KnownUpdate, kept
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.versions import PATCH_SINCE

from .models import LiveSnapshot

Side = Literal["mine", "theirs"]


def snapshot_of(source: Draft | Revision) -> LiveSnapshot | None:
    """What the draft or revision is compared with; None for a draft that was not opened from a live scale set.

    A revision that was restored is compared with what it was compared with then.
    """
    draft, number = (source, source.head) if isinstance(source, Draft) else (source.draft, source.number)
    bases = list(draft.snapshots.filter(since__lte=number).order_by("-since"))
    if not bases:
        return None
    if len(bases) == 1 and bases[0].since == 1:
        # No revision, restored or not, is from before it.
        return bases[0]
    restores = draft.revisions.filter(restores__isnull=False, number__lte=number)
    restored = {each.number: each.restores or 0 for each in restores.only("number", "restores")}
    while True:
        since = next((each for each in bases if each.since <= number), None)
        later = [each for each in restored if each <= number and (since is None or each > since.since)]
        if not later:
            return since
        number = restored[max(later)]


@dataclass(frozen=True, slots=True)
class IntendedChange:
    """What a draft or revision wants to change. patch: the request, secrets as references; what an approval is about.

    base, wanted: both whole documents, in the spelling of the API version.
    """

    at: LiveSnapshot
    api_version: str
    method: Literal["PATCH", "PUT"]
    base: dict[str, Any]
    wanted: dict[str, Any]
    patch: Patch


def intended_change(source: Draft | Revision, at: LiveSnapshot) -> IntendedChange:
    """What the draft or revision wants to change of its base."""
    version = source.api_version
    wanted, _ = canonicalize(source.document, version)
    base, _ = canonicalize(at.document, version)
    if at.api_version != version:
        base = _known(base, wanted, version)
    put = not versions.within(version, PATCH_SINCE)
    return IntendedChange(
        at, version, "PUT" if put else "PATCH", base, wanted, merge_patch(base, wanted, version, put=put)
    )


def update_of(source: Draft | Revision) -> sent.Update | None:
    """What is sent of a draft or revision that was opened from a scale set; None for any other."""
    at = snapshot_of(source)
    if at is None:
        return None
    if not same_place(at, source):
        message = (
            f"This draft was opened from {at.resource_id.rsplit('/', 1)[-1]}, and is for another scale set now. It would"
            " overwrite that one. Put the address back, or open the other one."
        )
        finding = Finding("update-elsewhere", "error", (contents.TARGET, "name"), message)
        return sent.Update(KnownUpdate({}, {}, "PATCH"), (finding,))
    intended = intended_change(source, at)
    # The request leaves them out, so nobody can insist on them.
    blocked = tuple(replace(each, confidence="A") for each in errors(intended.patch.findings))
    lost = tuple(each for each in intended.patch.findings if each.rule in LOSSES)
    return sent.Update(difference(intended), blocked + lost)


def difference(intended: IntendedChange) -> KnownUpdate:
    """The change as the check judges it, with the secrets that Azure keeps."""
    withheld = map(paths.parse, intended.at.withheld)
    held = kept(intended.base, withheld, intended.wanted, intended.patch.body, intended.api_version)
    return KnownUpdate(intended.base, intended.patch.body, intended.method, held)


def same_place(at: LiveSnapshot, source: Draft | Revision) -> bool:
    """Whether a draft or revision is for the scale set that it was opened from."""
    return at.resource_id.lower() == source.target.resource_id.lower()


_FOREIGN: Final = frozenset({"unknown-property", "property-removed"})


def _known(base: dict[str, Any], wanted: dict[str, Any], version: str) -> dict[str, Any]:
    """The base without what this API version does not have and the draft dropped for it: to drop is not to remove."""
    known = copy.deepcopy(base)
    places = [each.path for each in check(base, version, "update", whole=True) if each.rule in _FOREIGN]
    for place in sorted(places, key=paths.text, reverse=True):
        if paths.get(wanted, place) is MISSING:
            paths.remove(known, place, prune=True)
    return known


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that the person and somebody in Azure changed to something else."""

    path: Path
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Rebase:
    """What a request meets in Azure.

    live: as it is now. expected: as Azure makes it of the request that was reviewed. merged: as it is to be, None while
    clashes stand. overtaken: the request as it was reviewed would undo what somebody else did meanwhile.
    """

    live: dict[str, Any]
    expected: dict[str, Any]
    merged: dict[str, Any] | None
    clashes: tuple[Clash, ...]
    overtaken: bool

    @property
    def stands(self) -> bool:
        """Whether the request can go as it was reviewed, and do what it was reviewed for."""
        return not self.clashes and not self.overtaken


def rebase(intended: IntendedChange, live: Mapping[str, Any]) -> Rebase:
    """What the request of the intent would do to the scale set as it is now."""
    now, _ = canonicalize(dict(live), intended.api_version)
    expected = apply_patch(now, intended.patch.body)
    places = list(merging.clashes(intended.base, now, intended.wanted))
    if places:
        clashes = tuple(
            Clash(place, *(paths.get(side, place) for side in (intended.base, intended.wanted, now)))
            for place in places
        )
        return Rebase(now, expected, None, clashes, overtaken=False)
    merged = merging.merge(intended.base, now, intended.wanted)
    # A list is sent as a whole, so it may hold items as they were before somebody else changed them.
    undone = merge_patch(expected, merged, intended.api_version, put=intended.method == "PUT").body
    return Rebase(now, expected, merged, (), overtaken=bool(undone))


def settle(
    intended: IntendedChange, live: Mapping[str, Any], choices: Mapping[Path, Side]
) -> dict[str, Any] | None:
    """The document as it is to be after the person chose at each clash; None when a clash is left."""
    now, _ = canonicalize(dict(live), intended.api_version)
    base, wanted = copy.deepcopy(intended.base), copy.deepcopy(intended.wanted)
    for place, side in choices.items():
        theirs = copy.deepcopy(paths.get(now, place))
        for held in (base, wanted) if side == "theirs" else (base,):
            if theirs is MISSING:
                paths.remove(held, place)
            else:
                paths.put(held, place, theirs)
    merged = merging.merge(base, now, wanted)
    return None if merged is merging.CLASH else merged


def digest(document: Mapping[str, Any]) -> str:
    """A few letters that differ when the documents do, for a form to say what its page showed."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


# --- instances --------------------------------------------------------------------------------------------------------

_MODE: Final[Path] = ("properties", "upgradePolicy", "mode")


def mode_of(document: Mapping[str, Any]) -> str:
    """The upgrade mode: Manual, Automatic or Rolling; Flexible for a flexible scale set that says none."""
    mode = paths.get(document, _MODE)
    if isinstance(mode, str):
        return mode
    flexible = paths.get(document, ("properties", "orchestrationMode")) == "Flexible"
    return "Flexible" if flexible else "Manual"
