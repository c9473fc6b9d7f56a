"""Opening every page of a request and sending it back untouched changes nothing."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.drafts.pages import assert_round_trip, changes_of_an_untouched_page, save_every_page
from tests.drafts.test_steps import patterns_of
from tests.forms import came_back, entries, post
from tests.scaleset.bodies import BODIES, versions_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, steps
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.forms.rows import row_fields
from vmssbuilder.scaleset import API_VERSIONS, Request, Target, paths, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.presets import PRESETS
from vmssbuilder.scaleset.properties import (
    Boolean,
    Choice,
    Integer,
    Json,
    List,
    Map,
    Node,
    Number,
    Property,
    Single,
)


def ends_of(title: str) -> set[str]:
    """The first and the last API version in which the body is sound."""
    versions = versions_of(title)
    return {versions[0], versions[-1]}


def test_a_body_comes_back_unchanged_from_all_pages() -> None:
    for title, body in BODIES.items():
        for version in ends_of(title):
            assert_round_trip(body, version)


AWKWARD: list[Any] = [
    "",
    " padded ",
    "line one\nline two",
    "line one\r\nline two\r\n",
    "\n leading",
    "<b> & \"quotes\" 'single'",
    "123",
    "true",
    "{broken",
    '"quoted"',
    "[]",
    0,
    -5,
    10**17,
    1.5,
    True,
    False,
    None,
    [],
    {},
    [1, "two", None, {"three": []}],
    {"a": {"b": "c"}},
    "ünïcödé ☃ \u2028",
]


@pytest.mark.parametrize("value", AWKWARD, ids=repr)
@pytest.mark.parametrize("api_version", ["2016-04-30-preview", API_VERSIONS[-1]])
def test_any_value_in_any_place_comes_back_unchanged(value: Any, api_version: str) -> None:
    """Also a value of the wrong type: the form is a lens, it never mends what nobody touched."""
    for step in steps.STEPS:
        layout = steps.step_layout(step, api_version)
        content: dict[str, Any] = {"$target": {"operation": "create", "apiVersion": api_version}}
        for field in layout.fields:
            if field.below[0] != "$target":
                paths.put(content, field.below, value)
        assert changes_of_an_untouched_page(content, step, (), layout) == [], step.name


@pytest.mark.parametrize("value", AWKWARD, ids=repr)
def test_any_value_in_a_row_comes_back_unchanged(value: Any) -> None:
    version = API_VERSIONS[-1]
    for step in steps.STEPS:
        layout = steps.step_layout(step, version)
        content: dict[str, Any] = {"$target": {"operation": "create", "apiVersion": version}}
        for field in layout.fields:
            if field.is_rows:
                paths.put(content, field.below, rows_holding(value, field))
        assert changes_of_an_untouched_page(content, step, (), layout) == [], step.name


def rows_holding(value: Any, field: steps.Field) -> Any:
    item = field.node.item
    assert item is not None
    row: Any = value
    if row_fields(item) and not item.is_leaf:
        holder: dict[str, Any] = {"row": {"unknownMember": 1}}
        paths.put(holder, ("row", *row_fields(item)[0][0]), value)
        row = holder["row"]
    return {"a.b": row, "": row} if field.node.property.json_type == "object" else [row, row]


def test_a_changed_field_is_the_only_change() -> None:
    version = API_VERSIONS[-1]
    content: dict[str, Any] = {
        "$target": {"operation": "create", "apiVersion": version},
        "sku": {"capacity": 3, "x": 1},
    }
    step = steps.BY_NAME["instances"]
    layout = steps.step_layout(step, version)
    html = page_form(layout)(content, (), "/drafts/abc/instances/").draw()
    sent = [(name, "10" if name == "sku.capacity" else value) for name, value in entries(html)]
    changes = came_back(content, layout, (), post(sent))
    assert changes == [Changed(("sku", "capacity"), 3, 10)]
    cleared = [(name, "" if name == "sku.capacity" else value) for name, value in entries(html)]
    changes = came_back(content, layout, (), post(cleared))
    assert changes == [Changed(("sku", "capacity"), 3, MISSING)]


# --- Bodies that nobody wrote: everything there is, in the manner of generated examples -------------------------------


@pytest.mark.parametrize("api_version", API_VERSIONS)
def test_everything_at_once_goes_through_all_pages(
    api_version: str, as_requester: Client, requester: User
) -> None:
    """Every property of the version set, two items in each list of the newest; secrets stay the same stored ones.

    What does not apply is shown all the same, since it is set: each value has one control."""
    document = everything(tree(api_version), 2 if api_version == API_VERSIONS[-1] else 1)
    draft = actions.create(
        requester, Request(Target("", "", "web"), "create", api_version, document), "pasted"
    )
    before = copy.deepcopy(draft.document)
    found = save_every_page(as_requester, draft)
    draft.refresh_from_db()
    assert draft.document == before
    assert not [name for name, count in found.items() if count > 1 and not name.startswith("$target")]
    assert set(patterns_of(found)) >= {leaf.pattern for leaf in tree(api_version).leaves()}
    assert secrets.mask(draft.document) == secrets.mask(document)


def everything(node: Node, count: int) -> Any:
    """A value for a node with all that lies below it."""
    prop, item = node.property, node.item
    if isinstance(prop, Map):
        assert item is not None
        return {f"key{number}.{number}": everything(item, count) for number in range(count)}
    if isinstance(prop, List):
        assert item is not None
        return [everything(item, count) for _ in range(count)]
    if isinstance(prop, Single):
        return {
            wire: everything(child, count)
            for wire, child in node.children.items()
            if not child.property.read_only
        }
    return a_value(prop, node.api_version)


def a_value(prop: Property, api_version: str) -> Any:
    """A believable value, or what generated examples have: letters where a text is wanted, an empty object."""
    if isinstance(prop, Boolean):
        return False
    if isinstance(prop, Integer):
        return 28 if prop.minimum is None else prop.minimum
    if isinstance(prop, Number):
        return -1
    if isinstance(prop, Choice):
        return prop.values_in(api_version)[-1].wire
    if isinstance(prop, Json):
        return {"deep": [{"er": None}], "a.b": ""}
    return prop.example or "aaaaaaaaaaaaaaaa"


@pytest.mark.parametrize("seed", range(16))
def test_a_request_with_odd_values_anywhere_goes_through_all_pages(
    seed: int, as_requester: Client, requester: User
) -> None:
    """Nothing is mended, dropped or refused that nobody touched, whichever system the form shows."""
    chance = random.Random(seed)
    version = chance.choice(API_VERSIONS)
    document = everything(tree(version), 1)
    extensions = document["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"]
    for preset in chance.sample(PRESETS, 3):
        odd = {member: chance.choice(AWKWARD) for member in ("settings", "protectedSettings")}
        extensions.append({"name": preset.called, "properties": preset.members(version) | odd})
    for _ in range(chance.randrange(1, 12)):
        place = chance.choice(list(_places(document, ())))
        paths.get(document, place[:-1])[place[-1]] = copy.deepcopy(chance.choice(AWKWARD))
    document["unknown'member.x"] = {"a": [1]}
    draft = actions.create(requester, Request(Target("", "", "web"), "create", version, document), "pasted")
    actions.choose_system(requester, draft, chance.choice(["", "Linux", "Windows"]))
    before, head = copy.deepcopy(draft.document), draft.head
    save_every_page(as_requester, draft)
    draft.refresh_from_db()
    assert (draft.document, draft.head) == (before, head)


def _places(value: Any, path: Path) -> Iterator[Path]:
    steps_down = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, inner in steps_down:
        yield (*path, step)
        yield from _places(inner, (*path, step))
