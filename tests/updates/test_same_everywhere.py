"""What the review shows, what the REST export holds, what the pre-flight asks about and what Azure gets is one JSON value."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.reviews.making import PASSWORD, TARGET, approved, document, edit
from tests.reviews.making import draft as made
from tests.submissions.conftest import drive, person, signed_in
from tests.updates.conftest import open_as
from tests.web.strict import Page, text_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.installation import endpoint
from vmssbuilder.preflight import actions as preflight
from vmssbuilder.preflight import checking
from vmssbuilder.reviews.actions import request_review, withdraw
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import apply_patch, secrets
from vmssbuilder.scaleset.answers import plain
from vmssbuilder.submissions import actions

pytestmark = pytest.mark.django_db

MARK = "(a secret)"
NEW, OLD = "2024-07-01", "2016-04-30-preview"
SCRIPT: dict[str, Any] = {
    "name": "setup",
    "properties": {
        "publisher": "Microsoft.Compute",
        "type": "CustomScriptExtension",
        "typeHandlerVersion": "1.10",
        "settings": {},
        "protectedSettings": {"commandToExecute": PASSWORD},
    },
}
EXTENSIONS = "properties.virtualMachineProfile.extensionProfile.extensions"


@pytest.fixture
def rolf(sandbox: Running, db: None) -> User:
    signed_in("rolf")
    return person("rolf")


def marked(body: dict[str, Any]) -> dict[str, Any]:
    """The body with the same mark in place of each secret, however it is written there."""
    found: dict[str, Any] = secrets.replace(body, lambda _path, _value: MARK)
    return found


def shown(page: Page) -> dict[str, Any]:
    (body,) = page.all("div", id="request-body")
    found: dict[str, Any] = json.loads(text_of(body))
    return marked(found)


def exported(browser: Client, draft: Draft) -> tuple[str, dict[str, Any]]:
    """The request line and the body of the REST export."""
    text = browser.get(f"/drafts/{draft.code}/export/rest/?download=1").content.decode()
    head, body = text.split("\n\n", 1)
    (line,) = [each for each in head.splitlines() if each.endswith("HTTP/1.1")]
    return line, marked(json.loads(body))


def validated(sandbox: Running, rita: User, draft: Draft) -> dict[str, Any]:
    """The scale set that Azure was asked about by the pre-flight, its parameters as the same marks."""
    checking.run(preflight.start(rita, draft).pk)
    (asked,) = [each["body"] for each in sandbox.requests("POST") if each["path"].endswith("/validate")]
    (resource,) = asked["properties"]["template"]["resources"]
    return marked(
        {name: value for name, value in resource.items() if name not in ("type", "apiVersion", "name")}
    )


def sent(sandbox: Running, rita: User, rolf: User, draft: Draft, method: str) -> dict[str, Any]:
    approved(rita, rolf, draft)
    done = drive(actions.submit(rita, Draft.objects.get(pk=draft.pk)))
    assert done.state == "succeeded", done.error
    (received,) = sandbox.requests(method)
    assert PASSWORD in str(received["body"]) or MARK not in str(marked(received["body"]))
    return marked(received["body"])


def everywhere(
    browser: Client, page_of: GetPage, sandbox: Running, rita: User, rolf: User, draft: Draft, method: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The body that all show and send, and the scale set that the pre-flight asks about."""
    asking_page = page_of(browser, f"/reviews/request/{draft.code}/")
    asked_about = validated(sandbox, rita, draft)
    line, export = exported(browser, draft)
    assert line.startswith(f"{method} {endpoint().address}/")
    body = shown(asking_page)
    assert body == export
    review = request_review(rita, draft, "", draft.head)
    page = page_of(browser, f"/reviews/{review.pk}/?show=sent")
    assert shown(page) == body
    assert f"{method} {endpoint().address}/subscriptions/" in page.text
    assert f"?api-version={draft.api_version}" in page.text
    assert PASSWORD not in page.text
    sandbox.sandbox.memory.requests.clear()
    withdraw(rita, review)
    assert sent(sandbox, rita, rolf, draft, method) == body
    return body, asked_about


def test_a_create(as_rita: Client, rita: User, rolf: User, sandbox: Running, page_of: GetPage) -> None:
    wanted = document()
    wanted["properties"]["virtualMachineProfile"]["extensionProfile"] = {"extensions": [SCRIPT]}
    draft = made(rita, wanted, NEW)
    body, asked_about = everywhere(as_rita, page_of, sandbox, rita, rolf, draft, "PUT")
    assert body == asked_about == marked(wanted)


def test_an_update(
    as_rita: Client, rita: User, rolf: User, sandbox: Running, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = open_as(rita, NEW)
    draft = edit(rita, draft, "sku.capacity", 5)
    draft = edit(rita, draft, EXTENSIONS, [SCRIPT])
    there = live(running_set)
    body, asked_about = everywhere(as_rita, page_of, sandbox, rita, rolf, draft, "PATCH")
    profile = {"extensionProfile": {"extensions": [SCRIPT]}}
    assert body == marked({"sku": {"capacity": 5}, "properties": {"virtualMachineProfile": profile}})
    assert asked_about == apply_patch(there, body)


def test_a_version_without_patch(
    as_rita: Client, rita: User, rolf: User, sandbox: Running, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = open_as(rita, OLD)
    draft = edit(rita, draft, "tags", {"team": "web"})
    draft = edit(rita, draft, EXTENSIONS, [SCRIPT])
    there = live(running_set)
    body, asked_about = everywhere(as_rita, page_of, sandbox, rita, rolf, draft, "PUT")
    profile = {"extensionProfile": {"extensions": [SCRIPT]}}
    wanted = {"tags": {"team": "web"}, "properties": {"virtualMachineProfile": profile}}
    assert body == asked_about == apply_patch(there, marked(wanted))


def live(scale_set: ScaleSet) -> dict[str, Any]:
    """The scale set as it can be read."""
    found = copy.deepcopy(scale_set.model)
    del found["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"]
    return plain(found, NEW)[0]


def test_the_review_of_an_update_shows_what_changes_and_under_which_condition(
    as_rita: Client, rita: User, opened: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, opened, "sku.capacity", 5)
    check = page_of(as_rita, f"/drafts/{draft.code}/check/")
    review = request_review(rita, draft, "", draft.head)
    for page in (check, page_of(as_rita, f"/reviews/{review.pk}/")):
        (row,) = [each for each in page.all("tr") if "Instance count" in text_of(each)]
        assert text_of(row).split()[:4] == ["Instance", "count", "2", "5"]
        assert 'If-Match: "1"' in page.text
        assert "Only this is sent; what it does not name stays as it is." in page.text
        assert "Beside the scale set as it was read" in page.text


def test_a_create_replaces_nothing(as_rita: Client, rita: User, page_of: GetPage) -> None:
    draft = made(rita)
    review = request_review(rita, draft, "", draft.head)
    assert "If-None-Match: *" in page_of(as_rita, f"/reviews/{review.pk}/?show=sent").text


def test_changes_alone(
    as_rita: Client, rita: User, rolf: User, sandbox: Running, running_set: ScaleSet, page_of: GetPage
) -> None:
    draft = made(rita, {"sku": {"capacity": 7}}, NEW, "update", TARGET.name)
    body, asked_about = everywhere(as_rita, page_of, sandbox, rita, rolf, draft, "PATCH")
    assert body == {"sku": {"capacity": 7}}
    assert asked_about["sku"]["capacity"] == 7


def test_changes_of_what_is_not_there_say_so_where_they_are_reviewed(
    as_rita: Client, rita: User, sandbox: Running, page_of: GetPage
) -> None:
    draft = made(rita, {"sku": {"capacity": 7}}, NEW, "update", "nowhere")
    page = page_of(as_rita, f"/reviews/request/{draft.code}/")
    assert "Azure has no such scale set" in page.text
    assert "It is not known what is there" not in page.text
    assert shown(page) == {"sku": {"capacity": 7}}


def test_changes_alone_without_patch(
    as_rita: Client, rita: User, rolf: User, sandbox: Running, running_set: ScaleSet, page_of: GetPage
) -> None:
    """The draft does not hold the whole, so its export cannot; the review reads it, and the worker does."""
    draft = made(rita, {"sku": {"capacity": 7}}, OLD, "update", TARGET.name)
    assert "These are the changes alone" in page_of(as_rita, f"/drafts/{draft.code}/export/rest/").text
    wanted = apply_patch(live(running_set), {"sku": {"capacity": 7}})
    assert validated(sandbox, rita, draft) == wanted
    body = shown(page_of(as_rita, f"/reviews/request/{draft.code}/"))
    assert body == sent(sandbox, rita, rolf, draft, "PUT") == wanted
    older = made(rita, {"sku": {"capacity": 7}}, NEW, "update", TARGET.name)
    assert "These are the changes alone" not in page_of(as_rita, f"/drafts/{older.code}/export/rest/").text
