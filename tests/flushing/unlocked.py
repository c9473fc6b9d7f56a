"""Taking the triggers of the log away for a while, as somebody could who owns the database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction

TABLES: Final = ("audit_event", "audit_chainlink")


@contextlib.contextmanager
def unlocked() -> Iterator[None]:
    """Without the triggers; afterwards they are as they were. A failure leaves all as it was."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Whatever foreign keys have to say is said now: a table with checks ahead cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)", TABLES
        )
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in triggers:
            cursor.execute(sql)
