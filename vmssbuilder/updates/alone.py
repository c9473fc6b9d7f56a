"""A draft that holds changes alone, started blank or pasted, beside the scale set that it is for."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vmssbuilder.scaleset import Request, apply_patch, merge_patch, paths
from vmssbuilder.scaleset.canonical import canonicalize
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.effects import LOSSES, cautions, losses
from vmssbuilder.scaleset.findings import Finding, errors, warnings
from vmssbuilder.scaleset.patching import same
from vmssbuilder.scaleset.updating import refusals


@dataclass(frozen=True, slots=True)
class Alone:
    """What changes alone do.

    before, after: the scale set as it is and as it is to be, both empty while nobody knows it. wanted: the changes.
    refused: what Azure does not take of them. notes: what the update brings with it. lost: what instances lose by it, or
    may lose while the scale set is not known.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    wanted: dict[str, Any]
    refused: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()
    lost: tuple[Finding, ...] = ()


def of(request: Request, live: Mapping[str, Any] | None) -> Alone:
    """What the request's document does to the scale set; None while nobody knows that."""
    version = request.api_version
    wanted, _ = canonicalize(request.document, version)
    refused = refusals(wanted, version)
    if live is None:
        may = tuple(
            each
            for each in cautions(wanted, version)
            if each.rule in LOSSES or each.rule == "update-patch-arrays"
        )
        return Alone({}, {}, wanted, tuple(refused), lost=may)
    before, _ = canonicalize(dict(live), version)
    taken = copy.deepcopy(wanted)
    for each in refused:
        paths.remove(taken, each.path, prune=True)
    patch = merge_patch(before, apply_patch(before, taken), version, put=request.method == "PUT")
    after = apply_patch(before, patch.body)
    refused = [each for each in refused if not _repeats(each, wanted, before, version)]
    return Alone(
        before,
        after,
        wanted,
        (*refused, *errors(patch.findings)),
        tuple(each for each in warnings(patch.findings) if each.rule not in LOSSES),
        tuple(losses(before, after)),
    )


def _repeats(finding: Finding, wanted: dict[str, Any], before: dict[str, Any], version: str) -> bool:
    """Whether an update has the place, and the changes only say what there is."""
    said, held = paths.get(wanted, finding.path), paths.get(before, finding.path)
    return finding.confidence == "I" and said is not None and same(held, said, tree(version).at(finding.path))
