"""A choice shows and hides the settings that go with it; what is set is never lost, and all is back with the choice."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.drafts.test_round_trip import everything
from tests.drafts.test_steps import draft_of
from tests.forms import controls, form_of, sent
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, addresses, conditions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.conditions import CONDITIONS, FieldCondition
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import API_VERSIONS, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Boolean, Choice, List, Map, Node, Single

VERSION = API_VERSIONS[-1]
each_condition = pytest.mark.parametrize(
    "condition", CONDITIONS, ids=[f"{each.hidden_for}, {each.settings[0]}" for each in CONDITIONS]
)


def settings_of(condition: FieldCondition) -> Iterator[tuple[Path, Node]]:
    """The place and declaration of each field that the condition is about."""
    for node in tree(VERSION).walk():
        listed = node.parent is not None and isinstance(node.parent.property, List | Map)
        if condition in conditions.of(node) and not isinstance(node.property, Single) and not listed:
            yield paths.parse(node.pattern.replace("[]", "[0]")), node


def values_of(choice: Node) -> list[Any]:
    """What the choice may be; nothing is one of them."""
    prop = choice.property
    if isinstance(prop, Boolean):
        return [True, False, MISSING]
    if isinstance(prop, Choice):
        return [*(each.wire for each in prop.values_in(VERSION)), MISSING]
    return [["1"], MISSING]


def place_of(condition: FieldCondition, path: Path) -> Path:
    """Where the choice stands that decides about the setting at a path."""
    return (
        (*path[: max(at for at, step in enumerate(path) if step == 0) + 1], *condition.choice)
        if condition.near
        else condition.choice
    )


def value_where(condition: FieldCondition, path: Path, *, applies: bool) -> Any:
    """A value of the choice with which the settings apply, or do not."""
    place = place_of(condition, path)
    node = tree(VERSION).at(place)
    assert node is not None, place
    for value in values_of(node):
        content: dict[str, Any] = {}
        if value is not MISSING:
            paths.put(content, place, value)
        if condition.applies(content, place[: len(place) - len(condition.choice)]) is applies:
            return value
    raise AssertionError(place)


def filled(condition: FieldCondition) -> dict[str, Any]:
    """A document with all settings of a condition, and whatever else they go with."""
    document: dict[str, Any] = {}
    for path, node in settings_of(condition):
        paths.put(document, path, everything(node, 1))
        for each in conditions.of(node):
            paths.put(document, place_of(each, path), value_where(each, path, applies=True))
    return document


def choose(user: User, draft: Draft, place: Path, value: Any) -> None:
    change = Changed(place, paths.get(draft.document, place), value)
    actions.save(user, draft, draft.head, [change])
    draft.refresh_from_db()


@each_condition
def test_what_is_set_stays_whatever_is_chosen_and_says_why_it_is_hidden(
    condition: FieldCondition, as_requester: Client, requester: User
) -> None:
    document = filled(condition)
    draft = draft_of(requester, copy.deepcopy(document), VERSION)
    first = next(path for path, _node in settings_of(condition))
    place = place_of(condition, first)
    pages = {addresses.page_url(draft.code, path, VERSION): path for path, _node in settings_of(condition)}

    def shown(*, hidden: bool) -> None:
        for address in pages:
            html = as_requester.get(address).content.decode()
            assert (f"Hidden for {condition.hidden_for}" in html) is hidden, address
            assert (condition.why in html) is hidden, address
            found = Counter(controls(html))
            assert [name for name, count in found.items() if count > 1] == []
            for path, _node in settings_of(condition):
                if addresses.page_url(draft.code, path, VERSION) == address:
                    assert any(name.startswith(paths.text(path)) for name in found), paths.text(path)
            # A page that is sent back as it came changes nothing, whatever it hides.
            as_requester.post(address, sent(html))

    shown(hidden=False)
    choose(requester, draft, place, value_where(condition, first, applies=False))
    head, without = draft.head, copy.deepcopy(draft.document)
    shown(hidden=True)
    draft.refresh_from_db()
    assert (draft.head, draft.document) == (head, without)
    choose(requester, draft, place, value_where(condition, first, applies=True))
    shown(hidden=False)
    assert draft.document == document


@each_condition
def test_what_is_not_set_comes_and_goes_with_the_choice(
    condition: FieldCondition, as_requester: Client, requester: User
) -> None:
    """On the page of the choice it comes with the answer to the save in passing, without loading the page."""
    document = filled(condition)
    first = next(path for path, _node in settings_of(condition))
    for path, _node in settings_of(condition):
        paths.remove(document, path, prune=False)
    draft = draft_of(requester, document, VERSION)
    place = place_of(condition, first)
    page = addresses.page_url(draft.code, first, VERSION)
    name = paths.text(first)

    def there() -> bool:
        html = as_requester.get(f"{page}?all").content.decode()
        assert "Hidden for" not in form_of(html)
        return f'name="{name}' in html

    assert there()
    choose(requester, draft, place, value_where(condition, first, applies=False))
    assert not there()
    if addresses.page_url(draft.code, place, VERSION) != page:
        return
    back, node = value_where(condition, first, applies=True), tree(VERSION).at(place)
    assert node is not None
    typed = {paths.text(place): node.property.to_text(back), "base": draft.head, "everything": "1"}
    answer = as_requester.post(page, typed, headers={"HX-Request": "true"}).content.decode()
    assert 'id="fields" hx-swap-oob="true"' in answer
    assert f'name="{name}' in answer


def test_every_condition_names_places_that_some_version_has() -> None:
    known = {node.pattern for version in API_VERSIONS for node in tree(version).walk()}
    for condition in CONDITIONS:
        assert set(condition.settings) <= known, condition.settings


def test_an_update_that_does_not_say_hides_nothing() -> None:
    """It holds only what it changes: what the running scale set has nobody knows here."""
    content = {"$target": {"operation": "update"}}
    assert all(each.applies(content, ()) for each in CONDITIONS)
