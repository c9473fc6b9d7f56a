"""Answers to `/healthz` and `/readyz`: whether this process lives, and whether it can serve people.

Probes come by address, over plain HTTP and without a proxy's headers, so they are answered before host names and HTTPS
are looked at.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from vmssbuilder import encryption
from vmssbuilder.workers import heartbeats

from . import unavailable

log = logging.getLogger(__name__)

LOCK_WAIT: Final = 2_000
"""Milliseconds that a probe waits for SQLite's one place to write; requests hold it for a few at a time."""

LEAST_FREE: Final = 1_000_000
"""Bytes of disk without which a save cannot be relied on."""

NO_WORKER: Final = "No worker has been alive for 30 seconds: submissions and pre-flights stand still."


class Probes:
    """The first middleware: answers the probes, and hands everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = _PROBES.get(request.path_info)
        if probe is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            response = HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        else:
            response = probe(request)
        response["Content-Length"] = str(len(response.content))
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _healthz(_request: HttpRequest) -> HttpResponse:
    """Whether this process answers; asks nobody else."""
    return _said(["ok"], 200)


def _readyz(request: HttpRequest) -> HttpResponse:
    """Whether people can be served, with a line for each reason why not.

    A missing worker stops nobody from working on drafts, so it is said with 200; for `/readyz?worker` it is a reason too.
    """
    try:
        reasons = list(_reasons())
        workers = not reasons and not heartbeats.anybody()
    except Exception:
        # Whatever it is, a probe that fails says so instead of failing.
        log.exception("looking whether the product is ready")
        return _said(["The product cannot tell whether it is ready; its log says why."], 503)
    if workers and "worker" in request.GET:
        reasons.append(NO_WORKER)
    if reasons:
        return _said(reasons, 503)
    return _said(["ok", NO_WORKER] if workers else ["ok"], 200)


def _reasons() -> Iterator[str]:
    if why := encryption.ready():
        yield why
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        log.warning("the database does not answer: %s", error)
        yield "The database does not answer."
        return
    if missing:
        yield f"{len(missing)} migrations are not applied. Run: python manage.py migrate"
    try:
        _write()
    except DatabaseError as error:
        log.warning("the database takes no changes: %s", error)
        yield f"The database takes no changes: {unavailable.why(error) or 'its log says why'}."


def _write() -> None:
    """Writes to the database without changing anything. Raises DatabaseError where it cannot be written to."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SHOW transaction_read_only")
            if cursor.fetchone() != ("off",):
                raise DatabaseError("it is read-only")
            return
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        folder = Path(connection.settings_dict["NAME"]).parent
        if folder.is_dir() and shutil.disk_usage(folder).free < LEAST_FREE:
            # One page still finds room in a file that is there already; what people write would not.
            raise DatabaseError("the disk is full")
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT}")
        try:
            with transaction.atomic():
                # A number in the file's head that nobody uses; with the same value again it is a write all the same.
                cursor.execute("PRAGMA user_version")
                (number,) = cursor.fetchone()
                cursor.execute(f"PRAGMA user_version = {number}")
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def _said(lines: list[str], status: int) -> HttpResponse:
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain", status=status)


_PROBES: Final = {"/healthz": _healthz, "/readyz": _readyz}
