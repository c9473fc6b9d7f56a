"""What of a page is shown: the fields that apply, those that are set although they do not, and those in the fold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from vmssbuilder.drafts import conditions
from vmssbuilder.drafts.steps import Field, Section
from vmssbuilder.drafts.systems import OTHER
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path

if TYPE_CHECKING:
    from .page import PageForm


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field does not apply. system: the operating system that it is for, where that is why."""

    hidden_for: str
    why: str
    system: str = ""


@lru_cache(maxsize=4)
def _for_system(chosen: str) -> Reason:
    other = OTHER[chosen]
    return Reason(
        chosen,
        f"These are {other} settings. Azure refuses settings of two systems in one scale set.",
        other,
    )


@lru_cache(maxsize=200)
def _for_condition(condition: conditions.FieldCondition) -> Reason:
    return Reason(condition.hidden_for, condition.why)


class Showing:
    """What of the fields of a form is shown. The form says what it is made of.

    whole: whether the fold shows what is not set, too. stay: places of fields that the page has, which an answer to it
    keeps although they are not set any more.
    """

    def __init__(self, form: PageForm, *, whole: bool, stay: frozenset[Path]) -> None:
        self.form, self.whole, self.stay = form, whole, stay
        self.in_fold = frozenset(entry.below for section in form.layout.rest for entry in section.fields)
        self._reasons: dict[Path, Reason | None] = {}

    def hidden_for(self, entry: Field) -> Reason | None:
        """Why a field does not apply, None for one that does."""
        if entry.below not in self._reasons:
            self._reasons[entry.below] = self._reason(entry)
        return self._reasons[entry.below]

    def _reason(self, entry: Field) -> Reason | None:
        form = self.form
        if entry.system and form.system and entry.system != form.system:
            return _for_system(form.system)
        found = conditions.in_the_way(entry, form.content, form.place)
        return _for_condition(found) if found is not None else None

    def speaks(self, entry: Field) -> bool:
        """Whether a field holds something, may hold something that Azure keeps, or has a finding."""
        path = self.form.place + entry.below
        if paths.get(self.form.content, path) is not MISSING or self.form.kept_at(path) is not None:
            return True
        if entry.below in self.stay and self.applies(entry):
            return True
        return any(paths.starts_with(found, path) for found in self.form.findings)

    def applies(self, entry: Field) -> bool:
        """Whether nothing stands in the way of a field."""
        return self.hidden_for(entry) is None

    def shows(self, section: Section) -> bool:
        """Whether a section in sight has anything to show."""
        return section.folded or any(self.applies(entry) for entry in section.fields)

    def drawn(self) -> frozenset[Path]:
        """The fields that the page has, by their places below it, wherever they stand on it."""
        return frozenset(
            entry.below
            for entry in self.form.layout.fields
            if self.speaks(entry) or (self.applies(entry) and (self.whole or entry.below not in self.in_fold))
        )

    def hidden(self) -> frozenset[Path]:
        """The fields that do not apply."""
        return frozenset(entry.below for entry in self.form.layout.fields if not self.applies(entry))
