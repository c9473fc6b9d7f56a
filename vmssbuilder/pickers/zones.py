"""The zones of a draft's region, and whether its VM size is on offer in each."""

from __future__ import annotations

from typing import Any, Final

from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import PICKERS
from vmssbuilder.drafts.forms.picking import ZoneOption
from vmssbuilder.scaleset import paths

from . import fetching, whereabouts

WAITS: Final = 0.3
"""Seconds that a page waits for the regions of a subscription, once a day."""


def known(user: User, content: dict[str, Any]) -> tuple[ZoneOption, ...]:
    """The zones of the region; none where that has none, and where nobody knows."""
    picker = PICKERS["zone"]
    where = whereabouts.where(content, ("zones",), picker)
    regions = fetching.fetch_list(user, picker, where, wait=WAITS)
    if regions.value is None:
        return ()
    found = regions.value.index.search("", where, picker).suggestions
    size = paths.get(content, ("sku", "name"), "")
    offered = None
    if isinstance(size, str) and size:
        sizes = fetching.fetch_list(user, PICKERS["vmSize"], where, wait=0.0)
        it = sizes.value.index.find(size, where, PICKERS["vmSize"]) if sizes.value is not None else None
        offered = it.facts.get("zones") if it is not None else None
    return tuple(
        ZoneOption(
            each.value,
            f"{size} is not on offer here" if offered is not None and each.value not in offered else "",
        )
        for each in found
    )
