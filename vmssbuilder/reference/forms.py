"""The search of the reference."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms

from vmssbuilder.drafts.steps import STEPS
from vmssbuilder.pages.forms import FILTER, WORDS, SearchForm, Words
from vmssbuilder.scaleset import API_VERSIONS


class Chosen(forms.CharField):
    """A choice whose value the view judges: what is not on offer is a page that is not there."""

    def __init__(self, label: str, choices: list[tuple[str, str]], own: str) -> None:
        widget = forms.Select(attrs={"class": "select mt-0", "id": own}, choices=choices)
        super().__init__(label=label, required=False, widget=widget)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "")[: SearchForm.LONGEST]


class ReferenceSearch(SearchForm):
    """Words, an API version, and a step of the form. since: only what an API version brought."""

    q = Words("Search properties", "Name, path, value or word")
    version = Chosen(
        "API version",
        [("", "Any API version"), *((each, each) for each in reversed(API_VERSIONS))],
        "search-version",
    )
    step = Chosen(
        "Step of the form", [("", "Any step"), *((step.name, step.title) for step in STEPS)], "search-step"
    )
    since = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": "search-since"}))

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        hidden = ["since"] if self["since"].value() else []
        self.helper.layout = Layout(
            Field("q", template=WORDS),
            Field("version", template=FILTER),
            Field("step", template=FILTER),
            *hidden,
        )
