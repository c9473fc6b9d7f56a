"""Two values for one place, with the buttons that choose between them, and a value as it is shown for comparing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.forms.renderers import BaseRenderer, get_default_renderer
from django.forms.utils import RenderableMixin

from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.properties import Boolean, Choice, Node

LONGEST: Final = 2_000
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class ShownValue(RenderableMixin):
    """A value for comparing: nothing, some words, a text of the document, or one of several lines. Secrets are hidden."""

    words: str = ""
    code: str = ""
    lines: str = ""

    @property
    def renderer(self) -> BaseRenderer:
        return get_default_renderer()

    template_name = "forms/value.html"

    def get_context(self) -> dict[str, Any]:
        return {"words": self.words, "code": self.code, "lines": self.lines}


def shown(node: Node | None, value: Any) -> ShownValue:
    """The value of a place as it is shown for comparing."""
    if value is MISSING or value == "":
        return ShownValue()
    if isinstance(value, dict | list):
        return ShownValue(lines=_cut(json.dumps(_masked(value), ensure_ascii=False, indent=1)))
    prop = node.property if node is not None else None
    if isinstance(prop, Boolean) and isinstance(value, bool):
        return ShownValue("Yes" if value else "No")
    if isinstance(prop, Choice):
        return ShownValue(next((each.label for each in prop.values if each.wire == value), str(value)))
    text = prop.to_text(value) if prop is not None else str(value)
    return ShownValue(lines=_cut(text)) if "\n" in text else ShownValue(code=_cut(text))


def _masked(value: Any) -> Any:
    """The value with stored secrets hidden; what lies in a list of rows or in settings holds none in clear."""
    if secrets.is_reference(value):
        return secrets.MASK
    if isinstance(value, dict):
        return {name: _masked(inner) for name, inner in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


@dataclass(frozen=True, slots=True)
class TwoValues:
    """What others saved at a place, and what this person typed. saved: when they did, None where that is not known."""

    name: str
    label: str
    theirs: ShownValue
    mine: ShownValue
    saved: datetime | None
