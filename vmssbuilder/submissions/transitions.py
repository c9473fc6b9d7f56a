"""The steps that carry a submission to Azure: each does one thing, and can be done again after any accident.

    queued --look--> sending --send--> running --ask--> succeeded | failed | canceled
                                                   \\--> unknown, after two hours without an answer
    any of them --> needs sign-in, when Azure wants to see the person

Before a request that changes something leaves, the row says that it may have been accepted (`may_exist`). Whoever finds
a row like that looks at the scale set before sending anything.
"""

from __future__ import annotations

import logging
import random
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from vmssbuilder import clock
from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.audit.actions import record
from vmssbuilder.azure import ArmClient, AzureError, LiveScaleSet, Operation, ScaleSetAddress, operations
from vmssbuilder.azure.errors import (
    BadAnswer,
    ChangedMeanwhile,
    Conflict,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
)
from vmssbuilder.azure.transport import within
from vmssbuilder.drafts import sent as payload
from vmssbuilder.drafts import vault
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset import mask, paths, secrets
from vmssbuilder.scaleset.answers import plain
from vmssbuilder.updates import planning, reading
from vmssbuilder.updates.models import LiveSnapshot

from . import arm, failures, leases, permits, tasks
from .leases import STEP, Held, LeaseLost, claim
from .models import PATIENCE, Progress, Submission, SubmissionState, WholeAnswer

log = logging.getLogger(__name__)

TRIES: Final = 10
"""Steps that may fail in a row before a request that Azure surely does not have is given up."""

GATEWAY_TRIES: Final = 3
"""How often a request is sent anew that something on the way answers, and that Azure then does not have."""

READS: Final = 5
"""How often reading the finished scale set may fail before its success is reported without it."""

LONGEST_PAUSE: Final = 60.0
SHORTEST_PAUSE: Final = 1.0
"""Seconds between two questions, whatever Azure allows."""

LOOK_AGAIN: Final = 5.0
"""Seconds until we look for a request whose answer was lost."""

State = SubmissionState


@dataclass(frozen=True, slots=True)
class Transition:
    """What a step came to: the next state, a line for the person, when the next step is due, columns to write."""

    state: str
    message: str = ""
    wait: float = 0.0
    columns: Mapping[str, Any] = field(default_factory=dict)


def run(number: int) -> None:
    """Does the next step of a submission. Nothing happens when it is not due or another worker has it."""
    held = claim(number)
    if held is None:
        return
    state = held.submission.state
    try:
        _write(held, _outcome(held))
    except LeaseLost as lost:
        log.warning("%s", lost)
        return
    finally:
        leases.done(held)
    if held.submission.state != state:
        log.info("submission %s: %s -> %s", held.submission.code, state, held.submission.state)


def _write(held: Held, outcome: Transition) -> None:
    """Writes what a step came to. While the database is away it is kept here: an answer of Azure's comes only once."""
    try:
        held.patiently(lambda: save(held, outcome))
    except (LeaseLost, *leases.AWAY):
        raise
    except Exception as error:  # noqa: BLE001 - whatever stands in the way of writing
        # What it came to cannot be written. That must not hold the submission until its lease ends.
        trouble = error
        held.submission.refresh_from_db()
        held.patiently(lambda: save(held, _our_trouble(held, trouble)))


def _outcome(held: Held) -> Transition:
    try:
        return _attempt(held)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours must not leave the submission hanging
        return _our_trouble(held, error)


def _attempt(held: Held) -> Transition:
    step = _STEPS[State(held.submission.state)]
    try:
        with within(STEP):
            return step(held, arm.client(held))
    except (SignInNeeded, TokenRefused) as error:
        return _sign_in_needed(held.submission, error)
    except AzureError as error:
        return _trouble(held, error)


def _our_trouble(held: Held, error: Exception) -> Transition:
    # Without the exception's own words: they may quote a secret that was in hand.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("submission %s: %s\n%s", held.submission.code, type(error).__name__, frames)
    return _trouble(held, _our_fault(error))


def _our_fault(error: Exception) -> AzureError:
    if isinstance(error, NotSetUp):
        return failures.OurFault("Signing in to Azure is not set up here.")
    if isinstance(error, leases.AWAY):
        return failures.DatabaseAway()
    return failures.OurFault()


def save(held: Held, outcome: Transition) -> None:
    """Writes what a step came to, and has the next one woken, in one transaction. Raises LeaseLost."""
    now = held.now()
    columns = {
        "attempts": 0,
        "error": None,
        "in_flight_until": None,
        **outcome.columns,
        "state": outcome.state,
    }
    moving = outcome.state in Submission.MOVING
    columns["next_step"] = _due(held.submission, now, outcome.wait, columns)
    error = dict(columns["error"] or {})
    whole = error.pop(failures.WHOLE, "")
    if whole:
        error["length"] = len(whole)
    columns["error"] = error or None
    finished = outcome.state in Submission.FINISHED
    if finished:
        columns["finished"] = now
    with transaction.atomic():
        # Locked before the submission, as every action does, so that no two wait for each other.
        drafts = Draft.objects.select_for_update()
        draft = drafts.get(pk=held.submission.draft_id) if finished else None
        held.let_go(**columns)
        if whole:
            kept = {"text": whole[: failures.WHOLE_KEPT], "length": len(whole)}
            WholeAnswer.objects.update_or_create(submission=held.submission, defaults=kept)
        if outcome.message:
            note(held.submission, outcome.message)
        if draft is not None:
            _finish(held.submission, draft)
        if moving:
            tasks.wake_at(held.submission, columns["next_step"])


def _due(submission: Submission, now: datetime, wait: float, columns: Mapping[str, Any]) -> datetime:
    """When the next step is due: after the wait, but no later than the patience ends, whatever Azure asks for."""
    due = now + timedelta(seconds=min(wait, PATIENCE.total_seconds()))
    give_up = columns.get("give_up", submission.give_up)
    return due if give_up is None or give_up <= now else min(due, give_up)


def note(submission: Submission, message: str) -> None:
    """Adds a line to the history that the person sees."""
    Progress.objects.create(submission=submission, state=submission.state, message=message[:500])


def _finish(submission: Submission, draft: Draft) -> None:
    destroyed = 0
    if submission.state == State.SUCCEEDED:
        if draft.head == submission.revision.number:
            destroyed = vault.destroy(draft)
        else:
            # The draft went on: what its newest revision still needs is kept.
            needed = secrets.references(draft.document)
            destroyed = draft.secrets.exclude(code__in=needed).delete()[0]
    details = {
        "submission": submission.code,
        "revision": submission.revision.number,
        "secrets_destroyed": destroyed,
    }
    if refused := (submission.error or {}).get("refused"):
        record(None, "submission.refused", draft.code, submission=submission.code, **refused)
    record(None, f"submission.{submission.state}", draft.code, **details)


# --- queued: look whether the request can be sent at all ------------------------------------------------------------


def _look(held: Held, client: ArmClient) -> Transition:
    submission = held.submission
    if refused := permits.not_as_asked(submission, again=submission.may_exist):
        return _failed(submission, refused, may_exist=submission.may_exist)
    found = client.get(_address(submission), submission.revision.api_version)
    if submission.revision.operation == "update":
        if found is None:
            return _failed(submission, failures.NothingToUpdate(submission.revision.target))
        return Transition(
            State.SENDING, "Azure has the scale set that is to be changed.", columns=_etag(found)
        )
    if found is None:
        return Transition(State.SENDING, "The name is free.", columns={"replaces": False, "etag": ""})
    if _is_own_remnant(submission, found):
        message = "What the failed creation left behind is in the way. It is replaced."
        return Transition(State.SENDING, message, columns={"replaces": True, **_etag(found)})
    return _failed(submission, failures.NameTaken(submission.revision.target))


def _is_own_remnant(submission: Submission, found: LiveScaleSet) -> bool:
    """Whether the scale set is what an earlier creation of this draft, accepted by Azure, left when it failed."""
    if found.provisioning_state.lower() not in operations.ENDED_BADLY:
        return False
    earlier = submission.draft.submissions.filter(
        pk__lt=submission.pk, state__in=[State.FAILED, State.CANCELED], revision__operation="create"
    )
    own = _unique_id(found.document)
    return own is not None and any(
        _unique_id(each.resource) == own and _same_target(each, submission)
        for each in earlier.exclude(resource=None).select_related("revision")
    )


def _unique_id(resource: Any) -> str | None:
    properties = resource.get("properties") if isinstance(resource, dict) else None
    unique_id = properties.get("uniqueId") if isinstance(properties, dict) else None
    return unique_id if isinstance(unique_id, str) else None


def _same_target(one: Submission, other: Submission) -> bool:
    return one.revision.target.resource_id.lower() == other.revision.target.resource_id.lower()


def _etag(found: LiveScaleSet) -> dict[str, str]:
    return {"etag": found.etag or ""}


# --- sending: one request that changes something --------------------------------------------------------------------


def _send(held: Held, client: ArmClient) -> Transition:
    submission = held.submission
    revision = submission.revision
    address = _address(submission)
    doubtful = submission.may_exist
    if doubtful:
        # A worker died, or an answer was lost, after the request may have left.
        found = client.get(address, revision.api_version)
        if found is not None and _arrived(submission, found):
            return _follow(submission, client, found)
        if submission.in_flight_until is not None and submission.in_flight_until > held.since:
            kept = {"attempts": submission.attempts, "error": submission.error}
            return Transition(
                State.SENDING, "", LOOK_AGAIN, kept | {"in_flight_until": submission.in_flight_until}
            )
        if _is_late(held) or _is_lost_for_good(submission):
            last = (submission.error or {}).get("sentence", "")
            never = failures.NeverArrived(revision.target, there=found is not None, last=last)
            return _failed(submission, never, may_exist=False)
    at = planning.snapshot_of(revision) if revision.operation == "update" else None
    live = reading.whole(client, address, revision.api_version) if _needs_live(revision, at) else None
    if _needs_live(revision, at) and live is None:
        return _failed(submission, failures.NothingToUpdate(submission.revision.target))
    before = plain(live.document, live.api_version)[0] if live is not None else None
    if changed := permits.not_as_asked(submission, again=doubtful):
        return _failed(submission, changed, may_exist=doubtful)
    if at is not None and live is not None and before is not None:
        intended = planning.intended_change(revision, at)
        rebased = planning.rebase(intended, before)
        columns: dict[str, Any] = {"sent": intended.patch.body, "before": mask(live.document), **_etag(live)}
        if not rebased.stands:
            overtaken = failures.Overtaken(clash=bool(rebased.clashes))
            return _failed(submission, overtaken, may_exist=doubtful, **columns)
        held.write(**columns)
    opened = vault.opened(submission.draft, payload.request(revision, before).document)
    document = opened.document
    if opened.waiting:
        raise keyholders.KeyNotHere
    if refused := _secrets_missing(opened, again=doubtful) or permits.refusal(submission, again=doubtful):
        return _failed(submission, refused, may_exist=doubtful)
    try:
        operation = arm.send(client, submission, document)
    except (SignInNeeded, TokenRefused, Unreachable, Throttled):
        # Surely not accepted; an earlier attempt may still have been.
        held.patiently(lambda: held.write(may_exist=doubtful))
        raise
    except (ChangedMeanwhile, Conflict) as error:
        return _collided(held, client, error, doubtful=doubtful)
    except AzureError as error:
        answer = error
        return held.patiently(lambda: _not_taken(submission, answer, doubtful=doubtful))
    columns = {"operation": arm.kept(operation), "give_up": held.now() + PATIENCE}
    return Transition(State.RUNNING, _begun(operation), _pause(operation), columns)


def _secrets_missing(opened: vault.Opened, *, again: bool) -> failures.Ours | None:
    """What is wrong when a secret of the request cannot be sent; None when all are there."""
    left = secrets.references(opened.document)
    if opened.lost:
        where = next((path for code, path in left.items() if code in opened.lost), ())
        return failures.SecretsUnreadable(paths.text(where), again=again)
    return failures.SecretsGone(again=again) if left else None


def _begun(operation: Operation) -> str:
    """What is known once a request was answered with success."""
    reported = operation.poll_url != operation.resource_url or operation.azure_status or operation.resource
    if reported:
        return "Azure accepted the request and is working on it."
    # Anybody on the way can answer with nothing.
    return "The request was answered with success, without a word. Azure is asked what became of it."


def _is_late(held: Held) -> bool:
    give_up = held.submission.give_up
    return give_up is not None and held.since > give_up


def _is_lost_for_good(submission: Submission) -> bool:
    """Whether the request itself got lost so often that sending it again makes no sense."""
    error = submission.error or {}
    tries = GATEWAY_TRIES if error.get("gateway") else TRIES
    return bool(error.get("lost")) and submission.attempts >= tries


def _needs_live(revision: Revision, at: LiveSnapshot | None) -> bool:
    """Whether the request is made from the scale set as it is."""
    return revision.operation == "update" and (at is not None or revision.request.method == "PUT")


def _asked_for(submission: Submission) -> dict[str, Any]:
    """What the scale set is to hold once the request has done its work."""
    asked: dict[str, Any] = submission.revision.document if submission.sent is None else submission.sent
    return asked


def _arrived(submission: Submission, found: LiveScaleSet) -> bool:
    """Whether the scale set shows that a request of ours, whose answer we do not have, was accepted."""
    state = found.provisioning_state.lower()
    if submission.revision.operation == "create":
        # Nothing was there when we looked, or a remnant in a failed state.
        return not (submission.replaces and state in operations.ENDED_BADLY)
    return state not in operations.TERMINAL or arm.holds(found.document, _asked_for(submission))


def _follow(submission: Submission, client: ArmClient, found: LiveScaleSet) -> Transition:
    revision = submission.revision
    url = client.url(_address(submission).resource_id, revision.api_version)
    operation = operations.following(found.document, revision.request.method, url)
    if operation.status == operations.SUCCEEDED:
        return _succeeded(submission, operation)
    message = "Azure has the request: the scale set shows it. Its progress is followed."
    if operation.presumed:
        message = "A change of the scale set is under way. It is taken for this one, and followed."
    columns = {"operation": arm.kept(operation), "give_up": clock.now() + PATIENCE}
    return Transition(State.RUNNING, message, _pause(operation), columns)


def _collided(held: Held, client: ArmClient, error: AzureError, *, doubtful: bool) -> Transition:
    """409 or 412: a change by somebody else, or by an earlier attempt of our own that arrived late."""
    submission = held.submission
    if doubtful:
        found = client.get(_address(submission), submission.revision.api_version)
        if found is not None and _arrived(submission, found):
            return _follow(submission, client, found)
    held.patiently(lambda: held.write(may_exist=doubtful))
    if isinstance(error, ChangedMeanwhile):
        if submission.revision.operation == "create" and not submission.replaces:
            return _failed(submission, failures.NameTaken(submission.revision.target))
        if submission.attempts < TRIES:
            # The mark also moves while instances come and go. Look again, and send against what is there then.
            columns = {"attempts": submission.attempts + 1, "may_exist": doubtful}
            return Transition(State.QUEUED, "", SHORTEST_PAUSE, columns)
    if error.retryable:
        raise error
    return _failed(submission, error)


def _not_taken(submission: Submission, error: AzureError, *, doubtful: bool) -> Transition:
    """Azure refused the request, or it is not known whether it did."""
    return _lost(submission, error) if error.uncertain else _failed(submission, error, may_exist=doubtful)


def _lost(submission: Submission, error: AzureError) -> Transition:
    """No usable answer to the one request that changes something: the next step looks for it."""
    kept = failures.kept(submission, error) | {"lost": True}
    message = ""
    if not submission.attempts:
        what = kept["sentence"] if isinstance(error, BadAnswer) else "Azure's answer was lost."
        message = f"{what} We look whether the request arrived."
    columns = {"attempts": submission.attempts + 1, "error": kept}
    return Transition(State.SENDING, message, error.retry_after or LOOK_AGAIN, columns)


# --- running: ask how it is going -----------------------------------------------------------------------------------


def _ask(held: Held, client: ArmClient) -> Transition:
    submission = held.submission
    before = Operation.from_json(submission.operation or {})
    try:
        operation = operations.step(client, before)
    except (SignInNeeded, TokenRefused):
        raise
    except AzureError:
        if before.strategy == _READING and before.azure_status and submission.attempts >= READS:
            return _succeeded(submission, replace(before, status=operations.SUCCEEDED))
        raise
    columns: dict[str, Any] = {"operation": arm.kept(operation)}
    if operation.presumed and operation.ended and not _is_done(submission, operation):
        # What was under way when we looked was somebody else's change: ours never arrived.
        message = "Another change of the scale set was under way, and this one is not in it. It is sent now."
        return Transition(State.QUEUED, message, columns={"operation": None, "may_exist": False})
    if operation.status == operations.SUCCEEDED:
        return _succeeded(submission, operation)
    if operation.failure is not None:
        columns |= {
            "error": failures.kept(submission, operation.failure),
            "resource": mask(operation.resource) if operation.resource else _remnant(submission, client),
        }
        if operation.status == "canceled":
            return Transition(State.CANCELED, "The operation was canceled in Azure.", columns=columns)
        return Transition(State.FAILED, columns["error"]["sentence"], columns=columns)
    if _is_late(held) and operation.strategy != _READING:
        return _unknown(None, columns)
    return Transition(State.RUNNING, "", _pause(operation), columns)


def _is_done(submission: Submission, operation: Operation) -> bool:
    """Whether an operation that was taken for ours did what ours was to do. A create has nobody else's to be taken for."""
    if submission.revision.operation == "create":
        return True
    if operation.status != operations.SUCCEEDED:
        return False
    return operation.resource is None or arm.holds(operation.resource, _asked_for(submission))


_READING: Final = "final-get"
"""The operation is over, and well; only the scale set remains to be read."""


def _succeeded(submission: Submission, operation: Operation) -> Transition:
    done = "created" if submission.revision.operation == "create" else "updated"
    columns = {
        "operation": arm.kept(operation),
        "resource": mask(operation.resource) if operation.resource else None,
    }
    return Transition(State.SUCCEEDED, f"The scale set is {done}.", columns=columns)


def _remnant(submission: Submission, client: ArmClient) -> dict[str, Any] | None:
    """The scale set that a failed operation left behind."""
    try:
        found = client.get(_address(submission), submission.revision.api_version)
    except AzureError:
        return None
    return mask(found.document) if found is not None else None


def _pause(operation: Operation) -> float:
    return 0.0 if operation.strategy == _READING else max(operation.retry_after, SHORTEST_PAUSE)


_STEPS: Final[Mapping[str, Callable[[Held, ArmClient], Transition]]] = {
    State.QUEUED: _look,
    State.SENDING: _send,
    State.RUNNING: _ask,
}


# --- what can come in between ---------------------------------------------------------------------------------------


def _sign_in_needed(submission: Submission, error: AzureError) -> Transition:
    message = "Azure wants you to sign in again. Nothing is lost."
    return Transition(State.NEEDS_SIGN_IN, message, columns={"error": failures.kept(submission, error)})


def _trouble(held: Held, error: AzureError) -> Transition:
    """The question or request got no usable answer. Nothing was changed by it; it is tried again."""
    submission = held.submission
    kept = failures.kept(submission, error)
    # A pause, or a process that is restarted soon, says nothing against the request.
    attempts = submission.attempts + (
        0 if isinstance(error, Throttled | keyholders.KeyNotHere | failures.DatabaseAway) else 1
    )
    columns = {"attempts": attempts, "error": kept}
    late = _is_late(held)
    if submission.state != State.RUNNING and not submission.may_exist:
        # Azure surely has nothing of it, so giving up is an answer.
        if late or attempts > TRIES or not _passes(error):
            return _failed(submission, error)
    elif late or (isinstance(error, ServiceTrouble) and not error.retryable):
        # Later would be the same.
        return _unknown(kept)
    wait = (
        error.retry_after if error.retry_after is not None else min(2.0 ** min(attempts, 10), LONGEST_PAUSE)
    )
    if isinstance(error, Throttled):
        # All that waited for the same pause must not come back at the same moment.
        wait += random.uniform(0.0, 1.0)  # noqa: S311 - spreads load, guards nothing
    known = (submission.error or {}).get("sentence") == kept["sentence"]
    message = "" if known else f"{kept['sentence']} It is tried again."
    return Transition(submission.state, message, max(wait, SHORTEST_PAUSE), columns)


def _passes(error: AzureError) -> bool:
    return error.retryable or isinstance(error, failures.OurFault)


def _failed(submission: Submission, error: AzureError, **columns: Any) -> Transition:
    kept = failures.kept(submission, error)
    return Transition(State.FAILED, kept["sentence"], columns={"may_exist": False, **columns, "error": kept})


def _unknown(error: dict[str, Any] | None, columns: Mapping[str, Any] | None = None) -> Transition:
    message = "Azure has not said how it ended, and is not asked any more."
    return Transition(State.UNKNOWN, message, columns={**(columns or {}), "error": error})


def _address(submission: Submission) -> ScaleSetAddress:
    target = submission.revision.target
    return ScaleSetAddress(target.subscription, target.resource_group, target.name)
