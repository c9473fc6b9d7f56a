"""Brings database, static files and demo accounts up to date before a local run; quick when they are already.

Progress goes to standard error. What comes out on standard output is who can sign in with a local account.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def migrate() -> None:
    """Applies what is missing, without a word when nothing is."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Updating the database ...", file=sys.stderr)
        call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Collects and compresses static files again only when one of them, or what handles them, has changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for name in ("requirements.txt", "vmssbuilder/settings.py"):
        seen.update((ROOT / name).read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))  # noqa: PTH116 -- the storage answers with a string
            seen.update(f"{path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if not stamp.exists() or stamp.read_text() != seen.hexdigest():
        print("Collecting static files ...", file=sys.stderr)
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(seen.hexdigest())


def main() -> None:
    """Everything a run needs, in order."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vmssbuilder.settings")
    django.setup()
    # Known only once Django is set up.
    from vmssbuilder.accounts import checks, demo

    checks.refuse_to_start()
    migrate()
    collect_static()
    if settings.VMSSBUILDER_LOCAL_ACCOUNTS and not demo.has_left_the_sandbox():
        call_command("demo_accounts")


if __name__ == "__main__":
    main()
