"""Keeps lists: packed in the database for each person, unpacked in the process for as many as fit."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import SearchIndex, Where
from vmssbuilder.azure.pickers.search_index import merged as one_of
from vmssbuilder.azure.pickers.sources import Source

from .models import KnownList

ROWS_KEPT: Final = 60_000
"""How many rows of lists a process keeps unpacked, about 60 MB at most."""
LONGEST: Final = timedelta(days=7)
"""Lists that nobody renewed for so long are removed."""

_shelves: OrderedDict[str, SearchIndex] = OrderedDict()
_digests: dict[tuple[int, str], str] = {}
_DIGESTS_KEPT: Final = 10_000
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class CachedList:
    """A list, and when it was fetched. digest: of what it holds."""

    index: SearchIndex
    fetched: datetime
    digest: str

    @property
    def age(self) -> float:
        """Seconds since it was fetched."""
        return max(0.0, (timezone.now() - self.fetched).total_seconds())


def key_of(source: Source, where: Where) -> str:
    """The key of a list: what it is, and of which place."""
    return hashlib.sha256(f"{source.name}|{where.key(source.needs)}".encode()).hexdigest()


def cached(user: User, key: str) -> CachedList | None:
    """The person's list of that key, None when there is none."""
    row = KnownList.objects.filter(user=user, key=key).values_list("digest", "fetched").first()
    if row is None:
        return None
    digest, fetched = row
    index = _recall(digest)
    if index is None:
        packed = KnownList.objects.filter(user=user, key=key).values_list("packed", flat=True).first()
        if packed is None:
            return None
        index = _remember(digest, SearchIndex(bytes(packed)))
    _note(user, key, digest)
    return CachedList(index, fetched, digest)


def at_hand(user: User, key: str) -> SearchIndex | None:
    """The person's list of that key as this process saw it last, without a query; None when it did not, or let it go."""
    digest = _digests.get((user.pk, key))
    return _recall(digest) if digest is not None else None


def _note(user: User, key: str, digest: str) -> None:
    if len(_digests) >= _DIGESTS_KEPT:
        _digests.clear()
    _digests[user.pk, key] = digest


def store(user: User, key: str, packed: bytes) -> CachedList:
    """Keeps the list in place of the one before."""
    digest, now = hashlib.sha256(packed).hexdigest(), timezone.now()
    row = KnownList(user=user, key=key, digest=digest, packed=packed, fetched=now)
    # One statement, whether it is there or not.
    KnownList.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["user", "key"],
        update_fields=["digest", "packed", "fetched"],
    )
    KnownList.objects.filter(user=user, fetched__lt=now - LONGEST).delete()
    _note(user, key, digest)
    return CachedList(_recall(digest) or _remember(digest, SearchIndex(packed)), now, digest)


def merged(lists: Sequence[CachedList]) -> CachedList:
    """Several lists as one, as old as the oldest. What is in more than one of them is there once."""
    digest = hashlib.sha256("|".join(each.digest for each in lists).encode()).hexdigest()
    index = _recall(digest) or _remember(digest, one_of(each.index for each in lists))
    return CachedList(index, min(each.fetched for each in lists), digest)


def _recall(digest: str) -> SearchIndex | None:
    with _lock:
        index = _shelves.get(digest)
        if index is not None:
            _shelves.move_to_end(digest)
        return index


def _remember(digest: str, index: SearchIndex) -> SearchIndex:
    with _lock:
        _shelves[digest] = index
        rows = sum(len(each) for each in _shelves.values())
        while rows > ROWS_KEPT and len(_shelves) > 1:
            _digest, oldest = _shelves.popitem(last=False)
            rows -= len(oldest)
    return index
