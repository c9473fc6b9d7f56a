"""The shapes in which a scale set is found in JSON: alone, in a list, in the answer of a tool, in a deployment.

Recognised by what stands in the JSON. What it is instead, where it is none, `refusals` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from . import addresses, json_text, template
from .addresses import DEPLOYMENT_TYPE, RequestLine
from .canonical import Note, elsewhere
from .catalogue import tree
from .corrections import joined
from .json_text import JSONTextError, Parsed
from .parameters import given_values, is_parameters, values_in
from .refusals import (
    RESOURCE_TYPE,
    ReadingError,
    folded,
    no_scale_set,
    of_call,
    of_json,
    of_nothing_known,
    of_tool,
    of_type,
)
from .request import Operation, Target
from .scopes import NOWHERE, Place
from .versions import LATEST

MAX_NESTING: Final = 6
"""How many wrappers one around the other are opened: a list in an answer in an example, for instance."""

MAX_ITEMS: Final = 1_000
"""How many items of a list are looked at."""


@dataclass(frozen=True, slots=True)
class FoundScaleSet:
    """A scale set in a text.

    body: as it stands there, perhaps flattened or with expressions. parsed: where its places are known. title: its name,
    as far as it is known. template: the resource of a template, with its expressions, whose body is not filled in yet.
    target, operation, stated: what stands around it, where it says so; the API version as it is written. notes: how it
    was found. variables: how variables without a value are written in it.
    """

    body: dict[str, Any]
    parsed: Parsed
    title: str = ""
    template: template.TemplateScaleSet | None = None
    target: Target = field(default_factory=Target)
    operation: Operation | None = None
    stated: str = ""
    notes: tuple[Note, ...] = ()
    variables: frozenset[str] = frozenset()


def scale_sets(
    value: Any, parsed: Parsed, call: RequestLine, given: Mapping[str, Any], place: Place = NOWHERE
) -> list[FoundScaleSet]:
    """The scale sets of a JSON value, in the order of the text, at least one. Raises ReadingError, TooLarge.

    call: the request that carries it, as far as the text tells one. given: values of the parameters of a template. place:
    where a template is deployed; else where the text says.
    """
    if call.action or call.method == "DELETE":
        raise of_call(call.method, call.action, parsed.line(()) or 1)
    if call.method and call.kind not in ("", RESOURCE_TYPE, DEPLOYMENT_TYPE):
        raise of_type(call.kind)
    return _Opening(parsed, given, place).opened(
        value, _Around(call.target, _operation(call), call.api_version), 0
    )


def _operation(call: RequestLine) -> Operation | None:
    return "update" if call.updates else "create" if call.method == "PUT" else None


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known from around a value."""

    target: Target = field(default_factory=Target)
    operation: Operation | None = None
    stated: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class _Opening:
    """The way from a JSON value to the scale sets in it."""

    parsed: Parsed
    given: Mapping[str, Any]
    place: Place = NOWHERE
    ways: tuple[Callable[..., list[FoundScaleSet] | None], ...] = field(init=False)

    def __post_init__(self) -> None:
        # A deployment or a template may hold a scale set although it is of another type.
        self.ways = (
            self._template,
            self._deployment,
            self._example,
            self._request,
            self._other,
            self._rows,
            self._listed,
            self._held,
        )

    def opened(self, value: Any, around: _Around, depth: int) -> list[FoundScaleSet]:
        if isinstance(value, str) and depth < MAX_NESTING:
            return self._text(value, around, depth)
        if isinstance(value, list):
            return self._items(value, around, depth)
        if not isinstance(value, dict):
            raise ReadingError("This is JSON, but no object: a scale set is written in braces.", expected="{")
        members = folded(value)
        if depth < MAX_NESTING:
            for way in self.ways:
                found: list[FoundScaleSet] | None = way(value, members, around, depth)
                if found is not None:
                    return found
        if value and not (_is_known(value) or {"name", "id"} & members.keys()):
            raise of_nothing_known()
        title = members.get("name")
        return [
            FoundScaleSet(
                value,
                self.parsed,
                title if isinstance(title, str) else "",
                target=around.target,
                operation=around.operation,
                stated=around.stated or _version_of(members),
                notes=around.notes,
            )
        ]

    # Wrappers.

    def _other(
        self, value: dict[str, Any], _members: dict[str, Any], _around: _Around, _depth: int
    ) -> list[FoundScaleSet] | None:
        refusal = of_json(value)
        if refusal is not None:
            raise refusal
        return None

    def _text(self, value: str, around: _Around, depth: int) -> list[FoundScaleSet]:
        """JSON written as a text in JSON."""
        if value.lstrip()[:1] not in ("{", "["):
            raise ReadingError("This is JSON, but no object: a scale set is written in braces.", expected="{")
        try:
            parsed = json_text.parse(value)
        except JSONTextError as error:
            message = f"This is JSON written as a text; what stands in it is not JSON. {error.message}"
            raise ReadingError(message, expected=error.expected) from None
        note = Note(
            "unwrapped", (), "The JSON was written as a text, with escapes. It was read from that text.", 1
        )
        around = replace(around, notes=(*around.notes, note))
        return _Opening(parsed, self.given, self.place).opened(parsed.value, around, depth + 1)

    def _items(self, items: list[Any], around: _Around, depth: int) -> list[FoundScaleSet]:
        """The scale sets of a list; what else is in it is said."""
        if not items:
            raise ReadingError("This is an empty list, not a scale set.", expected="one object, in braces")
        stated = [item for item in items if is_parameters(item)]
        if 0 < len(stated) < len(items):
            # A template and its parameters.
            given = {name: value for item in stated for name, value in values_in(item).items()} | {
                **self.given
            }
            others = [item for item in items if not is_parameters(item)]
            return _Opening(self.parsed, given, self.place).opened(others, around, depth)
        if len(items) == 1:
            note = Note("wrapped", (), "Took the scale set out of a list of one.", self.parsed.line(()))
            around = replace(around, notes=(*around.notes, note))
        found: list[FoundScaleSet] = []
        refused: list[ReadingError] = []
        if len(items) > MAX_ITEMS:
            message = f"Read the first {MAX_ITEMS:,} of {len(items):,} in the list."
            note = Note("skipped", (), message, self.parsed.line(()))
            around = replace(around, notes=(*around.notes, note))
        for item in items[:MAX_ITEMS]:
            if not isinstance(item, dict | list):
                raise ReadingError(
                    "This is JSON, but no object: a scale set is written in braces.", expected="{"
                )
            try:
                found += self.opened(item, around, depth + 1)
            except ReadingError as error:
                refused.append(error)
        if not found:
            raise refused[0]
        if refused:
            many = "One thing" if len(refused) == 1 else f"{len(refused)} things"
            note = Note(
                "skipped", (), f"{many} in the list beside the scale sets: left out.", self.parsed.line(())
            )
            found = [replace(each, notes=(*each.notes, note)) for each in found]
        return found

    def _listed(
        self, value: dict[str, Any], members: dict[str, Any], around: _Around, depth: int
    ) -> list[FoundScaleSet] | None:
        """A page of a list: of Azure (`value`), of Resource Graph (`data`), of the portal."""
        for name in ("value", "data", "items"):
            items = members.get(name)
            if isinstance(items, list) and members.keys() <= {name, *_OF_A_PAGE}:
                return self.opened(items, around, depth + 1)
        if isinstance(members.get("value"), dict) and members.keys() <= {"value", "count"}:
            return self.opened(members["value"], around, depth + 1)
        return None

    def _rows(
        self, value: dict[str, Any], members: dict[str, Any], around: _Around, depth: int
    ) -> list[FoundScaleSet] | None:
        """The table of Resource Graph: columns, and rows of values."""
        table = members.get("data", value)
        table = folded(table) if isinstance(table, dict) else {}
        columns, rows = table.get("columns"), table.get("rows")
        if not isinstance(columns, list) or not isinstance(rows, list):
            return None
        names = [str(folded(each).get("name")) if isinstance(each, dict) else str(each) for each in columns]
        made = [dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]
        return self.opened(made, around, depth + 1)

    def _held(
        self, value: dict[str, Any], members: dict[str, Any], around: _Around, depth: int
    ) -> list[FoundScaleSet] | None:
        """A scale set under a name of its own: `vmss` of `az vmss create`, `resource`, `body`."""
        for name in _HOLDERS:
            held = members.get(name)
            if isinstance(held, dict | str) and not _is_known(value) and _may_hold(held):
                line = self.parsed.line_in(value, _key(value, name))
                note = Note("unwrapped", (), f"Took the scale set out of “{name}”.", line)
                return self.opened(held, replace(around, notes=(*around.notes, note)), depth + 1)
        return None

    # Templates and deployments.

    def _template(
        self, value: dict[str, Any], members: dict[str, Any], around: _Around, _depth: int
    ) -> list[FoundScaleSet] | None:
        if is_parameters(value):
            message = "These are the parameters of a template, not the template. Paste the template too."
            raise ReadingError(message, expected="a template or a request body")
        if not template.is_template(value) or of_tool(value) is not None:
            return None
        place = Place(
            self.place.subscription or around.target.subscription,
            self.place.resource_group or around.target.resource_group,
            self.place.location,
        )
        found = template.scale_sets(value, self.parsed, self.given, place)
        if not found:
            raise ReadingError(template.why_none(value), expected=f"a resource of type {RESOURCE_TYPE}")
        return [
            FoundScaleSet(
                each.resource,
                self.parsed,
                each.title,
                each,
                Target(place.subscription, place.resource_group),
                None,
                notes=around.notes,
            )
            for each in found
        ]

    def _deployment(
        self, value: dict[str, Any], members: dict[str, Any], around: _Around, depth: int
    ) -> list[FoundScaleSet] | None:
        """The request of a deployment, what exports one, or a template spec: a template, perhaps with parameters."""
        for holder in (members.get("properties"), value):
            inner = folded(holder) if isinstance(holder, dict) else {}
            for name in ("template", "maintemplate"):
                held = inner.get(name)
                if isinstance(held, str) and held.lstrip().startswith("{"):
                    try:
                        held = json_text.parse(held).value
                    except JSONTextError:
                        continue
                if not isinstance(held, dict) or not template.is_template(held):
                    continue
                line = self.parsed.line_in(holder, _key(holder, name))
                note = Note(
                    "unwrapped", (), "Read the template of a deployment, with the parameters it gives.", line
                )
                inside = inner.get("parameters")
                given = {
                    **(
                        given_values({"$schema": "", "parameters": inside})
                        if isinstance(inside, dict)
                        else {}
                    ),
                    **self.given,
                }
                around = replace(
                    around, target=Target(around.target.subscription, around.target.resource_group)
                )
                around = replace(around, notes=(*around.notes, note))
                return _Opening(self.parsed, given, self.place).opened(held, around, depth + 1)
        properties = members.get("properties")
        if isinstance(properties, dict) and "templatelink" in folded(properties):
            message = "This deployment takes its template from an address, which is not fetched. Paste that template."
            raise ReadingError(message, expected="a template")
        return None

    # Requests.

    def _example(
        self, value: dict[str, Any], members: dict[str, Any], around: _Around, depth: int
    ) -> list[FoundScaleSet] | None:
        """An example of the REST documentation: `parameters` of the call, with the body among them, and `responses`."""
        parameters, responses = members.get("parameters"), members.get("responses")
        if not isinstance(parameters, dict) or not isinstance(responses, dict):
            return None
        stated = {name.replace("-", ""): inner for name, inner in folded(parameters).items()}
        operation_id = members.get("operationid")
        if (
            isinstance(operation_id, str)
            and not operation_id.casefold().startswith("virtualmachinescalesets_")
        ) or any(name.endswith(("name", "instanceid")) for name in stated.keys() - _NAMED_IN_AN_EXAMPLE):
            raise no_scale_set("an example of a call about something else", "Paste one about a scale set.")
        around = replace(
            around,
            stated=addresses.stated(stated.get("apiversion")) or around.stated,
            target=Target(
                *(
                    next(
                        (
                            addresses.known(stated[name])
                            for name in names
                            if isinstance(stated.get(name), str)
                        ),
                        "",
                    )
                    for names in _IN_AN_EXAMPLE
                )
            ),
        )
        key = next((name for name, inner in parameters.items() if isinstance(inner, dict)), None)
        if key is not None:
            line = self.parsed.line_in(parameters, key)
            note = Note("unwrapped", (), f"Read the request of an example: its “{key}”.", line)
            operation: Operation = "update" if _is_update_example(members, parameters[key]) else "create"
            around = replace(around, operation=operation, notes=(*around.notes, note))
            return self.opened(parameters[key], around, depth + 1)
        for status, answer in responses.items():
            body = folded(answer).get("body") if isinstance(answer, dict) else None
            if isinstance(body, dict) and body:
                note = Note("unwrapped", (), f"Read the answer of an example, “{status}”: it has no request with a body.", self.parsed.line_in(responses, status))  # fmt: skip
                return self.opened(body, replace(around, notes=(*around.notes, note)), depth + 1)
        cure = "Paste one of “create or update”, “update” or “get”."
        raise no_scale_set("an example of a call that carries no scale set", cure)

    def _request(
        self, value: dict[str, Any], members: dict[str, Any], around: _Around, depth: int
    ) -> list[FoundScaleSet] | None:
        """A request as an object, as batches, browsers and their recordings write it: an address, a method, a body."""
        requests = members.get("requests")
        if isinstance(requests, list) and requests:
            return self.opened(requests, around, depth + 1)
        log = members.get("log")
        entries = folded(log).get("entries") if isinstance(log, dict) else None
        if isinstance(entries, list) and entries:
            return self._items([each for each in entries if _carries(each)] or entries, around, depth + 1)
        request = members.get("request")
        if isinstance(request, dict) and not _is_known(value):
            return self.opened(request, around, depth + 1)
        address = next((members[name] for name in _ADDRESSES if isinstance(members.get(name), str)), "")
        method = next((members[name] for name in _METHODS if isinstance(members.get(name), str)), "")
        body = next((members[name] for name in _BODIES if isinstance(members.get(name), dict | str)), None)
        if body is None or not (method or "/providers/" in address):
            return None
        if isinstance(body, dict) and isinstance(folded(body).get("text"), str):
            body = folded(body)["text"]
        call = RequestLine(method.upper(), address)
        if call.kind not in ("", RESOURCE_TYPE, DEPLOYMENT_TYPE):
            raise of_type(call.kind)
        around = _Around(
            call.target if address else around.target,
            _operation(call) or around.operation,
            call.api_version or around.stated,
            around.notes,
        )
        return self.opened(body, around, depth + 1)


_OF_A_PAGE: Final = frozenset(
    "nextlink count @odata.nextlink odata.nextlink @odata.count totalrecords total_records resulttruncated "
    "result_truncated skiptoken skip_token $skiptoken facets totalcount".split()
)
_HOLDERS: Final = ("vmss", "resource", "resourceinfo", "resourcebody", "scaleset", "virtualmachinescaleset", "body", "data", "output")  # fmt: skip
_ADDRESSES: Final = (
    "url",
    "uri",
    "relativeurl",
    "requesturl",
    "requesturi",
    "requestpath",
    "path",
    "href",
    "id",
)
_METHODS: Final = ("httpmethod", "method", "verb")
_BODIES: Final = ("body", "content", "requestbody", "payload", "data", "postdata")
_IN_AN_EXAMPLE: Final = (
    ("subscriptionid",),
    ("resourcegroupname",),
    ("vmscalesetname", "virtualmachinescalesetname", "name"),
)

_NAMED_IN_AN_EXAMPLE: Final = frozenset(name for names in _IN_AN_EXAMPLE for name in names)


def _is_update_example(members: dict[str, Any], body: dict[str, Any]) -> bool:
    operation = members.get("operationid")
    if isinstance(operation, str):
        return operation.casefold().endswith("_update")
    # Only the call that creates can answer 201, and only it states a region.
    return "201" not in members["responses"] and "location" not in folded(body)


def _carries(entry: Any) -> bool:
    """Whether an entry of a browser's recording sends something."""
    request = folded(entry).get("request") if isinstance(entry, dict) else None
    stated = folded(request) if isinstance(request, dict) else {}
    return "postdata" in stated and "virtualmachinescalesets" in str(stated.get("url")).casefold()


def _key(holder: Any, name: str) -> str:
    """An object's own spelling of a folded name that it has."""
    return next(str(key) for key in holder if key.casefold() == name)


def _may_hold(held: Any) -> bool:
    return bool(held.lstrip()[:1] == "{" if isinstance(held, str) else held)


def _version_of(members: dict[str, Any]) -> str:
    """The API version that an object states of itself: `apiVersion`, or `@` after its type."""
    kind = members.get("type")
    stated = kind.partition("@")[2] if isinstance(kind, str) else ""
    return addresses.stated(members.get("apiversion")) or addresses.stated(stated)


def _is_known(value: dict[str, Any]) -> bool:
    """Whether any member is one of a scale set, of its properties or of its instances, in any version."""
    top = tree(LATEST)
    places: Iterable[tuple[str, ...]] = ((), ("properties",), ("properties", "virtualMachineProfile"))
    nodes = [node for place in places if (node := top.at(place)) is not None]
    return any(
        node.child(name) is not None or elsewhere(node, name) is not None
        for name in map(joined, value)
        for node in nodes
        if name.casefold() not in _OF_ANYTHING
    )


_OF_ANYTHING: Final = frozenset(("name", "id", "type", "etag", "systemdata", "provisioningstate"))
"""Members of a scale set that nearly everything in Azure has."""
