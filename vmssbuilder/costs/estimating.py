"""What a draft or revision costs, as pages show it; of an update also what the scale set costs now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vmssbuilder.azure.estimates import Estimate, estimate, topics
from vmssbuilder.drafts import sent
from vmssbuilder.drafts.models import Draft, Revision

from . import fetching


@dataclass(frozen=True, slots=True)
class CostDifference:
    """What an hour and a month cost more than before; less than nothing where they cost less."""

    hourly: Decimal
    monthly: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """after: as it is wanted. before: of an update, as it was when it was opened. why: in place of both, why they are not
    known. loading: prices are on their way. trouble: the price list did not answer about some or all, and is not asked now.
    """

    after: Estimate | None = None
    before: Estimate | None = None
    why: str = ""
    loading: bool = False
    trouble: bool = False

    @property
    def difference(self) -> CostDifference | None:
        """What the update changes; None for a create, and unless both sides are known in full and are of as many instances
        as there are.
        """
        return difference(self.before, self.after)


def difference(before: Estimate | None, after: Estimate | None) -> CostDifference | None:
    """What changes from one estimate to another; None unless both are known in full and of as many instances as there are."""
    if after is None or before is None or after.unknown or before.unknown or after.one or before.one:
        return None
    return CostDifference(after.hourly - before.hourly, after.monthly - before.monthly)


def cost_of(source: Draft | Revision, *, within: float = 0.0) -> Cost:
    """What the scale set costs that a draft or revision wants. within: seconds to wait for prices that are not known yet."""
    if not fetching.are_known():
        return Cost(why="There are no prices in this installation.")
    if sent.is_changes_alone(source):
        return Cost(why="This request holds changes alone, so what the whole scale set costs is not known.")
    wanted = topics(source.document)
    if not wanted:
        return Cost(why="Choose a region and a size to see what it costs.")
    before = _before(source)
    known = fetching.ask(wanted | topics(before), within=within)
    if known.loading:
        return Cost(loading=True)
    if not known.found and known.trouble:
        return Cost(trouble=True)
    then = estimate(before, known.found) if before else None
    return Cost(estimate(source.document, known.found), then, trouble=known.trouble)


def _before(source: Draft | Revision) -> dict[str, Any]:
    """The scale set that an update was opened from; nothing for a create."""
    found = sent.update(source)
    return found.difference.before if found is not None else {}
