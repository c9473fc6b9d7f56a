"""The request of a draft or revision as pages show it: the line, the conditions, the body with its secrets hidden."""

from __future__ import annotations

from dataclasses import dataclass

from vmssbuilder.azure import ScaleSetAddress
from vmssbuilder.drafts import preview, sent
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.installation import endpoint
from vmssbuilder.scaleset import Target, mask, versions
from vmssbuilder.scaleset.sending import conditions
from vmssbuilder.scaleset.versions import PATCH_SINCE

from . import planning
from .live import Live


@dataclass(frozen=True, slots=True)
class ShownPayload:
    """method, url: the request line. headers: the conditions, each as a line. body: the JSON as HTML, "" for none.

    whole: whether an update sends the whole scale set. guessed: whether that is not known yet, so that the body holds
    the changes alone.
    """

    operation: str
    method: str
    url: str
    headers: tuple[str, ...]
    body: str
    whole: bool = False
    guessed: bool = False


def shown(source: Draft | Revision, live: Live | None = None) -> ShownPayload:
    """What is sent of a draft or revision. live: the scale set as it is; else the one that it was opened from counts."""
    code = source.code if isinstance(source, Draft) else source.draft.code
    updates, version = source.operation == "update", source.api_version
    request = sent.request(source, live.document if live is not None else None)
    at = planning.snapshot_of(source) if updates else None
    etag = live.etag if live is not None else at.etag if at is not None else ""
    whole = updates and not versions.within(version, PATCH_SINCE)
    body = preview.render(code, mask(request.document), version, linked=False) if request.document else ""
    return ShownPayload(
        source.operation,
        request.method,
        f"{endpoint().address}{_path(source.target)}?api-version={version}",
        tuple(f"{name}: {value}" for name, value in conditions(request, etag).items()),
        body,
        whole,
        whole and live is None and at is None,
    )


def _path(target: Target) -> str:
    try:
        return ScaleSetAddress(target.subscription, target.resource_group, target.name).resource_id
    except ValueError:
        return target.resource_id
