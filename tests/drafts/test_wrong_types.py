"""A value of the wrong type is no dead end: the page shows what stands there, and whatever is chosen takes its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import came_back, entries, form_of, post, sent
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, steps
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import API_VERSIONS, Request, Target, paths
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Number

VERSION = API_VERSIONS[-1]
HTMX = {"HX-Request": "true"}
ODD: list[Any] = [
    "true",
    "False",
    " true ",
    "128",
    "-1",
    "0.5",
    "",
    "x",
    0,
    1,
    2.5,
    True,
    None,
    [],
    ["a"],
    {},
    {"a": 1},
]


def started(user: User, document: dict[str, Any]) -> Draft:
    return actions.create(user, Request(Target("", "", "web"), "create", VERSION, document), "pasted")


def document_of(draft: Draft) -> dict[str, Any]:
    draft.refresh_from_db()
    found: dict[str, Any] = draft.document
    return found


def fields_of(kinds: tuple[type, ...]) -> Iterator[tuple[steps.Layout, steps.Field]]:
    """Each field of one value of these kinds on the pages of the steps."""
    for step in steps.STEPS:
        layout = steps.step_layout(step, VERSION)
        for field in layout.fields:
            if isinstance(field.node.property, kinds) and field.below[0] != "$target":
                yield layout, field


def choices_of(html: str) -> list[str]:
    """What can be chosen in a field: the values of its radios or options."""
    written = re.findall(r'<(?:input type="radio"|option)[^>]* value="([^"]*)"', html)
    assert written, html
    return [unescape(value) for value in written]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_any_choice_takes_the_place_of_any_value(value: Any) -> None:
    """In each yes/no field and each list of choices: what stands there is one of the choices, and no other one."""
    for layout, field in fields_of((Boolean, Choice)):
        prop, name = field.node.property, paths.text(field.below)
        right = (
            isinstance(value, bool) if isinstance(prop, Boolean) else isinstance(value, str) and value != ""
        )
        content: dict[str, Any] = {}
        paths.put(content, field.below, value)
        html = str(page_form(layout)(content, (), "/drafts/abc/x/").at_entry(field))
        came = dict(entries(html))[name]
        assert came_back(content, layout, (), post([(name, came)])) == [], name
        for choice in choices_of(html):
            changes = came_back(content, layout, (), post([(name, choice)]))
            if choice == came:
                proper = [one.wire for one in prop.values] if isinstance(prop, Choice) else ["true", "false"]
                assert right or choice not in (*proper, ""), f"{name} shows {value!r} as if it were {choice}"
                continue
            wanted = (
                {"true": True, "false": False}.get(choice, choice) if isinstance(prop, Boolean) else choice
            )
            assert [change.wanted for change in changes] == [wanted if choice else MISSING], (name, choice)


@pytest.mark.parametrize("text", ["128", "-1", "0", " 7 ", "007"])
def test_a_number_as_text_stands_in_quotes_and_gives_way_to_the_number(text: str) -> None:
    for layout, field in fields_of((Integer, Number)):
        name = paths.text(field.below)
        content: dict[str, Any] = {}
        paths.put(content, field.below, text)
        html = str(page_form(layout)(content, (), "/drafts/abc/x/").at_entry(field))
        assert dict(entries(html))[name] == f'"{text}"'
        changes = came_back(content, layout, (), post([(name, text)]))
        assert [(type(change.wanted), change.wanted) for change in changes] == [
            (int, int(text))
        ] or isinstance(field.node.property, Number)
        assert changes, name


def test_true_as_text_is_shown_and_a_choice_mends_it(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = started(requester, {"properties": {"overprovision": "true", "singlePlacementGroup": "false"}})
    address = f"/drafts/{draft.code}/instances/"
    page = page_of(as_requester, address)
    assert "“true” as text" in page.text
    came = sent(page.html)
    as_requester.post(address, came)
    assert document_of(draft)["properties"]["overprovision"] == "true", (
        "a page that nobody touched mends nothing"
    )
    assert came["properties.overprovision"] == ['"true"']
    as_requester.post(
        address, came | {"properties.overprovision": ["true"], "properties.singlePlacementGroup": [""]}
    )
    assert document_of(draft)["properties"] == {"overprovision": True}


@pytest.mark.parametrize(
    ("document", "step", "place", "title", "value"),
    [
        (
            {"properties": {"overprovision": "true"}},
            "instances",
            "properties.overprovision",
            "Write true",
            True,
        ),
        ({"sku": {"capacity": "4"}}, "instances", "sku.capacity", "Write 4", 4),
        ({"zones": [1]}, "basics", "zones[0]", "Write “1”", "1"),
        ({"location": 5}, "basics", "location", "Write “5”", "5"),
    ],
)
def test_what_is_plainly_meant_is_offered_at_the_field_and_pressed_there(
    as_requester: Client,
    requester: User,
    page_of: GetPage,
    document: Any,
    step: str,
    place: str,
    title: str,
    value: Any,
) -> None:
    draft = started(requester, document)
    address = f"/drafts/{draft.code}/{step}/"
    page = page_of(as_requester, address)
    assert title in page.text
    button = re.search(rf'name="act" value="(fix:[a-z-]+:{re.escape(place)})"', page.html)
    assert button is not None
    as_requester.post(address, sent(page.html) | {"act": [unescape(button[1])]})
    assert paths.get(document_of(draft), paths.parse(place)) == value
    assert type(paths.get(document_of(draft), paths.parse(place))) is type(value)


def test_a_finding_at_the_field_has_its_fix_there(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = started(requester, {"sku": {"name": "Standard_D2s_v5", "capacity": "3"}})
    address = f"/drafts/{draft.code}/instances/"
    page = page_of(as_requester, f"{address}?findings=1")
    field = re.search(r'id="f-sku-capacity-field".*?(?=<div class="field|<fieldset)', page.html, re.DOTALL)
    assert field is not None
    button = re.search(r'name="act" value="(fix:[^"]*)"', field[0])
    assert button is not None
    as_requester.post(address, sent(page.html) | {"act": [unescape(button[1])]})
    assert document_of(draft)["sku"]["capacity"] == 3


IN_THE_WAY = [
    ({"sku": "Standard_D2s_v5"}, "sku", "the text “Standard_D2s_v5”", "sku.capacity"),
    ({"sku": ["a"]}, "sku", "a list", "sku.capacity"),
    ({"properties": 5}, "properties", "the number 5", "properties.overprovision"),
    ({"plan": True}, "plan", "true", "plan.name"),
    (
        {"properties": {"virtualMachineProfile": None}},
        "properties.virtualMachineProfile",
        "null",
        "properties.virtualMachineProfile.storageProfile.osDisk.createOption",
    ),
]


def step_with(name: str) -> str:
    """The step that has the field."""
    return steps.owner(paths.parse(name)).name


@pytest.mark.parametrize(
    ("document", "place", "words", "name"), IN_THE_WAY, ids=lambda value: str(value)[:40]
)
def test_what_stands_in_the_place_of_an_object_is_shown_and_gives_way(
    as_requester: Client,
    requester: User,
    page_of: GetPage,
    document: Any,
    place: str,
    words: str,
    name: str,
) -> None:
    typed = {"sku.capacity": "3", "properties.overprovision": "true"}.get(name, "FromImage")
    address = "/drafts/{}/" + step_with(name) + "/"
    for act in ("filled", "left out", "untouched"):
        draft = started(requester, document)
        here = address.format(draft.code)
        page = page_of(as_requester, f"{here}?findings=1")
        assert f"Here stands {words}" in page.text
        assert page.html.count(f'id="f-{place.replace(".", "-")}"') == 1, "links from the findings lead there"
        change = {"filled": {name: [typed]}, "left out": {f"{place}:clear": ["1"]}}.get(act, {})
        as_requester.post(here, sent(page.html) | change)
        found = document_of(draft)
        if act == "untouched":
            assert found == document
        elif act == "left out":
            assert paths.get(found, paths.parse(place)) is MISSING
        else:
            assert paths.get(found, paths.parse(name)) in (3, True, "FromImage")


def test_what_stood_in_the_way_is_taken_from_the_page_once_it_is_gone(
    as_requester: Client, requester: User
) -> None:
    draft = started(requester, {"sku": "Standard_D2s_v5"})
    address = f"/drafts/{draft.code}/instances/"
    came = sent(as_requester.get(address).content.decode())
    answer = as_requester.post(address, came | {"sku.capacity": ["3"]}, headers=HTMX)
    assert '<div id="f-sku-field" hx-swap-oob="delete"></div>' in answer.content.decode()
    assert document_of(draft) == {"sku": {"capacity": 3}}


def test_a_row_that_is_no_object_says_what_it_is(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    place = "properties.virtualMachineProfile.osProfile.linuxConfiguration.ssh.publicKeys"
    document: dict[str, Any] = {}
    paths.put(document, paths.parse(place), ["half a key"])
    draft = started(requester, document)
    page = page_of(as_requester, f"/drafts/{draft.code}/image/")
    assert "Here stands the text “half a key” where settings of a" in page.text


@pytest.mark.parametrize(
    ("place", "value"), [("zones", "1"), ("properties.virtualMachineProfile.storageProfile.dataDisks", 5)]
)
def test_what_stands_in_the_place_of_a_list_is_shown_as_json_and_can_be_emptied(
    as_requester: Client, requester: User, page_of: GetPage, place: str, value: Any
) -> None:
    document: dict[str, Any] = {}
    paths.put(document, paths.parse(place), value)
    draft = started(requester, document)
    address = f"/drafts/{draft.code}/{step_with(place)}/"
    page = page_of(as_requester, address)
    assert "This is no list" in page.text
    as_requester.post(address, sent(page.html) | {place: [""]})
    assert paths.get(document_of(draft), paths.parse(place)) is MISSING


def test_an_empty_text_can_be_left_out(as_requester: Client, requester: User, page_of: GetPage) -> None:
    draft = started(requester, {"location": "", "sku": {"name": "Standard_D2s_v5"}})
    address = f"/drafts/{draft.code}/basics/"
    page = page_of(as_requester, address)
    as_requester.post(address, sent(page.html))
    assert document_of(draft)["location"] == ""
    as_requester.post(address, sent(page.html) | {"location:clear": ["1"]})
    assert "location" not in document_of(draft)


def test_a_secret_of_the_wrong_type_is_not_shown(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    profile = {"osProfile": {"adminPassword": 918273645, "customData": ["918273645"]}}
    draft = started(requester, {"properties": {"virtualMachineProfile": profile}})
    page = page_of(as_requester, f"/drafts/{draft.code}/image/?findings=1")
    assert "918273645" not in page.html
    assert "must be text" in page.text
    assert form_of(page.html).count("Set, hidden.") == 2
