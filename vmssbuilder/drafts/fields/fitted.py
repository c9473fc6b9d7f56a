"""A page of fields as it fits the draft: one operating system, one known extension, the rest put away but never lost."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any, Final

from vmssbuilder.drafts import systems
from vmssbuilder.drafts.steps import Layout, Section
from vmssbuilder.drafts.systems import OTHER, Chosen
from vmssbuilder.scaleset import paths, presets
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.presets import PRESETS, Preset
from vmssbuilder.scaleset.systems import SYSTEMS

from . import one, section
from .page import Page

_LISTED: Final = 4
"""How many titles a fold names before it counts."""


def draw(page: Page, layout: Layout, chosen: Chosen, api_version: str, unnamed: list[str]) -> str:
    """The sections of a page; those for the other operating system in one fold, if the request holds any of it.

    unnamed: members of settings that only their JSON shows.
    """
    page.system = chosen.system
    away = systems.put_away(layout, chosen.system)
    drawn = [
        _folded(page, shown, unnamed) if shown.folded else section(page, shown)
        for shown in layout.sections
        if shown not in away
    ]
    if away:
        drawn.append(_put_away(page, away, OTHER[chosen.system], api_version))
    return "".join(drawn)


def _folded(page: Page, shown: Section, unnamed: list[str]) -> str:
    wrong = any(
        paths.starts_with(found, page.place + entry.below)
        for found in page.findings
        for entry in shown.essential
    )
    also = unnamed if any(entry.below == presets.SETTINGS for entry in shown.essential) else []
    more = f' <span class="muted">also {escape(_several(also))}</span>' if also else ""
    inner = "".join(one(page, entry) for entry in shown.essential)
    return (
        f'<details class="more"{" open" if wrong or also else ""}><summary>{escape(shown.title)}{more}</summary>'
        f'<p class="fieldset__lead">{escape(shown.help)}</p>{inner}</details>'
    )


def _put_away(page: Page, away: list[Section], system: str, api_version: str) -> str:
    found = systems.held(page.content, system, api_version)
    if not found:
        return ""
    inner = "".join(section(page, shown) for shown in away)
    wrong = any(paths.starts_with(path, top) for path in page.findings for top in _tops(away))
    return (
        f'<details class="more" id="put-away"{" open" if wrong else ""}><summary>{system} settings, put away '
        f'<span class="muted">{escape(_several(found))}</span></summary>'
        f'<p class="fieldset__lead">The request still holds these, and Azure refuses settings of two systems in one '
        f"scale set. They stay until you remove them.</p>"
        f'<p class="actions"><button class="btn btn-secondary btn--small" name="act" value="clear-system:{system}">'
        f'<svg class="icon" aria-hidden="true"><use href="#i-trash"/></svg>Remove the {system} settings</button></p>'
        f"{inner}</details>"
    )


def _tops(away: list[Section]) -> set[Path]:
    return {shown.below for shown in away}


def _several(titles: list[str]) -> str:
    rest = len(titles) - _LISTED
    return ", ".join(titles[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


# --- Linux or Windows -------------------------------------------------------------------------------------------------


def system_choice(chosen: Chosen, said: str) -> str:
    """The question which operating system instances run. said: HTML of what was just done about it."""
    buttons = "".join(
        f'<button class="btn btn-secondary choose__one" name="act" value="system:{name}"'
        f' aria-pressed="{"true" if name == chosen.system else "false"}">'
        f"{_TICK if name == chosen.system else ''}{name}</button>"
        for name in SYSTEMS
    )
    forget = (
        '<button class="btn btn-link" name="act" value="system:">Let the request tell</button>'
        if chosen.said
        else ""
    )
    return (
        '<section class="field" id="system-field" aria-labelledby="system">'
        '<h2 class="field__label" id="system" tabindex="-1">Linux or Windows</h2>'
        f'<p class="field__help" id="system-help">{escape(_why(chosen))}</p>{said}'
        f'<div class="actions" role="group" aria-labelledby="system" aria-describedby="system-help">{buttons}{forget}</div>'
        "</section>"
    )


_TICK: Final = '<svg class="icon" aria-hidden="true"><use href="#i-done"/></svg>'


def _why(chosen: Chosen) -> str:
    if not chosen.system:
        return "Say which, and the form shows only what applies. Nothing is lost by choosing, and you can choose again."
    if not chosen.said and chosen.told is not None:
        return f"{chosen.told.because} The form shows what applies to {chosen.system}."
    if chosen.told is None or chosen.told.system == chosen.system:
        return f"You chose {chosen.system}. The form shows what applies to it."
    return f"You chose {chosen.system}, and the form shows what applies to it. The request says otherwise: {chosen.told.because}"


def said(words: str, button: str = "") -> str:
    """A line that tells what was just done about the operating system."""
    return f'<p class="done" id="system-done" tabindex="-1">{_TICK}<span>{escape(words)}</span>{button}</p>'


def undo_button(system: str, revision: int) -> str:
    """Puts back the settings of a system that `revision` holds."""
    return (
        '<span aria-hidden="true">·</span> <button class="btn btn-link" name="act"'
        f' value="restore-system:{revision}:{system}">Undo<span class="visually-hidden">: put back the {system} settings'
        "</span></button>"
    )


# --- Known extensions -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def preset_additions(path: Path, system: str) -> str:
    """The known extensions as buttons that add one to the list at the path."""
    return (
        '<section class="field" aria-labelledby="presets"><h2 class="field__label" id="presets" tabindex="-1">'
        "Add a known extension</h2>"
        '<p class="field__help">Names and versions are filled in, and its settings get fields of their own.</p>'
        f"{_offers(path, system, None)}</section>"
    )


def preset_choice(path: Path, system: str, extension: Any) -> str:
    """The known extensions as buttons that make the extension at the path one of them."""
    if presets.is_empty(extension):
        opened, title = " open", "Choose a known extension"
        lead = "Fills in publisher, type and version; the settings get fields of their own. Or name another one below."
    else:
        opened, title = "", "Make it another known extension"
        lead = "Replaces publisher, type and version. The settings stay as they are."
    return (
        f'<details class="more" id="presets"{opened}><summary>{title}</summary>'
        f'<p class="fieldset__lead">{lead}</p>{_offers(path, system, presets.of(extension))}</details>'
    )


def _offers(path: Path, system: str, current: Preset | None) -> str:
    """Those for the system first, those for the other one in a fold; all together while the system is not known."""
    listed = [preset for preset in PRESETS if preset is not current]
    fits = [preset for preset in listed if not system or preset.system == system]
    others = [preset for preset in listed if preset not in fits]
    return _presets(path, fits) + _for_others(path, others, system)


def _for_others(path: Path, others: list[Preset], system: str) -> str:
    if not others:
        return ""
    return (
        f'<details class="more"><summary>For {OTHER[system]} <span class="muted">{len(others)}</span></summary>'
        f'<p class="fieldset__lead">This scale set runs {system}: these would not install.</p>{_presets(path, others)}</details>'
    )


def _presets(path: Path, listed: list[Preset]) -> str:
    written = escape(paths.text(path))
    return (
        '<ul class="presets">'
        + "".join(
            f'<li class="presets__one"><button class="btn btn-secondary btn--small" name="act"'
            f' value="preset:{preset.name}:{written}" aria-describedby="preset-{preset.name}">{escape(preset.title)}</button>'
            f'<p class="field__help" id="preset-{preset.name}">{escape(" ".join((preset.help, *preset.needs)))}</p></li>'
            for preset in listed
        )
        + "</ul>"
    )
