"""A field on the form of a page: its value, and all that stands with it, for the one template that draws it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from django import forms
from django.utils.safestring import SafeString

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.setting_search.index import by_place
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Map

from .required import required
from .widgets import ENCODED

if TYPE_CHECKING:
    from .fields import PropertyField
    from .page import PageForm


_KEPT: Final[dict[tuple[object, ...], tuple[PropertyField, SafeString]]] = {}
_MOST_KEPT: Final = 10_000
"""Fields, of about 700 bytes each. Measured: the step page costs 3.3 bare pages with them, 5.5 without."""


class BoundProperty(forms.BoundField):
    """A property on a page. path: its place in the content. held: what stands there. anchor: the id of its input."""

    form: PageForm
    field: PropertyField

    def __init__(self, form: PageForm, field: PropertyField, name: str) -> None:
        super().__init__(form, field, name)
        self.path: Path = form.place + field.entry.below
        self.held: Any = paths.get(form.content, self.path)
        self.anchor = steps.anchor(self.path)
        self.findings = form.findings.get(self.path, ())
        self.threads = form.commented.get(self.path, 0)

    @property
    def is_odd(self) -> bool:
        """Whether something else stands in the place of a list or map. It is shown as JSON."""
        entry = self.field.entry
        if self.held is MISSING or not (entry.is_rows or entry.is_cards):
            return False
        return not isinstance(self.held, dict if isinstance(entry.node.property, Map) else list)

    @cached_property
    def is_required(self) -> bool:
        """Whether it has to be filled in."""
        return required(self)

    @property
    def filled(self) -> list[str]:
        """What of it stands as it was filled in for the person, as the text of its paths."""
        if not self.form.filled or self.field.entry.is_cards:
            return []
        return sorted(paths.text(each) for each in self.form.filled if paths.starts_with(each, self.path))

    @property
    def comments(self) -> dict[str, Any] | None:
        """How many open threads of comments are about it, and the way to them; None where there are none."""
        if not self.threads:
            return None
        draft = self.form.step_url.rstrip("/").rpartition("/")[0]
        return {"count": self.threads, "url": f"{draft}/comments/?at={quote(paths.text(self.path))}"}

    @property
    def encoded(self) -> bool:
        """Whether a text that is sent as base64 is shown as base64."""
        typed = self.form.typed
        if self.html_name in typed:
            return self.html_name + ENCODED in typed
        return self.field.shown_encoded(self.held)

    @property
    def text(self) -> str:
        """What the input shows: the value, or what was typed and not saved."""
        typed = self.form.typed.get(self.html_name)
        return self.field.prepare_value(self.held) if typed is None else typed[0]

    def __str__(self) -> SafeString:
        """The whole field. One that shows little but its value is drawn once: most fields of a page stay as they are."""
        shows = None
        if not (self.form.typed or self.form.in_place or self.findings or self.filled or self.threads):
            shows = self.field.control.shows_only(self)
        if shows is None:
            return self.render()
        key = (self.path, self.form.step_url, id(self.field), shows, self.is_required)
        kept = _KEPT.get(key)
        if kept is None or kept[0] is not self.field:
            if len(_KEPT) >= _MOST_KEPT:
                _KEPT.clear()
            kept = _KEPT[key] = (self.field, self.render())
        return kept[1]

    __html__ = __str__

    @property
    def template_name(self) -> str:
        return self.field.control.template_for(self)

    def get_context(self) -> dict[str, Any]:
        """What every field shows, and what its control does. `described` are the ids of what is said about it."""
        wire, reference = name_in_json(self.path)
        context: dict[str, Any] = {
            "anchor": self.anchor,
            "name": self.html_name,
            "label": self.label,
            "help": self.help_text,
            "wire": wire,
            "reference": reference,
            "in_place": self.form.in_place,
            "filled": self.filled,
            "comments": self.comments,
            "required": self.is_required,
            **self.field.control.shown(self),
        }
        described = [f"{self.anchor}-help"] if self.help_text or context.get("select") else []
        described += [f"{self.anchor}-{end}" for end in context.get("also", ())]
        if self.filled:
            described.append(f"{self.anchor}-filled")
        if self.findings:
            described.insert(0, f"{self.anchor}-findings")
            context |= said(self.findings)
            context["conflict"] = self.form.conflicts.get(self.path)
        context["described"] = " ".join(described)
        return context


def said(findings: Iterable[Finding]) -> dict[str, Any]:
    """What the templates show of findings: their lines, a button for each cure, and the state that they bring."""
    listed = list(findings)
    wrong = any(each.severity == "error" for each in listed)
    return {
        "findings": listed,
        "fixes": [each for each in listed if each.fix is not None],
        "invalid": wrong,
        "state": "error" if wrong else "warning",
    }


@lru_cache(maxsize=2_000)
def name_in_json(path: Path) -> tuple[str, str]:
    """The name in the JSON, and its place in the reference, "" where that does not have it."""
    wire = next((step for step in reversed(path) if isinstance(step, str)), "")
    place = ".".join(step for step in path if isinstance(step, str))
    return wire, place if place in by_place() else ""
