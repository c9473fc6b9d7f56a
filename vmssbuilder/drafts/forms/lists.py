"""What lists have in common, in rows or in cards: a part of a long one, what was just done, a value that is no list."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import quote

from vmssbuilder.drafts.steps import anchor
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Map

from .widgets import Control, JsonControl

if TYPE_CHECKING:
    from .bound import BoundProperty

_KEPT_UP_TO: Final = 2_000
"""Characters of JSON of a list that is drawn once."""
ITEMS_A_PAGE: Final = 200
"""How many items of a list a page draws."""


@dataclass(frozen=True, slots=True)
class ListChange:
    """What was just done with the list at `holder`, and the item before which that is said.

    undo: what the button sends that takes it back, "" for none; back: what it puts back.
    """

    holder: Path
    position: int
    words: str
    undo: str = ""
    back: str = ""

    @property
    def anchor(self) -> str:
        return anchor(self.holder)


def parts(path: Path, first: int, end: int, count: int) -> dict[str, str] | None:
    """The way to the items of a long list before and after those that are drawn, where there are any."""
    if end - first >= count:
        return None
    return {
        "previous": quote(paths.text((*path, first - ITEMS_A_PAGE))) if first else "",
        "next": quote(paths.text((*path, end))) if end < count else "",
        "first": f"{first + 1:,}",
        "end": f"{end:,}",
        "count": f"{count:,}",
    }


class ListControl(Control):
    """The control of a list or map. What stands in its place and is none is shown as the JSON that it is."""

    template: ClassVar[str]
    empty = "empty the field"

    def shows_only(self, bound: BoundProperty) -> Hashable | None:
        form = bound.form
        if bound.is_odd or form.findings or form.done is not None or form.at:
            return None
        if any(paths.starts_with(item, bound.path) for item in form.attention):
            return None
        text = "" if bound.held is MISSING else json.dumps(bound.held)
        return text if len(text) <= _KEPT_UP_TO else None

    def template_for(self, bound: BoundProperty) -> str:
        """The template that draws the field."""
        return "forms/field.html" if bound.is_odd else self.template

    def as_json(self, bound: BoundProperty) -> dict[str, Any]:
        """The value as JSON, so that it can be seen, kept or mended."""
        context = JsonControl().shown(bound)
        if bound.held is not None:
            no = (
                "These are no names with values"
                if isinstance(bound.field.property, Map)
                else "This is no list"
            )
            context["note"] = (
                f"{no}, so what stands here is shown as JSON. Correct it, or empty the box and save to fill in fields."
            )
        return context
