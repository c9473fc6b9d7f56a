"""The forms of updates: looking for a scale set that runs, opening it, and settling what clashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from crispy_forms.layout import Layout
from django import forms

from vmssbuilder.azure.pickers import Suggestion
from vmssbuilder.pickers.forms import Picked, Picks
from vmssbuilder.scaleset import API_VERSIONS, paths
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.versions import DEFAULT
from vmssbuilder.web.forms import PLAIN, Radios, SearchField, SearchForm, Select, SmallForm

from . import live, planning
from .board import Three
from .live import NoResourceId

LONGEST: Final = 1_000
"""Characters of an id or of the address of its page; a resource id has no more than 600."""


class ScaleSetSearch(SearchForm):
    """The subscription whose scale sets are listed, and words to search them by. api_version: what the other form holds."""

    api_version = SearchField("API version", forms.HiddenInput({"id": "search-api-version"}))

    subscription = SearchField("Subscription", forms.TextInput(PLAIN))
    q = SearchField("Name or resource group", forms.SearchInput(PLAIN))
    q.flag = "Optional"  # type: ignore[attr-defined] # shown by lean/field.html

    def offer(self, subscriptions: Iterable[Suggestion]) -> None:
        """Shows the subscriptions as a list, where there are any; one that is asked for and is none of them stays."""
        choices = [
            (each.value, f"{each.title} ({each.reason})" if each.reason else each.title)
            for each in subscriptions
        ]
        asked = self.cleaned_data["subscription"]
        if choices and asked and asked not in dict(choices):
            choices.insert(0, (asked, asked))
        if choices:
            self.fields["subscription"].widget = Select({"class": "select"}, choices)


class OpenForm(SmallForm):
    """A scale set, by its resource id or chosen from the list. `cleaned_data["address"]` is which one it is."""

    value = Picked(Picks())
    id = forms.CharField(label="Resource id", required=False, widget=forms.TextInput(PLAIN))
    api_version = forms.ChoiceField(
        label="API version",
        help_text="What an older version does not know is not read and not changed.",
        required=False,
        choices=[(version, version) for version in reversed(API_VERSIONS)],
        error_messages={"invalid_choice": "Choose one of the API versions on offer."},
        widget=Select({"class": "select input--short", "id": "api-version"}),
    )
    api_version.wire = "api-version"  # type: ignore[attr-defined] # shown by lean/field.html

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.helper.layout = Layout("id", "api_version")

    def offer(self, suggestions: Sequence[Suggestion]) -> None:
        """Shows these scale sets to choose from."""
        cast(Any, self.fields["value"].widget).offered = suggestions
        before = " It goes before what is chosen above." if suggestions else ""
        self.fields[
            "id"
        ].help_text = f"The Azure portal shows it under Properties. The address of its page there will do as well.{before}"

    def clean_api_version(self) -> str:
        return self.cleaned_data["api_version"] or DEFAULT

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        written = cleaned.get("id") or next(iter(cleaned["value"]), "")
        try:
            cleaned["address"] = live.parse_id(written[:LONGEST])
        except NoResourceId as error:
            self.add_error("id", str(error))
        return cleaned


class SettleForm(SmallForm):
    """Whose value is to stand at each place that the draft and others changed, yours or the one in Azure.

    clashes: these places. seen, base: what the page showed, the scale set in Azure and the revision of the draft.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, clashes: Sequence[Three], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.clashes = clashes
        for number, clash in enumerate(clashes):
            self.fields[_side(clash)] = Side(clash, f"side-{number}")
        self.helper.layout = Layout(*self.fields)

    def sides(self) -> dict[Path, planning.Side]:
        """What was chosen, by place. Only of a form that is valid."""
        return {paths.parse(clash.path): self.cleaned_data[_side(clash)] for clash in self.clashes}


class Side(forms.ChoiceField):
    """Whose value is to stand at one place."""

    def __init__(self, clash: Three, own: str) -> None:
        super().__init__(
            label=clash.label,
            help_text=f"When the draft was opened: {clash.base or 'nothing'}",
            choices=[
                ("mine", f"Yours: {clash.mine or 'nothing'}"),
                ("theirs", f"In Azure now: {clash.theirs or 'nothing'}"),
            ],
            widget=Radios({}, attrs={"id": own}),
            error_messages={"required": f"Choose whose value is to stand: {clash.label}."},
        )
        self.where = clash.path


def _side(clash: Three) -> str:
    """The name of a choice: a page that showed other places has none for this one."""
    return f"side-{clash.path}"
