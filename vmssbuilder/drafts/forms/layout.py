"""How a page is laid out with crispy-forms: its sections, what is for the other operating system, and what stands beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from crispy_forms.layout import Layout, LayoutObject
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import systems
from vmssbuilder.drafts.steps import Field, Section, anchor
from vmssbuilder.drafts.steps import Layout as Places
from vmssbuilder.drafts.systems import OTHER, DraftSystem
from vmssbuilder.scaleset import paths, presets
from vmssbuilder.scaleset.findings import in_words
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.presets import PRESETS, Preset
from vmssbuilder.scaleset.systems import SYSTEMS
from vmssbuilder.web.rendering import drawn

from . import picking
from .bound import BoundProperty, name_in_json, said
from .obstacles import odd_holders
from .showing import Reason
from .widgets import scripts

if TYPE_CHECKING:
    from .page import PageForm

_LISTED: Final = 4
"""How many titles a fold names before it counts."""


class Drawn(LayoutObject):  # type: ignore[misc] # crispy-forms has no types
    """A part of a page that is drawn from a template of its own."""

    template: str
    fields: tuple[str, ...] = ()

    def context(self, form: PageForm) -> dict[str, Any]:
        """What the template shows."""
        raise NotImplementedError

    def render(self, form: PageForm, context: Any, template_pack: str = "", **_kwargs: Any) -> SafeString:
        """The part as HTML, as crispy-forms asks for it."""
        return drawn(self.template, self.context(form))


class SectionBox(Drawn):
    """A section of a page: its legend and those of its fields that apply."""

    template = "forms/section.html"

    def __init__(self, section: Section) -> None:
        self.section = section

    def context(self, form: PageForm) -> dict[str, Any]:
        shown = self.section
        return {
            "title": shown.title,
            "help": shown.help,
            "columns": shown.columns,
            "obstacles": list(_obstacles(form, shown.fields)),
            "search": _search(form, shown) if shown.holder else None,
            "fields": list(_placed(form, [entry for entry in shown.fields if form.showing.applies(entry)])),
        }


def _search(form: PageForm, shown: Section) -> dict[str, Any] | None:
    """The search that fills in the section's object as a whole."""
    path = form.place + shown.holder
    found = picking.search(form.step_url, path, paths.get(form.content, path, None))
    return found and found | {"anchor": f"{anchor(path)}-search"}


def _placed(form: PageForm, entries: Sequence[Field]) -> Iterator[tuple[BoundProperty, list[str]]]:
    """Fields with the ids of the objects that begin with them, to which links from the JSON and from findings lead."""
    for entry in entries:
        yield form.at_entry(entry), list(_ids(form, entry, drawn_here=True))


def _ids(form: PageForm, entry: Field, *, drawn_here: bool = False) -> Iterator[str]:
    """The ids of the objects around a field that have none yet; of one that is not drawn, where links lead there."""
    for depth in range(1, len(entry.within or entry.below)):
        path = form.place + entry.below[:depth]
        if path in form.spoken_of:
            continue
        if (
            drawn_here
            or form.showing.whole
            or path in form.findings
            or isinstance(paths.get(form.content, path), dict)
        ):
            form.spoken_of.add(path)
            yield anchor(path)


def _wrong(form: PageForm, path: Path) -> bool:
    return any(paths.starts_with(found, path) for found in form.findings)


def _obstacles(form: PageForm, entries: Sequence[Field]) -> Iterator[dict[str, Any]]:
    """What stands in the place of the objects around some fields, for the first that meet it."""
    for path in dict.fromkeys(odd_holders(form.content, form.place, entries)):
        if path not in form.spoken_of:
            form.spoken_of.add(path)
            yield _obstacle(form, path)


def _obstacle(form: PageForm, path: Path) -> dict[str, Any]:
    value = paths.get(form.content, path)
    removed = value is None and form.updating
    wire, reference = name_in_json(path)
    findings = form.findings.get(path, ())
    context = {
        "anchor": anchor(path),
        "name": paths.text(path),
        "label": contents.label(path, form.api_version),
        "wire": wire,
        "reference": reference,
        "said": form.null_in_words() if removed else f"Here stands {in_words(value)} where settings belong.",
        "leave": "Leave it as it is" if removed else "Remove it",
        "conflict": form.conflicts.get(path),
    }
    return context | said(findings) if findings else context


class Folded(SectionBox):
    """Fields that are put away under their title, since those of another section say the same."""

    template = "forms/folded.html"

    def context(self, form: PageForm) -> dict[str, Any]:
        shown = self.section
        also = form.unnamed if any(entry.below == presets.SETTINGS for entry in shown.fields) else []
        wrong = any(_wrong(form, form.place + entry.below) for entry in shown.fields)
        return {
            "title": shown.title,
            "help": shown.help,
            "also": _several(also) if also else "",
            "opened": bool(wrong or also),
            "fields": [form.at_entry(entry) for entry in shown.fields],
        }


class EverythingElse(Drawn):
    """The fold of a page: what is set of the settings that few people need, and the way to all others.

    Those that are not set are drawn where the page is asked for as a whole.
    """

    template = "forms/everything_else.html"

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = sections

    def context(self, form: PageForm) -> dict[str, Any]:
        applying = [
            (section, entry)
            for section in self.sections
            for entry in section.fields
            if form.showing.applies(entry)
        ]
        speaking = [entry for _section, entry in applying if form.showing.speaks(entry)]
        titles = dict.fromkeys(section.title or entry.node.property.title for section, entry in applying)
        obstacles = list(_obstacles(form, [entry for section in self.sections for entry in section.fields]))
        return {
            "opened": form.showing.whole
            or obstacles
            or any(_wrong(form, form.place + each.below) for each in speaking),
            "whole": form.showing.whole,
            "url": form.url,
            "count": len(applying),
            "set": len(speaking),
            "names": _several(list(titles), _NAMED),
            "obstacles": obstacles,
            "speaking": list(_placed(form, speaking)),
            "sections": list(self._unset(form)) if form.showing.whole else [],
        }

    def _unset(self, form: PageForm) -> Iterator[dict[str, Any]]:
        """What is not set, by section."""
        showing = form.showing
        for section in self.sections:
            fields = [each for each in section.fields if showing.applies(each) and not showing.speaks(each)]
            if fields:
                yield {"title": section.title, "help": section.help, "fields": list(_placed(form, fields))}

    def unset(self, form: PageForm) -> SafeString:
        """What is not set, for a page whose fold is opened, with the scripts that it needs."""
        sections = list(self._unset(form))
        html = "".join(str(field) for section in sections for field, _ids in section["fields"])
        needed = " ".join(static(path) for path in scripts(html))
        return drawn("forms/everything_parts.html", {"sections": sections, "scripts": needed})


_NAMED: Final = 8
"""How many titles the fold of a page names."""


class Hidden(Drawn):
    """What is set and does not apply, with the reason: it stays in the request until somebody removes it."""

    template = "forms/hidden.html"

    def __init__(self, reason: Reason, entries: Sequence[Field]) -> None:
        self.reason, self.entries = reason, entries

    def context(self, form: PageForm) -> dict[str, Any]:
        system, spoken = self.reason.system, [entry for entry in self.entries if form.showing.speaks(entry)]
        titles = [entry.node.property.title for entry in spoken]
        if system:
            titles = systems.held(form.content, system, form.api_version)
        obstacles = list(_obstacles(form, self.entries))
        return {
            "hidden_for": self.reason.hidden_for,
            "why": self.reason.why,
            "system": system,
            "held": _several(titles),
            "opened": any(_wrong(form, form.place + entry.below) for entry in self.entries),
            "obstacles": obstacles,
            "fields": list(_placed(form, spoken)),
        }


class PageLayout(Layout):  # type: ignore[misc] # crispy-forms has no types
    """A page: what applies, in sections; what is set and does not apply; and the fold with everything else."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.boxes = [
            Folded(section) if section.folded else SectionBox(section)
            for section in places.sections
            if not section.rest
        ]
        super().__init__(*self.boxes)

    def render(self, form: PageForm, context: Any, template_pack: str = "", **_kwargs: Any) -> SafeString:
        parts = [box.render(form, context) for box in self.boxes if form.showing.shows(box.section)]
        if form.before_fold is not None:
            parts.append(form.before_fold.render(form, context))
        for reason, entries in _hidden(form, self.places):
            parts.append(Hidden(reason, entries).render(form, context))
        if any(form.showing.applies(entry) for section in self.places.rest for entry in section.fields):
            parts.append(EverythingElse(self.places.rest).render(form, context))
        ids = [each for entry in self.places.fields for each in _ids(form, entry)]
        if ids:
            parts.append(drawn("forms/marks.html", {"ids": ids}))
        return format_html_join("", "{}", ((part,) for part in parts))


def _hidden(form: PageForm, places: Places) -> Iterator[tuple[Reason, list[Field]]]:
    """What is set and does not apply, by the reason."""
    found: dict[Reason, list[Field]] = {}
    for entry in places.fields:
        reason = form.showing.hidden_for(entry)
        if reason is not None:
            found.setdefault(reason, []).append(entry)
    for reason, entries in found.items():
        of_system = reason.system and systems.held(form.content, reason.system, form.api_version)
        odd = odd_holders(form.content, form.place, entries)
        if (
            of_system
            or any(form.showing.speaks(entry) for entry in entries)
            or not form.spoken_of.issuperset(odd)
        ):
            yield reason, entries


def _several(titles: Sequence[str], most: int = _LISTED) -> str:
    rest = len(titles) - most
    return ", ".join(titles[:most]) + (f" and {rest} more" if rest > 0 else "")


# --- Linux or Windows -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SystemDone:
    """What was just done about the operating system. undo: what the button sends that takes it back, "" for none."""

    words: str
    undo: str = ""
    back: str = ""
    anchor: str = "system"


class SystemChoice(Drawn):
    """The question which operating system instances run. done: what was just done about it."""

    template = "forms/system.html"

    def __init__(self, chosen: DraftSystem, done: SystemDone | None = None) -> None:
        self.chosen, self.done = chosen, done

    def context(self, form: PageForm) -> dict[str, Any]:
        chosen = self.chosen
        return {"chosen": chosen, "systems": SYSTEMS, "why": _why(chosen), "done": self.done}


def _why(chosen: DraftSystem) -> str:
    if not chosen.system:
        return "Say which, and the form shows only what applies. Nothing is lost by choosing, and you can choose again."
    if not chosen.said and chosen.evidence is not None:
        return f"{chosen.evidence.because} The form shows what applies to {chosen.system}."
    if chosen.evidence is None or chosen.evidence.system == chosen.system:
        return f"You chose {chosen.system}. The form shows what applies to it."
    return f"You chose {chosen.system}, and the form shows what applies to it. The request says otherwise: {chosen.evidence.because}"


# --- Known extensions -------------------------------------------------------------------------------------------------


_FIRST: Final = 6
"""How many known extensions are in sight; the catalogue has those first that most people add."""


class PresetAdditions(Drawn):
    """The known extensions as buttons that add one to the list at the path."""

    template = "forms/presets.html"

    def __init__(self, path: Path, system: str, api_version: str) -> None:
        self.path, self.system, self.api_version = path, system, api_version

    title = "Add a known extension"
    lead = "Names and versions are filled in, and its settings get fields of their own."

    def context(self, form: PageForm) -> dict[str, Any]:
        offers = _offers(self.path, self.system, self.api_version, None)
        return {"adding": True, "first": _FIRST, "title": self.title, "lead": self.lead, **offers}


class HealthAdditions(PresetAdditions):
    """The extensions that report the health of instances, where something that was chosen needs to know it."""

    title = "How is the health of instances known?"
    lead = "What you chose above goes by it, and nothing reports it yet. An extension asks your application."

    def context(self, form: PageForm) -> dict[str, Any]:
        offers = super().context(form)
        health = [preset for preset in offers["fits"] if preset.called == _HEALTH]
        return offers | {"fits": health, "others": []}


_HEALTH: Final = "ApplicationHealth"


class PresetChoice(Drawn):
    """The known extensions as buttons that make the extension at the path one of them."""

    template = "forms/presets.html"

    def __init__(self, path: Path, system: str, api_version: str, extension: Any) -> None:
        self.path, self.system, self.api_version, self.extension = path, system, api_version, extension

    def context(self, form: PageForm) -> dict[str, Any]:
        offers = {"first": len(PRESETS)} | _offers(
            self.path, self.system, self.api_version, presets.of(self.extension)
        )
        if presets.is_empty(self.extension):
            lead = (
                "Fills in publisher, type and version; the settings get fields of their own. "
                "Or name another one below."
            )
            return {"opened": True, "title": "Choose a known extension", "lead": lead, **offers}
        lead = "Replaces publisher, type and version. The settings stay as they are."
        return {"title": "Make it another known extension", "lead": lead, **offers}


def _offers(path: Path, system: str, api_version: str, current: Preset | None) -> dict[str, Any]:
    """Those that the API version has room for: for the system first, for the other one in a fold; all together while the
    system is not known.
    """
    listed = [preset for preset in PRESETS if preset is not current and preset.fits(api_version)]
    fits = [preset for preset in listed if not system or preset.system == system]
    return {
        "name": paths.text(path),
        "system": system,
        "version": api_version,
        "fits": fits,
        "other": OTHER.get(system, ""),
        "others": [preset for preset in listed if preset not in fits],
    }
