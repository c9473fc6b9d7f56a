"""Resource Manager in the name of a submission's submitter: the client, the one request that changes something."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import requests
from django.conf import settings

from vmssbuilder.accounts.throttling import PersonsGate
from vmssbuilder.accounts.tokens import access_token
from vmssbuilder.azure import ArmClient, Operation, ScaleSetAddress, cloud, open_session
from vmssbuilder.scaleset import secrets, versions

from .models import Submission


def client(submission: Submission) -> ArmClient:
    """A client with the submitter's token. It sends each request once and never sleeps: a later step tries again."""
    person = submission.submitter
    location = submission.revision.document.get("location")
    return ArmClient(
        cloud(settings.VMSSBUILDER_CLOUD),
        lambda claims: access_token(person, claims),
        _session(settings.VMSSBUILDER_CLOUD, settings.VMSSBUILDER_SANDBOX_URL),
        correlation_id=submission.correlation_id or None,
        attempts=1,
        patience=0.0,
        gate=PersonsGate(person.pk),
        region=location if isinstance(location, str) else "",
    )


@cache
def _session(name: str, sandbox_url: str) -> requests.Session:
    return open_session(cloud(name), sandbox_url or None)


def send(to: ArmClient, submission: Submission, document: Mapping[str, Any]) -> Operation:
    """Sends the document, once, with the conditions under which Azure may accept it. Raises AzureError."""
    revision = submission.revision
    target = revision.target
    address = ScaleSetAddress(target.subscription, target.resource_group, target.name)
    method = revision.request.method
    url = to.url(address.resource_id, revision.api_version)
    headers: dict[str, str] = {}
    if versions.within(revision.api_version, versions.ETAG_SINCE):
        if revision.operation == "create" and not submission.replaces:
            headers["If-None-Match"] = "*"
        elif submission.etag:
            headers["If-Match"] = submission.etag
    return to.begin(method, url, document, headers=headers)


def kept(operation: Operation) -> dict[str, Any]:
    """The operation as it is stored. The resource has a column of its own; errors are kept in our words."""
    return operation.to_json() | {"resource": None, "error": None}


# --- documents ------------------------------------------------------------------------------------------------------

_AZURES_OWN: Final = frozenset({"id", "name", "type", "etag", "systemData"})
_AZURES_OWN_PROPERTIES: Final = frozenset({"provisioningState", "uniqueId", "timeCreated"})


def merged(live: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The live scale set with the changes, for API versions without PATCH: RFC 7396, tags replaced as a whole."""
    base = {name: copy.deepcopy(value) for name, value in live.items() if name not in _AZURES_OWN}
    if isinstance(base.get("properties"), dict):
        base["properties"] = {
            name: value for name, value in base["properties"].items() if name not in _AZURES_OWN_PROPERTIES
        }
    result: dict[str, Any] = _merge(base, {name: value for name, value in changes.items() if name != "tags"})
    if "tags" in changes:
        result["tags"] = changes["tags"]
    return result


def _merge(base: Any, changes: Any) -> Any:
    if not isinstance(changes, Mapping):
        return changes
    result = dict(base) if isinstance(base, Mapping) else {}
    spelt = {name.casefold(): name for name in result}
    for name, value in changes.items():
        # Azure compares names without regard to case: the same member twice would be refused.
        own = spelt.get(name.casefold(), name)
        if value is None:
            result.pop(own, None)
        else:
            result[own] = _merge(result.get(own), value)
    return result


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
