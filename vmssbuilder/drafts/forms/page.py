"""The form of a page of fields: what they show of the content of a draft, and what came back of them as changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.safestring import SafeString

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.content import TARGET
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.kept import KeptSecret
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.systems import evidence_in
from vmssbuilder.scaleset.versions import LATEST

from . import checklists
from .bound import BoundProperty
from .conflicts import TwoValues
from .fields import PropertyField
from .lists import ITEMS_A_PAGE, ListChange
from .obstacles import odd_holders
from .picking import ZoneOption
from .showing import Showing
from .widgets import CLEAR


class PageForm(forms.Form):
    """The fields of a page, as lenses over the content of a draft. `page_form` makes a class of it for each layout.

    content: the values. place: the path of the page's item, () for a step's page. step_url: the address of the step,
    below which the pages of its items are. findings: those to show, by path. typed: texts to show instead of the
    values, by input name, when the form comes back. attention: list items that hold an error, at any depth, and whether
    more is wrong than that something is still to be filled in.
    conflicts: two values for one place, by path. done: what was just done with a list. system: the operating system
    that the page is for, "" when the content is to tell. kept: the secrets that Azure keeps. at: the item that a long
    list is shown around. unnamed: members of an extension's settings that only their JSON shows. zones: those of
    the region, for boxes to tick; none for rows to fill in. subscription_name: of the content's subscription, "" where it
    is not known. filled: places that stand as they were filled in for the person. commented: how many open threads
    of comments a field shows, by its path. in_place: whether htmx puts each field
    in the place of the one that stands on the page. whole, stay: what of the fold is shown (`Showing`). before_fold: what stands between the fields in
    sight and the fold. data: what came back of the page that showed `content`.
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
        attention: Mapping[Path, bool] | None = None,
        conflicts: Mapping[Path, TwoValues] | None = None,
        done: ListChange | None = None,
        system: str = "",
        kept: tuple[KeptSecret, ...] = (),
        at: Path = (),
        unnamed: Sequence[str] = (),
        zones: Sequence[ZoneOption] = (),
        subscription_name: str = "",
        in_place: bool = False,
        filled: frozenset[Path] = frozenset(),
        commented: Mapping[Path, int] | None = None,
        whole: bool = False,
        stay: frozenset[Path] = frozenset(),
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data, prefix=paths.text(place) if place else None)
        self.content = content
        self.place = place
        self.step_url = step_url
        self.findings = findings or {}
        self.typed = typed or {}
        self.attention = attention or {}
        self.conflicts = conflicts or {}
        self.done = done
        self.system = system
        self.kept = kept
        self.at = at
        self.unnamed = unnamed
        self.zones = zones
        self.subscription_name = subscription_name
        self.in_place = in_place
        self.filled = filled
        self.commented = commented or {}
        self.spoken_of: set[Path] = set()
        self.before_fold: LayoutObject | None = None
        self.showing = Showing(self, whole=whole, stay=stay)

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

    # --- What came back ---

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What the page showed: the value of the content that it was made of, MISSING for none."""
        return paths.get(self.content, self.place + cast(PropertyField, field).entry.below)

    def full_clean(self) -> None:
        """Makes `changes` of the fields that came back otherwise than they were shown, and of what is to be left out.

        Text that does not parse is a value like any other, and the check reports it. Errors are only for what cannot be
        kept at all.
        """
        self._errors = ErrorDict(renderer=self.renderer)
        self.changes: list[Changed] = []
        if not self.is_bound:
            return
        self.cleaned_data = {}
        self.changes += self._left_out()
        for name in self.changed_data:
            bound = cast(BoundProperty, self[name])
            try:
                wanted = bound.field.clean(bound.data, bound.initial, bound.path)
            except forms.ValidationError as error:
                self.add_error(name, error)
                continue
            self.cleaned_data[name] = wanted
            secret = bound.field.property.secret and wanted is not MISSING
            self.changes.append(Changed(bound.path, bound.initial, wanted, secret=secret))
        self.clean()

    def _left_out(self) -> Iterator[Changed]:
        """What stands in the place of objects and is to be left out."""
        if any(name.endswith(CLEAR) for name in self.data):
            for path in dict.fromkeys(odd_holders(self.content, self.place, list(self.layout.fields))):
                if self.data.get(paths.text(path) + CLEAR):
                    yield Changed(path, paths.get(self.content, path), MISSING)

    def came_back(self, path: Path) -> bool:
        """Whether the page had a field for the place: each field sends something, an empty one too."""
        name = paths.text(path)
        return any(sent == name or sent.startswith((f"{name}[", f"{name}:")) for sent in self.data)

    def refuse(self, path: Path, message: str) -> None:
        """Says of a place that it cannot be kept as it came."""
        self.add_error(None, forms.ValidationError(message, params={"path": path}))

    def refusals(self) -> list[Finding]:
        """What cannot be kept, at its place."""
        return [
            Finding(
                "refused",
                "error",
                (error.params or {}).get("path") or cast(BoundProperty, self[name]).path,
                str(error.message),
            )
            for name, listed in self.errors.as_data().items()
            for error in listed
        ]

    # --- What fields ask their page ---

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"{self.step_url}{paths.to_url(self.place)}/" if self.place else self.step_url

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

    def kept_at(self, path: Path) -> KeptSecret | None:
        """The secret that Azure keeps at the place, or that the place is a part of."""
        return next((each for each in self.kept if paths.starts_with(path, each.path)), None)

    @cached_property
    def system_meant(self) -> str:
        """The operating system of the draft, "" while neither a person nor the request tells it."""
        evidence = None if self.system else evidence_in(self.content)
        return evidence.system if evidence is not None else self.system

    def checklist(self, path: Path) -> list[checklists.ChecklistLine]:
        """What Azure asks of a value, for the operating system of the draft."""
        return checklists.lines(path, self.system_meant)

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

    def done_at(self, path: Path, number: int, count: int) -> ListChange | None:
        """What was done, if it is said before that item of the list; `number` equal to `count` means after the last."""
        done = self.done
        return (
            done if done is not None and done.holder == path and min(done.position, count) == number else None
        )


def name_of(entry: steps.Field) -> str:
    """The name of a field in its form: its path from the page's place."""
    return paths.text(entry.below)
