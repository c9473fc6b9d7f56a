"""ARM templates: the scale sets in them, with parameters, variables and loops filled in as far as the text goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from . import versions
from .canonical import Note
from .expressions import Budget, Unresolved, Withheld
from .functions import TooLarge, key_in
from .json_text import Parsed
from .paths import MAX_DEPTH
from .refusals import RESOURCE_TYPE
from .scopes import NOWHERE, Place, Scope, member_of
from .settling import in_words

_DEPLOYMENT_TYPE: Final = "microsoft.resources/deployments"
_OF_THE_TEMPLATE: Final = frozenset(
    (
        "apiversion",
        "dependson",
        "comments",
        "condition",
        "copy",
        "scope",
        "metadata",
        "scale",
        "existing",
        "asserts",
    )
)
"""Members of a resource that tell the deployment what to do, by folded name; Azure does not see them."""


@dataclass(slots=True)
class TemplateScaleSet:
    """A scale set in a template, still with its expressions.

    made: whether the template makes it, by its condition and the count of its loop; None where that is not known. round,
    rounds: which of how many its loop makes, from 0; rounds is 0 where there is no loop or its count is not known.
    extensions: resources of their own that add an extension to it, each with its scope.
    """

    resource: dict[str, Any]
    scope: Scope
    title: str
    made: bool | None = True
    round: int = 0
    rounds: int = 0
    extensions: list[ExtensionResource] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ExtensionResource:
    """A resource that adds an extension to a scale set. parent: the scale set's name, as far as it is known."""

    resource: dict[str, Any]
    scope: Scope
    parent: str
    name: str


def is_template(value: Any) -> bool:
    """Whether the value is a template, or one resource out of one."""
    if not isinstance(value, dict):
        return False
    schema = value.get("$schema")
    if isinstance(schema, str) and "deploymenttemplate" in schema.casefold():
        return True
    if (
        isinstance(value.get("resources"), list | dict)
        and not {"type", "location", "properties", "sku"} & value.keys()
    ):
        return True
    return isinstance(value.get("type"), str) and isinstance(member_of(value, "apiVersion"), str)


def scale_sets(
    value: dict[str, Any],
    parsed: Parsed,
    given: Mapping[str, Any] = MappingProxyType({}),
    place: Place = NOWHERE,
) -> list[TemplateScaleSet]:
    """The scale sets of a template or of a resource, those in nested deployments included, in the order of the text.

    given: values for the template's parameters, as `parameters.given_values` reads them. place: where it is deployed.
    """
    whole = "resources" in value and "type" not in value
    scope = Scope(value if whole else {}, parsed, Budget(), given, place=place)
    extensions: list[ExtensionResource] = []
    found: list[TemplateScaleSet] = []
    for each in _found(value, scope, extensions) if whole else _found_in(value, scope, extensions):
        if len(found) == _MAX_SCALE_SETS:
            raise TooLarge(
                f"The template has more than {_MAX_SCALE_SETS} scale sets. Paste the one that is meant."
            )
        found.append(each)
    _join(extensions, found)
    return found


def _join(extensions: list[ExtensionResource], found: list[TemplateScaleSet]) -> None:
    """Gives each extension to the scale sets that it is one of."""
    named: dict[str, list[TemplateScaleSet]] = {}
    for each in found:
        named.setdefault(each.title.casefold(), []).append(each)
    pairs = len(found) * len(extensions)
    for extension in extensions:
        if isinstance(extension.parent, Unresolved):
            # Whether two expressions are the same name, only their text tells.
            owners = found if len(found) == 1 else found if pairs <= _MAX_PAIRS else []
            owners = [each for each in owners if len(found) == 1 or _named_in(extension.parent, each)]
        elif len(found) == 1 and isinstance(found[0].title, Unresolved):
            owners = found
        else:
            owners = named.get(extension.parent.casefold(), [])
        for each in owners[:_MAX_CHOICES]:
            each.extensions.append(extension)


_MAX_PAIRS: Final = 100_000


def _named_in(parent: str, found: TemplateScaleSet) -> bool:
    return isinstance(found.title, Unresolved) and found.title[1:-1] in parent


def why_none(value: dict[str, Any]) -> str:
    """What a template has instead of a scale set, and what to do."""
    resources = list(_all_resources(value if "type" not in value else {"resources": [value]}))
    if any(_is_type(each, RESOURCE_TYPE) and _exists(each) for each in resources):
        return (
            "The template has no scale set of its own: it only refers to one that is there (“existing”). "
            "Paste the template that makes it, or the scale set: az vmss show."
        )
    types = ", ".join(sorted({str(each["type"]) for each in resources if "type" in each})) or "no resources"
    message = f"The template has no scale set; it has {types[:200]}."
    if any(member_of(member_of(each, "properties"), "templateLink") is not None for each in resources):
        message += " It deploys other templates by a link: paste the one that makes the scale set."
    return message


def _all_resources(template: Any) -> Iterator[dict[str, Any]]:
    """The resources of a template, or inside one, as far as they are written as such."""
    resources = member_of(template, "resources")
    listed = resources.values() if isinstance(resources, dict) else resources
    for resource in listed if isinstance(resources, list | dict) else ():
        if isinstance(resource, dict):
            yield resource


def _is_type(resource: dict[str, Any], kind: str) -> bool:
    stated = resource.get("type")
    return isinstance(stated, str) and stated.casefold() == kind.casefold()


def _exists(resource: dict[str, Any]) -> bool:
    """Whether the template only refers to the resource."""
    return member_of(resource, "existing") is True


def _found(holder: Any, scope: Scope, extensions: list[ExtensionResource]) -> Iterator[TemplateScaleSet]:
    for resource in _all_resources(holder):
        yield from _found_in(resource, scope, extensions)


def _found_in(
    resource: dict[str, Any], scope: Scope, extensions: list[ExtensionResource]
) -> Iterator[TemplateScaleSet]:
    if not isinstance(resource.get("type"), str) or _exists(resource):
        return
    rounds, loops = _rounds(resource, scope)
    if _is_type(resource, RESOURCE_TYPE):
        for position, inside in enumerate(loops):
            name = inside.filled(member_of(resource, "name"))
            title = name if isinstance(name, str) else ""
            made = rounds != 0 and _condition(resource, inside)
            extensions_inside = list(_children(resource, inside, title))
            yield TemplateScaleSet(
                resource, inside.afresh(), title, made, position, rounds or 0, extensions_inside
            )
    elif _is_type(resource, f"{RESOURCE_TYPE}/extensions"):
        for inside in loops if rounds != 0 else ():
            parent, name = _parent_and_name(inside.filled(member_of(resource, "name")))
            extensions.append(ExtensionResource(resource, inside, parent, name))
    elif _is_type(resource, _DEPLOYMENT_TYPE):
        yield from _found_in_deployment(resource, loops[0], extensions)
    else:
        yield from _found(resource, scope, extensions)


def _found_in_deployment(
    resource: dict[str, Any], scope: Scope, extensions: list[ExtensionResource]
) -> Iterator[TemplateScaleSet]:
    properties = member_of(resource, "properties")
    nested = member_of(properties, "template")
    if not isinstance(nested, dict):
        return
    made = _condition(resource, scope)
    evaluated = member_of(member_of(properties, "expressionEvaluationOptions"), "scope")
    if str(evaluated).casefold() == "inner":
        passed = member_of(properties, "parameters")
        scope = Scope(
            nested, scope.parsed, scope.budget, passed=passed, outer=scope, place=_place(resource, scope)
        )
    inside: list[ExtensionResource] = []
    for found in _found(nested, scope, inside):
        if found.made and made is not True:
            found.made = made
        yield found
    if made is not False:
        extensions += inside


def _place(deployment: dict[str, Any], scope: Scope) -> Place:
    """Where a deployment inside a template deploys: perhaps to another resource group, whose region is not known then."""
    place = scope.place
    for name, part in (("subscriptionId", "subscription"), ("resourceGroup", "resource_group")):
        written = member_of(deployment, name)
        stated = "" if written is None else scope.filled(written)
        if stated and stated != getattr(place, part):
            known = isinstance(stated, str) and not isinstance(stated, Unresolved)
            place = replace(place, **{part: stated if known else "", "location": ""})
    return place


def _condition(resource: dict[str, Any], scope: Scope) -> bool | None:
    """Whether the resource is made; None where that is not known."""
    condition = member_of(resource, "condition")
    if condition is None:
        return True
    filled = scope.afresh().filled(condition)
    if isinstance(filled, str) and filled.casefold() in ("true", "false"):
        return filled.casefold() == "true"
    return filled if isinstance(filled, bool) else None


_MAX_CHOICES: Final = 20
"""How many of the scale sets that a loop makes are offered."""

_MAX_SCALE_SETS: Final = 500
"""More of them in one text are no template that somebody has."""


def _rounds(resource: dict[str, Any], scope: Scope) -> tuple[int | None, list[Scope]]:
    """How often a resource's loop is run, None for no loop or a count that is not known, and the scopes of its rounds."""
    loop = member_of(resource, "copy")
    if loop is None:
        return None, [scope]
    named = member_of(loop, "name")
    name = named if isinstance(named, str) else None
    count = scope.filled(member_of(loop, "count"))
    known = type(count) is int and count >= 0
    shown = min(max(count, 1), _MAX_CHOICES) if known else 1
    return count if known else None, [scope.within_loop(name, position) for position in range(shown)]


def _children(resource: dict[str, Any], scope: Scope, parent: str) -> Iterator[ExtensionResource]:
    """The extensions among the resources inside a scale set."""
    for child in _all_resources(resource):
        kind = child.get("type")
        if isinstance(kind, str) and kind.casefold() in _EXTENSION_TYPES and not _exists(child):
            rounds, loops = _rounds(child, scope)
            for inside in loops if rounds != 0 else ():
                name = inside.filled(member_of(child, "name"))
                yield ExtensionResource(
                    child, inside, parent, _parent_and_name(name)[1] if isinstance(name, str) else ""
                )


_EXTENSION_TYPES: Final = ("extensions", f"{RESOURCE_TYPE}/extensions".casefold())
_LAST_NAME = re.compile(r"'(?:[^']*/)?([\w.-]+)'\)\]$")


def _parent_and_name(written: Any) -> tuple[str, str]:
    """`web` and `probe` of `web/probe`. Of an expression, itself and the name that it ends in, as in `concat(x, '/probe')`."""
    if not isinstance(written, str):
        return "", ""
    if isinstance(written, Unresolved):
        last = _LAST_NAME.search(written)
        return written, last[1] if last is not None else ""
    parent, _, name = written.rpartition("/")
    return parent, name


def request_body(found: TemplateScaleSet, parsed: Parsed) -> tuple[dict[str, Any], str | None, list[Note]]:
    """The body of the scale set's request with its expressions filled in, its API version, and notes. Raises TooLarge.

    What could not be filled in is Unresolved in the body; `settled` says so once the document has its final form.
    """
    filled = found.scope.filled(_without_children(found.resource, parsed))
    added, noted = _with_extensions(filled, found, parsed)
    if found.made is None:
        found.scope.filled(
            member_of(found.resource, "condition")
        )  # a person who is asked for values is asked for this
    if _depth(filled) > MAX_DEPTH:
        raise TooLarge(
            f"The scale set is nested more than {MAX_DEPTH} levels deep once its expressions are filled in."
        )
    notes = [*_about_filling(found), *noted, *_about_the_rest(found, parsed, added)]
    body = {name: value for name, value in filled.items() if name.casefold() not in _OF_THE_TEMPLATE}
    parsed.stands_for(body, filled)
    stated = member_of(filled, "apiVersion")
    if stated in versions.API_VERSIONS:
        return body, str(stated), notes
    if isinstance(stated, str) and not isinstance(stated, Unresolved):
        message = f"The template states API version {stated[:40]}, which has no scale sets."
        notes.append(Note("version", (), message, parsed.line_in(found.resource, "apiVersion")))
    return body, None, notes


def _about_filling(found: TemplateScaleSet) -> Iterator[Note]:
    scope = found.scope
    filled: dict[tuple[str, bool], list[str]] = {}
    for (kind, name), value in sorted(scope.known.items(), key=lambda item: item[0]):
        if not isinstance(value, Unresolved) or isinstance(value, Withheld):
            given = kind == "parameters" and scope.is_given(name)
            filled.setdefault((kind, given), []).append(name)
    for (kind, given), names in filled.items():
        what = kind if len(names) > 1 else kind.removesuffix("s")
        values = "their values" if len(names) > 1 else "its value"
        source = "that the parameters give" if given else "in the template"
        yield Note("resolved", (), f"Filled in the {what} {in_words(names)} by {values} {source}.")
    unknown = scope.outermost.declared.unknown
    if unknown:
        what = "parameter" if len(unknown) == 1 else "parameters"
        message = f"Left out the values of {in_words(unknown)}: the template has no such {what}."
        yield Note("removed", (), message)


def _about_the_rest(found: TemplateScaleSet, parsed: Parsed, added: list[dict[str, Any]]) -> Iterator[Note]:
    resource = found.resource
    spelled = {name.casefold(): name for name in resource}
    left = [spelled[name] for name in spelled if name in _OF_THE_TEMPLATE]
    if left:
        message = f"Left out what tells the deployment what to do: {in_words(left)}."
        yield Note("removed", (), message, parsed.line_in(resource, left[0]))
    if "copy" in spelled:
        many = f"{found.rounds} scale sets" if found.rounds else "several scale sets"
        message = (
            f"The template makes {many} from this one by a loop. Number {found.round + 1} of them was read."
        )
        yield Note("decide", (), message, parsed.line_in(resource, spelled["copy"]))
    if "condition" in spelled and found.made is not True:
        message = (
            "The template makes this scale set on a condition only, and that is not known here."
            if found.made is None
            else "With these values the template does not make this scale set: its condition does not hold."
        )
        yield Note("decide", (), message, parsed.line_in(resource, spelled["condition"]))
    elif found.made is False:
        message = "With these values the template does not make this scale set."
        yield Note("decide", (), message, parsed.line_in(resource, "type"))
    put = {id(each) for each in added}
    left_out = [each for each in _all_resources(resource) if id(each) not in put]
    if left_out and "resources" in spelled:
        kinds = in_words(sorted({str(each.get("type")) for each in left_out}))
        message = f"The resources inside this one ({kinds}) were left out: a request carries one resource."
        yield Note("removed", (), message, parsed.line_in(resource, spelled["resources"]))


def _without_children(resource: dict[str, Any], parsed: Parsed) -> dict[str, Any]:
    kept = {
        name: value for name, value in resource.items() if name.casefold() not in ("resources", "condition")
    }
    parsed.stands_for(kept, resource)
    return kept


_EXTENSIONS: Final = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")


def _with_extensions(
    filled: dict[str, Any], found: TemplateScaleSet, parsed: Parsed
) -> tuple[list[dict[str, Any]], list[Note]]:
    """Puts the extensions that are resources of their own among those of the scale set; what was put there, and notes."""
    added: list[dict[str, Any]] = []
    notes: list[Note] = []
    reasons = [_why_not(extension) for extension in found.extensions]
    listed = _list_at(filled, _EXTENSIONS, parsed) if "" in reasons else None
    names = {str(member_of(each, "name")) for each in listed or ()}
    for extension, reason in zip(found.extensions, reasons, strict=True):
        line = parsed.line_in(extension.resource, "type")
        there = "the scale set has one of that name" if extension.name in names else ""
        why = reason or there or ("the scale set's own are not known here" if listed is None else "")
        if why or listed is None:
            what = f"the extension “{extension.name}”" if extension.name else "an extension"
            message = f"The template adds {what} by a resource of its own, which was left out: {why}."
            notes.append(Note("decide", (), message, line))
            continue
        properties = extension.scope.filled(member_of(extension.resource, "properties"))
        found.scope.asked |= extension.scope.asked
        listed.append({"name": extension.name, "properties": properties})
        names.add(extension.name)
        added.append(extension.resource)
        message = (
            f"The template adds the extension “{extension.name}” by a resource of its own: "
            "put among those of the scale set."
        )
        notes.append(Note("moved", (*_EXTENSIONS, len(listed) - 1), message, line))
    return added, notes


def _why_not(extension: ExtensionResource) -> str:
    """Why an extension cannot be put into the scale set, "" when it can."""
    if not extension.name:
        return "its name is not known here"
    made = _condition(extension.resource, extension.scope)
    return (
        "" if made else "its condition is not known here" if made is None else "its condition does not hold"
    )


def _list_at(holder: Any, path: tuple[str, ...], parsed: Parsed) -> list[Any] | None:
    """The list at a place, made where nothing is; None where something else is. What is on the way is copied first."""
    for name in path:
        spelled = key_in(holder, name) or name
        below = holder.get(spelled, [] if name == path[-1] else {})
        if not isinstance(below, list if name == path[-1] else dict):
            return None
        copied = holder[spelled] = below.copy()
        parsed.stands_for(copied, below)
        holder = copied
    listed: list[Any] = holder
    return listed


def _depth(value: Any) -> int:
    deepest, pending = 0, [(value, 1)]
    while pending:
        here, depth = pending.pop()
        if isinstance(here, dict | list):
            deepest = max(deepest, depth)
            pending.extend(
                (inner, depth + 1) for inner in (here.values() if isinstance(here, dict) else here)
            )
    return deepest
