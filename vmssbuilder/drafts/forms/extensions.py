"""The named settings of known extensions: fields over parts of `settings` and `protectedSettings`.

The two stay free JSON, in the document and on the page. A named field reads and writes one member of them. Protected
settings are one secret in the vault: a named one is merged into it there and never comes out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Final

from vmssbuilder.drafts import merging, vault
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.steps import Field, Layout, Section, item_layout
from vmssbuilder.drafts.vault import Members
from vmssbuilder.scaleset import paths, presets, secrets
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.presets import PROTECTED, SETTINGS, Preset
from vmssbuilder.scaleset.properties import List, Single

from .page import PageForm
from .widgets import CLEAR

EXTENSION: Final = "properties.virtualMachineProfile.extensionProfile.extensions[]"
_HANDLER: Final = ("publisher", "type", "typeHandlerVersion", "autoUpgradeMinorVersion")


def is_extension(place: Path) -> bool:
    """Whether the place is an extension of the scale set."""
    return len(place) == 5 and place[-2] == "extensions" and place[2] == "extensionProfile"


def layout(draft: Draft, place: Path, content: dict[str, Any], *, typing: bool = False) -> Layout:
    """The layout of an extension's page as `content` has it: with named settings when it is a known one.

    A setting whose value the field could not show, and all of them when the settings are no object, are left to JSON.
    typing: to read what a form sent. Its page may show fields while their JSON is half typed, and so a text.
    """
    extension = paths.get(content, place)
    plain = item_layout(EXTENSION, draft.api_version)
    preset = presets.of(extension)
    if preset is None or (preset.settings is None and preset.protected is None):
        return plain
    held = paths.get(extension, SETTINGS)
    open_ones = held is MISSING or isinstance(held, dict) or (typing and isinstance(held, str))
    secret_ones = names(draft, paths.get(extension, PROTECTED)) is not None
    if not open_ones and not secret_ones:
        return plain
    whole = preset_layout(preset, draft.api_version)
    unfit = [entry.below for entry in whole.fields if not _fits(entry, extension, open_ones, secret_ones)]
    return _without(preset, draft.api_version, frozenset(unfit)) if unfit else whole


@lru_cache(maxsize=200)
def _without(preset: Preset, api_version: str, unfit: frozenset[Path]) -> Layout:
    """The page of a known extension without the fields of these places."""
    shown = [
        replace(section, fields=[entry for entry in section.fields if entry.below not in unfit])
        for section in preset_layout(preset, api_version).sections
    ]
    return Layout(tuple(section for section in shown if section.fields))


def _fits(entry: Field, extension: Any, open_ones: bool, secret_ones: bool) -> bool:
    if entry.within == PROTECTED:
        return secret_ones
    if entry.within != SETTINGS:
        return True
    if not open_ones:
        return False
    for depth in range(len(SETTINGS) + 1, len(entry.below)):
        if not isinstance(paths.get(extension, entry.below[:depth], {}), dict):
            return False
    value = paths.get(extension, entry.below)
    if value is MISSING or not isinstance(entry.node.property, List):
        return value is MISSING or not isinstance(value, dict | list) or entry.node.property.json_type is None
    wanted = dict if entry.node.item is not None and not entry.node.item.is_leaf else str
    return isinstance(value, list) and all(isinstance(item, wanted) for item in value)


@cache
def preset_layout(preset: Preset, api_version: str) -> Layout:
    """The page of a known extension: its name, its named settings, all of them as JSON, who it is, and the rest."""
    plain = item_layout(EXTENSION, api_version)
    by_name = {entry.below[-1]: entry for section in plain.sections for entry in section.fields}
    called = Section("", fields=[by_name["name"]])
    own = Section(preset.title, " ".join((preset.help_in(api_version), *preset.needs_in(api_version))))
    more = Section(preset.title, rest=True)
    for part, holder in ((preset.settings, SETTINGS), (preset.protected, PROTECTED)):
        if part is not None:
            for entry in _members(presets.settings_tree(part, api_version), holder, holder):
                (own if entry.node.property.essential else more).fields.append(entry)
    if not own.fields:
        own.fields, more.fields = more.fields, []
    as_json = Section(
        "The same settings as JSON",
        "What the fields above say, and members that have no field. Change a setting in one of the two places.",
        folded=True,
        fields=[by_name["settings"], by_name["protectedSettings"]],
    )
    who = Section(
        "Publisher, type and version",
        "Filled in by the choice of a known extension.",
        folded=True,
        fields=[by_name[name] for name in _HANDLER],
    )
    shown = (called, own, as_json, who, more, *plain.rest)
    return Layout(tuple(section for section in shown if section.fields))


def _members(node: Any, path: Path, holder: Path) -> list[Field]:
    found: list[Field] = []
    for wire, child in node.children.items():
        if isinstance(child.property, Single):
            found += _members(child, (*path, wire), holder)
        else:
            found.append(Field(child, (*path, wire), holder))
    return found


def names(draft: Draft, protected: Any) -> frozenset[str] | None:
    """The names of the members of protected settings, None when they are no object. Their values stay in the vault.

    Of those that cannot be read any more there are none. Those that only another process can read count as no object:
    nothing may be merged into them here.
    """
    if protected is MISSING or protected == secrets.MASK:
        return frozenset()
    value = vault.revealed(draft, protected)
    if secrets.is_reference(value):
        return None if vault.waits(draft, protected) else frozenset()
    return frozenset(value) if isinstance(value, dict) else None


def as_shown(draft: Draft, place: Path, layout: Layout, content: dict[str, Any]) -> dict[str, Any]:
    """The content for drawing: where protected settings have named fields, it says which of them are set."""
    if not any(entry.within == PROTECTED for entry in layout.fields):
        return content
    held = paths.get(content, place + PROTECTED)
    found = names(draft, held)
    if not found:
        return content
    marks: dict[str, Any] = {name: secrets.reference("set") for name in found}
    shown: dict[str, Any] = _with(content, place + PROTECTED, marks)
    return shown


def _with(held: Any, path: Path, value: Any) -> Any:
    """A copy with the value at the path; what does not lie on the way is shared."""
    if not path:
        return value
    made = held.copy()
    made[path[0]] = _with(held[path[0]], path[1:], value)
    return made


def unnamed(layout: Layout, place: Path, content: dict[str, Any]) -> list[str]:
    """The members of the settings that no field of the page shows."""
    held = paths.get(content, place + SETTINGS, {})
    named = {entry.below[len(SETTINGS)] for entry in layout.fields if entry.within == SETTINGS}
    return [name for name in held if name not in named] if isinstance(held, dict) else []


# --- What a form sent -------------------------------------------------------------------------------------------------


class ExtensionForm(PageForm):
    """The page of a known extension: its named settings become changes of the settings that they are part of."""

    def clean(self) -> dict[str, Any]:
        """Fits the changes of named settings into `changes`.

        Named secrets become one change of their secret. Where settings were changed as JSON too, the fields are written
        over that; the two must not contradict each other.
        """
        place = self.place
        fields = {place + entry.below: entry for entry in self.layout.fields if entry.within}
        named = [change for change in self.changes if change.path in fields]
        kept = [
            change
            for change in self.changes
            if change.path not in fields and not _says_nothing(change, place)
        ]
        whole = {change.path: change for change in kept}
        settings = [change for change in named if fields[change.path].within == SETTINGS]
        self._judge(place + SETTINGS, settings, whole)
        kept += settings
        members = {
            str(path[-1]): MISSING
            for path, entry in fields.items()
            if entry.within == PROTECTED and self.data.get(f"{paths.text(path)}{CLEAR}")
        }
        members |= {str(change.path[-1]): change.wanted for change in named if change.secret}
        held = place + PROTECTED
        if members and held in whole:
            kept[kept.index(whole[held])] = self._into(whole[held], members)
        elif members:
            kept.append(Changed(held, paths.get(self.content, held), Members(members), secret=True))
        self.changes = kept
        return self.cleaned_data

    def _judge(self, path: Path, named: list[Changed], whole: dict[Path, Changed]) -> None:
        """Whether named settings have a place in what the settings are to be, and say the same as their JSON."""
        value = whole[path].wanted if path in whole else paths.get(self.content, path)
        for change in named:
            if value is not MISSING and not isinstance(value, dict):
                self.refuse(path, _NO_OBJECT)
                return
            below = change.path[len(path) :]
            given = paths.get(value, below)
            if path in whole and not any(
                merging.same(given, known) for known in (MISSING, change.wanted, change.shown)
            ):
                self.refuse(path, _TWICE.format(".".join(map(str, below))))

    def _into(self, whole: Changed, members: dict[str, Any]) -> Changed:
        """Protected settings that were typed as JSON, with the named ones that were typed as well."""
        value = {} if whole.wanted is MISSING else whole.wanted
        if not isinstance(value, dict):
            self.refuse(whole.path, _NO_OBJECT)
            return whole
        for name, wanted in members.items():
            if name in value and not merging.same(value[name], wanted):
                self.refuse(whole.path, _TWICE.format(name))
        made = {name: inner for name, inner in (value | members).items() if inner is not MISSING}
        return replace(whole, wanted=made or MISSING)


def _says_nothing(change: Changed, place: Path) -> bool:
    """Whether the JSON of settings was written otherwise and says the same: then a field may still change it."""
    return change.path == place + SETTINGS and merging.same(change.wanted, change.shown)


_NO_OBJECT: Final = "This JSON is no object, so the fields above have no place in it. Correct it or empty it."
_TWICE: Final = "“{}” says one thing here and another in its field above. Keep one of them."
