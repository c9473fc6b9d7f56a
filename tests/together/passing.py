"""Time that goes on at once: for the clock of the database, and for that of the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from vmssbuilder import clock

_on = timedelta()


def passed(more: timedelta = timedelta()) -> timedelta:
    """How far time is ahead, after letting some more of it pass."""
    global _on  # noqa: PLW0603 - there is one time
    _on += more
    return _on


@contextmanager
def passing() -> Iterator[None]:
    """Within it, all clocks that the product goes by show the time that has passed here."""
    global _on  # noqa: PLW0603 - there is one time
    _on = timedelta()
    database, process = clock.now, timezone.now

    def as_sqlite(
        self: clock.Now, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> Any:
        moved = f"'+{_on.total_seconds():.0f} seconds'"
        template = f"STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f000', 'NOW', {moved})"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(
        self: clock.Now, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> Any:
        template = f"(STATEMENT_TIMESTAMP() + INTERVAL '{_on.total_seconds():.0f} seconds')"
        return self.as_sql(compiler, connection, template=template, **more)

    def database_now() -> datetime:
        return database() + _on

    def process_now() -> datetime:
        return process() + _on

    with (
        ExitStack() as stack,
        mock.patch.object(clock.Now, "as_sqlite", as_sqlite),
        mock.patch.object(clock.Now, "as_postgresql", as_postgresql),
        mock.patch.object(clock, "now", database_now),
        mock.patch.object(timezone, "now", process_now),
    ):
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if field.default is process:
                    stack.enter_context(mock.patch.object(field, "_get_default", process_now))
        yield
