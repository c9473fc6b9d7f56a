"""Finding drafts by the beginnings of words in their name, resource group or subscription.

A table of words with an index answers in the same time whether there are a thousand drafts or a hundred thousand;
looking into the names themselves would read them all.
"""

from __future__ import annotations

import re
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from vmssbuilder.accounts.models import User

from .access import memberships
from .models import Draft, SearchWord

MOST: Final = 100
"""How many drafts one search finds; someone who gets that many types another word."""

_MOST_TERMS: Final = 5
_LONGEST: Final = 60
_MOST_WORDS: Final = 12
_READ: Final = 4 * MOST
"""A draft can be found by several of its words."""

_STARTS: Final = re.compile(r"(?<![^\W_])[^\W_]")


def words(draft: Draft) -> frozenset[bytes]:
    """What a draft is found by: its name and resource group from each beginning of a word on, and its subscription."""
    found = {draft.subscription.casefold()[:_LONGEST].encode()}
    for text in (draft.name.casefold(), draft.resource_group.casefold()):
        starts = {0, *(match.start() for match in _STARTS.finditer(text))}
        found.update(text[start : start + _LONGEST].encode() for start in sorted(starts)[:_MOST_WORDS])
    return frozenset(found - {b""})


def index(draft: Draft) -> None:
    """Writes down anew what a draft is found by."""
    forget(draft)
    SearchWord.objects.bulk_create(
        [SearchWord(draft=draft, owner_id=draft.owner_id, word=word) for word in sorted(words(draft))]
    )


def forget(draft: Draft) -> None:
    """Lets the draft be found no more."""
    draft.search_words.all().delete()


def words_of(owner: User) -> QuerySet[SearchWord]:
    """The words of the drafts of one person."""
    return SearchWord.objects.filter(owner=owner).order_by("word", "draft")


def words_of_everyone() -> QuerySet[SearchWord]:
    """All words. Walked in the order of their index, which stops where enough are found."""
    return SearchWord.objects.order_by("word", "draft")


def matching_for(user: User, text: str) -> list[int]:
    """As `matching`, of the person's own drafts and of those that others share with them."""
    # Of a person's few: found by their drafts, in whatever order.
    shared = SearchWord.objects.filter(draft__in=memberships(user).order_by().values("draft"))
    found = matching(text, words_of(user)) + matching(text, shared)
    return list(dict.fromkeys(found))[: MOST + 1]


def matching(text: str, within: QuerySet[SearchWord]) -> list[int]:
    """Ids of drafts in which every word of the text begins one, at most MOST and one more. within: the words to look at."""
    terms = sorted({term[:_LONGEST].encode() for term in text.casefold().split()[:_MOST_TERMS]})
    if not terms:
        return []
    samples = {term: _ids(_beginning(term, within)) for term in terms}
    rarest = min(terms, key=lambda term: len(samples[term]))
    others = [term for term in terms if term != rarest]
    if len(samples[rarest]) < _READ:
        found = list(dict.fromkeys(samples[rarest]))
        return _with_all(found, others)[: MOST + 1] if others else found[: MOST + 1]
    everywhere = _beginning(rarest, within)
    for term in others:
        everywhere = everywhere.filter(Exists(_beginning(term, within).filter(draft=OuterRef("draft"))))
    return list(dict.fromkeys(_ids(everywhere)))[: MOST + 1]


def _with_all(drafts: list[int], terms: list[bytes]) -> list[int]:
    """Those drafts that have words beginning with all of the terms. Their few words are read, not all of such words."""
    held: dict[int, list[bytes]] = {}
    for draft, word in SearchWord.objects.filter(draft__in=drafts).values_list("draft", "word"):
        held.setdefault(draft, []).append(bytes(word))
    return [
        draft
        for draft in drafts
        if all(any(word.startswith(term) for word in held.get(draft, ())) for term in terms)
    ]


def _beginning(term: bytes, within: QuerySet[SearchWord]) -> QuerySet[SearchWord]:
    """The words that begin so. UTF-8 never uses the byte FF, so that it stands behind all of them."""
    return within.filter(word__gte=term, word__lt=term + b"\xff")


def _ids(found: QuerySet[SearchWord]) -> list[int]:
    return list(found.values_list("draft", flat=True)[:_READ])
