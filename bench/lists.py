"""Lists, search and history with a hundred times as many drafts: how much longer they take."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

from bench.client import Client
from bench.server import serving

FEW, MANY = 1_000, 100_000
LIMIT: Final = 1.2
ROUNDS = 15
CALLS = 12
WARM_UP = 10

Rows = list[tuple[str, dict[str, str], str]]
"""What is written: the table, the value of each column in SQL, and where `i` comes from."""

_DOCUMENT: Final = '{"location": "uksouth", "tags": {"team": "shop", "note": "' + "x" * 600 + '"}}'


def compare(cookies: str, code: str) -> list[str]:
    """Measures the same pages on two copies of the database, one with FEW drafts, one with MANY.

    code: a draft with a history, of the person whose cookies these are. Answers what is missed.
    """
    from django.conf import settings

    from vmssbuilder.drafts.models import Draft

    database = Path(settings.DATABASES["default"]["NAME"])
    owner = Draft.objects.get(code=code).owner_id
    with ExitStack() as stack:
        clients = {}
        for count in (FEW, MANY):
            copied = database.with_name(f"lists-{count}.sqlite3")
            copy(database, copied)
            fill(copied, rows(), FEW, count, owner=owner, document=_DOCUMENT)
            port = stack.enter_context(serving(DATABASE_URL=f"sqlite:///{copied}"))
            clients[count] = Client(port, cookies)
        pages = {
            "list of drafts": "/",
            "last page of the list": "/?page=50",
            "drafts of one status": "/?status=draft",
            "a later page of one status": "/?status=approved&page=9",
            "search, many match": "/?q=web",
            "search, few match": "/?q=rare",
            "search, two words": "/?q=rare+shop",
            "search, none match": "/?q=nothing",
            "history": f"/drafts/{code}/history/",
        }
        return report({name: (path, clients) for name, path in pages.items()}, (FEW, MANY), "drafts")


def report(pages: dict[str, tuple[str, dict[int, Client]]], counts: tuple[int, int], of: str) -> list[str]:
    """Measures each page where there are few and where there are many, prints it, and answers what is missed."""
    missed = []
    print(f"\n{of:44}{f'{counts[0]:,}':>10}{f'{counts[1]:,}':>12}{'ratio':>8}{'goal':>9}")
    for name, (path, clients) in pages.items():
        few, many = _medians([_call(clients[count], path) for count in counts])
        ratio = many / few
        print(f"{name:44}{few * 1e3:>7.2f} ms{many * 1e3:>9.2f} ms{ratio:>8.2f}{f'<= {LIMIT:g}':>9}")
        if ratio > LIMIT:
            missed.append(
                f"{name} takes {ratio:.2f} times as long with {counts[1]:,} {of}; the goal is {LIMIT:g}."
            )
    return missed


def _call(client: Client, path: str) -> Callable[[], None]:
    request = client.prepared(path)

    def call() -> None:
        if not client.send(request).startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path} did not answer 200, so it cannot be measured.")

    return call


def _medians(calls: list[Callable[[], None]]) -> list[float]:
    """The median of each call, in alternating rounds."""
    times: list[list[float]] = [[] for _ in calls]
    for call in calls:
        for _ in range(WARM_UP):
            call()
    for _ in range(ROUNDS):
        for kept, call in zip(times, calls, strict=True):
            kept.append(statistics.median([_timed(call) for _ in range(CALLS)]))
    return [statistics.median(kept) for kept in times]


def _timed(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def copy(database: Path, target: Path) -> None:
    """A copy of the database, also while others use it."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as made:
        source.backup(made)


def fill(database: Path, made: Rows, first: int, count: int, **values: Any) -> None:
    """Writes so many of these rows, `i` counted from the first, newest last. values: what they name with a colon."""
    numbers = (
        "WITH RECURSIVE n(i) AS "  # noqa: S608 - our own numbers
        f"(SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {first + count - 1})"
    )
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table, row, source in made:
            columns, written = ", ".join(row), ", ".join(row.values())
            statement = f"{numbers} INSERT INTO {table} ({columns}) SELECT {written} FROM {source}"  # noqa: S608 - our own words
            connection.execute(statement, values)
        connection.execute("DELETE FROM audit_unchained")
        connection.commit()


def rows() -> Rows:
    """What is written for each draft: the table, the value of each column in SQL, and where `i` comes from.

    Every other draft has been reviewed.
    """
    # The same few in both databases.
    name = f"CASE WHEN i % 100 = 0 AND i < {2 * FEW} THEN 'rare-' ELSE 'web-' END || i"
    when = "strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', '+' || i || ' seconds')"
    address = {
        "subscription": "'11111111-1111-4111-8111-111111111111'",
        "resource_group": "'rg-shop-' || (i % 50)",
        "name": name,
        "operation": "'create'",
        "api_version": "'2024-07-01'",
        "document": ":document",
    }
    draft = {"id": "i", "code": "printf('d%09d', i)", "owner_id": ":owner", "head": "1", "system": "''"}
    noted = {"filled": "'{}'", "threads": "0", "created": when, "updated": when}
    revision = {"draft_id": "i", "number": "1", "author_id": ":owner", "at": when, "automatic": "0"}
    review = {
        "draft_id": "i",
        "revision_id": "(SELECT id FROM drafts_revision WHERE draft_id = i)",
        "requested_by_id": ":owner",
        "requested": when,
        "note": "''",
        "overrides": "'[]'",
        "asked_groups": "''",
        "revoked_reason": "''",
        "seal": "'{}'",
        "state": "CASE i % 4 WHEN 0 THEN 'approved' ELSE 'rejected' END",
    }
    words = [name, "'' || i", address["resource_group"], "'shop-' || (i % 50)", address["subscription"]]
    return [
        ("drafts_draft", draft | noted | address, "n"),
        ("drafts_revision", revision | address, "n"),
        *(
            (
                "drafts_searchword",
                {"draft_id": "i", "owner_id": ":owner", "word": f"CAST({word} AS BLOB)"},
                "n",
            )
            for word in words
        ),
        ("reviews_review", review, "n WHERE i % 2 = 0"),
    ]
