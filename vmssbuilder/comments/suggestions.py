"""Values that comments propose: read as the field of the place reads what is typed there."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import steps
from vmssbuilder.drafts.forms.fields import PropertyField
from vmssbuilder.drafts.forms.page import name_of
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.forms.widgets import OptionControl, SubmittedValue
from vmssbuilder.drafts.switching import API_VERSION
from vmssbuilder.scaleset.paths import Path

_ONE_VALUE: Final = "A value can be suggested for a single setting, not for this place. Say it in words."
_NEVER: Final = (
    "A secret is never suggested: everybody would read it. Whoever may edit the draft enters it in its field."
)
_VERSION: Final = "The API version is not suggested: it is changed under Basics, which shows what that does."
_LONGEST: Final = 10_000


class NoSuggestion(Exception):
    """Why a value cannot be suggested, in words."""


def field_of(path: Path, api_version: str) -> PropertyField:
    """The form field of a single value. Raises NoSuggestion where there is none, or where none may be suggested."""
    if path == API_VERSION:
        raise NoSuggestion(_VERSION)
    page = steps.item_page(path, api_version)
    if page:
        node = contents.node_at(page, api_version)
        assert node is not None
        layout = steps.item_layout(node.pattern, api_version)
    else:
        layout = steps.step_layout(steps.owner(path), api_version)
    for entry in layout.fields if path else ():
        if page + entry.below == path and not (entry.is_rows or entry.is_cards or entry.within):
            if entry.node.property.secret:
                raise NoSuggestion(_NEVER)
            if entry.node.property.read_only:
                break
            found = page_form(layout).base_fields[name_of(entry)]
            assert isinstance(found, PropertyField)
            return found
    node = contents.node_at(path, api_version)
    raise NoSuggestion(_NEVER if node is not None and node.property.secret else _ONE_VALUE)


def offers(path: Path, api_version: str) -> bool:
    """Whether a value can be suggested for a place."""
    try:
        field_of(path, api_version)
    except NoSuggestion:
        return False
    return True


def read(path: Path, api_version: str, text: str, before: Any) -> Any:
    """The value of what was typed for a place, as its field reads it. before: what stands there.

    A choice may be typed as it is called. Raises NoSuggestion for what the field cannot keep.
    """
    field = field_of(path, api_version)
    if len(text) > _LONGEST:
        raise NoSuggestion(f"Shorten the value to {_LONGEST:,} characters; it has {len(text):,}.")
    if isinstance(field.control, OptionControl):
        called = {option.label.casefold(): option.value for option in field.control.options}
        text = called.get(text.strip().casefold(), text)
    try:
        return field.clean(SubmittedValue(text), before, path)
    except forms.ValidationError as error:
        raise NoSuggestion(" ".join(error.messages)) from None
