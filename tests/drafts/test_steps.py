"""Every property has one place in the form, in every API version."""

from __future__ import annotations

from collections import Counter

import pytest

from vmssbuilder.drafts import fields, steps
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.properties import List, Map, Node


def edited_by(field: steps.Field) -> list[str]:
    """The patterns of the single values that a field edits in place; cards edit theirs on pages of their own."""
    if field.is_cards:
        return []
    if field.is_rows:
        assert field.node.item is not None
        if isinstance(field.node.property, Map):
            return [field.node.item.pattern] if field.node.item.is_leaf else []
        return [leaf.pattern for _, leaf in fields.row_fields(field.node.item)]
    return [field.node.pattern]


def card_lists(layout: steps.Layout) -> list[Node]:
    return [field.node.item for field in layout.fields if field.is_cards and field.node.item is not None]


def all_layouts(api_version: str) -> list[steps.Layout]:
    layouts = [steps.step_layout(step, api_version) for step in steps.STEPS]
    for layout in layouts:
        layouts.extend(steps.item_layout(item.pattern, api_version) for item in card_lists(layout))
    return layouts


@pytest.mark.parametrize("api_version", API_VERSIONS)
def test_every_writable_value_is_edited_exactly_once(api_version: str) -> None:
    edited = Counter(
        pattern
        for layout in all_layouts(api_version)
        for field in layout.fields
        for pattern in edited_by(field)
    )
    target = {"operation", "subscription", "resourceGroup", "name", "apiVersion"}
    for leaf in tree(api_version).leaves():
        assert edited[leaf.pattern] == 1, leaf.pattern
    assert set(edited) - target == {leaf.pattern for leaf in tree(api_version).leaves()}


@pytest.mark.parametrize("api_version", API_VERSIONS)
def test_items_edited_in_rows_hold_single_values_only(api_version: str) -> None:
    """A row has no room for a list within it; such a list would silently not be edited."""
    for node in tree(api_version).walk():
        if isinstance(node.property, List) and node.property.rows:
            assert node.item is not None
            lists = [below.pattern for below in node.item.walk() if isinstance(below.property, List | Map)]
            assert not lists, lists


def test_a_place_belongs_to_the_step_with_the_longest_root() -> None:
    profile = ("properties", "virtualMachineProfile")
    assert steps.owner((*profile, "storageProfile", "imageReference", "offer")).name == "operating-system"
    assert steps.owner((*profile, "storageProfile", "osDisk")).name == "storage"
    assert steps.owner(("location",)).name == "basics"
    assert steps.owner(("$target", "name")).name == "basics"
    assert steps.owner(("something", "unknown")).name == "basics"


def test_the_page_of_a_place_is_its_innermost_list_item() -> None:
    nic = ("properties", "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations", 0)
    configuration = (*nic, "properties", "ipConfigurations", 2)
    version = API_VERSIONS[-1]
    assert steps.item_page((*nic, "name"), version) == nic
    assert steps.item_page((*configuration, "properties", "subnet", "id"), version) == configuration
    pool = (*configuration, "properties", "loadBalancerBackendAddressPools", 1, "id")
    assert steps.item_page(pool, version) == configuration
    assert steps.item_page(("sku", "name"), version) == ()
