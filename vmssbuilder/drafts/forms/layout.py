"""How a page is laid out with crispy-forms: its sections, what is for the other operating system, and what stands beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from crispy_forms.layout import Layout, LayoutObject
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import systems
from vmssbuilder.drafts.steps import Field, Section, anchor
from vmssbuilder.drafts.steps import Layout as Places
from vmssbuilder.drafts.systems import OTHER, DraftSystem
from vmssbuilder.scaleset import paths, presets
from vmssbuilder.scaleset.findings import in_words
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.presets import PRESETS, Preset
from vmssbuilder.scaleset.systems import SYSTEMS
from vmssbuilder.web.rendering import drawn

from . import picking
from .bound import name_in_json, said
from .obstacles import odd_holders

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
    """A section: its legend, its essential fields, the rest under More settings."""

    template = "forms/section.html"

    def __init__(self, section: Section) -> None:
        self.section = section

    def context(self, form: PageForm) -> dict[str, Any]:
        shown = self.section
        more_title = f"{(shown.title or 'More').removesuffix(' settings')} settings"
        return {
            # The id is where links from the JSON to an object lead; an item's own is on the page's heading.
            "own": anchor(form.place + shown.below) if shown.below else "",
            "title": shown.title,
            "help": shown.help,
            "obstacles": list(_obstacles(form, shown)),
            "search": _search(form, shown),
            "essential": [form.at_entry(entry) for entry in shown.essential],
            "more": [form.at_entry(entry) for entry in shown.more],
            "more_title": "More settings" if shown.essential else more_title,
            "opened": any(_speaks(form, entry) for entry in shown.more),
        }


def _search(form: PageForm, shown: Section) -> dict[str, Any] | None:
    """The search that fills in the section's object as a whole."""
    path = form.place + shown.below
    found = picking.search(form.step_url, path, paths.get(form.content, path, None))
    return found and found | {"anchor": f"{anchor(path)}-search"}


def _speaks(form: PageForm, entry: Field) -> bool:
    """Whether a field under More settings holds something or has a finding."""
    path = form.place + entry.below
    return paths.get(form.content, path) is not MISSING or _wrong(form, path)


def _wrong(form: PageForm, path: Path) -> bool:
    return any(paths.starts_with(found, path) for found in form.findings)


def _obstacles(form: PageForm, shown: Section) -> list[dict[str, Any]]:
    """What stands in the place of objects of a section, for the first section that meets it."""
    found = [
        path
        for path in dict.fromkeys(odd_holders(form.content, form.place, [*shown.essential, *shown.more]))
        if path not in form.spoken_of
    ]
    form.spoken_of.update(found)
    return [_obstacle(form, path, of_section=path == form.place + shown.below) for path in found]


def _obstacle(form: PageForm, path: Path, *, of_section: bool) -> dict[str, Any]:
    value = paths.get(form.content, path)
    removed = value is None and form.updating
    wire, reference = name_in_json(path)
    findings = form.findings.get(path, ())
    context = {
        "anchor": anchor(path),
        "name": paths.text(path),
        "of_section": of_section,
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
        also = form.unnamed if any(entry.below == presets.SETTINGS for entry in shown.essential) else []
        wrong = any(_wrong(form, form.place + entry.below) for entry in shown.essential)
        return {
            "title": shown.title,
            "help": shown.help,
            "also": _several(also) if also else "",
            "opened": bool(wrong or also),
            "essential": [form.at_entry(entry) for entry in shown.essential],
        }


class HiddenSections(Drawn):
    """What the request holds for the other operating system, in a fold."""

    template = "forms/hidden_sections.html"

    def __init__(self, sections: list[Section], system: str, held: list[str]) -> None:
        self.sections, self.system, self.held = sections, system, held

    def context(self, form: PageForm) -> dict[str, Any]:
        return {
            "system": self.system,
            "held": _several(self.held),
            "opened": any(_wrong(form, form.place + section.below) for section in self.sections),
            "sections": [SectionBox(section).render(form, {}) for section in self.sections],
        }


class PageLayout(Layout):  # type: ignore[misc] # crispy-forms has no types
    """All sections of a page, those first that apply to the draft's operating system."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.boxes = [
            (section, Folded(section) if section.folded else SectionBox(section))
            for section in places.sections
        ]
        super().__init__(*(box for _section, box in self.boxes))

    def render(self, form: PageForm, context: Any, template_pack: str = "", **_kwargs: Any) -> SafeString:
        hidden = systems.hidden_for_other_system(self.places, form.system)
        parts = [box.render(form, context) for section, box in self.boxes if section not in hidden]
        if hidden:
            other = OTHER[form.system]
            held = systems.held(form.content, other, form.api_version)
            if held:
                parts.append(HiddenSections(hidden, other, held).render(form, context))
        return format_html_join("", "{}", ((part,) for part in parts))


def _several(titles: Sequence[str]) -> str:
    rest = len(titles) - _LISTED
    return ", ".join(titles[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


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


class PresetAdditions(Drawn):
    """The known extensions as buttons that add one to the list at the path."""

    template = "forms/presets.html"

    def __init__(self, path: Path, system: str, api_version: str) -> None:
        self.path, self.system, self.api_version = path, system, api_version

    def context(self, form: PageForm) -> dict[str, Any]:
        lead = "Names and versions are filled in, and its settings get fields of their own."
        return {
            "adding": True,
            "title": "Add a known extension",
            "lead": lead,
            **_offers(self.path, self.system, self.api_version, None),
        }


class PresetChoice(Drawn):
    """The known extensions as buttons that make the extension at the path one of them."""

    template = "forms/presets.html"

    def __init__(self, path: Path, system: str, api_version: str, extension: Any) -> None:
        self.path, self.system, self.api_version, self.extension = path, system, api_version, extension

    def context(self, form: PageForm) -> dict[str, Any]:
        offers = _offers(self.path, self.system, self.api_version, presets.of(self.extension))
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
