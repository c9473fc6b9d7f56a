"""What the seal of an approval covers: all that decides what is sent, and who answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import models

from vmssbuilder.drafts import sent, vault
from vmssbuilder.scaleset import paths, scripts, secrets

if TYPE_CHECKING:
    from .models import Decision, OpenedScript, Review

POLICY: Final = {"version": "none", "verdict": "one approval"}
"""What the house's policy says of the request. There are none yet: one approval of somebody else is enough."""

VALUE: Final = "secret "
"""What the name of a secret's part begins with; its id follows."""

WORDS: Final = {
    "place": "the draft and revision that it was given for",
    "target": "where the scale set is",
    "operation": "the operation",
    "API version": "the API version",
    "document": "the document",
    "sent": "what is sent of the document",
    "overridden": "the errors to be let through, with their reasons,",
    "approvers": "who approved it",
    "counts until": "how long it counts",
    "policy": "the policy",
    "draft": "the draft's own copy of the document",
}
"""Each part in words, but for secrets; with the draft itself, which is compared with its revision."""


def parts(review: Review) -> dict[str, Any]:
    """What was approved, by whom, until when. Secrets stand in clear: each part's code is their keyed fingerprint."""
    revision = review.revision
    revision.draft = review.draft
    update = sent.update(revision)
    return {
        "place": {
            "review": review.pk,
            "requested by": review.requested_by_id,
            "draft": [review.draft_id, review.draft.code],
            "revision": [revision.pk, revision.draft_id, revision.number],
        },
        "target": [revision.subscription, revision.resource_group, revision.name],
        "operation": revision.operation,
        "API version": revision.api_version,
        "document": revision.document,
        "sent": None
        if update is None
        else [update.difference.method, update.difference.changes, update.difference.before],
        "overridden": review.overrides,
        "approvers": [_approver(each) for each in approving(review)],
        "counts until": review.counts_until.isoformat() if review.counts_until else None,
        "policy": POLICY,
        **_secrets(review),
    }


def _approver(decision: Decision) -> dict[str, Any]:
    """Who approved it, and for whom, if for somebody."""
    person = {"on behalf of": decision.on_behalf_of_id} if decision.on_behalf_of_id else {}
    return {"decision": decision.pk, **decision.reviewer.identity, **person}


def approving(review: Review) -> list[Decision]:
    """The decisions that approve it, with who made them, oldest first; read once for each review that was read."""
    models.prefetch_related_objects([review], "decisions__reviewer")
    decisions = [each for each in review.decisions.all() if each.verdict == "approve"]
    return sorted(decisions, key=lambda each: each.pk)


def _secrets(review: Review) -> dict[str, Any]:
    """The secrets that can be opened: what becomes of the others is the business of whoever needs them."""
    document = review.revision.document
    clear = vault.opened(review.draft, document).document
    values = {code: paths.get(clear, path) for code, path in secrets.references(document).items()}
    return {f"{VALUE}{code}": value for code, value in values.items() if not secrets.is_reference(value)}


def opened_parts(opened: OpenedScript) -> dict[str, Any]:
    """What was opened to whom. No secret: only the id of the one that it is in."""
    review = opened.review
    document = review.revision.document
    held = {
        script.place: secrets.referred(paths.get(document, script.path))
        for script in scripts.find(document, review.revision.api_version)
    }
    return {
        "place": [review.pk, review.draft_id, review.revision_id, opened.place],
        "secret": held.get(opened.place),
        "opened": [opened.opened_by_id, opened.opened.isoformat(), opened.closed is None],
        "asked": [each.identity for each in review.asked.order_by("pk")],
    }
