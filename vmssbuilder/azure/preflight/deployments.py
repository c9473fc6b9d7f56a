"""Azure's own opinion: a deployment of the request as a template is validated, and an update is rehearsed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.demand import get
from vmssbuilder.scaleset.exports import arm_template

from ..errors import AzureError, failure
from ..operations import Operation, wait
from .context import CheckContext
from .results import PreflightFinding, of_error

_DEPLOYMENTS: Final = "2025-04-01"
_PAUSE: Final = 1.0
_PATIENCE: Final = 60.0
CHANGES_SHOWN: Final = 30


def validate(context: CheckContext) -> Iterator[PreflightFinding]:
    """Azure checks the request, its policies and permissions included, without making anything."""
    if secrets.references(context.clear):
        yield PreflightFinding(
            "unknown",
            "A password or another secret of this request is no longer kept here, so Azure cannot check the whole.",
            "Enter it again in the draft.",
            paths.text(next(iter(secrets.references(context.clear).values()))),
        )
        return
    ended = _deployed(context, "validate", {})
    error = _error(ended)
    if error is not None:
        yield from of_error(error, context.request.document)
        return
    # It does not ask the resource provider for capacity, images and extensions.
    yield PreflightFinding(
        "passed",
        "Azure found nothing wrong. Capacity, images and extensions it looks at once it makes instances.",
    )


def what_if(context: CheckContext) -> Iterator[PreflightFinding]:
    """What the update would change. Azure sees only what it knows by itself, so this is a preview and no proof."""
    if context.live() is None:
        yield PreflightFinding("unknown", "There is no scale set to compare with.", path="$target.name")
        return
    ended = _deployed(context, "whatIf", {"whatIfSettings": {"resultFormat": "FullResourcePayloads"}})
    error = _error(ended)
    if error is not None:
        yield from of_error(error, context.request.document)
        return
    changes = get(ended.resource, "properties", "changes")
    findings = [
        each for change in (changes if isinstance(changes, list) else ()) for each in _changes(change)
    ]
    if not findings:
        yield PreflightFinding("passed", "Azure would change nothing.")
    yield from findings[:CHANGES_SHOWN]
    if len(findings) > CHANGES_SHOWN:
        yield PreflightFinding("passed", f"And {len(findings) - CHANGES_SHOWN} more.")


def _deployed(context: CheckContext, act: str, more: dict[str, Any]) -> Operation:
    """The end of the act. Secrets travel as secure parameters, which Azure neither logs nor returns."""
    address = context.address
    request = replace(context.request, document=context.whole())
    template, places = arm_template.template(request)
    clear = context.whole(clear=True)
    values = {name: {"value": get(clear, *path)} for name, path in places.items()}
    for name, declared in template.get("parameters", {}).items():
        # What is no object cannot stand in a secure object, for example text that is not yet valid JSON.
        if declared["type"] == "secureObject" and not isinstance(values[name]["value"], dict):
            declared["type"] = "securestring"
    url = context.client.url(
        f"/subscriptions/{address.subscription}/resourceGroups/{address.resource_group}"
        f"/providers/Microsoft.Resources/deployments/check-{uuid.uuid4().hex[:12]}/{act}",
        _DEPLOYMENTS,
    )
    body = {"properties": {"mode": "Incremental", "template": template, "parameters": values, **more}}
    context.client.pause = _PAUSE
    return wait(context.client, context.client.begin("POST", url, body, harmless=True), timeout=_PATIENCE)


def _error(ended: Operation) -> AzureError | None:
    if ended.failure is not None:
        return ended.failure
    body = ended.resource or {}
    error = body.get("error")
    return (
        failure(error, outcome="Failed", correlation_id=ended.correlation_id)
        if isinstance(error, dict)
        else None
    )


def _changes(change: Any) -> Iterator[PreflightFinding]:
    delta = get(change, "delta")
    for each in delta if isinstance(delta, list) else ():
        path, kind = str(get(each, "path") or ""), str(get(each, "propertyChangeType"))
        before, after = get(each, "before"), get(each, "after")
        if kind == "Modify" and not isinstance(before, dict | list) and not isinstance(after, dict | list):
            sentence = f"{path} changes from {_shown(before)} to {_shown(after)}."
        else:
            sentence = f"{path} {_KINDS.get(kind, 'changes')}."
        yield PreflightFinding("passed", sentence, path=path)


_KINDS: Final = {"Create": "is added", "Delete": "is taken away", "Array": "changes", "Modify": "changes"}


def _shown(value: Any) -> str:
    return (
        "nothing" if value is None else str(value).lower() if isinstance(value, bool) else f"“{value}”"[:200]
    )
