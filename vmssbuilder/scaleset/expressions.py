"""The expressions of ARM templates: `[concat(parameters('name'), '-', uniqueString(resourceGroup().id))]`.

What follows from the text alone is computed. The rest stays an expression, its known parts filled in, because what it
stands for is known to Azure only. Nothing is fetched and nothing but the functions below is ever called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any, Final, Self

from .functions import FREELY_OPEN, FUNCTIONS, STRUCTURAL, Function, Merged, TooLarge, member

MAX_NESTING: Final = 60
"""Deeper nesting of calls, of variables in variables included, is not followed."""

MAX_WORK: Final = 200_000
"""Bounds what one template may grow to, in values and in 64 characters of text."""


class Unresolved(str):
    """An expression that stands for a value only Azure knows, as text with its brackets. line: where it stands."""

    __slots__ = ("line",)
    line: int | None

    def __new__(cls, text: str, line: int | None = None) -> Self:
        made = super().__new__(cls, text)
        made.line = line
        return made

    def at(self, line: int | None) -> Unresolved:
        """The same, standing on a line."""
        return Unresolved(self, line)


class Withheld(Unresolved):
    """The expression of a value that follows, but comes from a secure parameter. It reads as its expression everywhere.

    value: what it stands for, for a member that is a secret only.
    """

    __slots__ = ("value",)
    value: Any

    def __new__(cls, text: str, value: Any, line: int | None = None) -> Self:
        made = super().__new__(cls, text, line)
        made.value = value
        return made

    def at(self, line: int | None) -> Withheld:
        return Withheld(str(self), self.value, line)


class Budget:
    """What is left to spend on one template."""

    def __init__(self) -> None:
        self._left = MAX_WORK
        self.nesting = 0
        self.parsed: dict[str, _Node] = {}

    def spend(self, value: Any) -> None:
        """Charges for a value. Raises TooLarge."""
        if type(value) in _PLAIN:
            self._left -= 1 + (len(value) // 64 if isinstance(value, str) else 0)
            if self._left < 0:
                raise TooLarge("The template grows beyond what can be read here.")
            return
        pending = [value]
        while pending:
            here = pending.pop()
            if isinstance(here, Withheld):
                pending.append(here.value)
            self._left -= 1 + (len(here) // 64 if isinstance(here, str) else 0)
            if self._left < 0:
                raise TooLarge("The template grows beyond what can be read here.")
            if isinstance(here, dict):
                pending.extend(here.values())
            elif isinstance(here, list):
                pending.extend(here)

    def step(self, work: int = 1) -> None:
        """Charges for one call, or one that takes as much as several. Raises TooLarge."""
        self._left -= work
        if self._left < 0:
            raise TooLarge("The template grows beyond what can be read here.")

    def enter(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise TooLarge("Expressions and variables are nested too deep, or in a circle.")

    def leave(self) -> None:
        self.nesting -= 1


def is_expression(text: str) -> bool:
    """Whether the text is an expression: in brackets, and not an escaped bracket."""
    return len(text) > 2 and text[0] == "[" and text[-1] == "]" and text[1] != "["


def unescaped(text: str) -> str:
    """A text that is no expression: `[[` at its start stands for one bracket."""
    return text[1:] if text.startswith("[[") else text


def evaluate(text: str, functions: Mapping[str, Function], budget: Budget) -> Any:
    """The value of an expression, or Unresolved; objects and lists may have parts that are Unresolved.

    functions: what `parameters`, `variables`, functions of the template and the like answer; their arguments may be
    Unresolved, and so may their answers. Raises TooLarge.
    """
    nesting = budget.nesting
    try:
        node = budget.parsed.get(text) or budget.parsed.setdefault(text, _Parser(text[1:-1], budget).parsed())
        value = _Evaluation(functions, budget).value(node, {})
        if type(value) not in _PLAIN:
            budget.spend(value)
        return value
    except NotAnExpression:
        return Unresolved(text)
    finally:
        budget.nesting = nesting


class NotAnExpression(ValueError):
    """The text does not follow the grammar."""


# ------------------------------------------------------------------------------------------------------------ the grammar


@dataclass(frozen=True, slots=True)
class _Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    folded: str
    arguments: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """`.name`, `[key]`, `.?name` or `[?key]`; safe: with the question mark, null where there is no such member."""

    key: _Node
    dotted: bool
    safe: bool


@dataclass(frozen=True, slots=True)
class _Chain:
    holder: _Node
    steps: tuple[_Step, ...]


_Node = _Literal | _Call | _Chain

_TOKEN = re.compile(
    r"\s*+(?:('(?:[^']|'')*')|(-?[0-9]{1,19})(?![\w.])|([A-Za-z_]\w*)|(\.\?|\[\?|[()\[\],.])|(\S)|\Z)"
)
_Token = tuple[str, str, str, str, str]
_END: Final[_Token] = ("", "", "", "", "")


class _Parser:
    """Text, number, name, mark: one of the four is the token at hand."""

    def __init__(self, text: str, budget: Budget) -> None:
        self.budget = budget
        self.tokens: list[_Token] = _TOKEN.findall(text)
        if any(token[4] for token in self.tokens):
            raise NotAnExpression
        self.tokens.append(_END)
        self.position = 0
        self.text, self.number, self.name, self.mark, _odd = self.tokens[0]

    def parsed(self) -> _Node:
        node = self._value()
        if self.tokens[self.position] != _END:
            raise NotAnExpression
        return node

    def _take(self) -> None:
        self.position = min(self.position + 1, len(self.tokens) - 1)
        self.text, self.number, self.name, self.mark, _odd = self.tokens[self.position]

    def _eat(self, mark: str) -> None:
        if self.mark != mark:
            raise NotAnExpression
        self._take()

    def _value(self) -> _Node:
        if self.text:
            text = self.text
            self._take()
            return _Literal(text[1:-1].replace("''", "'"))
        if self.number:
            number = self.number
            self._take()
            return _Literal(int(number))
        self.budget.enter()
        call = self._call()
        steps: list[_Step] = []
        while self.mark in _STEPS:
            steps.append(self._step())
        self.budget.leave()
        return _Chain(call, tuple(steps)) if steps else call

    def _call(self) -> _Call:
        name = self._name()
        while self.mark == ".":
            self._take()
            name += "." + self._name()
        self._eat("(")
        arguments: list[_Node] = []
        while self.mark != ")":
            if arguments:
                self._eat(",")
            arguments.append(self._value())
        self._take()
        return _Call(name, name.casefold(), tuple(arguments))

    def _step(self) -> _Step:
        dotted, safe = self.mark in (".", ".?"), self.mark in (".?", "[?")
        self._take()
        if dotted:
            return _Step(_Literal(self._name()), dotted=True, safe=safe)
        key = self._value()
        self._eat("]")
        return _Step(key, dotted=False, safe=safe)

    def _name(self) -> str:
        name = self.name
        if not name:
            raise NotAnExpression
        self._take()
        return name


_STEPS: Final = frozenset((".", "[", ".?", "[?"))

# -------------------------------------------------------------------------------------------------------------- evaluation

_Variables = Mapping[str, Any]
_PLAIN: Final = frozenset((str, int, bool, type(None)))
"""Types of values that are known, whatever they are."""
_REFUSALS: Final = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What a function raises for arguments that Azure would refuse. Here the expression stays: Azure will say so."""


class _Evaluation:
    """Works out nodes as Azure does: only what is needed, so a branch that is not taken may be anything."""

    def __init__(self, functions: Mapping[str, Function], budget: Budget) -> None:
        self.functions = functions
        self.budget = budget

    def value(self, node: _Node, variables: _Variables) -> Any:
        """The node's value. variables: those of lambdas around it, by folded name."""
        if isinstance(node, _Literal):
            return node.value
        self.budget.enter()
        value = self._chain(node, variables) if isinstance(node, _Chain) else self._call(node, variables)
        self.budget.leave()
        return value

    def _call(self, node: _Call, variables: _Variables) -> Any:
        self.budget.step()
        folded = node.folded
        special = _SPECIAL.get(folded)
        if special is not None:
            return special(self, node, variables)
        arguments = [self.value(argument, variables) for argument in node.arguments]
        asked = self.functions.get(folded)
        if asked is not None:
            try:
                return asked(*arguments)
            except TooLarge:
                raise
            except _REFUSALS:
                return _call_of(node.name, arguments)
        function = FUNCTIONS.get(folded)
        if function is None:
            return _call_of(node.name, arguments)
        self.budget.spend(arguments)
        try:
            plain = all(type(argument) in _PLAIN for argument in arguments)
            if plain or _may_be_open(folded, arguments):
                value = function(*arguments)
            else:
                value = self._disclosing(node.name, function, arguments)
        except TooLarge:
            raise
        except _REFUSALS:
            return _call_of(node.name, arguments)
        self.budget.spend(value)
        return value

    def _disclosing(self, name: str, function: Function, arguments: list[Any]) -> Any:
        """What a function answers that has to know its arguments; as secret as these."""
        known = [_disclosed(argument) for argument in arguments]
        if any(map(_is_open, known)):
            return _call_of(name, arguments)
        value = function(*known)
        withheld = any(here is not there for here, there in zip(known, arguments, strict=True))
        kept = withheld and value is not None and not isinstance(value, bool) and value != ""
        return Withheld(_call_of(name, arguments), value) if kept else value

    def _chain(self, node: _Chain, variables: _Variables) -> Any:
        holder = self.value(node.holder, variables)
        for place, step in enumerate(node.steps):
            key = self.value(step.key, variables)
            if not isinstance(key, Unresolved):
                if isinstance(holder, Withheld):
                    holder = self._within(holder, key, step)
                    continue
                if isinstance(holder, dict) and key not in holder:
                    # A name in another case, or none: all names are looked at.
                    self.budget.step(len(holder) // 16)
                try:
                    holder = member(holder, key)
                except _REFUSALS:
                    if step.safe and not isinstance(holder, Unresolved):
                        return None
                else:
                    if holder is None and step.safe:
                        return None
                    continue
            rest = [
                (key if step is each else self.value(each.key, variables), each)
                for each in node.steps[place:]
            ]
            return Unresolved(
                f"[{_written(holder)}{''.join(_step_written(key, each) for key, each in rest)}]"
            )
        return holder

    def _within(self, holder: Withheld, key: Any, step: _Step) -> Any:
        """A member of a secure value, as secure as that."""
        text = f"[{_written(holder)}{_step_written(key, step)}]"
        try:
            value = member(holder.value, key)
        except _REFUSALS:
            return None if step.safe else Unresolved(text)
        return value if value is None or isinstance(value, bool) or value == "" else Withheld(text, value)

    # Functions that do not need all their arguments.

    def conditional(self, node: _Call, variables: _Variables) -> Any:
        """`if`: one branch only, the other may be anything."""
        condition = self.value(node.arguments[0], variables) if len(node.arguments) == 3 else None
        if isinstance(condition, bool):
            return self.value(node.arguments[1 if condition else 2], variables)
        return self.as_it_is(node, variables)

    def logical(self, node: _Call, variables: _Variables) -> Any:
        """`and`, `or`: one argument may decide."""
        decisive = node.folded == "or"
        known = [self.value(argument, variables) for argument in node.arguments]
        if len(known) > 1 and any(value is decisive for value in known):
            return decisive
        if len(known) > 1 and all(isinstance(value, bool) for value in known):
            return not decisive
        return _call_of(node.name, known)

    def coalesced(self, node: _Call, variables: _Variables) -> Any:
        """The first argument that is not null."""
        for place, argument in enumerate(node.arguments):
            value = self.value(argument, variables)
            if isinstance(value, Unresolved) and not isinstance(value, Withheld):
                rest = [self.value(each, variables) for each in node.arguments[place + 1 :]]
                return _call_of(node.name, [value, *rest]) if rest else value
            if value is not None:
                return value
        return None if node.arguments else self.as_it_is(node, variables)

    def variable(self, node: _Call, variables: _Variables) -> Any:
        """`lambdaVariables`."""
        name = self.value(node.arguments[0], variables) if len(node.arguments) == 1 else None
        if isinstance(name, str) and name.casefold() in variables:
            return variables[name.casefold()]
        return _call_of(node.name, [name])

    def as_it_is(self, node: _Call, variables: _Variables) -> Any:
        """The call with its arguments filled in as far as they are known."""
        return _call_of(node.name, [self._argument(argument, variables) for argument in node.arguments])

    def _argument(self, node: _Node, variables: _Variables) -> Any:
        lambdas = isinstance(node, _Call) and node.folded == "lambda"
        return Unresolved(f"[{_unparsed(node)}]") if lambdas else self.value(node, variables)

    # Functions that call a function.

    def with_lambdas(self, node: _Call, variables: _Variables) -> Any:
        """`map` and the like: as they are where what they need is not known."""
        folded = node.folded
        plain = 2 if folded == "reduce" else 1
        values = [self.value(argument, variables) for argument in node.arguments[:plain]]
        lambdas = [_Lambda.of(argument, self, variables) for argument in node.arguments[plain:]]
        usable = [each for each in lambdas if each is not None]
        value = values[0] if values else None
        if isinstance(value, Withheld):
            value = value.value
        try:
            if len(values) == plain and usable and len(usable) == len(lambdas):
                made = _LAMBDAS[folded](value, *values[1:], *usable)
                self.budget.spend(made)
                kept = isinstance(values[0], Withheld) and made is not None and not isinstance(made, bool)
                return Withheld(self.as_it_is(node, variables), made) if kept else made
        except TooLarge:
            raise
        except _REFUSALS:
            pass
        return self.as_it_is(node, variables)


@dataclass(frozen=True, slots=True)
class _Lambda:
    """`lambda('x', body)`, to be called with values for its variables."""

    names: tuple[str, ...]
    body: _Node
    evaluation: _Evaluation
    variables: _Variables

    @classmethod
    def of(cls, node: _Node, evaluation: _Evaluation, variables: _Variables) -> _Lambda | None:
        if not isinstance(node, _Call) or node.folded != "lambda" or not node.arguments:
            return None
        names = [each.value for each in node.arguments[:-1] if isinstance(each, _Literal)]
        if len(names) + 1 != len(node.arguments) or not all(isinstance(name, str) for name in names):
            return None
        folded = tuple(name.casefold() for name in names)
        return cls(folded, node.arguments[-1], evaluation, variables)

    def __call__(self, *values: Any) -> Any:
        if not len(self.names) <= len(values):
            raise TypeError
        self.evaluation.budget.step()
        named = {**self.variables, **dict(zip(self.names, values, strict=False))}
        return self.evaluation.value(self.body, named)

    def known(self, *values: Any) -> Any:
        """The answer where everything depends on it. LookupError where it is not known."""
        value = self(*values)
        if _is_open(value):
            raise LookupError
        return value

    def truth(self, *values: Any) -> bool:
        """The answer yes or no. LookupError where it is not known, TypeError for anything else."""
        value = self.known(*values)
        if not isinstance(value, bool):
            raise TypeError
        return value


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _reduce(items: Any, start: Any, each: _Lambda) -> Any:
    value = start
    for place, item in enumerate(_listed(items)):
        value = each(value, item, place)
        each.evaluation.budget.spend(value)
    return value


def _sort(items: Any, before: _Lambda) -> list[Any]:
    def compared(one: Any, other: Any) -> int:
        if before.truth(one, other):
            return 0 if before.truth(other, one) else -1
        return 1 if before.truth(other, one) else 0

    return sorted(_listed(items), key=cmp_to_key(compared))


def _group(items: Any, key: _Lambda) -> dict[str, list[Any]]:
    groups = Merged()
    for item in _listed(items):
        name = _name_of(key.known(item))
        if groups.get(name) is None:
            groups.put(name, [])
        groups.get(name).append(item)
    return groups.members


def _to_object(items: Any, key: _Lambda, value: _Lambda | None = None) -> dict[str, Any]:
    made = Merged()
    for item in _listed(items):
        made.put(_name_of(key.known(item)), item if value is None else value(item))
    return made.members


def _name_of(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _map_values(holder: Any, value: _Lambda) -> dict[str, Any]:
    if not isinstance(holder, dict):
        raise TypeError
    return {name: value(inner) for name, inner in holder.items()}


_LAMBDAS: Final[Mapping[str, Callable[..., Any]]] = {
    "filter": lambda items, keep: [
        item for place, item in enumerate(_listed(items)) if keep.truth(item, place)
    ],
    "groupby": _group,
    "map": lambda items, each: [each(item, place) for place, item in enumerate(_listed(items))],
    "mapvalues": _map_values,
    "reduce": _reduce,
    "sort": _sort,
    "toobject": _to_object,
}
_SPECIAL: Final[Mapping[str, Callable[[_Evaluation, _Call, _Variables], Any]]] = {
    "and": _Evaluation.logical,
    "coalesce": _Evaluation.coalesced,
    "if": _Evaluation.conditional,
    "lambda": _Evaluation.as_it_is,
    "lambdavariables": _Evaluation.variable,
    "or": _Evaluation.logical,
    **dict.fromkeys(_LAMBDAS, _Evaluation.with_lambdas),
}

COMPUTED: Final = frozenset((*FUNCTIONS, *_SPECIAL))
"""The functions, by folded name, that follow from the text where their arguments do."""


# ------------------------------------------------------------------------------------------------------ open values, text


def _may_be_open(function: str, arguments: list[Any]) -> bool:
    """Whether the function can be called although parts of its arguments are Unresolved."""
    if function in FREELY_OPEN:
        return True
    if function == "createobject":
        return not any(isinstance(name, Unresolved) for name in arguments[::2])
    if any(isinstance(argument, Unresolved) for argument in arguments):
        return False
    if function == "union":
        return all(isinstance(argument, dict) for argument in arguments) and _can_be_united(arguments)
    if function in ("concat", "contains"):
        return isinstance(arguments[0], list if function == "concat" else dict) if arguments else False
    return function in STRUCTURAL


def _can_be_united(objects: list[Any]) -> bool:
    """Whether no Unresolved of one object meets a member of another: what it is decides what becomes of both."""
    seen: dict[str, Any] = {}
    for each in objects:
        for name, value in each.items():
            folded = name.casefold()
            both = (seen[folded], value) if folded in seen else ()
            if any(map(_is_open, both)):
                return False
            seen[folded] = value
    return True


def _is_open(value: Any) -> bool:
    """Whether a part of the value is unresolved."""
    return next(_unresolved_in(value), None) is not None


def _unresolved_in(value: Any) -> Iterator[Unresolved]:
    pending = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, Unresolved):
            yield here
        elif isinstance(here, dict):
            pending.extend(here.values())
        elif isinstance(here, list):
            pending.extend(here)


def _disclosed(value: Any) -> Any:
    """The value with what comes from secure parameters in clear; itself where it has none."""
    if isinstance(value, Withheld):
        return value.value
    if not any(isinstance(each, Withheld) for each in _unresolved_in(value)):
        return value
    if isinstance(value, dict):
        return {name: _disclosed(inner) for name, inner in value.items()}
    return [_disclosed(item) for item in value]


def placed(value: Any, line: int | None) -> Any:
    """The value with everything that is Unresolved in it standing on the line."""
    if isinstance(value, Unresolved):
        return value.at(line)
    if type(value) in _PLAIN or not _is_open(value):
        return value
    if isinstance(value, dict):
        return {name: placed(inner, line) for name, inner in value.items()}
    return [placed(item, line) for item in value]


def _call_of(name: str, arguments: list[Any]) -> Unresolved:
    return Unresolved(f"[{name}({', '.join(map(_written, arguments))})]")


def _step_written(key: Any, step: _Step) -> str:
    if step.dotted:
        return f".{'?' if step.safe else ''}{key}"
    return f"[{'?' if step.safe else ''}{_written(key)}]"


def _written(value: Any) -> str:
    """The value as an expression."""
    if isinstance(value, Unresolved):
        return value[1:-1]
    if isinstance(value, bool):
        return "true()" if value else "false()"
    if value is None:
        return "null()"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list):
        return f"createArray({', '.join(map(_written, value))})"
    if isinstance(value, dict):
        return f"createObject({', '.join(_written(part) for pair in value.items() for part in pair)})"
    return f"json({_written(json.dumps(value))})"


def _unparsed(node: _Node) -> str:
    """The node as it was written."""
    if isinstance(node, _Literal):
        return _written(node.value)
    if isinstance(node, _Call):
        return f"{node.name}({', '.join(map(_unparsed, node.arguments))})"
    steps = (
        _step_written(each.key.value, each)
        if isinstance(each.key, _Literal)
        else f"[{'?' if each.safe else ''}{_unparsed(each.key)}]"
        for each in node.steps
    )
    return _unparsed(node.holder) + "".join(steps)
