"""What the small forms of the product have in common: how crispy-forms lays them out, and their errors as a summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from crispy_forms.helper import FormHelper
from django import forms

PLAIN: Final = {"class": "input", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
"""Attributes of a box for names and words that no browser should complete or correct."""


WORDS: Final = "lean/words.html"
FILTER: Final = "lean/filter.html"
BOX: Final = "lean/box.html"
"""Templates for the fields of a search: a box with an icon, a list beside it, and a box with its label above."""


class SmallForm(forms.Form):
    """A form whose inputs have their names as ids, drawn by `{% crispy form %}` with the templates in `lean/`.

    The page writes the form's own tag, its token and its buttons.
    """

    # The page marks what is missing itself, in the same words for everybody.
    use_required_attribute = False

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{"auto_id": "%s", **named})
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def problems(self) -> list[dict[str, str]]:
        """Every error with the address of its field, for the summary above the heading."""
        whole = [{"message": str(message), "href": ""} for message in self.non_field_errors()]
        return whole + [
            {"message": str(message), "href": f"#{field.id_for_label}"}
            for field in self
            for message in field.errors
        ]

    def refuse(self, problems: Iterable[tuple[str, str]]) -> None:
        """Puts what an action refused at the fields, by the ids of their inputs; "" for the whole form."""
        names = {field.id_for_label: field.name for field in self}
        for own, message in problems:
            self.add_error(names.get(own), message)


class SearchForm(SmallForm):
    """A form that is sent by GET: what cannot be meant is left out rather than refused."""

    LONGEST: Final = 200

    def asked(self) -> dict[str, str]:
        """What is searched for, by name, "" where nothing is."""
        self.full_clean()
        return {name: str(self.cleaned_data.get(name) or "") for name in self.fields}


class SearchField(forms.CharField):
    """Part of a search. What was typed is looked for, whatever it is: nothing is refused, and beyond the longest it is cut off."""

    def __init__(self, label: str, widget: forms.Widget, **named: Any) -> None:
        super().__init__(label=label, required=False, widget=widget, **named)
        self.validators = []

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "")[: SearchForm.LONGEST]


class SearchWordsField(SearchField):
    """The words of a search: a box with an icon."""

    def __init__(self, label: str, placeholder: str, icon: str = "search", **named: Any) -> None:
        attrs = PLAIN | {"maxlength": str(SearchForm.LONGEST), "placeholder": placeholder}
        super().__init__(label, forms.SearchInput(attrs), **named)
        self.icon = icon


class Select(forms.Select):
    """A list to choose one from. Of sixty choices it takes 0.5 ms, and 3 by Django's own templates."""

    template_name = "forms/select.html"


class SearchChoiceField(SearchField):
    """A choice whose value the view judges. attrs: of its list."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]], **attrs: str) -> None:
        super().__init__(label, Select({"class": "select", **attrs}, choices))


class _Hinted(forms.RadioSelect):
    """Choices with a hint for each. The first one has the id of the field, where the summary of errors leads.

    hints: by value.
    """

    def __init__(self, hints: Mapping[str, str], **named: Any) -> None:
        super().__init__(**named)
        self.hints = hints

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        return str(id_ or "")

    def create_option(
        self,
        name: str,
        value: Any,
        label: int | str,
        selected: bool,
        index: int,
        subindex: int | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        base = str(option["attrs"]["id"])
        option["hint"] = self.hints.get(str(value), "")
        option["hint_id"] = f"{base}-{value}-hint"
        option["attrs"]["id"] = f"{base}-{value}" if index else base
        return option


class Radios(_Hinted):
    """One of a few."""


class Checkboxes(_Hinted, forms.CheckboxSelectMultiple):
    """Any of a few."""
