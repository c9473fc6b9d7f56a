"""After success: what Azure made of the request, and which instances follow it. After being overtaken: the three values."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.reviews.making import PASSWORD, SUBSCRIPTION, edit
from tests.submissions.conftest import drive, step
from tests.submissions.test_updates import _nothing_is_under_way, opened, running_set, send, somebody_else
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions.models import Submission
from vmssbuilder.updates import asking

__all__ = ["_nothing_is_under_way", "running_set", "send"]
pytestmark = pytest.mark.django_db
Send = Callable[[Draft], Submission]
PROBE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Network/loadBalancers/lb/probes/http"
CACHING = "properties.virtualMachineProfile.storageProfile.osDisk.caching"


def url(submission: Submission, more: str = "") -> str:
    return f"/submissions/{submission.code}/{more}"


# --- what Azure made of it --------------------------------------------------------------------------------------------


def test_all_that_was_asked_for_is_there(
    as_rita: Client, submitted: Callable[..., Submission], page_of: GetPage
) -> None:
    done = drive(submitted())
    page = page_of(as_rita, url(done))
    assert "All that was asked for is there." in page.text
    assert "Not compared, because Azure does not return it: " in page.text
    assert PASSWORD not in page.text


def test_what_azure_ignored_or_changed_is_shown_by_property(
    as_rita: Client, rita: User, running_set: ScaleSet, send: Send, page_of: GetPage
) -> None:
    draft = edit(rita, opened(rita), "sku.capacity", 5)
    draft = edit(rita, draft, "properties.overprovision", True)
    submission = drive(send(draft), until="running")

    def otherwise(model: dict[str, Any]) -> None:
        model["sku"]["capacity"] = 4
        del model["properties"]["overprovision"]
        model["properties"]["platformFaultDomainCount"] = 5

    somebody_else(running_set, otherwise)
    done = drive(submission)
    assert done.state == "succeeded"
    page = page_of(as_rita, url(done))
    assert "2 values are not as asked for." in page.text
    rows = [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in page.all("tr")
    ]  # fmt: skip
    assert ["Instance countsku.capacity", "Azure made it another", "5", "4"] in rows
    assert ["Overprovisioningproperties.overprovision", "Azure left it as it was", "Yes", "Nothing"] in rows
    assert "Filled in by Azure" in page.text
    assert "properties.platformFaultDomainCount" in page.text


def test_success_that_azure_did_not_show_is_no_comparison(
    as_rita: Client, submitted: Callable[..., Submission], page_of: GetPage
) -> None:
    done = drive(submitted())
    Submission.objects.filter(pk=done.pk).update(resource=None)
    page = page_of(as_rita, url(done))
    assert "did not show the scale set afterwards" in page.text
    assert "All that was asked for" not in page.text


# --- instances --------------------------------------------------------------------------------------------------------


def test_manual_leaves_instances_behind_and_says_what_to_do(
    as_rita: Client, rita: User, running_set: ScaleSet, send: Send, sandbox: Running, page_of: GetPage
) -> None:
    draft = edit(rita, opened(rita), CACHING, "ReadOnly")
    done = drive(send(edit(rita, draft, "sku.capacity", 3)))
    assert done.state == "succeeded", done.error
    assert f'hx-get="{url(done, "instances/")}"' in as_rita.get(url(done)).content.decode()
    page = page_of(as_rita, url(done, "instances/"))
    assert "1 of 3 instances runs the latest model" in page.text
    assert "--resource-group rg-shop --name web-prod --instance-ids 0 1" in page.text
    part = as_rita.get(url(done, "instances/"), headers={"HX-Request": "true"}).content
    assert b"1 of 3 instances" in part
    assert b"<html" not in part
    running_set.behind = 0
    lookups.forget_everything()
    page = page_of(as_rita, url(done, "instances/"))
    assert "All 3 instances run the latest model" in page.text
    assert "az vmss" not in page.text


def test_a_size_reaches_instances_by_an_upgrade_too(
    as_rita: Client, rita: User, running_set: ScaleSet, send: Send, page_of: GetPage
) -> None:
    done = drive(send(edit(rita, opened(rita), "sku.name", "Standard_D4s_v3")))
    assert "0 of 2 instances run the latest model" in page_of(as_rita, url(done, "instances/")).text


@pytest.mark.parametrize(
    ("mode", "words"),
    [("Automatic", "Azure upgrades them by itself"), ("Rolling", "az vmss rolling-upgrade start")],
)
def test_other_modes_do_it_by_themselves(
    as_rita: Client,
    rita: User,
    running_set: ScaleSet,
    send: Send,
    sandbox: Running,
    page_of: GetPage,
    mode: str,
    words: str,
) -> None:
    running_set.model["properties"]["upgradePolicy"] = {"mode": mode}
    if mode == "Rolling":
        profile = running_set.model["properties"]["virtualMachineProfile"]
        profile["networkProfile"]["healthProbe"] = {"id": PROBE}
        sandbox.add(PROBE)
    draft = opened(rita)
    done = drive(send(edit(rita, draft, "sku.capacity", 3)))
    assert done.state == "succeeded", done.error
    running_set.behind = 2
    assert words in page_of(as_rita, url(done, "instances/")).text


def test_many_instances_are_counted_over_all_pages(
    as_rita: Client, rita: User, running_set: ScaleSet, send: Send, sandbox: Running, page_of: GetPage
) -> None:
    sandbox.world(page=40, cores=1_000)
    done = drive(send(edit(rita, opened(rita), "sku.capacity", 90)))
    running_set.behind = 89
    page = page_of(as_rita, url(done, "instances/"))
    assert "1 of 90 instances runs the latest model" in page.text
    assert "--instance-ids '*'" in page.text
    listed = [each for each in sandbox.requests("GET") if each["path"].lower().endswith("/virtualmachines")]
    assert len(listed) == 3


def test_trouble_and_slowness_keep_nobody_waiting(
    as_rita: Client,
    rita: User,
    running_set: ScaleSet,
    send: Send,
    sandbox: Running,
    page_of: GetPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = drive(send(edit(rita, opened(rita), "sku.capacity", 3)))
    error = {"code": "AuthorizationFailed", "message": "No."}
    sandbox.fault("status", method="GET", path="/virtualMachines$", status=403, error=error)
    assert "You may not read this in Azure." in page_of(as_rita, url(done, "instances/")).text
    lookups.forget_everything()
    monkeypatch.setattr(asking, "WAIT", 0.1)
    sandbox.fault("latency", method="GET", path="/virtualMachines$", seconds=0.6)
    assert "Azure has not answered yet" in page_of(as_rita, url(done, "instances/")).text
    time.sleep(0.8)
    assert "All 3 instances run the latest model" in page_of(as_rita, url(done, "instances/")).text


# --- overtaken --------------------------------------------------------------------------------------------------------


def test_the_three_values_are_on_the_page_with_the_way_to_choose(
    as_rita: Client, rita: User, running_set: ScaleSet, send: Send, page_of: GetPage
) -> None:
    submission = step(send(edit(rita, opened(rita), "sku.capacity", 5)))
    somebody_else(running_set, lambda model: model["sku"].update(capacity=40))
    failed = drive(submission)
    assert failed.state == "failed"
    page = page_of(as_rita, url(failed))
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in page.all("tr")]
    assert ["Instance countsku.capacity", "2", "5", "40"] in rows
    assert page.links()["Choose"] == f"/drafts/{failed.draft.code}/changes/"
    assert "Send again" not in page.text
    assert copy.deepcopy(running_set.model)["sku"]["capacity"] == 40
