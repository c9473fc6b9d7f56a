"""What a form shows beside its fields, and the buttons of it: the operating system, and known extensions."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from crispy_forms.layout import Layout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, addresses, steps, systems
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.forms.extensions import is_extension
from vmssbuilder.drafts.forms.layout import (
    HealthAdditions,
    PresetAdditions,
    PresetChoice,
    SystemChoice,
    SystemDone,
)
from vmssbuilder.drafts.forms.page import PageForm
from vmssbuilder.drafts.revision_numbers import counted
from vmssbuilder.drafts.systems import DraftSystem
from vmssbuilder.scaleset import paths, presets
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.presets import Preset
from vmssbuilder.scaleset.systems import SETTINGS, SYSTEMS
from vmssbuilder.web.problems import problem

if TYPE_CHECKING:
    from .form import Form

VERBS: Final = frozenset({"system", "clear-system", "restore-system", "preset"})
_EXTENSIONS: Final[Path] = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")
_SYSTEM_STEP: Final = "image"
_NEED_HEALTH: Final = frozenset({"rolling-needs-health", "autoos-health", "repair-needs-health"})
"""Rules that miss something which reports the health of instances."""


def laid_out(request: HttpRequest, form: Form, page: PageForm, chosen: DraftSystem) -> Layout:
    """The layout of a page, with what stands above and below its fields."""
    fields = page.helper.layout
    if form.step.name == _SYSTEM_STEP and not form.place:
        return Layout(SystemChoice(chosen, _done(request, form)), fields)
    if is_extension(form.place):
        extension = paths.get(page.content, form.place)
        choice = PresetChoice(form.place, chosen.system, form.draft.api_version, extension)
        return Layout(choice, fields) if presets.is_empty(extension) else Layout(fields, choice)
    if form.step.name == "extensions" and not form.place:
        held = paths.get(page.content, _EXTENSIONS)
        if held is MISSING or isinstance(held, list):
            page.before_fold = PresetAdditions(_EXTENSIONS, chosen.system, form.draft.api_version)
    if form.step.name == "upgrades" and any(each.rule in _NEED_HEALTH for each in check_content(form.draft)):
        page.before_fold = HealthAdditions(_EXTENSIONS, chosen.system, form.draft.api_version)
    return Layout(fields)


def _done(request: HttpRequest, form: Form) -> SystemDone | None:
    """What was just done about the operating system, when the address says so and it is true."""
    verb, _, rest = request.GET.get("system", "").partition(":")
    if verb in SYSTEMS and form.draft.system == verb:
        away = systems.held(contents.of(form.draft), systems.OTHER[verb], form.draft.api_version)
        also = f" The {systems.OTHER[verb]} settings are still there, hidden below." if away else ""
        return SystemDone(f"The form shows what applies to {verb}.{also}")
    number, _, system = rest.partition(":")
    revision = counted(number)
    if verb == "removed" and system in SYSTEMS and revision is not None:
        undo = f"restore-system:{revision}:{system}"
        return SystemDone(f"Removed the {system} settings", undo, f"the {system} settings")
    if verb == "restored" and rest in SYSTEMS:
        return SystemDone(f"The {rest} settings are back.")
    return None


def act(request: HttpRequest, form: Form, act: str, expected: dict[str, Any]) -> HttpResponse:
    """Does what a button says, after its page was saved.

    expected: the content as the person knows it: what the page showed, with the changes just made on it.
    """
    user = cast(User, request.user)
    verb, _, about = act.partition(":")
    try:
        if verb == "preset":
            return _preset(request, user, form, about)
        if verb == "system":
            actions.choose_system(user, form.draft, _named(about) if about else "")
            return _to_choice(request, form, about)
        if verb == "clear-system":
            return _clear(request, user, form, about, expected)
        return _restore(request, user, form, about)
    except (PathError, actions.StaleRevision, actions.EditConflict) as error:
        return problem(
            request,
            400,
            "That cannot be done",
            f"{error} Nothing was changed.",
            links=[(form.url, "Go back")],
        )


def _named(system: str) -> str:
    if system not in SYSTEMS:
        raise PathError("There is no such operating system.")
    return system


def _to_choice(request: HttpRequest, form: Form, done: str) -> HttpResponse:
    query = f"?system={quote(done)}" if done else ""
    if request.POST.get("return") == "check":
        query += f"{'&' if query else '?'}return=check"
    return redirect(f"/drafts/{form.draft.code}/{_SYSTEM_STEP}/{query}#system{'-done' if done else ''}")


def _clear(
    request: HttpRequest, user: User, form: Form, system: str, expected: dict[str, Any]
) -> HttpResponse:
    path = SETTINGS[_named(system)]
    before = form.draft.head
    try:
        change = Changed(path, paths.get(expected, path), MISSING)
        form.draft = actions.save(user, form.draft, before, [change])
    except actions.EditConflict:
        return problem(
            request,
            409,
            "Someone else changed them",
            f"The {system} settings were changed while this page was open, so they were not removed. Look at them first.",
            links=[(form.url, "Go back")],
        )
    done = f"removed:{before}:{system}" if form.draft.head != before else ""
    return _to_choice(request, form, done)


def _restore(request: HttpRequest, user: User, form: Form, about: str) -> HttpResponse:
    number, _, system = about.partition(":")
    revision = counted(number)
    if revision is None:
        raise PathError("There is no such revision.")
    path = SETTINGS[_named(system)]
    value = paths.get(actions.shown_at(form.draft, revision), path)
    if value is MISSING:
        raise PathError("That revision does not hold them.")
    try:
        form.draft = actions.save(user, form.draft, form.draft.head, [Changed(path, MISSING, value)])
    except actions.EditConflict:
        raise PathError(f"There are other {system} settings now.") from None
    return _to_choice(request, form, f"restored:{system}")


def _preset(request: HttpRequest, user: User, form: Form, about: str) -> HttpResponse:
    """Adds a known extension, or makes an extension a known one, and opens its page."""
    name, _, written = about.partition(":")
    preset, path = presets.BY_NAME.get(name), paths.parse(written)
    if preset is None or path[:4] != _EXTENSIONS or not (path == _EXTENSIONS or is_extension(path)):
        raise PathError("There is no such extension to start from.")
    content = contents.of(form.draft)
    if path == _EXTENSIONS:
        item = {"name": _free_name(preset, content), "properties": preset.members(form.draft.api_version)}
        form.draft, path = actions.edit_list(user, form.draft, form.draft.head, "add", path, item)
    else:
        extension = paths.get(content, path)
        if not isinstance(extension, dict):
            raise PathError("This extension is not there any more.")
        filled = preset.members(form.draft.api_version)
        wanted = [((*path, "properties", member), value) for member, value in filled.items()]
        if extension.get("name", "") == "":
            wanted.append(((*path, "name"), _free_name(preset, content)))
        changes = [Changed(place, paths.get(content, place), value) for place, value in wanted]
        form.draft = actions.save(user, form.draft, form.draft.head, changes)
    again = "?return=check" if request.POST.get("return") == "check" else ""
    url = addresses.page_url(form.draft.code, path, form.draft.api_version)
    return redirect(f"{url}{again}#{steps.anchor(path)}")


def _free_name(preset: Preset, content: dict[str, Any]) -> str:
    """The preset's name for an extension, with a number when the scale set has one of that name."""
    items = paths.get(content, _EXTENSIONS, [])
    taken = {
        str(item.get("name")).casefold()
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    }
    number, made = 1, preset.called
    while made.casefold() in taken:
        number += 1
        made = f"{preset.called}{number}"
    return made


def expected(shown: dict[str, Any], changes: list[Changed]) -> dict[str, Any]:
    """The settings of both systems as a person knows them, who saw `shown` and just made `changes`."""
    known: dict[str, Any] = {}
    for path in SETTINGS.values():
        value = paths.get(shown, path)
        if value is not MISSING:
            paths.put(known, path, copy.deepcopy(value))
    for change in changes:
        if any(paths.starts_with(change.path, path) for path in SETTINGS.values()):
            paths.force(known, change.path, change.wanted)
    return known
