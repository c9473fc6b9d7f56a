"""One search over all images: what it finds, and all that choosing one fills in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.pickers.conftest import DOCUMENT, MakeDraft
from tests.pickers.test_pages import IMAGE, address, choose, now
from vmssbuilder.drafts import systems
from vmssbuilder.drafts.models import Draft
from vmssbuilder.pickers import images, views
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

UBUNTU = "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest"
WINDOWS = "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2:latest"
PALO = "paloaltonetworks:vmseries-flex:bundle1:latest"
GALLERY = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.Compute/galleries/gal_shop/images/web"


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_WAITS", 10.0)
    monkeypatch.setattr(views, "FIELD_WAITS", 10.0)


def titles(client: Client, draft: Draft, words: str) -> str:
    return str(client.get(f"/drafts/{draft.code}/suggest/{IMAGE}/", {"q": words}).json()["html"])


def test_popular_own_and_gallery_images_are_in_one_list(rita: Client, draft: Draft, page_of: GetPage) -> None:
    page = page_of(rita, address(draft, IMAGE))
    assert page.heading == "Choose an image"
    for words in ("Ubuntu Server 24.04 LTS", "img-web", "gal_shop / web", "Generation 2 starts with UEFI"):
        assert words in page.text, words
    assert 'value="Canonical:ubuntu-24_04-lts:ubuntu-pro:latest" checked' in page.html


def test_a_publisher_that_is_named_has_its_images_listed(rita: Client, draft: Draft) -> None:
    assert "vmseries-flex / bundle1" in titles(rita, draft, "palo")
    assert "No images match" in titles(rita, draft, "nobody-has-this")


@pytest.mark.parametrize(
    ("words", "publishers"),
    [
        ("Flatcar", ["kinvolk"]),
        ("resf:rocky", ["resf"]),
        ("contoso", []),
        ("contoso1 7.0", ["contoso1"]),
        ("ubuntu", []),
        ("one", []),
        ("fort", ["fortinet"]),
    ],
)
def test_words_name_publishers(words: str, publishers: list[str]) -> None:
    there = ["kinvolk", "resf", "fortinet", "Canonical", *(f"contoso{number}" for number in range(9))]
    assert images.named(words, there) == publishers


def test_choosing_fills_in_all_that_belongs_to_the_image(rita: Client, draft: Draft) -> None:
    response = choose(rita, draft, IMAGE, value=WINDOWS)
    assert response["Location"].endswith("/image/#f-" + IMAGE.replace("/", "-") + "-search")
    assert now(draft, IMAGE) == {
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2022-datacenter-g2",
        "version": "latest",
    }
    assert systems.of(draft).system == "Windows"
    assert draft.revisions.count() == 2


def test_a_plan_comes_and_goes_with_its_image(rita: Client, draft: Draft, page_of: GetPage) -> None:
    choose(rita, draft, IMAGE, value=PALO)
    assert now(draft, "plan") == {
        "name": "bundle1",
        "publisher": "paloaltonetworks",
        "product": "vmseries-flex",
    }
    assert "The plan that this image needs was filled in" in page_of(rita, f"/drafts/{draft.code}/").text
    choose(rita, draft, IMAGE, value=UBUNTU)
    assert now(draft, "plan") is None
    assert "The purchase plan was removed" in page_of(rita, f"/drafts/{draft.code}/").text


def test_an_image_of_a_gallery_takes_the_place_of_the_names(rita: Client, draft: Draft) -> None:
    choose(rita, draft, IMAGE, value=GALLERY)
    assert now(draft, IMAGE) == {"id": GALLERY}
    choose(rita, draft, IMAGE, value=UBUNTU)
    assert "id" not in now(draft, IMAGE)


def test_an_image_says_the_system_where_the_request_does_not(rita: Client, make_draft: MakeDraft) -> None:
    draft = make_draft({"location": "uksouth"})
    choose(rita, draft, IMAGE, value=PALO)
    draft.refresh_from_db()
    assert systems.of(draft).system == "Linux"
    choose(rita, draft, IMAGE, value=WINDOWS)
    draft.refresh_from_db()
    assert systems.of(draft).system == "Windows"
    assert not draft.system, "the image tells, so nobody has to say it"


def test_azure_that_says_nothing_of_the_plan_is_told(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage
) -> None:
    sandbox.fault("status", status=403, path="/skus/22_04-lts-gen2/versions")
    choose(rita, draft, IMAGE, value=UBUNTU)
    assert now(draft, IMAGE)["sku"] == "22_04-lts-gen2"
    assert "has not said yet whether it needs a purchase plan" in page_of(rita, f"/drafts/{draft.code}/").text


@pytest.mark.parametrize("typed", ["ubuntu", "a:b:c", ":::"])
def test_what_names_no_image_is_refused_with_how_to_write_it(
    rita: Client, draft: Draft, page_of: GetPage, typed: str
) -> None:
    sent = {"base": draft.head, "act": "use", "typed": typed}
    page = page_of(rita, address(draft, IMAGE), post=sent, status=422)
    assert "Write publisher:offer:SKU:version" in page.text
    assert f'value="{typed}"' in page.html, "what was typed stays"


@pytest.mark.parametrize("held", ["text", 5, ["a"], {"odd": 1}], ids=str)
def test_what_stands_in_its_place_gives_way(rita: Client, make_draft: MakeDraft, held: Any) -> None:
    profile = {"storageProfile": {"imageReference": held}}
    draft = make_draft(DOCUMENT | {"properties": {"virtualMachineProfile": profile}})
    choose(rita, draft, IMAGE, value=UBUNTU)
    kept = held if isinstance(held, dict) else {}
    assert now(draft, IMAGE)["offer"] == "0001-com-ubuntu-server-jammy"
    assert now(draft, IMAGE).items() >= kept.items()


def test_the_field_says_which_image_is_chosen(rita: Client, make_draft: MakeDraft, page_of: GetPage) -> None:
    draft = make_draft()
    url = f"/drafts/{draft.code}/image/"
    assert "Ubuntu Server 24.04 LTS, Pro, x64, generation 2" in page_of(rita, url).text
    choose(rita, draft, IMAGE, value=GALLERY)
    assert "gal_shop / web" in page_of(rita, url).text


def test_without_a_region_images_of_ones_own_are_there(rita: Client, make_draft: MakeDraft) -> None:
    shown = titles(rita, make_draft({}), "")
    assert "gal_shop / web" in shown
    assert "Choose a region first" in shown


def test_the_search_leads_to_the_page_without_a_script(rita: Client, draft: Draft) -> None:
    sent = {"base": draft.head, "act": f"search:{IMAGE.replace('/', '.')}", "search": "windows & core"}
    answer = rita.post(f"/drafts/{draft.code}/image/", sent)
    assert answer["Location"] == f"{address(draft, IMAGE)}?q=windows+%26+core"
    elsewhere = rita.post(f"/drafts/{draft.code}/image/", sent | {"act": "search:sku"})
    assert elsewhere.status_code == 404
