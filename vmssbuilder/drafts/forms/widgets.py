"""What each kind of field is drawn as: the part of its context that `templates/forms/field.html` draws the control from."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django import forms

from vmssbuilder.drafts.checking import UNREADABLE
from vmssbuilder.drafts.content import TARGET
from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.kept import KeptSecret
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.properties import Json, Text

from . import checklists, picking, readings

if TYPE_CHECKING:
    from .bound import BoundProperty

RADIOS_UP_TO: Final = 4
"""A choice with more values than this is a list, which scripts make searchable."""

ENCODED: Final = ":encoded"
"""Follows the name of a text that is sent as base64 in the name of the box that says it is base64 already."""

CLEAR: Final = ":clear"
"""Follows the name of a place in the name of the box that leaves out what stands there."""

AS_JSON: Final = Json("JSON", objects=False)
"""What shows a value that has no fields: a list or map that is neither."""

SUBSCRIPTION: Final = (TARGET, "subscription")
"""The place of the subscription, whose name is said below its ID."""

SCRIPTS: Final = {
    'data-reading="': "js/live.js",
    'data-checks="': "js/checklist.js",
    'data-reading="json"': "js/json.js",
    'data-reading="ssh"': "js/ssh.js",
    'data-reading="bytes"': "js/sizes.js",
    'type="password"': "js/password.js",
    "data-search": "js/selects.js",
}
"""The script that each mark in the HTML of a field asks for."""


def scripts(html: str) -> list[str]:
    """The static files that make these fields live, in the order in which they load."""
    return [path for mark, path in SCRIPTS.items() if mark in html]


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values that a person may choose."""

    value: str
    label: str
    help: str = ""


LEAVE: Final = Option("", "Leave to Azure")


def not_on_offer(shown: str) -> str:
    """The label of a value that stands there and is not among the choices; a text that means one stands in quotes."""
    if not shown:
        return "Choose"
    if shown == "null":
        return shown
    return f"“{shown[1:-1][:80]}” as text" if shown[:1] == '"' else f"{shown[:80]} (not on offer)"


@dataclass(frozen=True, slots=True)
class SubmittedValue:
    """What came back of a field. encoded, cleared: whether the boxes for these were ticked."""

    text: str
    encoded: bool = False
    cleared: bool = False


class Control(forms.Widget):
    """A control. Its field's template draws it together with all that stands around it."""

    empty: str = "empty the field"

    def template_for(self, bound: BoundProperty) -> str:
        """The template that draws the field."""
        return "forms/field.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What came back of the field, None when the form did not have it."""
        text = data.get(name)
        if text is None:
            return None
        return SubmittedValue(
            text.replace("\r\n", "\n"), name + ENCODED in data, bool(data.get(name + CLEAR))
        )

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        """What the template draws the control from. `also`: the ends of the ids of what is said about it."""
        raise NotImplementedError

    def shows_only(self, bound: BoundProperty) -> Hashable | None:
        """All that the field shows besides its place, so that it is drawn once for that; None where it shows more."""
        if bound.held is None or isinstance(bound.held, dict | list):
            return None
        system = bound.form.system_meant if bound.path in checklists.CHECKLISTS else ""
        # True and 1 are equal, but read differently.
        named = bound.form.subscription_name if bound.path == SUBSCRIPTION else ""
        return bound.held.__class__, bound.held, system or named

    def null(self, bound: BoundProperty) -> str:
        """What null means where it stands, "" where there is another value."""
        return bound.form.null_in_words(self.empty) if bound.held is None else ""


class TextControl(Control):
    """A box of one line, or of several where the text has them."""

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        prop, text = bound.field.property, bound.text
        context = said_below(bound, prop, text) | {"text": text, "note": self.null(bound)}
        if isinstance(prop, Text):
            if prop.base64:
                context["encoded"] = bound.encoded
            context["suggestions"] = prop.suggestions
            context["suggest"] = picking.suggestions(bound.form.step_url, prop.kind, bound.path)
            context["choose"] = picking.link(bound.form.step_url, prop.kind, bound.path)
        if "\n" in text or (isinstance(prop, Text) and prop.multiline):
            context |= {"area": True, "rows": rows_of(text)}
        if bound.held == "" and not text and bound.path[0] != TARGET:
            context["clear"] = EMPTY_TEXT
        return context


class NumberControl(TextControl):
    """A short box with the unit after it."""

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        context, unit = super().shown(bound), bound.field.property.unit
        also = [*context["also"], *(["unit"] if unit else [])]
        return context | {"number": True, "unit": unit, "also": also}


class JsonControl(Control):
    """A box of several lines for JSON."""

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        prop, text = bound.field.property, bound.text
        context = said_below(bound, AS_JSON if bound.is_odd else prop, text)
        if bound.held == "" and not text and not bound.is_odd:
            context["clear"] = EMPTY_TEXT
        return context | {
            "text": text,
            "note": self.null(bound),
            "area": True,
            "code": True,
            "rows": rows_of(text),
        }


EMPTY_TEXT: Final = "Remove it: the text is empty, but it is there"


def rows_of(text: str) -> int:
    """How many lines a box shows of a text."""
    return min(max(text.count("\n") + 2, 4), 16)


def said_below(bound: BoundProperty, prop: Any, text: str) -> dict[str, Any]:
    """What stands below a box: the value in words, and what Azure asks for."""
    reading = readings.reading(prop, text)
    if reading and bound.path == SUBSCRIPTION and text == bound.held:
        reading = replace(reading, words=bound.form.subscription_name)
    checks = bound.form.checklist(bound.path) if bound.path in checklists.CHECKLISTS else []
    also = (["reading"] if reading else []) + (["checks"] if checks else [])
    return {"reading": reading, "checks": checks, "also": also}


class OptionControl(Control):
    """A control that chooses one of some values."""

    empty = f"choose “{LEAVE.label}”"

    def __init__(self, options: Iterable[Option]) -> None:
        super().__init__()
        self.options = list(options)
        self.values = {option.value for option in self.options}


class SelectControl(OptionControl):
    """A list that opens."""

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        options, text = self.options, bound.text
        if text not in self.values:
            options = [Option(text, not_on_offer(text)), *options]
        return {"select": True, "options": options, "text": text, "note": self.null(bound)}


class RadioControl(OptionControl):
    """All values at once. What stands there and is none of them is one more."""

    def __init__(self, options: Iterable[Option], *, inline: bool = False) -> None:
        super().__init__(options)
        self.inline = inline

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        options, text = self.options, bound.text
        if text not in self.values:
            options = [*options, Option(text, not_on_offer(text))]
        return {
            "radios": True,
            "options": options,
            "text": text,
            "inline": self.inline,
            "note": self.null(bound),
        }


class SecretControl(Control):
    """An empty box, whatever is set: what is set can be replaced or cleared, never shown.

    One that Azure keeps is neither set here nor known to be unset.
    """

    empty = "clear it"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        text = data.get(name, "").replace("\r\n", "\n")
        return SubmittedValue(text, bool(data.get(name + ENCODED)), bool(data.get(name + CLEAR)))

    def shows_only(self, bound: BoundProperty) -> Hashable | None:
        return None if bound.form.kept else super().shows_only(bound)

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        prop, held = bound.field.property, bound.held
        one_line = isinstance(prop, Text) and not prop.multiline and not prop.base64
        context = said_below(bound, prop, "") | {
            "password": one_line,
            "secret_area": not one_line,
            "note": self.null(bound),
        }
        if isinstance(prop, Text) and prop.base64:
            context["encoded"] = False
        if held is None:
            context["clear"] = "Clear it"
        elif held is not MISSING and held != secrets.MASK:
            lost = any(each.rule == UNREADABLE for each in bound.findings)
            words = (
                "Set, but not readable any more. Enter it again."
                if lost
                else "Set, hidden. Type here to replace it."
            )
            context |= {"set": words, "lost": lost, "clear": "Clear it", "also": [*context["also"], "set"]}
        elif (kept := bound.form.kept_at(bound.path)) is not None and not (kept.lost and bound.findings):
            words = _kept(kept, part=bound.path != kept.path)
            context |= {"kept": words, "lost": kept.lost, "also": [*context["also"], "set"]}
        return context


def _kept(kept: KeptSecret, *, part: bool) -> str:
    """What becomes of a secret that Azure keeps. part: whether the field is about a part of it."""
    if kept.lost:
        again = "Enter all protected settings again." if part else "Enter it again."
        return f"and lost with this request, which sends the whole list that it is in. {again}"
    if kept.fixed:
        return "and never returned. It stays as it is: an update cannot replace it."
    if part:
        return (
            "and never returned. It stays as it is. What you enter takes the place of all protected settings."
        )
    return "and never returned. It stays as it is unless you enter another."
