"""One of everything that routes lead to, and the people who ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.test import Client

from tests.conftest import person, signed_in
from tests.reviews.making import CUSTOM_DATA, approved, draft, with_script
from vmssbuilder import clock
from vmssbuilder.accounts.models import Role
from vmssbuilder.comments.actions import begin
from vmssbuilder.drafts.models import DraftRole
from vmssbuilder.drafts.people import actions as people_of
from vmssbuilder.reviews.actions import open_script, request_review
from vmssbuilder.reviews.away.actions import delegate
from vmssbuilder.submissions.models import Submission, SubmissionState

PEOPLE: Final = (
    "anonymous",
    "owner",
    "editor",
    "commenter",
    "viewer",
    "editor by link",
    "commenter by link",
    "viewer by link",
    "reviewer",
    "stranger",
    "administrator",
)


@dataclass(frozen=True)
class World:
    """names: what stands in addresses. browsers: by person."""

    names: dict[str, str | int]
    browsers: dict[str, Client]


def build() -> World:
    """A draft that waits for review and is shared, another that was approved and is on its way to Azure."""
    owner = person("rita", "Rita Requester", Role.REQUESTER)
    reviewer = person("rolf", "Rolf Reviewer", Role.REVIEWER)
    stranger = person("sam", "Sam Stranger", Role.REQUESTER)
    administrator = person("ada", "Ada Administrator", Role.ADMINISTRATOR)
    waiting, sent = draft(owner, with_script()), draft(owner)
    review = request_review(owner, waiting, "Please", waiting.head, people=[reviewer.pk])
    approval = approved(owner, reviewer, sent)
    submission = Submission.objects.create(
        draft=sent, revision=approval.revision, submitter=owner, state=SubmissionState.UNKNOWN
    )
    comment = begin(owner, waiting, waiting.head, "sku.capacity", "Is this enough?")
    named, came = [], []
    for role in DraftRole:
        named.append(person(f"named-{role}", f"Nora {role.label}", Role.REQUESTER))
        came.append(person(f"came-{role}", f"Leo {role.label}", Role.REQUESTER))
        for of in (waiting, sent):
            people_of.add(owner, of, named[-1], role)
            link = people_of.share(owner, of, role)
            people_of.open_link(came[-1], link)
    link, member = waiting.share_links.all()[0], waiting.members.filter(link=None)[0]
    tomorrow = clock.now().date() + timedelta(days=1)
    people = (owner, *named, *came, reviewer, stranger, administrator)
    browsers = dict(zip(PEOPLE, (Client(), *map(signed_in, people)), strict=True))
    return World(
        {
            "draft": waiting.code,
            "approved": sent.code,
            "link": link.code,
            "token": link.token,
            "member": member.code,
            "invitation": people_of.invite(owner, waiting, "ola@example.org", "edit").code,
            "review": review.pk,
            "script": open_script(owner, review, CUSTOM_DATA).pk,
            "thread": comment.thread_id,
            "comment": comment.pk,
            "suggestion": begin(owner, waiting, waiting.head, "sku.capacity", "", "4").pk,
            "submission": submission.code,
            "delegation": delegate(reviewer, administrator, tomorrow, tomorrow).pk,
        },
        browsers,
    )
