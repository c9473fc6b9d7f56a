"""Runs the sandbox: python -m vmssbuilder.sandbox."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from . import world
from .server import DEFAULT_DELAY, DEFAULT_HOST, DEFAULT_PORT, NotLoopback, serve


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is told to stop; answers with the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m vmssbuilder.sandbox",
        description="A stand-in for Microsoft Entra ID and Azure Resource Manager, on this computer only.",
    )
    parser.add_argument(
        "--host", default=DEFAULT_HOST, help="address on this computer to listen on (%(default)s)"
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port to listen on (%(default)s)")
    parser.add_argument(
        "--delay",
        type=float,
        default=float(os.environ.get("VMSSBUILDER_SANDBOX_DELAY", DEFAULT_DELAY)),
        help="seconds that an operation takes (%(default)s; also VMSSBUILDER_SANDBOX_DELAY)",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="keep scale sets and what else there is in this file, without secrets; else a restart begins empty",
    )
    parser.add_argument(
        "--world",
        type=Path,
        metavar="FILE",
        default=os.environ.get("VMSSBUILDER_SANDBOX_WORLD") or None,
        help="other subscriptions and resource groups, as JSON: a list of id, title and groups, each with its region"
        " (also VMSSBUILDER_SANDBOX_WORLD)",
    )
    chosen = parser.parse_args(arguments)
    if chosen.world is not None:
        try:
            _become(json.loads(chosen.world.read_text("utf-8")))
        except (OSError, ValueError, TypeError, KeyError) as error:
            print(f"{chosen.world} is no world of a sandbox: {error}", file=sys.stderr)
            return 2
    # Honcho and container runtimes stop a process with SIGTERM; it ends like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        serve(chosen.host, chosen.port, chosen.delay, chosen.keep)
    except NotLoopback as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The sandbox cannot listen on {chosen.host}:{chosen.port}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def _become(subscriptions: list[dict[str, Any]]) -> None:
    world.become(
        [world.Subscription(each["id"], each["title"]) for each in subscriptions],
        {each["id"]: each["groups"] for each in subscriptions},
    )


if __name__ == "__main__":
    sys.exit(main())
