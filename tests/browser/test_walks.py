"""From a browser field to a scale set: the requests of Microsoft's page, each filled in, reviewed, sent and followed.

The first of them is filled in without JavaScript here, with it in `test_canaries.py`, and by keyboard in `test_steps.py`. Of the
others those steps are filled in in which they differ from it; the rest is pasted.
"""

from __future__ import annotations

import base64
import copy
from typing import Any

from playwright.sync_api import expect

from vmssbuilder.drafts import steps
from vmssbuilder.scaleset.paths import Path

from .conftest import People, Product
from .person import SECRET_NAMES, masked
from .requests import CANARIES, MANAGED_DISKS, PLAN, STORAGE_ACCOUNT, SUBSCRIPTION, UPDATE


def address(name: str, operation: str, api_version: str) -> dict[str, Any]:
    return {
        "$target": {
            "operation": operation,
            "subscription": SUBSCRIPTION,
            "resourceGroup": "myrg1",
            "name": name,
            "apiVersion": api_version,
        }
    }


def as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """customData is typed as text; the product encodes it."""
    sent = copy.deepcopy(document)
    os_profile = sent["properties"]["virtualMachineProfile"].get("osProfile", {})
    if "customData" in os_profile:
        os_profile["customData"] = base64.b64encode(os_profile["customData"].encode()).decode()
    return sent


def owned(step: steps.Step, value: Any, path: Path = ()) -> dict[str, Any]:
    """What of the content belongs to a step, in the shape of a document."""
    kept: dict[str, Any] = {}
    for name, inner in value.items():
        place = (*path, name)
        if steps.owner(place) is step and not any(
            root[: len(place)] == place for other in steps.STEPS if other is not step for root in other.places
        ):
            kept[name] = inner
        elif isinstance(inner, dict):
            below = owned(step, inner, place)
            if below:
                kept[name] = below
    return kept


def joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both, which share no value."""
    shared = {name: joined(one[name], other[name]) for name in one.keys() & other.keys()}
    return one | other | shared


EVERY_STEP = tuple(step.name for step in steps.STEPS)


def walk(
    people: People,
    product: Product,
    name: str,
    document: dict[str, Any],
    *,
    api_version: str = "2016-04-30-preview",
    operation: str = "create",
    scripts: bool = True,
    typed: tuple[str, ...] = EVERY_STEP,
) -> dict[str, Any]:
    """The whole road, what those steps hold typed field by field and the rest pasted. Answers what the sandbox received."""
    rita = people("Rita", scripts=scripts)
    content = address(name, operation, api_version) | document
    if typed == EVERY_STEP:
        code = rita.start_blank(api_version)
    else:
        pasted: dict[str, Any] = {}
        for step in steps.STEPS:
            if step.name not in typed:
                pasted = joined(pasted, owned(step, as_sent(document)))
        code = rita.paste(address(name, operation, api_version), pasted, api_version)
    for step in steps.STEPS:
        if step.name in typed:
            rita.fill_in_step(step, code, content, api_version)
    if typed:
        rita.take_out_what_was_filled_in(code, document)
    rita.open(f"/drafts/{code}/check/")
    assert rita.json_beside_the_form() == masked(document)
    rita.send_for_review(code)

    rolf = people("Rolf", scripts=scripts)
    rolf.approve(name)

    act = {"create": "Create", "update": "Update"}[operation]
    rita.submit(code, f"{act} {name}")
    if scripts:
        rita.wait_for_end()
    else:
        for _ in range(60):
            if rita.page.get_by_text("Succeeded").count():
                break
            rita.page.wait_for_timeout(250)
            rita.page.reload()
    expect(rita.page.get_by_text("Succeeded").first).to_be_visible()
    method = "PATCH" if operation == "update" else "PUT"
    received = [entry for entry in product.received(method) if f"/{name}" in entry["path"]]
    assert len(received) == 1, received
    if operation == "create":
        answered = product.newest_resource()
        assert holds(answered, without_secrets(document)), "Azure must show what was asked for"
        assert not any(canary in str(answered) for canary in CANARIES.values()), "and nothing secret"
    body: dict[str, Any] = received[0]["body"]
    return body


def without_secrets(document: Any) -> Any:
    """The document as Azure gives it back; it writes the region in its own way."""
    if isinstance(document, dict):
        kept = {name: value for name, value in document.items() if name not in {*SECRET_NAMES, "location"}}
        return {name: without_secrets(value) for name, value in kept.items()}
    return [without_secrets(item) for item in document] if isinstance(document, list) else document


def holds(answered: Any, asked: Any) -> bool:
    """Whether what Azure answered has all that was asked for; it adds members of its own."""
    if isinstance(asked, dict):
        return isinstance(answered, dict) and all(
            name in answered and holds(answered[name], value) for name, value in asked.items()
        )
    if isinstance(asked, list):
        return isinstance(answered, list) and len(answered) == len(asked) and all(map(holds, answered, asked))
    return bool(answered == asked)


def test_managed_disks_without_javascript(people: People, product: Product) -> None:
    assert walk(people, product, "plain", MANAGED_DISKS, scripts=False) == as_sent(MANAGED_DISKS)


def test_disks_in_a_storage_account(people: People, product: Product) -> None:
    received = walk(people, product, "account", STORAGE_ACCOUNT, typed=("image", "disks"))
    assert received == as_sent(STORAGE_ACCOUNT)


def test_a_marketplace_plan(people: People, product: Product) -> None:
    product.provide(PLAN)
    assert walk(people, product, "planned", PLAN, typed=("basics", "image")) == as_sent(PLAN)


def test_an_update(people: People, product: Product) -> None:
    walk(people, product, "updated", MANAGED_DISKS, typed=())
    received = walk(
        people,
        product,
        "updated",
        UPDATE,
        api_version="2017-03-30",
        operation="update",
        typed=("basics", "instances", "image"),
    )
    assert received == as_sent(UPDATE)
