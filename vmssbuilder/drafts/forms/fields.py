"""A form field for each kind of property: the text that shows a value, and the value that a text stands for.

Fields are made once for a page's form class and never changed, so forms share them.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django import forms

from vmssbuilder.drafts import steps
from vmssbuilder.pages.characters import showable, showable_json
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.properties import Choice, Json, Property, Text
from vmssbuilder.scaleset.rules.shapes import decoded

from . import widgets
from .bound import BoundProperty
from .widgets import AS_JSON


class PropertyField(forms.Field):
    """A property at its place on a page. entry: its declaration and that place."""

    widget = widgets.TextControl

    def __init__(self, entry: steps.Field) -> None:
        self.entry = entry
        self.property: Any = entry.node.property
        self.control = self.made_control()
        super().__init__(
            required=False, label=self.property.title, help_text=entry.node.help, widget=self.control
        )

    def made_control(self) -> widgets.Control:
        """The widget that draws this field."""
        return widgets.TextControl()

    def __deepcopy__(self, memo: dict[int, Any]) -> PropertyField:
        # A form would copy its fields, and nobody changes these.
        return self

    def get_bound_field(self, form: Any, field_name: str) -> BoundProperty:
        """The field on the form of a page, with what that says of it."""
        return BoundProperty(form, self, field_name)

    def prepare_value(self, value: Any) -> str:
        """What the input shows for a value, "" where there is none."""
        return text_of(self.property, value)

    def shown_encoded(self, value: Any) -> bool:
        """Whether a value that is sent as base64 is shown as it is, since it stands for no text that could be shown."""
        return shown_encoded(self.property, value)


class ListField(PropertyField):
    """A list or map. What stands in its place and is none is shown as JSON."""

    def prepare_value(self, value: Any) -> str:
        return text_of(AS_JSON, value)


class TextField(PropertyField):
    """A text of one line or several, a text that is sent as base64, and a number with decimals."""


class IntegerField(PropertyField):
    """A whole number."""

    def made_control(self) -> widgets.Control:
        return widgets.NumberControl()


class JsonField(PropertyField):
    """Free JSON, and what stands in the place of a list that is none."""

    def made_control(self) -> widgets.Control:
        return widgets.JsonControl()


class BooleanField(PropertyField):
    """True, false, or left to Azure."""

    def made_control(self) -> widgets.Control:
        options = [widgets.Option("true", "Yes"), widgets.Option("false", "No"), widgets.LEAVE]
        return widgets.RadioControl(options, inline=True)


class ChoiceField(PropertyField):
    """One of some values: radios, or a list where there are many."""

    def made_control(self) -> widgets.Control:
        node = self.entry.node
        values = self.property.values_in(node.api_version)
        options = [widgets.Option(each.wire, each.label, each.help_in(node.api_version)) for each in values]
        if not node.property.required:
            options.append(widgets.LEAVE)
        if len(options) <= widgets.RADIOS_UP_TO + 1:
            return widgets.RadioControl(options)
        return widgets.SelectControl(options)


class SecretField(PropertyField):
    """A secret: its box is empty whatever is set, which can be replaced or cleared."""

    def made_control(self) -> widgets.Control:
        return widgets.SecretControl()


# --- Values as texts --------------------------------------------------------------------------------------------------


def text_of(prop: Property, value: Any) -> str:
    """What the input of a property shows for a value, "" where there is none."""
    if value is MISSING:
        return ""
    if value == "" and isinstance(prop, Choice):
        # Not to be mistaken for the choice of leaving it out.
        return '""'
    plain = _decoded(value) if isinstance(prop, Text) and prop.base64 else None
    text = prop.to_text(value) if plain is None else plain
    if text.isprintable():
        return text
    return lines(showable_json(text) if isinstance(prop, Json) and text != value else text)


def lines(text: str) -> str:
    """The text with the line breaks that a browser makes of any others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shows(text: str, sent: str) -> bool:
    """Whether a form sent what its page showed for a text: pages have no room for some characters."""
    return sent == text or (not text.isprintable() and sent == showable(text))


def shown_encoded(prop: Property, value: Any) -> bool:
    """Whether a value that is sent as base64 is shown as it is, since it stands for no text that could be shown."""
    return isinstance(prop, Text) and prop.base64 and value is not MISSING and _decoded(value) is None


def encode(text: str) -> str:
    """The text as it is sent."""
    return b64encode(text.encode()).decode()


def _decoded(value: Any) -> str | None:
    """The text that a base64 value stands for; None when it is no base64 or no text, or would not come back the same."""
    found = decoded(value) if isinstance(value, str) else None
    if not found or b64encode(found).decode() != value:
        return None
    try:
        text = found.decode()
    except UnicodeDecodeError:
        return None
    plain = text.replace("\n", "").replace("\r", "").replace("\t", "")
    # Blank text, and what a text box would change, are shown as base64.
    return text if plain.isprintable() and plain.strip() and "\r" not in text.replace("\r\n", "\n") else None
