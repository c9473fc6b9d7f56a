from __future__ import annotations

import json

import pytest
import requests
from django.test import Client

from tests.drafts.pages import assert_round_trip, read_in, save_every_page
from tests.examples.conftest import Example
from tests.filling import filled
from tests.reviews.making import TARGET
from tests.sandbox.conftest import access_token
from tests.scaleset.reading_back import BACK, read_back
from tests.submissions.scaling import scale
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import Request, check, secrets
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.reading import read
from vmssbuilder.scaleset.versions import API_VERSIONS


def test_it_is_read_as_it_is(example: Example) -> None:
    version, body = example
    reading = read(json.dumps(body, indent=1), version)
    assert json.dumps(reading.document) == json.dumps(body)
    assert {note.kind for note in reading.notes} <= {"version", "decide", "withheld"}


def test_it_has_no_error_but_placeholders(example: Example) -> None:
    version, body = example
    assert {finding.rule for finding in errors(check(body, version))} <= {"placeholder"}


def test_it_passes_in_every_version_that_has_its_members(example: Example) -> None:
    _version, body = example
    for other in API_VERSIONS[3:]:
        for operation in ("create", "update"):
            rules = {finding.rule for finding in errors(check(body, other, operation, whole=True))}
            # A place for ephemeral disks that has its own first version.
            assert "unknown-property" in rules or rules <= {"placeholder", "ephemeral-nvme-api"}, (
                other,
                operation,
            )


def test_its_pages_change_nothing(example: Example) -> None:
    version, body = example
    assert_round_trip(body, version)


def test_it_goes_through_all_pages_and_comes_out_as_it_was(example: Example, as_requester: Client) -> None:
    """Read in, each page opened and saved as a browser without JavaScript does, and downloaded."""
    version, body = example
    draft = read_in(as_requester, json.dumps(body), version)
    head = draft.head
    save_every_page(as_requester, draft)
    draft.refresh_from_db()
    assert draft.head == head, "a page that nobody touched made a revision"
    downloaded = as_requester.get(f"/drafts/{draft.code}/document.json")
    assert json.loads(downloaded.content) == secrets.mask(body)


def test_its_exports_are_read_back(example: Example) -> None:
    version, body = example
    for name in BACK:
        read_back(Request(TARGET, "create", version, body), name)


@pytest.mark.usefixtures("azure_at_once")
def test_it_can_be_scaled(example: Example, sandbox: Running, rita: User, rolf: User) -> None:
    version, body = example
    body = filled(body)
    lookups.forget_everything()
    sandbox.provide(body)
    answer = requests.put(
        f"{sandbox.url}{TARGET.resource_id}?api-version={version}",
        json=body,
        headers={"Authorization": f"Bearer {access_token()}"},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    scale(version, sandbox, rita, rolf)
