"""What comes of looking at a live scale set: what is refused, and what is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.actions.table import live, of_entra
from tests.reviews.making import document, draft, edit
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.content import LONGEST_ADDRESS, TARGET
from vmssbuilder.drafts.models import Draft
from vmssbuilder.updates import actions
from vmssbuilder.updates.live import Live, NoResourceId, parse_id
from vmssbuilder.updates.models import LiveSnapshot

pytestmark = pytest.mark.django_db

PARTS = {"subscription": "subscription", "resource_group": "resourceGroup", "name": "name"}
"""The parts of an address by their names in `ScaleSetAddress`."""


@pytest.fixture
def rita() -> User:
    return of_entra("rita")


def with_part(part: str, length: int) -> Live:
    found = live("web", document())
    return replace(found, address=replace(found.address, **{part: "x" * length}))


@pytest.mark.parametrize("part", PARTS)
def test_an_address_that_cannot_be_kept_is_refused_by_its_part(rita: User, part: str) -> None:
    longest = LONGEST_ADDRESS[PARTS[part]]
    with pytest.raises(actions.UpdateRefused) as refused:
        actions.open_live(rita, with_part(part, longest + 1))
    assert str(refused.value) == (
        f"Its {PARTS[part]} has {longest + 1:,} characters; no more than {longest} can be kept."
    )
    assert not Draft.objects.exists()
    opened = actions.open_live(rita, with_part(part, longest))
    assert getattr(opened, part) == "x" * longest


def test_a_member_by_the_name_of_ours_is_refused(rita: User) -> None:
    with pytest.raises(actions.UpdateRefused, match="It has a member"):
        actions.open_live(rita, live("web", document() | {TARGET: {}}))
    assert not Draft.objects.exists()


def test_a_private_key_in_clear_is_refused(rita: User) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"
    found = document()
    found["tags"]["key"] = key
    with pytest.raises(actions.UpdateRefused):
        actions.open_live(rita, live("web", found))
    assert not Draft.objects.exists()


def test_there_is_nothing_to_put_back_where_nothing_was_opened(rita: User) -> None:
    of = draft(rita)
    with pytest.raises(actions.UpdateRefused, match="not opened from a scale set"):
        actions.put_back(rita, of, ("sku", "capacity"))
    assert of.head == 1


def test_only_an_update_leaves_out_and_only_what_it_says(rita: User) -> None:
    create = draft(rita)
    update = actions.open_live(rita, live("web", document()))
    for of, path in ((create, ("sku", "capacity")), (update, ("sku", "nowhere"))):
        with pytest.raises(actions.UpdateRefused, match="does not say it any more"):
            actions.leave_out(rita, of, path)
        assert Draft.objects.get(pk=of.pk).head == 1
    assert "capacity" not in actions.leave_out(rita, update, ("sku", "capacity")).document["sku"]


def test_a_comparison_anew_is_kept_beside_the_earlier_one(rita: User) -> None:
    of = edit(rita, actions.open_live(rita, live("web", document())), "sku.capacity", 5)
    found = replace(live("web", document()), etag="8", withheld=(("properties", "x"), ("y", 0, "z")))
    saved = actions.compare_anew(rita, of, of.head, found, of.document)
    assert saved.head == 3
    assert list(
        LiveSnapshot.objects.order_by("pk").values_list("since", "etag", "reader", "api_version")
    ) == [
        (1, "7", rita.pk, "2024-07-01"),
        (3, "8", rita.pk, "2024-07-01"),
    ]
    newest = LiveSnapshot.objects.get(since=3)
    assert newest.withheld == ["properties.x", "y[0].z"]
    assert (newest.read, newest.document, newest.draft) == (found.read, found.document, of)
    assert newest.resource_id == found.address.resource_id


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "Choose a scale set, or paste its resource id."),
        (" \"' ", "Choose a scale set, or paste its resource id."),
        ("web-prod", "This is not the resource id of a scale set."),
        (
            "/subscriptions/a/resourceGroups/b/providers/Microsoft.Compute/virtualMachineScaleSets/..",
            "This resource id cannot be used: ",
        ),
    ],
)
def test_what_is_no_id_is_told_with_its_cure(written: str, why: str) -> None:
    with pytest.raises(NoResourceId) as refused:
        parse_id(written)
    assert str(refused.value).startswith(why)
