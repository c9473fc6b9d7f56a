"""The form class of each page, made from the layout of a step, of an item of a list or of a known extension, once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms

from vmssbuilder.drafts import steps

from . import fields
from .cards import CardsField
from .extensions import ExtensionForm
from .formsets import RowsField
from .layout import PageLayout
from .page import PageForm, name_of


class _Shared(dict[str, forms.Field]):
    """The fields of a form class. A form would copy them for itself, and nobody changes these."""

    def __deepcopy__(self, memo: dict[int, Any]) -> _Shared:
        return self


@lru_cache(maxsize=2_000)
def page_form(layout: steps.Layout) -> type[PageForm]:
    """The form class of a page: that of a step, of an item of a list, or of a known extension."""
    made = {name_of(entry): field_for(entry) for entry in layout.fields}
    helper = FormHelper()
    helper.layout = PageLayout(layout)
    kind = ExtensionForm if any(entry.within for entry in layout.fields) else PageForm
    form = cast(type[PageForm], type(kind.__name__, (kind,), {"layout": layout, "helper": helper}))
    form.base_fields = _Shared(made)
    return form


def field_for(entry: steps.Field) -> fields.PropertyField:
    """The field of one place of a layout, by the kind of its property."""
    if entry.is_cards:
        return CardsField(entry)
    if entry.is_rows:
        return RowsField(entry)
    return fields.value_field(entry)
