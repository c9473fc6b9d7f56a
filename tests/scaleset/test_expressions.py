"""Template expressions: what the text tells is computed, what only Azure knows stays, whatever is written."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import SLOWER, effort
from vmssbuilder.scaleset.expressions import COMPUTED, Budget, Unresolved, evaluate, is_expression, unescaped
from vmssbuilder.scaleset.functions import TooLarge


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
        ("join(createArray('a', 'b'), '/')", "a/b"),
        ("join(createArray(), '/')", ""),
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
        ("if(equals('a', 'a'), 'yes', nonsense())", "yes"),
        ("equals('A', 'a')", False),
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
        # Members that may be missing.
        ("createObject('a', createObject('b', 2)).?a.b", 2),
        ("createObject('a', 1).?c", None),
        ("createObject('a', 1).?c.d.e", None),
        ("createObject('a', null()).?a.b", None),
        ("null().?a", None),
        ("createArray(1, 2)[?1]", 2),
        ("createArray(1, 2)[?2]", None),
        ("createObject('a', 1)[?'A']", 1),
        ("coalesce(createObject('a', 1).?b, 'none')", "none"),
        ("tryGet(createObject('a', createObject('b', 3)), 'a', 'B')", 3),
        ("tryGet(createObject('a', 1), 'b', 'c')", None),
        ("tryGet(createArray('x'), 0)", "x"),
        ("tryGet('text', 'a')", None),
        ("indexFromEnd(createArray(1, 2, 3), 1)", 3),
        ("tryIndexFromEnd(createArray(1, 2), 3)", None),
        ("tryIndexFromEnd(createArray(createObject('a', 7)), 1, 'a')", 7),
        # Lambdas.
        ("map(createArray('a', 'b'), lambda('x', toUpper(lambdaVariables('x'))))", ["A", "B"]),
        ("map(createArray('a', 'b'), lambda('x', 'i', format('{0}{1}', lambdaVariables('X'), lambdaVariables('i'))))", ["a0", "b1"]),
        ("map(createArray(1, 2), lambda('x', map(createArray(10, 20), lambda('y', add(lambdaVariables('x'), lambdaVariables('y'))))))", [[11, 21], [12, 22]]),
        ("map(createArray(1), lambda('x', map(createArray(5), lambda('x', lambdaVariables('x')))))", [[5]]),
        ("filter(range(0, 6), lambda('n', equals(mod(lambdaVariables('n'), 2), 0)))", [0, 2, 4]),
        ("filter(createArray('a', 'b', 'c'), lambda('x', 'i', greater(lambdaVariables('i'), 0)))", ["b", "c"]),
        ("reduce(createArray(1, 2, 3), 10, lambda('sum', 'next', add(lambdaVariables('sum'), lambdaVariables('next'))))", 16),
        ("reduce(createArray(), 'start', lambda('a', 'b', lambdaVariables('b')))", "start"),
        ("sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))", [1, 2, 3]),
        ("sort(createArray(createObject('n', 1, 'k', 'a'), createObject('n', 1, 'k', 'b')), lambda('a', 'b', lessOrEquals(lambdaVariables('a').n, lambdaVariables('b').n)))[0].k", "a"),
        ("groupBy(createArray('ab', 'ac', 'ba'), lambda('x', first(lambdaVariables('x'))))", {"a": ["ab", "ac"], "b": ["ba"]}),
        ("toObject(createArray('a', 'b'), lambda('x', concat('k', lambdaVariables('x'))))", {"ka": "a", "kb": "b"}),
        ("toObject(createArray('a'), lambda('x', lambdaVariables('x')), lambda('x', length(lambdaVariables('x'))))", {"a": 1}),
        ("mapValues(createObject('a', 1, 'b', 2), lambda('v', mul(lambdaVariables('v'), 10)))", {"a": 10, "b": 20}),
        # Objects.
        ("objectKeys(createObject('b', 1, 'A', 2))", ["A", "b"]),
        ("shallowMerge(createArray(createObject('a', createObject('x', 1)), createObject('A', createObject('y', 2))))", {"a": {"y": 2}}),
        ("items(createObject('b', 1, 'A', 2))[0].key", "A"),
        # Texts.
        ("concat('a', null(), 'b')", "ab"),
        ("format('{0:D3}|{1:X2}|{1:x}|{2:N0}|{3:000}', 7, 255, 1234567, 42)", "007|FF|ff|1,234,567|042"),
        ("format('{0,5}|{0,-5}|{1}|{2:F1}', 'ab', true(), -3)", "   ab|ab   |True|-3.0"),
        ("format('{0}', createObject('a', 'b'))", "{'a':'b'}"),
        ("format('{0}{1}', 'a', null())", "a"),
        ("replace('abc', 'B', 'x')", Unresolved("[replace('abc', 'B', 'x')]")),
        ("replace('a.c', '.', '')", "ac"),
        ("contains('abc', 'B')", Unresolved("[contains('abc', 'B')]")),
        ("split('a', '')", ["a"]),
        ("indexOf(createArray('a', 'b'), 'b')", 1),
        ("lastIndexOf(createArray(1, 2, 1), 1)", 2),
        ("length(null())", 0),
        ("first(createArray())", None),
        ("padLeft('a', 4, '-')", "---a"),
        ("dataUri('Hi')", "data:text/plain;charset=utf8;base64,SGk="),
        ("dataUriToString('data:;base64,SGk=')", "Hi"),
        ("dataUriToString('data:text/plain,a%20b')", "a b"),
        ("uriComponent('a b/c?d=é')", "a%20b%2Fc%3Fd%3D%C3%A9"),
        ("uriComponentToString('a%20b%2F')", "a b/"),
        ("uri('https://files.example.com/t/', 'x/run.sh')", "https://files.example.com/t/x/run.sh"),
        ("uri('https://files.example.com/t/main.json', 'run.sh?sv=1&sig=a%2Fb')", "https://files.example.com/t/run.sh?sv=1&sig=a%2Fb"),
        ("uri('https://files.example.com', 'run.sh')", "https://files.example.com/run.sh"),
        ("uri('https://files.example.com/t/u/', '../run me.sh')", "https://files.example.com/t/run%20me.sh"),
        ("guid('web', 'prod')", "46410a7d-0f0a-5135-9f3e-6f4b6690d1c1"),
        ("uniqueString('web', 'norwayeast')", "jib4br7tlycya"),
        ("uniqueString('a')", "eveiun73364hy"),
        ("uniqueString('resource')", "7olk2uanof2z4"),
        ("bool(' true ')", True),
        ("int(' +7 ')", 7),
        ("float('1.5')", 1.5),
        ("equals(float('2'), 2)", True),
        ("string(null())", ""),
        # Logic that needs no more than one argument.
        ("and(unknown(), false())", False),
        ("or(true(), unknown())", True),
        ("coalesce('a', unknown())", "a"),
        # Networks and resources.
        ("cidrSubnet('10.20.0.0/16', 24, 3)", "10.20.3.0/24"),
        ("cidrSubnet('fd00:1::/48', 52, 1)", "fd00:1:0:1000::/52"),
        ("cidrHost('10.20.3.0/24', 0)", "10.20.3.1"),
        ("cidrHost('fd00:1::/52', 4)", "fd00:1::5"),
        ("parseCidr('10.20.0.0/20')", {"network": "10.20.0.0", "netmask": "255.255.240.0", "broadcast": "10.20.15.255", "firstUsable": "10.20.0.1", "lastUsable": "10.20.15.254", "cidr": 20}),
        ("parseCidr('fd00:1::/48').netmask", "ffff:ffff:ffff::"),
        ("resourceId('sub', 'rg-net', 'Microsoft.Network/virtualNetworks/subnets', 'v', 's')", "/subscriptions/sub/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
        ("subscriptionResourceId('0f1e2d3c-0000-4000-8000-000000000001', 'Microsoft.Authorization/roleDefinitions', 'r')", "/subscriptions/0f1e2d3c-0000-4000-8000-000000000001/providers/Microsoft.Authorization/roleDefinitions/r"),
        ("tenantResourceId('Microsoft.Authorization/roleDefinitions', 'r')", "/providers/Microsoft.Authorization/roleDefinitions/r"),
        ("managementGroupResourceId('mg', 'Microsoft.Authorization/policies', 'p')", "/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Authorization/policies/p"),
        ("extensionResourceId('/subscriptions/s', 'Microsoft.Authorization/locks', 'l')", "/subscriptions/s/providers/Microsoft.Authorization/locks/l"),
        # What is not known may be a part of what is.
        ("createArray('a', unknown())", ["a", Unresolved("[unknown()]")]),
        ("createObject('a', 1, 'b', unknown()).a", 1),
        ("createObject('b', unknown()).b", Unresolved("[unknown()]")),
        ("length(createArray(unknown(), unknown()))", 2),
        ("union(createObject('a', unknown()), createObject('b', 2))", {"a": Unresolved("[unknown()]"), "b": 2}),
        ("concat(createArray(unknown()), createArray(1))", [Unresolved("[unknown()]"), 1]),
        ("map(createArray('a'), lambda('x', unknown(lambdaVariables('x'))))", [Unresolved("[unknown('a')]")]),
        ("contains(createObject('a', unknown()), 'A')", True),
    ],
)  # fmt: skip
def test_what_the_text_tells_is_computed(expression: str, value: Any) -> None:
    computed = answer(expression)
    assert (type(computed), repr(computed)) == (type(value), repr(value))


def test_every_function_is_tried_above() -> None:
    (cases,) = (mark for mark in test_what_the_text_tells_is_computed.pytestmark)
    tried = " ".join(expression for expression, _ in cases.args[1]).casefold()
    assert [name for name in COMPUTED if f"{name}(" not in tried] == []


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
        ("f().?a[?0].b", "f().?a[?0].b"),
        ("and(f(), true())", "and(f(), true())"),
        ("coalesce(null(), f(), 'a')", "coalesce(f(), 'a')"),
        ("contains(createArray(f()), 'a')", "contains(createArray(f()), 'a')"),
        (
            "union(createObject('a', f()), createObject('a', 2))",
            "union(createObject('a', f()), createObject('a', 2))",
        ),
        ("concat('a', string(createArray(f())))", "concat('a', string(createArray(f())))"),
        (
            "filter(createArray(1), lambda('x', f(lambdaVariables('x').y[0].?z)))",
            "filter(createArray(1), lambda('x', f(lambdaVariables('x').y[0].?z)))",
        ),
        ("map(f(), lambda('x', lambdaVariables('x')))", "map(f(), lambda('x', lambdaVariables('x')))"),
        ("sort(createArray(2, 1), 'x')", "sort(createArray(2, 1), 'x')"),
        ("lambdaVariables('x')", "lambdaVariables('x')"),
        (
            "resourceId('Microsoft.Network/loadBalancers', 'lb')",
            "resourceId('Microsoft.Network/loadBalancers', 'lb')",
        ),
        ("utcNow()", "utcNow()"),
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
        "int('x')", "int('99999999999999999999')", "bool('maybe')", "concat(createObject(), 'a')", "format('{0:C2}', 7)",
        "format('{3}', 7)", "substring('a', 2, 1)", "createObject('a')", "createObject(1, 1)", "base64ToString('?')",
        "json('{')", "first()", "range(0, 10001)", "range(0, -1)", "not('x')", "and('x')", "flatten('x')", "length(1)",
        "less(1, 'a')", "join('x', 1)", "join(createArray(1), ',')", "toLower(1)", "padLeft('a', 17)", "bool('2')", "less('A', 'a')", "concat(1, createArray())",
        "map('a', lambda('x', 1))", "map(createArray(1), lambda('x', 'y', 'z', 1))", "filter(createArray(1), lambda('x', 1))", "lambda('x', 1)",
        "uri('files/', 'a')", "uri('ftp://a/', 'b')", "resourceId('s', 'g', 'a/b', 'c', 'd')", "subscriptionResourceId('a/b', 'c')", "resourceId('rg', 'a/b', 'c')", "resourceId('a', 'b')", "cidrSubnet('10.0.0.0/24', 23, 0)",
        "cidrSubnet('10.0.0.0/24', 25, 2)", "cidrHost('10.0.0.0/30', 2)", "cidrHost('x', 0)", "dataUriToString('data:;charset=latin1;base64,SGk=')",
        "createObject('a', 1, 'a', 2)", "tryGet(createObject('a', 1), 'a', 'b')", "indexFromEnd(createArray(1), 2)", "uriComponentToString('a+b')", "guid()",
        "null().a", "null()[0]", "float('x')", "union(createArray(1))", "toObject(createArray(1), lambda('x', 1))", "createArray(99999999999999999999)",
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


BIG = "a" * 900_000


@pytest.mark.parametrize(
    "expression",
    [
        "f(" * 500 + ")" * 500,
        "replace(big(), 'a', 'bbbbbbbbbb')",
        "format('" + "{0}" * 9 + "', big())",
        "join(createArray(" + "'', " * 99 + "''), big())",
        "concat(big(), big())",
        "split(big(), 'a')",
        "map(range(0, 10000), lambda('x', range(0, 10000)))",
        "map(range(0, 9999), lambda('x', map(range(0, 9999), lambda('y', map(range(0, 9999), lambda('z', 1))))))",
        "reduce(range(0, 10000), createArray(1), lambda('l', 'x', concat(lambdaVariables('l'), lambdaVariables('l'))))",
        "reduce(range(0, 10000), 'aa', lambda('l', 'x', concat(lambdaVariables('l'), lambdaVariables('l'))))",
        "sort(range(0, 10000), lambda('a', 'b', less(length(range(0, 9999)), lambdaVariables('a'))))",
        "filter(range(0, 10000), lambda('a', contains(range(0, 10000), 'x')))",
        "map(" * 40 + "range(0, 9999)" + ", lambda('x', range(0, 9)))" * 40,
    ],
)
def test_what_grows_beyond_measure_is_refused_in_good_time(expression: str) -> None:
    def refused() -> None:
        with pytest.raises(TooLarge):
            answer(expression, big=lambda: BIG)

    limit = 1.5 * SLOWER
    assert effort(refused, enough=limit) <= limit


@given(
    st.lists(
        st.sampled_from([*COMPUTED, "f", "if"]).map(lambda name: name + "(")
        | st.sampled_from(
            [
                "'a'",
                "7",
                ")",
                ",",
                "[",
                "]",
                ".",
                ".?",
                "[?",
                "x",
                "''",
                "true()",
                "lambda('x', ",
                "-1",
                " ",
                "{0}",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_whatever_is_written_there_is_an_answer(expression: str) -> None:
    with contextlib.suppress(TooLarge):
        answer(expression)
