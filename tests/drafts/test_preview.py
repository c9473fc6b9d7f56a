"""The JSON beside the form: its text is the JSON itself, drawn anew or from what was kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.drafts.conftest import DOCUMENT
from tests.scaleset.documents import documents
from vmssbuilder.drafts import preview
from vmssbuilder.scaleset import mask, paths
from vmssbuilder.scaleset.canonical import write
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path

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


def test_nothing_that_is_kept_holds_a_secret() -> None:
    assert "Plain-passw0rd-1" not in preview.render("code", DOCUMENT, VERSION)


def drawn_anew(document: dict[str, Any], changed: set[Path], wrong: dict[Path, str]) -> str:
    writer = preview._Writer("code", "", frozenset(changed), wrong, {}, True, VERSION, blocks=False)
    place = preview._Place("/drafts/code/basics/", "")
    writer.value((), mask(document), tree(VERSION), place, "", "", changed=False)
    return f'<code class="json">{"".join(writer.written)}</code>'


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in inner:
        yield from places(below, (*path, step))


@given(documents(VERSION), st.data())
def test_what_was_kept_is_as_if_it_were_drawn_anew(document: dict[str, Any], data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(list(places(document)))) for _ in range(2))
    marks: list[tuple[set[Path], dict[Path, str]]] = [(set(), {}), ({one}, {}), (set(), {other: "No."})]
    for changed, wrong in (*marks, ({one}, {other: "No."}), *marks):
        kept = preview.render("code", document, VERSION, changed=changed, wrong=wrong)
        assert kept == drawn_anew(document, changed, wrong)
