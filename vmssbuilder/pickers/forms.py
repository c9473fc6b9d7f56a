"""The forms of the page to choose on: its search, what is used of it, and a new resource group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from crispy_forms.layout import Field, Layout
from django import forms
from django.http import QueryDict

from vmssbuilder.azure.pickers import Filters, Suggestion
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.content import LONGEST_ADDRESS
from vmssbuilder.drafts.revision_numbers import BaseRevisionField
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.web.forms import BOX, PLAIN, SearchChoiceField, SearchField, SearchForm, SmallForm

from . import images, sizes, words
from .whereabouts import PickerContext

LONGEST_VALUE: Final = 10_000

_BOX: Final = {"class": "input", "autocomplete": "off"}
_ANY: Final = ("", "Any")
_ZONES: Final = ("1", "2", "3")


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes beside each other."""

    template_name = "forms/boxes.html"


class Features(forms.MultipleChoiceField):
    """What a size must have. What is on no list asks for nothing."""

    hidden_widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [each for each in self.to_python(value) if self.valid_value(each)]


class PickerSearch(SearchForm):
    """Words, and for VM sizes what they must be able to do."""

    q = SearchField("Search", forms.SearchInput({**_BOX, "spellcheck": "false"}))
    vcpus = SearchField("vCPUs, at least", forms.TextInput({**_BOX, "inputmode": "numeric"}))
    memory = SearchField("Memory in GB, at least", forms.TextInput({**_BOX, "inputmode": "decimal"}))
    family = SearchChoiceField("Family", [_ANY])
    zone = SearchChoiceField("On offer in zone", [_ANY, *((each, each) for each in _ZONES)])
    feature = Features(
        label="It must have",
        required=False,
        choices=list(words.FEATURE_TITLES.items()),
        widget=Boxes,
    )
    sort = SearchField("Sorted by", forms.HiddenInput())

    def __init__(
        self, *args: Any, families: Iterable[str] = (), filtered: bool = False, **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self.full_clean()
        self.fields["family"].widget.choices = [_ANY, *((each, each) for each in families)]
        wide = {"wrapper_class": "pick-search__main"}
        narrow = [Field(name, template=BOX) for name in ("vcpus", "memory", "family", "zone")]
        filters = [*narrow, Field("feature", template="pickers/features.html"), "sort"] if filtered else []
        self.helper.layout = Layout(Field("q", template=BOX, **wide), *filters)

    def clean_sort(self) -> str:
        """What the table is sorted by, "" for the usual order."""
        sort = str(self.cleaned_data["sort"])
        return sort if sort in sizes.SORTS else ""

    def said(self) -> dict[str, Any]:
        """What is searched for, by the names of the fields."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def query(self) -> str:
        """The search as the query of an address, "" where nothing is searched for."""
        return urlencode(self.said(), doseq=True)

    def filters(self) -> Filters:
        """What of it narrows a list besides its words."""
        asked = self.cleaned_data
        return Filters(
            vcpus=_number(asked["vcpus"]),
            memory=_number(asked["memory"]),
            family=asked["family"],
            zone=asked["zone"],
            features=tuple(asked["feature"]),
        )


def _number(written: str) -> float | None:
    """A number of at least nothing; what is none asks for nothing."""
    stripped = written.replace(",", ".")
    digits = stripped.replace(".", "", 1)
    return float(stripped) if digits.isascii() and digits.isdigit() and len(digits) < 8 else None


class Picks(forms.Widget):
    """Suggestions to choose from, each with what is known of it."""

    template_name = "forms/picks.html"

    def __init__(self, *, several: bool = False) -> None:
        super().__init__()
        self.several = several
        self.offered: Sequence[Suggestion] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "type": "checkbox" if self.several else "radio",
            "offered": self.offered,
            "chosen": {each.lower() for each in value or ()},
            "facts": words.facts,
            "along": words.along,
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [each for each in data.getlist(name) if each]


class SizePicks(Picks):
    """VM sizes to choose from, as a table. rows, headings: see `sizes`."""

    template_name = "forms/sizes.html"

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[sizes.SizeRow] = ()
        self.headings: Sequence[sizes.Heading] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"rows": self.rows, "headings": self.headings}
        return context


class Picked(forms.Field):
    """The values of suggestions that were chosen, as a list."""

    widget: Picks

    def __init__(self, widget: Picks) -> None:
        super().__init__(required=False, widget=widget)


class UseForm(SmallForm):
    """What was chosen or typed for a place of a draft. `cleaned_data["wanted"]` is the value for it, MISSING for none."""

    base = BaseRevisionField()
    typed = forms.CharField(required=False, strip=False)

    def __init__(self, choice: PickerContext, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.choice = choice
        several = choice.target.several
        picks = SizePicks() if choice.target.picker.filtered and not several else Picks(several=several)
        self.fields["value"] = Picked(picks)
        self.fields["typed"].widget = (
            forms.Textarea({"class": "textarea", "rows": 3, "spellcheck": "false"})
            if several
            else forms.TextInput(PLAIN)
        )
        self.helper.layout = Layout("typed")

    def offer(self, suggestions: Sequence[Suggestion], table: sizes.SizeTable | None = None) -> None:
        """Shows these to choose from. table: as the rows of this one."""
        box, picks = self.fields["typed"], self.fields["value"].widget
        assert isinstance(picks, Picks)
        picks.offered = suggestions
        if isinstance(picks, SizePicks) and table is not None:
            picks.rows, picks.headings = [table.row(each) for each in suggestions], table.headings
        if self.choice.target.several:
            box.label = "Others, one a line" if suggestions else "Type them, one a line"
            box.help_text = "What is not in the list counts as well."
        else:
            box.label = "Or type it" if suggestions else "Type it"
            before = " It goes before what is chosen above." if suggestions else ""
            anything = "Any value counts, also what is not in the list."
            box.help_text = (
                words.HOW_TO_TYPE_AN_IMAGE if self.choice.target.is_object else anything
            ) + before

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        several = self.choice.target.several
        picked, typed = cleaned["value"], cleaned.get("typed", "")
        # What is typed counts more than what is picked: nobody types by accident.
        wanted = self._several(picked, typed) if several else typed.strip() or next(iter(picked), MISSING)
        if wanted is MISSING and not several:
            self.add_error("typed", "Choose one, or type a value.")
        elif self.choice.target.is_object and not images.is_value(wanted):
            self.add_error("typed", words.HOW_TO_TYPE_AN_IMAGE)
        self._bounded(wanted)
        return cleaned | {"wanted": wanted}

    def _several(self, picked: list[str], typed: str) -> Any:
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        wanted = list(dict.fromkeys([*picked, *lines]))
        if not wanted:
            return MISSING
        target, held = self.choice.target, paths.get(self.choice.content, self.choice.target.path, None)
        if target.member:
            items = held if isinstance(held, list) else []
            known = {
                str(paths.get(each, (target.member,), "")).lower(): each
                for each in items
                if isinstance(each, dict)
            }
            return [known.get(each.lower(), {target.member: each}) for each in wanted]
        if not target.is_map:
            return wanted
        named = {str(name).lower(): value for name, value in held.items()} if isinstance(held, dict) else {}
        return {each: named.get(each.lower(), {}) for each in wanted}

    def _bounded(self, wanted: Any) -> None:
        """Refuses what is longer than a draft can keep."""
        target = self.choice.target
        own = str(target.path[-1]) if target.path[0] == contents.TARGET else ""
        longest = LONGEST_ADDRESS.get(own, LONGEST_VALUE)
        for item in wanted if isinstance(wanted, list | dict) else [wanted]:
            each = item.get(target.member) if isinstance(item, dict) else item
            if isinstance(each, str) and len(each) > longest:
                message = f"This is {len(each):,} characters long; no more than {longest:,} can be kept. Shorten it."
                self.add_error("typed", message)
                return


class NewGroupForm(SmallForm):
    """A resource group that is created in Azure. `azure.pickers.groups` judges the name, `refuse` puts that at its field."""

    new_name = forms.CharField(
        label="Name of the new group", required=False, widget=forms.TextInput({**PLAIN, "id": "new-name"})
    )
    new_region = forms.CharField(
        label="Its region", required=False, widget=forms.TextInput({**PLAIN, "id": "new-region"})
    )

    def __init__(self, regions: str, data: QueryDict | None = None, **named: Any) -> None:
        """regions: the address that suggests some."""
        super().__init__(data, **named)
        self.fields["new_region"].widget.attrs["data-suggest"] = regions
