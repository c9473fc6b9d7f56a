"""Each step by itself, with a stand-in for the client: what it makes of the row and of what Azure says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult

from tests.actions.table import live, of_entra, scene
from tests.reviews.making import PASSWORD, SUBSCRIPTION, TARGET, approved, document, draft, edit
from vmssbuilder import clock
from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.azure import ArmClient, AzureError, LiveScaleSet, Operation, ScaleSetAddress
from vmssbuilder.azure.errors import (
    BadAnswer,
    ChangedMeanwhile,
    Conflict,
    Forbidden,
    GatewayAnswer,
    LostAnswer,
    Refused,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
)
from vmssbuilder.drafts.models import Draft, Revision, Secret
from vmssbuilder.submissions import actions, arm, failures, leases, queries, transitions
from vmssbuilder.submissions.leases import Held, LeaseLost
from vmssbuilder.submissions.models import PATIENCE, Submission, WholeAnswer
from vmssbuilder.submissions.transitions import Transition
from vmssbuilder.updates import actions as updates

pytestmark = pytest.mark.django_db

ADDRESS = ScaleSetAddress(SUBSCRIPTION, TARGET.resource_group, TARGET.name)
SET_URL = f"https://arm{ADDRESS.resource_id}?api-version=2024-07-01"
OLD = "2016-04-30-preview"


def found(state: str = "Succeeded", etag: str | None = '"1"', **more: Any) -> LiveScaleSet:
    """A scale set as Azure shows it."""
    model = document() | more
    del model["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"]
    model["properties"] |= {"provisioningState": state, "uniqueId": "unique-1"}
    return LiveScaleSet(ADDRESS, "2024-07-01", model, etag)


class Azure:
    """A client: `get` gives what it has one after the other, `begin` notes what is sent and answers or fails."""

    def __init__(
        self, *shows: LiveScaleSet | AzureError | None, answers: Operation | Exception | None = None
    ) -> None:
        self.shows = list(shows)
        self.answers = answers
        self.sent: list[tuple[str, str, Any, dict[str, str]]] = []
        self.looked: list[tuple[ScaleSetAddress, str, bool]] = []

    def get(self, address: ScaleSetAddress, version: str, *, user_data: bool = False) -> LiveScaleSet | None:
        self.looked.append((address, version, user_data))
        shown = self.shows.pop(0)
        if isinstance(shown, AzureError):
            raise shown
        return shown

    def url(self, resource_id: str, version: str) -> str:
        return f"https://arm{resource_id}?api-version={version}"

    def begin(self, method: str, url: str, body: Mapping[str, Any], *, headers: dict[str, str]) -> Operation:
        self.sent.append((method, url, body, headers))
        if isinstance(self.answers, Exception):
            raise self.answers
        assert self.answers is not None
        return self.answers

    @property
    def client(self) -> ArmClient:
        return cast(ArmClient, self)


def operation(strategy: Any = "azure-async-operation", **more: Any) -> Operation:
    where = more.pop("poll_url", "https://arm/status")
    return Operation("PUT", SET_URL, where, strategy, **{"retry_after": 7.0, **more})


@pytest.fixture
def rita() -> User:
    return of_entra("rita")


@pytest.fixture
def rolf() -> User:
    return of_entra("rolf", Role.REVIEWER)


Hold = Callable[..., Held]


def taken(submission: Submission, **columns: Any) -> Held:
    Submission.objects.filter(pk=submission.pk).update(**columns)
    sealed = Submission.objects.get(pk=submission.pk)
    sealed.close_seal()
    sealed.save(update_fields=["seal"])
    held = leases.claim(submission.pk)
    assert held is not None
    return held


@pytest.fixture
def hold(rita: User, rolf: User) -> Hold:
    """A create that a worker holds, with these columns."""

    def make(api_version: str = "2024-07-01", **columns: Any) -> Held:
        of = draft(rita, api_version=api_version)
        approved(rita, rolf, of)
        return taken(actions.submit(rita, of), **columns)

    return make


@pytest.fixture
def hold_update(rita: User, rolf: User) -> Hold:
    """An update to five instances of an opened scale set, or of one that was never opened."""

    def make(opened: bool = True, api_version: str = "2024-07-01", **columns: Any) -> Held:
        if opened:
            live_now = replace(live(TARGET.name, document()), api_version=api_version)
            of = edit(rita, updates.open_live(rita, live_now), "sku.capacity", 5)
        else:
            of = draft(rita, {"sku": {"capacity": 5}}, api_version, "update")
        approved(rita, rolf, of)
        return taken(actions.submit(rita, Draft.objects.get(pk=of.pk)), **columns)

    return make


def sentence(outcome: Transition) -> str:
    return str((outcome.columns["error"] or {})["sentence"])


def failed(outcome: Transition, error: failures.Ours | str, **columns: Any) -> None:
    """It ends with that error, and these columns beside."""
    words = error if isinstance(error, str) else error.sentence
    assert (outcome.state, outcome.message, outcome.wait) == ("failed", words, 0.0)
    assert sentence(outcome) == words
    assert {name: value for name, value in outcome.columns.items() if name != "error"} == {
        "may_exist": False,
        **columns,
    }


def moment(seconds: float) -> Any:
    return clock.now() + timedelta(seconds=seconds)


# --- the times --------------------------------------------------------------------------------------------------------


def test_the_times_and_tries_are_these() -> None:
    assert (transitions.TRIES, transitions.GATEWAY_TRIES, transitions.READS) == (10, 3, 5)
    assert (transitions.LONGEST_PAUSE, transitions.SHORTEST_PAUSE, transitions.LOOK_AGAIN) == (60.0, 1.0, 5.0)
    assert timedelta(hours=2) == PATIENCE
    assert set(transitions._STEPS) == set(Submission.MOVING)


# --- queued -----------------------------------------------------------------------------------------------------------


def test_a_free_name_is_sent_to(hold: Hold) -> None:
    azure = Azure(None)
    outcome = transitions._look(hold(replaces=True, etag="x"), azure.client)
    assert outcome == Transition("sending", "The name is free.", columns={"replaces": False, "etag": ""})
    assert azure.looked == [(ADDRESS, "2024-07-01", False)]


def test_a_taken_name_ends_it(hold: Hold) -> None:
    failed(transitions._look(hold(), Azure(found()).client), failures.NameTaken(TARGET))


@pytest.mark.parametrize(("etag", "kept"), [('"1"', '"1"'), (None, "")])
def test_what_is_to_be_updated_has_to_be_there(hold_update: Hold, etag: str | None, kept: str) -> None:
    held = hold_update()
    failed(transitions._look(held, Azure(None).client), failures.NothingToUpdate(TARGET))
    assert transitions._look(held, Azure(found(etag=etag)).client) == Transition(
        "sending", "Azure has the scale set that is to be changed.", columns={"etag": kept}
    )


REMNANT = {"properties": {"uniqueId": "unique-1"}}


@pytest.mark.parametrize(
    ("state", "earlier", "own"),
    [
        ("Failed", {"state": "failed", "resource": REMNANT}, True),
        ("canceled", {"state": "canceled", "resource": REMNANT}, True),
        ("Succeeded", {"state": "failed", "resource": REMNANT}, False),
        ("Updating", {"state": "failed", "resource": REMNANT}, False),
        ("Failed", {"state": "unknown", "resource": REMNANT}, False),
        ("Failed", {"state": "failed", "resource": None}, False),
        ("Failed", {"state": "failed", "resource": {"properties": {"uniqueId": "other"}}}, False),
        ("Failed", {"state": "failed", "resource": {"properties": {"uniqueId": 7}}}, False),
        ("Failed", {"state": "failed", "resource": {"properties": "odd"}}, False),
        ("Failed", {"state": "failed", "resource": ["odd"]}, False),
    ],
)
def test_what_a_failed_creation_left_is_replaced(
    rita: User, rolf: User, hold: Hold, state: str, earlier: dict[str, Any], own: bool
) -> None:
    held = hold()
    first = held.submission
    Submission.objects.filter(pk=first.pk).update(**earlier)
    of = edit(rita, first.draft, "sku.capacity", 3)
    approved(rita, rolf, of)
    again = taken(actions.submit(rita, of))
    outcome = transitions._look(again, Azure(found(state)).client)
    if own:
        message = "What the failed creation left behind is in the way. It is replaced."
        assert outcome == Transition("sending", message, columns={"replaces": True, "etag": '"1"'})
    else:
        failed(outcome, failures.NameTaken(TARGET))
    # The first one cannot go by what came after it, nor anybody by an update or by what was made elsewhere.
    if state == "Failed" and own:
        Submission.objects.filter(pk=again.submission.pk).update(state="failed", resource=REMNANT)
        Submission.objects.filter(pk=first.pk).update(state="queued", resource=None)
        failed(
            transitions._look(taken(first, lease=""), Azure(found(state)).client), failures.NameTaken(TARGET)
        )


@pytest.mark.parametrize("columns", [{"operation": "update"}, {"name": "another"}, {"name": "WEB-PROD"}])
def test_only_a_creation_of_the_same_scale_set_leaves_a_remnant(
    rita: User, rolf: User, hold: Hold, columns: dict[str, str]
) -> None:
    first = hold().submission
    Submission.objects.filter(pk=first.pk).update(state="failed", resource=REMNANT)
    of = edit(rita, first.draft, "sku.capacity", 3)
    approved(rita, rolf, of)
    again = taken(actions.submit(rita, of))
    Revision.objects.filter(pk=first.revision_id).update(**columns)
    outcome = transitions._look(again, Azure(found("Failed")).client)
    assert (outcome.state == "sending") == (columns == {"name": "WEB-PROD"})


def test_a_scale_set_without_an_id_of_its_own_is_nobodys_remnant(hold: Hold, rita: User) -> None:
    first = hold().submission
    Submission.objects.filter(pk=first.pk).update(state="failed", resource={"properties": {}})
    again = taken(actions.submit(rita, first.draft))
    without = found("Failed")
    del without.document["properties"]["uniqueId"]
    failed(transitions._look(again, Azure(without).client), failures.NameTaken(TARGET))


# --- sending ----------------------------------------------------------------------------------------------------------


def test_a_create_is_sent_once_with_its_secrets(hold: Hold) -> None:
    held = hold(state="sending")
    begun = operation(azure_status="Creating")
    azure = Azure(answers=begun)
    before = clock.now()
    outcome = transitions._send(held, azure.client)
    assert azure.sent == [("PUT", SET_URL, document(), {"If-None-Match": "*"})]
    assert azure.looked == []
    assert (outcome.state, outcome.message, outcome.wait) == (
        "running",
        "Azure accepted the request and is working on it.",
        7.0,
    )
    columns = dict(outcome.columns)
    assert before + PATIENCE <= columns.pop("give_up") + timedelta(seconds=1)
    assert columns == {"operation": begun.to_json() | {"resource": None, "error": None}}


@pytest.mark.parametrize(
    ("begun", "told"),
    [
        (operation(), True),
        (operation(poll_url=SET_URL, azure_status="Creating"), True),
        (operation(poll_url=SET_URL, resource={"id": 1}), True),
        (operation(poll_url=SET_URL), False),
    ],
)
def test_an_answer_without_a_word_is_told_as_such(begun: Operation, told: bool) -> None:
    words = (
        "Azure accepted the request and is working on it."
        if told
        else "The request was answered with success, without a word. Azure is asked what became of it."
    )
    assert transitions._begun(begun) == words


@pytest.mark.parametrize(
    ("begun", "pause"),
    [
        (operation(), 7.0),
        (operation(retry_after=1.0), 1.0),
        (operation(retry_after=0.2), 1.0),
        (operation("final-get"), 0.0),
    ],
)
def test_two_questions_are_a_second_apart(begun: Operation, pause: float) -> None:
    assert transitions._pause(begun) == pause


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("lost", ["gone", "unreadable", "waiting"])
def test_without_its_secrets_nothing_is_sent(
    hold: Hold, lost: str, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold(state="sending", may_exist=again)
    azure = Azure(None)
    if lost == "gone":
        Secret.objects.all().delete()
    else:
        Secret.objects.update(ciphertext=b"2.00000000.x")
    if lost == "waiting":
        monkeypatch.setattr(keyholders, "held", lambda _keys: {"00000000"})
        with pytest.raises(keyholders.KeyNotHere):
            transitions._send(held, azure.client)
    else:
        password = "properties.virtualMachineProfile.osProfile.adminPassword"
        error = (
            failures.SecretsGone(again=again)
            if lost == "gone"
            else failures.SecretsUnreadable(password, again=again)
        )
        outcome = transitions._send(held, azure.client)
        failed(outcome, error, may_exist=again)
        assert outcome.columns["error"]["path"] == error.path
    assert azure.sent == []


@pytest.mark.parametrize("doubtful", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        SignInNeeded("Again."),
        TokenRefused("No.", status=401),
        Unreachable("No way.", retryable=True),
        Throttled("Slowly.", retryable=True),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_surely_did_not_leave_is_as_doubtful_as_before(
    hold: Hold, error: AzureError, doubtful: bool
) -> None:
    held = hold(state="sending", may_exist=doubtful)
    azure = Azure(None, answers=error)

    def leaves(*what: Any, **more: Any) -> Operation:
        held.about_to_send()
        raise error

    azure.begin = leaves  # type: ignore[method-assign] # of this one
    with pytest.raises(type(error)):
        transitions._send(held, azure.client)
    row = Submission.objects.get()
    assert (row.may_exist, row.lease) == (doubtful, held.token)


@pytest.mark.parametrize("doubtful", [False, True])
def test_a_refusal_ends_it_as_doubtful_as_it_was(hold: Hold, doubtful: bool) -> None:
    held = hold(state="sending", may_exist=doubtful)
    outcome = transitions._send(held, Azure(None, answers=Refused("Bad.", status=400, code="Bad")).client)
    assert (outcome.state, outcome.columns["may_exist"]) == ("failed", doubtful)
    assert outcome.columns["error"]["azure"]["code"] == "Bad"


@pytest.mark.parametrize(
    ("error", "attempts", "message", "wait"),
    [
        (
            LostAnswer("Cut.", uncertain=True),
            0,
            "Azure's answer was lost. We look whether the request arrived.",
            5.0,
        ),
        (LostAnswer("Cut.", uncertain=True), 1, "", 5.0),
        (LostAnswer("Cut.", uncertain=True, retry_after=9.0), 1, "", 9.0),
        (GatewayAnswer("Page.", status=502, uncertain=True), 0, ..., 5.0),
        (BadAnswer("Odd.", status=200, uncertain=True), 0, ..., 5.0),
    ],
)
def test_a_lost_answer_is_looked_for(
    hold: Hold, error: AzureError, attempts: int, message: Any, wait: float
) -> None:
    held = hold(state="sending", attempts=attempts)
    outcome = transitions._send(held, Azure(answers=error).client)
    words = f"{sentence(outcome)} We look whether the request arrived." if message is ... else message
    assert (outcome.state, outcome.message, outcome.wait) == ("sending", words, wait)
    assert outcome.columns["attempts"] == attempts + 1
    assert outcome.columns["error"]["lost"] is True
    assert outcome.columns["error"]["gateway"] is isinstance(error, GatewayAnswer)
    assert set(outcome.columns) == {"attempts", "error"}


# --- a doubtful one ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "replaces", "arrived"),
    [
        (found("Creating"), False, True),
        (found("Succeeded"), False, True),
        (found("Failed"), False, True),
        (found("Failed"), True, False),
        (found("Creating"), True, True),
        (None, False, False),
    ],
)
def test_a_doubtful_create_is_followed_where_it_shows(
    hold: Hold, shown: LiveScaleSet | None, replaces: bool, arrived: bool
) -> None:
    held = hold(state="sending", may_exist=True, replaces=replaces)
    azure = Azure(shown, answers=operation())
    outcome = transitions._send(held, azure.client)
    assert azure.looked == [(ADDRESS, "2024-07-01", False)]
    assert len(azure.sent) == (not arrived)
    if shown is not None and arrived:
        state = shown.provisioning_state
        assert outcome.state == {"Creating": "running", "Succeeded": "succeeded", "Failed": "running"}[state]


def test_what_may_be_on_its_way_is_not_sent_again(hold: Hold) -> None:
    later = moment(20)
    error = {"sentence": "Lost."}
    held = hold(state="sending", may_exist=True, in_flight_until=later, attempts=3, error=error)
    azure = Azure(None)
    columns = {"attempts": 3, "error": error, "in_flight_until": later}
    assert transitions._send(held, azure.client) == Transition("sending", "", 5.0, columns)
    azure = Azure(None, answers=operation())
    held.submission.in_flight_until = held.since
    assert transitions._send(held, azure.client).state == "running"
    held.submission.in_flight_until = None
    azure = Azure(None, answers=operation())
    assert transitions._send(held, azure.client).state == "running"


@pytest.mark.parametrize(
    ("columns", "ends"),
    [
        ({}, False),
        ({"attempts": 10, "error": {"lost": True, "sentence": "Cut."}}, True),
        ({"attempts": 9, "error": {"lost": True, "sentence": "Cut."}}, False),
        ({"attempts": 3, "error": {"lost": True, "gateway": True, "sentence": "Cut."}}, True),
        ({"attempts": 2, "error": {"lost": True, "gateway": True, "sentence": "Cut."}}, False),
        ({"attempts": 10, "error": {"sentence": "Cut."}}, False),
        ({"attempts": 10, "error": {"lost": False, "gateway": True}}, False),
        ({"give_up": timedelta(seconds=-1)}, True),
        ({"give_up": timedelta(seconds=60)}, False),
        ({"give_up": None}, False),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_a_request_that_keeps_getting_lost_is_given_up(
    hold: Hold, columns: dict[str, Any], ends: bool, there: bool
) -> None:
    if isinstance(columns.get("give_up"), timedelta):
        columns = columns | {"give_up": clock.now() + columns["give_up"]}
    held = hold(state="sending", may_exist=True, replaces=True, **columns)
    azure = Azure(found("Failed") if there else None, answers=operation())
    outcome = transitions._send(held, azure.client)
    if ends:
        last = (columns.get("error") or {}).get("sentence", "")
        failed(outcome, failures.NeverArrived(TARGET, there=there, last=last))
    assert len(azure.sent) == (not ends)
    assert outcome.state == ("failed" if ends else "running")


def test_it_is_late_after_the_end_of_the_patience(hold: Hold) -> None:
    held = hold()
    for given, late in ((held.since, False), (held.since - timedelta(microseconds=1), True), (None, False)):
        held.submission.give_up = given
        assert transitions._is_late(held) is late


@pytest.mark.parametrize(
    ("state", "status", "message", "presumed"),
    [
        ("Succeeded", "succeeded", "The scale set is created.", False),
        (
            "Creating",
            "running",
            "A change of the scale set is under way. It is taken for this one, and followed.",
            True,
        ),
        (
            "Failed",
            "running",
            "Azure has the request: the scale set shows it. Its progress is followed.",
            False,
        ),
    ],
)
def test_a_request_whose_answer_was_lost_is_followed(
    hold: Hold, state: str, status: str, message: str, presumed: bool
) -> None:
    held = hold(state="sending", may_exist=True)
    before = clock.now()
    outcome = transitions._follow(held.submission, Azure().client, found(state))
    assert (outcome.state, outcome.message) == (status, message)
    kept = outcome.columns["operation"]
    assert (kept["method"], kept["poll_url"], kept["presumed"], kept["resource"]) == (
        "PUT",
        SET_URL,
        presumed,
        None,
    )
    if status == "running":
        assert timedelta(0) <= outcome.columns["give_up"] - before - PATIENCE < timedelta(minutes=1)
        assert outcome.wait == 1.0


# --- collisions -------------------------------------------------------------------------------------------------------


def changed() -> ChangedMeanwhile:
    return ChangedMeanwhile("Moved.", status=412, code="PreconditionFailed")


@pytest.mark.parametrize("doubtful", [False, True])
@pytest.mark.parametrize("arrived", [False, True])
def test_a_collision_with_an_earlier_try_of_ours_is_followed(
    hold: Hold, doubtful: bool, arrived: bool
) -> None:
    held = hold(state="sending", may_exist=doubtful)
    azure = Azure(found("Creating") if arrived else None)
    outcome = transitions._collided(held, azure.client, changed(), doubtful=doubtful)
    assert len(azure.looked) == doubtful
    if doubtful and arrived:
        assert outcome.state == "running"
    else:
        failed(outcome, failures.NameTaken(TARGET))
        assert Submission.objects.get().may_exist is doubtful


@pytest.mark.parametrize("doubtful", [False, True])
@pytest.mark.parametrize(("attempts", "state"), [(0, "queued"), (9, "queued"), (10, "failed")])
@pytest.mark.parametrize("kind", ["replaces", "update"])
def test_a_mark_that_moved_is_looked_at_again(
    hold: Hold, hold_update: Hold, kind: str, attempts: int, state: str, doubtful: bool
) -> None:
    make = hold_update if kind == "update" else hold
    held = make(state="sending", attempts=attempts, replaces=kind == "replaces", may_exist=True)
    azure = Azure(found("Failed"))
    outcome = transitions._collided(held, azure.client, changed(), doubtful=doubtful)
    if state == "queued":
        columns = {"attempts": attempts + 1, "may_exist": doubtful}
        assert outcome == Transition("queued", "", 1.0, columns)
    else:
        assert (outcome.state, outcome.columns["may_exist"]) == ("failed", False)
    assert Submission.objects.get().may_exist is doubtful


def test_a_mark_that_moved_under_a_request_is_a_collision(hold: Hold) -> None:
    held = hold(state="sending", replaces=True)
    outcome = transitions._send(held, Azure(answers=changed()).client)
    assert (outcome.state, outcome.columns) == ("queued", {"attempts": 1, "may_exist": False})


@pytest.mark.parametrize("retryable", [False, True])
def test_a_conflict_goes_by_or_ends_it(hold: Hold, retryable: bool) -> None:
    held = hold(state="sending")
    error = Conflict("Busy.", status=409, code="Busy", retryable=retryable)
    azure = Azure(answers=error)
    if retryable:
        with pytest.raises(Conflict):
            transitions._send(held, azure.client)
    else:
        assert transitions._send(held, azure.client).state == "failed"


# --- updates ----------------------------------------------------------------------------------------------------------


def test_an_update_sends_its_change_against_what_is_there(hold_update: Hold) -> None:
    held = hold_update(state="sending")
    azure = Azure(found(etag='"9"'), answers=operation())
    outcome = transitions._send(held, azure.client)
    assert outcome.state == "running"
    assert azure.looked == [(ADDRESS, "2024-07-01", True)]
    assert azure.sent == [("PATCH", SET_URL, {"sku": {"capacity": 5}}, {"If-Match": '"9"'})]
    row = Submission.objects.get()
    assert (row.sent, row.etag) == ({"sku": {"capacity": 5}}, '"9"')
    assert row.before is not None
    assert row.before["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize("doubtful", [False, True])
def test_an_update_that_was_overtaken_is_not_sent(hold_update: Hold, doubtful: bool) -> None:
    held = hold_update(state="sending", may_exist=doubtful)
    theirs = found(sku={"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 9})
    azure = Azure(*[theirs] * 2)
    outcome = transitions._send(held, azure.client)
    assert outcome.state == "failed"
    assert sentence(outcome) == failures.Overtaken(clash=True).sentence
    assert outcome.columns["may_exist"] is doubtful
    assert outcome.columns["sent"] == {"sku": {"capacity": 5}}
    assert outcome.columns["etag"] == '"1"'
    assert outcome.columns["before"]["sku"]["capacity"] == 9
    assert not azure.sent


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("version", ["2024-07-01", OLD])
def test_an_update_of_what_went_meanwhile_ends_it(hold_update: Hold, opened: bool, version: str) -> None:
    held = hold_update(opened, version, state="sending")
    azure = Azure(None, answers=operation())
    outcome = transitions._send(held, azure.client)
    if opened or version == OLD:
        failed(outcome, failures.NothingToUpdate(TARGET))
        assert not azure.sent
    else:
        assert (outcome.state, len(azure.looked)) == ("running", 0), "Azure itself says so"


def test_an_update_without_patch_sends_the_whole_with_its_change(hold_update: Hold) -> None:
    held = hold_update(False, OLD, state="sending")
    azure = Azure(found(), answers=operation())
    assert transitions._send(held, azure.client).state == "running"
    ((method, _url, body, _headers),) = azure.sent
    assert (method, body["sku"]["capacity"], body["location"]) == ("PUT", 5, "uksouth")
    assert "provisioningState" not in body["properties"]
    assert Submission.objects.get().sent is None


@pytest.mark.parametrize(
    ("shown", "sent", "arrived"),
    [
        (found("Updating"), None, True),
        (found(sku={"capacity": 5}), {"sku": {"capacity": 5}}, True),
        (found("Failed", sku={"capacity": 5}), {"sku": {"capacity": 5}}, True),
        (found(), {"sku": {"capacity": 5}}, False),
        (found("Failed"), {"sku": {"capacity": 5}}, False),
        (found(sku={"capacity": 5}), None, False),
    ],
)
def test_a_doubtful_update_arrived_where_its_change_shows(
    hold_update: Hold, shown: LiveScaleSet, sent: Any, arrived: bool
) -> None:
    held = hold_update(state="sending", may_exist=True, sent=sent)
    assert transitions._arrived(held.submission, shown) is arrived


@pytest.mark.parametrize(
    ("live_value", "wanted", "held"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": None}, True),
        ({"a": 1}, {"a": None}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": "text"}, {"a": {"b": 1}}, False),
        ({}, {"a": {}}, False),
        ({"a": [1, 2]}, {"a": [1, 2]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": [1, 2]}, {"a": [1, 3]}, False),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}]}, True),
        ({"a": "xy"}, {"a": ["x", "y"]}, False),
        ({"a": None}, {"a": [1]}, False),
        ({"a": {"$secret": "abc"}}, {"a": {"$secret": "abc"}}, False),
        ({"a": None}, {"a": {"$secret": "abc"}}, False),
    ],
)
def test_what_was_asked_for_is_looked_for_in_what_is_there(live_value: Any, wanted: Any, held: bool) -> None:
    assert arm.holds(live_value, wanted) is held


# --- running ----------------------------------------------------------------------------------------------------------


def asked(
    monkeypatch: pytest.MonkeyPatch,
    held: Held,
    after: Operation | AzureError,
    *shows: LiveScaleSet | AzureError | None,
) -> Transition:
    def answer(_client: object, before: Operation) -> Operation:
        assert before == Operation.from_json(held.submission.operation or {})
        if isinstance(after, AzureError):
            raise after
        return after

    monkeypatch.setattr("vmssbuilder.azure.operations.step", answer)
    return transitions._ask(held, Azure(*shows).client)


def kept(value: Operation) -> dict[str, Any]:
    return value.to_json() | {"resource": None, "error": None}


def running(hold: Hold, before: Operation | None = None, **columns: Any) -> Held:
    return hold(state="running", may_exist=True, operation=kept(before or operation()), **columns)


RESOURCE = {"id": "/x", "properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": PASSWORD}}}}
ERROR = {"code": "AllocationFailed", "message": "No room."}


def test_a_running_operation_is_asked_again(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    going = operation(azure_status="Going", polls=1)
    assert asked(monkeypatch, running(hold), going) == Transition(
        "running", "", 7.0, {"operation": kept(going)}
    )
    reading = operation("final-get")
    assert asked(monkeypatch, running(hold), reading) == Transition(
        "running", "", 0.0, {"operation": kept(reading)}
    )


@pytest.mark.parametrize("kind", ["create", "update"])
@pytest.mark.parametrize("resource", [None, RESOURCE])
def test_a_success_is_kept_without_its_secrets(
    hold: Hold, hold_update: Hold, monkeypatch: pytest.MonkeyPatch, kind: str, resource: Any
) -> None:
    done = operation(status="succeeded", resource=resource)
    outcome = asked(monkeypatch, running(hold if kind == "create" else hold_update), done)
    assert (outcome.state, outcome.message) == ("succeeded", f"The scale set is {kind}d.")
    assert outcome.columns["operation"] == kept(done)
    assert (outcome.columns["resource"] is None) == (resource is None)
    assert PASSWORD not in str(outcome)


@pytest.mark.parametrize(
    ("status", "state", "resource", "shown", "remnant"),
    [
        ("failed", "failed", None, found("Failed"), "Failed"),
        ("failed", "failed", None, None, None),
        ("failed", "failed", None, Forbidden("No.", status=403), None),
        ("failed", "failed", found("Canceled").document, None, "Canceled"),
        ("canceled", "canceled", None, found("Failed"), "Failed"),
    ],
)
def test_a_failure_says_why_and_what_it_left(
    hold: Hold,
    monkeypatch: pytest.MonkeyPatch,
    status: Any,
    state: str,
    resource: Any,
    shown: Any,
    remnant: str | None,
) -> None:
    over = operation(status=status, azure_status=status.title(), error=ERROR, resource=resource)
    outcome = asked(monkeypatch, running(hold), over, shown)
    assert outcome.state == state
    assert outcome.columns["error"]["azure"]["code"] == "AllocationFailed"
    words = "The operation was canceled in Azure." if state == "canceled" else sentence(outcome)
    assert outcome.message == words
    assert set(outcome.columns) == {"operation", "error", "resource"}
    left = outcome.columns["resource"]
    assert (left and left["properties"]["provisioningState"]) == remnant


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("strategy", ["azure-async-operation", "final-get"])
def test_what_does_not_end_is_unknown(
    hold: Hold, monkeypatch: pytest.MonkeyPatch, strategy: str, late: bool
) -> None:
    going = operation(strategy)
    outcome = asked(monkeypatch, running(hold, give_up=moment(-1 if late else 60)), going)
    if late and strategy != "final-get":
        words = "Azure has not said how it ended, and is not asked any more."
        assert outcome == Transition("unknown", words, columns={"operation": kept(going), "error": None})
    else:
        assert outcome.state == "running"


@pytest.mark.parametrize(
    ("before", "attempts", "done"),
    [
        (operation("final-get", azure_status="Succeeded"), 5, True),
        (operation("final-get", azure_status="Succeeded"), 4, False),
        (operation("final-get"), 5, False),
        (operation(azure_status="Going"), 5, False),
    ],
)
def test_a_success_that_cannot_be_read_is_one_after_some_tries(
    hold: Hold, monkeypatch: pytest.MonkeyPatch, before: Operation, attempts: int, done: bool
) -> None:
    held = running(hold, before, attempts=attempts)
    error = Forbidden("No.", status=403)
    if done:
        outcome = asked(monkeypatch, held, error)
        assert (outcome.state, outcome.columns["operation"]) == (
            "succeeded",
            kept(replace(before, status="succeeded")),
        )
    else:
        with pytest.raises(Forbidden):
            asked(monkeypatch, held, error)
    for needed in (SignInNeeded("Again."), TokenRefused("No.", status=401)):
        with pytest.raises(type(needed)):
            asked(monkeypatch, held, needed)


ANOTHER = "Another change of the scale set was under way, and this one is not in it. It is sent now."


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (operation(status="succeeded", resource={"sku": {"capacity": 5}}), "succeeded"),
        (operation(status="succeeded", resource=None), "succeeded"),
        (operation(status="succeeded", resource={"sku": {"capacity": 2}}), "queued"),
        (operation(status="failed", azure_status="Failed", error=ERROR), "queued"),
        (operation(), "running"),
    ],
)
def test_a_change_that_was_taken_for_ours_may_be_somebody_elses(
    hold_update: Hold, monkeypatch: pytest.MonkeyPatch, after: Operation, state: str
) -> None:
    sent = {"sku": {"capacity": 5}}
    held = running(hold_update, operation(presumed=True), sent=sent)
    outcome = asked(monkeypatch, held, replace(after, presumed=True), None)
    if state == "queued":
        assert outcome == Transition("queued", ANOTHER, columns={"operation": None, "may_exist": False})
    else:
        assert outcome.state == state
    assert asked(monkeypatch, held, after, None).state != "queued", "one that is surely ours is"


def test_a_create_has_nobody_elses_change_to_be_taken_for(
    hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = running(hold, operation(presumed=True))
    over = operation(status="failed", azure_status="Failed", error=ERROR, presumed=True)
    assert asked(monkeypatch, held, over, None).state == "failed"
    done = operation(status="succeeded", resource={"sku": {"capacity": 99}}, presumed=True)
    assert asked(monkeypatch, held, done).state == "succeeded"


# --- trouble ----------------------------------------------------------------------------------------------------------


def troubled(held: Held, error: AzureError) -> Transition:
    return transitions._trouble(held, error)


def passing(**more: Any) -> AzureError:
    return ServiceTrouble("Trouble.", **{"status": 503, "retryable": True, **more})


@pytest.mark.parametrize(
    ("attempts", "wait"), [(0, 2.0), (1, 4.0), (2, 8.0), (4, 32.0), (5, 60.0), (8, 60.0)]
)
def test_trouble_is_tried_again_later_and_later(hold: Hold, attempts: int, wait: float) -> None:
    outcome = troubled(hold(state="queued", attempts=attempts), passing())
    assert (outcome.state, outcome.wait, outcome.columns["attempts"]) == ("queued", wait, attempts + 1)
    assert outcome.message == f"{sentence(outcome)} It is tried again."
    assert set(outcome.columns) == {"attempts", "error"}


@pytest.mark.parametrize(("asked_for", "wait"), [(17.0, 17.0), (0.0, 1.0), (0.5, 1.0), (1.0, 1.0)])
def test_trouble_may_ask_for_a_pause(hold: Hold, asked_for: float, wait: float) -> None:
    assert troubled(hold(), passing(retry_after=asked_for)).wait == wait


def test_the_same_trouble_is_told_once(hold: Hold) -> None:
    first = troubled(hold(), passing())
    again = hold(error=first.columns["error"])
    assert troubled(again, passing()).message == ""
    assert troubled(again, Unreachable("No way.", retryable=True)).message != ""


def test_a_pause_costs_no_attempt_and_spreads(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: (low + high) / 2)
    error = Throttled("Slowly.", status=429, retryable=True, retry_after=7.0)
    outcome = troubled(hold(attempts=4), error)
    assert (outcome.wait, outcome.columns["attempts"]) == (7.5, 4)
    assert troubled(hold(), passing(retry_after=7.0)).wait == 7.0


@pytest.mark.parametrize(
    ("error", "counts"),
    [(keyholders.KeyNotHere(), 0), (failures.DatabaseAway(), 0), (failures.OurFault(), 1), (passing(), 1)],
)
def test_what_passes_by_a_restart_costs_no_attempt(hold: Hold, error: AzureError, counts: int) -> None:
    assert troubled(hold(attempts=4), error).columns["attempts"] == 4 + counts


LATE = timedelta(seconds=-1)


@pytest.mark.parametrize(
    ("columns", "error", "state"),
    [
        ({"state": "queued"}, passing(), "queued"),
        ({"state": "queued", "attempts": 9}, passing(), "queued"),
        ({"state": "queued", "attempts": 10}, passing(), "failed"),
        ({"state": "queued", "give_up": LATE}, passing(), "failed"),
        ({"state": "queued"}, Forbidden("No.", status=403), "failed"),
        ({"state": "queued"}, failures.OurFault(), "queued"),
        ({"state": "queued", "attempts": 10}, failures.OurFault(), "failed"),
        ({"state": "sending"}, Forbidden("No.", status=403), "failed"),
        ({"state": "sending", "may_exist": True}, Forbidden("No.", status=403), "sending"),
        ({"state": "sending", "may_exist": True, "attempts": 10}, passing(), "sending"),
        ({"state": "sending", "may_exist": True, "give_up": LATE}, passing(), "unknown"),
        ({"state": "running"}, Forbidden("No.", status=403), "running"),
        ({"state": "running", "attempts": 99}, passing(), "running"),
        ({"state": "running", "give_up": LATE}, passing(), "unknown"),
        ({"state": "running"}, passing(status=501, retryable=False), "unknown"),
        ({"state": "sending", "may_exist": True}, passing(status=501, retryable=False), "unknown"),
        ({"state": "queued"}, passing(status=501, retryable=False), "failed"),
    ],
)
def test_trouble_ends_it_only_where_that_is_an_answer(
    hold: Hold, columns: dict[str, Any], error: AzureError, state: str
) -> None:
    given = {name: clock.now() + value if name == "give_up" else value for name, value in columns.items()}
    outcome = troubled(hold(**given), error)
    assert outcome.state == state
    if state == "unknown":
        assert outcome.message == "Azure has not said how it ended, and is not asked any more."
        assert set(outcome.columns) == {"error"}
        assert sentence(outcome)
    if state == "failed":
        assert outcome.columns["may_exist"] is False


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotSetUp(), "Signing in to Azure is not set up here."),
        (OperationalError("locked"), "The database of this service did not answer for a while."),
        (ValueError(PASSWORD), "This service could not do its part."),
    ],
)
def test_a_fault_of_ours_is_told_without_its_words(
    hold: Hold,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    words: str,
) -> None:
    def fail(*_what: object) -> Transition:
        raise error

    held = hold()
    monkeypatch.setitem(cast(Any, transitions._STEPS), "queued", fail)
    outcome = transitions._outcome(held)
    assert (outcome.state, sentence(outcome), outcome.message) == (
        "queued",
        words,
        f"{words} It is tried again.",
    )
    (line,) = caplog.records
    told = line.getMessage()
    assert line.levelno == logging.ERROR
    assert told.startswith(f"submission {held.submission.code}: {type(error).__name__}\n")
    assert "in fail" in told
    assert PASSWORD not in told


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SignInNeeded("Again."), "needs-sign-in"),
        (TokenRefused("No.", status=401), "needs-sign-in"),
        (passing(), "queued"),
    ],
)
def test_what_azure_asks_of_the_person_is_asked(
    hold: Hold, monkeypatch: pytest.MonkeyPatch, error: AzureError, state: str
) -> None:
    def fail(*_what: object) -> Transition:
        raise error

    monkeypatch.setitem(cast(Any, transitions._STEPS), "queued", fail)
    outcome = transitions._outcome(hold())
    assert outcome.state == state
    if state == "needs-sign-in":
        assert outcome.message == "Azure wants you to sign in again. Nothing is lost."
        assert set(outcome.columns) == {"error"}


def test_a_lost_lease_is_no_trouble(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_what: object) -> Transition:
        raise LeaseLost("gone")

    held = hold()
    monkeypatch.setitem(cast(Any, transitions._STEPS), "queued", fail)
    with pytest.raises(LeaseLost):
        transitions._outcome(held)


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_step_leaves_the_row_as_new_and_has_the_next_one_woken(hold: Hold) -> None:
    held = hold(attempts=4, error={"sentence": "x"}, in_flight_until=moment(9), resource={"a": 1})
    DBTaskResult.objects.all().delete()
    before = held.now()
    transitions.save(held, Transition("running", "It goes on.", 7.0, {"operation": {"polls": 1}}))
    row = Submission.objects.get()
    assert (row.state, row.attempts, row.error, row.in_flight_until) == ("running", 0, None, None)
    assert (row.operation, row.resource, row.lease, row.lease_until) == ({"polls": 1}, {"a": 1}, "", None)
    assert row.finished is None
    assert timedelta(seconds=7) <= row.next_step - before < timedelta(seconds=60)
    assert DBTaskResult.objects.get().run_after == row.next_step
    last = row.progress.last()
    assert last is not None
    assert (last.state, last.message) == ("running", "It goes on.")
    assert not Event.objects.filter(what__startswith="submission.running").exists()


@pytest.mark.parametrize("state", ["unknown", "needs-sign-in"])
def test_what_waits_for_a_person_wakes_nobody(hold: Hold, state: str) -> None:
    held = hold()
    DBTaskResult.objects.all().delete()
    lines = held.submission.progress.count()
    transitions.save(held, Transition(state, columns={"error": {"sentence": "x"}, "attempts": 3}))
    row = Submission.objects.get()
    assert (row.state, row.finished, row.attempts, row.error) == (state, None, 3, {"sentence": "x"})
    assert not DBTaskResult.objects.exists()
    assert row.progress.count() == lines, "without words there is no line"
    assert Secret.objects.exists()


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled"])
@pytest.mark.parametrize("went_on", [False, True])
def test_the_end_is_recorded_and_secrets_go_after_success_only(
    rita: User, hold: Hold, state: str, went_on: bool
) -> None:
    held = hold()
    of = held.submission.draft
    if went_on:
        other = Secret(draft=of)
        other.close('"unused"')
        other.save()
        edit(rita, of, "sku.capacity", 9)
    DBTaskResult.objects.all().delete()
    transitions.save(held, Transition(state, "Over."))
    row = Submission.objects.get()
    assert (row.state, row.finished is not None) == (state, True)
    assert not DBTaskResult.objects.exists()
    destroyed = 1 if state == "succeeded" else 0
    assert Secret.objects.count() == (2 if went_on else 1) - destroyed
    event = Event.objects.get(what=f"submission.{state}")
    assert (event.actor, event.about) == (None, of.code)
    assert event.details == {"submission": row.code, "revision": 1, "secrets_destroyed": destroyed}


def test_a_long_answer_is_kept_beside_the_row(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "WHOLE_KEPT", 5)
    held = hold()
    transitions.save(
        held, Transition("running", columns={"error": {"sentence": "x", "whole": "long answer"}})
    )
    row = Submission.objects.get()
    assert row.error == {"sentence": "x", "length": 11}
    whole = WholeAnswer.objects.get()
    assert (whole.submission, whole.text, whole.length) == (row, "long ", 11)
    transitions.save(
        taken(row, next_step=moment(-1)), Transition("failed", columns={"error": {"whole": "other"}})
    )
    whole.refresh_from_db()
    assert (whole.text, whole.length) == ("other", 5)


def test_a_line_of_the_history_has_an_end(hold: Hold) -> None:
    held = hold()
    transitions.note(held.submission, "x" * 501)
    last = held.submission.progress.last()
    assert last is not None
    assert (last.message, last.state) == ("x" * 500, "queued")


@pytest.mark.parametrize(
    ("wait", "give_up", "columns", "due"),
    [
        (7.0, 100.0, {}, 7.0),
        (7.0, 5.0, {}, 5.0),
        (7.0, 0.0, {}, 7.0),
        (7.0, -5.0, {}, 7.0),
        (7.0, None, {}, 7.0),
        (9_000.0, None, {}, 7_200.0),
        (7.0, 100.0, {"give_up": 3.0}, 3.0),
        (7.0, 3.0, {"give_up": 100.0}, 7.0),
    ],
)
def test_the_next_step_is_due_no_later_than_the_patience_ends(
    wait: float, give_up: float | None, columns: dict[str, float], due: float
) -> None:
    now = clock.now()

    def at(seconds: float | None) -> Any:
        return None if seconds is None else now + timedelta(seconds=seconds)

    row = cast(Submission, SimpleNamespace(give_up=at(give_up)))
    found_due = transitions._due(row, now, wait, {name: at(value) for name, value in columns.items()})
    assert found_due == at(due)


def test_a_run_tells_of_a_change_and_of_a_lost_lease(
    hold: Hold, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vmssbuilder.submissions.transitions")
    held = hold(lease="")
    held.let_go()
    code, pk = held.submission.code, held.submission.pk
    # What tests leave that hold a row and say nothing of its end.
    monkeypatch.setattr(leases._Process, "held", set())
    outcomes = [Transition("queued", "Still."), Transition("sending", "On.")]
    monkeypatch.setattr(transitions, "_outcome", lambda _held: outcomes.pop(0))
    for _ in range(2):
        Submission.objects.update(next_step=moment(-1))
        transitions.run(pk)
    assert [line.getMessage() for line in caplog.records] == [f"submission {code}: queued -> sending"]
    assert not leases._Process.held

    def lose(held: Held) -> Transition:
        Submission.objects.update(lease="somebody's")
        return Transition("running", "Too late.")

    monkeypatch.setattr(transitions, "_outcome", lose)
    Submission.objects.update(next_step=moment(-1))
    transitions.run(pk)
    line = caplog.records[-1]
    assert (line.levelno, line.getMessage()) == (
        logging.WARNING,
        f"Submission {code} is held by another worker.",
    )
    assert Submission.objects.get().state == "sending"
    assert not leases._Process.held


def test_what_is_not_due_is_not_run(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    held = hold()
    monkeypatch.setattr(transitions, "_outcome", lambda _held: pytest.fail("nobody holds it"))
    transitions.run(held.submission.pk)


# --- the client and what is kept --------------------------------------------------------------------------------------


def test_the_client_is_the_submitters(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def make(token: Callable[[str | None], str], gate: Any, **limits: Any) -> str:
        given.update(limits, token=token, gate=gate)
        return "client"

    monkeypatch.setattr("vmssbuilder.accounts.arm.client", make)
    monkeypatch.setattr(arm, "access_token", lambda person, claims: f"{person} {claims}")
    held = hold(correlation_id="c-1")
    assert cast(Any, arm.client(held)) == "client"
    submitter = held.submission.submitter
    assert given.pop("token")("claims") == f"{submitter} claims"
    assert given.pop("gate")._person == submitter.pk
    assert given == {
        "correlation_id": "c-1",
        "attempts": 1,
        "patience": 0.0,
        "region": "uksouth",
        "before_write": held.about_to_send,
    }
    held.submission.correlation_id = ""
    arm.client(held)
    assert given["correlation_id"] is None


@pytest.mark.parametrize(
    ("replaces", "etag", "headers"),
    [(False, "", {"If-None-Match": "*"}), (True, '"3"', {"If-Match": '"3"'})],
)
def test_a_create_goes_over_nothing_but_a_remnant(
    hold: Hold, replaces: bool, etag: str, headers: dict[str, str]
) -> None:
    held = hold(replaces=replaces, etag=etag)
    azure = Azure(answers=operation())
    arm.send(azure.client, held.submission, {"a": 1})
    assert azure.sent == [("PUT", SET_URL, {"a": 1}, headers)]


def test_an_operation_is_kept_without_its_resource_and_error() -> None:
    value = operation(resource={"a": 1}, error={"b": 2}, polls=3)
    assert arm.kept(value) == value.to_json() | {"resource": None, "error": None}


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "operation_", "words"),
    [
        ("uksouth", "create", "Create web-prod in rg-shop (uksouth)"),
        ("uksouth", "update", "Update web-prod in rg-shop (uksouth)"),
        ("", "create", "Create web-prod in rg-shop"),
        (None, "create", "Create web-prod in rg-shop"),
        (7, "create", "Create web-prod in rg-shop"),
    ],
)
def test_an_act_in_words(location: Any, operation_: str, words: str) -> None:
    made = Draft(
        operation=operation_, name="web-prod", resource_group="rg-shop", document={"location": location}
    )
    assert queries.act(made) == words


def test_everybody_lists_what_they_may_see(rita: User, rolf: User, django_assert_num_queries: Any) -> None:
    sam = of_entra("sam")
    first = scene("queued", rita, rolf, "web-1").submission
    second = scene("queued", rita, rolf, "web-2").submission
    theirs = scene("queued", sam, rolf, "web-3").submission
    assert first is not None
    assert second is not None
    Submission.objects.filter(pk=second.pk).update(state="succeeded")
    # Somebody else's draft, sent by Rita.
    assert theirs is not None
    Submission.objects.filter(pk=theirs.pk).update(submitter=rita)
    with django_assert_num_queries(1):
        listed = list(queries.listed(rita))
        assert [each.pk for each in listed] == [theirs.pk, second.pk, first.pk], "the newest first"
        assert [(str(each.draft), each.revision.number, each.submitter) for each in listed] == [
            ("web-3", 2, rita),
            ("web-2", 2, rita),
            ("web-1", 2, rita),
        ]
    assert {"operation", "resource", "error"} <= listed[0].get_deferred_fields()
    assert "document" in listed[0].draft.get_deferred_fields()
    assert [each.pk for each in queries.visible(sam)] == [theirs.pk], "the owner sees it too"
    assert queries.visible(rolf).count() == 3
    assert [each.pk for each in queries.under_way(rita)] == [theirs.pk, first.pk]
    assert not queries.under_way(rolf).exists()


DONE, NOW, BAD, TODO = "done", "now", "failed", "todo"


@pytest.mark.parametrize(
    ("state", "lines", "expected"),
    [
        (
            "queued",
            ["queued"],
            [
                (NOW, "Queued"),
                (TODO, "Check what is there"),
                (TODO, "Send to Azure"),
                (TODO, "Azure finishes"),
            ],
        ),
        (
            "sending",
            ["queued", "sending"],
            [
                (DONE, "Queued"),
                (NOW, "Checked what is there"),
                (TODO, "Send to Azure"),
                (TODO, "Azure finishes"),
            ],
        ),
        (
            "running",
            ["queued", "sending", "sending", "running"],
            [
                (DONE, "Queued"),
                (DONE, "Checked what is there"),
                (DONE, ""),
                (NOW, "Sent to Azure"),
                (TODO, "Azure finishes"),
            ],
        ),
        ("succeeded", ["queued", "succeeded"], [(DONE, "Queued"), (DONE, "Succeeded")]),
        ("failed", ["queued", "failed"], [(DONE, "Queued"), (BAD, "Failed")]),
        ("canceled", ["queued", "canceled"], [(DONE, "Queued"), (BAD, "Canceled")]),
        ("unknown", ["queued", "unknown"], [(DONE, "Queued"), (BAD, "Outcome unknown")]),
        ("needs-sign-in", ["queued", "needs-sign-in"], [(DONE, "Queued"), (BAD, "Sign-in needed")]),
        (
            "running",
            ["unknown", "running"],
            [(BAD, "Outcome unknown"), (NOW, "Sent to Azure"), (TODO, "Azure finishes")],
        ),
    ],
)
def test_the_timeline_tells_what_happened_and_what_is_to_come(
    hold: Hold, state: str, lines: list[str], expected: list[tuple[str, str]]
) -> None:
    submission = hold().submission
    submission.progress.all().delete()
    submission.state = state
    made = [
        submission.progress.create(state=line, message=f"line {number}") for number, line in enumerate(lines)
    ]
    told = queries.timeline(submission, made)
    assert [(each.mark, each.title) for each in told] == expected
    assert [(each.message, each.at) for each in told] == [
        *((line.message, line.at) for line in made),
        *[("", None)] * (len(expected) - len(made)),
    ]
