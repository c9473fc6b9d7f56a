"""The check of a whole document: structure by JSON Schema, then every rule; all findings, never only the first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import jsonschema_rs

from . import json_text, paths, versions
from .catalogue import ScaleSetBody, ignored, taken, tree
from .effects import cautions
from .findings import Change, Finding, Fix, in_words, shortened
from .json_schema import validator
from .nulls import says_nothing, taken_out
from .paths import Path
from .properties import Choice, Integer, Json, List, Map, Node, Property, Single
from .properties import tree as _tree
from .request import Target
from .rules import REGISTRY, View, run
from .rules.unknown import find, hints
from .updating import refusals


def check(
    document: Any,
    api_version: str,
    operation: str = "create",
    target: Target | None = None,
    *,
    whole: bool = False,
    today: dt.date | None = None,
) -> list[Finding]:
    """Every finding of the document, errors and warnings, in document order of their kind. Never raises on a document.

    operation: "create", or "update", for which only what list items need is required. The document of an update holds
    changes alone, so that it must say nothing that an update cannot carry; whole: it is the scale set as it is to be, of
    which only the changes are sent, and `merge_patch` judges those. target: the address, for the rules that compare the
    document with it; `check_target` judges the address itself. today: the day, on which it depends what Microsoft retires;
    None for any day. Raises UnknownVersion.
    """
    if not isinstance(document, dict):
        return [
            Finding(
                "not-an-object", "error", (), f"The document must be a JSON object, not {in_words(document)}."
            )
        ]
    try:
        found = _findings(document, api_version, operation, target, today)
    except ValueError:
        # The validator reads neither text that is no Unicode nor nesting without end.
        document, broken = _repaired(document)
        found = broken + _findings(document, api_version, operation, target, today)
    if operation == "update" and not whole:
        refused = refusals(document, api_version)
        places = {finding.path for finding in refused}
        # Whatever else is to be said of a value that is not sent anyway.
        found += cautions(document, api_version)
        found = refused + [finding for finding in found if not _inside(finding.path, places)]
    return found


def _findings(
    document: dict[str, Any],
    api_version: str,
    operation: str,
    target: Target | None,
    today: dt.date | None,
) -> list[Finding]:
    compiled = validator(api_version, operation)
    if compiled.is_valid(document):
        return run(View(document, api_version, operation, target=target, today=today), misfit=False)
    document, nulls = taken_out(document, tree(api_version))
    if nulls and compiled.is_valid(document):
        return run(View(document, api_version, operation, target=target, today=today), misfit=False)
    unknown = find(document) if hints(document)[1] else {}
    errors = _errors(compiled, document, unknown)
    read, loose = _as_read(document, errors, api_version, operation)
    if read is not document:
        errors = _errors(compiled, read, unknown)
    sound = _without(read, errors, api_version)
    found = run(View(sound, api_version, operation, document, target, today))
    # In a value of the wrong type rules are mistaken when they miss something; its type is the message. Elsewhere a rule
    # knows better than the schema what to say.
    mistyped = {error.path for error in errors if isinstance(error.kind, _TYPE_ERRORS)}
    found = [
        finding for finding in found if REGISTRY[finding.rule].raw or not _inside(finding.path, mistyped)
    ]
    spoken = {finding.path for finding in found if finding.severity == "error"}
    structural = [*_structural(errors, read, api_version), *loose]
    return [found for found in structural if found.path not in spoken] + found


def _errors(compiled: Any, document: dict[str, Any], unknown: Collection[Path]) -> list[_Error]:
    """The validator's errors, but for those about what nobody knows yet: that has a finding of its own."""
    errors = []
    for raised in compiled.iter_errors(_named(document)):
        error = _Error.of(raised)
        left = tuple(name for name in error.unexpected if (*error.path, name) not in unknown)
        if error.path not in unknown and (left or not error.unexpected):
            errors.append(replace(error, unexpected=left))
    return errors


def _as_read(
    document: dict[str, Any], errors: list[_Error], api_version: str, operation: str
) -> tuple[dict[str, Any], list[Finding]]:
    """The document as Azure reads it, and a finding for each value that it takes for one of another type.

    Answers the document itself when there is none.
    """
    top = tree(api_version)
    copied: dict[Path, Any] = {}
    loose: list[Finding] = []
    for error in errors:
        path = error.path
        node = top.at(path)
        if path and node is not None and isinstance(error.kind, _TYPE_ERRORS):
            value = paths.get(document, path)
            meant = _meant(node, value)
            if says_nothing(value, node) and operation == "create" and isinstance(path[-1], str):
                _own(copied, path[:-1], document).pop(path[-1], None)
                loose.append(_empty_text(path, node))
            elif meant is not paths.MISSING:
                _own(copied, path[:-1], document)[path[-1]] = meant
                loose.append(_loose(path, node, value, meant))
    return copied.get((), document), loose


def _meant(node: Node, value: Any) -> Any:
    """What Azure takes the value for, MISSING where it refuses it."""
    # Tags are read by Resource Manager, which is stricter, and a secret must not show up in a fix.
    tag = node.parent is not None and isinstance(node.parent.property, Map)
    return paths.MISSING if tag or node.property.secret else node.property.meant(value)


def _loose(path: Path, node: Node, value: Any, meant: Any) -> Finding:
    """A value of another type that Azure takes for the right one."""
    wanted = _wanted(node.property)
    message = (
        f"{node.property.title} must be {wanted}. Azure also reads {in_words(value)}; other tools may not."
    )
    written = f"“{meant}”" if isinstance(meant, str) else json.dumps(meant)
    return Finding(
        "wrong-type", "warning", path, message, fix=Fix(f"Write {written}", (Change("set", path, meant),))
    )


def _empty_text(path: Path, node: Node) -> Finding:
    """An empty text where a list or an object belongs: to Azure the member is not there."""
    message = f"{node.property.title} must be {_wanted(node.property)}. Azure reads an empty text as not set; other tools may not."
    return Finding("wrong-type", "warning", path, message, fix=Fix("Remove it", (Change("remove", path),)))


_STAND_IN: Final = "\ue000"
"""Put before names that the validator would misreport: it takes digits for list positions and leaves out empty names."""


def _named(value: Any, depth: int = 0) -> Any:
    """A copy whose names all come back as they are. Raises ValueError for nesting without end, as the validator does."""
    if depth > 2 * paths.MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        return {
            name if name[:1].isalpha() else _STAND_IN + name: _named(inner, depth + 1)
            for name, inner in value.items()
        }
    return [_named(item, depth + 1) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Error:
    """One error of the validator, with the document's own names. unexpected: members that are not declared."""

    path: Path
    kind: Any
    unexpected: tuple[str, ...]

    @classmethod
    def of(cls, error: Any) -> _Error:
        path = tuple(
            step.removeprefix(_STAND_IN) if isinstance(step, str) else step for step in error.instance_path
        )
        names = getattr(error.kind, "unexpected", ())
        return cls(path, error.kind, tuple(name.removeprefix(_STAND_IN) for name in names))


def _repaired(document: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """A copy that the validator can read, and what had to be mended for that."""
    broken: list[Finding] = []
    top: dict[str, Any] = {}
    waiting: list[tuple[Path, Any, Any]] = [((), document, top)]
    while waiting:
        path, holder, copied = waiting.pop()
        for step, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            place = (*path, step)
            kept: Any = value
            if isinstance(value, dict | list):
                kept = type(value)()
                if len(place) < paths.MAX_DEPTH:
                    waiting.append((place, value, kept))
                else:
                    message = (
                        f"This is nested more than {paths.MAX_DEPTH} levels deep. No property of Azure is."
                    )
                    broken.append(Finding("too-deep", "error", place, message))
            elif isinstance(value, str):
                kept = _unicode(value)
            name = _unicode(step) if isinstance(step, str) else step
            if (kept != value and isinstance(value, str)) or name != step:
                message = "This holds half a character, which no text can. Enter it again."
                broken.append(Finding("broken-text", "error", (*path, name), message))
            if isinstance(copied, dict):
                copied[name] = kept
            else:
                copied.append(kept)
    return top, broken


def _unicode(written: str) -> str:
    return written.encode(errors="replace").decode()


def _inside(path: Path, places: set[Path]) -> bool:
    return any(path[:depth] in places for depth in range(1, len(path) + 1))


def _structural(errors: list[_Error], document: Any, api_version: str) -> Iterator[Finding]:
    top = tree(api_version)
    for error in errors:
        path = error.path
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
            for name in error.unexpected:
                yield _unknown((*path, name), top.at(path), document, api_version)
        elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
            yield _missing((*path, kind.property), top)
        else:
            yield _misfit(path, top.at(path) or top, paths.get(document, path, None))


def _unknown(path: Path, parent: Node | None, document: Any, api_version: str) -> Finding:
    """A member that this API version does not have: spelled wrong, too new, or gone."""
    where = paths.text(path)
    name = str(path[-1])
    close = parent.child(name) if parent is not None else None
    if close is not None and close.property.wire not in paths.get(document, path[:-1], {}):
        right = (*path[:-1], close.property.wire)
        return Finding(
            "unknown-property",
            "error",
            path,
            f"“{where}” is spelled “{close.property.wire}”.",
            fix=Fix(f"Rename to {close.property.wire}", (Change("move", path, to=right),)),
        )
    first, last = _span(path)
    if ignored(path):
        message = f"“{where}” is not a property of a scale set in any API version. Azure takes no notice of it: remove it."
        fix = Fix("Remove it", (Change("remove", path),))
        return Finding("unknown-property", "warning", path, message, "C", fix)
    if first is None or last is None:
        message = (
            f"“{where}” is not a property of a scale set in any API version. Check the spelling or remove it."
        )
        return Finding("unknown-property", "error", path, message)
    if versions.order(first) > versions.order(api_version):
        # Azure looks after the version of some members only.
        if taken(path, api_version):
            message = f"“{where}” first appears in API version {first}. Azure takes it in {api_version} too; other tools may not."
            return Finding("unknown-property", "warning", path, message, "C")
        message = f"“{where}” does not exist in API version {api_version}; it first appears in {first}."
        return Finding("unknown-property", "error", path, message, "I")
    message = f"“{where}” was removed after API version {last}; {api_version} does not have it."
    return Finding("property-removed", "error", path, message)


def _span(path: Path) -> tuple[str | None, str | None]:
    """First and last API version that has the place."""
    having = [
        version for version in versions.API_VERSIONS if _tree(ScaleSetBody, version).at(path) is not None
    ]
    return (having[0], having[-1]) if having else (None, None)


def _missing(path: Path, top: Node) -> Finding:
    node = top.at(path)
    label = node.property.title if node is not None else paths.text(path)
    return Finding("required", "error", path, f"{label} is missing: Azure needs “{path[-1]}” here.")


def _misfit(path: Path, node: Node, value: Any) -> Finding:
    """A value of the wrong type, outside its limits or not among its choices. Never echoes a secret."""
    prop = node.property
    label = prop.title
    if isinstance(prop, Integer) and isinstance(value, int) and not isinstance(value, bool):
        return Finding("out-of-range", "error", path, f"{label} must be {_range(prop)}.")
    if isinstance(prop, Choice) and isinstance(value, str):
        return _not_a_choice(path, node, prop, value)
    if isinstance(prop, Json) and isinstance(value, str):
        return Finding(
            "wrong-type", "error", path, f"{label} must be a JSON object. {json_text.fault(value)}"
        )
    wanted = _wanted(prop)
    got = "" if prop.secret else f", not {in_words(value)}"
    return Finding("wrong-type", "error", path, f"{label} must be {wanted}{got}.")


def _not_a_choice(path: Path, node: Node, prop: Choice, value: str) -> Finding:
    for known in prop.values:
        if known.wire.casefold() == value.casefold():
            if known in prop.values_in(node.api_version):
                fix = Fix(f"Write {known.wire}", (Change("set", path, known.wire),))
                return Finding(
                    "not-a-choice",
                    "error",
                    path,
                    f"{prop.title}: “{shortened(value)}” is written “{known.wire}”.",
                    fix=fix,
                )
            message = f"{prop.title}: “{known.wire}” needs API version {known.since} or newer."
            return Finding("not-a-choice", "error", path, message)
    wires = [known.wire for known in prop.values_in(node.api_version)]
    listed = ", ".join(wires[:-1]) + (" or " if len(wires) > 1 else "") + wires[-1] if wires else "not set"
    return Finding("not-a-choice", "error", path, f"{prop.title} must be {listed}, not “{shortened(value)}”.")


def _range(prop: Integer) -> str:
    if prop.minimum is not None and prop.maximum is not None:
        return f"from {prop.minimum:,} to {prop.maximum:,}"
    return f"{prop.minimum:,} or more" if prop.minimum is not None else f"{prop.maximum:,} or less"


_WANTED = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}


def _wanted(prop: Property) -> str:
    if isinstance(prop, List):
        return "a list, in square brackets"
    if isinstance(prop, Map):
        return "an object of name and value pairs"
    if isinstance(prop, Single):
        return "an object, in braces"
    return _WANTED.get(prop.json_type or "", "a JSON object")


def _without(document: dict[str, Any], errors: list[_Error], api_version: str) -> dict[str, Any]:
    """The document without unknown members and values of the wrong type, so that rules need not look before they read.

    Only what is changed is copied.
    """
    copied: dict[Path, Any] = {}
    top = tree(api_version)
    for error in errors:
        path = error.path
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
            holder = _own(copied, path, document)
            for name in error.unexpected:
                holder.pop(name, None)
        elif isinstance(error.kind, _TYPE_ERRORS) and path:
            holder = _own(copied, path[:-1], document)
            if isinstance(holder, list):
                # Positions of the other items must stay true, so an empty value of the right type takes its place.
                node = top.at(path)
                holder[int(path[-1])] = (
                    _EMPTY[node.property.json_type or "object"]() if node is not None else {}
                )
            else:
                holder.pop(path[-1], None)
    sound: dict[str, Any] = copied.get((), document)
    return sound


def _own(copied: dict[Path, Any], path: Path, document: dict[str, Any]) -> Any:
    """The object or list at the path, copied on the way to it, once."""
    if path not in copied:
        if not path:
            copied[path] = dict(document)
        else:
            holder = _own(copied, path[:-1], document)
            step: Any = path[-1]
            copied[path] = holder[step] = holder[step].copy()
    return copied[path]


_TYPE_ERRORS = (jsonschema_rs.ValidationErrorKind.Type, jsonschema_rs.ValidationErrorKind.AnyOf)
_EMPTY: dict[str, type] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": int,
    "boolean": bool,
}
