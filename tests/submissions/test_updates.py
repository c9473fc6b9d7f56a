"""An update of a scale set that was opened: what is sent, what is left alone, what happens when others were faster."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.reviews.making import PASSWORD, SUBSCRIPTION, approved, document, edit
from tests.submissions.conftest import drive, step
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions as reviews
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.submissions import actions, arm
from vmssbuilder.submissions.models import Submission
from vmssbuilder.updates import actions as updates
from vmssbuilder.updates import planning, reading
from vmssbuilder.updates.live import Live, parse_id

pytestmark = pytest.mark.django_db

ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Compute"
    "/virtualMachineScaleSets/web-prod"
)
OLD = "2016-04-30-preview"
NEW = "2024-07-01"


@pytest.fixture(autouse=True)
def _nothing_is_under_way() -> Iterator[None]:
    lookups.forget_everything()
    yield
    lookups.forget_everything()


@pytest.fixture
def running_set(sandbox: Running) -> ScaleSet:
    """The scale set that runs; tests change it as somebody else would."""
    return there(sandbox, document())


def there(sandbox: Running, model: dict[str, Any]) -> ScaleSet:
    made = ScaleSet(
        SUBSCRIPTION, "rg-shop", "web-prod", model, "2026-01-01T00:00:00Z", "7f", state="Succeeded"
    )
    sandbox.sandbox.memory.scale_sets[(SUBSCRIPTION, "rg-shop", "web-prod")] = made
    return made


def somebody_else(scale_set: ScaleSet, change: Callable[[dict[str, Any]], None]) -> None:
    """A change of the scale set by other hands."""
    model = copy.deepcopy(scale_set.model)
    change(model)
    scale_set.model, scale_set.etag = model, scale_set.etag + 1


def live(user: User, api_version: str = NEW) -> Live:
    asked = reading.read(user, parse_id(ID), api_version, within=0.0)
    while asked.loading:
        asked = reading.read(user, parse_id(ID), api_version)
    assert isinstance(asked.value, Live), asked
    return asked.value


def opened(user: User, api_version: str = NEW) -> Draft:
    return updates.open_live(user, live(user, api_version))


Send = Callable[..., Submission]


@pytest.fixture
def send(rita: User, rolf: User) -> Send:
    """Has the draft approved and queued."""

    def go(draft: Draft) -> Submission:
        approved(rita, rolf, draft)
        return actions.submit(rita, Draft.objects.get(pk=draft.pk))

    return go


def as_it_leaves(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Has something happen after the last look at the scale set and before the request arrives, once."""
    honest = arm.send

    def late(*given: Any) -> Any:
        monkeypatch.setattr(arm, "send", honest)
        happens()
        return honest(*given)

    monkeypatch.setattr(arm, "send", late)


def patch_of(sandbox: Running) -> Any:
    (sent,) = sandbox.requests("PATCH")
    return sent["body"]


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_only_what_was_changed_is_sent(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    draft = edit(rita, opened(rita), "tags", {"team": "shop", "cost": "42"})
    done = drive(send(draft))
    assert done.state == "succeeded", done.error
    assert patch_of(sandbox) == {"tags": {"team": "shop", "cost": "42"}}
    (sent,) = sandbox.requests("PATCH")
    assert sent["headers"]["if-match"] == '"1"'
    assert running_set.model["sku"]["capacity"] == 2


def test_an_autoscaled_set_keeps_its_count(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    draft = edit(rita, opened(rita), "sku.name", "Standard_D4s_v3")
    somebody_else(running_set, lambda model: model["sku"].update(capacity=17))
    done = drive(send(draft))
    assert done.state == "succeeded", done.error
    assert patch_of(sandbox) == {"sku": {"name": "Standard_D4s_v3"}}
    assert running_set.model["sku"]["capacity"] == 17


def test_what_somebody_else_changed_is_not_reset(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    draft = edit(rita, opened(rita), "sku.capacity", 5)
    somebody_else(running_set, lambda model: model["tags"].update(by="somebody else"))
    done = drive(send(draft))
    assert done.state == "succeeded", done.error
    assert patch_of(sandbox) == {"sku": {"capacity": 5}}
    assert running_set.model["tags"] == {"team": "shop", "by": "somebody else"}


def test_what_is_taken_out_is_sent_as_null(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    running_set.model["properties"]["overprovision"] = False
    draft = edit(rita, opened(rita), "properties.overprovision", MISSING)
    done = drive(send(draft))
    assert done.state == "succeeded", done.error
    assert patch_of(sandbox) == {"properties": {"overprovision": None}}


def test_a_secret_that_is_entered_arrives_in_clear_and_stays_nowhere(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    extension = {
        "name": "script",
        "properties": {
            "publisher": "Microsoft.Compute",
            "type": "CustomScriptExtension",
            "typeHandlerVersion": "1.10",
            "protectedSettings": {"commandToExecute": PASSWORD},
        },
    }
    place = "properties.virtualMachineProfile.extensionProfile.extensions"
    draft = edit(rita, opened(rita), place, [extension])
    done = drive(send(draft))
    assert done.state == "succeeded", done.error
    sent = patch_of(sandbox)["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"]
    assert sent == [extension]
    assert PASSWORD not in str(list(Submission.objects.values()))


def test_where_there_is_no_patch_the_whole_goes_with_the_change(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    draft = edit(rita, opened(rita, OLD), "tags", {"team": "web"})
    somebody_else(running_set, lambda model: model["sku"].update(capacity=9))
    done = drive(send(draft))
    assert done.state == "succeeded", done.error
    assert not sandbox.requests("PATCH")
    (put,) = sandbox.requests("PUT")
    wanted = document() | {"tags": {"team": "web"}}
    wanted["sku"]["capacity"] = 9
    del wanted["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"]
    assert put["body"] == wanted
    assert "if-match" not in put["headers"]


def test_a_lost_answer_is_looked_for_and_not_sent_twice(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    sandbox.fault("lost-answer", method="PATCH", path="web-prod")
    done = drive(send(edit(rita, opened(rita), "sku.capacity", 5)))
    assert done.state == "succeeded", done.error
    assert len(sandbox.requests("PATCH")) == 1


# --- others were faster -----------------------------------------------------------------------------------------------


def test_the_mark_moves_with_the_instances_and_the_same_is_sent_again(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(send(edit(rita, opened(rita), "sku.capacity", 5)))
    as_it_leaves(monkeypatch, lambda: somebody_else(running_set, lambda _model: None))
    done = drive(submission)
    assert done.state == "succeeded", done.error
    assert [(each["status"], each["body"]) for each in sandbox.requests("PATCH")] == [
        (412, {"sku": {"capacity": 5}}),
        (200, {"sku": {"capacity": 5}}),
    ]


def test_a_mark_that_moved_after_the_look_costs_no_refusal(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    submission = step(send(edit(rita, opened(rita), "sku.capacity", 5)))
    somebody_else(running_set, lambda _model: None)
    assert drive(submission).state == "succeeded"
    assert [each["status"] for each in sandbox.requests("PATCH")] == [200]


def test_who_changed_the_same_is_not_overwritten_and_the_person_chooses(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    draft = edit(rita, opened(rita), "sku.capacity", 5)
    somebody_else(running_set, lambda model: model["sku"].update(capacity=40))
    failed = drive(send(draft))
    assert failed.state == "failed"
    assert failed.error is not None
    assert "somebody changed in Azure what this request changes too" in failed.error["sentence"]
    assert not sandbox.requests("PATCH")
    assert running_set.model["sku"]["capacity"] == 40

    draft = Draft.objects.get(pk=draft.pk)
    at = planning.snapshot_of(draft)
    assert at is not None
    now = live(rita)
    wish = planning.intended_change(draft, at)
    (clash,) = planning.rebase(wish, now.document).clashes
    assert (clash.path, clash.base, clash.mine, clash.theirs) == (("sku", "capacity"), 2, 5, 40)
    chosen = planning.settle(wish, now.document, {clash.path: "mine"})
    assert chosen is not None
    draft = updates.compare_anew(rita, draft, draft.head, now, chosen)
    done = drive(send(draft))
    assert done.state == "succeeded", done.error
    assert patch_of(sandbox) == {"sku": {"capacity": 5}}


def test_a_change_between_the_look_and_the_request_is_seen(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    submission = step(send(edit(rita, opened(rita), "sku.capacity", 5)))
    assert submission.state == "sending"
    somebody_else(running_set, lambda model: model["sku"].update(capacity=40))
    assert drive(submission).state == "failed"
    assert not sandbox.requests("PATCH")


def test_a_change_as_the_request_arrives_is_refused_by_its_mark(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(send(edit(rita, opened(rita), "sku.capacity", 5)))
    as_it_leaves(
        monkeypatch, lambda: somebody_else(running_set, lambda model: model["sku"].update(capacity=40))
    )
    failed = drive(submission)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "somebody changed" in failed.error["sentence"]
    assert [each["status"] for each in sandbox.requests("PATCH")] == [412]
    assert running_set.model["sku"]["capacity"] == 40


def test_a_list_that_somebody_else_changed_is_not_sent_as_it_was(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    place = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"
    draft = edit(rita, opened(rita), f"{place}[0].properties.enableAcceleratedNetworking", True)

    def forwarding(model: dict[str, Any]) -> None:
        profile = model["properties"]["virtualMachineProfile"]["networkProfile"]
        profile["networkInterfaceConfigurations"][0]["properties"]["enableIPForwarding"] = True

    somebody_else(running_set, forwarding)
    failed = drive(send(draft))
    assert failed.state == "failed"
    assert failed.error is not None
    assert "what this request would undo" in failed.error["sentence"]
    assert not sandbox.requests("PATCH")

    draft = Draft.objects.get(pk=draft.pk)
    at = planning.snapshot_of(draft)
    assert at is not None
    now = live(rita)
    merged = planning.settle(planning.intended_change(draft, at), now.document, {})
    assert merged is not None
    draft = updates.compare_anew(rita, draft, draft.head, now, merged)
    assert drive(send(draft)).state == "succeeded"
    (nic,) = patch_of(sandbox)["properties"]["virtualMachineProfile"]["networkProfile"][
        "networkInterfaceConfigurations"
    ]
    assert nic["properties"]["enableAcceleratedNetworking"] is True
    assert nic["properties"]["enableIPForwarding"] is True


def test_comparing_anew_voids_the_approval(rita: User, rolf: User, running_set: ScaleSet) -> None:
    draft = edit(rita, opened(rita), "sku.capacity", 5)
    approved(rita, rolf, draft)
    now = live(rita)
    draft = updates.compare_anew(rita, draft, draft.head, now, draft.document)
    with pytest.raises(actions.SubmissionRefused, match="Only an approved request"):
        actions.submit(rita, draft)


def test_an_earlier_revision_keeps_the_base_it_was_reviewed_with(rita: User, running_set: ScaleSet) -> None:
    draft = edit(rita, opened(rita), "sku.capacity", 5)
    first = planning.snapshot_of(draft)
    somebody_else(running_set, lambda model: model["tags"].update(by="somebody else"))
    now = live(rita)
    later = updates.compare_anew(rita, draft, draft.head, now, draft.document)
    later = edit(rita, later, "sku.capacity", 7)
    assert planning.snapshot_of(later.revisions.get(number=2)) == first
    assert planning.snapshot_of(later) != first
    restored, _lost = editing.restore(rita, later, later.head, 2)
    assert planning.snapshot_of(restored) == first
    assert planning.snapshot_of(edit(rita, restored, "sku.capacity", 6)) == first


# --- what is not sent at all ------------------------------------------------------------------------------------------


def test_what_no_update_changes_is_an_error_of_its_field_and_is_not_reviewed(
    running_set: ScaleSet, rita: User, send: Send
) -> None:
    place = "properties.virtualMachineProfile.osProfile.computerNamePrefix"
    draft = edit(rita, opened(rita), place, "other")
    (error,) = errors(check_content(draft))
    assert paths.text(error.path) == place
    assert not error.overridable
    with pytest.raises(reviews.ReviewRefused, match="stays as it is"):
        send(draft)


def test_an_untouched_draft_is_not_sent(running_set: ScaleSet, rita: User, send: Send) -> None:
    with pytest.raises(actions.SubmissionRefused, match="changes nothing"):
        send(opened(rita))


def test_a_draft_aimed_elsewhere_is_not_sent(running_set: ScaleSet, rita: User, send: Send) -> None:
    draft = edit(rita, opened(rita), "$target.name", "web-test")
    (error,) = errors(check_content(draft))
    assert error.where == "$target.name"
    with pytest.raises(reviews.ReviewRefused, match="opened from web-prod"):
        send(draft)


# --- another API version ----------------------------------------------------------------------------------------------


def test_what_another_version_does_not_have_is_not_taken_out(
    sandbox: Running, running_set: ScaleSet, rita: User, send: Send
) -> None:
    running_set.model["properties"]["scaleInPolicy"] = {"rules": ["NewestVM"]}
    draft = edit(rita, opened(rita), "$target.apiVersion", "2018-04-01")
    draft = edit(rita, draft, "properties.scaleInPolicy", MISSING)
    done = drive(send(edit(rita, draft, "sku.capacity", 5)))
    assert done.state == "succeeded", done.error
    assert patch_of(sandbox) == {"sku": {"capacity": 5}}
    assert running_set.model["properties"]["scaleInPolicy"] == {"rules": ["NewestVM"]}


def test_a_scale_set_that_shows_a_private_key_is_not_opened(rita: User, running_set: ScaleSet) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----"
    somebody_else(running_set, lambda model: model.update(tags={"key": key}))
    with pytest.raises(updates.UpdateRefused):
        opened(rita)
    assert not Draft.objects.exists()


def test_what_was_saved_since_the_comparison_was_shown_stays(rita: User, running_set: ScaleSet) -> None:
    draft = opened(rita)
    base = draft.head
    edit(rita, draft, "sku.capacity", 9)
    with pytest.raises(editing.EditConflict):
        updates.compare_anew(rita, Draft.objects.get(), base, live(rita), document())
    assert Draft.objects.get().document["sku"]["capacity"] == 9
    assert draft.snapshots.count() == 1
