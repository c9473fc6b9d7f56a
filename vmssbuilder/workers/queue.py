"""The queue as workers see it: what is due and whose turn it is, taking it, being done with it.

Tasks are put there by `django.tasks`. One that says in whose name it works (`person=`) takes turns with those of other
people; and each kind of task takes turns with the other kinds.
"""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.fields.json import KT
from django.db.models.functions import RowNumber
from django_tasks.base import Task, TaskContext, TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from vmssbuilder.clock import Now

FAILED_KEPT: Final = timedelta(days=1)
"""How long tasks that failed are kept, for whoever looks for the reason."""

DEATHS: Final = 5
"""A task that this many workers died of is not done again."""


Found = DBTaskResult[..., Any]


class Share(NamedTuple):
    """What takes turns: one person's tasks of one kind. Without a person, all tasks of the kind."""

    kind: str
    person: str


def _due() -> QuerySet[Found]:
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    return ready.filter(Q(run_after__lte=Now()) | Q(run_after=get_date_max()))


def waiting(task: Task[..., Any]) -> list[Mapping[str, Any]]:
    """The arguments of all tasks of that kind that are due and that nobody has taken: `args` and `kwargs`."""
    return list(_due().filter(task_path=task.module_path).values_list("args_kwargs", flat=True))


# --- whose turn it is ------------------------------------------------------------------------------------------------


def take(worker: str, running: Counter[Share], lanes: int, reserve: int) -> list[tuple[Share, Found]]:
    """Takes what is to start now; nobody else gets these tasks.

    running: how many tasks of each share run already. lanes: how many may run side by side. reserve: how many more may
    start when all lanes are taken, each of a share of which nothing runs: slow answers to one person, or to one kind of
    work, keep nobody else waiting.
    """
    most = lanes + reserve - running.total()
    chosen = _chosen(_next(most), running, lanes, reserve) if most > 0 else {}
    return [(chosen[each.pk], each) for each in _claim(list(chosen), worker)] if chosen else []


def _next(most: int) -> dict[str, list[tuple[Any, str]]]:
    """The tasks that are due by their kind, with their person: all of them, or those that are first in turn."""
    columns = ("pk", "task_path", KT("args_kwargs__kwargs__person"))
    due = list(_due().order_by("run_after").values_list(*columns)[: most + 1])
    first: dict[str, list[tuple[Any, str]]] = {}
    for pk, kind, person in due:
        first.setdefault(kind, []).append((pk, str(person or "")))
    if len(due) <= most:
        return first
    kinds = _due().order_by().values_list("task_path", flat=True).distinct()
    return {kind: _first(kind, most) for kind in kinds}


def _first(kind: str, most: int) -> list[tuple[Any, str]]:
    """The tasks of a kind that are first in turn, with their person: the first of each, then the second of each."""
    order = (F("priority").desc(), F("run_after"), F("enqueued_at"))
    turn = Window(RowNumber(), partition_by=[KT("args_kwargs__kwargs__person")], order_by=order)
    due = _due().filter(task_path=kind).annotate(person=KT("args_kwargs__kwargs__person"), turn=turn)
    first = due.filter(turn__lte=most).order_by("turn", *order)
    return [(pk, str(person or "")) for pk, person in first.values_list("pk", "person")[: 4 * most]]


def _chosen(
    first: Mapping[str, list[tuple[Any, str]]], running: Counter[Share], lanes: int, reserve: int
) -> dict[Any, Share]:
    """What starts now: first the kind that has the fewest running, then the rarer one, then who has the fewest running."""
    chosen: dict[Any, Share] = {}
    shares = Counter(running)
    kinds: Counter[str] = Counter()
    for share, number in running.items():
        kinds[share.kind] += number
    queues: dict[Share, deque[Any]] = {}
    for kind, tasks in first.items():
        for pk, person in tasks:
            queues.setdefault(Share(kind, person), deque()).append(pk)
    while queues and shares.total() < lanes + reserve:
        if shares.total() >= lanes:
            queues = {share: left for share, left in queues.items() if not shares[share]}
            if not queues:
                break
        share = min(queues, key=lambda each: (kinds[each.kind], len(first[each.kind]), shares[each]))
        chosen[queues[share].popleft()] = share
        shares[share] += 1
        kinds[share.kind] += 1
        if not queues[share]:
            del queues[share]
    return chosen


def _claim(wanted: Collection[Any], worker: str) -> list[Found]:
    with transaction.atomic():
        free = DBTaskResult.objects.select_for_update(skip_locked=True)
        got = list(free.filter(pk__in=wanted, status=TaskResultStatus.READY).order_by("run_after"))
        for workers, same in groupby(sorted(got, key=_workers), _workers):
            keys = [each.pk for each in same]
            taken = {"status": TaskResultStatus.RUNNING, "worker_ids": [*workers, worker]}
            DBTaskResult.objects.filter(pk__in=keys).update(started_at=Now(), **taken)
    for each in got:
        each.status, each.worker_ids = TaskResultStatus.RUNNING, [*each.worker_ids, worker]
    return got


def _workers(task: Found) -> list[str]:
    found: list[str] = task.worker_ids
    return found


# --- doing it --------------------------------------------------------------------------------------------------------


class FinishedTask(NamedTuple):
    """A task that came to its end. value: what it returned; or what was raised."""

    key: Any
    value: Any
    error: BaseException | None


def run(found: Found) -> FinishedTask:
    """Does a task that was taken. Whatever it raises is an answer too."""
    try:
        task = found.task
        context: tuple[Any, ...] = ()
        if task.takes_context:
            result: Any = found.task_result
            context = (TaskContext(task_result=result),)
        value = task.call(*context, *found.args_kwargs["args"], **found.args_kwargs["kwargs"])
        return FinishedTask(found.pk, value, None)
    except BaseException as error:  # noqa: BLE001 - a lane goes on with the next one
        return FinishedTask(found.pk, None, error)


def finish(done: Iterable[FinishedTask]) -> None:
    """Is done with tasks: what returned nothing is removed, what returned something or failed is kept for a while."""
    gone = []
    for key, value, error in done:
        own = DBTaskResult.objects.filter(pk=key)
        if error is not None:
            own.update(**_failure(error))
        elif value is not None:
            own.update(status=TaskResultStatus.SUCCESSFUL, finished_at=Now(), return_value=value)
        else:
            gone.append(key)
    if gone:
        DBTaskResult.objects.filter(pk__in=gone).delete()


def _failure(error: BaseException) -> dict[str, Any]:
    # Without the exception's own words: they may quote a secret that was in hand.
    return {
        "status": TaskResultStatus.FAILED,
        "finished_at": Now(),
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": "".join(traceback.format_tb(error.__traceback__)),
    }


# --- keeping house ---------------------------------------------------------------------------------------------------


def put_back(keys: Collection[Any]) -> int:
    """Has tasks done by somebody else; answers how many."""
    taken = DBTaskResult.objects.filter(pk__in=keys, status=TaskResultStatus.RUNNING)
    return taken.update(status=TaskResultStatus.READY, run_after=Now()) if keys else 0


def put_back_those_of_the_dead(alive: Collection[str]) -> int:
    """Has the tasks of workers that are not among those alive done by others; answers how many."""
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    lost = {
        pk: workers
        for pk, workers in running.values_list("pk", "worker_ids")
        if not workers or workers[-1] not in alive
    }
    deadly = [pk for pk, workers in lost.items() if len(workers) >= DEATHS]
    if deadly:
        failed = {"status": TaskResultStatus.FAILED, "finished_at": Now()}
        DBTaskResult.objects.filter(pk__in=deadly, status=TaskResultStatus.RUNNING).update(**failed)
    return put_back([pk for pk in lost if pk not in deadly])


def prune() -> int:
    """Removes tasks that ended long ago; answers how many there were."""
    ended = DBTaskResult.objects.filter(status__in=[TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED])
    return ended.filter(finished_at__lt=Now() - FAILED_KEPT).delete()[0]
