"""The lists of a page without JavaScript: add, change, duplicate, remove with undo, move, paste; nothing typed is lost."""

from __future__ import annotations

import copy
import re
import statistics
import time
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.effort import effort
from tests.forms import entries
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, checking, steps
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.scaleset import Request, paths
from vmssbuilder.scaleset.paths import MISSING

from .conftest import TARGET

PROFILE = "properties.virtualMachineProfile"
NICS = f"{PROFILE}.networkProfile.networkInterfaceConfigurations"
DISKS = f"{PROFILE}.storageProfile.dataDisks"
EXTENSIONS = f"{PROFILE}.extensionProfile.extensions"
IPS = f"{NICS}[0].properties.ipConfigurations"


def at(draft: Draft, below: str = "") -> str:
    return f"/drafts/{draft.code}/{below}"


def page_at(draft: Draft, step: str, item: str) -> str:
    return at(draft, f"{step}/{paths.to_url(paths.parse(item))}/")


def value(draft: Draft, path: str) -> Any:
    draft.refresh_from_db()
    return paths.get(draft.document, paths.parse(path))


def names(draft: Draft, path: str = NICS) -> list[str]:
    found = value(draft, path)
    return [] if found is MISSING else [item.get("name", "") for item in found]


def press(client: Client, url: str, act: str, typed: dict[str, str] | None = None) -> Any:
    """Opens a page, types something, presses a button of a list: what a browser without JavaScript would send."""
    url = urlsplit(url)._replace(fragment="").geturl()
    html = client.get(url).content.decode()
    assert f'value="{act}"' in html, f"no button {act}"
    return client.post(urlsplit(url).path, form_of(html) | (typed or {}) | {"act": act})


def form_of(html: str) -> dict[str, Any]:
    """What the form of a page sends."""
    sent: dict[str, Any] = {}
    for name, text in entries(html):
        sent.setdefault(name, []).append(text)
    return sent


def undo_of(html: str) -> str:
    found = re.search(r'name="act"\s+value="(undo:[^"]+)"', html)
    assert found, "no way back is offered"
    return found[1].replace("&#x27;", "'")


def many(**lists: int) -> dict[str, Any]:
    """A document with that many network interfaces, extensions and data disks."""
    return {
        "location": "uksouth",
        "tags": {f"tag{number}": "x" for number in range(lists.get("tags", 0))},
        "properties": {
            "virtualMachineProfile": {
                "storageProfile": {
                    "dataDisks": [{"lun": lun, "diskSizeGB": 64} for lun in range(lists.get("disks", 0))]
                },
                "networkProfile": {
                    "networkInterfaceConfigurations": [
                        {"name": f"nic{number}", "properties": {"ipConfigurations": [{"name": "ip"}]}}
                        for number in range(lists.get("nics", 0))
                    ]
                },
                "extensionProfile": {
                    "extensions": [
                        {
                            "name": f"ext{number}",
                            "properties": {
                                "publisher": "Contoso",
                                "protectedSettings": {"key": f"hidden-{number}"},
                            },
                        }
                        for number in range(lists.get("extensions", 0))
                    ]
                },
            }
        },
    }


@pytest.fixture
def full(requester: User) -> Draft:
    document = many(disks=4, nics=3, extensions=3, tags=3)
    return actions.create(requester, Request(TARGET, "create", "2024-07-01", document), "pasted")


# --- Remove and undo --------------------------------------------------------------------------------------------------


def test_a_removed_disk_comes_back_exactly(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    before = value(full, DISKS)
    answer = press(as_requester, at(full, "disks/"), f"remove:{DISKS}[2]")
    assert answer["Location"].endswith("-dataDisks-done")
    page = page_of(as_requester, answer["Location"])
    assert "Removed data disk 3 (LUN 2)" in page.text
    assert [disk["lun"] for disk in value(full, DISKS)] == [0, 1, 3]
    answer = press(as_requester, answer["Location"], undo_of(page.html))
    assert answer["Location"].endswith("-dataDisks-2")
    assert "Put back data disk 3 (LUN 2)" in page_of(as_requester, answer["Location"]).text
    assert value(full, DISKS) == before


def test_undo_brings_secrets_back(as_requester: Client, full: Draft) -> None:
    before = value(full, EXTENSIONS)
    assert set(before[1]["properties"]["protectedSettings"]) == {"$secret"}
    answer = press(as_requester, at(full, "extensions/"), f"remove:{EXTENSIONS}[1]")
    html = as_requester.get(answer["Location"]).content.decode()
    assert "hidden-1" not in html
    press(as_requester, answer["Location"], undo_of(html))
    assert value(full, EXTENSIONS) == before
    assert Secret.objects.filter(code=before[1]["properties"]["protectedSettings"]["$secret"]).exists()


def test_undo_of_the_only_item_brings_the_list_back(as_requester: Client, requester: User) -> None:
    draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", many(nics=1)), "pasted")
    before = copy.deepcopy(draft.document)
    answer = press(as_requester, at(draft, "network/"), f"remove:{NICS}[0]")
    html = as_requester.get(answer["Location"]).content.decode()
    assert "No network interface yet" in html
    press(as_requester, answer["Location"], undo_of(html))
    assert value(draft, PROFILE) == before["properties"]["virtualMachineProfile"]


def test_undo_holds_after_edits_by_others(as_requester: Client, requester: User, full: Draft) -> None:
    answer = press(as_requester, at(full, "network/"), f"remove:{NICS}[1]")
    html = as_requester.get(answer["Location"]).content.decode()
    actions.save(requester, full, 2, [Changed(("sku", "capacity"), MISSING, 9)])
    actions.edit_list(requester, full, 3, "up", (*paths.parse(NICS), 1))
    actions.edit_list(requester, full, 4, "add", paths.parse(NICS))
    press(as_requester, answer["Location"], undo_of(html))
    assert names(full) == ["nic2", "nic0", "nic1", "nic3"]
    assert value(full, "sku.capacity") == 9


def test_undo_of_an_item_within_an_item_that_moved(
    as_requester: Client, requester: User, full: Draft
) -> None:
    answer = press(as_requester, page_at(full, "network", f"{NICS}[0]"), f"remove:{IPS}[0]")
    html = as_requester.get(answer["Location"]).content.decode()
    actions.edit_list(requester, full, 2, "down", (*paths.parse(NICS), 0))
    as_requester.post(at(full, "network/"), {"base": 3, "act": undo_of(html)})
    assert names(full) == ["nic1", "nic0", "nic2"]
    assert [len(nic["properties"].get("ipConfigurations", [])) for nic in value(full, NICS)] == [1, 1, 1]


def test_undo_twice_says_that_it_is_back(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    answer = press(as_requester, at(full, "network/"), f"remove:{NICS}[1]")
    undo = undo_of(as_requester.get(answer["Location"]).content.decode())
    as_requester.post(at(full, "network/"), {"base": 2, "act": undo})
    page = page_of(as_requester, at(full, "network/"), post={"base": 3, "act": undo}, status=409)
    assert "it is back already" in page.text
    assert names(full) == ["nic0", "nic1", "nic2"]


@pytest.mark.parametrize(
    "act", ["undo:9:zones[0]", "undo:x:zones[0]", "undo:1", "undo:1:[[", "undo:1:sku.name"]
)
def test_an_undo_that_makes_no_sense_changes_nothing(as_requester: Client, full: Draft, act: str) -> None:
    assert as_requester.post(at(full, "basics/"), {"base": 1, "act": act}).status_code in (400, 409)
    full.refresh_from_db()
    assert full.head == 1


def test_a_stranger_undoes_nothing(as_stranger: Client, requester: User, full: Draft) -> None:
    actions.edit_list(requester, full, 1, "remove", (*paths.parse(NICS), 1))
    answer = as_stranger.post(at(full, "network/"), {"base": 2, "act": f"undo:1:{NICS}[1]"})
    assert answer.status_code == 404
    assert names(full) == ["nic0", "nic2"]


@pytest.mark.parametrize(
    "done",
    [
        "",
        "removed",
        "removed:1",
        "removed:99:zones[0]",
        f"removed:1:{NICS}[9]",
        f"copied:{NICS}[0]",
        "boom:tags",
        f"copied:{NICS}[9]",
        "pasted:a:b:tags",
        "pasted:1:0:sku",
        f"back:{NICS}[7]",
        "removed:x:[[",
        "back:",
        "removed:1:",
    ],
)
def test_an_address_that_tells_of_nothing_says_nothing(
    page_of: GetPage, as_requester: Client, full: Draft, done: str
) -> None:
    assert 'class="done"' not in page_of(as_requester, at(full, f"network/?done={done}")).html


def test_an_empty_item_can_be_removed_from_its_own_page(
    page_of: GetPage, as_requester: Client, full: Draft
) -> None:
    item = press(as_requester, at(full, "network/"), f"add:{NICS}")["Location"]
    assert item == page_at(full, "network", f"{NICS}[3]")
    answer = press(as_requester, item, "remove:", {f"{NICS}[3].name": "typed"})
    assert urlsplit(answer["Location"]).path == at(full, "network/")
    assert "Removed network interface 4" in page_of(as_requester, answer["Location"]).text
    assert names(full) == ["nic0", "nic1", "nic2"]


def test_what_is_no_object_can_be_removed_and_has_no_dead_link(
    page_of: GetPage, as_requester: Client, requester: User
) -> None:
    document = many(nics=1)
    paths.get(document, paths.parse(NICS)).append("odd")
    draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", document), "pasted")
    page = page_of(as_requester, at(draft, "network/"))
    assert "Not an object" in page.text
    assert as_requester.get(page_at(draft, "network", f"{NICS}[1]"))["Location"] == at(draft, "json/#text")
    press(as_requester, at(draft, "network/"), f"remove:{NICS}[1]")
    assert names(draft) == ["nic0"]


def test_a_value_typed_into_an_item_of_the_wrong_type_leaves_the_others(requester: User) -> None:
    draft = actions.create(
        requester,
        Request(TARGET, "create", "2024-07-01", {"zones": ["1"], "list": ["odd", {"name": "b"}]}),
        "pasted",
    )
    saved = actions.save(requester, draft, 1, [Changed(("list", 0, "name"), MISSING, "a")])
    assert saved.document["list"] == [{"name": "a"}, {"name": "b"}]


# --- Duplicate, move, add ---------------------------------------------------------------------------------------------


def test_a_duplicate_has_a_free_name_and_says_so(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    answer = press(as_requester, at(full, "network/"), f"duplicate:{NICS}[0]")
    assert answer["Location"].endswith("networkInterfaceConfigurations-1")
    page = page_of(as_requester, answer["Location"])
    assert "The copy has name nic3, the next free one" in page.text
    assert names(full) == ["nic0", "nic3", "nic1", "nic2"]


def test_a_duplicated_disk_has_the_next_free_lun(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    answer = press(as_requester, at(full, "disks/"), f"duplicate:{DISKS}[1]")
    assert "The copy has LUN 4, the next free one" in page_of(as_requester, answer["Location"]).text
    assert [disk["lun"] for disk in value(full, DISKS)] == [0, 1, 4, 2, 3]


def test_a_move_leads_to_the_moved_card(as_requester: Client, full: Draft) -> None:
    answer = press(as_requester, at(full, "network/"), f"down:{NICS}[0]")
    assert answer["Location"].endswith("#f-" + re.sub(r"\W", "-", NICS) + "-1")
    assert names(full) == ["nic1", "nic0", "nic2"]


def test_from_an_item_the_ways_back_lead_to_its_card(
    page_of: GetPage, as_requester: Client, full: Draft
) -> None:
    card = "#f-" + re.sub(r"\W", "-", NICS) + "-1"
    page = page_of(as_requester, page_at(full, "network", f"{NICS}[1]"))
    assert f'href="{at(full, "network/")}{card}"' in page.html
    sent = form_of(page.html) | {"seen": "1"}
    answer = as_requester.post(page_at(full, "network", f"{NICS}[1]"), sent)
    assert answer["Location"] == at(full, "network/") + card


def test_another_one_can_be_added_from_the_page_of_the_last(as_requester: Client, full: Draft) -> None:
    item = press(as_requester, at(full, "disks/"), f"add:{DISKS}")["Location"]
    answer = press(as_requester, item, "add:", {f"{DISKS}[4].lun": "7"})
    assert answer["Location"] == page_at(full, "disks", f"{DISKS}[5]")
    assert value(full, f"{DISKS}[4].lun") == 7


def test_from_the_check_an_act_still_returns_to_the_check(as_requester: Client, full: Draft) -> None:
    answer = press(as_requester, at(full, "network/?return=check"), f"add:{NICS}")
    assert answer["Location"].endswith("/3/?return=check")
    answer = press(as_requester, at(full, "network/?return=check"), f"remove:{NICS}[3]")
    assert "?return=check&done=" in answer["Location"]


# --- Nothing typed is lost --------------------------------------------------------------------------------------------

DNS = f"{PROFILE}.networkProfile.networkApiVersion"


@pytest.mark.parametrize(
    "act",
    [f"add:{NICS}", f"duplicate:{NICS}[0]", f"remove:{NICS}[0]", f"down:{NICS}[0]", f"up:{NICS}[1]"],
)
def test_an_act_saves_what_else_was_typed(as_requester: Client, full: Draft, act: str) -> None:
    press(as_requester, at(full, "network/"), act, {DNS: "2020-11-01"})
    assert value(full, DNS) == "2020-11-01"


def nic(number: int) -> paths.Path:
    return (*paths.parse(NICS), number)


def name_of(number: int, name: str) -> Changed:
    return Changed((*nic(number), "name"), f"nic{number}", name)


@pytest.mark.parametrize(
    ("theirs", "mine", "left"),
    [
        (("add", paths.parse(NICS)), f"add:{NICS}", ["nic0", "nic1", "nic2", "nic4", "nic5"]),
        (("add", paths.parse(NICS)), f"remove:{NICS}[1]", ["nic0", "nic2", "nic4"]),
        (("remove", nic(0)), f"remove:{NICS}[1]", ["nic2"]),
        (("remove", nic(0)), f"duplicate:{NICS}[1]", ["nic1", "nic3", "nic2"]),
        (("up", nic(1)), f"remove:{NICS}[1]", ["nic0", "nic2"]),
        (("duplicate", nic(0)), f"down:{NICS}[0]", ["nic3", "nic1", "nic0", "nic2"]),
        (("down", nic(0)), f"down:{NICS}[0]", ["nic1", "nic0", "nic2"]),
        (("remove", nic(2)), f"up:{NICS}[1]", ["nic1", "nic0"]),
    ],
)
def test_acts_of_two_people_on_different_items_both_stand(
    as_requester: Client,
    requester: User,
    full: Draft,
    theirs: tuple[str, paths.Path],
    mine: str,
    left: list[str],
) -> None:
    actions.edit_list(requester, full, 1, *theirs)
    sent = {"base": 1, DNS: "2020-11-01", "act": mine}
    assert as_requester.post(at(full, "network/"), sent).status_code == 302
    assert [str(name or "") for name in names(full)] == left
    assert value(full, DNS) == "2020-11-01"


def test_an_item_that_others_changed_is_removed_only_after_a_look(
    page_of: GetPage, as_requester: Client, requester: User, full: Draft
) -> None:
    actions.save(requester, full, 1, [name_of(1, "nic-new")])
    sent = {"base": 1, DNS: "2020-11-01", "act": f"remove:{NICS}[1]"}
    page = page_of(as_requester, at(full, "network/"), post=sent, status=409)
    assert page.heading == "Remove nic1?"
    assert (
        "was changed while your page was open. What you typed was saved. The list is as it was left."
        in page.text
    )
    assert '"nic1"' in page.text
    assert '"nic-new"' in page.text
    assert names(full) == ["nic0", "nic-new", "nic2"]
    button = next(each for each in page.all("button", name="act"))
    base = page.all("input", name="base")[0].get("value")
    again = as_requester.post(at(full, "network/"), {"base": base, "act": button.get("value")})
    assert again.status_code == 302
    assert names(full) == ["nic0", "nic2"]


def test_an_item_that_is_gone_leaves_the_choice_among_the_others(
    page_of: GetPage, as_requester: Client, requester: User, full: Draft
) -> None:
    actions.edit_list(requester, full, 1, "remove", nic(1))
    page = page_of(
        as_requester, at(full, "network/"), post={"base": 1, "act": f"duplicate:{NICS}[1]"}, status=409
    )
    assert page.heading == "Duplicate nic1?"
    assert [each.get("value") for each in page.all("button", name="act")] == [
        f"duplicate:{NICS}[0]",
        f"duplicate:{NICS}[1]",
    ]
    assert names(full) == ["nic0", "nic2"]
    page = page_of(as_requester, at(full, "network/"), post={"base": 1, "act": f"down:{NICS}[0]"}, status=409)
    assert "What nic0 was to be moved past is gone." in page.text
    assert names(full) == ["nic0", "nic2"]


def test_an_act_that_makes_no_sense_says_what_was_saved(
    page_of: GetPage, as_requester: Client, full: Draft
) -> None:
    sent = {"base": 1, DNS: "2020-11-01", "act": f"remove:{NICS}[8]"}
    page = page_of(as_requester, at(full, "network/"), post=sent, status=400)
    assert "What you typed was saved" in page.text
    page = page_of(
        as_requester, at(full, "network/"), post={"base": 2, "act": f"remove:{NICS}[8]"}, status=400
    )
    assert "Nothing was changed" in page.text


def test_adding_inside_an_item_that_others_moved_reaches_that_item(
    as_requester: Client, requester: User, full: Draft
) -> None:
    actions.edit_list(requester, full, 1, "down", (*paths.parse(NICS), 0))
    as_requester.post(page_at(full, "network", f"{NICS}[0]"), {"base": 1, "act": f"add:{IPS}"})
    assert [len(nic["properties"]["ipConfigurations"]) for nic in value(full, NICS)] == [1, 2, 1]


# --- Rows -------------------------------------------------------------------------------------------------------------


def test_another_row_leads_to_the_empty_one(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    typed = {"tags[3].key": "new", "tags[3].value": "one"}
    answer = press(as_requester, at(full, "basics/"), "more:tags", typed)
    assert answer["Location"] == at(full, "basics/#f-tags-4-key")
    assert 'id="f-tags-4-key"' in page_of(as_requester, answer["Location"]).html
    assert value(full, "tags.new") == "one"


def test_a_removed_tag_comes_back(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    answer = press(as_requester, at(full, "basics/"), "drop:tags[1]")
    page = page_of(as_requester, answer["Location"])
    assert "Removed tag “tag1”" in page.text
    assert list(value(full, "tags")) == ["tag0", "tag2"]
    answer = press(as_requester, answer["Location"], undo_of(page.html))
    assert answer["Location"].endswith("#f-tags-1-key")
    assert list(value(full, "tags")) == ["tag0", "tag1", "tag2"]


def test_a_removed_text_of_a_list_comes_back(as_requester: Client, requester: User, full: Draft) -> None:
    actions.save(requester, full, 1, [Changed(("zones",), MISSING, ["1", "2", "3"])])
    step = next(
        step
        for step in ("basics", "instances")
        if 'value="zones"' in as_requester.get(at(full, f"{step}/")).content.decode()
    )
    answer = press(as_requester, at(full, f"{step}/"), "drop:zones[1]")
    assert value(full, "zones") == ["1", "3"]
    undo = undo_of(as_requester.get(answer["Location"]).content.decode())
    press(as_requester, answer["Location"], undo)
    assert value(full, "zones") == ["1", "2", "3"]


def test_a_row_that_was_never_saved_is_dropped_without_words(as_requester: Client, full: Draft) -> None:
    html = as_requester.get(at(full, "basics/")).content.decode()
    sent = form_of(html) | {"tags[3].key": "new", "tags[3].value": "one", "act": "drop:tags[3]"}
    assert "done=" not in as_requester.post(at(full, "basics/"), sent)["Location"]
    assert "new" not in value(full, "tags")


def test_members_that_rows_do_not_show_stay_with_their_row(
    as_requester: Client, requester: User, full: Draft
) -> None:
    """A row above was cleared, so the rows below have other numbers than the page that sends them next."""
    name = f"{PROFILE}.osProfile.linuxConfiguration.ssh.publicKeys"
    keys = [{"path": f"/home/{user}", "keyData": f"key {user}", "own": user} for user in "abc"]
    del keys[0]["own"]
    saved = actions.save(requester, full, 1, [Changed(paths.parse(name), MISSING, keys)])
    sent = {"rows": name, f"{name}[0].path": "", f"{name}[0].keyData": ""}
    for number, user in ((1, "b"), (2, "c")):
        sent |= {f"{name}[{number}].path": f"/home/{user}", f"{name}[{number}].keyData": f"key {user}"}
    as_requester.post(at(full, "image/"), sent | {"base": saved.head}, headers={"HX-Request": "true"})
    assert value(full, name) == keys[1:]
    sent |= {f"{name}[2].path": "/home/changed"}
    as_requester.post(at(full, "image/"), sent | {"base": full.head}, headers={"HX-Request": "true"})
    assert value(full, name)[0] == keys[1]


# --- Pasting ----------------------------------------------------------------------------------------------------------


def test_pasted_tags_are_added_and_changed(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    typed = {"tags:paste": "tag1=changed\nteam: shop\ncost\t42", "$target.name": "typed-too"}
    answer = press(as_requester, at(full, "basics/"), "paste:tags", typed)
    assert value(full, "tags") == {"tag0": "x", "tag1": "changed", "tag2": "x", "team": "shop", "cost": "42"}
    assert full.name == "typed-too"
    page = page_of(as_requester, answer["Location"])
    assert "Added 2 to Tags, gave 1 another value" in page.text


def test_a_paste_of_what_is_there_says_so(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    answer = press(as_requester, at(full, "basics/"), "paste:tags", {"tags:paste": "tag1=x"})
    assert "Nothing to add" in page_of(as_requester, answer["Location"]).text


def test_a_paste_that_cannot_be_read_stays_in_its_box(
    page_of: GetPage, as_requester: Client, full: Draft
) -> None:
    html = as_requester.get(at(full, "basics/")).content.decode()
    sent = form_of(html) | {"tags:paste": "a=1\nnonsense", "act": "paste:tags"}
    page = page_of(as_requester, at(full, "basics/"), post=sent, status=422)
    assert "Line 2, “nonsense”, has no value" in page.text
    assert dict(entries(page.html))["tags:paste"] == "a=1\r\nnonsense"
    assert '<details class="rows__paste" open>' in page.html
    full.refresh_from_db()
    assert full.head == 1


def test_a_paste_is_taken_by_any_button_but_not_in_passing(as_requester: Client, full: Draft) -> None:
    sent = form_of(as_requester.get(at(full, "basics/")).content.decode()) | {"tags:paste": "a=1"}
    as_requester.post(at(full, "basics/"), sent, headers={"HX-Request": "true"})
    assert "a" not in value(full, "tags")
    as_requester.post(at(full, "basics/"), sent)
    assert value(full, "tags.a") == "1"


def test_pasted_identifiers_become_objects(as_requester: Client, full: Draft) -> None:
    pools = f"{IPS}[0].properties.loadBalancerBackendAddressPools"
    url = page_at(full, "network", f"{IPS}[0]")
    press(as_requester, url, f"paste:{pools}", {f"{pools}:paste": "/a/pool1, /a/pool2\n/a/pool1"})
    assert value(full, pools) == [{"id": "/a/pool1"}, {"id": "/a/pool2"}]


def test_pasted_identities_become_names(as_requester: Client, full: Draft) -> None:
    name = "identity.userAssignedIdentities"
    kind = {"identity.type": "UserAssigned"}
    as_requester.post(at(full, "security/"), {"base": full.head} | kind)
    press(as_requester, at(full, "security/"), f"paste:{name}", {f"{name}:paste": "/one\n/two"})
    assert value(full, name) == {"/one": {}, "/two": {}}


def test_pasting_by_the_hundred(page_of: GetPage, as_requester: Client, full: Draft) -> None:
    pasted = "\n".join(f"more{number}={number}" for number in range(200))
    answer = press(as_requester, at(full, "basics/"), "paste:tags", {"tags:paste": pasted})
    assert "Added 200" in page_of(as_requester, answer["Location"]).text
    assert len(value(full, "tags")) == 203


# --- Large lists ------------------------------------------------------------------------------------------------------


def test_many_items_have_sound_pages(page_of: GetPage, as_requester: Client, requester: User) -> None:
    document = many(disks=40, nics=12, extensions=30, tags=50)
    draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", document), "pasted")
    for step in ("basics", "disks", "network", "extensions"):
        page_of(as_requester, at(draft, f"{step}/?findings=1"))
    page = page_of(as_requester, at(draft, "disks/"))
    assert "Skip the 40 cards" in page.text
    assert unquote(page.html).count('name="act" value="duplicate:') == 40


def copying(client: Client, draft: Draft, step: str, path: str, number: int) -> float:
    """The processor time that it takes until an item is copied and shown."""
    url = at(draft, f"{step}/")
    form = form_of(client.get(url).content.decode()) | {"act": f"duplicate:{path}[{number}]"}
    begun = time.process_time()
    answer = client.post(url, form)
    assert answer.status_code == 302
    client.get(answer.headers["Location"].partition("#")[0])
    return time.process_time() - begun


def test_twelve_interfaces_thirty_extensions_forty_disks(as_requester: Client, requester: User) -> None:
    """The last ones are added as quickly as the second, and the request holds all of them in the end."""
    small, large = (
        actions.create(requester, Request(TARGET, "create", "2024-07-01", many(**counts)), "pasted")
        for counts in ({"nics": 1, "extensions": 1, "disks": 1}, {"nics": 9, "extensions": 27, "disks": 37})
    )
    for step, path, count in (("network", NICS, 12), ("extensions", EXTENSIONS, 30), ("disks", DISKS, 40)):
        quick = [copying(as_requester, small, step, path, number) for number in range(3)]
        took = [copying(as_requester, large, step, path, number) for number in range(count - 4, count - 1)]
        assert min(took) < 3 * statistics.median(quick), (step, took, quick)
    assert names(large) == [f"nic{number}" for number in range(12)]
    assert [disk["lun"] for disk in value(large, DISKS)] == list(range(40))
    assert len(set(names(large, EXTENSIONS))) == 30


def seconds(client: Client, draft: Draft, below: str) -> float:
    """The processor time that a page takes, at best, its check included."""

    def opened() -> None:
        checking.forget()
        assert client.get(at(draft, below)).status_code == 200

    return effort(opened)


@pytest.mark.parametrize("below", ["check/", "disks/?findings=1"])
def test_ten_times_the_errors_cost_ten_times_the_time(
    as_requester: Client, requester: User, below: str
) -> None:
    """Not a hundred times: nothing on the way compares each finding with each."""
    took = []
    for count in (100, 1_000):
        document: dict[str, Any] = {}
        paths.put(document, paths.parse(DISKS), [{"lun": "odd", "unknown": 1} for _ in range(count)])
        draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", document), "pasted")
        took.append(seconds(as_requester, draft, below))
    assert took[1] < 40 * took[0], took


def test_a_card_costs_the_same_in_a_long_list(requester: User) -> None:
    took = {}
    for count in (4, 40, 400):
        content = {**many(disks=count), "$target": {}}
        layout = steps.step_layout(steps.BY_NAME["disks"], "2024-07-01")
        form = page_form(layout)(content, (), "/drafts/x/disks/")
        entry = next(entry for entry in layout.fields if entry.below == paths.parse(DISKS))
        took[count] = effort(form.at_entry(entry).render, tries=15) / count
    assert took[40] < 3 * took[4], took
    assert took[400] < 3 * took[4], took
