"""The page “What this will do”: what it shows, and its buttons."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.reviews.making import draft as made
from tests.reviews.making import edit
from tests.updates.conftest import TWO_PAGES, somebody_else
from tests.web.strict import Page, text_of
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.installation import endpoint
from vmssbuilder.preflight import actions as preflight
from vmssbuilder.preflight import checking
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.updates import asking, planning

pytestmark = pytest.mark.django_db
CACHING = "properties.virtualMachineProfile.storageProfile.osDisk.caching"
PREFIX = "properties.virtualMachineProfile.osProfile.computerNamePrefix"


def url(draft: Draft) -> str:
    return f"/drafts/{draft.code}/changes/"


def rows(page: Page) -> list[list[str]]:
    """The rows of what changes, as texts."""
    found = []
    for table in page.all("table"):
        heads = [text_of(each) for each in table.iter() if each.tag.endswith("th")]
        if "Instances" in heads:
            for row in (each for each in table.iter() if each.tag.endswith("tr")):
                cells = [text_of(each) for each in row if each.tag.endswith(("td", "th"))]
                if cells and cells[0] != "Property":
                    found.append(cells)
    return found


def body(page: Page) -> str:
    (found,) = page.all("div", id="request-body")
    return "".join(text_of(found).split())


def test_an_untouched_draft_does_nothing(as_rita: Client, opened: Draft, page_of: GetPage) -> None:
    page = page_of(as_rita, url(opened))
    assert not rows(page)
    assert "Nothing." in page.text
    assert not page.all("div", id="request-body")


def test_exactly_what_was_changed_is_shown_and_sent(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    page = page_of(as_rita, url(draft))
    assert rows(page) == [["Instance count", "2", "5", "At once"]]
    assert body(page) == '{"sku":{"capacity":5}}'
    assert f"PATCH {endpoint().address}/subscriptions/" in page.text
    assert 'If-Match: "1"' in page.text
    assert "Instances need an upgrade" not in page.text


def test_a_change_of_the_model_says_how_it_reaches_the_instances(
    as_rita: Client, rita: User, opened: Draft, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = edit(rita, opened, CACHING, "ReadOnly")
    page = page_of(as_rita, url(draft))
    ((_label, before, after, when),) = rows(page)
    assert (before, after, when) == ("Read/write", "Read-only", "Upgrade")
    assert "The 2 instances that run keep their present settings until you upgrade them." in page.text
    assert "az vmss update-instances" in page.text


@pytest.mark.parametrize(("mode", "words"), [("Automatic", "perhaps all at once"), ("Rolling", "in batches")])
def test_azure_upgrades_by_itself_where_the_mode_says_so(
    as_rita: Client,
    rita: User,
    opened: Draft,
    running_set: ScaleSet,
    page_of: GetPage,
    mode: str,
    words: str,
) -> None:
    draft = edit(rita, opened, CACHING, "ReadOnly")
    somebody_else(running_set, lambda model: model["properties"].update(upgradePolicy={"mode": mode}))
    page = page_of(as_rita, url(draft))
    assert words in page.text
    assert "az vmss" not in page.text


def test_what_is_taken_out_is_called_a_reset(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "tags", MISSING)
    page = page_of(as_rita, url(draft))
    assert "What Azure will reset" in page.text
    assert body(page) == '{"tags":{}}'


def test_what_never_changes_is_named_and_put_back(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, opened, PREFIX, "other")
    page = page_of(as_rita, url(draft))
    assert "What cannot change" in page.text
    assert "In Azure: web. In the draft: other." in page.text
    assert not page.all("div", id="request-body"), "it is not in the request"
    page = page_of(as_rita, url(draft), post={"act": f"back:{PREFIX}"}, follow=True, queries=TWO_PAGES)
    assert "is as it was when the draft was opened" in page.text
    assert "What cannot change" not in page.text
    assert Draft.objects.get().document == opened.document


def test_what_others_changed_is_told_and_left_alone(
    as_rita: Client, rita: User, opened: Draft, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    somebody_else(running_set, lambda model: model["tags"].update(by="somebody else"))
    page = page_of(as_rita, url(draft))
    assert "Changed in Azure meanwhile" in page.text
    assert "Tag by" in page.text
    assert rows(page) == [["Instance count", "2", "5", "At once"]]
    assert body(page) == '{"sku":{"capacity":5}}'


@pytest.mark.parametrize(("side", "wanted", "sends"), [("mine", 5, True), ("theirs", 40, False)])
def test_who_changed_the_same_is_shown_beside_the_other_and_the_person_chooses(
    as_rita: Client,
    rita: User,
    opened: Draft,
    running_set: ScaleSet,
    page_of: GetPage,
    side: str,
    wanted: int,
    sends: bool,
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    somebody_else(running_set, lambda model: model["sku"].update(capacity=40))
    page = page_of(as_rita, url(draft))
    assert "When the draft was opened: 2" in page.text
    assert "Yours: 5" in page.text
    assert "In Azure now: 40" in page.text
    hidden = {str(each.get("name")): str(each.get("value")) for each in page.all("input", type="hidden")}
    unanswered = page_of(as_rita, url(draft), post={**hidden, "act": "settle"}, status=422)
    assert "Choose whose value is to stand: Instance count." in unanswered.text
    page = page_of(
        as_rita,
        url(draft),
        post={**hidden, "act": "settle", "side-sku.capacity": side},
        follow=True,
        queries=TWO_PAGES,
    )
    assert "Have it reviewed again" in page.text
    now = Draft.objects.get()
    assert now.document["sku"]["capacity"] == wanted
    assert now.head == draft.head + 1
    at = planning.snapshot_of(now)
    assert at is not None
    assert at.document["sku"]["capacity"] == 40
    assert bool(page.all("div", id="request-body")) is sends


def test_a_choice_counts_also_where_another_process_drew_the_page(
    as_rita: Client,
    rita: User,
    opened: Draft,
    running_set: ScaleSet,
    page_of: GetPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each process keeps what it read; the one that takes the choice may have read it before it changed."""
    draft = edit(rita, opened, "sku.capacity", 5)
    page_of(as_rita, url(draft))
    earlier = OrderedDict(lookups._jobs)
    somebody_else(running_set, lambda model: model["sku"].update(capacity=40))
    monkeypatch.setattr(lookups, "_jobs", OrderedDict())
    page = page_of(as_rita, url(draft))
    assert "In Azure now: 40" in page.text
    hidden = {str(each.get("name")): str(each.get("value")) for each in page.all("input", type="hidden")}
    monkeypatch.setattr(lookups, "_jobs", earlier)
    choice = {**hidden, "act": "settle", "side-sku.capacity": "mine"}
    page = page_of(as_rita, url(draft), post=choice, follow=True, queries=TWO_PAGES)
    assert "Have it reviewed again" in page.text
    assert Draft.objects.get().head == draft.head + 1


def test_a_choice_about_what_changed_again_is_not_taken(
    as_rita: Client, rita: User, opened: Draft, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    somebody_else(running_set, lambda model: model["sku"].update(capacity=40))
    page = page_of(as_rita, url(draft))
    hidden = {str(each.get("name")): str(each.get("value")) for each in page.all("input", type="hidden")}
    somebody_else(running_set, lambda model: model["sku"].update(capacity=90))
    page = page_of(
        as_rita,
        url(draft),
        post={**hidden, "act": "settle", "side-sku.capacity": "mine"},
        follow=True,
        queries=TWO_PAGES,
    )
    assert "changed again meanwhile" in page.text
    assert Draft.objects.get().head == draft.head


def test_where_there_is_no_patch_the_whole_is_shown(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    page_of(
        as_rita,
        "/drafts/open/",
        post={
            "id": opened_id(running_set),
            "api_version": "2016-04-30-preview",
        },
        follow=True,
        queries=TWO_PAGES,
    )
    draft = edit(rita, Draft.objects.get(), "sku.capacity", 5)
    page = page_of(as_rita, url(draft))
    assert rows(page) == [["Instance count", "2", "5", "At once"]]
    assert f"PUT {endpoint().address}/" in page.text
    assert '"capacity":5' in body(page)
    assert '"location":"uksouth"' in body(page)


def opened_id(scale_set: ScaleSet) -> str:
    return (
        f"/subscriptions/{scale_set.subscription}/resourceGroups/{scale_set.resource_group}/providers"
        f"/Microsoft.Compute/virtualMachineScaleSets/{scale_set.name}"
    )


def test_a_slow_azure_keeps_nobody_waiting(
    as_rita: Client,
    rita: User,
    opened: Draft,
    sandbox: Running,
    page_of: GetPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    lookups.forget_everything()
    monkeypatch.setattr(asking, "WAIT", 0.1)
    sandbox.fault("latency", method="GET", path="web-prod", seconds=2.0)
    began = time.monotonic()
    page = page_of(as_rita, url(draft))
    assert time.monotonic() - began < 1.9
    assert "Azure has not answered yet" in page.text
    assert rows(page) == [["Instance count", "2", "5", "At once"]], "it is compared with what was read"
    assert as_rita.get(url(draft), headers={"HX-Request": "true"}).status_code == 204
    time.sleep(2.2)
    part = as_rita.get(url(draft), headers={"HX-Request": "true"})
    assert b"As it is in Azure" in part.content
    assert b"<html" not in part.content


def test_azure_in_trouble_leaves_what_was_read(
    as_rita: Client, rita: User, opened: Draft, sandbox: Running, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    lookups.forget_everything()
    error = {"code": "AuthorizationFailed", "message": "No."}
    sandbox.fault("status", method="GET", path="web-prod", status=403, error=error)
    page = page_of(as_rita, url(draft))
    assert "You may not read this in Azure." in page.text
    assert rows(page) == [["Instance count", "2", "5", "At once"]]


def test_one_that_is_gone_is_said(as_rita: Client, opened: Draft, sandbox: Running, page_of: GetPage) -> None:
    lookups.forget_everything()
    sandbox.sandbox.memory.scale_sets.clear()
    assert "There is no scale set web-prod in rg-shop" in page_of(as_rita, url(opened)).text


def test_a_draft_for_another_scale_set_overwrites_nothing(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "$target.name", "web-test")
    page = page_of(as_rita, url(draft))
    assert "opened from another scale set" in page.text
    assert not page.all("div", id="request-body")


def test_a_draft_that_holds_changes_alone_is_compared_with_what_runs(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = made(rita, {"sku": {"capacity": 7}}, operation="update")
    page = page_of(as_rita, url(draft))
    assert rows(page) == [["Instance count", "2", "7", "At once"]]
    assert body(page) == '{"sku":{"capacity":7}}'


def test_a_draft_that_creates_changes_nothing_that_runs(
    as_rita: Client, rita: User, sandbox: Running, page_of: GetPage
) -> None:
    page = page_of(as_rita, url(made(rita)))
    assert "creates a new scale set" in page.text
    assert not sandbox.requests("GET")


@pytest.mark.parametrize("place", ["", "check/"])
def test_other_pages_lead_here(as_rita: Client, opened: Draft, page_of: GetPage, place: str) -> None:
    assert "What this will do" in page_of(as_rita, f"/drafts/{opened.code}/{place}").links()


@pytest.mark.parametrize("act", ["", "back:", "back:][", "nonsense", "settle"])
def test_buttons_that_nobody_pressed_change_nothing(
    as_rita: Client, opened: Draft, page_of: GetPage, act: str
) -> None:
    page_of(as_rita, url(opened), post={"act": act}, follow=True, queries=TWO_PAGES)
    assert Draft.objects.get().head == opened.head


# --- the same request everywhere --------------------------------------------------------------------------------------


def test_an_export_holds_what_is_sent_and_no_more(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    draft = edit(rita, draft, "properties.upgradePolicy", MISSING)
    page = page_of(as_rita, f"/drafts/{draft.code}/export/rest/")
    (shown,) = page.all("pre", id="export")
    text = text_of(shown)
    assert f"PATCH {endpoint().address}/" in text
    assert "".join(text.split()).endswith('{"sku":{"capacity":5},"properties":{"upgradePolicy":null}}')


def test_tags_that_are_all_there_need_no_warning(rita: User, opened: Draft) -> None:
    whole = {each.rule for each in check_content(opened)}
    alone = {each.rule for each in check_content(made(rita, {"tags": {"a": "b"}}, operation="update"))}
    assert "tags-patch-replaces-all" in alone
    assert "tags-patch-replaces-all" not in whole


def test_the_pre_flight_rehearses_what_is_sent_and_no_more(
    rita: User, opened: Draft, running_set: ScaleSet, sandbox: Running
) -> None:
    draft = edit(rita, opened, "sku.capacity", 3)
    somebody_else(running_set, lambda model: model["tags"].update(by="somebody else"))
    run = preflight.start(rita, draft)
    checking.run(run.pk)
    (rehearsed,) = [each for each in sandbox.requests("POST") if each["path"].lower().endswith("/whatif")]
    (resource,) = rehearsed["body"]["properties"]["template"]["resources"]
    assert resource["sku"]["capacity"] == 3
    assert resource["tags"] == {"team": "shop", "by": "somebody else"}


# --- changes alone ---------------------------------------------------------------------------------------------------


def alone(rita: User, document: dict[str, Any], version: str = "2024-07-01") -> Draft:
    return made(rita, document, api_version=version, operation="update")


def lost(page: Page) -> list[str]:
    """What the page says is lost, or may be."""
    return [
        text_of(each)
        for box in page.all("section", id="lost")
        for each in box.iter()
        if each.tag.endswith("li")
    ]


def stays(page: Page) -> list[str]:
    """The labels of what cannot change."""
    return [
        text_of(each) for item in page.all("li", **{"class": "finding"}) for each in item.iter() if each.tag.endswith("h3")
    ]  # fmt: skip


def test_changes_alone_promise_nothing_that_cannot_be(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = alone(rita, {"location": "eastus", "sku": {"capacity": 4}})
    page = page_of(as_rita, url(draft))
    assert rows(page) == [["Instance count", "2", "4", "At once"]]
    assert stays(page) == ["Region"]
    assert "In Azure: uksouth. In the draft: eastus." in page.text
    page = page_of(as_rita, url(draft), post={"act": "drop:location"}, follow=True, queries=TWO_PAGES)
    assert Draft.objects.get().document == {"sku": {"capacity": 4}}
    assert "Region is left out now." in page.text
    assert not stays(page)


def test_who_may_only_look_leaves_nothing_out(
    rita: User, running_set: ScaleSet, client: Client, page_of: GetPage
) -> None:
    draft = alone(rita, {"location": "eastus"})
    somebody = User.objects.create_user("vera", password="x" * 20)
    client.force_login(somebody)
    assert client.post(url(draft), {"act": "drop:location"}).status_code in (403, 404)
    assert Draft.objects.get().document == {"location": "eastus"}


@pytest.mark.parametrize("path", ["$target.name", "tags", "sku.capacity.more"])
def test_only_what_the_changes_say_can_be_left_out(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage, path: str
) -> None:
    draft = alone(rita, {"sku": {"capacity": 4}})
    page = page_of(as_rita, url(draft), post={"act": f"drop:{path}"}, follow=True, queries=TWO_PAGES)
    assert "does not say it any more" in page.text
    assert Draft.objects.get().head == draft.head


def test_what_changes_alone_repeat_is_no_change(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    disk = {"caching": "ReadOnly", "managedDisk": {"storageAccountType": "Premium_LRS"}}
    profile = {"storageProfile": {"osDisk": disk}}
    running_set.model["properties"]["virtualMachineProfile"]["storageProfile"]["osDisk"]["managedDisk"] = {
        "storageAccountType": "Premium_LRS"
    }
    page = page_of(as_rita, url(alone(rita, {"properties": {"virtualMachineProfile": profile}})))
    assert [row[0] for row in rows(page)] == ["Host cachingOS disk"]
    assert not stays(page), "the OS disk has that type already"


def test_null_is_shown_as_what_it_takes_away(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    running_set.model["properties"]["scaleInPolicy"] = {"rules": ["NewestVM"]}
    draft = alone(rita, {"properties": {"scaleInPolicy": None}, "sku": {"name": None}})
    page = page_of(as_rita, url(draft))
    assert [(row[1], row[2]) for row in rows(page)] == [("Newest first", "Nothing")]
    assert stays(page) == ["Size"]
    assert "In the draft: removed." in page.text
    assert '"scaleInPolicy":null' in body(page)


@pytest.mark.parametrize("version", ["2024-07-01", "2016-04-30-preview"])
def test_what_is_lost_is_said_with_what_is_there(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage, version: str
) -> None:
    profile = running_set.model["properties"]["virtualMachineProfile"]
    profile["storageProfile"]["dataDisks"] = [
        {"lun": lun, "createOption": "Empty", "diskSizeGB": 8} for lun in (0, 5)
    ]
    changes = {
        "sku": {"capacity": 0},
        "properties": {
            "virtualMachineProfile": {"storageProfile": {"dataDisks": [{"lun": 0, "createOption": "Empty", "diskSizeGB": 8}]}}
        },
    }  # fmt: skip
    draft = alone(rita, changes, version)
    page = page_of(as_rita, url(draft))
    assert "What is lost" in page.text
    assert lost(page) == [
        "Azure deletes all 2 instances at once, with what is on their disks.",
        "The data disk at LUN 5 is taken away. Each instance loses it, with all data on it, once it is upgraded.",
    ]


def test_a_draft_of_the_whole_set_says_what_is_lost_too_and_so_does_its_check(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "sku.capacity", 1)
    assert lost(page_of(as_rita, url(draft))) == [
        "Azure deletes one of the 2 instances at once, with what is on its disks. The scale-in policy decides which one it is."
    ]
    assert [each.where for each in check_content(draft) if each.rule == "update-loses-instances"] == [
        "sku.capacity"
    ]


@pytest.mark.parametrize(("status", "times"), [(403, 1), (404, 1), (429, 1), (500, 2)])
def test_what_cannot_be_read_is_said_to_be_not_known(
    as_rita: Client,
    rita: User,
    running_set: ScaleSet,
    sandbox: Running,
    page_of: GetPage,
    status: int,
    times: int,
) -> None:
    draft = alone(rita, {"location": "eastus", "sku": {"capacity": 0}, "tags": None})
    error = {"code": "Whatever", "message": "No."}
    sandbox.fault("status", method="GET", path="web-prod", status=status, error=error, times=times)
    page = page_of(as_rita, url(draft))
    assert "At once" not in page.text
    assert not rows(page)
    if status == 404:
        assert "There is no scale set" in page.text or "finds nothing" in page.text
        return
    assert "Not known: what is there could not be read" in page.text
    assert stays(page) == ["Region", "Tags"], "that is so whatever is there"
    assert "In Azure: not known." in page.text
    assert lost(page) == ["Azure deletes all instances at once, with what is on their disks."]
    assert "What may be lost" in page.text
    assert '"capacity":0' in body(page)


def test_an_older_version_says_that_the_whole_is_sent_although_it_is_not_known(
    as_rita: Client, rita: User, running_set: ScaleSet, sandbox: Running, page_of: GetPage
) -> None:
    draft = alone(rita, {"sku": {"capacity": 3}}, "2016-04-30-preview")
    sandbox.fault(
        "status", method="GET", path="web-prod", status=500, error={"code": "X", "message": "."}, times=2
    )
    page = page_of(as_rita, url(draft))
    assert "They are all that is known of it here" in page.text
    assert body(page) == '{"sku":{"capacity":3}}'


def test_a_change_that_runs_already_is_said(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = alone(rita, {"sku": {"capacity": 3}})
    assert "still at an earlier change" not in page_of(as_rita, url(draft)).text
    running_set.state = "Updating"
    lookups.forget_everything()
    assert "still at an earlier change" in page_of(as_rita, url(draft)).text


def test_each_change_says_when_instances_get_it_and_what_that_means(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(
        rita, opened, "properties.virtualMachineProfile.storageProfile.imageReference.version", "9.9.9"
    )
    draft = edit(rita, draft, "zones", ["1"])
    draft = edit(rita, draft, "properties.virtualMachineProfile.osProfile.customData", "ZWNobw==")
    draft = edit(rita, draft, "properties.proximityPlacementGroup.id", "/subscriptions/1/ppg")
    page = page_of(as_rita, url(draft))
    assert {row[0]: row[-1] for row in rows(page)} == {
        "Image version": "New OS disk",
        "ZoneZone 1": "New instances",
        "Custom data": "Reimage",
        "Proximity placement group": "Not known",
    }
    for words in (
        "“New OS disk” means",
        "“New instances” means only",
        "“Reimage” means",
        "“Not known” means",
    ):
        assert words in page.text
    assert "“At once” means" not in page.text
