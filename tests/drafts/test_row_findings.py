"""A finding about a row stands at the row's own input, and the summary leads there."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.web.strict import Page, text_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.scaleset import Request

from .conftest import TARGET

LINUX = {"ssh": {"publicKeys": [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": "ssh-rsa AAAA"}]}}


def opened(browser: Client, owner: User, page_of: GetPage, document: dict[str, Any], step: str) -> Page:
    draft = actions.create(owner, Request(TARGET, "create", "2024-07-01", document), "pasted")
    return page_of(browser, f"/drafts/{draft.code}/{step}/?findings=1")


def described(page: Page, control: Element) -> str:
    """What a screen reader says about the control."""
    ids = (control.get("aria-describedby") or "").split()
    return " ".join(text_of(element) for element in page.root.iter() if element.get("id") in ids)


@pytest.mark.parametrize(
    ("document", "step", "name", "words"),
    [
        ({"tags": {"fine": "x", "a<b": "y"}}, "basics", "tags[1].key", "cannot contain"),
        ({"tags": {"fine": "x", "long": "y" * 300}}, "basics", "tags[1].key", "256"),
        (
            {"properties": {"virtualMachineProfile": {"osProfile": {"linuxConfiguration": LINUX}}}},
            "image",
            "properties.virtualMachineProfile.osProfile.linuxConfiguration.ssh.publicKeys[0].keyData",
            "key",
        ),
    ],
)
def test_a_finding_stands_at_the_input_of_its_row(
    as_requester: Client,
    requester: User,
    page_of: GetPage,
    document: dict[str, Any],
    step: str,
    name: str,
    words: str,
) -> None:
    page = opened(as_requester, requester, page_of, document, step)
    control = next(each for each in page.root.iter() if each.get("name") == name)
    said = described(page, control)
    assert words in said
    assert control.get("aria-invalid") == "true"
    others = [
        each.get("name")
        for each in page.root.iter()
        if each.get("aria-invalid") == "true"
        and (each.get("name") or "").startswith(name.split("[", maxsplit=1)[0])
    ]
    assert others == [name]
    # The way from the summary leads to the input itself.
    summary = next(each for each in page.root.iter() if "error-summary" in (each.get("class") or "").split())
    assert f"#{control.get('id')}" in [link.get("href") for link in summary.iter("a")]
