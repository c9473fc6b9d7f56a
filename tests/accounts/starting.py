"""Starts the product with one environment after the other: `python -m tests.accounts.starting`, cases as JSON on stdin.

Each case is a process of its own, forked where nothing of the product is loaded yet, and imports what a web server does.
Answers a list of [exit code, what it said] as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback

# What the product is made of and knows no settings, so that a case takes no longer than it must.
import django.contrib.admin

import vmssbuilder.azure
import vmssbuilder.sandbox.world
import vmssbuilder.scaleset

LOADED = (django.contrib.admin, vmssbuilder.azure, vmssbuilder.sandbox.world, vmssbuilder.scaleset)
OURS = ("DJANGO_", "VMSSBUILDER_", "DATABASE_URL")


def start(given: dict[str, str]) -> tuple[int, str]:
    """The exit code of a web server's start, 0 where it would serve, and all that it wrote."""
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            for name in [name for name in os.environ if name.startswith(OURS)]:
                del os.environ[name]
            os.environ.update(given)
            code = 0
            try:
                import vmssbuilder.wsgi  # noqa: F401 - importing is starting
            except SystemExit as end:
                code = 1
                sys.stderr.write(f"{end.code}\n")
            except Exception:  # noqa: BLE001 - as the interpreter would end
                code = 2
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read()


if __name__ == "__main__":
    json.dump([start(each) for each in json.load(sys.stdin)], sys.stdout)
