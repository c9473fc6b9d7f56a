"""Tries the cases of the rules: changes each condition a little and looks whether any case notices.

    .venv/bin/python scripts/mutate_rules.py [area ...]

Each change is one mutant: a comparison shifted or turned round, `and` for `or`, a part of a condition left out, a number
one off, a text spelt otherwise. Prints the mutants that no case notices, and ends with 1 when there are any beside those
that are known to mean the same (KNOWN).
"""

from __future__ import annotations

import ast
import copy
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mutants import SHIFTED  # noqa: E402 - the path to it is set above

from tests.scaleset.rules import test_rules, test_unknown  # noqa: E402 - the path to it is set above
from vmssbuilder.scaleset.rules import REGISTRY  # noqa: E402 - as above

RULES = ROOT / "vmssbuilder" / "scaleset" / "rules"
AREAS = sorted(
    path.stem for path in RULES.glob("*.py") if path.stem not in ("__init__", "base", "time_zones")
)

QUICK = "a quick look before the careful one: whichever way it goes, the answer is the same"
KNOWN = {
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
PER_RULE = [test for test in TESTS if test.__code__.co_varnames[: test.__code__.co_argcount] == ("rule_id",)]
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
            yield node, getattr(module, node.name)
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


def main() -> int:
    if noticed(list(REGISTRY)):
        print("The tests of the rules fail as it is; mend that first.")
        return 2
    total = unknown = 0
    for area in sys.argv[1:] or AREAS:
        count, left = survivors(area)
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
