"""The JSON beside the form: its text is the JSON itself, drawn anew or from what was kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drafts.conftest import DOCUMENT
from tests.scaleset.documents import FREE, NAMES, WORDS, documents
from vmssbuilder.drafts import preview
from vmssbuilder.scaleset import API_VERSIONS, mask, paths
from vmssbuilder.scaleset.canonical import write
from vmssbuilder.scaleset.catalogue import tree

VERSION = "2016-04-30-preview"
PREFIX = ("properties", "virtualMachineProfile", "osProfile", "computerNamePrefix")


def text(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", rendered))


def lines(rendered: str, mark: str) -> list[str]:
    """The lines that carry a mark."""
    return [
        text(line).strip()
        for line in re.findall(rf'<a class="[^"]*{mark}[^"]*"[^>]*>.*?</a>', rendered, re.DOTALL)
    ]


def test_all_lines_together_are_the_json() -> None:
    for _ in range(2):
        assert text(preview.render("code", DOCUMENT, VERSION)) == write(mask(DOCUMENT), VERSION)


def test_members_out_of_order_and_unknown_ones_stand_as_they_are_written_out() -> None:
    mixed: dict[str, Any] = {
        "zzz": [1, {"b": None}],
        "properties": {
            "virtualMachineProfile": {
                "osProfile": {"odd": 1, "adminUsername": "a", "computerNamePrefix": "b"}
            }
        },
        "location": "x",
    }
    for _ in range(2):
        assert text(preview.render("code", mixed, VERSION)) == write(mixed, VERSION)


def test_a_change_shows_at_once_in_what_was_kept() -> None:
    preview.render("code", DOCUMENT, VERSION)
    changed = DOCUMENT | {"properties": {**DOCUMENT["properties"]}}
    paths.put(changed, ("properties", "upgradePolicy"), {"mode": "Automatic"})
    assert '"mode": "Automatic"' in text(preview.render("code", changed, VERSION))


def test_marks_are_drawn_on_what_was_kept_and_do_not_stay() -> None:
    plain = preview.render("code", DOCUMENT, VERSION)
    marked = preview.render("code", DOCUMENT, VERSION, changed={PREFIX}, wrong={PREFIX: "Too long."})
    assert lines(marked, "json__line--changed") == ['"computerNamePrefix": "web",']
    assert lines(marked, "json__line--error") == ['"computerNamePrefix": "web",']
    assert preview.render("code", DOCUMENT, VERSION) == plain


def test_drafts_do_not_share_addresses() -> None:
    assert "/drafts/one/" in preview.render("one", DOCUMENT, VERSION)
    assert "/drafts/one/" not in preview.render("two", DOCUMENT, VERSION)
    assert "href" not in preview.render("one", DOCUMENT, VERSION, linked=False)


@st.composite
def drawings(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """An API version, a document and marks: at places that are there, above and below them, and at others."""
    version = draw(st.sampled_from([API_VERSIONS[0], API_VERSIONS[-1]]))
    document = draw(documents(version))
    # Members that no version knows, and values that Python takes for one another.
    odd = st.dictionaries(NAMES, FREE | st.sampled_from([0, False, 0.0, -0.0, 1, True, 1.0]), max_size=3)
    document |= draw(odd)
    if isinstance(document.get("properties"), dict):
        document["properties"] |= draw(odd)
    places = st.sampled_from([*everywhere(document), ("sku", "tier"), ("properties", "no such")])
    words = st.dictionaries(places, WORDS, max_size=2)
    marks = {"changed": draw(st.lists(places, max_size=2)), "wrong": draw(words), "warned": draw(words)}
    marks["commented"] = draw(st.dictionaries(places, st.integers(1, 3), max_size=2))
    return version, document, marks


def everywhere(value: Any, path: paths.Path = ()) -> Iterator[paths.Path]:
    yield path
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield from everywhere(value[step], (*path, step))


def drawn_anew(code: str, document: dict[str, Any], version: str, here: str, marks: dict[str, Any]) -> str:
    """The same lines, nothing of them kept."""
    linked = marks.get("linked", True)
    marked = frozenset(marks["changed"]), marks["wrong"], marks["warned"], frozenset[paths.Path]()
    writer = preview._Writer(code, here, *marked, marks["commented"], linked, version, None)
    start = preview._Place(f"/drafts/{code}/basics/", "")
    writer.value((), mask(document), tree(version), start, "", "", changed=False)
    return f'<code class="json">{"".join(writer.written)}</code>'


@settings(max_examples=300, deadline=None)
@given(drawings(), st.sampled_from(["", "/drafts/code/sizing/", "/drafts/code/network/"]), st.booleans())
def test_what_is_kept_is_what_would_be_drawn_anew(
    drawing: tuple[str, dict[str, Any], dict[str, Any]], here: str, linked: bool
) -> None:
    version, document, marks = drawing
    marks = marks | {"linked": linked}
    for code in ("one", "two", "one"):
        assert preview.render(code, document, version, here=here, **marks) == drawn_anew(
            code, document, version, here, marks
        )


def test_nothing_that_is_kept_holds_a_secret() -> None:
    assert "Plain-passw0rd-1" not in preview.render("code", DOCUMENT, VERSION)
