"""The property types: text and back, trees that narrow by version, declarations that contradict, JSON Schema."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmssbuilder.scaleset.properties import (
    REFERENCE_KEY,
    Boolean,
    Choice,
    Integer,
    Json,
    List,
    Map,
    Node,
    Number,
    Part,
    Property,
    Single,
    Text,
    Value,
    camel_case,
    tree,
)
from vmssbuilder.scaleset.versions import FIRST, LATEST, UnknownVersion

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
"""Half characters and NUL are refused wherever they are typed."""
TEXTS = st.text(CHARACTERS, max_size=40)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)

FLAVOUR = (
    Value("Sweet"),
    Value("Salty", "Salty, mostly", since="2020-12-01"),
    Value("Sour", until="2020-06-01"),
)


class Topping(Part):
    summary = ("name",)
    name = Text("Topping name", required=True)
    grams = Integer("Weight", minimum=1, maximum=500, since="2019-03-01")


class Oven(Part):
    degrees = Integer("Temperature", maximum=300)
    fan = Boolean("Fan", since="2018-04-01", until="2022-03-01")


class Pizza(Part):
    flavour = Choice("Flavour", FLAVOUR)
    mood = Choice("Mood", FLAVOUR, open=True)
    recipe = Text("Recipe", secret=True)
    price_eur = Number("Price", wire="priceEUR")
    toppings = List("Toppings", Topping, since="2017-03-30", required=True)
    times = List("Times", Integer("Time", minimum=0))
    notes = Map("Notes", Text("Note"))
    places = Map("Places", Oven, singular="place")
    oven = Single("Oven", Oven, since="2017-12-01", until="2023-09-01")
    extra = Json("Extra")
    anything = Json("Anything", objects=False)
    served = Text("Served", read_only=True)
    size_text = Text("Size", wire="size", until="2020-12-01")
    size = Integer("Size", since="2021-03-01")


def at(version: str, pattern: str) -> Node | None:
    return next((node for node in tree(Pizza, version).walk() if node.pattern == pattern), None)


def accepts(version: str, document: Any, *, required: bool = True) -> bool:
    schema = tree(Pizza, version).json_schema(required=required)
    return jsonschema_rs.Draft202012Validator(schema).is_valid(document)


# ------------------------------------------------------------------------------------------------------ text and back


@given(TEXTS)
def test_a_text_reads_back_as_it_was(value: str) -> None:
    prop = Text("Name")
    assert prop.from_text(prop.to_text(value)) == value


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_a_whole_number_reads_back_as_it_was(value: int) -> None:
    prop = Integer("Count")
    read = prop.from_text(f" {prop.to_text(value)} ")
    assert read == value
    assert type(read) is int


@given(
    st.floats(-1e15, 1e15, allow_subnormal=False).filter(lambda value: value == 0 or abs(value) > 1e-30)
    | st.integers(-(10**15), 10**15)
)
def test_a_number_reads_back_as_it_was(value: float) -> None:
    prop = Number("Price")
    read = prop.from_text(prop.to_text(value))
    assert read == value
    assert type(read) is type(value)


@given(st.booleans())
def test_a_truth_reads_back_as_it_was(value: bool) -> None:
    prop = Boolean("On")
    assert prop.from_text(prop.to_text(value)) is value


@given(JSON)
def test_free_json_reads_back_as_it_was(value: Any) -> None:
    prop = Json("Extra", objects=False)
    read = prop.from_text(prop.to_text(value))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("prop", [Integer("Count"), Number("Price"), Boolean("On"), Json("Extra")])
@given(typed=TEXTS)
def test_text_that_does_not_parse_stays_as_it_was_typed(prop: Property, typed: str) -> None:
    read = prop.from_text(typed)
    assert (
        read == typed
        if isinstance(read, str) and not isinstance(prop, Json)
        else prop.from_text(prop.to_text(read)) == read
    )


@pytest.mark.parametrize(
    ("prop", "typed", "read"),
    [
        (Integer("Count"), " 007 ", 7),
        (Integer("Count"), "-3", -3),
        (Integer("Count"), "1.0", "1.0"),
        (Integer("Count"), "1" * 19, "1" * 19),
        (Integer("Count"), "٣", "٣"),
        (Integer("Count"), "", ""),
        (Number("Price"), "-1", -1),
        (Number("Price"), "0.01538", 0.01538),
        (Number("Price"), "00.5", 0.5),
        (Number("Price"), "5e-05", 0.00005),
        (Number("Price"), "1E2", 100.0),
        (Number("Price"), "1e999", "1e999"),
        (Number("Price"), "1,5", "1,5"),
        (Number("Price"), ".5", ".5"),
        (Number("Price"), "NaN", "NaN"),
        (Boolean("On"), " True ", True),
        (Boolean("On"), "FALSE", False),
        (Boolean("On"), "yes", "yes"),
        (Json("Extra"), '{"a": 1}', {"a": 1}),
        (Json("Extra"), "{a: 1}", "{a: 1}"),
        (Json("Extra"), "NaN", "NaN"),
        (Json("Extra"), "[" * 100_000, "[" * 100_000),
        (Choice("Flavour", FLAVOUR), "Bitter", "Bitter"),
    ],
)
def test_typed_text_becomes_the_value_it_says(prop: Property, typed: str, read: Any) -> None:
    got = prop.from_text(typed)
    assert got == read
    assert type(got) is type(read)


@pytest.mark.parametrize(
    ("prop", "value", "text"),
    [
        (Text("Name"), {"id": "é"}, '{"id": "é"}'),
        (Integer("Count"), "many", "many"),
        (Boolean("On"), True, "true"),
        (Json("Extra"), {"a": "é"}, '{\n  "a": "é"\n}'),
        (Json("Extra"), "{a: 1}", "{a: 1}"),
        (Json("Extra"), "1", '"1"'),
        (Json("Extra"), "[" * 100_000, "[" * 100_000),
    ],
)
def test_a_value_of_any_type_can_stand_in_a_box(prop: Property, value: Any, text: str) -> None:
    assert prop.to_text(value) == text


# ---------------------------------------------------------------------------------------------------------- the tree


def test_wire_names_are_camel_case_unless_given() -> None:
    assert camel_case("create_option") == "createOption"
    assert camel_case("name") == "name"
    assert camel_case("v_cpus_available") == "vCpusAvailable"
    assert Pizza.declared[3].wire == "priceEUR"
    assert repr(Pizza.declared[0]) == "<Choice flavour>"


def test_members_keep_their_order_and_a_subclass_adds_its_own() -> None:
    class Calzone(Pizza):
        folded = Boolean("Folded over")

    names = [declared.wire for declared in Calzone.declared]
    assert names == [*(declared.wire for declared in Pizza.declared), "folded"]


def test_a_tree_has_the_members_of_its_version() -> None:
    assert list(tree(Pizza, "2015-06-15").children) == [
        "flavour",
        "mood",
        "recipe",
        "priceEUR",
        "times",
        "notes",
        "places",
        "extra",
        "anything",
        "served",
        "size",
    ]
    assert "toppings" in tree(Pizza, "2017-03-30").children
    assert "oven" not in tree(Pizza, "2017-03-30").children
    assert "oven" in tree(Pizza, "2023-09-01").children
    assert "oven" not in tree(Pizza, "2024-03-01").children


def test_a_tree_is_built_once_for_each_version() -> None:
    assert tree(Pizza, LATEST) is tree(Pizza, LATEST)
    assert tree(Pizza, LATEST) is not tree(Pizza, FIRST)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        tree(Pizza, "2099-01-01")
    with pytest.raises(UnknownVersion):
        Text("Name", since="soon")
    with pytest.raises(UnknownVersion):
        Text("Name", until="later")


@pytest.mark.parametrize(
    ("pattern", "since", "until"),
    [
        ("flavour", FIRST, None),
        ("toppings[].name", "2017-03-30", None),
        ("toppings[].grams", "2019-03-01", None),
        ("oven.degrees", "2017-12-01", "2023-09-01"),
        ("oven.fan", "2018-04-01", "2022-03-01"),
        ("places{}.fan", "2018-04-01", "2022-03-01"),
    ],
)
def test_a_place_exists_while_all_around_it_does(pattern: str, since: str, until: str | None) -> None:
    node = at("2020-06-01", pattern)
    assert node is not None
    assert (node.since, node.until) == (since, until)
    assert at(FIRST, pattern) is None or since == FIRST
    assert at(since, pattern) is not None


def test_a_name_may_change_its_type_between_versions() -> None:
    before, after = at("2020-12-01", "size"), at("2021-03-01", "size")
    assert before is not None
    assert after is not None
    assert isinstance(before.property, Text)
    assert isinstance(after.property, Integer)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Text("Size"), Integer("Size")),
        (Text("Size", until="2020-12-01"), Integer("Size", since="2020-12-01")),
        (Text("Size", since="2021-03-01"), Integer("Size", until="2021-03-01")),
        (Text("Size", since="2018-04-01", until="2018-10-01"), Integer("Size")),
    ],
)
def test_one_name_twice_in_a_version_is_refused(first: Property, second: Property) -> None:
    first.wire = second.wire = "size"
    with pytest.raises(TypeError, match="size is declared twice"):
        type("Twice", (Part,), {"one": first, "two": second})


def test_nodes_are_found_by_path_and_by_name_in_any_case() -> None:
    top = tree(Pizza, LATEST)
    assert top.at(()) is top
    for path, pattern in (
        (("toppings", 3, "name"), "toppings[].name"),
        (("times", 0), "times[]"),
        (("notes", "any key"), "notes{}"),
        (("places", "x", "degrees"), "places{}.degrees"),
    ):
        node = top.at(path)
        assert node is not None
        assert node.pattern == pattern
    for wrong in (
        ("Flavour",),
        ("toppings", "name"),
        ("notes", 0),
        ("flavour", "x"),
        ("nothing", "at", "all"),
        (0,),
    ):
        assert top.at(wrong) is None, wrong
    assert top.child("PRICEeur") is top.children["priceEUR"]
    assert top.child("priceEUR") is top.children["priceEUR"]
    assert top.child("price") is None


def test_walk_meets_items_and_leaves_are_what_a_person_can_fill_in() -> None:
    top = tree(Pizza, "2022-03-01")
    walked = [node.pattern for node in top.walk()]
    assert walked[0] == ""
    assert walked.index("toppings") < walked.index("toppings[]") < walked.index("toppings[].name")
    assert [node.pattern for node in top.leaves()] == [
        "flavour",
        "mood",
        "recipe",
        "priceEUR",
        "toppings[].name",
        "toppings[].grams",
        "times[]",
        "notes{}",
        "places{}.degrees",
        "places{}.fan",
        "oven.degrees",
        "oven.fan",
        "extra",
        "anything",
        "size",
    ]


def test_a_list_names_its_item() -> None:
    assert List("Data disks", Topping).singular == "data disk"
    assert List("Statuses", Topping, singular="status").singular == "status"
    assert Map("Tags", Text("Tag")).singular == "tag"
    assert List("Zones", Text("Zone")).rows
    assert not List("Toppings", Topping).rows
    node = at(LATEST, "toppings[]")
    assert node is not None
    assert node.property.title == "Topping"


# ------------------------------------------------------------------------------------------------------- JSON Schema


WHOLE = {
    "flavour": "Sweet",
    "mood": "Bitter",
    "recipe": "flour",
    "priceEUR": 9.5,
    "toppings": [{"name": "olives", "grams": 20}],
    "times": [0, 7],
    "notes": {"any": "text"},
    "places": {"home": {"degrees": 300}},
    "extra": {"a": None},
    "anything": [1],
    "served": "warm",
    "size": 3,
}


def test_the_schema_accepts_what_was_declared() -> None:
    assert accepts(LATEST, WHOLE)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("flavour", "Bitter"),
        ("flavour", "sweet"),
        ("flavour", 1),
        ("mood", 1),
        ("recipe", 5),
        ("recipe", {REFERENCE_KEY: 5}),
        ("recipe", {REFERENCE_KEY: "a", "more": 1}),
        ("priceEUR", "9.5"),
        ("priceEUR", True),
        ("toppings", {"name": "olives"}),
        ("toppings", [{"grams": 20}]),
        ("toppings", [{"name": "olives", "grams": 0}]),
        ("toppings", [{"name": "olives", "grams": 501}]),
        ("toppings", [{"name": "olives", "weight": 1}]),
        ("times", [-1]),
        ("times", ["1"]),
        ("times", [1.5]),
        ("notes", {"any": 1}),
        ("notes", ["text"]),
        ("places", {"home": {"degrees": 301}}),
        ("extra", [1]),
        ("extra", "text"),
        ("extra", None),
        ("size", "large"),
        ("nothing", 1),
    ],
)
def test_the_schema_refuses_what_was_not_declared(member: str, value: Any) -> None:
    assert not accepts(LATEST, {**WHOLE, member: value})


def test_a_secret_may_stand_in_clear_or_be_kept_elsewhere() -> None:
    assert accepts(LATEST, {**WHOLE, "recipe": {REFERENCE_KEY: "s1"}})
    assert not accepts(LATEST, {**WHOLE, "mood": {REFERENCE_KEY: "s1"}})


def test_values_of_a_choice_follow_the_version() -> None:
    flavour = Pizza.declared[0]
    assert isinstance(flavour, Choice)
    assert [value.wire for value in flavour.values_in("2020-06-01")] == ["Sweet", "Sour"]
    assert [value.wire for value in flavour.values_in("2020-12-01")] == ["Sweet", "Salty"]
    assert [value.label for value in flavour.values] == ["Sweet", "Salty, mostly", "Sour"]
    toppings: dict[str, Any] = {"toppings": []}
    assert accepts("2020-06-01", {"flavour": "Sour", **toppings})
    assert not accepts("2020-06-01", {"flavour": "Salty", **toppings})
    assert not accepts("2020-12-01", {"flavour": "Sour", **toppings})


def test_required_marks_can_be_left_out_but_not_inside_list_items() -> None:
    assert not accepts(LATEST, {})
    assert accepts(LATEST, {}, required=False)
    assert not accepts(LATEST, {"toppings": [{}]}, required=False)


def test_the_schema_describes_itself_to_editors() -> None:
    schema = tree(Pizza, LATEST).json_schema()
    served = schema["properties"]["served"]
    assert served == {"title": "Served", "readOnly": True, "type": "string"}
    assert schema["properties"]["mood"]["examples"] == ["Sweet", "Salty"]
    assert schema["properties"]["extra"]["type"] == "object"
    assert "type" not in schema["properties"]["anything"]
    described = type("Described", (Part,), {"name": Text("Name", help="What it is called.")})
    assert tree(described, LATEST).json_schema()["properties"]["name"]["description"] == "What it is called."


def test_a_property_of_no_type_accepts_anything() -> None:
    bare = Property("Bare")
    node = at(LATEST, "mood")
    assert node is not None
    assert bare.schema(node) == {}
