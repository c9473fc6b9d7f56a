"""A log with ten times as many events, and a draft with ten times as many comments: how much longer their pages take."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench import lists
from bench.client import Client
from bench.server import serving

FEW, MANY = 10_000, 100_000
"""Events of the log, and a hundred times as many as there are comments."""
A_COMMENT: Final = 100
IN_A_THREAD: Final = 10


def compare(cookies: str, administrator: str, code: str) -> list[str]:
    """Measures the pages on two copies of the database. code: a draft of the person whose cookies come first.

    Answers what is missed.
    """
    from django.conf import settings

    from vmssbuilder.drafts.models import Draft

    database = Path(settings.DATABASES["default"]["NAME"])
    draft = Draft.objects.get(code=code)
    with ExitStack() as stack:
        ports = {}
        for count in (FEW, MANY):
            copied = database.with_name(f"together-{count}.sqlite3")
            lists.copy(database, copied)
            lists.fill(copied, events(), FEW, count, owner=draft.owner_id)
            # Threads begin at a multiple of their length.
            lists.fill(copied, comments(), FEW, count // A_COMMENT, owner=draft.owner_id, draft=draft.pk)
            ports[count] = stack.enter_context(serving(DATABASE_URL=f"sqlite:///{copied}"))
        log = "/admin/audit/event/"
        pages = {
            "log": (administrator, log),
            "log, of one person": (administrator, f"{log}?who=bench"),
            "log, of one kind": (administrator, f"{log}?what=draft.kind-3"),
            "log, about one draft": (administrator, f"{log}?about=rare"),
            "log, from one address": (administrator, f"{log}?address=10.9.9.9"),
            "log, of one day": (administrator, f"{log}?since=2026-01-01&until=2026-01-01"),
            "comments of a draft": (cookies, f"/drafts/{code}/comments/"),
            "comments of a draft, last page": (cookies, f"/drafts/{code}/comments/?page=10"),
        }
        measured = {
            name: (path, {count: Client(port, who) for count, port in ports.items()})
            for name, (who, path) in pages.items()
        }
        return lists.report(measured, (FEW, MANY), "events, and comments in proportion")


def events() -> lists.Rows:
    """What is written for each event, chained as a worker does it."""
    when = "strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', '+' || i || ' seconds')"
    # The same few in both databases.
    rare = f"i % 1000 = 0 AND i < {2 * FEW}"
    event = {
        "id": "i",
        "at": when,
        "actor_id": ":owner",
        "what": "'draft.kind-' || (i % 20)",
        "about": f"CASE WHEN {rare} THEN 'rare' ELSE 'draft-' || (i % 500) END",
        "address": f"CASE WHEN {rare} THEN '10.9.9.9' ELSE '10.0.0.' || (i % 200) END",
        "details": "'{}'",
        "number": "printf('%016x', i)",
        "mac": "''",
    }
    link = {"position": "i", "event_id": "i", "previous": "''", "before": "0", "mac": "''"}
    return [("audit_event", event, "n"), ("audit_chainlink", link, "n")]


def comments() -> lists.Rows:
    """What is written for each comment of the draft, and for the thread of some."""
    when = "strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', '+' || i || ' seconds')"
    thread = {
        "id": "i",
        "draft_id": ":draft",
        "place": "'sku.capacity'",
        "author_id": ":owner",
        "revision": "1",
        "was": "''",
        "quoted": "''",
        "is_open": "1",
        "count": str(IN_A_THREAD),
        "last_author_id": ":owner",
        "last_at": when,
    }
    comment = {"thread_id": f"i - i % {IN_A_THREAD}", "author_id": ":owner", "at": when, "text": "'Is it?'"}
    return [
        ("comments_commentthread", thread, f"n WHERE i % {IN_A_THREAD} = 0"),
        ("comments_comment", comment, "n"),
    ]
