"""The page to choose a value on: what it shows, and what it writes into the draft."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries
from tests.pickers.conftest import DOCUMENT, MakeDraft
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.azure.pickers import PICKERS
from vmssbuilder.drafts import actions
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.pickers import views, whereabouts
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import API_VERSIONS, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import MISSING

IMAGE = "properties/virtualMachineProfile/storageProfile/imageReference"
NIC = "properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0/properties"
SUBNET = f"{NIC}/ipConfigurations/0/properties/subnet/id"


@pytest.fixture(autouse=True)
def _prices_are_told(settings: Any) -> None:
    settings.VMSSBUILDER_PRICES = True


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_WAITS", 10.0)
    monkeypatch.setattr(views, "FIELD_WAITS", 10.0)


def address(draft: Draft, place: str) -> str:
    return f"/drafts/{draft.code}/choose/{place}/"


def choose(client: Client, draft: Draft, place: str, **sent: Any) -> Any:
    """Sends the page's form."""
    form = {"base": draft.head, "act": "use", **sent}
    return client.post(address(draft, place), form)


def now(draft: Draft, place: str) -> Any:
    draft.refresh_from_db()
    return paths.get(contents.of(draft), paths.from_url(place), None)


# --- what it shows ---------------------------------------------------------------------------------------------------


def test_sizes_are_a_table_with_what_each_has_and_why_not(
    rita: Client, draft: Draft, page_of: GetPage
) -> None:
    page = page_of(rita, address(draft, "sku/name"))
    assert page.heading == "Choose a VM size"
    assert "25 of 27" in page.text
    assert "as of just now" in page.text
    assert 'value="Standard_D2s_v5" checked' in page.html, "what the draft has is chosen"
    row = cells(page.html, "Standard_D2s_v5")
    assert row == ["Standard_D2s_v5", "2", "8", "4", row[4], "50", "1, 2, 3"]
    assert 0 < float(row[4]) < 1
    assert "List prices of instances with Linux" in page.text
    held = page_of(rita, address(draft, "sku/name") + "?feature=gpu")
    assert "The kind of subscription does not include it" in held.text


def cells(html: str, size: str) -> list[str]:
    """The row of a size as texts."""
    row = next(each for each in html.split("<tr") if f'value="{size}"' in each)
    return [each.strip() for each in re.findall(r"<(?:label|td)[^>]*>([^<]*)</(?:label|td)>", row)]


def column(html: str, number: int) -> list[str]:
    """A column of the table, of the sizes that can be used."""
    rows = [each for each in html.split("<tr")[2:] if "pick__reason" not in each]
    return [
        each[number]
        for row in rows
        if (each := re.findall(r"<(?:label|td)[^>]*>([^<]*)</(?:label|td)>", row))
    ]


@pytest.mark.parametrize(
    ("name", "number"), [("vcpus", 1), ("memory", 2), ("disks", 3), ("price", 4), ("left", 5)]
)
def test_the_table_is_sorted_by_links(
    rita: Client, draft: Draft, page_of: GetPage, name: str, number: int
) -> None:
    for sort, direction in ((name, "ascending"), (f"-{name}", "descending")):
        page = page_of(rita, address(draft, "sku/name") + f"?q=ds_v5&sort={sort}")
        numbers = [float(each.replace(",", "")) for each in column(page.html, number) if each]
        assert numbers == sorted(numbers, reverse=sort[0] == "-")
        assert len(set(numbers)) > 1
        assert f'aria-sort="{direction}"' in page.html
        assert "q=ds_v5&amp;sort=" in page.html, "the search stays"


def test_the_table_goes_on(rita: Client, draft: Draft, page_of: GetPage) -> None:
    first = page_of(rita, address(draft, "sku/name") + "?q=standard")
    assert f'href="{address(draft, "sku/name")}?q=standard&amp;from=25"' in first.html
    second = page_of(rita, address(draft, "sku/name") + "?q=standard&from=25")
    assert ">Previous</a>" in second.html
    assert column(first.html, 0) != column(second.html, 0)
    for odd in ("x", "-5", "9" * 12):
        assert page_of(rita, address(draft, "sku/name") + f"?q=standard&from={odd}").heading


def test_quota_that_does_not_do_is_a_reason(rita: Client, make_draft: MakeDraft, page_of: GetPage) -> None:
    many = make_draft(DOCUMENT | {"sku": {"name": "Standard_D2s_v5", "capacity": 60}})
    assert "Quota is left for 50 of 60 instances" in page_of(rita, address(many, "sku/name")).text


def test_prices_are_those_of_the_draft_and_may_be_lacking(
    rita: Client, make_draft: MakeDraft, page_of: GetPage, settings: Any
) -> None:
    def price(profile: dict[str, Any]) -> float:
        made = make_draft(DOCUMENT | {"properties": {"virtualMachineProfile": profile}})
        return float(cells(page_of(rita, address(made, "sku/name")).html, "Standard_D2s_v5")[4])

    windows = {"storageProfile": {"osDisk": {"osType": "Windows"}}}
    assert price({"priority": "Spot"}) < price({}) < price(windows)
    settings.VMSSBUILDER_PRICES = False
    page = page_of(rita, address(make_draft(), "sku/name"))
    assert cells(page.html, "Standard_D2s_v5")[4] == ""
    assert "List prices" not in page.text


def test_what_is_no_size_is_the_filter_and_is_told(
    rita: Client, make_draft: MakeDraft, page_of: GetPage
) -> None:
    typed = make_draft(DOCUMENT | {"sku": {"name": "d4s"}})
    page = page_of(rita, address(typed, "sku/name"))
    assert "No size of this name in uksouth." in page.text
    assert 'name="q" value="d4s"' in page.html
    assert column(page.html, 0)[0] == "Standard_D4s_v6"


def test_sizes_are_filtered_without_a_script(rita: Client, draft: Draft, page_of: GetPage) -> None:
    url = address(draft, "sku/name")
    page = page_of(
        rita, f"{url}?q=standard&vcpus=32&memory=256&family=standardESv5Family&zone=1&feature=premium"
    )
    assert 'value="Standard_E32s_v5"' in page.html
    assert 'value="Standard_E16s_v5"' not in page.html
    assert 'value="Standard_D64s_v5"' not in page.html
    nothing = page_of(rita, f"{url}?q=no-such-size")
    assert "No VM sizes match" in nothing.text
    odd = page_of(rita, f"{url}?vcpus=-1&memory=much&zone=99&feature=flying&family=none")
    assert odd.heading == "Choose a VM size"


def test_what_comes_first_is_named_and_led_to(rita: Client, make_draft: MakeDraft, page_of: GetPage) -> None:
    empty = make_draft({}, subscription="")
    page = page_of(rita, address(empty, "sku/name"))
    assert "Something else comes first" in page.text
    assert f'href="{address(empty, "$target/subscription")}"' in page.html
    assert f'href="{address(empty, "location")}"' in page.html
    image = page_of(rita, address(empty, f"{IMAGE}/offer"))
    assert f'href="{address(empty, f"{IMAGE}/publisher")}"' in image.html


def test_every_kind_that_has_a_list_has_a_page(rita: Client, draft: Draft, page_of: GetPage) -> None:
    seen = set()
    objects = {paths.text(path): kind for path, kind in whereabouts.OBJECTS.items()}
    nodes = [*tree(API_VERSIONS[-1]).walk(), *tree("2018-04-01").walk()]
    for node in nodes:
        item = node.item.property.kind if node.item is not None and node.item.is_leaf else ""
        kind = node.property.kind or item or objects.get(node.pattern, "")
        if kind not in PICKERS or kind in seen or "{}" in node.pattern:
            continue
        seen.add(kind)
        path = paths.parse(node.pattern.replace("[]", "[0]"))
        target = whereabouts.target(path, node.api_version)
        assert target is not None, node.pattern
        draft.api_version = node.api_version
        draft.save()
        page = page_of(rita, address(draft, paths.to_url(path)))
        assert "ype it" in page.text or "one a line" in page.text
    assert seen | {"subscription", "resourceGroup"} == set(PICKERS)


@pytest.mark.parametrize(
    "place",
    [
        "name",
        "$target/name",
        "sku/capacity",
        "sku",
        "nothing/here",
        "zones/7",
        "-1",
        f"{NIC.replace('/0/', '/9/')}/x",
        "a" * 3000,
    ],
)
def test_where_nothing_can_be_chosen_there_is_no_page(
    rita: Client, draft: Draft, page_of: GetPage, place: str
) -> None:
    assert page_of(rita, address(draft, place), status=404).heading


def test_fields_lead_to_their_lists(rita: Client, draft: Draft, page_of: GetPage) -> None:
    page = page_of(rita, f"/drafts/{draft.code}/instances/")
    assert f'data-suggest="/drafts/{draft.code}/suggest/sku/name/"' in page.html
    assert f'href="{address(draft, "sku/name")}">Choose a VM size</a>' in page.html


# --- what it writes --------------------------------------------------------------------------------------------------


def test_what_is_chosen_is_written_and_leads_back_to_the_field(rita: Client, draft: Draft) -> None:
    response = choose(rita, draft, "sku/name", value="Standard_D4s_v5")
    assert response.status_code == 302
    assert response["Location"] == f"/drafts/{draft.code}/instances/#f-sku-name"
    assert now(draft, "sku/name") == "Standard_D4s_v5"
    assert draft.revisions.count() == 2


def test_a_subnet_reaches_deep_into_the_document(rita: Client, draft: Draft, page_of: GetPage) -> None:
    page = page_of(rita, address(draft, SUBNET))
    assert "240 of 251 addresses free" in page.text
    wanted = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.Network/virtualNetworks/vnet1/subnets/web"
    choose(rita, draft, SUBNET, value=wanted)
    assert now(draft, SUBNET) == wanted


def test_any_value_can_be_typed(rita: Client, draft: Draft) -> None:
    choose(rita, draft, "sku/name", value="Standard_D4s_v5", typed="  Standard_Brand_New ")
    assert now(draft, "sku/name") == "Standard_Brand_New"


def test_a_page_sent_back_untouched_changes_nothing(rita: Client, draft: Draft, page_of: GetPage) -> None:
    for place in ("sku/name", "zones", "location", "$target/subscription", f"{IMAGE}/publisher"):
        page = page_of(rita, address(draft, place))
        # The last form of the page is the one that uses what is chosen.
        sent: dict[str, list[str]] = {"act": ["use"]}
        for name, value in entries(page.html.rpartition("<form")[2].partition("</form>")[0]):
            sent.setdefault(name, []).append(value)
        assert rita.post(address(draft, place), sent).status_code == 302
        draft.refresh_from_db()
        assert draft.head == 1, place


def test_nothing_chosen_is_told(rita: Client, draft: Draft, page_of: GetPage) -> None:
    page = page_of(
        rita, address(draft, "sku/name"), post={"base": draft.head, "act": "use", "q": "d4"}, status=422
    )
    assert "Choose one, or type a value." in page.text
    assert 'value="d4"' in page.html, "the search stays"
    assert draft.revisions.count() == 1


def test_too_long_a_value_is_told(rita: Client, draft: Draft, page_of: GetPage) -> None:
    long = {"base": draft.head, "act": "use", "typed": "x" * 101}
    page = page_of(rita, address(draft, "$target/subscription"), post=long, status=422)
    assert "no more than 100 can be kept" in page.text
    assert "x" * 101 in page.html, "what was typed stays"


def test_choosing_goes_on_with_what_depends_on_it(rita: Client, draft: Draft) -> None:
    first = choose(rita, draft, f"{IMAGE}/publisher", value="RedHat", act="onward")
    assert first["Location"] == address(draft, f"{IMAGE}/offer")
    draft.refresh_from_db()
    second = choose(rita, draft, f"{IMAGE}/offer", value="RHEL", act="onward")
    assert second["Location"] == address(draft, f"{IMAGE}/sku")


def test_an_image_with_a_plan_fills_it_in(rita: Client, draft: Draft, page_of: GetPage) -> None:
    page = page_of(rita, address(draft, f"{IMAGE}/version"))
    assert "Also fills in the plan: name ubuntu-pro" in page.text
    choose(rita, draft, f"{IMAGE}/version", value="latest")
    assert now(draft, "plan") == {
        "name": "ubuntu-pro",
        "publisher": "Canonical",
        "product": "ubuntu-24_04-lts",
    }
    assert now(draft, f"{IMAGE}/version") == "latest"


def test_several_are_chosen_by_boxes(rita: Client, draft: Draft, page_of: GetPage) -> None:
    page = page_of(rita, address(draft, "zones"))
    assert page.heading == "Choose zones"
    assert page.html.count('type="checkbox"') == 3
    choose(rita, draft, "zones", value=["1", "3"], typed="")
    assert now(draft, "zones") == ["1", "3"]
    draft.refresh_from_db()
    choose(rita, draft, "zones", value=[], typed="")
    assert now(draft, "zones") is None


def test_references_keep_what_else_they_hold(
    rita: Client, draft: Draft, owner: User, page_of: GetPage
) -> None:
    place = f"{NIC}/ipConfigurations/0/properties/loadBalancerBackendAddressPools"
    pool = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.Network/loadBalancers/lb-shop/backendAddressPools"
    held = [{"id": f"{pool}/WEB", "odd": 1}, {"id": "/subscriptions/x/elsewhere"}]
    actions.save(owner, draft, 1, [Changed(paths.from_url(place), MISSING, held)])
    draft.refresh_from_db()
    page = page_of(rita, address(draft, place))
    assert page.html.count(" checked") == 1
    assert "/subscriptions/x/elsewhere</textarea>" in page.html
    choose(rita, draft, place, value=[f"{pool}/web", f"{pool}/admin"], typed="/subscriptions/x/elsewhere")
    assert now(draft, place) == [held[0], {"id": f"{pool}/admin"}, held[1]]
    item = page_of(rita, f"/drafts/{draft.code}/network/{place.split('/properties/loadB', maxsplit=1)[0]}/")
    assert f'href="{address(draft, place)}">Choose from a list</a>' in item.html


@pytest.mark.parametrize("odd", [5, "text", {"a": "b"}, [1, None, {"id": 7}]], ids=str)
def test_what_is_no_list_is_replaced_by_one(
    rita: Client, draft: Draft, owner: User, page_of: GetPage, odd: Any
) -> None:
    place = f"{NIC}/ipConfigurations/0/properties/loadBalancerBackendAddressPools"
    actions.save(owner, draft, 1, [Changed(paths.from_url(place), MISSING, odd)])
    draft.refresh_from_db()
    assert page_of(rita, address(draft, place)).heading == "Choose backend pools of load balancers"
    choose(rita, draft, place, value=["/subscriptions/x/pool"], typed="")
    assert now(draft, place) == [{"id": "/subscriptions/x/pool"}]


def test_identities_become_names_of_members(rita: Client, draft: Draft, owner: User) -> None:
    place = "identity/userAssignedIdentities"
    own = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    held = {f"{own}/ID-WEB": {"clientId": "kept"}}
    path = paths.from_url(place)
    actions.save(owner, draft, 1, [Changed(path, MISSING, held)])
    draft.refresh_from_db()
    choose(rita, draft, place, value=[f"{own}/id-web", f"{own}/id-batch"], typed="/subscriptions/x/typed")
    assert now(draft, place) == {
        f"{own}/id-web": {"clientId": "kept"},
        f"{own}/id-batch": {},
        "/subscriptions/x/typed": {},
    }


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    rita: Client, draft: Draft, owner: User, page_of: GetPage
) -> None:
    actions.save(owner, draft, 1, [Changed(("sku", "name"), "Standard_D2s_v5", "Standard_D8s_v5")])
    sent = {"base": 1, "act": "use", "value": "Standard_D4s_v5"}
    # Sizes, quota and prices are asked for and kept on the way.
    page = page_of(rita, address(draft, "sku/name"), post=sent, status=409, queries=30)
    assert "changed by somebody else" in page.text
    assert now(draft, "sku/name") == "Standard_D8s_v5"
    for base in ("", "x", "99", "9" * 30):
        old = page_of(rita, address(draft, "sku/name"), post={**sent, "base": base}, status=409)
        assert old.heading == "This page is out of date"


def test_a_list_that_is_refreshed_is_asked_for_again(rita: Client, draft: Draft, sandbox: Running) -> None:
    rita.get(address(draft, "sku/name"))
    asked = len(sandbox.requests("GET"))
    response = rita.post(
        address(draft, "sku/name"), {"act": "refresh", "q": "d4", "feature": ["spot", "gen2"]}
    )
    assert response["Location"] == f"{address(draft, 'sku/name')}?q=d4&feature=spot&feature=gen2"
    assert len(sandbox.requests("GET")) == asked + 1


# --- a new resource group --------------------------------------------------------------------------------------------

GROUP = "$target/resourceGroup"


def create(name: str = "rg-new", region: str = "UK South") -> dict[str, Any]:
    return {"base": 1, "act": "create", "new_name": name, "new_region": region}


def test_a_resource_group_can_be_created_on_the_way(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage
) -> None:
    page = page_of(rita, address(draft, GROUP))
    assert "Or create a new one" in page.text
    assert rita.post(address(draft, GROUP), create()).status_code == 302
    assert now(draft, GROUP) == "rg-new"
    (put,) = sandbox.requests("PUT")
    assert put["body"] == {"location": "uksouth"}
    event = Event.objects.get(what="azure.resource-group-created")
    assert (event.about, event.details) == (draft.code, {"name": "rg-new", "region": "UK South"})
    assert "rg-new" in page_of(rita, address(draft, GROUP)).text, "the list knows it at once"


def test_a_group_that_is_there_is_left_alone(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage
) -> None:
    page = page_of(rita, address(draft, GROUP), post=create("RG-Shop"), status=409)
    assert "There is already a resource group “RG-Shop”" in page.text
    assert 'value="RG-Shop"' in page.html, "what was typed stays"
    assert not sandbox.requests("PUT")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (create(""), "Give the new resource group a name."),
        (create("ends.with."), "does not end with a period"),
        (create("a/b"), "1 to 90 letters"),
        (create("x" * 91), "1 to 90 letters"),
        (create(region=""), "Say in which region"),
    ],
)
def test_a_name_that_azure_refuses_is_not_sent(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage, sent: dict[str, Any], words: str
) -> None:
    assert words in page_of(rita, address(draft, GROUP), post=sent, status=422).text
    assert not sandbox.requests("PUT")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 403}, "You may not create resource groups in this subscription."),
        ({"kind": "lost-answer"}, "Azure did not say whether the group was created."),
        ({"kind": "status", "status": 400}, "The group was not created."),
    ],
    ids=["403", "lost", "400"],
)
def test_a_group_that_could_not_be_created_is_told(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage, fault: dict[str, Any], words: str
) -> None:
    sandbox.fault(method="PUT", path="/resourcegroups/", **fault)
    assert words in page_of(rita, address(draft, GROUP), post=create(), status=409).text
    assert not Event.objects.filter(what="azure.resource-group-created").exists()
    assert now(draft, GROUP) == "rg-shop"


def test_readers_of_a_subscription_create_no_groups(
    rita: Client, make_draft: MakeDraft, page_of: GetPage
) -> None:
    shared = make_draft(subscription=world.SHARED)
    page = page_of(rita, address(shared, GROUP), post=create(), status=409)
    assert "You may not create resource groups in this subscription." in page.text


def test_a_size_that_the_region_lacks_is_told_at_its_field_and_by_the_check(
    rita: Client, make_draft: MakeDraft, page_of: GetPage
) -> None:
    told = "“Standard_D2z_v9” is not in the list of uksouth for this subscription."
    draft = make_draft(DOCUMENT | {"sku": {"name": "Standard_D2z_v9", "capacity": 2}})
    pages = [f"/drafts/{draft.code}/{step}/" for step in ("instances", "check")]
    assert told not in page_of(rita, pages[1]).text, "nobody has the list yet"
    rita.get(f"/drafts/{draft.code}/choose/sku/name/")
    assert all(told in page_of(rita, page).text for page in pages)
    open_ = {"name": "[parameters('size')]", "capacity": 2}
    for document in (DOCUMENT, DOCUMENT | {"sku": open_}):
        listed = make_draft(document)
        assert "is not in the list of" not in page_of(rita, f"/drafts/{listed.code}/instances/").text
