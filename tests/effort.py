"""How much work something is, whatever else the machine does."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable

SLOWER = 15 if sys.gettrace() else 1
"""How much longer everything takes when coverage counts its lines."""


def effort(act: Callable[[], object], *, enough: float = 0.0, tries: int = 3) -> float:
    """The seconds of processor time that it takes at best; no further try after one that took no more than `enough`.

    The garbage collector holds still meanwhile: it looks at all that a long run of tests has left, not at this alone.
    """
    best = float("inf")
    collects = gc.isenabled()
    gc.disable()
    try:
        for _ in range(tries):
            began = time.process_time()
            act()
            best = min(best, time.process_time() - began)
            if best <= enough:
                break
    finally:
        if collects:
            gc.enable()
    return best
