"""Reading what people have: a request body, an answer of Azure, a template; every correction is noted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from . import addresses, json_text, paths, template, texts, versions
from .canonical import Note, versions_having
from .corrections import Corrections, Tool, joined, masked, withheld, without_variables
from .functions import TooLarge
from .json_text import JSONTextError, Parsed
from .parameters import BICEP_PARAMETERS, TemplateParameter, given_values, is_bicep_parameters
from .refusals import ReadingError, folded
from .request import Operation, Request, Target
from .rules.view import OS_PROFILE, STORAGE
from .scopes import NOWHERE, Place
from .settling import PlacePart, settled, wanted_of_place
from .shapes import FoundScaleSet
from .updating import looks_like_update

__all__ = ["Note", "Reading", "ReadingError", "ScaleSetChoice", "read"]

_RESOURCE_ID = re.compile(
    r"\s*/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.Compute/virtualMachineScaleSets/([^/]+?)\s*",
    re.IGNORECASE,
)

_JUDGED: Final = frozenset(
    ("repaired", "renamed", "moved", "wrapped", "trimmed", "truncated", "newer", "unresolved")
)


@dataclass(frozen=True, slots=True)
class ScaleSetChoice:
    """One of several scale sets in a text. number: what to pass to `read` as its choice."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. request: target as far as the text names it, API version, document. notes: all that was done.

    Nothing that the text says is missing from the document, except what a note names. choices: the scale sets of the
    text when it has several; chosen: the number of the one that was read. parameters: those of the template that this
    scale set needs, in the order of the template; empty when the text is no template. stated: the API version that the
    text states, None when it states none that has scale sets; whoever asked for another one reads `api_version`.
    place_wanted: what of the place where a template is deployed would fill in more of it. changes: whether it plainly
    holds changes of a scale set that is there, whatever it was read as.
    """

    request: Request
    notes: list[Note] = field(default_factory=list)
    choices: tuple[ScaleSetChoice, ...] = ()
    chosen: int = 0
    parameters: tuple[TemplateParameter, ...] = ()
    stated: str | None = None
    place_wanted: tuple[PlacePart, ...] = ()
    changes: bool = False

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
    operation: Operation | None = None,
    place: Place = NOWHERE,
) -> Reading:
    """The request that a text holds. Raises ReadingError for a text that holds none, UnknownVersion.

    text: a request body, an answer of Azure (GET), what its tools print, an ARM template or a deployment, also with the
    slips that `json_text` mends. api_version: the version to read it in; else the one that the text states; else the newest.
    choice: which of several scale sets, counted from 0; Reading.choices lists them. parameters: values for the parameters
    of a template: the text of its parameters file, or names and values, where a text may stand for a number, a truth value
    or JSON. A value that its parameter refuses is not used; Reading.parameter_problems says why. operation: what it is
    for; else what the text says; else a creation. In an update, `null` takes a member away and stays. place: where a
    template is deployed, for what it asks of its resource group and subscription; Reading.place_wanted tells what it lacks.
    """
    if api_version is not None:
        versions.order(api_version)
    try:
        text = json_text.decode(text) if isinstance(text, bytes) else text
        if is_bicep_parameters(text):
            raise ReadingError(BICEP_PARAMETERS, expected="a template or a request body")
        found, notes = texts.scale_sets(text, _given(parameters), place)
        # What a template does not make is read only when it is asked for, or when there is nothing else.
        made = [
            number
            for number, each in enumerate(found)
            if each.template is None or each.template.made is not False
        ]
        if choice == 0 and made:
            choice = made[0]
        wanted = found[_checked(choice, found)]
        choices = _choices({number: found[number].title for number in sorted({*made, choice})})
        if operation is not None:
            wanted = replace(wanted, operation=operation)
        return _read(wanted, api_version, notes, choices, choice)
    except JSONTextError as error:
        raise texts.refused(error) from None
    except TooLarge as error:
        raise ReadingError(str(error), expected="a smaller template") from None


def _given(parameters: str | bytes | Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return {} if parameters is None else given_values(parameters)
    except JSONTextError as error:
        message = f"The parameters: {error.message}"
        raise ReadingError(
            message, error.line, error.column, error.excerpt, error.expected, "parameters"
        ) from None


def _checked(choice: int, among: list[Any]) -> int:
    if not 0 <= choice < len(among):
        raise ReadingError(
            f"There is no scale set number {choice + 1}: the text has {len(among)}.",
            expected="a smaller number",
        )
    return choice


def _choices(titles: Mapping[int, str]) -> tuple[ScaleSetChoice, ...]:
    if len(titles) < 2:
        return ()
    return tuple(
        ScaleSetChoice(number, title or f"Scale set {number + 1}") for number, title in titles.items()
    )


def _read(
    found: FoundScaleSet,
    api_version: str | None,
    notes: list[Note],
    choices: tuple[ScaleSetChoice, ...],
    choice: int,
) -> Reading:
    """The reading of one scale set."""
    body, written = found.body, found.stated
    parameters: tuple[TemplateParameter, ...] = ()
    notes = [*notes, *found.notes]
    if found.template is not None:
        body, stated, noted = template.request_body(found.template, found.parsed)
        written = stated or ""
        notes += noted
        parameters = found.template.scope.outermost.parameters()
    members = {joined(name): value for name, value in folded(body).items()}
    if found.template is None and addresses.stated(members.get("apiversion")):
        body, note = _without_version(body, found.parsed)
        notes.append(note)
    stated = addresses.usable(written)
    chosen = api_version or stated or versions.DEFAULT
    operation: Operation = found.operation or "create"
    if found.template is not None and operation == "update":
        body, left = _without_region(body, found.parsed)
        notes += left
    answer = _is_answer(members)
    corrections = Corrections(
        chosen,
        found.parsed,
        answer=answer and found.template is None,
        tool=_tool(body, members) if answer else None,
        keeps_nulls=operation == "update",
    )
    document, unresolved = settled(corrections.document(body))
    document, unfilled = without_variables(document, found.variables)
    notes.extend(sorted(corrections.notes, key=lambda note: note.line or 0))
    notes.extend((*unresolved, *unfilled))
    notes.extend(masked(document))
    if answer:
        notes.extend(withheld(document, chosen))
    if choices:
        title = next(each.title for each in choices if each.number == choice)
        message = f"The text has {len(choices)} scale sets. This is “{title}”."
        notes.append(Note("decide", (), message))
    notes.extend(_to_decide(document, operation))
    if written and stated is None:
        notes.append(_no_such_version(written, chosen))
    notes.extend(_about_version(document, chosen, stated, asked=api_version is not None))
    request = Request(_target(members, found.target), operation, chosen, document)
    open_texts = [
        *(paths.get(document, note.path, "") for note in unresolved if note.kind == "unresolved"),
        *(parameter.default_text for parameter in parameters if parameter.missing),
    ]
    changes = looks_like_update(document, finished=found.template is not None)
    return Reading(request, notes, choices, choice, parameters, stated, wanted_of_place(open_texts), changes)


def _without_version(body: dict[str, Any], parsed: Parsed) -> tuple[dict[str, Any], Note]:
    """The body without the API version that stands in it as in a template: a request has it in its address."""
    name = next(each for each in body if each.casefold() == "apiversion")
    message = f"Left out “{name}”: a request states its API version in its address."
    note = Note("removed", (name,), message, parsed.line_in(body, name))
    rest = {each: value for each, value in body.items() if each != name}
    parsed.stands_for(rest, body)
    return rest, note


def _without_region(body: dict[str, Any], parsed: Parsed) -> tuple[dict[str, Any], list[Note]]:
    """The body of an update without the region, which every resource of a template states and no update changes."""
    name = next((each for each in body if each.casefold() == "location"), None)
    if name is None:
        return body, []
    message = f"Left out “{name}”: this changes a scale set that is there, and its region stays."
    rest = {each: value for each, value in body.items() if each != name}
    parsed.stands_for(rest, body)
    return rest, [Note("removed", (name,), message, parsed.line_in(body, name))]


_ANSWERED: Final = frozenset(("provisioningstate", "uniqueid", "timecreated"))
"""Members that only Azure writes, among the properties."""


_FLAT: Final = frozenset(
    ("virtualmachineprofile", "upgradepolicy", "overprovision", "singleplacementgroup", "orchestrationmode")
)
"""Members of `properties` that every tool prints."""


def _is_answer(members: dict[str, Any]) -> bool:
    """Whether Azure wrote it: only an answer has a state, or both id and type; and only tools print what is not set."""
    properties = members.get("properties")
    inside = folded(properties).keys() if isinstance(properties, dict) else frozenset()
    if _ANSWERED & (members.keys() | inside):
        return True
    if "properties" not in members and len(_FLAT & members.keys()) > 1 and None in members.values():
        return True
    return isinstance(members.get("id"), str) and isinstance(members.get("type"), str)


def _tool(body: dict[str, Any], members: dict[str, Any]) -> Tool | None:
    """The tool that printed an answer with the members of `properties` beside the others; None for Azure's own words."""
    if "properties" in members or not (_FLAT | _ANSWERED) & members.keys():
        return None
    if any("_" in name for name in body):
        return "Azure SDK"
    return "PowerShell" if "resourcegroupname" in members or "Location" in body else "Azure CLI"


def _target(members: dict[str, Any], around: Target) -> Target:
    """Where the scale set is, as far as its id and name tell, and else what stands around it.

    A placeholder such as `{subscription-id}` tells nothing.
    """
    name, written = members.get("name"), members.get("id")
    found = _RESOURCE_ID.fullmatch(written) if isinstance(written, str) else None
    subscription, group, named = found.groups() if found is not None else ("", "", "")
    if isinstance(name, str) and name:
        named = name
    beside = (_said(members, "subscriptionid"), _said(members, "resourcegroup", "resourcegroupname"), "")
    stated = zip((subscription, group, named), beside, (around.subscription, around.resource_group, around.name), strict=True)  # fmt: skip
    return Target(*(next((part for part in map(addresses.known, parts) if part), "") for parts in stated))


def _said(members: dict[str, Any], *names: str) -> str:
    return next((members[name] for name in names if isinstance(members.get(name), str)), "")


def _to_decide(document: dict[str, Any], operation: Operation) -> list[Note]:
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
    if "location" not in document and "properties" in document and operation == "create":
        message = "No region is given. A new scale set needs one; a change of an existing one carries none."
        notes.append(Note("decide", (), message))
    return notes


def _no_such_version(written: str, chosen: str) -> Note:
    message = f"The text states API version {written[:40]}, which has no scale sets; it was read as {chosen}."
    return Note("version", (), message)


def _about_version(document: dict[str, Any], chosen: str, stated: str | None, *, asked: bool) -> list[Note]:
    notes: list[Note] = []
    if asked and stated is not None and stated != chosen:
        message = f"The text states API version {stated}; it was read as {chosen}, which was chosen."
        notes.append(Note("version", (), message))
    having = versions_having(document)
    if not having:
        message = "No API version has all properties of this document: some were removed before others came."
        return [*notes, Note("version", (), message)]
    if chosen not in having:
        newer = versions.order(having[0]) > versions.order(chosen)
        needed = f"{having[0]} or newer" if newer else f"{having[-1]} or older"
        return [
            *notes,
            Note(
                "version",
                (),
                f"Some of its properties exist in API version {needed} only; it was read as {chosen}.",
            ),
        ]
    if stated is not None and not asked:
        return [*notes, Note("version", (), f"Read as API version {chosen}, which the text states.")]
    if not asked:
        notes.append(
            Note("version", (), f"Read as API version {chosen}. All its properties exist since {having[0]}.")
        )
    return notes
