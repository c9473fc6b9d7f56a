"""What is filled in for people: when, how it is marked and taken out, and that nothing of a person's is written over."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import sent
from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import Suggestion
from vmssbuilder.drafts import actions, addresses, known_values
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms import picking
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target, paths
from vmssbuilder.scaleset.paths import MISSING

PROFILE: Final = "properties.virtualMachineProfile"
STORAGE: Final = f"{PROFILE}.storageProfile"
NICS: Final = f"{PROFILE}.networkProfile.networkInterfaceConfigurations"
KEYS: Final = f"{PROFILE}.osProfile.linuxConfiguration.ssh.publicKeys"
KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDt6e5M179Y8USAerDv0horwrOqIPgEIO8hYHKlUmiOU ops"
VERSION: Final = "2024-07-01"


def built(**members: Any) -> dict[str, Any]:
    """A document with these values, by the text of their paths with __ for a period."""
    made: dict[str, Any] = {}
    for place, value in members.items():
        paths.put(made, paths.parse(place), value)
    return made


VNET: Final = "Microsoft.Network/virtualNetworks"
FIRST_IP: Final = {"ipConfigurations": [{"name": "ip1", "properties": {"primary": True}}]}
ADDED: Final[tuple[tuple[dict[str, Any], str, dict[str, Any]], ...]] = (
    # what there is, the list that gets an item, what that begins with
    ({}, f"{STORAGE}.dataDisks", {"lun": 0, "createOption": "Empty"}),
    (
        {f"{STORAGE}.dataDisks": [{"lun": 0}, {"lun": 2}]},
        f"{STORAGE}.dataDisks",
        {"lun": 3, "createOption": "Empty"},
    ),
    ({}, NICS, {"name": "nic1", "properties": {"primary": True, **FIRST_IP}}),
    ({NICS: [{"name": "NIC1"}]}, NICS, {"name": "nic2", "properties": FIRST_IP}),
    (
        {NICS: [{"name": "a", "properties": {}}]},
        f"{NICS}[0].properties.ipConfigurations",
        {"name": "ip1", "properties": {"primary": True}},
    ),
    ({}, f"{PROFILE}.extensionProfile.extensions", {}),
)

CHOSEN: Final[tuple[tuple[dict[str, Any], dict[str, Any], dict[str, Any]], ...]] = (
    # what there is, what is chosen, what follows
    (
        {},
        {"properties.orchestrationMode": "Flexible"},
        {"properties.platformFaultDomainCount": 1, f"{PROFILE}.networkProfile.networkApiVersion": "2020-11-01"},
    ),
    ({}, {"properties.orchestrationMode": "Uniform"}, {}),
    ({"properties.platformFaultDomainCount": 3}, {"properties.orchestrationMode": "Flexible"}, {f"{PROFILE}.networkProfile.networkApiVersion": "2020-11-01"}),
    ({}, {f"{STORAGE}.imageReference.publisher": "Canonical"}, {f"{STORAGE}.osDisk.createOption": "FromImage"}),
    (
        {f"{STORAGE}.imageReference.publisher": "Canonical"},
        {f"{STORAGE}.osDisk.managedDisk.storageAccountType": "Premium_LRS"},
        {f"{STORAGE}.osDisk.createOption": "FromImage"},
    ),
    ({}, {f"{STORAGE}.osDisk.managedDisk.storageAccountType": "Premium_LRS"}, {}),
    (
        {f"{STORAGE}.imageReference.id": "x", f"{STORAGE}.osDisk.createOption": "FromImage"},
        {f"{STORAGE}.osDisk.diffDiskSettings.placement": "CacheDisk"},
        {f"{STORAGE}.osDisk.diffDiskSettings.option": "Local"},
    ),
    (
        {f"{PROFILE}.osProfile.adminUsername": "ada"},
        {f"{KEYS}[0].keyData": KEY},
        {f"{KEYS}[0].path": "/home/ada/.ssh/authorized_keys"},
    ),
    ({}, {f"{KEYS}[0].keyData": KEY}, {}),
)  # fmt: skip


@pytest.fixture
def draft_of(requester: User) -> Any:
    def make(members: dict[str, Any]) -> Draft:
        return actions.create(requester, Request(api_version=VERSION, document=built(**members)), "blank")

    return make


def page_form(client: Client, draft: Draft, place: str) -> tuple[str, dict[str, list[str]]]:
    """The page that edits a place, and what its form sends as it stands."""
    url = addresses.page_url(draft.code, paths.parse(place), draft.api_version)
    return url, sent(client.get(url).content.decode())


def save(client: Client, draft: Draft, chosen: dict[str, Any], *, automatic: bool = False) -> Draft:
    """The draft after a person chose these values on their pages, with a script or without."""
    for place, value in chosen.items():
        url, form = page_form(client, draft, place)
        headers = {"HX-Request": "true", "HX-Current-URL": url} if automatic else {}
        answer = client.post(url, form | {place: [str(value)]}, headers=headers)
        assert answer.status_code in (200, 302), answer.content
    return Draft.objects.get(pk=draft.pk)


def held(draft: Draft, place: str) -> Any:
    return paths.get(contents.of(draft), paths.parse(place))


@pytest.mark.parametrize(
    ("there", "holder", "item"), ADDED, ids=[str(number) for number in range(len(ADDED))]
)
def test_an_item_that_is_added_begins_with_what_is_known(
    as_requester: Client,
    draft_of: Any,
    page_of: GetPage,
    there: dict[str, Any],
    holder: str,
    item: dict[str, Any],
) -> None:
    draft = draft_of(there)
    url, form = page_form(as_requester, draft, holder)
    answer = as_requester.post(url, form | {"act": [f"add:{holder}"]})
    draft = Draft.objects.get()
    assert held(draft, holder)[-1] == item
    assert draft.head == 2
    html = page_of(as_requester, answer["Location"]).html
    here = [place for place in known_values.of_item((), item) if "[" not in place]
    assert html.count("Filled in for you</span>") == len(here)


@pytest.mark.parametrize("automatic", [False, True], ids=["by a button", "while typing"])
@pytest.mark.parametrize(
    ("there", "chosen", "follows"), CHOSEN, ids=[str(number) for number in range(len(CHOSEN))]
)
def test_what_follows_from_a_choice_is_filled_in_with_it(
    as_requester: Client,
    draft_of: Any,
    there: dict[str, Any],
    chosen: dict[str, Any],
    follows: dict[str, Any],
    automatic: bool,
) -> None:
    before = draft_of(there)
    after = save(as_requester, before, chosen, automatic=automatic)
    assert after.head == 2
    assert after.document == built(**{**there, **chosen, **follows})
    assert known_values.marked(after) == {paths.parse(each) for each in follows}
    document = as_requester.get(f"/drafts/{after.code}/document.json").content
    assert json.loads(document) == after.document
    # An unchanged page changes nothing, and fills in nothing.
    for place in {**chosen, **follows}:
        url, form = page_form(as_requester, after, place)
        as_requester.post(url, form)
    assert Draft.objects.get().head == 2


@pytest.mark.parametrize(("there", "chosen", "follows"), [each for each in CHOSEN if each[2]])
def test_what_was_filled_in_is_taken_out_with_one_press_and_stays_out(
    as_requester: Client,
    draft_of: Any,
    page_of: GetPage,
    there: dict[str, Any],
    chosen: dict[str, Any],
    follows: dict[str, Any],
) -> None:
    draft = save(as_requester, draft_of(there), chosen)
    for place in follows:
        url, form = page_form(as_requester, draft, place)
        page = page_of(as_requester, url)
        assert "Filled in for you" in page.text
        assert "json__line--filled" in page.html
        as_requester.post(url, form | {"act": [f"unfill:{place}"]})
    draft = Draft.objects.get()
    assert not known_values.marked(draft)
    assert all(held(draft, place) is MISSING for place in follows)
    (place, value), *_ = chosen.items()
    if not place.startswith(KEYS):
        again = save(as_requester, save(as_requester, draft, {place: ""}), {place: value})
        assert all(held(again, each) is MISSING for each in follows)


def test_what_was_filled_in_for_another_choice_goes_with_it_and_comes_back(
    as_requester: Client, draft_of: Any
) -> None:
    mode, count = "properties.orchestrationMode", "properties.platformFaultDomainCount"
    draft = save(as_requester, draft_of({}), {mode: "Flexible"})
    draft = save(as_requester, draft, {mode: "Uniform"})
    assert draft.document == {"properties": {"orchestrationMode": "Uniform"}}
    draft = save(as_requester, draft, {mode: "Flexible"})
    assert held(draft, count) == 1
    draft = save(as_requester, draft, {count: 2})
    draft = save(as_requester, draft, {mode: "Uniform"})
    assert held(draft, count) == 2, "what a person typed stays"


def test_what_a_person_emptied_before_is_not_filled_in(as_requester: Client, draft_of: Any) -> None:
    count = "properties.platformFaultDomainCount"
    draft = save(as_requester, draft_of({count: 2}), {count: ""})
    draft = save(as_requester, draft, {"properties.orchestrationMode": "Flexible"})
    assert held(draft, count) is MISSING


def test_opening_pasting_and_updates_fill_in_nothing(as_requester: Client, requester: User) -> None:
    text = json.dumps({"properties": {"orchestrationMode": "Flexible"}})
    accepted = {"accept": "1", "choice": "0", "shown": "0", "operation": "create"}
    as_requester.post("/drafts/new/", {"start": "text", "text": text, **accepted})
    draft = Draft.objects.get()
    as_requester.get(f"/drafts/{draft.code}/")
    assert Draft.objects.get().document == json.loads(text)
    update = actions.create(requester, Request(operation="update", api_version=VERSION), "blank")
    saved = save(as_requester, update, {"properties.orchestrationMode": "Flexible"})
    assert saved.document == json.loads(text)


def test_marks_do_not_wander_to_other_items(as_requester: Client, draft_of: Any) -> None:
    disks = f"{STORAGE}.dataDisks"
    draft = draft_of({})
    for _ in range(2):
        url, form = page_form(as_requester, draft, disks)
        as_requester.post(url, form | {"act": [f"add:{disks}"]})
        draft = Draft.objects.get()
    assert len(known_values.marked(draft)) == 4
    url, form = page_form(as_requester, draft, disks)
    as_requester.post(url, form | {"act": [f"remove:{disks}[0]"]})
    assert not known_values.marked(Draft.objects.get())


REGIONS: Final = {"rg-west": "ukwest", "rg-south": "uksouth"}
"""The regions of the resource groups that are known; of others nobody knows any."""


@pytest.fixture
def known_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    def usable(_user: User, _kind: str, _where: Any, _wait: float, value: str = "") -> tuple[Suggestion, ...]:
        found = REGIONS.get(value)
        return (Suggestion(value, value, "", "", facts={"location": found}),) if found else ()

    monkeypatch.setattr(picking, "usable", usable)


@pytest.mark.parametrize("automatic", [False, True], ids=["by a button", "while typing"])
@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [
        (
            {"properties.orchestrationMode": "Flexible"},
            {"properties.orchestrationMode": "Uniform", "properties.platformFaultDomainCount": 5},
            {"properties.platformFaultDomainCount": 5},
        ),
        (
            {"$target.resourceGroup": "rg-west"},
            {"$target.resourceGroup": "rg-elsewhere", "location": "norwayeast"},
            {"location": "norwayeast"},
        ),
        (
            {"$target.resourceGroup": "rg-west"},
            {"$target.resourceGroup": "rg-south", "location": "norwayeast"},
            {"location": "norwayeast"},
        ),
    ],
    ids=["another mode", "a group of no known region", "a group of another region"],
)
@pytest.mark.usefixtures("known_groups")
def test_what_is_typed_stands_where_a_choice_of_the_same_save_would_take_it_out(
    as_requester: Client,
    draft_of: Any,
    first: dict[str, Any],
    then: dict[str, Any],
    stands: dict[str, Any],
    automatic: bool,
) -> None:
    draft = save(as_requester, draft_of({}), first)
    (place,) = stands
    assert paths.parse(place) in known_values.marked(draft)
    url, form = page_form(as_requester, draft, place)
    headers = {"HX-Request": "true", "HX-Current-URL": url} if automatic else {}
    answer = as_requester.post(
        url, form | {name: [str(value)] for name, value in then.items()}, headers=headers
    )
    assert answer.status_code in (200, 302), answer.content
    draft = Draft.objects.get()
    assert {each: held(draft, each) for each in stands} == stands
    assert paths.parse(place) not in known_values.marked(draft)


@pytest.mark.usefixtures("known_groups")
def test_the_region_follows_the_group_as_long_as_nobody_types_one(
    as_requester: Client, draft_of: Any
) -> None:
    draft = draft_of({})
    for group, region in (*REGIONS.items(), ("rg-elsewhere", MISSING), ("rg-west", "ukwest")):
        draft = save(as_requester, draft, {"$target.resourceGroup": group})
        assert held(draft, "location") == region
        assert (("location",) in known_values.marked(draft)) == (region is not MISSING)
    draft = save(as_requester, draft, {"location": "norwayeast"})
    draft = save(as_requester, draft, {"$target.resourceGroup": "rg-south"})
    assert held(draft, "location") == "norwayeast"


@pytest.mark.parametrize("automatic", [False, True], ids=["by a button", "while typing"])
@pytest.mark.parametrize("gone", [(0, 1), (0, 4)], ids=["others", "the item itself"])
def test_an_item_of_a_list_that_became_shorter_is_saved_where_it_is_now(
    as_requester: Client, requester: User, draft_of: Any, gone: tuple[int, ...], automatic: bool
) -> None:
    listed = f"{PROFILE}.extensionProfile.extensions"
    draft = draft_of({listed: [{"name": f"e{number}"} for number in range(5)]})
    publisher = f"{listed}[4].properties.publisher"
    url, form = page_form(as_requester, draft, publisher)
    for number in gone:
        draft, _ = actions.edit_list(requester, draft, 1, "remove", paths.parse(f"{listed}[{number}]"))
    headers = {"HX-Request": "true", "HX-Current-URL": url} if automatic else {}
    answer = as_requester.post(url, form | {publisher: ["Contoso"]}, headers=headers)
    published = [paths.get(each, ("properties", "publisher")) for each in held(Draft.objects.get(), listed)]
    if 4 in gone:
        assert answer.status_code in (404, 409)
        assert published == [MISSING] * 3
    else:
        assert answer.status_code in (204, 302)
        assert published == [MISSING, MISSING, "Contoso"]


def test_a_field_drawn_in_place_knows_what_the_whole_page_knows(
    as_requester: Client, requester: User, draft_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = picking.ZoneOption("1", "Not for this size"), picking.ZoneOption("2")
    monkeypatch.setattr(picking, "zones", lambda _user, _content: noted)
    draft = draft_of({"zones": ["1"]})
    url, form = page_form(as_requester, draft, "zones")
    actions.save(requester, draft, 1, [Changed(("zones",), ["1"], ["2"])])
    answer = as_requester.post(url, form, headers={"HX-Request": "true", "HX-Current-URL": url})
    html = answer.content.decode()
    assert "Not for this size" in as_requester.get(url).content.decode()
    assert "Not for this size" in html


@pytest.mark.parametrize("told", [False, True], ids=["before the page heard of it", "after"])
@pytest.mark.usefixtures("known_groups")
def test_what_is_typed_while_a_value_is_filled_in_stands_and_nobody_is_asked(
    as_requester: Client, draft_of: Any, told: bool
) -> None:
    draft = draft_of({})
    url, form = page_form(as_requester, draft, "location")
    group, typed = {"$target.resourceGroup": ["rg-west"]}, {"location": ["norwayeast"]}
    passing = {"HX-Request": "true", "HX-Current-URL": url}
    as_requester.post(url, form | group, headers=passing)
    assert ("location",) in known_values.marked(Draft.objects.get())
    # The page keeps what is typed where an answer brings another value, and names the place.
    newer = {"base": ["2"], "unsettled": ["location"]} if told else {}
    answer = as_requester.post(url, form | group | typed | newer)
    assert answer.status_code == 302, answer.content
    assert held(Draft.objects.get(), "location") == "norwayeast"


def test_the_card_of_an_interface_shows_the_subnet_and_the_pools_of_its_first_address(
    draft_of: Any, page_of: GetPage, as_requester: Client
) -> None:
    first = f"{NICS}[0].properties.ipConfigurations[0].properties"
    subnet = f"/subscriptions/s/resourceGroups/rg/providers/{VNET}/vnet1/subnets/web"
    draft = draft_of({NICS: [{"name": "nic1", "properties": FIRST_IP}]})
    card = page_of(as_requester, f"/drafts/{draft.code}/network/")
    assert "Load balancer backend pools: not chosen Choose from a list" in card.text
    chosen = copy.deepcopy(FIRST_IP)
    draft = draft_of({NICS: [{"name": "nic1", "properties": chosen}], f"{first}.subnet.id": subnet})
    card = page_of(as_requester, f"/drafts/{draft.code}/network/")
    assert "vnet1 / web Choose a subnet" in card.text
    place = paths.to_url(paths.parse(f"{first}.subnet.id"))
    assert f'href="/drafts/{draft.code}/choose/{place}/"' in card.html


@pytest.mark.parametrize("holder", [f"{STORAGE}.dataDisks", NICS])
def test_an_item_is_not_called_wrong_before_somebody_filled_it_in(
    holder: str, as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = actions.create(requester, Request(Target("", "", "web"), "create", VERSION, {}), "blank")
    draft, where = actions.edit_list(requester, draft, draft.head, "add", paths.parse(holder))
    url = addresses.page_url(draft.code, paths.parse(holder), VERSION)
    html = page_of(as_requester, url).html
    assert "Not filled in yet</span>" in html
    assert "status--error" not in html
    assert "Needs attention" in page_of(as_requester, f"{url}?findings=1").html
    wrong = (*where, *(("properties", "primary") if holder == NICS else ("lun",)))
    held = paths.get(draft.document, wrong)
    actions.save(requester, draft, draft.head, [Changed(wrong, held, "maybe")])
    assert "Needs attention" in page_of(as_requester, url).html
