"""Tries the cases of the rules, and the tests of what explains Azure's errors: changes each condition a little and looks
whether any of them notices.

    .venv/bin/python scripts/mutate_rules.py [area ...]

An area is a module of the rules, `errors` (the tables) or `explaining` (the functions, only where it is named). Each change
is one mutant: a comparison shifted or turned round, `and` for `or`, a part of a condition left out, a number one off, a text
spelled otherwise; a row of a table left out, or a cell of it changed. Prints the mutants that nothing notices, and ends with 1 when there are any beside those that are
known to mean the same (KNOWN).
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mutants import SHIFTED  # noqa: E402 - the path to it is set above

from tests.azure import test_errors, test_explaining, test_pasted  # noqa: E402 - the path to it is set above
from tests.scaleset.rules import test_rules, test_unknown  # noqa: E402 - as above
from vmssbuilder.azure import explaining  # noqa: E402 - as above
from vmssbuilder.azure.explaining import causes, codes, locator, shapes  # noqa: E402 - as above
from vmssbuilder.azure.explaining import words as azures_words  # noqa: E402 - as above
from vmssbuilder.scaleset.rules import REGISTRY  # noqa: E402 - as above

RULES = ROOT / "vmssbuilder" / "scaleset" / "rules"
AREAS = sorted(
    path.stem for path in RULES.glob("*.py") if path.stem not in ("__init__", "base", "time_zones")
)

QUICK = "a quick look before the careful one: whichever way it goes, the answer is the same"
OF_THE_MESSAGE = "it is made of the message, whatever stands here"
NOT_DEEPER = "no document is read that is nested deeper"
KNOWN = {
    "characters._odd_texts: plain is not None and (not plain.isascii()) -> plain is not None and True": QUICK,
    "characters._walk: isinstance(step, str) and (not step.isascii()) -> isinstance(step, str) and True": QUICK,
    "characters._walk: isinstance(value, dict | list) and depth < MAX_DEPTH"
    " -> isinstance(value, dict | list) and True": NOT_DEEPER,
    "characters._walk: depth < MAX_DEPTH -> depth <= MAX_DEPTH": NOT_DEEPER,
    "errors.CODES: InvalidTemplate left out": "the same is said of a code by that kind of name",
    "errors.CODES: DnsRecordInUse: place": "the field is looked for by its name",
    "errors.CODES: LinkedAuthorizationFailed: cure": OF_THE_MESSAGE,
    "errors.CODES: MissingSubscriptionRegistration: cure": OF_THE_MESSAGE,
    "errors.CODES: SubscriptionNotRegistered: cure": OF_THE_MESSAGE,
    "errors.CODES: InvalidSubscriptionRegistrationState: cure": OF_THE_MESSAGE,
    "errors.SHAPES: member-of-another-place: cause": OF_THE_MESSAGE,
    "errors.SHAPES: member-of-another-place: looks": OF_THE_MESSAGE,
    "envelope.readonly_strip: place[0] in raw and paths.get(raw, place) is not paths.MISSING"
    " -> True and paths.get(raw, place) is not paths.MISSING": QUICK,
    "view.filled: '{' not in value or _PLACEHOLDER.search(value) is None"
    " -> False or _PLACEHOLDER.search(value) is None": QUICK,
    "unknown.hints: '{' in names -> '{' not in names": QUICK,
    "unknown.hints: '[' in names -> '[' not in names": QUICK,
    "unknown._find: value[:1] == '[' and is_expression(value, free=inside)"
    " -> True and is_expression(value, free=inside)": QUICK,
    "view._find_placeholders: len(path) >= MAX_DEPTH -> len(path) > MAX_DEPTH": "one level more does no harm",
    "view._find_placeholders: named and '{' in step and (not free) and (placeholder := placeholder_in(step))"
    " -> named and True and (not free) and (placeholder := placeholder_in(step))": QUICK,
    "view._find_placeholders: '{' in value"
    " and (placeholder := placeholder_in(value, free=free or step in FREE_TEXT))"
    " -> True and (placeholder := placeholder_in(value, free=free or step in FREE_TEXT))": QUICK,
}
"""Mutants that mean the same, by `area.function: change`, with the reason."""

TESTS = [
    test
    for module in (test_rules, test_unknown)
    for name, test in vars(module).items()
    if name.startswith("test_")
]
PER_RULE = test_rules.OF_ONE_RULE
ONCE = [test for test in TESTS if not test.__code__.co_argcount]


def mutants(function: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each change in words, and the function so changed."""
    count = sum(1 for _node in ast.walk(function))
    for position in range(count):
        for number in range(8):
            changed = copy.deepcopy(function)
            node = list(ast.walk(changed))[position]
            before = ast.unparse(node) if isinstance(node, ast.expr) else ""
            if not change(node, number):
                break
            yield f"line {node.lineno}: {before} -> {ast.unparse(node)}", changed  # type: ignore[attr-defined] # every node that is changed has a line


def change(node: ast.AST, number: int) -> bool:
    """Makes the change of that number in place; answers whether the node has as many."""
    changes: list[Callable[[], None]] = []
    if isinstance(node, ast.Compare):
        changes += [
            _swap(node, place, other) for place, kind in enumerate(node.ops) for other in SHIFTED[type(kind)]
        ]
        for operand in (node.left, *node.comparators):
            for constant in operand.elts if isinstance(operand, ast.Tuple) else (operand,):
                changes += _other_constants(constant)
    elif isinstance(node, ast.BoolOp) and not _is_default(node):
        changes.append(_turn(node))
        changes += [_drop(node, place) for place in range(len(node.values))]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        changes.append(_double(node))
    if number >= len(changes):
        return False
    changes[number]()
    return True


def _is_default(node: ast.BoolOp) -> bool:
    """Whether this is `value or {}`, which stands for a value rather than a condition."""
    last = node.values[-1]
    empty = isinstance(last, ast.Dict | ast.Tuple | ast.List) and not ast.unparse(last).strip("{}()[]")
    return isinstance(node.op, ast.Or) and (empty or isinstance(last, ast.Constant | ast.Call))


def _swap(node: ast.Compare, place: int, other: type[ast.cmpop]) -> Callable[[], None]:
    return lambda: node.ops.__setitem__(place, other())


def _other_constants(node: ast.AST) -> list[Callable[[], None]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return [lambda: setattr(node, "value", not node.value)]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return [
            lambda: setattr(node, "value", node.value + 1),
            lambda: setattr(node, "value", node.value - 1),
        ]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [lambda: setattr(node, "value", node.value + "~")]
    return []


def _turn(node: ast.BoolOp) -> Callable[[], None]:
    return lambda: setattr(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _drop(node: ast.BoolOp, place: int) -> Callable[[], None]:
    return lambda: node.values.__setitem__(place, ast.Constant(isinstance(node.op, ast.And)))


def _double(node: ast.UnaryOp) -> Callable[[], None]:
    return lambda: setattr(node, "operand", ast.UnaryOp(ast.Not(), node.operand))


def noticed(rule_ids: list[str]) -> bool:
    """Whether a test of these rules fails."""
    try:
        for rule_id in rule_ids:
            for test in PER_RULE:
                test(rule_id)
        for check in ONCE:
            check()
    except Exception:  # noqa: BLE001 - a rule that raises is noticed
        return True
    return False


def code_of(function: ast.FunctionDef, filename: str) -> CodeType:
    bare = copy.deepcopy(function)
    bare.decorator_list = []
    module = ast.Module([ast.ImportFrom("__future__", [ast.alias("annotations")], 0), bare], [])
    compiled = compile(ast.fix_missing_locations(module), filename, "exec")
    return next(
        inner
        for inner in compiled.co_consts
        if isinstance(inner, CodeType) and inner.co_name == function.name
    )


def functions(module: ModuleType, tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, FunctionType]]:
    """Each function of the module, those of its classes included, as text and as object."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node, inspect.unwrap(getattr(module, node.name))
        elif isinstance(node, ast.ClassDef):
            members = vars(getattr(module, node.name))
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("__"):
                    member = members[inner.name]
                    yield inner, getattr(member, "fget", None) or getattr(member, "function", member)


def survivors(area: str) -> tuple[int, list[str]]:
    """How many mutants the area has, and those that no case notices."""
    module = importlib.import_module(f"vmssbuilder.scaleset.rules.{area}")
    path = RULES / f"{area}.py"
    in_area = [rule_id for rule_id, entry in REGISTRY.items() if entry.function.__module__ == module.__name__]
    left = []
    count = 0
    for node, function in functions(module, ast.parse(path.read_text(encoding="utf-8"))):
        own = (
            [rule_id for rule_id in in_area if REGISTRY[rule_id].function is function]
            or in_area
            or list(REGISTRY)
        )
        original = function.__code__
        for words, changed in mutants(node):
            count += 1
            function.__code__ = code_of(changed, str(path))
            try:
                if not noticed(own):
                    left.append(f"{area}.{node.name}: {words}")
            finally:
                function.__code__ = original
    return count, left


# --- errors ----------------------------------------------------------------------------------------------------------

ERRORS: Final = "errors"
"""The area of the tables by which Azure's errors are explained."""

WAYS: Final = "explaining"
"""The area of the functions that explain them. It is tried by its name only: not all of them are tried by tests yet."""

_LONG: Final = 0.05
"""Seconds."""

_OTHER_PLACES: Final = (("location",), ("tags",))


def _ways(test: Any) -> Iterator[dict[str, Any]]:
    """The arguments of each run of a test, by its marks; none for one that wants fixtures."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    runs = []
    for mark in marks:
        names = (
            [each.strip() for each in mark.args[0].split(",")]
            if isinstance(mark.args[0], str)
            else mark.args[0]
        )
        runs.append([dict(zip(names, row if len(names) > 1 else [row], strict=True)) for row in mark.args[1]])
    for chosen in itertools.product(*runs):
        way = {name: value for each in chosen for name, value in each.items()}
        if way.keys() == set(inspect.signature(test).parameters):
            yield way


def _explaining(*modules: ModuleType) -> list[tuple[Any, dict[str, Any]]]:
    """Each test that explains errors, with the arguments of each of its runs; those that take long are left out."""
    tests = [test for module in modules for name, test in vars(module).items() if name.startswith("test_")]
    runs = []
    for test in tests:
        for way in _ways(test):
            began = time.process_time()
            test(**way)
            if time.process_time() - began < _LONG:
                runs.append((test, way))
    return runs


class Explaining:
    """The tests of what explains errors. Those that noticed something come first the next time."""

    def __init__(self, runs: list[tuple[Any, dict[str, Any]]]) -> None:
        self.runs = runs

    def notice(self, about: str = "") -> bool:
        """Whether a test fails; those about that are tried first."""
        if about:
            self.runs.sort(key=lambda run: about not in run[1].values())
        for cached in (each for each in vars(locator).values() if hasattr(each, "cache_clear")):
            cached.cache_clear()
        for position, (test, way) in enumerate(self.runs):
            try:
                test(**way)
            except Exception:  # noqa: BLE001 - what raises is noticed
                self.runs.insert(0, self.runs.pop(position))
                return True
        return False


@contextmanager
def _instead(name: str, value: Any) -> Iterator[None]:
    """Gives a constant of the package another value wherever it goes by its name."""
    modules = [
        each for each in (explaining, codes, locator, shapes, azures_words, causes) if hasattr(each, name)
    ]
    before = getattr(modules[0], name)
    for each in modules:
        setattr(each, name, value)
    try:
        yield
    finally:
        for each in modules:
            setattr(each, name, before)


def table_mutants() -> Iterator[tuple[str, str, Any]]:
    """Each change of a table in words, the name of the table, and the table so changed."""
    for key, row in codes.CODES.items():
        others = {other: value for other, value in codes.CODES.items() if other != key}
        yield f"{row.name} left out", "CODES", others
        cause = "gateway" if row.cause == "unknown" else "unknown"
        elsewhere = _OTHER_PLACES[row.place == _OTHER_PLACES[0]]
        for what, changed in _cells(row, {"cause": cause, "place": elsewhere}):
            yield f"{row.name}: {what}", "CODES", {**codes.CODES, key: changed}
    for code in sorted(codes.VAGUE):
        yield f"{code} left out", "VAGUE", codes.VAGUE - {code}
    for position, (pattern, cause, place) in enumerate(codes.FAMILIES):
        before, after = codes.FAMILIES[:position], codes.FAMILIES[position + 1 :]
        yield f"{pattern.pattern} left out", "FAMILIES", before + after
        yield f"{pattern.pattern}: cause", "FAMILIES", (*before, (pattern, "unknown", place), *after)
        other = None if place else _OTHER_PLACES[0]
        yield f"{pattern.pattern}: place", "FAMILIES", (*before, (pattern, cause, other), *after)
    for position, shape in enumerate(shapes.SHAPES):
        former, later = shapes.SHAPES[:position], shapes.SHAPES[position + 1 :]
        yield f"{shape.name} left out", "SHAPES", former + later
        empty = {"looks": (), "place": ()}
        for what, changed in _cells(
            shape,
            {"cause": "unknown", **{each: value for each, value in empty.items() if getattr(shape, each)}},
        ):
            yield f"{shape.name}: {what}", "SHAPES", (*former, changed, *later)


def _cells(row: Any, others: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The row with another value in each of these cells, and with other words for its own."""
    for name, value in others.items():
        yield name, replace(row, **{name: value})
    for name in ("sentence", "cure"):
        said = getattr(row, name)
        if isinstance(said, str):
            yield name, replace(row, **{name: f"~{said}"})
        elif said is not None:
            yield name, replace(row, **{name: lambda _found, _message: "~"})


def surviving_errors() -> tuple[int, list[str]]:
    """How many mutants the tables of errors have, and those that no test notices."""
    tests, left, count = Explaining(_explaining(test_explaining)), [], 0
    for words_of, name, value in table_mutants():
        count += 1
        with _instead(name, value):
            if not tests.notice(words_of.partition(" ")[0].partition(":")[0]):
                left.append(f"{ERRORS}.{name}: line 0: {words_of}")
    return count, left


def surviving_ways() -> tuple[int, list[str]]:
    """How many mutants the functions have that explain errors, and those that no test notices."""
    tests, left, count = Explaining(_explaining(test_explaining, test_errors, test_pasted)), [], 0
    for module in (explaining, codes, locator, shapes, azures_words):
        path = Path(inspect.getfile(module))
        area = module.__name__.rpartition(".")[2]
        for node, function in functions(module, ast.parse(path.read_text(encoding="utf-8"))):
            original = function.__code__
            for said, changed in mutants(node):
                count += 1
                function.__code__ = code_of(changed, str(path))
                try:
                    if not tests.notice():
                        left.append(f"{area}.{node.name}: {said}")
                finally:
                    function.__code__ = original
    return count, left


def main() -> int:
    areas = sys.argv[1:] or [*AREAS, ERRORS]
    if noticed(list(REGISTRY)):
        print("The tests of the rules fail as it is; mend that first.")
        return 2
    apart = {ERRORS: surviving_errors, WAYS: surviving_ways}
    total = unknown = 0
    for area in areas:
        count, left = apart[area]() if area in apart else survivors(area)
        total += count
        for words in left:
            name = words.partition(": line ")[0] + ": " + words.partition(": line ")[2].partition(": ")[2]
            if name not in KNOWN:
                unknown += 1
                print(words)
    print(f"{total} mutants, {unknown} of them unnoticed")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
