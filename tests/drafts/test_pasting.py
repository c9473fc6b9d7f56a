"""Pasted text read as rows."""

from __future__ import annotations

import pytest

from vmssbuilder.drafts import pasting

TWO = {"team": "shop", "env": "prod"}


@pytest.mark.parametrize(
    "text",
    [
        "team=shop\nenv=prod",
        "team = shop\r\n\r\n  env = prod  ",
        "team: shop\nenv: prod",
        "team:shop\nenv:prod",
        "team\tshop\nenv\t\tprod",
        "team=shop env=prod",
        "--tags team=shop 'env=prod'",
        "--tags team=shop \\\n  env=prod",
        '{"team": "shop", "env": "prod"}',
        '"team": "shop",\n"env": "prod",',
        '"tags": {"team": "shop", "env": "prod"},',
        '{"tags": {"team": "shop", "env": "prod"}}',
        "'team': 'shop'\n\"env\": \"prod\"",
        '"team": "shop",\nenv=prod',
    ],
)
def test_names_and_values_are_read_as_people_have_them(text: str) -> None:
    assert pasting.pairs(text) == TWO


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("url=https://x?a=b", {"url": "https://x?a=b"}),
        ("url: https://x?a=b", {"url": "https://x?a=b"}),
        ("hidden-link:/app/x=Resource", {"hidden-link:/app/x": "Resource"}),
        ("note=hello big world", {"note": "hello big world"}),
        ('note="hello world" team=shop', {"note": "hello world", "team": "shop"}),
        ("note=it's\nteam=shop", {"note": "it's", "team": "shop"}),
        ("empty=", {"empty": ""}),
        ("empty:", {"empty": ""}),
        ("--tags flag team=shop", {"flag": "", "team": "shop"}),
        ('{"count": 3, "on": true}', {"count": "3", "on": "true"}),
        ("a=1\na=1", {"a": "1"}),
        ("", {}),
        ("{}", {}),
    ],
)
def test_odd_names_and_values_are_read(text: str, expected: dict[str, str]) -> None:
    assert pasting.pairs(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("team=shop\nprod", "Line 2, “prod”, has no value"),
        ("=shop", "Line 1 has a value without a name"),
        ("a=1\na=2", "Line 2: “a” is given twice"),
        ('{"a": }', "Line 1, column 7"),
        ('{"a": {"b": 1}, "c": "d"}', "“a” holds more than a text"),
        ('["a", "b"]', "JSON array"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(pasting.PasteError, match=words):
        pasting.pairs(text)


@pytest.mark.parametrize(
    "text", ["1,2,3", "1\n2\n3", "1, 2\r\n3,", '["1", "2", "3"]', "[1, 2, 3]", "'1'; \"2\"\t3", "1,2,3,2"]
)
def test_texts_are_read_from_lines_commas_and_json(text: str) -> None:
    assert pasting.texts(text) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [('{"a": 1}', "JSON object"), ('[{"a": 1}]', "more than texts"), ("[1", "Line 1")],
)
def test_texts_that_cannot_be_read_are_named(text: str, words: str) -> None:
    with pytest.raises(pasting.PasteError, match=words):
        pasting.texts(text)
