"""Mutants of a module: its text with one small change each, found in its syntax tree.

`of` answers them all; `apply` puts one in place of the real code in this process.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

SHIFTED: Final = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
QUERIES: Final = {"filter", "exclude", "get", "update", "get_or_create", "update_or_create", "record"}
"""Calls whose keywords are left out one by one: most others would only miss an argument."""

GUARDS: Final = {"lock", "transaction", "permission", "refusal", "record"}
"""Kinds of which every one has to be noticed."""

Change = Callable[[ast.AST], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. name: module, function and change in words, once in the module. function: "" for a module's constant.

    kind: what was taken away or changed. position: of the changed node in `ast.walk`; change: which of its changes.
    """

    name: str
    module: str
    function: str
    first_line: int
    last_line: int
    line: int
    kind: str
    position: int
    change: int

    @property
    def is_guard(self) -> bool:
        return self.kind in GUARDS


def path_of(module: str) -> Path:
    return Path(__file__).resolve().parents[1] / (module.replace(".", "/") + ".py")


@cache
def source(module: str) -> str:
    """The text as it was first read: whoever works on it meanwhile confuses nothing."""
    return path_of(module).read_text(encoding="utf-8")


def of(module: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text."""
    tree = ast.parse(source(module))
    places = {id(node): position for position, node in enumerate(ast.walk(tree))}
    found = []
    names: Counter[str] = Counter()
    for function, first, last, nodes in _functions(tree):
        for node in nodes:
            for number, (kind, words, change) in enumerate(_changes(node)):
                name = f"{module}.{function or 'constants'}: {words}"
                names[name] += 1
                known = name if names[name] == 1 else f"{name} ({names[name]})"
                line: int = getattr(change, "line", 0) or getattr(node, "lineno", first)
                found.append(
                    Mutant(known, module, function, first, last, line, kind, places[id(node)], number)
                )
    return found


def _functions(tree: ast.Module) -> Iterator[tuple[str, int, int, list[ast.AST]]]:
    """Each function and method with its first and last line and the nodes of its body; then the module's constants."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, _first(node), node.end_lineno or 0, _inside(node)
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", _first(inner), inner.end_lineno or 0, _inside(inner)
    constants = [
        inner
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and _constant_name(node)
        and node.value is not None
        # These are for the type checker alone.
        and not ast.unparse(node.value).startswith(("TypeVar(", "Literal["))
        for inner in ast.walk(node.value)
    ]
    yield "", 1, 0, constants


def _first(node: ast.FunctionDef) -> int:
    return node.decorator_list[0].lineno if node.decorator_list else node.lineno


def _constant_name(node: ast.stmt) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _inside(function: ast.FunctionDef) -> list[ast.AST]:
    """The nodes of a function's body, its annotations and words aside, with what refuses marked."""
    nodes: list[ast.AST] = [function]
    left: list[ast.AST] = list(reversed(function.body))
    while left:
        node = left.pop()
        nodes.append(node)
        if isinstance(node, ast.JoinedStr):
            continue
        inner = [
            child
            for name, value in ast.iter_fields(node)
            if name not in ("annotation", "returns", "decorator_list")
            for child in (value if isinstance(value, list) else [value])
            if isinstance(child, ast.AST)
        ]
        left += reversed(inner)
    for node in nodes:
        if isinstance(node, ast.If) and _refuses(node):
            for part in ast.walk(node.test):
                part.refuses = True  # type: ignore[attr-defined] # a mark of ours
    return nodes


def _refuses(node: ast.If) -> bool:
    return not node.orelse and isinstance(node.body[-1], ast.Raise)


# --- changes ----------------------------------------------------------------------------------------------------------


def _changes(node: ast.AST) -> list[tuple[str, str, Change]]:
    """What can be changed at a node: kind, words, and what makes the change in place."""
    return [
        change
        for field in ("body", "orelse", "finalbody")
        if isinstance(statements := getattr(node, field, None), list)
        for place, statement in enumerate(statements)
        for change in _without(field, place, statement)
    ] + next((of_kind(node) for kind, of_kind in _KINDS if isinstance(node, kind)), [])


def _kind_of(node: ast.AST) -> str:
    return "refusal" if getattr(node, "refuses", False) else "condition"


def _comparison(node: ast.Compare) -> list[tuple[str, str, Change]]:
    return [
        (_kind_of(node), f"{ast.unparse(node)} -> {other.__name__}", _op(place, other))
        for place, op in enumerate(node.ops)
        for other in SHIFTED[type(op)]
    ]


def _junction(node: ast.BoolOp) -> list[tuple[str, str, Change]]:
    words = ast.unparse(node)
    turned = ast.Or if isinstance(node.op, ast.And) else ast.And
    return [
        *(
            (_kind_of(node), f"{words} -> without {ast.unparse(value)}", _drop(place))
            for place, value in enumerate(node.values)
        ),
        (_kind_of(node), f"{words} -> {turned.__name__}", _set("op", turned())),
    ]


def _negation(node: ast.UnaryOp) -> list[tuple[str, str, Change]]:
    if not isinstance(node.op, ast.Not):
        return []
    return [(_kind_of(node), f"{ast.unparse(node)} -> without not", _double)]


def _branch(node: ast.If | ast.IfExp) -> list[tuple[str, str, Change]]:
    words = ast.unparse(node.test)
    always = ("condition", f"if {words} -> always", _set("test", ast.Constant(True)))
    if isinstance(node, ast.If) and _refuses(node):
        return [always]
    return [("condition", f"if {words} -> never", _set("test", ast.Constant(False))), always]


def _answer(node: ast.Return) -> list[tuple[str, str, Change]]:
    if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
        return []
    return [("value", f"{ast.unparse(node)} -> None", _set("value", ast.Constant(None)))]


def _collection(node: ast.Dict | ast.Set | ast.List | ast.Tuple) -> list[tuple[str, str, Change]]:
    members: list[Any] = list(node.values if isinstance(node, ast.Dict) else node.elts)
    stored = not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    if stored or (len(members) < 2 and isinstance(node, ast.Tuple)):
        return []
    words = ast.unparse(node)[:80]
    return [
        ("member", f"{words} -> without {ast.unparse(member)[:60]}", _member(place))
        for place, member in enumerate(members)
    ]


def _handler(node: ast.ExceptHandler) -> list[tuple[str, str, Change]]:
    words = f"except {ast.unparse(node.type) if node.type else ''} -> raise"
    return [("value", words, _set("body", [ast.Raise()]))]


def _without(field: str, place: int, statement: ast.AST) -> list[tuple[str, str, Change]]:
    """The statement left out, or what it opens."""

    def leave_out(node: ast.AST) -> None:
        getattr(node, field)[place] = ast.Pass()

    leave_out.line = getattr(statement, "lineno", 0)  # type: ignore[attr-defined] # a mark of ours

    def open_up(node: ast.AST) -> None:
        held: ast.With = getattr(node, field)[place]
        getattr(node, field)[place] = ast.If(ast.Constant(True), held.body, [])

    open_up.line = getattr(statement, "lineno", 0)  # type: ignore[attr-defined] # as above

    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        named = ast.unparse(statement.value.func)
        kind = {"record": "record", "require": "permission"}.get(named, "statement")
        if ".select_for_update()" in named:
            kind = "lock"
        return [(kind, f"without {ast.unparse(statement)[:120]}", leave_out)]
    if isinstance(statement, ast.If) and not statement.orelse and isinstance(statement.body[-1], ast.Raise):
        return [("refusal", f"without if {ast.unparse(statement.test)}", leave_out)]
    if isinstance(statement, ast.AugAssign):
        return [("statement", f"without {ast.unparse(statement)}", leave_out)]
    if isinstance(statement, ast.With) and ast.unparse(statement.items[0]) == "transaction.atomic()":
        return [("transaction", f"without {ast.unparse(statement.items[0])}", open_up)]
    return []


def _call(node: ast.Call) -> list[tuple[str, str, Change]]:
    named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if named == "select_for_update":

        def unlock(call: ast.AST) -> None:
            assert isinstance(call, ast.Call)
            call.func = ast.Attribute(call.func.value, "all", ast.Load())  # type: ignore[attr-defined] # as above
            call.args, call.keywords = [], []

        return [("lock", f"{ast.unparse(node)} -> all()", unlock)]
    if named not in QUERIES:
        return []
    return [
        ("keyword", f"{ast.unparse(node)[:120]} -> without {each.arg}", _keyword(place))
        for place, each in enumerate(node.keywords)
        if each.arg is not None
    ]


def _constants(node: ast.Constant) -> list[tuple[str, str, Change]]:
    value = node.value
    others: list[Any] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int | float):
        others = [value + 1, value - 1]
    elif isinstance(value, str) and value and not any(letter.isspace() for letter in value):
        others = [value + "~"]
    return [("constant", f"{value!r} -> {other!r}", _set("value", other)) for other in others]


_KINDS: Final[list[tuple[Any, Callable[[Any], list[tuple[str, str, Change]]]]]] = [
    (ast.Compare, _comparison),
    (ast.BoolOp, _junction),
    (ast.UnaryOp, _negation),
    (ast.If | ast.IfExp, _branch),
    (ast.Return, _answer),
    (ast.Constant, _constants),
    (ast.Dict | ast.Set | ast.List | ast.Tuple, _collection),
    (ast.Call, _call),
    (ast.ExceptHandler, _handler),
]


def _set(field: str, value: Any) -> Change:
    return lambda node: setattr(node, field, value)


def _double(node: ast.AST) -> None:
    """`not x` becomes `not not x`."""
    assert isinstance(node, ast.UnaryOp)
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _op(place: int, other: type[ast.cmpop]) -> Change:
    def change(node: ast.AST) -> None:
        node.ops[place] = other()  # type: ignore[attr-defined] # only for comparisons

    return change


def _drop(place: int) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.BoolOp)
        del node.values[place]
        if len(node.values) == 1:
            # The node must stay a BoolOp: `x and x` is x.
            node.values *= 2

    return change


def _member(place: int) -> Change:
    def change(node: ast.AST) -> None:
        if isinstance(node, ast.Dict):
            del node.keys[place], node.values[place]
        else:
            del node.elts[place]  # type: ignore[attr-defined] # lists, sets and tuples have them

    return change


def _keyword(place: int) -> Change:
    def change(node: ast.AST) -> None:
        del node.keywords[place]  # type: ignore[attr-defined] # only for calls

    return change


# --- putting one in place ---------------------------------------------------------------------------------------------


class CannotApply(Exception):
    """The function is not one whose code can be replaced."""


def _changed(mutant: Mutant) -> ast.Module:
    tree = ast.parse(source(mutant.module))
    node = list(ast.walk(tree))[mutant.position]
    _changes(node)[mutant.change][2](node)
    return ast.fix_missing_locations(tree)


def text(mutant: Mutant) -> str:
    """The module as the mutant has it."""
    return ast.unparse(_changed(mutant))


def apply(mutant: Mutant) -> None:
    """Puts the mutant in place of the real code, in this process and for good. Raises CannotApply."""
    module = importlib.import_module(mutant.module)
    tree = _changed(mutant)
    if mutant.function:
        code = compile(tree, str(path_of(mutant.module)), "exec", dont_inherit=True)
        _replace_function(module, mutant, code)
    else:
        _replace_constants(module, tree)


def _replace_function(module: ModuleType, mutant: Mutant, code: CodeType) -> None:
    owner: Any = module
    *classes, name = mutant.function.split(".")
    for each in classes:
        owner = getattr(owner, each)
    held = vars(owner)[name]
    held = (
        getattr(held, "fget", None) or getattr(held, "__func__", None) or getattr(held, "func", None) or held
    )
    function = inspect.unwrap(held)
    if not isinstance(function, FunctionType):
        raise CannotApply(mutant.name)
    new = next(
        each
        for each in _codes(code)
        if each.co_name == name and each.co_firstlineno == function.__code__.co_firstlineno
    )
    try:
        function.__code__ = new
    except ValueError:
        raise CannotApply(mutant.name) from None


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _replace_constants(module: ModuleType, changed: ast.Module) -> None:
    """Gives the constant its other value wherever it was imported under its name."""
    before = ast.parse(source(module.__name__))
    for old, new in zip(before.body, changed.body, strict=True):
        name = _constant_name(new)
        if not name or ast.dump(old) == ast.dump(new):
            continue
        value = eval(compile(ast.Expression(new.value), "constant", "eval"), vars(module))  # type: ignore[attr-defined] # noqa: S307 - our own text
        held = vars(module)[name]
        for each in list(sys.modules.values()):
            if getattr(each, "__name__", "").startswith("vmssbuilder") and vars(each).get(name) is held:
                setattr(each, name, value)
