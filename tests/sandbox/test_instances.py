"""The instances of a scale set, one by one and together, with operations that take their time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.azure.helpers import document
from tests.sandbox.conftest import Arm, access_token
from tests.sandbox.test_arm import SCALE_SET, error, settled
from tests.sandbox.test_refusals import with_
from vmssbuilder.sandbox.server import Running


@pytest.fixture
def three(arm: Arm) -> Arm:
    assert arm("PUT", SCALE_SET, with_({"sku.capacity": 3})).status_code == 201
    settled(arm)
    return arm


def powers(arm: Arm) -> list[str]:
    """The power states of all instances."""
    listed = arm("GET", f"{SCALE_SET}/virtualMachines", **{"$expand": "instanceView"}).json()["value"]
    return [
        next(each["code"] for each in one["properties"]["instanceView"]["statuses"] if "Power" in each["code"])
        .rpartition("/")[2]
        for one in listed
    ]  # fmt: skip


def wait_for(found: Callable[[], Any], wanted: Any) -> None:
    until = time.monotonic() + 5
    while found() != wanted:
        assert time.monotonic() < until, found()
        time.sleep(0.01)


def test_one_instance_is_read(three: Arm) -> None:
    one = three("GET", f"{SCALE_SET}/virtualMachines/1").json()
    assert (one["name"], one["instanceId"], one["id"]) == ("web_1", "1", f"{SCALE_SET}/virtualMachines/1")
    assert one["properties"]["latestModelApplied"] is True
    assert one["properties"]["osProfile"]["computerName"] == "web000001"
    assert one["properties"]["networkProfile"]["networkInterfaces"][0]["id"].endswith(
        "/1/networkInterfaces/nic1"
    )
    assert "capacity" not in one["sku"]
    assert "Correct-Horse" not in str(one)
    view = three("GET", f"{SCALE_SET}/virtualMachines/web_2/instanceView").json()
    assert [each["displayStatus"] for each in view["statuses"]] == ["Provisioning succeeded", "VM running"]
    for path in ("9", "9/instanceView"):
        assert error(three("GET", f"{SCALE_SET}/virtualMachines/{path}"), 404)["code"] == "NotFound"


@pytest.mark.parametrize(
    ("action", "power"),
    [("deallocate", "deallocated"), ("powerOff", "stopped"), ("start", "running"), ("restart", "running"), ("redeploy", "running")],
)  # fmt: skip
def test_instances_are_switched_on_and_off(three: Arm, sandbox: Running, action: str, power: str) -> None:
    before = {"running": "deallocate"}.get(power, "start")
    three("POST", f"{SCALE_SET}/{before}")
    settled(three)
    (old,) = set(powers(three))
    sandbox.sandbox.memory.delay = 0.1
    answer = three("POST", f"{SCALE_SET}/{action}", {"instanceIds": ["0", "web_2"]})
    assert (answer.status_code, answer.content) == (202, b"")
    assert powers(three) == [old] * 3, "it takes its time"
    assert error(three("POST", f"{SCALE_SET}/{action}"), 409)["code"] == "AnotherOperationInProgress"
    settled(three)
    assert powers(three) == [power, old, power]
    summary = three("GET", f"{SCALE_SET}/instanceView").json()["virtualMachine"]["statusesSummary"]
    counts = {each["code"]: each["count"] for each in summary}
    assert counts == {"ProvisioningState/succeeded": 3, f"PowerState/{power}": 2, f"PowerState/{old}": 1}


def test_one_instance_is_switched_off_while_the_others_are_scaled(three: Arm, sandbox: Running) -> None:
    sandbox.sandbox.memory.delay = 0.1
    assert three("POST", f"{SCALE_SET}/virtualMachines/1/poweroff").status_code == 202
    assert three("PATCH", SCALE_SET, {"sku": {"capacity": 4}}).status_code == 200
    wait_for(lambda: powers(three), ["running", "stopped", "running", "running"])


def test_instances_are_deleted_and_their_numbers_never_come_back(three: Arm) -> None:
    answer = three("POST", f"{SCALE_SET}/delete", {"instanceIds": ["0"]})
    assert answer.status_code == 202
    wait_for(lambda: three("GET", SCALE_SET).json()["sku"]["capacity"], 2)
    settled(three)
    assert three("DELETE", f"{SCALE_SET}/virtualMachines/2").status_code == 202
    wait_for(lambda: three("GET", SCALE_SET).json()["sku"]["capacity"], 1)
    assert three("DELETE", f"{SCALE_SET}/virtualMachines/2").status_code == 204
    settled(three)
    three("PATCH", SCALE_SET, {"sku": {"capacity": 2}})
    listed = three("GET", f"{SCALE_SET}/virtualMachines").json()["value"]
    assert [each["instanceId"] for each in listed] == ["1", "3"]
    bodies: tuple[Any, ...] = (None, {}, {"instanceIds": []})
    for body in bodies:
        assert "'instanceIds' is missing" in error(three("POST", f"{SCALE_SET}/delete", body), 400)["message"]


def test_reimaging_brings_the_latest_model(three: Arm) -> None:
    change = {
        "properties": {
            "virtualMachineProfile": {"diagnosticsProfile": {"bootDiagnostics": {"enabled": True}}}
        }
    }
    three("PATCH", SCALE_SET, change)
    settled(three)

    def latest() -> list[bool]:
        listed = three("GET", f"{SCALE_SET}/virtualMachines").json()["value"]
        return [each["properties"]["latestModelApplied"] for each in listed]

    assert latest() == [False] * 3
    three("POST", f"{SCALE_SET}/virtualMachines/1/reimage")
    wait_for(latest, [False, True, False])
    three("POST", f"{SCALE_SET}/reimage")
    wait_for(latest, [True] * 3)


def test_an_action_that_fails_does_nothing_and_says_why(three: Arm, sandbox: Running) -> None:
    sandbox.fault("failed-operation", method="POST", path="/deallocate$")
    answer = three("POST", f"{SCALE_SET}/deallocate")
    assert settled(three)["properties"]["provisioningState"] == "Failed"
    assert powers(three) == ["running"] * 3
    place = answer.headers["Azure-AsyncOperation"]
    headers = {"Authorization": f"Bearer {access_token()}"}
    assert requests.get(place, headers=headers, timeout=5).json()["error"]["code"] == "AllocationFailed"


def test_readers_switch_nothing_off(three: Arm) -> None:
    for method, path in (
        ("POST", "start"),
        ("POST", "virtualMachines/1/start"),
        ("DELETE", "virtualMachines/1"),
    ):
        refused = error(three(method, f"{SCALE_SET}/{path}", account="sam"), 403)
        assert refused["code"] == "AuthorizationFailed"


def test_addresses_in_answers_can_be_followed_as_they_are(three: Arm, sandbox: Running) -> None:
    """As curl would: on the sandbox's own port, with nothing between."""
    sandbox.world(page=2)
    headers = {"Authorization": f"Bearer {access_token()}"}
    page = three("GET", f"{SCALE_SET}/virtualMachines").json()
    following = requests.get(page["nextLink"], headers=headers, timeout=5).json()
    assert [each["instanceId"] for each in page["value"] + following["value"]] == ["0", "1", "2"]
    answer = three("POST", f"{SCALE_SET}/start")
    for name in ("Azure-AsyncOperation", "Location"):
        assert answer.headers[name].startswith(f"{sandbox.url}/subscriptions/")
        assert requests.get(answer.headers[name], headers=headers, timeout=5).status_code in {200, 202}


def test_the_last_rolling_upgrade_is_read(arm: Arm, sandbox: Running) -> None:
    health = {
        "publisher": "Microsoft.ManagedServices",
        "type": "ApplicationHealthLinux",
        "typeHandlerVersion": "1.0",
    }
    body = with_(
        {
            "properties.upgradePolicy.mode": "Rolling",
            "P.extensionProfile.extensions": [{"name": "health", "properties": health}],
        }
    )
    latest = f"{SCALE_SET}/rollingUpgrades/latest"
    arm("PUT", SCALE_SET, body)
    settled(arm)
    assert error(arm("GET", latest), 404)["code"] == "NotFound"
    sandbox.sandbox.memory.delay = 0.1
    arm("PATCH", SCALE_SET, {"properties": {"virtualMachineProfile": {"licenseType": "RHEL_BYOS"}}})
    moving = arm("GET", latest).json()["properties"]
    assert (moving["runningStatus"]["code"], moving["progress"]["inProgressInstanceCount"]) == (
        "RollingForward",
        2,
    )
    assert moving["policy"]["maxBatchInstancePercent"] == 20
    settled(arm)
    done = arm("GET", latest).json()["properties"]
    assert (done["runningStatus"]["code"], done["progress"]["successfulInstanceCount"]) == ("Completed", 2)


def test_a_document_keeps_working_after_instances_came_and_went(arm: Arm) -> None:
    arm("PUT", SCALE_SET, document())
    settled(arm)
    arm("POST", f"{SCALE_SET}/delete", {"instanceIds": ["*"]})
    wait_for(lambda: arm("GET", SCALE_SET).json()["sku"]["capacity"], 0)
    assert settled(arm)["sku"] == {"name": "Standard_D2_v2", "tier": "Standard", "capacity": 0}
    assert arm("GET", f"{SCALE_SET}/virtualMachines").json()["value"] == []
