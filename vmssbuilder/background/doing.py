"""Doing heavy work in the worker: one at a time in a process, each with an end.

Work takes a whole processor. Were it done in several lanes at once, the steps of submissions would wait for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404

from vmssbuilder.drafts import turns
from vmssbuilder.drafts.actions import EditConflict

from . import fixes, progress, tasks
from .models import Work, WorkKind, WorkState
from .progress import Gone
from .watching import Watch

KINDS: Final[dict[str, Callable[[Work, Watch], None]]] = {WorkKind.FIXES: fixes.apply}
"""What does the work of each kind, to its end."""

AGAIN_AFTER: Final = timedelta(seconds=1)
"""After which time work asks again whether it is its turn."""

_turn: Final = threading.Lock()


def run(number: int, *, again: bool = False) -> None:
    """Does the work of that number, if nobody else does; later, where this process has other work in hand.

    again: who did it before is gone.
    """
    if not _turn.acquire(blocking=False):
        work = progress.leave(number) if again else progress.waits(number)
        if work is not None:
            tasks.do_soon(work, AGAIN_AFTER)
        return
    try:
        work = progress.begin(number, again=again)
        if work is not None:
            _do(work)
    except Gone:
        # It was stopped: nothing of it is kept.
        return
    finally:
        turns.give_back()
        _turn.release()


def _do(work: Work) -> None:
    try:
        KINDS[work.kind](work, Watch(work, time.monotonic()))
    except EditConflict:
        _failed(
            work,
            "The same places were changed meanwhile, so nothing was saved. Begin again, from what is there now.",
        )
    except (Http404, PermissionDenied):
        _failed(work, "The draft may not be changed any more, so nothing was saved.")
    except (Gone, OperationalError, InterfaceError):
        # Without a database nothing can be said; once it is back the sweep finds what went silent.
        raise
    except Exception:
        _failed(
            work,
            "An error of this service ended it, and nothing was saved. Begin again; if it ends like this again, tell those who run it.",
        )
        raise


def _failed(work: Work, why: str) -> None:
    progress.end(work, WorkState.FAILED, said=why)
