"""Opening a scale set that runs: from the list, by its id, and what is said when Azure does not give it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.conftest import signed_in as local
from tests.reviews.making import PASSWORD, SUBSCRIPTION, document
from tests.updates.conftest import ID, TWO_PAGES
from tests.web.strict import Page
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset.answers import plain
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.updates import asking
from vmssbuilder.updates.live import NoResourceId, parse_id
from vmssbuilder.updates.models import LiveSnapshot

pytestmark = pytest.mark.django_db
OPEN = "/drafts/open/"
PATH = "virtualMachineScaleSets/web-prod"


def sent(**more: str) -> dict[str, str]:
    return {"id": ID, "api_version": "2024-07-01", **more}


def test_an_id_becomes_a_draft_of_an_update_with_its_base(
    as_rita: Client, rita: User, running_set: ScaleSet, page_of: GetPage
) -> None:
    page = page_of(as_rita, OPEN, post=sent(), follow=True, queries=TWO_PAGES)
    draft = Draft.objects.get()
    assert page.heading.endswith("web-prod")
    assert (draft.operation, draft.subscription, draft.resource_group, draft.name) == (
        "update",
        SUBSCRIPTION,
        "rg-shop",
        "web-prod",
    )
    assert draft.api_version == "2024-07-01"
    base = LiveSnapshot.objects.get()
    assert base.document == draft.document
    assert base.etag == '"1"'
    assert base.since == draft.head == 1
    assert base.withheld == [
        "properties.virtualMachineProfile.osProfile.adminPassword",
        "properties.virtualMachineProfile.osProfile.customData",
    ]
    # Only what Azure lets people write, and no secret.
    assert not {"id", "name", "type", "etag"} & draft.document.keys()
    assert "provisioningState" not in draft.document["properties"]
    assert not Secret.objects.exists()
    assert PASSWORD not in str(draft.document)
    assert not errors(check_content(draft))
    assert Event.objects.filter(what="draft.compared", about=draft.code, actor=rita).exists()


def test_it_is_chosen_from_the_list_of_a_subscription(
    as_rita: Client, running_set: ScaleSet, page_of: GetPage
) -> None:
    assert "Open what runs" in page_of(as_rita, "/drafts/new/").links()
    page_of(as_rita, OPEN)
    page = page_of(as_rita, f"{OPEN}?subscription={SUBSCRIPTION}&q=rg-shop")
    (choice,) = page.all("input", type="radio")
    assert choice.get("value") == ID
    assert "2 instances" in page.text
    empty = page_of(as_rita, f"{OPEN}?subscription={SUBSCRIPTION}&q=nothing-like-it")
    assert "No scale set matches." in empty.text
    page_of(as_rita, OPEN, post=sent(id="", value=ID), follow=True, queries=TWO_PAGES)
    assert Draft.objects.get().name == "web-prod"


@pytest.mark.parametrize("typed", ["", "web-prod", "/subscriptions/x/resourceGroups/y", "/subscriptions/a/resourceGroups/b/providers/Microsoft.Compute/virtualMachineScaleSets/.."])  # fmt: skip
def test_what_is_no_id_is_said_at_its_field_and_kept(as_rita: Client, page_of: GetPage, typed: str) -> None:
    page = page_of(as_rita, OPEN, post=sent(id=typed), status=422)
    (field,) = page.all("input", id="id")
    assert field.get("value", "") == typed
    assert field.get("aria-invalid") == "true"
    assert page.title.startswith("Error: ")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "written",
    [ID, f"  {ID}/ ", ID.upper(), f"https://portal.azure.com/#@contoso/resource{ID}/overview", f"{ID}?api-version=2024-07-01"],
)  # fmt: skip
def test_ids_are_read_wherever_they_were_copied(written: str) -> None:
    assert parse_id(written).resource_id.lower() == ID.lower()


def test_nothing_else_is_an_id() -> None:
    with pytest.raises(NoResourceId):
        parse_id(ID.replace("virtualMachineScaleSets", "virtualMachines"))


def test_one_that_is_not_there_is_said(as_rita: Client, sandbox: Running, page_of: GetPage) -> None:
    page = page_of(as_rita, OPEN, post=sent(), status=422)
    assert "There is no scale set “web-prod” in the resource group “rg-shop”" in page.text


TROUBLES: dict[str, tuple[dict[str, Any], str]] = {
    "forbidden": (
        {"kind": "status", "status": 403, "error": {"code": "AuthorizationFailed", "message": "No."}},
        "You may not read this in Azure. Ask for the Reader role",
    ),
    "throttled": (
        {"kind": "status", "status": 429, "headers": {"Retry-After": "30"}, "error": {"code": "TooManyRequests", "message": "Slow down."}},
        "Try again in 30 seconds",
    ),
    "outage": ({"kind": "status", "status": 502, "body": "<html>Bad gateway</html>", "times": 2}, "answered in its place: status 502"),
    "sign-in": ({"kind": "status", "status": 401, "times": 2}, "Azure wants you to sign in"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_is_said_and_what_was_typed_is_kept(
    as_rita: Client, running_set: ScaleSet, sandbox: Running, page_of: GetPage, trouble: str
) -> None:
    fault, words = TROUBLES[trouble]
    sandbox.fault(**{"method": "GET", "path": PATH, **fault})
    answer = as_rita.post(OPEN, sent(subscription=SUBSCRIPTION))
    page = Page(answer)
    until = time.monotonic() + 10
    # Azure's slowness is waited out: the answer to the form leads to a page that looks again.
    while answer.status_code == 302 and words not in page.text and time.monotonic() < until:
        page = page_of(as_rita, answer["Location"])
        time.sleep(0.1)
    assert words in page.text
    (field,) = page.all("input", id="id")
    assert field.get("value") == ID
    (chosen,) = page.all("option", value="2024-07-01")
    assert "selected" in chosen.attrib
    assert not Draft.objects.exists()


def test_a_slow_answer_keeps_nobody_waiting_and_goes_on_by_itself(
    as_rita: Client,
    running_set: ScaleSet,
    sandbox: Running,
    page_of: GetPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "WAIT", 0.1)
    sandbox.fault("latency", method="GET", path=PATH, seconds=2.0)
    began = time.monotonic()
    answer = as_rita.post(OPEN, sent())
    assert answer.status_code == 302
    assert time.monotonic() - began < 1.9
    page = page_of(as_rita, answer["Location"])
    assert "Azure has not answered yet" in page.text
    assert page.all("input", id="id")[0].get("value") == ID
    time.sleep(2.2)
    page = page_of(as_rita, answer["Location"])
    assert "web-prod was read" in page.text
    page_of(as_rita, OPEN, post=sent(looked="1"), follow=True, queries=TWO_PAGES)
    assert Draft.objects.get().operation == "update"
    asked = [each for each in sandbox.requests("GET") if each["path"].endswith("web-prod")]
    assert len(asked) == 1


def test_a_local_account_is_told_to_sign_in_with_microsoft(
    requester: User, sandbox: Running, page_of: GetPage
) -> None:
    page = page_of(local(requester), OPEN, post=sent(), status=409)
    assert "Azure wants you to sign in" in page.text
    assert "Sign in with Microsoft" in page.links()


def test_an_older_version_is_read_as_such(as_rita: Client, running_set: ScaleSet, page_of: GetPage) -> None:
    page_of(as_rita, OPEN, post=sent(api_version="2016-04-30-preview"), follow=True, queries=TWO_PAGES)
    draft, base = Draft.objects.get(), LiveSnapshot.objects.get()
    assert draft.api_version == base.api_version == "2016-04-30-preview"
    assert base.etag == ""


def test_an_unknown_version_is_refused(as_rita: Client, running_set: ScaleSet, page_of: GetPage) -> None:
    page = page_of(as_rita, OPEN, post=sent(api_version="1999-01-01"), status=422)
    assert "Choose one of the API versions on offer." in page.text


def test_the_button_asks_azure_and_a_look_at_the_page_does_not(
    as_rita: Client, running_set: ScaleSet, sandbox: Running, page_of: GetPage
) -> None:
    def asked() -> int:
        return len([each for each in sandbox.requests("GET") if each["path"].lower().endswith("scalesets")])

    page_of(as_rita, OPEN)
    page_of(as_rita, f"{OPEN}?subscription={SUBSCRIPTION}&fresh=1")
    page_of(as_rita, f"{OPEN}?subscription={SUBSCRIPTION}")
    assert asked() == 1
    sandbox.sandbox.memory.scale_sets.clear()
    page = page_of(as_rita, f"{OPEN}?subscription={SUBSCRIPTION}&fresh=1")
    assert asked() == 2
    assert "Azure has none in this subscription that you may see." in page.text


def test_a_secret_that_azure_would_return_is_not_kept() -> None:
    body = document()
    body["properties"]["virtualMachineProfile"]["extensionProfile"] = {
        "extensions": [
            {"name": name, "properties": {"type": "t", "protectedSettings": {"token": PASSWORD}}}
            for name in ("one", "two")
        ]
    }
    kept, withheld = plain(body, "2024-07-01")
    assert PASSWORD not in str(kept)
    assert [
        each["name"] for each in kept["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"]
    ] == ["one", "two"]
    assert PASSWORD not in str(withheld)
