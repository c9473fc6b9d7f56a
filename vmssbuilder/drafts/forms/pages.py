"""The form of a page: made from the catalogue's layout of a step or of an item of a list, once for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.safestring import SafeString

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.content import TARGET
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.kept import Kept
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Json, Property
from vmssbuilder.scaleset.systems import told_by
from vmssbuilder.scaleset.versions import LATEST

from . import checklists, fields
from .bound import BoundProperty
from .cards import CardsField
from .conflicts import TwoValues
from .formsets import RowsField
from .layout import PageLayout
from .lists import ITEMS_A_PAGE, Done


class PageForm(forms.Form):
    """The fields of a page, as lenses over the content of a draft. `page_form` makes a class of it for each layout.

    content: the values. place: the path of the page's item, () for a step's page. step_url: the address of the step,
    below which the pages of its items are. findings: those to show, by path. typed: texts to show instead of the
    values, by input name, when the form comes back. attention: list items that hold an error, at any depth.
    conflicts: two values for one place, by path. done: what was just done with a list. system: the operating system
    that the page is for, "" when the content is to tell. kept: the secrets that Azure keeps. at: the item that a long
    list is shown around. unnamed: members of an extension's settings that only their JSON shows. in_place: whether htmx puts each field in the place of the one that stands on the page.
    """

    layout: ClassVar[steps.Layout]
    helper: ClassVar[FormHelper]

    def __init__(
        self,
        content: dict[str, Any],
        place: Path = (),
        step_url: str = "",
        *,
        findings: Mapping[Path, list[Finding]] | None = None,
        typed: Mapping[str, list[str]] | None = None,
        attention: frozenset[Path] = frozenset(),
        conflicts: Mapping[Path, TwoValues] | None = None,
        done: Done | None = None,
        system: str = "",
        kept: tuple[Kept, ...] = (),
        at: Path = (),
        unnamed: Sequence[str] = (),
        in_place: bool = False,
    ) -> None:
        super().__init__(prefix=paths.text(place) if place else None)
        self.content = content
        self.place = place
        self.step_url = step_url
        self.findings = findings or {}
        self.typed = typed or {}
        self.attention = attention
        self.conflicts = conflicts or {}
        self.done = done
        self.system = system
        self.kept = kept
        self.at = at
        self.unnamed = unnamed
        self.in_place = in_place
        self.spoken_of: set[Path] = set()

    def add_prefix(self, field_name: str) -> str:
        """The name of an input is the path of its value."""
        return f"{self.prefix}.{field_name}" if self.prefix else field_name

    def draw(self, layout: Layout | None = None) -> SafeString:
        """All fields as HTML. layout: with what stands beside them."""
        drawn: SafeString = (layout or self.helper.layout).render(self, {})
        return drawn

    def at_entry(self, entry: steps.Field) -> BoundProperty:
        """The field of one place of the layout."""
        return cast(BoundProperty, self[name_of(entry)])

    # --- What fields ask their page ---

    @property
    def updating(self) -> bool:
        """Whether the draft changes a scale set, so that null removes."""
        return bool(paths.get(self.content, (TARGET, "operation"), "") == "update")

    @property
    def api_version(self) -> str:
        return str(self.content.get(TARGET, {}).get("apiVersion", LATEST))

    def null_in_words(self, way_back: str = "") -> str:
        """What null means where it stands. way_back: what to do to have it no more."""
        if not self.updating:
            return "null stands here, which is the same as leaving it out."
        words = "Removed: the update takes this away (null)."
        return f"{words} To leave it as it is, {way_back}." if way_back else words

    def kept_at(self, path: Path) -> Kept | None:
        """The secret that Azure keeps at the place, or that the place is a part of."""
        return next((each for each in self.kept if paths.starts_with(path, each.path)), None)

    def checklist(self, path: Path) -> list[checklists.Line]:
        """What Azure asks of a value, for the operating system of the draft."""
        told = told_by(self.content)
        return checklists.lines(path, self.system or (told.system if told is not None else ""))

    def part(self, path: Path, count: int) -> tuple[int, int]:
        """From where to where the items of a list are drawn: as many as a page shows, those at `at` among them."""
        position = 0
        if self.done is not None and self.done.holder == path:
            position = min(self.done.position, max(count - 1, 0))
        elif self.at[: len(path)] == path and len(self.at) > len(path):
            step = self.at[len(path)]
            position = step if isinstance(step, int) else 0
        first = min(position, max(count - 1, 0)) // ITEMS_A_PAGE * ITEMS_A_PAGE
        return first, min(first + ITEMS_A_PAGE, count)

    def done_at(self, path: Path, number: int, count: int) -> Done | None:
        """What was done, if it is said before that item of the list; `number` equal to `count` means after the last."""
        done = self.done
        return (
            done if done is not None and done.holder == path and min(done.position, count) == number else None
        )


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
    form = cast(type[PageForm], type("PageForm", (PageForm,), {"layout": layout, "helper": helper}))
    form.base_fields = _Shared(made)
    return form


def name_of(entry: steps.Field) -> str:
    """The name of a field in its form: its path from the page's place."""
    return paths.text(entry.below)


_KINDS: tuple[tuple[type[Property], type[fields.PropertyField]], ...] = (
    (Boolean, fields.BooleanField),
    (Choice, fields.ChoiceField),
    (Integer, fields.IntegerField),
    (Json, fields.JsonField),
)


def field_for(entry: steps.Field) -> fields.PropertyField:
    """The field of one place of a layout, by the kind of its property."""
    prop = entry.node.property
    if entry.is_cards:
        return CardsField(entry)
    if entry.is_rows:
        return RowsField(entry)
    if prop.secret:
        return fields.SecretField(entry)
    return next((made for kind, made in _KINDS if isinstance(prop, kind)), fields.TextField)(entry)
