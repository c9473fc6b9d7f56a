"""The parameters, variables, loops and functions of a template: what its expressions may ask for."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from copy import copy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from .expressions import Budget, Unresolved, Withheld, evaluate, is_expression, placed, unescaped
from .functions import Function, key_in, resource_id, subscription_resource_id
from .json_text import Parsed
from .parameters import IN_KEY_VAULT, Declared, TemplateParameter, passed_values

_MAX_COPIES: Final = 800
"""How many items Azure lets a loop make."""


def member_of(holder: Any, name: str) -> Any:
    """A member in any case."""
    spelled = key_in(holder, name) if isinstance(holder, dict) else None
    return holder[spelled] if spelled is not None else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template is deployed, as far as that is known. location: the region of the resource group."""

    subscription: str = ""
    resource_group: str = ""
    location: str = ""

    def functions(self) -> dict[str, Function]:
        """What the template may ask of it. LookupError for what is not known."""
        return {
            "resourcegroup": self._group,
            "subscription": self._subscription,
            "resourceid": lambda *parts: resource_id(
                *_known(parts), subscription=self.subscription, group=self.resource_group
            ),
            "subscriptionresourceid": lambda *parts: subscription_resource_id(
                *_known(parts), subscription=self.subscription
            ),
        }

    def _group(self) -> dict[str, Any]:
        if not self.resource_group and not self.location:
            raise LookupError
        both = self.subscription and self.resource_group
        identity = f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}" if both else ""
        known = {"id": identity, "name": self.resource_group, "location": self.location}
        return {
            **{name: value or Unresolved(f"[resourceGroup().{name}]") for name, value in known.items()},
            "type": "Microsoft.Resources/resourceGroups",
            **{name: Unresolved(f"[resourceGroup().{name}]") for name in ("managedBy", "tags", "properties")},
        }

    def _subscription(self) -> dict[str, Any]:
        if not self.subscription:
            raise LookupError
        return {
            "id": f"/subscriptions/{self.subscription}",
            "subscriptionId": self.subscription,
            **{name: Unresolved(f"[subscription().{name}]") for name in ("tenantId", "displayName")},
        }


NOWHERE: Final = Place()


def _known(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    if any(isinstance(part, Unresolved) for part in parts):
        raise LookupError
    return parts


class Scope:
    """The parameters and variables of one template, filled in when they are asked for.

    given: values of its parameters. Those of a template inside a deployment are what the deployment around it passes, and
    are filled in in the scope `outer`. place: where it is deployed.
    """

    def __init__(
        self,
        template: dict[str, Any],
        parsed: Parsed,
        budget: Budget,
        given: Mapping[str, Any] = MappingProxyType({}),
        passed: Any = None,
        outer: Scope | None = None,
        place: Place = NOWHERE,
    ) -> None:
        self.template = template
        self.parsed = parsed
        self.budget = budget
        self.outer = outer
        self.place = place
        passed = passed_values(passed)
        self.passed = {name.casefold(): value for name, value in passed.items() if value is not IN_KEY_VAULT}
        kept = {name: value for name, value in passed.items() if value is IN_KEY_VAULT}
        self.declared = Declared(template, kept or given)
        variables = template.get("variables")
        self.variables: dict[str, Any] = {}
        for name, value in variables.items() if isinstance(variables, dict) else ():
            self.variables.setdefault(name.casefold(), value)
        self.defined = dict(_defined(template))
        self.arguments: Mapping[str, Any] | None = None
        self.loops: dict[str | None, int] = {}
        self.known: dict[tuple[str, str], Any] = {}
        self.asked: dict[str, None] = {}
        self.functions = self._functions()

    def _functions(self) -> MutableMapping[str, Function]:
        own: dict[str, Function] = {
            **self.place.functions(),
            "parameters": lambda name: self._named("parameters", name),
            "variables": lambda name: self._named("variables", name),
            "copyindex": self._copy_index,
        }
        return ChainMap(own, _OwnFunctions(self)) if self.defined else own

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
        scope = copy(self)
        scope.known, scope.asked = {}, {}
        scope.functions = scope._functions()  # noqa: SLF001 - its own
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
        names: dict[str, str] = {}
        if isinstance(value, dict):
            filled: Any = {}
            for name, inner in value.items():
                loops = self._loops(name, inner)
                if loops is None:
                    names[name] = self._name(name, filled)
                filled |= {names[name]: self._placed(value, name)} if loops is None else loops
        else:
            filled = [self._placed(value, position) for position in range(len(value))]
        self.budget.leave()
        self.parsed.stands_for(filled, value, names)
        return filled

    def _name(self, written: str, taken: Mapping[str, Any]) -> str:
        """The name of a member: an expression is filled in where it comes to a text, `[[` stands for one bracket."""
        if not written.startswith("["):
            return written
        name = self.filled(written)
        return (
            name
            if isinstance(name, str) and not isinstance(name, Unresolved) and name not in taken
            else written
        )

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
            named, count = member_of(loop, "name"), self.filled(member_of(loop, "count"))
            if not isinstance(named, str) or type(count) is not int or not 0 <= count <= _MAX_COPIES:
                return None
            made[named] = []
            for position in range(count):
                item = self.within_loop(named, position).filled(member_of(loop, "input"))
                self.budget.spend(item)
                made[named].append(item)
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
        if name in self.variables:
            return self.filled(self.variables[name])
        made = self._loops("copy", self.variables.get("copy")) or {}
        for key, items in made.items():
            if key.casefold() == name:
                return items
        return self._unknown(name)

    def own_function(self, names: list[str], output: Any) -> Function:
        """A function of the template's own: its body sees nothing but its arguments, and the variables."""

        def called(*values: Any) -> Any:
            inside = self._twin()
            inside.arguments = dict(zip(names, values, strict=True))
            inside.functions["variables"] = self.functions["variables"]
            self.budget.step()
            return inside.filled(output)

        return called

    def _parameter(self, name: str) -> Any:
        if self.arguments is not None:
            return self.arguments[name]
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
            return Withheld(f"[parameters('{self.declared.spelled(name)}')]", value)
        return value

    def _unknown(self, name: str) -> Any:
        raise LookupError(name)


class _OwnFunctions(dict[str, Function]):
    """The functions that a template defines, made when they are called."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __contains__(self, name: object) -> bool:
        return name in self.scope.defined

    def __getitem__(self, name: str) -> Function:
        return self.scope.own_function(*self.scope.defined[name])


def _defined(template: dict[str, Any]) -> Iterator[tuple[str, tuple[list[str], Any]]]:
    """The functions that a template defines, by folded name with namespace: the names of their parameters, the output."""
    spaces = template.get("functions")
    for space in spaces if isinstance(spaces, list) else ():
        members = member_of(space, "members")
        for name, function in members.items() if isinstance(members, dict) else ():
            output, declared = member_of(function, "output"), member_of(function, "parameters")
            names = [member_of(each, "name") for each in declared] if isinstance(declared, list) else []
            if isinstance(output, dict) and all(isinstance(each, str) for each in names):
                written = f"{member_of(space, 'namespace')}.{name}".casefold()
                yield written, ([each.casefold() for each in names], member_of(output, "value"))
