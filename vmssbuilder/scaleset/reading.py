"""Reading what people have: a request body, an answer of Azure, a template; every correction is noted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from . import json_text, paths, template, versions
from .canonical import Note, versions_having
from .corrections import Corrections, masked, withheld
from .functions import TooLarge
from .json_text import JSONTextError, Parsed
from .parameters import BICEP_PARAMETERS, TemplateParameter, given_values, is_bicep_parameters
from .request import Request, Target
from .rules.view import OS_PROFILE, STORAGE

__all__ = ["Choice", "Note", "Reading", "ReadingError", "read"]

_RESOURCE_ID = re.compile(
    r"\s*/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.Compute/virtualMachineScaleSets/([^/]+?)\s*",
    re.IGNORECASE,
)


class ReadingError(ValueError):
    """A text from which no request can be read.

    message: what is wrong and the cure; it never repeats a value. line, column: the place, from 1. excerpt: the line
    around the place with `^` below it, for the person who typed it only. expected: what would be right there. source:
    which of the two texts is meant, that of the request or that of its parameters.
    """

    def __init__(
        self,
        message: str,
        line: int = 1,
        column: int = 1,
        excerpt: str = "",
        expected: str = "",
        source: Literal["text", "parameters"] = "text",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.excerpt = excerpt
        self.expected = expected
        self.source = source


_JUDGED: Final = frozenset(("repaired", "renamed", "moved", "wrapped", "trimmed", "unresolved"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several scale sets in a text. number: what to pass to `read` as its choice."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. request: target as far as the text names it, API version, document. notes: all that was done.

    Nothing that the text says is missing from the document, except what a note of kind "removed" or "withheld" names.
    choices: the scale sets of the text when it has several; chosen: the number of the one that was read. parameters: those
    of the template that this scale set needs, in the order of the template; empty when the text is no template.
    """

    request: Request
    notes: list[Note] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    chosen: int = 0
    parameters: tuple[TemplateParameter, ...] = ()

    @property
    def parameter_problems(self) -> dict[str, str]:
        """What is wrong with values given for parameters, with the cure, by the parameter's name."""
        return {parameter.name: parameter.problem for parameter in self.parameters if parameter.problem}

    @property
    def document(self) -> dict[str, Any]:
        return self.request.document

    @property
    def api_version(self) -> str:
        return self.request.api_version

    @property
    def to_accept(self) -> list[Note]:
        """What was made of the text by judgement, not by rule: shown to the person before it is taken over."""
        return [note for note in self.notes if note.kind in _JUDGED]

    @property
    def repairs(self) -> list[Note]:
        """The repairs of text that was not JSON."""
        return [note for note in self.notes if note.kind == "repaired"]


def read(
    text: str | bytes,
    api_version: str | None = None,
    choice: int = 0,
    *,
    parameters: str | bytes | Mapping[str, Any] | None = None,
) -> Reading:
    """The request that a text holds. Raises ReadingError for a text that holds none, UnknownVersion.

    text: a request body, an answer of Azure (GET) or an ARM template, also with the slips that `json_text` mends.
    api_version: the version to read it in; else the one that a template states; else the newest.
    choice: which of several scale sets, counted from 0; Reading.choices lists them. parameters: values for the parameters
    of a template: the text of its parameters file, or names and values, where a text may stand for a number, a truth value
    or JSON. A value that its parameter refuses is not used; Reading.parameter_problems says why.
    """
    if api_version is not None:
        versions.order(api_version)
    try:
        text = json_text.decode(text) if isinstance(text, bytes) else text
        if is_bicep_parameters(text):
            raise ReadingError(BICEP_PARAMETERS, expected="a template or a request body")
        parsed = _parse(text)
    except JSONTextError as error:
        raise ReadingError(error.message, error.line, error.column, error.excerpt, error.expected) from None
    notes = [Note("repaired", (), repair.message, repair.line) for repair in parsed.notes]
    value = parsed.value
    if template.is_parameter_file(value):
        message = "These are the parameters of a template, not the template. Write their values into it and paste that."
        raise ReadingError(message, expected="a template or a request body")
    given = _given(parameters)
    deployment = template.deployed(value)
    if deployment is not None:
        value, inside = deployment
        given = (
            {**_given({"$schema": "", "parameters": inside}), **given} if isinstance(inside, dict) else given
        )
    if template.is_template(value):
        return _read_template(value, parsed, api_version, choice, notes, given)
    bodies = _bodies(value, notes)
    titles = [str(body.get("name") or "") for body in bodies]
    return _read_body(bodies[_checked(choice, bodies)], parsed, api_version, notes, _choices(titles), choice)


def _given(parameters: str | bytes | Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return {} if parameters is None else given_values(parameters)
    except JSONTextError as error:
        message = f"The parameters: {error.message}"
        raise ReadingError(
            message, error.line, error.column, error.excerpt, error.expected, "parameters"
        ) from None


def _parse(text: str) -> Parsed:
    try:
        return json_text.parse(text)
    except JSONTextError:
        return json_text.parse(text, repair=True)


def _bodies(value: Any, notes: list[Note]) -> list[dict[str, Any]]:
    """The scale sets inside the value: itself, or the items of a list such as Azure answers."""
    if (
        isinstance(value, dict)
        and set(value) <= {"value", "nextLink"}
        and isinstance(value.get("value"), list)
    ):
        value = value["value"]
    if isinstance(value, list):
        if not value:
            raise ReadingError("This is an empty list, not a scale set.", expected="one object, in braces")
        if len(value) == 1:
            notes.append(Note("wrapped", (), "Took the scale set out of a list of one.", 1))
        bodies = value
    else:
        bodies = [value]
    if not all(isinstance(body, dict) for body in bodies):
        raise ReadingError("This is JSON, but no object: a scale set is written in braces.", expected="{")
    return bodies


def _checked(choice: int, among: list[Any]) -> int:
    if not 0 <= choice < len(among):
        raise ReadingError(
            f"There is no scale set number {choice + 1}: the text has {len(among)}.",
            expected="a smaller number",
        )
    return choice


def _choices(titles: list[str]) -> tuple[Choice, ...]:
    if len(titles) < 2:
        return ()
    return tuple(Choice(number, title or f"Scale set {number + 1}") for number, title in enumerate(titles))


def _read_template(
    value: dict[str, Any],
    parsed: Parsed,
    api_version: str | None,
    choice: int,
    notes: list[Note],
    given: Mapping[str, Any],
) -> Reading:
    try:
        found = template.scale_sets(value, parsed, given)
        if not found:
            others = ", ".join(template.types(value)) or "no resources"
            message = f"The template has no scale set; it has {others[:200]}."
            raise ReadingError(message, expected=f"a resource of type {template.RESOURCE_TYPE}")
        wanted = found[_checked(choice, found)]
        body, stated, noted = template.request_body(wanted, parsed)
    except TooLarge as error:
        raise ReadingError(str(error), expected="a smaller template") from None
    choices = _choices([each.title for each in found])
    reading = _read_body(body, parsed, api_version or stated, notes + noted, choices, choice)
    return replace(reading, parameters=wanted.scope.outermost.parameters())


def _read_body(
    body: dict[str, Any],
    parsed: Parsed,
    api_version: str | None,
    notes: list[Note],
    choices: tuple[Choice, ...],
    choice: int,
) -> Reading:
    folded = {name.casefold(): inner for name, inner in body.items()}
    kind = folded.get("type")
    if isinstance(kind, str) and "/" in kind and kind.casefold() != template.RESOURCE_TYPE.casefold():
        message = f"This is a resource of type {kind[:100]}, not a scale set."
        raise ReadingError(message, expected=template.RESOURCE_TYPE)
    chosen = api_version or versions.DEFAULT
    corrections = Corrections(chosen, parsed)
    document, unresolved = template.settled(corrections.document(body))
    notes.extend(sorted(corrections.notes, key=lambda note: note.line or 0))
    notes.extend(unresolved)
    notes.extend(masked(document))
    if _is_answer(folded):
        notes.extend(withheld(document, chosen))
    if choices:
        message = f"The text has {len(choices)} scale sets. This is “{choices[choice].title}”."
        notes.append(Note("decide", (), message))
    notes.extend(_to_decide(document))
    notes.extend(_about_version(document, chosen, asked=api_version is not None))
    return Reading(Request(_target(folded), "create", chosen, document), notes, choices, choice)


def _is_answer(folded: dict[str, Any]) -> bool:
    """Whether Azure wrote it: only an answer has a state, or both id and type."""
    properties = folded.get("properties")
    stated = isinstance(properties, dict) and any(
        name.casefold() == "provisioningstate" for name in properties
    )
    return stated or (isinstance(folded.get("id"), str) and isinstance(folded.get("type"), str))


def _target(folded: dict[str, Any]) -> Target:
    """Where the scale set is, as far as its id and name tell. A placeholder such as `{subscription-id}` tells nothing."""
    name, written = folded.get("name"), folded.get("id")
    found = _RESOURCE_ID.fullmatch(written) if isinstance(written, str) else None
    subscription, group, named = found.groups() if found is not None else ("", "", "")
    if isinstance(name, str) and name:
        named = name
    return Target(
        *("" if any(mark in part for mark in "{}[]") else part for part in (subscription, group, named))
    )


def _to_decide(document: dict[str, Any]) -> list[Note]:
    """What the document leaves open, so that a person has to choose."""
    notes: list[Note] = []
    os_profile = paths.get(document, OS_PROFILE, None)
    if isinstance(os_profile, dict) and {"linuxConfiguration", "windowsConfiguration"} <= os_profile.keys():
        message = (
            "There are settings for Linux and for Windows. Keep those of the operating system that is meant."
        )
        notes.append(Note("decide", OS_PROFILE, message))
    storage = paths.get(document, STORAGE, None)
    if (
        isinstance(storage, dict)
        and "imageReference" in storage
        and paths.get(storage, ("osDisk", "image"), None)
    ):
        message = "There are two sources for the OS disk: imageReference and osDisk.image. Keep the one that is meant."
        notes.append(Note("decide", STORAGE, message))
    if "location" not in document and "properties" in document:
        message = "No region is given. A new scale set needs one; a change of an existing one carries none."
        notes.append(Note("decide", (), message))
    return notes


def _about_version(document: dict[str, Any], chosen: str, *, asked: bool) -> list[Note]:
    having = versions_having(document)
    if not having:
        message = "No API version has all properties of this document: some were removed before others came."
        return [Note("version", (), message)]
    if chosen not in having:
        newer = versions.order(having[0]) > versions.order(chosen)
        needed = f"{having[0]} or newer" if newer else f"{having[-1]} or older"
        return [Note("version", (), f"The document needs API version {needed}; it was read as {chosen}.")]
    if not asked:
        return [
            Note("version", (), f"Read as API version {chosen}. All its properties exist since {having[0]}.")
        ]
    return []
