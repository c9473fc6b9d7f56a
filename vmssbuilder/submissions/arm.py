"""Resource Manager in the name of a submission's submitter: the client, the one request that changes something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmssbuilder.accounts import arm
from vmssbuilder.accounts.throttling import PersonsGate
from vmssbuilder.accounts.tokens import access_token
from vmssbuilder.azure import ArmClient, Operation, ScaleSetAddress
from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.sending import conditions

from .leases import Held
from .models import Submission


def client(held: Held) -> ArmClient:
    """A client with the submitter's token. It sends each request once and never sleeps: a later step tries again.

    Before a request that changes something leaves, the row says that Azure may have it.
    """
    submission = held.submission
    person = submission.submitter
    return arm.client(
        lambda claims: access_token(person, claims),
        PersonsGate(person.pk),
        correlation_id=submission.correlation_id or None,
        attempts=1,
        patience=0.0,
        region=held.location,
        before_write=held.about_to_send,
    )


def send(to: ArmClient, submission: Submission, document: Mapping[str, Any]) -> Operation:
    """Sends the body, once, with the conditions under which Azure may accept it. Raises AzureError."""
    revision = submission.revision
    target = revision.target
    address = ScaleSetAddress(target.subscription, target.resource_group, target.name)
    url = to.url(address.resource_id, revision.api_version)
    headers = conditions(revision.request, submission.etag, replaces=bool(submission.replaces))
    return to.begin(revision.request.method, url, document, headers=headers)


def kept(operation: Operation) -> dict[str, Any]:
    """The operation as it is stored. The resource has a column of its own; errors are kept in our words."""
    return operation.to_json() | {"resource": None, "error": None}


# --- documents ------------------------------------------------------------------------------------------------------


def holds(live: Any, wanted: Any) -> bool:
    """Whether everything wanted stands in the live scale set; a document with a secret never does, for Azure hides it."""
    if secrets.is_reference(wanted):
        return False
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(
            # null takes a member away, so it is held where there is none.
            holds(live.get(name), wanted[name])
            for name in wanted
        )
    if isinstance(wanted, list):
        return isinstance(live, list) and len(live) == len(wanted) and all(map(holds, live, wanted))
    return bool(live == wanted)
