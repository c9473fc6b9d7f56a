"""Ids of resources stand as names on the pages of a draft, the whole id one press away."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import GetPage
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, addresses
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.steps import anchor
from vmssbuilder.drafts.templatetags.resource_tags import named
from vmssbuilder.scaleset import Request
from vmssbuilder.scaleset.versions import LATEST

from .conftest import TARGET

OWN = f"/subscriptions/{TARGET.subscription}/resourceGroups/rg-shop/providers"
GROUP = f"{OWN}/Microsoft.Compute/proximityPlacementGroups/near"
PROBE = f"{OWN}/Microsoft.Network/loadBalancers/lb-web/probes/" + "a" * 60 + "<b>"
IDENTITY = (
    "/subscriptions/other/resourceGroups/rg-id/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web"
)


@pytest.fixture
def referring(requester: User) -> Draft:
    document = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
        "properties": {
            "proximityPlacementGroup": {"id": GROUP},
            "virtualMachineProfile": {"networkProfile": {"healthProbe": {"id": PROBE}}},
            "hostGroup": {"id": "/subscriptions/nowhere"},
        },
    }
    return actions.create(requester, Request(TARGET, "create", LATEST, document), "pasted")


def test_a_field_says_below_what_its_id_names(
    as_requester: Client, referring: Draft, page_of: GetPage
) -> None:
    for path, words in (
        (("properties", "proximityPlacementGroup", "id"), "near in rg-shop"),
        (("properties", "hostGroup", "id"), ""),
    ):
        page = page_of(as_requester, addresses.page_url(referring.code, path, LATEST)).html
        own = anchor(path)
        assert f'id="{own}-reading" data-reading="resource">{words}</p>' in page


def test_the_check_shows_names_with_the_whole_id_in_a_fold(
    as_requester: Client, referring: Draft, page_of: GetPage
) -> None:
    page = page_of(as_requester, f"/drafts/{referring.code}/check/").html
    escaped = PROBE.replace("<", "&lt;").replace(">", "&gt;")
    for whole, words in (
        (GROUP, "near in rg-shop"),
        (escaped, f"lb-web / {escaped.rpartition('/')[2]} in rg-shop"),
        (IDENTITY, "web in rg-id, another subscription"),
    ):
        assert f'<summary title="{whole}">{words}</summary>{whole}</details>' in page
    assert '<dd class="summary-list__value">/subscriptions/nowhere</dd>' in page
    assert f"Identity {IDENTITY}" not in page


def test_two_revisions_are_compared_by_names(
    as_requester: Client, requester: User, referring: Draft, page_of: GetPage
) -> None:
    path = ("properties", "proximityPlacementGroup", "id")
    actions.save(requester, referring, referring.head, [Changed(path, GROUP, f"{GROUP}er")])
    page = page_of(as_requester, f"/drafts/{referring.code}/compare/1/2/").html
    for whole, words in ((GROUP, "near in rg-shop"), (f"{GROUP}er", "nearer in rg-shop")):
        assert f'<summary title="{whole}">{words}</summary>{whole}</details>' in page


@pytest.mark.parametrize("other", [GROUP.replace("/1", "/2"), GROUP.upper()])
def test_two_ids_that_go_by_one_name_are_compared_whole(other: str) -> None:
    assert (named(GROUP, other, "Nothing"), named(other, GROUP, "Nothing")) == (GROUP, other)


@pytest.mark.parametrize("written", ["plain", "/subscriptions/x", "a <b>"])
def test_other_values_are_compared_as_they_are(written: str) -> None:
    assert named(written, "", "Nothing") == written
    assert named("", written, "Nothing") == "Nothing"
