"""A requester who signed in with Microsoft, and a draft of theirs that says where it is to be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.accounts.entra import browser, sign_in
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import Request, Target

VERSION = "2024-07-01"
DOCUMENT: dict[str, Any] = {
    "location": "uksouth",
    "zones": ["1"],
    "sku": {"name": "Standard_D2s_v5", "capacity": 2},
    "properties": {
        "virtualMachineProfile": {
            "storageProfile": {
                "imageReference": {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "ubuntu-pro"}
            },
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {"name": "nic", "properties": {"primary": True, "ipConfigurations": [{"name": "ip"}]}}
                ]
            },
        }
    },
}


@pytest.fixture(autouse=True)
def _nothing_is_under_way() -> Iterator[None]:
    lookups.forget_everything()
    yield
    until = time.monotonic() + 10
    while any(not job.future.done() for job in list(lookups._jobs.values())) and time.monotonic() < until:
        time.sleep(0.01)
    lookups.forget_everything()


@pytest.fixture
def rita(db: None, sandbox: Running) -> Client:
    """Signed in with Microsoft."""
    client = browser()
    assert sign_in(client, "rita").status_code == 302
    sandbox.sandbox.memory.requests.clear()
    return client


@pytest.fixture
def owner(rita: Client) -> User:
    return User.objects.get(object_id=world.ACCOUNTS["rita"].oid)


MakeDraft = Callable[..., Draft]


@pytest.fixture
def make_draft(owner: User) -> MakeDraft:
    def make(document: dict[str, Any] | None = None, subscription: str = world.DEVELOPMENT) -> Draft:
        target = Target(subscription, "rg-shop", "web")
        request = Request(target, "create", VERSION, DOCUMENT if document is None else document)
        return actions.create(owner, request, "blank")

    return make


@pytest.fixture
def draft(make_draft: MakeDraft) -> Draft:
    return make_draft()
