"""Every property has one place in the form, in every API version, whichever system and extension was chosen."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pytest
from django.test import Client

from tests.forms import controls, form_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, conditions, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.forms import extensions
from vmssbuilder.drafts.forms.rows import row_fields
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import API_VERSIONS, Request, Target, check, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.presets import PRESETS, Preset
from vmssbuilder.scaleset.properties import List, Map, Node, Single
from vmssbuilder.scaleset.systems import SETTINGS

each_version = pytest.mark.parametrize("api_version", API_VERSIONS)


def addresses(draft: Draft, only: Sequence[steps.Step] = steps.STEPS) -> Iterator[str]:
    """Each step's page, and the page of each item that the document has, to any depth."""
    for step in only:
        layout = steps.step_layout(step, draft.api_version)
        yield from _addresses(draft, f"/drafts/{draft.code}/{step.name}/", (), layout)


def _addresses(draft: Draft, step_url: str, place: Path, layout: steps.Layout) -> Iterator[str]:
    yield step_url + (f"{paths.to_url(place)}/" if place else "")
    for entry in layout.fields:
        items = paths.get(draft.document, place + entry.below, [])
        if entry.is_cards and entry.node.item is not None and isinstance(items, list):
            inner = steps.item_layout(entry.node.item.pattern, draft.api_version)
            for number in range(len(items)):
                yield from _addresses(draft, step_url, (*place, *entry.below, number), inner)


def one_of_each(api_version: str) -> dict[str, Any]:
    """A document with one item in each list whose items have pages, so that every page can be opened."""
    document: dict[str, Any] = {}
    for step in steps.STEPS:
        _fill(document, (), steps.step_layout(step, api_version), api_version)
    return document


def _fill(document: dict[str, Any], place: Path, layout: steps.Layout, api_version: str) -> None:
    for entry in layout.fields:
        if entry.is_cards and entry.node.item is not None:
            item = (*place, *entry.below, 0)
            paths.put(document, item, {})
            _fill(document, item, steps.item_layout(entry.node.item.pattern, api_version), api_version)


def on_pages(browser: Client, draft: Draft, only: Sequence[steps.Step] = steps.STEPS) -> Counter[str]:
    """How often each pattern has a control, on all pages of the draft, or of some steps, taken together."""
    found: Counter[str] = Counter()
    for address in addresses(draft, only):
        answer = browser.get(f"{address}?all")
        assert answer.status_code == 200, address
        found.update(patterns(answer.content.decode()))
    return found


def patterns(html: str) -> Iterator[str]:
    """The pattern that each control of a page edits."""
    return patterns_of(controls(html))


def patterns_of(names: Iterable[str]) -> Iterator[str]:
    """The pattern that each control of these names edits. Boxes that help with a field are none of their own."""
    for name in names:
        if (
            name != "search"
            and ":" not in name
            and not name.startswith("$target")
            and not name.endswith("].key")
        ):
            pattern = re.sub(r"\[\d+\]", "[]", name)
            yield re.sub(r"\[\]\.value$", "{}", pattern)


def draft_of(user: User, document: dict[str, Any], api_version: str) -> Draft:
    return actions.create(user, Request(Target("", "", "web"), "create", api_version, document), "pasted")


def leaves(api_version: str) -> list[str]:
    return [leaf.pattern for leaf in tree(api_version).leaves()]


def _place(node: Node) -> Path:
    return paths.parse(node.pattern.replace("[]", "[0]").replace("{}", ".any"))


@each_version
def test_a_new_draft_has_each_setting_that_can_apply_once_and_is_small_and_calm(
    api_version: str, as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, {}, api_version)
    found: Counter[str] = Counter()
    marked: set[str] = set()
    for address in addresses(draft):
        answer = as_requester.get(address, headers={"Accept-Encoding": "gzip"})
        assert len(answer.content) <= MOST_BYTES, address
        html = gzip.decompress(answer.content).decode()
        assert "field--error" not in form_of(html), address
        assert "field--warning" not in form_of(html), address
        whole = as_requester.get(f"{address}?all").content.decode()
        assert set(patterns(html)) <= set(patterns(whole)), address
        found.update(patterns(whole))
        marked.update(marked_required(whole))
    assert found == Counter(applying(draft))
    assert marked == {steps.anchor(path) for path in required_in(api_version)}


def marked_required(html: str) -> Iterator[str]:
    """The anchors of the fields that say that they are required; what can be typed into says so to a screen reader too."""
    for part in re.split(r'(?=<[a-z]+ [^>]*id="f-[^"]*-field")', form_of(html))[1:]:
        flagged = 'class="field__flag">Required<' in part
        assert flagged or "aria-required" not in part
        assert "aria-required" in part or not flagged or "add:" in part or 'class="rows"' in part, part
        if flagged:
            found = re.search(r'id="(f-[^"]*)-field"', part)
            assert found is not None
            yield found[1]


def is_leaf(path: Path, api_version: str) -> bool:
    node = tree(api_version).at(path)
    return node is not None and node.is_leaf


def required_in(api_version: str) -> set[Path]:
    """What a scale set of the version needs before anything else is filled in."""
    address = {
        ("$target", each) for each in ("operation", "subscription", "resourceGroup", "name", "apiVersion")
    }
    always = {
        paths.parse(node.pattern)
        for node in tree(api_version).walk()
        if node.property.required and not isinstance(node.property, Single) and unconditional(node)
    }
    asked = {each.path for each in check({}, api_version) if each.severity == "error"}
    return address | always | {path for path in asked if path[-1] in LISTS or is_leaf(path, api_version)}


LISTS: Final = ("networkInterfaceConfigurations",)


def unconditional(node: Node) -> bool:
    """Whether all parts around the node have to be there."""
    holder = node.parent
    while holder is not None and holder.parent is not None:
        if not isinstance(holder.property, Single) or not (
            holder.property.inline or holder.property.required
        ):
            return False
        holder = holder.parent
    return True


MOST_BYTES: Final = 14_000


def applying(draft: Draft) -> list[str]:
    """The leaves that apply to what the draft holds, those of items aside that it does not have."""
    content = contents.of(draft)
    return [
        leaf.pattern
        for leaf in tree(draft.api_version).leaves()
        if (page := steps.item_page(_place(leaf), draft.api_version)) in ((), _place(leaf))
        or paths.get(content, page) is not paths.MISSING
        if all(each.applies(content, page) for each in conditions.of(leaf))
    ]


@pytest.mark.parametrize("api_version", [*API_VERSIONS[::8], API_VERSIONS[-1]])
@pytest.mark.parametrize(("system", "mode"), [("Linux", "Uniform"), ("Windows", "Flexible")])
def test_each_page_has_what_applies_to_its_items_and_its_system(
    system: str, mode: str, api_version: str, as_requester: Client, requester: User
) -> None:
    document = one_of_each(api_version)
    for path in SETTINGS.values():
        paths.remove(document, path)
    paths.put(document, ("properties", "orchestrationMode"), mode)
    draft = draft_of(requester, document, api_version)
    actions.choose_system(requester, draft, system)
    other = next(paths.text(path) for name, path in SETTINGS.items() if name != system)
    wanted = [leaf for leaf in applying(draft) if not leaf.startswith(f"{other}.")]
    assert on_pages(as_requester, draft) == Counter(wanted)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_the_page_of_a_known_extension_shows_each_value_once_and_each_named_setting(
    preset: Preset, as_requester: Client, requester: User
) -> None:
    version = API_VERSIONS[-1]
    item = ("properties", "virtualMachineProfile", "extensionProfile", "extensions", 0)
    document: dict[str, Any] = {}
    paths.put(document, item, {"name": "one", "properties": preset.members(version)})
    draft = draft_of(requester, document, version)
    url = f"/drafts/{draft.code}/extensions/{paths.to_url(item)}/"
    found = Counter(patterns(as_requester.get(f"{url}?all").content.decode()))
    own = [leaf for leaf in leaves(version) if leaf.startswith(extensions.EXTENSION)]
    settings = [
        ".".join([extensions.EXTENSION, *map(str, entry.below), below])
        if below
        else ".".join([extensions.EXTENSION, *map(str, entry.below)])
        for entry in extensions.layout(draft, item, draft.document).fields
        if entry.within
        for below in row_suffixes(entry)
    ]
    assert found == Counter(own + [setting.replace(".[]", "[]") for setting in settings])
    assert bool(settings) is bool(preset.settings or preset.protected)


def row_suffixes(entry: steps.Field) -> list[str]:
    """What follows the pattern of a field in the names of its controls."""
    if not entry.is_rows:
        return [""]
    assert entry.node.item is not None
    return ["[]" + "".join(f".{step}" for step in below) for below, _ in row_fields(entry.node.item)]


@each_version
def test_items_edited_in_rows_hold_single_values_only(api_version: str) -> None:
    """A row has no room for a list within it; such a list would silently not be edited."""
    for node in tree(api_version).walk():
        if isinstance(node.property, List) and node.property.rows:
            _no_lists_in(node)
    for preset in PRESETS:
        for entry in _named_rows(preset):
            _no_lists_in(entry.node)


def _named_rows(preset: Preset) -> list[steps.Field]:
    layout = extensions.preset_layout(preset, API_VERSIONS[-1])
    return [entry for entry in layout.fields if entry.within and entry.is_rows]


def _no_lists_in(node: Node) -> None:
    assert node.item is not None
    lists = [below.pattern for below in node.item.walk() if isinstance(below.property, List | Map)]
    assert not lists, lists


def test_a_place_belongs_to_the_step_with_the_longest_root() -> None:
    profile = ("properties", "virtualMachineProfile")
    assert steps.owner((*profile, "storageProfile", "imageReference", "offer")).name == "image"
    assert steps.owner((*profile, "storageProfile", "osDisk")).name == "disks"
    assert steps.owner((*profile, "osProfile", "secrets")).name == "security"
    assert steps.owner(("location",)).name == "basics"
    assert steps.owner(("$target", "name")).name == "basics"
    assert steps.owner(("something", "unknown")).name == "everything-else"


@pytest.mark.parametrize("former", steps.FORMER)
def test_the_address_of_a_former_step_leads_to_where_its_fields_are(
    former: str, as_requester: Client, requester: User
) -> None:
    draft = draft_of(requester, one_of_each(API_VERSIONS[-1]), API_VERSIONS[-1])
    answer = as_requester.get(f"/drafts/{draft.code}/{former}/?findings=1")
    assert answer["Location"] == f"/drafts/{draft.code}/{steps.FORMER[former]}/?findings=1"
    item = paths.to_url(("properties", "virtualMachineProfile", "osProfile", "secrets", 0))
    answer = as_requester.get(f"/drafts/{draft.code}/{former}/{item}/")
    assert answer["Location"] == f"/drafts/{draft.code}/security/{item}/"
    assert as_requester.get(answer["Location"]).status_code == 200


def test_the_page_of_a_place_is_its_innermost_list_item() -> None:
    nic = ("properties", "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations", 0)
    configuration = (*nic, "properties", "ipConfigurations", 2)
    version = API_VERSIONS[-1]
    assert steps.item_page((*nic, "name"), version) == nic
    assert steps.item_page((*configuration, "properties", "subnet", "id"), version) == configuration
    pool = (*configuration, "properties", "loadBalancerBackendAddressPools", 1, "id")
    assert steps.item_page(pool, version) == configuration
    assert steps.item_page(("sku", "name"), version) == ()
