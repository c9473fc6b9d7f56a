"""Template expressions: what the text tells is computed, what only Azure knows stays, whatever is written."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmssbuilder.scaleset.expressions import (
    FUNCTIONS,
    Budget,
    TooLarge,
    Unresolved,
    evaluate,
    is_expression,
    unescaped,
)

SLOWER = 15 if sys.gettrace() else 1  # under coverage every line costs


def answer(expression: str, **functions: Any) -> Any:
    return evaluate(f"[{expression}]", functions, Budget())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("[f()]", True), ("[[f()]", False), ("[]", False), ("[f()", False), ("f()", False), ("", False), ("[x]", True)],
)  # fmt: skip
def test_an_expression_is_a_text_in_brackets(text: str, expected: bool) -> None:
    assert is_expression(text) is expected


def test_two_brackets_stand_for_one() -> None:
    assert unescaped("[[a]") == "[a]"
    assert unescaped("a[[b") == "a[[b"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it''s'", "it's"),
        ("  -12 ", -12),
        ("concat('a', 1, true())", "a1True"),
        ("concat(createArray(1), createArray(2, 3))", [1, 2, 3]),
        ("CONCAT('a', 'b')", "ab"),
        ("format('{0}-{1}-{0}{{}}', 'a', 7)", "a-7-a{}"),
        ("toLower('AbC')", "abc"),
        ("toUpper('AbC')", "ABC"),
        ("trim(' a ')", "a"),
        ("replace('a-b-c', '-', '')", "abc"),
        ("split('a,b;c', createArray(',', ';'))", ["a", "b", "c"]),
        ("split('a,b', ',')[1]", "b"),
        ("join(createArray('a', 'b', 1), '/')", "a/b/1"),
        ("substring('abcdef', 2, 3)", "cde"),
        ("substring('abcdef', 4)", "ef"),
        ("take('abc', 2)", "ab"),
        ("take(createArray(1, 2, 3), 9)", [1, 2, 3]),
        ("skip('abc', 2)", "c"),
        ("first('abc')", "a"),
        ("first('')", ""),
        ("last(createArray(1, 2))", 2),
        ("length('abc')", 3),
        ("length(createObject('a', 1))", 1),
        ("empty('')", True),
        ("empty(null())", True),
        ("empty(createArray(0))", False),
        ("contains('abc', 'b')", True),
        ("contains(createArray('a'), 'b')", False),
        ("contains(createObject('Key', 1), 'key')", True),
        ("startsWith('Abc', 'aB')", True),
        ("endsWith('Abc', 'C')", True),
        ("indexOf('aBc', 'b')", 1),
        ("lastIndexOf('abab', 'B')", 3),
        ("padLeft(7, 3, '0')", "007"),
        ("string(createObject('a', createArray(1)))", '{"a":[1]}'),
        ("string(5)", "5"),
        ("int('42')", 42),
        ("bool('True')", True),
        ("bool(0)", False),
        ("bool('1')", True),
        ("bool('0')", False),
        ("base64('a')", "YQ=="),
        ("base64ToString('YQ==')", "a"),
        ("base64ToJson('WzFd')", [1]),
        ("json('{\"a\": 1}').a", 1),
        ("createObject('a', createObject('b', 2)).A.b", 2),
        ("createArray(1, 2)[1]", 2),
        ("createArray(1, 2)[0]", 1),
        ("array('a')", ["a"]),
        ("coalesce(null(), 'a')", "a"),
        ("union(createArray(1, 2), createArray(2, 3))", [1, 2, 3]),
        ("union(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2)))", {"a": {"x": 1, "y": 2}}),
        ("intersection(createArray(1, 2), createArray(2, 3))", [2]),
        ("intersection(createObject('a', 1, 'b', 2), createObject('a', 1, 'b', 3))", {"a": 1}),
        ("flatten(createArray(createArray(1), createArray(2)))", [1, 2]),
        ("items(createObject('b', 1, 'a', 2))", [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
        ("range(3, 2)", [3, 4]),
        ("if(equals('A', 'a'), 'yes', nonsense())", "yes"),
        ("if(false(), f(), 'no')", "no"),
        ("equals(1, true())", False),
        ("equals('1', 1)", False),
        ("equals(createArray(1), createArray(1))", True),
        ("and(true(), false())", False),
        ("or(true(), false())", True),
        ("not(false())", True),
        ("greater(2, 1)", True),
        ("greaterOrEquals(1, 1)", True),
        ("less('a', 'b')", True),
        ("lessOrEquals(2, 1)", False),
        ("add(1, 2)", 3),
        ("sub(1, 2)", -1),
        ("mul(3, 4)", 12),
        ("div(-7, 2)", -3),
        ("mod(-7, 2)", -1),
        ("min(3, 1)", 1),
        ("max(createArray(3, 1))", 3),
    ],
)  # fmt: skip
def test_what_the_text_tells_is_computed(expression: str, value: Any) -> None:
    assert repr(answer(expression)) == repr(value)


def test_every_function_is_tried_above() -> None:
    (cases,) = (mark for mark in test_what_the_text_tells_is_computed.pytestmark)
    tried = " ".join(expression for expression, _ in cases.args[1]).casefold()
    assert [name for name in FUNCTIONS if f"{name}(" not in tried] == []


def test_functions_given_are_asked_first() -> None:
    assert answer("parameters('A')", parameters=lambda name: name + "!") == "A!"


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("resourceGroup().location", "resourceGroup().location"),
        (
            "concat('a', toLower('B'), uniqueString( resourceGroup().id ))",
            "concat('a', 'b', uniqueString(resourceGroup().id))",
        ),
        (
            "if(f(), 1, createArray('it''s', true(), null()))",
            "if(f(), 1, createArray('it''s', true(), null()))",
        ),
        ("createObject('a', f()).b", "createObject('a', f()).b"),
        ("reference('x').y[0]['z']", "reference('x').y[0]['z']"),
        ("contoso.name('x')", "contoso.name('x')"),
        ("f(json('1.5'))", "f(json('1.5'))"),
        ("createArray(1)[1]", "createArray(1)[1]"),
        ("createArray(1)[true()]", "createArray(1)[true()]"),
        ("createObject('a', 1).b", "createObject('a', 1).b"),
    ],
)
def test_what_only_azure_knows_stays_with_its_known_parts_filled_in(expression: str, kept: str) -> None:
    value = answer(expression)
    assert isinstance(value, Unresolved)
    assert value == f"[{kept}]"


@pytest.mark.parametrize(
    "expression",
    [
        "add('a', 1)", "add(true(), 1)", "add(9223372036854775807, 1)", "mul(9223372036854775807, 9)", "div(1, 0)",
        "int('x')", "int('99999999999999999999')", "bool('maybe')", "concat(createObject(), 'a')", "format('{0:D2}', 7)",
        "format('{3}', 7)", "substring('a', 2, 1)", "createObject('a')", "createObject(1, 1)", "base64ToString('?')",
        "json('{')", "first()", "range(0, 10001)", "range(0, -1)", "not('x')", "and('x')", "flatten('x')", "length(1)",
        "less(1, 'a')", "join('x', 1)", "toLower(1)", "createArray(99999999999999999999)",
    ],
)  # fmt: skip
def test_a_call_that_azure_would_refuse_stays(expression: str) -> None:
    assert isinstance(answer(expression), Unresolved)


@pytest.mark.parametrize(
    "text", ["a b", "f(", "f)", "f(,)", "f() g()", "'open", "1x", "", "f().", "f()[", "f(1 2)", "?", "f"]
)
def test_a_text_that_is_no_expression_stays_as_it_is(text: str) -> None:
    value = answer(text)
    assert isinstance(value, Unresolved)
    assert value == f"[{text}]"


@pytest.mark.parametrize(
    "expression",
    [
        "f(" * 500 + ")" * 500,
        "replace(padLeft('', 900000, 'a'), 'a', 'bbbbbbbbbb')",
        "padLeft('', 99999999, 'a')",
        "format('" + "{0}" * 9 + "', padLeft('', 900000, 'a'))",
        "join(split(padLeft('', 3000, 'a'), ''), padLeft('', 900000, 'a'))",
        "concat(padLeft('', 900000, 'a'), padLeft('', 900000, 'a'))",
        "split(padLeft('', 900000, 'a'), '')",
    ],
)
def test_what_grows_beyond_measure_is_refused_in_good_time(expression: str) -> None:
    started = time.process_time()
    with pytest.raises(TooLarge):
        answer(expression)
    assert time.process_time() - started < 1.5 * SLOWER


@given(
    st.lists(
        st.sampled_from([*FUNCTIONS, "f", "if"]).map(lambda name: name + "(")
        | st.sampled_from(
            ["'a'", "7", ")", ",", "[", "]", ".", "x", "''", "true()", "createArray(", "-1", " ", "{0}"]
        ),
        max_size=25,
    ).map("".join)
)
def test_whatever_is_written_there_is_an_answer(expression: str) -> None:
    with contextlib.suppress(TooLarge):
        answer(expression)
