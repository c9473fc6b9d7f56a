"""What needs a person: their drafts, reviews that wait for them, submissions on their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.http import QueryDict
from django.urls import reverse

from vmssbuilder.accounts.models import User
from vmssbuilder.comments import queries as comments
from vmssbuilder.drafts import searching
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.people import queries as people
from vmssbuilder.reviews.away.queries import standing_in
from vmssbuilder.reviews.models import Decision, Review
from vmssbuilder.reviews.queries import STATE_NOW, waiting_for
from vmssbuilder.status.queries import SENT_BACK
from vmssbuilder.status.standing import STANDINGS, Facts, name_of, status_of
from vmssbuilder.status.standing import standing as standing_of
from vmssbuilder.submissions.models import Submission
from vmssbuilder.submissions.queries import under_way
from vmssbuilder.web.forms import WORDS, SearchForm, SearchWordsField

PAGE_SIZE: Final = 20


class DraftSearch(SearchForm):
    """Words to search drafts by; for administrators, whose drafts. The rest narrows the list and stays what it is."""

    whose = forms.CharField(required=False, widget=forms.HiddenInput)
    status = forms.CharField(required=False, widget=forms.HiddenInput)
    q = SearchWordsField(
        "Search drafts by name, resource group or subscription", "Name, resource group or subscription"
    )
    owner = SearchWordsField("Owner", "Owner", icon="person")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        everyone = self["whose"].value()
        hidden = [name for name in ("whose", "status") if self[name].value()]
        boxes = [Field(name, template=WORDS) for name in (["q", "owner"] if everyone else ["q"])]
        self.helper.layout = Layout(*hidden, *boxes)


Item = TypeVar("Item")


NEEDS_OWNER: Final = (
    "needs-sign-in",
    "failed",
    "unknown",
    "changes-requested",
    "rejected",
    "approval-ended",
    "approved",
)
"""Where a draft stands that waits for its owner, what is most urgent first."""


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """One line of a list. status: kind, icon and words of where it stands. twin: whether another line has its name."""

    item: Item
    status: tuple[str, str, str]
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A draft that waits for its owner: where it stands, the words of the reviewer, and the next act with its address."""

    draft: Any
    status: tuple[str, str, str]
    reason: str
    act: str
    url: str
    twin: bool


def what_needs(user: User, sent: QueryDict) -> dict[str, Any]:
    """The context of the start page; the number of queries does not depend on how much there is.

    sent: the parameters of the address. `q` are words to search drafts by, `status` is one of those on offer;
    administrators also may say `whose=all`, and `owner`, part of a name.
    """
    search = _search(user, sent)
    standing = _standing(search.found)
    counts = Counter(standing.values())
    page = Paginator(
        [key for key, name in standing.items() if search.status in ("", name)], PAGE_SIZE
    ).get_page(sent.get("page"))
    # One more than is shown says whether there is more.
    reviews = list(waiting_for(user)[: PAGE_SIZE + 1])
    listed = reviews[:PAGE_SIZE]
    asked = [each for each in listed if each.asked_of_me]
    submissions = list(under_way(user)[: PAGE_SIZE + 1])
    shared = [] if search.asked or search.everyone else people.shared_with(user, PAGE_SIZE)
    # Whoever searches, or looks at everyone's, asked for something else.
    needs = [] if search.asked or search.everyone else _needing(standing)
    named = [] if search.asked or search.everyone else comments.unread(user, PAGE_SIZE)
    drafts = _listed(list(page.object_list))
    names = Counter(draft.name for draft in drafts)
    return {
        "needs": needs[:PAGE_SIZE],
        "more_needs": len(needs) > PAGE_SIZE,
        "mentions": named[:PAGE_SIZE],
        "more_mentions": len(named) > PAGE_SIZE,
        "page": page,
        "search": search,
        "form": DraftSearch(
            initial={
                "q": search.text,
                "owner": search.owner,
                "whose": "all" if search.everyone else "",
                "status": search.status,
            }
        ),
        "standings": [
            (name, title, counts[name])
            for name, title in STANDINGS.items()
            if counts[name] or name == search.status
        ],
        "count": len(standing),
        "drafts": [
            Listed(draft, status_of(draft.submission_state, draft.review_state), names[draft.name] > 1)
            for draft in drafts
        ],
        "shared": shared[:PAGE_SIZE],
        "more_shared": len(shared) > PAGE_SIZE,
        # Those asked of the person come first, and are their turn.
        "asked": asked,
        "standing_in": standing_in(user) if any(each.for_another for each in listed) else [],
        "reviews": listed[len(asked) :],
        "more_reviews": len(reviews) > PAGE_SIZE,
        "submissions": [Listed(submission, submission.status) for submission in submissions[:PAGE_SIZE]],
        "more_submissions": len(submissions) > PAGE_SIZE,
    }


# --- Drafts -----------------------------------------------------------------------------------------------------------


MOST_LISTED: Final = 1_000
"""Counting more, or looking where they stand, would read them all; someone with more drafts searches."""

_PEOPLE_OFFERED: Final = 10


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for, and the drafts that were found, or their ids, newest first.

    text, owner: what was typed. status: one of STANDINGS, "" for all. everyone: whether it is about all people's drafts.
    people: those whose name holds what was typed, when it does not say which one. capped: whether there are more that
    match. query: the parameters of the address without the page, ending in &; others: without the status too.
    """

    found: QuerySet[Draft] | list[int]
    text: str = ""
    owner: str = ""
    status: str = ""
    everyone: bool = False
    people: tuple[User, ...] = ()
    nobody: bool = False
    capped: bool = False
    query: str = ""
    others: str = ""

    @property
    def asked(self) -> bool:
        return bool(self.text or self.owner)


def _search(user: User, sent: QueryDict) -> Search:
    asked = DraftSearch(sent).asked()
    text, status = asked["q"], asked["status"]
    owner = asked["owner"] if user.is_administrator else ""
    everyone = user.is_administrator and (bool(owner) or asked["whose"] == "all")
    status = status if status in STANDINGS else ""
    others = {"q": text, "owner": owner, "whose": "all" if everyone and not owner else ""}
    made = Search(
        [], text, owner, status, everyone, query=_query(others | {"status": status}), others=_query(others)
    )
    whose: User | None = None if everyone else user
    if owner:
        found = _people(owner)
        if len(found) != 1:
            return replace(made, people=tuple(found[:_PEOPLE_OFFERED]), nobody=not found)
        whose = found[0]
    if text:
        if whose == user:
            ids = searching.matching_for(user, text)
        else:
            words = searching.words_of_everyone() if whose is None else searching.words_of(whose)
            ids = searching.matching(text, words)
        # Asked for by their ids alone, and sorted here: a database would rather walk all drafts in their order.
        changed = Draft.objects.filter(pk__in=ids[: searching.MOST]).order_by().values_list("updated", "pk")
        newest = [key for _updated, key in sorted(changed, reverse=True)]
        return replace(made, found=newest, capped=len(ids) > searching.MOST)
    drafts = Draft.objects.filter(discarded=None)
    drafts = drafts if whose is None else drafts.filter(owner=whose)
    return replace(made, found=drafts)


def _query(parameters: dict[str, str]) -> str:
    """The parameters that say something as the beginning of an address's query."""
    said = {name: value for name, value in parameters.items() if value}
    return f"{urlencode(said)}&" if said else ""


def _people(text: str) -> list[User]:
    """The person whose user name this is, else those whose name holds the text, a few."""
    exact = list(User.objects.filter(username=text)[:1])
    if exact:
        return exact
    holds = Q(display_name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text)
    return list(User.objects.filter(holds).order_by("display_name", "username")[: _PEOPLE_OFFERED + 1])


def _standing(found: QuerySet[Draft] | list[int]) -> dict[int, str]:
    """The name of where each draft stands, the first MOST_LISTED of them, in their order."""
    drafts = Draft.objects.filter(pk__in=found).order_by() if isinstance(found, list) else found[:MOST_LISTED]
    states = {
        key: name_of(submission, review)
        for key, submission, review in _with_states(drafts).values_list(
            "pk", "submission_state", "review_state"
        )
    }
    return {key: states[key] for key in found if key in states} if isinstance(found, list) else states


def _with_states(drafts: QuerySet[Draft]) -> QuerySet[Any]:
    """The same drafts with the state of the submission and of the review of their newest revision."""
    at_head = {"draft": OuterRef("pk"), "revision__number": OuterRef("head")}
    return drafts.annotate(
        review_state=Subquery(Review.objects.filter(**at_head).order_by("-id").values(now=STATE_NOW)[:1]),
        submission_state=Subquery(Submission.objects.filter(**at_head).order_by("-id").values("state")[:1]),
    )


def _listed(ids: list[int]) -> list[Any]:
    """The drafts of these ids in this order, each with its owner and where its newest revision stands."""
    at_head = {"draft": OuterRef("pk"), "revision__number": OuterRef("head")}
    drafts = _with_states(
        Draft.objects.filter(pk__in=ids).select_related("owner").defer("document").order_by()
    ).annotate(
        region=KT("document__location"),
        submission=Subquery(Submission.objects.filter(**at_head).order_by("-id").values("code")[:1]),
    )
    place = {key: number for number, key in enumerate(ids)}
    return sorted(drafts, key=lambda draft: place[draft.pk])


def _needing(standing: dict[int, str]) -> list[Need]:
    """The drafts that wait for their owner, the most urgent first, one more than is shown."""
    waiting = [key for name in NEEDS_OWNER for key, stands in standing.items() if stands == name]
    if not waiting:
        return []
    drafts = _listed(waiting[: PAGE_SIZE + 1])
    names = Counter(draft.name for draft in drafts)
    sent_back = [draft.pk for draft in drafts if standing[draft.pk] in SENT_BACK]
    decisions = Decision.objects.filter(review__draft__in=sent_back).order_by("pk")
    # The newest of each draft is the last.
    reasons = dict(decisions.values_list("review__draft", "reason")) if sent_back else {}
    return [_need(draft, reasons.get(draft.pk, ""), twin=names[draft.name] > 1) for draft in drafts]


_ANCHORS: Final = {"approved": "#submit-title", "approval-ended": "#review-title"}


def _need(draft: Any, reason: str, *, twin: bool) -> Need:
    stands = standing_of(Facts(review=draft.review_state or "", submission=draft.submission_state or ""))
    check = reverse("draft-check", args=[draft.code])
    url = check if draft.submission is None else reverse("submission-detail", args=[draft.submission])
    anchor = "#reason" if stands.name in SENT_BACK else _ANCHORS.get(stands.name, "")
    act = stands.act.value if stands.act is not None else ""
    return Need(draft, stands.status, reason, act, f"{url}{anchor}", twin)
