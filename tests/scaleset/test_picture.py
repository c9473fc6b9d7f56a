"""The picture of a scale set: what it tells in sentences, and how it is laid out."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scaleset.pictured import SHAPES, interface, request
from vmssbuilder.scaleset.picture import Picture, PicturedInstance, laid_out, picture, sentences
from vmssbuilder.scaleset.picture.layout import WIDTH, fitted


def of(document: dict[str, Any]) -> Picture:
    found = picture(document, "web-prod")
    assert found is not None
    return found


def texts(shown: Picture) -> list[str]:
    return [label.text for label in laid_out(shown).labels]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_tells_in_sentences_what_it_shows(shape: str) -> None:
    document, told = SHAPES[shape]
    assert sentences(of(document)) == told


@pytest.mark.parametrize("shape", SHAPES)
def test_all_of_a_drawing_is_inside_it_and_no_two_boxes_cross(shape: str) -> None:
    drawing = laid_out(of(SHAPES[shape][0]))
    for each in drawing.boxes:
        assert each.x > 0
        assert each.x + each.width < WIDTH + 1
        assert each.y > 0
        assert each.y + each.height <= drawing.height
    frame = next(each for each in drawing.boxes if each.kind == "frame")
    for each in drawing.boxes:
        if each.kind == "zone":
            assert frame.y < each.y
            assert each.y + each.height < frame.y + frame.height
        elif each.kind == "outside":
            assert each.y + each.height < frame.y or each.y > frame.y + frame.height
    zones = [each for each in drawing.boxes if each.kind == "zone"]
    for mark in drawing.marks:
        assert mark.y < drawing.height
        if mark.name in {"regular", "spot"}:
            assert any(
                zone.x < mark.x < zone.x + zone.width and zone.y < mark.y < zone.y + zone.height
                for zone in zones
            )


def test_what_has_no_room_is_counted() -> None:
    many = of(SHAPES["many instances"][0])
    squares = [mark for mark in laid_out(many).marks if mark.name == "regular"]
    more = [int(text[1:].split()[0]) for text in texts(many) if text.startswith("+")]
    assert len(more) == 3
    assert len(squares) + sum(more) == 1_000
    pools = [
        {"id": f"/subscriptions/s/loadBalancers/lb{number}/backendAddressPools/p"} for number in range(40)
    ]
    crowded = request(interface("nic", loadBalancerBackendAddressPools=pools))
    assert "+37 more" in texts(of(crowded))
    assert len(laid_out(of(crowded)).boxes) < 10


def test_each_zone_has_its_share_of_regular_and_spot_instances() -> None:
    mixed = of(SHAPES["a mix of Spot and regular, of several sizes"][0])
    assert mixed.spread == [(2, 2), (1, 2), (1, 2)]
    marks = [mark.name for mark in laid_out(mixed).marks]
    assert (marks.count("regular"), marks.count("spot")) == (4, 6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000), st.integers(0, 1_000), st.integers(0, 4))
def test_no_instance_is_lost_between_zones(count: int, spot: int, zones: int) -> None:
    document = request(capacity=count, zones=[str(number) for number in range(zones)])
    shown = of(document)
    shown = type(shown)(
        **{name: getattr(shown, name) for name in shown.__slots__} | {"spot": min(spot, count)}
    )
    spread = shown.spread
    assert sum(regular + few for regular, few in spread) == count
    assert sum(few for _regular, few in spread) == min(spot, count)
    assert min(min(each) for each in spread) >= 0


LIVE = [
    PicturedInstance(
        f"web-prod_{number}", str(1 + number % 3), *(("Failed", "bad") if number == 4 else ("Running", "ok"))
    )
    for number in range(20)
]


def test_instances_that_there_are_show_their_zones_and_states() -> None:
    shown = of(SHAPES["three zones behind a load balancer"][0]).live(LIVE)
    told = sentences(shown)
    assert told[0].startswith("20 Linux instances")
    assert told[1:4] == [
        "Zone 1: 7 running.",
        "Zone 2: 6 running; 1 failed.",
        "Zone 3: instances 2, 5, 8, 11, 14 and 17 running.",
    ]
    labels = texts(shown)
    zone_2 = labels.index("Zone 2")
    assert labels[zone_2 + 1] == "_4 Failed", "those that need somebody come first"
    assert labels.count("+2 more") == 2


def test_instances_in_a_zone_that_nobody_asked_for_are_shown_there() -> None:
    shown = of(request(zones=None)).live([PicturedInstance("web_1", "2", "Running", "ok")])
    assert "Zone 2" in texts(shown)
    assert "Zone 2: instance 1 running." in sentences(shown)


def test_nothing_is_drawn_of_nothing() -> None:
    assert picture({}) is None


@pytest.mark.parametrize(
    "wrong", [None, True, 0, -1, 1.5, "", "x", [], [None], {}, {"id": {}}, [["a"]]], ids=repr
)
def test_a_value_of_a_wrong_type_anywhere_costs_no_picture(wrong: Any) -> None:
    whole = copy.deepcopy(SHAPES["pools of several interfaces"][0])
    whole |= {"zones": ["1"], "placement": {"zonePlacementPolicy": "Auto"}}
    whole["properties"]["virtualMachineProfile"]["storageProfile"]["dataDisks"] = [
        {"lun": 0, "managedDisk": {}}
    ]
    for path in places(whole):
        document = copy.deepcopy(whole)
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = wrong
        shown = of(document)
        assert sentences(shown)
        assert laid_out(shown).height < 2_000


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [found for key, inner in members for found in [(*path, key), *places(inner, (*path, key))]]


def test_a_text_is_cut_in_its_middle_where_names_are_alike() -> None:
    assert fitted("vnet1 / web", 20) == "vnet1 / web"
    cut = fitted("vnet-production-westeurope-001 / subnet-frontend-007", 20)
    assert cut.startswith("vnet-prod")
    assert cut.endswith("end-007")
    assert "…" in cut
    assert len(fitted("漢" * 500, 20)) < 20, "wide letters take more room"
