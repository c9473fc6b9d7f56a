"""Results that are kept, bounded by their bytes: a number of entries says nothing when one may be a megabyte."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Final, Generic, ParamSpec

P = ParamSpec("P")

_OVERHEAD: Final = 200
"""What an entry costs beside its texts."""


class _Kept(Generic[P]):
    """A function of texts to a text that remembers what was asked last; arguments by position only."""

    def __init__(self, function: Callable[P, str], limit: int) -> None:
        self._function = function
        self._limit = limit
        self._results: OrderedDict[Hashable, str] = OrderedDict()
        self.held = 0
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> str:
        results = self._results
        found = results.get(args)
        if found is not None:
            results.move_to_end(args)
            return found
        made = self._function(*args, **kwargs)
        size = _size(args, made)
        if size <= self._limit // 4:
            results[args] = made
            self.held += size
            while self.held > self._limit:
                self.held -= _size(*results.popitem(last=False))
        return made

    def clear(self) -> None:
        """Forgets everything."""
        self._results.clear()
        self.held = 0


def _size(args: Hashable, made: str) -> int:
    assert isinstance(args, tuple)
    return _OVERHEAD + len(made) + sum([len(each) for each in args if isinstance(each, str)])


def bounded(limit: int) -> Callable[[Callable[P, str]], _Kept[P]]:
    """Keeps the results of a function for as long as they and its texts take no more than `limit` bytes together."""
    return lambda function: _Kept(function, limit)
