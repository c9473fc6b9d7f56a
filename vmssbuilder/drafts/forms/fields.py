"""A form field for each kind of property: the text that shows a value, and the value that a text stands for.

Fields are made once for a page's form class and never changed, so forms share them.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from django import forms

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.clear_keys import PRIVATE_KEY
from vmssbuilder.drafts.content import LONGEST_ADDRESS, TARGET
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Json, Property, Text
from vmssbuilder.scaleset.rules.shapes import decoded, private_keys
from vmssbuilder.web.characters import showable, showable_json

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

    def to_python(self, value: Any) -> Any:
        """The value of what was typed, MISSING for nothing. Text that does not parse stays as it was typed."""
        return value_of(self.property, value.text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether something else came back than the page showed for a value."""
        if data is None:
            return False
        if data.cleared and initial == "" and not data.text:
            return True
        return self.differs(initial, data) and (self.to_python(data) is not MISSING or initial is not MISSING)

    def differs(self, initial: Any, data: widgets.SubmittedValue) -> bool:
        """Whether the text is another one than that which stands for the value."""
        return not shows(self.prepare_value(initial), data.text)

    def clean(self, data: Any, initial: Any = MISSING, path: Path = ()) -> Any:
        """The value that is wanted at a place. Raises ValidationError for what cannot be kept at all."""
        wanted = MISSING if data.cleared and not data.text else self.to_python(data)
        message = too_long(path, wanted) or self._no_such_choice(path, wanted)
        if message:
            raise forms.ValidationError(message)
        refuse_private_keys(path, wanted, initial)
        return wanted

    def _no_such_choice(self, path: Path, wanted: Any) -> str:
        """Why a choice of the address cannot be kept: it decides how everything else is read, so it must be one of ours."""
        if path[:1] != (TARGET,) or not isinstance(self.property, Choice):
            return ""
        if wanted in {value.wire for value in self.property.values}:
            return ""
        return f"{self.property.title}: choose one of the values on offer."


class ListField(PropertyField):
    """A list or map. What stands in its place and is none is shown as JSON."""

    def prepare_value(self, value: Any) -> str:
        return text_of(AS_JSON, value)

    def to_python(self, value: Any) -> Any:
        return value_of(AS_JSON, value.text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        # Only what is no list is shown as text.
        return initial is not MISSING and super().has_changed(initial, data)


class TextField(PropertyField):
    """A text of one line or several, and a number with decimals."""


class Base64Field(PropertyField):
    """A text that is sent as base64: it is shown and typed as the text that it stands for, or as base64 itself."""

    def to_python(self, value: Any) -> Any:
        text: str = value.text
        return MISSING if not text.strip() else text if value.encoded else encode(text)

    def differs(self, initial: Any, data: widgets.SubmittedValue) -> bool:
        return super().differs(initial, data) or data.encoded != self.shown_encoded(initial)


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

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data is not None and bool(data.text or (data.cleared and initial is not MISSING))

    def clean(self, data: Any, initial: Any = MISSING, path: Path = ()) -> Any:
        if not data.text:
            return MISSING
        base64 = isinstance(self.property, Text) and self.property.base64
        return self.property.from_text(encode(data.text) if base64 and not data.encoded else data.text)

    def made_control(self) -> widgets.Control:
        return widgets.SecretControl()


_KINDS: Final[tuple[tuple[type[Property], type[PropertyField]], ...]] = (
    (Boolean, BooleanField),
    (Choice, ChoiceField),
    (Integer, IntegerField),
    (Json, JsonField),
)


def value_field(entry: steps.Field) -> PropertyField:
    """The field of a single value, by the kind of its property."""
    prop = entry.node.property
    if prop.secret:
        return SecretField(entry)
    if isinstance(prop, Text) and prop.base64:
        return Base64Field(entry)
    return next((made for kind, made in _KINDS if isinstance(prop, kind)), TextField)(entry)


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


def value_of(prop: Property, typed: str) -> Any:
    """The value that a text stands for, MISSING for none."""
    if not (isinstance(prop, Text) and prop.multiline):
        typed = typed.strip()
    return MISSING if typed == "" else prop.from_text(typed)


def too_long(path: Path, wanted: Any) -> str:
    """Why a part of the address cannot be kept, "" when it can."""
    longest = LONGEST_ADDRESS.get(str(path[-1]), 0) if path[:1] == (TARGET,) else 0
    if longest and isinstance(wanted, str) and len(wanted) > longest:
        return f"This is {len(wanted):,} characters long; no more than {longest} can be kept. Shorten it."
    return ""


def refuse_private_keys(path: Path, wanted: Any, before: Any) -> None:
    """Raises ValidationError for each private key that was not there before."""
    found = [
        forms.ValidationError(PRIVATE_KEY, params={"path": place})
        for place in private_keys(path, wanted, before)
    ]
    if found:
        raise forms.ValidationError(found)


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
