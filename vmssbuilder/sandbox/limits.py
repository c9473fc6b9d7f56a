"""How many requests Resource Manager takes from a person: a bucket for each kind, filled again every second."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

# learn.microsoft.com, "Understand how Azure Resource Manager throttles requests": size and refill a second.
BUCKETS: Final = {"reads": (250, 25), "writes": (200, 10), "deletes": (200, 10)}
_KINDS: Final = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


class Limits:
    """The buckets of everybody. enforced: whether an empty one refuses; else it is only counted and told."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left: dict[tuple[str, str, str], tuple[float, float]] = {}
        self.enforced = False

    def forget(self) -> None:
        """Fills every bucket."""
        self._left.clear()

    def take(self, person: str, subscription: str, method: str) -> tuple[str, int, int]:
        """Counts a request. Answers its kind, how many are left, and after how many seconds to come again, 0 for now."""
        kind = _KINDS.get(method, "writes")
        size, refill = BUCKETS[kind]
        now = self._clock()
        key = (person, subscription, kind)
        left, since = self._left.get(key, (float(size), now))
        left = min(float(size), left + (now - since) * refill)
        if left < 1 and self.enforced:
            # A request that comes too early starts the wait again.
            self._left[key] = (left, now)
            return kind, 0, math.ceil((1 - left) / refill)
        self._left[key] = (max(0.0, left - 1), now)
        return kind, int(max(0.0, left - 1)), 0
