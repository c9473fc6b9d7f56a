"""The search of the reference."""

from __future__ import annotations

from typing import Any, Final

from crispy_forms.layout import Field, Layout
from django import forms

from vmssbuilder.drafts.steps import STEPS
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.web.forms import FILTER, WORDS, SearchChoiceField, SearchForm, SearchWordsField

_LIST: Final = {"class": "select mt-0"}


class ReferenceSearch(SearchForm):
    """Words, an API version, and a step of the form. since: only what an API version brought."""

    q = SearchWordsField("Search properties", "Name, path, value or word")
    version = SearchChoiceField(
        "API version",
        [("", "Any API version"), *((each, each) for each in reversed(API_VERSIONS))],
        **_LIST,
        id="search-version",
    )
    step = SearchChoiceField(
        "Step of the form",
        [("", "Any step"), *((step.name, step.title) for step in STEPS)],
        **_LIST,
        id="search-step",
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
