"""A worker whose durations are short, so that a test need not wait for them: what it does is the product's own."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.core.management import execute_from_command_line


def main() -> None:
    """Works until it is told to stop."""
    import django

    django.setup()
    from vmssbuilder.submissions import leases, transitions
    from vmssbuilder.submissions.management.commands import worker
    from vmssbuilder.workers import heartbeats

    # Each in the same relation to the others as in the product.
    for place, name, value in (
        (heartbeats, "BEAT_EVERY", 0.3),
        (heartbeats, "DEAD_AFTER", timedelta(seconds=1.5)),
        (worker, "SWEEP_EVERY", 0.3),
        (leases, "IN_FLIGHT", timedelta(seconds=2)),
        (transitions, "LOOK_AGAIN", 0.5),
        (transitions, "SHORTEST_PAUSE", 0.2),
    ):
        assert hasattr(place, name)
        setattr(place, name, value)
    execute_from_command_line(["manage.py", "worker", "--interval", "0.05", *sys.argv[1:]])


if __name__ == "__main__":
    main()
