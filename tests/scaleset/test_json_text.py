"""Reading JSON text: what is JSON is read as it is, what is not is named with its place, plain slips are mended."""

from __future__ import annotations

import codecs
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import SLOWER, effort
from vmssbuilder.scaleset import json_text
from vmssbuilder.scaleset.json_text import MAX_REPAIRS, MAX_SIZE, JSONTextError, Parsed, decode, parse
from vmssbuilder.scaleset.paths import MAX_DEPTH

LONE = "\ud83d"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)
NEARLY_JSON = st.lists(
    st.sampled_from(
        '{ } [ ] , : "a" "b” “c” " 1 01 - true nul ... … // /* */ \\ \\u12 \\ud800 \' NaN 1e999'.split(" ")
    )
    | st.sampled_from(["\n", " ", "\t", "\ufeff", "\u00a0", "\0", LONE]),
    max_size=30,
).map("".join)


def fault(text: str, *, repair: bool = False) -> JSONTextError:
    with pytest.raises(JSONTextError) as caught:
        parse(text, repair=repair)
    return caught.value


def attempt(text: str, *, repair: bool = False) -> Parsed | JSONTextError:
    try:
        return parse(text, repair=repair)
    except JSONTextError as error:
        return error


def exactly(value: Any) -> str:
    """The value with the types of its numbers."""
    return repr(value)


# ------------------------------------------------------------------------------------------------------------------ JSON


@given(JSON, st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.booleans())
def test_json_is_read_as_it_is(value: Any, indent: Any, ascii_only: bool, repair: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    parsed = parse(text, repair=repair)
    assert exactly(parsed.value) == exactly(json.loads(text))
    if not repair:
        assert parsed.notes == ()


@given(JSON)
def test_json_needs_no_repair_unless_a_curly_quote_confuses(value: Any) -> None:
    text = json.dumps(value)  # ASCII only: no curly quote stands in it
    assert parse(text, repair=True).notes == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-0", 0),
        ("1e5", 100000.0),
        ("1E+2", 100.0),
        ("-1.25e-2", -0.0125),
        ("100", 100),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        (' \r\n\t"a"\r\n', "a"),
        (r'"\u00e9\ud83d\ude00\\ud800\/\n"', "é😀\\ud800/\n"),
        ('"\u2028"', "\u2028"),
        (r'"\ud800\udc00\udbff\udfff"', "\U00010000\U0010ffff"),
        ('{"a": {"b": []}, "c": [{}, [null]]}', {"a": {"b": []}, "c": [{}, [None]]}),
    ],
)
def test_numbers_texts_and_nesting_keep_their_value_and_type(text: str, value: Any) -> None:
    assert exactly(parse(text).value) == exactly(value)


def test_members_keep_their_order() -> None:
    assert list(parse('{"z": 1, "a": 2, "m": 3}').value) == ["z", "a", "m"]


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH).value
    error = fault("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert f"more than {MAX_DEPTH} levels" in error.message
    assert (error.line, error.column) == (1, MAX_DEPTH + 1)


# ---------------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("text", "place", "message", "expected"),
    [
        ("", (1, 1), "no text", "starting with {"),
        (" \n ", (2, 2), "no text", "starting with {"),
        ('{\n  "a": 1\n  "b": 2\n}', (3, 3), "A comma is missing on line 2", "a comma or }"),
        ("[1\n\n2]", (3, 1), "A comma is missing on line 1", "a comma or ]"),
        ('{"a": 1,\n}', (1, 8), "Nothing follows this comma before }", "a name"),
        ("[1, ]", (1, 3), "Nothing follows this comma before ]", "a value"),
        ("[1,,2]", (1, 4), "One comma too many", "a value"),
        ("[,1]", (1, 2), "One comma too many", "a value or ]"),
        ('{"a": 1,,"b": 2}', (1, 9), "One comma too many", "a name"),
        ("{“a”: 1}", (1, 2), "curly quote", '"'),
        ('{"a": "ReadWrite”,\n"b": 1}', (1, 17), "ends in a curly quote (”)", '"'),
        ('{"a": "b\n}', (1, 7), "not closed on its line", 'a closing "'),
        ('{"a": "b', (1, 7), "not closed on its line", 'a closing "'),
        ('{"a": "b\\', (1, 7), "not closed on its line", 'a closing "'),
        ('{"a": "b\\\n"}', (1, 7), "not closed on its line", 'a closing "'),
        ('{"a": "b\tc"}', (1, 9), r"Write it as \t", "printable"),
        ('{"a": "b\x01c"}', (1, 9), r"(U+0001) stands in a text. Write it as \u0001", "printable"),
        ('{"a": \x01}', (1, 7), "control character (U+0001). Remove it", "a value"),
        ('{"a": "b\0c"}', (1, 9), "NUL characters cannot be kept", ""),
        ('{"a": \0}', (1, 7), "NUL characters cannot be kept", ""),
        (r'{"a": "b\u0000c"}', (1, 9), "NUL characters cannot be kept", ""),
        (f'{{"a": "b{LONE}"}}', (1, 9), "half of a character", "a whole character"),
        (r'{"a": "b\ud83d"}', (1, 9), "half of a character", "a whole character"),
        (r'{"a": "\ud83dx\ude00"}', (1, 8), "half of a character", "a whole character"),
        (r'{"a": "\ude00"}', (1, 8), "half of a character", "a whole character"),
        (r'{"a": "\\ud83d\ude00"}', (1, 15), "half of a character", "a whole character"),
        (r'{"a": "\ud83d\n"}', (1, 8), "half of a character", "a whole character"),
        (r'{"a": "\x41"}', (1, 8), "no escape of JSON", r"\u and four"),
        (r'{"a": "C:\dir"}', (1, 10), r"A backslash itself is written \\", ""),
        (r'{"a": "\u12g4"}', (1, 8), "no escape of JSON", r"\u and four"),
        (
            '{\n"a": 1,\n"b": 2,\n"a": 3}',
            (4, 1),
            "“a” is given on line 2 and again on line 4",
            "does not have yet",
        ),
        ('{"a": 1, "a": 1}', (1, 10), "“a” is given twice on line 1", "does not have yet"),
        ('{"a": NaN}', (1, 7), "no NaN", "a value"),
        ("[Infinity]", (1, 2), "no Infinity", "a value"),
        ("[-Infinity]", (1, 2), "no Infinity", "a value"),
        ("9223372036854775808", (1, 1), "too large", ""),
        ("-9223372036854775809", (1, 1), "too large", ""),
        ("[" + "9" * 5000 + "]", (1, 2), "too large", ""),
        ("1e999", (1, 1), "too large", ""),
        ("[007]", (1, 2), "does not begin with 0", "a value"),
        ("[+1]", (1, 2), "no plus sign", "a value"),
        ("[.5]", (1, 2), "digit on both sides", "a value"),
        ("[5.]", (1, 2), "digit on both sides", "a value"),
        ("[1.2.3]", (1, 2), "no number of JSON", "a value"),
        ("[10GB]", (1, 2), "no number of JSON", "a value"),
        ("[True]", (1, 2), "written true", "a value"),
        ("[FALSE]", (1, 2), "written false", "a value"),
        ("[None]", (1, 2), "written null", "a value"),
        ("[yes]", (1, 2), "A word without quotes", "a value"),
        ("{a: 1}", (1, 2), "A word without quotes", "a name in quotes, or }"),
        ("{'a': 1}", (1, 2), "straight double quotes", "a name in quotes, or }"),
        ("{1: 2}", (1, 2), "A name in straight double quotes belongs here", "a name in quotes, or }"),
        ('{"a" 1}', (1, 6), "A colon belongs between “a” and its value", "a colon"),
        ('{"a", "b": 1}', (1, 5), "One comma too many", "a colon"),
        ('{"a": }', (1, 7), "A value is missing", "a value"),
        ('{"a" = 1}', (1, 6), "joined by a colon", "a colon"),
        ('{"a": 1; "b": 2}', (1, 8), "separated by commas", "a comma or }"),
        ('{"a": (1)}', (1, 7), "no (", "a value"),
        ('{"a": @}', (1, 7), "“@” begins nothing", "a value"),
        ('{"a": "b" "c"}', (1, 11), "A comma or } belongs here", "a comma or }"),
        ('{"a": [1}', (1, 9), "This } does not close the [ of line 1, which needs ]", "a comma or ]"),
        ("[{]", (1, 3), "This ] does not close the { of line 1", "a name"),
        (
            '{\n"a": [1, 2',
            (2, 11),
            "The text ends while the [ of line 2 is still open. Add ]",
            "a comma or ]",
        ),
        ("[1,", (1, 4), "while the [ of line 1 is still open", "a value"),
        ('{"a"', (1, 5), "while the { of line 1 is still open", "a colon"),
        ('{"a": 1}}', (1, 9), "One } too many: everything was closed on line 1", "the end"),
        ('{"a": 1}\n{}', (2, 1), "The JSON ends on line 1. Remove what follows", "the end"),
        ("}", (1, 1), "A value is missing here", "starting with {"),
        ("{} // done", (1, 4), "no comments", "the end"),
        ("{} # done", (1, 4), "no comments", "the end"),
        ("/* done", (1, 1), "has no end", "*/"),
        ("\ufeff{}", (1, 1), "byte order mark (U+FEFF)", "starting with {"),
        ('{\u00a0"a": 1}', (1, 2), "(U+00A0)", "a name"),
        ('{"a": { {"b": 1} }}', (1, 7), "written in square brackets", "["),
        ('{"a": 1, ...}', (1, 10), "three dots", "a name"),
        ("[1, …]", (1, 5), "three dots", "a value"),
        ("[...]", (1, 2), "three dots", "a value"),
        ('{"a": ...}', (1, 7), "three dots", "a value"),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_belongs_there(
    text: str, place: tuple[int, int], message: str, expected: str
) -> None:
    error = fault(text)
    assert message in error.message
    assert (error.line, error.column) == place
    assert expected in error.expected


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_by_any_line_end(newline: str) -> None:
    error = fault(newline.join(["{", '  "a": 1,', '  "b": ?', "}"]))
    assert (error.line, error.column) == (3, 8)


def test_the_excerpt_marks_the_place() -> None:
    shown, mark = fault('{\n\t"name": tru,\n}').excerpt.split("\n")
    assert shown == '␉"name": tru,'
    assert mark == " " * 9 + "^"


def test_the_excerpt_of_a_long_line_is_cut_on_both_sides() -> None:
    shown, mark = fault("[" + "1, " * 100 + "x" + ", 1" * 100 + "]").excerpt.split("\n")
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 110
    assert shown[mark.index("^")] == "x"


def test_a_message_never_repeats_a_value() -> None:
    for broken in [
        '{"p": "Canary-1", "p": "Canary-2"}',
        '{"adminPassword": "Canary-123\n}',
        '{"adminPassword": "Canary-123" 5}',
        '{"p": "Canary-123\\x"}',
    ]:
        assert "Canary" not in str(fault(broken))
    assert "Canary" not in str(fault('{"p": "Canary-1", "p": "Canary-2"}', repair=True))


def test_a_text_over_the_limit_is_refused_with_the_limit() -> None:
    assert f"at most {MAX_SIZE:,}" in fault(" " * (MAX_SIZE + 1)).message
    assert parse(" " * (MAX_SIZE - 2) + "{}").value == {}


@settings(max_examples=300)
@given(NEARLY_JSON | st.text(max_size=40), st.booleans())
def test_whatever_the_text_only_a_fault_is_raised(text: str, repair: bool) -> None:
    outcome = attempt(text, repair=repair)
    if isinstance(outcome, JSONTextError):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= outcome.line <= len(lines)
        assert 1 <= outcome.column <= len(lines[outcome.line - 1]) + 1 + text.count("\r")
        assert outcome.message
        assert outcome.expected
        assert "^" in outcome.excerpt
    else:
        assert json.loads(json.dumps(outcome.value)) == outcome.value


@settings(max_examples=300)
@given(NEARLY_JSON)
def test_strict_reading_takes_what_the_standard_library_takes(text: str) -> None:
    def no_constant(name: str) -> Any:
        raise ValueError(name)

    try:
        expected = json.loads(text, parse_constant=no_constant)
    except ValueError:
        fault(text)
    else:
        outcome = attempt(text)
        if isinstance(outcome, JSONTextError):
            # What JSON allows and we do not.
            refused = ("given", "NUL", "half of a character", "too large", "levels")
            assert any(word in outcome.message for word in refused), text
        else:
            assert exactly(outcome.value) == exactly(expected)


# --------------------------------------------------------------------------------------------------------------- repairs


@pytest.mark.parametrize(
    ("text", "value", "notes"),
    [
        ('{\n"a": 1\n"b": 2\n}', {"a": 1, "b": 2}, [(2, "missing comma")]),
        ('{"a": {} "b": 2}', {"a": {}, "b": 2}, [(1, "missing comma")]),
        ('{"a": {}"b": 2}', {"a": {}, "b": 2}, [(1, "missing comma")]),
        ('{"a": "x" "b": 2}', {"a": "x", "b": 2}, [(1, "missing comma")]),
        ('["a" "b"]', ["a", "b"], [(1, "missing comma")]),
        ("[1\n2]", [1, 2], [(1, "missing comma")]),
        ("[{}\n{}]", [{}, {}], [(1, "missing comma")]),
        ("[{}{}]", [{}, {}], [(1, "missing comma")]),
        ('{"a": 1,\n}', {"a": 1}, [(1, "comma that nothing follows")]),
        ("[1,\n\n]", [1], [(1, "comma that nothing follows")]),
        ('{"a": "ReadWrite”,    \n"b": 1}', {"a": "ReadWrite", "b": 1}, [(1, "curly")]),
        ('{"a": "x”, "b": true}', {"a": "x", "b": True}, [(1, "curly")]),
        ("{“a”: „b“}", {"a": "b"}, [(1, "curly"), (1, "curly")]),
        ('{“a": "b”\n}', {"a": "b"}, [(1, "curly"), (1, "curly")]),
        ('{"a\\"”: 1}', {'a"': 1}, [(1, "curly")]),
        ("{“a\\u00e9”: 1}", {"aé": 1}, [(1, "curly")]),
        ('{"a": { {"b": 1}, {"b": 2} } }', {"a": [{"b": 1}, {"b": 2}]}, [(1, "as a list")]),
        (
            '{"a": {\n{"b": 1}\n{"b": 2},\n} }',
            {"a": [{"b": 1}, {"b": 2}]},
            [(1, "as a list"), (2, "missing"), (3, "nothing")],
        ),
        (
            '{ // one\n"a": /* two\n */ 1 } // three',
            {"a": 1},
            [(1, "a comment"), (2, "a comment"), (3, "a comment")],
        ),
        ('{"a": "http://x/*y*/"}', {"a": "http://x/*y*/"}, []),
        ("\ufeff{}", {}, [(1, "byte order mark")]),
        ('{\u00a0\u00a0"a":\u200b1}', {"a": 1}, [(1, "U+00A0"), (1, "U+200B")]),
        ('{"a": {\n...', {"a": {}}, [(2, "the 2 open braces were closed")]),
        ('{"a": 1,\n...\n', {"a": 1}, [(2, "the open brace was closed")]),
        ('{"a": [1, …', {"a": [1]}, [(1, "the 2 open braces were closed")]),
        ('{"a": [ ...', {"a": []}, [(1, "the 2 open braces were closed")]),
        ('{"a": 1 ...', {"a": 1}, [(1, "the open brace was closed")]),
        (
            '{\n"a": "[concat(\n  x,\n  y)]",\n"b": 1}',
            {"a": "[concat(\n  x,\n  y)]", "b": 1},
            [(2, "Kept the line breaks")],
        ),
        ('{"a": "one\r\ntwo\\n\\"three\\""}', {"a": 'one\ntwo\n"three"'}, [(1, "Kept the line breaks")]),
        ('["a\n" // why\n, "b"]', ["a\n", "b"], [(1, "Kept the line breaks"), (2, "a comment")]),
        (
            '{"a": "x\ty", "k\tl": "z"}',
            {"a": "x\ty", "k\tl": "z"},
            [(1, "Kept the tabs"), (1, "Kept the tabs")],
        ),
        ('{"a": "x”,\n"b": "y\n"}', {"a": "x", "b": "y\n"}, [(1, "curly"), (2, "Kept the line breaks")]),
        ('{"a": "\n”"}', {"a": "\n”"}, [(1, "Kept the line breaks")]),
        (
            '{"a": 1,\n"b": 2,\n"a": 1}',
            {"a": 1, "b": 2},
            [(3, "on line 1 and again on line 3, with the same value")],
        ),
        (
            '{"a": {"x": [1], "y": 2}, "a": {"y": 2, "x": [1]}}',
            {"a": {"x": [1], "y": 2}},
            [(1, "twice on line 1, with the same value")],
        ),
        ('{"a": 1, "a": 1, "a": 1}', {"a": 1}, [(1, "same value"), (1, "same value")]),
    ],
)
def test_a_plain_slip_is_mended_and_noted(text: str, value: Any, notes: list[tuple[int, str]]) -> None:
    parsed = parse(text, repair=True)
    assert parsed.value == value
    assert [note.line for note in parsed.notes] == [line for line, _ in notes]
    for note, (_, words) in zip(parsed.notes, notes, strict=True):
        assert words in note.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1 000]", "does not begin with 0"),
        ("[10 500]", "A comma or ] belongs here"),
        ('["say ""hi"""]', "A comma or ] belongs here"),
        ('{"a": "b" "c"}', "A comma or } belongs here"),
        ("{'a': 1}", "straight double quotes"),
        ('{"a": "ReadWrite”, "b": c”}', "A word without quotes"),
        ('{"a" ...', "three dots"),
        ('{"a": "the “best” one\n}', "ends in a curly quote"),
        ("{“a “b” c”: 1}", "curly quote"),
        ('{"a": 1, ... }', "three dots"),
        ('{"a": ...', "three dots"),
        ("...", "three dots"),
        ('{"a": 1', "still open. Add }"),
        ('{"a": { {"b": 1} ]', "does not close the {"),
        ('{"a": 1, "a": 2}', "given twice"),
        ("[1,,2]", "One comma too many"),
        ("/* no end", "has no end"),
        ("[1}", "does not close"),
    ],
)
def test_what_is_not_plain_stays_a_fault(text: str, message: str) -> None:
    assert message in fault(text, repair=True).message


def test_a_text_that_needs_too_many_repairs_is_refused() -> None:
    assert len(parse("[" + "1,\n//\n" * (MAX_REPAIRS - 1) + "2,]", repair=True).notes) == MAX_REPAIRS
    assert f"More than {MAX_REPAIRS} places" in fault("//\n" * (MAX_REPAIRS + 1) + "{}", repair=True).message


def test_curly_quotes_inside_a_text_stay() -> None:
    text = '{"a": "the “best”, they said", "b": "”"}'
    parsed = parse(text, repair=True)
    assert parsed.value == json.loads(text)
    assert parsed.notes == ()


# ---------------------------------------------------------------------------------------------------------------- places


def test_the_line_of_each_member_and_item_is_known() -> None:
    parsed = parse('{\n"a": {\n"b": [1,\n2, {"c":\n3}]}}')
    assert parsed.line(()) == 1
    assert parsed.line(("a",)) == 2
    assert parsed.line(("a", "b")) == 3
    assert parsed.line(("a", "b", 0)) == 3
    assert parsed.line(("a", "b", 1)) == 4
    assert parsed.line(("a", "b", 2, "c")) == 4


@pytest.mark.parametrize(
    "path", [("x",), ("a", "x"), ("a", "b", 5), ("a", "b", "c"), ("a", 0), ("x", "y"), ("a", "b", 0, 1)]
)
def test_what_the_text_has_not_has_no_line(path: tuple[str | int, ...]) -> None:
    assert parse('{"a": {"b": [1]}}').line(path) is None


# ----------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    "content",
    [
        '{"é": 1}'.encode(),
        codecs.BOM_UTF16_LE + '{"é": 1}'.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + '{"é": 1}'.encode("utf-16-be"),
    ],
)
def test_a_file_is_decoded_by_its_mark_else_as_utf_8(content: bytes) -> None:
    assert parse(decode(content)).value == {"é": 1}


def test_a_file_in_another_encoding_is_refused_with_the_place() -> None:
    with pytest.raises(JSONTextError, match="not text in UTF-8") as caught:
        decode('{\n"name": "Café"}'.encode("latin-1"))
    assert (caught.value.line, caught.value.column) == (2, 13)


def test_a_huge_file_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(JSONTextError, match="at most 1,000,000"):
        decode(b"\xff" * (4 * MAX_SIZE + 1))


# ----------------------------------------------------------------------------------------------------------------- speed


@pytest.mark.parametrize(
    "piece",
    ['{"name": "value", "n": [1, 2.5, true]},\n', '"\\n\\u00e9\\\\",', "[],\n", '"a”b",', "1,\n"],
)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def text(size: int) -> str:
        return "[" + piece * (size // len(piece)) + "0]"

    short, long = text(10_000), text(100_000)
    small = effort(lambda: json_text.parse(short, repair=True))
    limit = min(30 * small + 0.05 * SLOWER, 1.0 * SLOWER)
    assert effort(lambda: json_text.parse(long, repair=True), enough=limit) <= limit


@pytest.mark.parametrize(
    "text",
    [
        "[" * 900_000,
        '{"a":' * 180_000,
        '"' + "\\" * 900_000,
        '"' + "”" * 900_000,
        " " * 900_000,
        "/*" * 450_000,
        "9" * 900_000,
        '{"a": "' + "”, " * 300_000,
        "“" * 900_000,
        "[" + '"a”' * 300_000,
        '["' + "\n" * 900_000,
        '["a\n' * 200_000,
        '["' + "\n\\n" * 300_000,
        "{" + '"a": "\n",' * 90_000,
    ],
)
def test_hostile_text_is_refused_in_good_time(text: str) -> None:
    def refused() -> None:
        for repair in (False, True):
            fault(text, repair=repair)

    limit = 2.0 * SLOWER
    assert effort(refused, enough=limit) <= limit
