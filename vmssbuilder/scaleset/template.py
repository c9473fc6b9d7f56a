"""ARM templates: the scale sets in them, with parameters, variables and loops filled in as far as the text goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from . import versions
from .canonical import Note
from .expressions import COMPUTED, Budget, Unresolved, Withheld, evaluate, is_expression, placed, unescaped
from .functions import Function, TooLarge
from .json_text import Parsed
from .parameters import Declared, TemplateParameter
from .paths import MAX_DEPTH, Path
from .refusals import RESOURCE_TYPE
from .secrets import find

_DEPLOYMENT_TYPE: Final = "microsoft.resources/deployments"
_MAX_COPIES: Final = 800
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


@dataclass(frozen=True, slots=True)
class Found:
    """A scale set in a template, still with its expressions."""

    resource: dict[str, Any]
    scope: Scope
    title: str


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
    return isinstance(value.get("type"), str) and isinstance(_member(value, "apiVersion"), str)


def is_parameter_file(value: Any) -> bool:
    """Whether the value is the file of parameters that goes with a template."""
    schema = value.get("$schema") if isinstance(value, dict) else None
    return isinstance(schema, str) and "deploymentparameters" in schema.casefold()


def scale_sets(
    value: dict[str, Any], parsed: Parsed, given: Mapping[str, Any] = MappingProxyType({})
) -> list[Found]:
    """The scale sets of a template or of a resource, those in nested deployments included, in the order of the text.

    given: values for the template's parameters, as `parameters.given_values` reads them.
    """
    if "resources" in value and "type" not in value:
        scope = Scope(value, parsed, Budget(), given)
        return list(_found(value["resources"], scope))
    return list(_found([value], Scope({}, parsed, Budget(), given)))


def has_existing(value: dict[str, Any]) -> bool:
    """Whether the template refers to a scale set that is there already: Bicep writes one as a resource marked so."""
    resources = value.get("resources")
    listed = resources.values() if isinstance(resources, dict) else [value]
    return any(_is_existing(resource) for resource in listed)


def _is_existing(resource: Any) -> bool:
    return _member(resource, "existing") is True


def types(value: dict[str, Any]) -> list[str]:
    """The types of the resources at the top, for saying what a template has instead of a scale set."""
    resources = value.get("resources")
    listed = (
        list(resources.values())
        if isinstance(resources, dict)
        else resources
        if isinstance(resources, list)
        else []
    )
    return sorted(
        {str(resource["type"]) for resource in listed if isinstance(resource, dict) and "type" in resource}
    )


def _found(resources: Any, scope: Scope) -> Iterator[Found]:
    listed = resources.values() if isinstance(resources, dict) else resources
    if isinstance(resources, list | dict):
        for resource in listed:
            if isinstance(resource, dict):
                yield from _found_in(resource, scope)


def _found_in(resource: dict[str, Any], scope: Scope) -> Iterator[Found]:
    kind = resource.get("type")
    if not isinstance(kind, str) or _is_existing(resource):
        return
    if kind.casefold() == RESOURCE_TYPE.casefold():
        # A loop makes several from one; the first of them is read.
        scope = scope.within_loop(_loop_name(resource), 0)
        name = scope.filled(_member(resource, "name"))
        yield Found(resource, scope.afresh(), name if isinstance(name, str) else "")
    elif kind.casefold() == _DEPLOYMENT_TYPE:
        properties = _member(resource, "properties")
        nested = _member(properties, "template")
        if isinstance(nested, dict):
            inner = scope
            if (
                str(_member(_member(properties, "expressionEvaluationOptions"), "scope")).casefold()
                == "inner"
            ):
                inner = Scope(
                    nested, scope.parsed, scope.budget, passed=_member(properties, "parameters"), outer=scope
                )
            yield from _found(nested.get("resources"), inner)
    else:
        yield from _found(resource.get("resources"), scope)


def _member(holder: Any, name: str) -> Any:
    """A member in any case."""
    if not isinstance(holder, dict):
        return None
    folded = name.casefold()
    return next((value for key, value in holder.items() if key.casefold() == folded), None)


def _loop_name(resource: dict[str, Any]) -> str | None:
    loop = _member(resource, "copy")
    name = _member(loop, "name")
    return name if isinstance(name, str) else None


class Scope:
    """The parameters and variables of one template, filled in when they are asked for.

    given: values of its parameters. Those of a template inside a deployment are what the deployment around it passes, and
    are filled in in the scope `outer`.
    """

    def __init__(
        self,
        template: dict[str, Any],
        parsed: Parsed,
        budget: Budget,
        given: Mapping[str, Any] = MappingProxyType({}),
        passed: Any = None,
        outer: Scope | None = None,
    ) -> None:
        self.template = template
        self.parsed = parsed
        self.budget = budget
        self.outer = outer
        self.passed = {
            name.casefold(): value["value"]
            for name, value in (passed.items() if isinstance(passed, dict) else ())
            if isinstance(value, dict) and "value" in value
        }
        self.declared = Declared(template, given)
        self.loops: dict[str | None, int] = {}
        self.known: dict[tuple[str, str], Any] = {}
        self.asked: dict[str, None] = {}
        self.functions: dict[str, Function] = {
            "parameters": lambda name: self._named("parameters", name),
            "variables": lambda name: self._named("variables", name),
            "copyindex": self._copy_index,
        }

    def within_loop(self, name: str | None, position: int) -> Scope:
        """The same scope in one round of a loop. The unnamed index is that of the innermost loop."""
        scope = self._twin()
        scope.known, scope.asked = self.known, self.asked
        scope.loops = {**self.loops, None: position, name.casefold() if name else name: position}
        return scope

    def afresh(self) -> Scope:
        """The same scope with nothing asked for yet, so that `asked` tells what one resource needs."""
        scope = self._twin()
        scope.outer = self.outer.afresh() if self.outer is not None else None
        return scope

    def _twin(self) -> Scope:
        scope = Scope(self.template, self.parsed, self.budget, outer=self.outer)
        scope.declared, scope.passed, scope.loops = self.declared, self.passed, self.loops
        return scope

    @property
    def outermost(self) -> Scope:
        """The scope of the template itself, whose parameters a person can give."""
        return self if self.outer is None else self.outer.outermost

    def parameters(self) -> tuple[TemplateParameter, ...]:
        """The parameters of this template that were asked for, in the order of the template."""
        return tuple(self._described(name) for name in self.declared.names if name in self.asked)

    def is_given(self, name: str) -> bool:
        """Whether the value of a parameter comes from outside the template."""
        return name in self.passed or (name in self.declared and self.declared.is_given(name))

    def _described(self, name: str) -> TemplateParameter:
        default = self._default(name)
        open_text = (
            str(default) if isinstance(default, Unresolved) and not isinstance(default, Withheld) else ""
        )
        return self.declared.described(name, default, open_text)

    def _default(self, name: str) -> Any:
        """The default of a parameter, None where it has none."""
        holder = self.declared.holder(name)
        return self.filled(holder["defaultValue"]) if "defaultValue" in holder else None

    def filled(self, value: Any) -> Any:
        """The value with its expressions evaluated. What only Azure knows is Unresolved. Raises TooLarge."""
        if isinstance(value, str):
            if isinstance(value, Unresolved) or not is_expression(value):
                return unescaped(value)
            return evaluate(value, self.functions, self.budget)
        if not isinstance(value, dict | list):
            return value
        self.budget.enter()
        if isinstance(value, dict):
            filled: Any = {}
            for name, inner in value.items():
                loops = self._loops(name, inner)
                filled |= {name: self._placed(value, name)} if loops is None else loops
        else:
            filled = [self._placed(value, position) for position in range(len(value))]
        self.budget.leave()
        self.parsed.stands_for(filled, value)
        return filled

    def _placed(self, holder: Any, step: Any) -> Any:
        """A member or item filled in; one that is not known remembers its line."""
        value = holder[step]
        filled = self.filled(value)
        return placed(filled, self.parsed.line_in(holder, step)) if isinstance(value, str) else filled

    def _loops(self, name: str, value: Any) -> dict[str, list[Any]] | None:
        """The lists that `"copy": [{"name", "count", "input"}]` makes; None where it is none, or its count is not known."""
        if name.casefold() != "copy" or not isinstance(value, list) or not value:
            return None
        made: dict[str, list[Any]] = {}
        for loop in value:
            named, count = _member(loop, "name"), self.filled(_member(loop, "count"))
            if not isinstance(named, str) or type(count) is not int or not 0 <= count <= _MAX_COPIES:
                return None
            rounds = (self.within_loop(named, position) for position in range(count))
            made[named] = [scope.filled(_member(loop, "input")) for scope in rounds]
            self.budget.spend(made[named])
        return made

    def _copy_index(self, *arguments: Any) -> int:
        named = bool(arguments) and isinstance(arguments[0], str)
        position = self.loops[arguments[0].casefold() if named else None]
        return position + int(sum(arguments[1:] if named else arguments))

    def _named(self, kind: str, name: str) -> Any:
        """A parameter or variable. LookupError where the template does not say what it is."""
        key = (kind, name.casefold())
        if key not in self.known:
            self.budget.enter()
            try:
                self.known[key] = self._looked_up(*key)
            finally:
                self.budget.leave()
        return self.known[key]

    def _looked_up(self, kind: str, name: str) -> Any:
        if kind == "parameters":
            return self._parameter(name)
        declared = self.template.get(kind)
        declared = declared if isinstance(declared, dict) else {}
        spelt = next((key for key in declared if key.casefold() == name), None)
        if spelt is not None:
            return self.filled(declared[spelt])
        made = self._loops("copy", _member(declared, "copy")) or {}
        return next((items for key, items in made.items() if key.casefold() == name), None) or self._unknown(
            name
        )

    def _parameter(self, name: str) -> Any:
        self.asked[name] = None
        if self.outer is not None and name in self.passed:
            value = self.outer.filled(self.passed[name])
        elif name not in self.declared:
            return self._unknown(name)
        elif self.declared.is_given(name):
            value = self.declared.value(name)
        elif "defaultValue" in self.declared.holder(name) and not self.declared.in_key_vault(name):
            value = self._default(name)
        elif self.declared.nullable(name):
            value = None
        else:
            return self._unknown(name)
        secret = name in self.declared and self.declared.secure(name)
        if secret and value not in ("", None, {}) and not isinstance(value, Unresolved):
            return Withheld(f"[parameters('{self.declared.spelt(name)}')]", value)
        return value

    def _unknown(self, name: str) -> Any:
        raise LookupError(name)


def request_body(found: Found, parsed: Parsed) -> tuple[dict[str, Any], str | None, list[Note]]:
    """The body of the scale set's request with its expressions filled in, its API version, and notes. Raises TooLarge.

    What could not be filled in is Unresolved in the body; `settled` says so once the document has its final form.
    """
    filled = found.scope.filled(found.resource)
    if _depth(filled) > MAX_DEPTH:
        raise TooLarge(
            f"The scale set is nested more than {MAX_DEPTH} levels deep once its expressions are filled in."
        )
    notes = [*_about_filling(found), *_about_the_rest(found, parsed)]
    body = {
        name: value
        for name, value in filled.items()
        if name.casefold() not in {*_OF_THE_TEMPLATE, "resources"}
    }
    parsed.stands_for(body, filled)
    stated = _member(filled, "apiVersion")
    if stated in versions.API_VERSIONS:
        return body, str(stated), notes
    if isinstance(stated, str) and not isinstance(stated, Unresolved):
        message = f"The template states API version {stated[:40]}, which has no scale sets."
        notes.append(Note("version", (), message, parsed.line_in(found.resource, "apiVersion")))
    return body, None, notes


def _about_filling(found: Found) -> Iterator[Note]:
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
        yield Note("resolved", (), f"Filled in the {what} {_listed(names)} by {values} {source}.")
    unknown = scope.outermost.declared.unknown
    if unknown:
        what = "parameter" if len(unknown) == 1 else "parameters"
        message = f"Left out the values of {_listed(unknown)}: the template has no such {what}."
        yield Note("removed", (), message)


def _about_the_rest(found: Found, parsed: Parsed) -> Iterator[Note]:
    resource = found.resource
    spelt = {name.casefold(): name for name in resource}
    left = [spelt[name] for name in spelt if name in _OF_THE_TEMPLATE]
    if left:
        message = f"Left out what tells the deployment what to do: {_listed(left)}."
        yield Note("removed", (), message, parsed.line_in(resource, left[0]))
    if "copy" in spelt:
        message = "The template makes several scale sets from this one by a loop. The first of them was read."
        yield Note("decide", (), message, parsed.line_in(resource, spelt["copy"]))
    if "condition" in spelt:
        message = "The template makes this scale set on a condition only."
        yield Note("decide", (), message, parsed.line_in(resource, spelt["condition"]))
    if "resources" in spelt:
        message = "The resources inside this one (extensions, for example) were left out: a request carries one resource."
        yield Note("removed", (), message, parsed.line_in(resource, spelt["resources"]))


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


# --------------------------------------------------------------------------------------------------- what stayed unresolved


def settled(document: dict[str, Any]) -> tuple[dict[str, Any], list[Note]]:
    """The document with what stayed unresolved as plain text, and a note for each; a secret's expression is left out.

    An expression in the place of a password would be sent as that password, and nobody could see it.
    """
    notes: list[Note] = []
    secret = {path for path, _value in find(document)}
    return _settled(document, (), secret, notes), notes


def _settled(value: Any, path: Path, secret: set[Path], notes: list[Note]) -> Any:
    hidden = any(path[:end] in secret for end in range(len(path) + 1))
    if isinstance(value, Withheld):
        if hidden or _is_public_key(path, value.value):
            return value.value
        notes.append(Note("unresolved", path, _why_withheld(value), value.line))
        return str(value)
    if isinstance(value, Unresolved):
        if hidden:
            notes.append(
                Note(
                    "withheld", path, f"The template does not say what “{path[-1]}” is. Enter it.", value.line
                )
            )
            return _GONE
        notes.append(Note("unresolved", path, _why(value), value.line))
        return str(value)
    if isinstance(value, dict):
        members = {name: _settled(inner, (*path, name), secret, notes) for name, inner in value.items()}
        return {name: inner for name, inner in members.items() if inner is not _GONE}
    if isinstance(value, list):
        items = [_settled(item, (*path, position), secret, notes) for position, item in enumerate(value)]
        return [item for item in items if item is not _GONE]
    return value


_GONE: Final[Any] = object()
_TEXT = re.compile(r"'(?:[^']|'')*'")
_PARAMETER = re.compile(r"\bparameters\('((?:[^']|'')*)'\)", re.IGNORECASE)
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")


def _why(expression: Unresolved) -> str:
    """Why the expression stayed: parameters without a value, functions that Azure alone can answer."""
    parameters = sorted(set(_PARAMETER.findall(expression)), key=str.casefold)
    called = dict.fromkeys(_CALLED.findall(_TEXT.sub("''", expression)))
    functions = [name for name in called if name.casefold() not in COMPUTED]
    azures = [name for name in functions if name.casefold() not in ("parameters", "variables", "copyindex")]
    if parameters:
        return f"Replace this expression by a value: the template gives none for {_listed(parameters)}."
    if azures:
        return f"Replace this expression by a value: only Azure can tell what {_listed(azures)} answers."
    return "Replace this expression by a value: it could not be computed."


def _why_withheld(expression: Withheld) -> str:
    parameters = sorted(set(_PARAMETER.findall(expression)))
    what = f"the secure parameter {_listed(parameters)}" if parameters else "a secure value"
    return (
        f"This place is no secret: whoever may read the scale set sees it. So {what} was not filled in. "
        "Write the value where it stays secret (protectedSettings of an extension, for example), or here if it may be seen."
    )


def _is_public_key(path: Path, value: Any) -> bool:
    """Whether the value is the public half of an SSH key in its place: templates call it secure, and it is not."""
    return path[-1:] == ("keyData",) and isinstance(value, str) and _PUBLIC_KEY.match(value) is not None


_PUBLIC_KEY = re.compile(r"\s*(?:(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ |---- BEGIN SSH2 PUBLIC KEY ----)")


def _listed(names: list[str]) -> str:
    shown = [name if len(name) <= 60 else name[:59] + "…" for name in names[:10]]
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(shown) + more
