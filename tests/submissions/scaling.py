"""A scale set that exists is opened, and one instance more is asked for."""

from __future__ import annotations

from tests.reviews.making import TARGET, approved, edit
from tests.submissions.conftest import drive
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import apply_patch
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.versions import PATCH_SINCE, within
from vmssbuilder.submissions import actions
from vmssbuilder.updates import actions as updates
from vmssbuilder.updates import reading
from vmssbuilder.updates.live import Live, address_of


def send(owner: User, reviewer: User, of: Draft) -> None:
    assert not errors(check_content(of))
    approved(owner, reviewer, of)
    done = drive(actions.submit(owner, Draft.objects.get(pk=of.pk)))
    assert done.state == "succeeded", done.error


def scale(version: str, sandbox: Running, rita: User, rolf: User) -> None:
    """Opens the scale set, asks for one instance more, and sends it."""
    address = address_of(TARGET)
    assert address is not None
    asked = reading.read(rita, address, version, within=0.0)
    while asked.loading:
        asked = reading.read(rita, address, version)
    assert isinstance(asked.value, Live), asked
    opened = updates.open_live(rita, asked.value)
    capacity = opened.document["sku"]["capacity"]
    opened = edit(rita, opened, "sku.capacity", capacity + 1)
    found = errors(check_content(opened))
    assert not found, found
    before = len(sandbox.requests())
    send(rita, rolf, opened)
    (sent,) = [each for each in sandbox.requests()[before:] if each["method"] in {"PUT", "PATCH"}]
    change = {"sku": {"capacity": capacity + 1}}
    if within(version, PATCH_SINCE):
        assert (sent["method"], sent["body"]) == ("PATCH", change)
    else:
        assert (sent["method"], sent["body"]) == ("PUT", apply_patch(asked.value.document, change))
