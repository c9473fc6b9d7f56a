"""A worker that writes down by how many seconds each of its steps began late: one line a step, into the file named."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def main(file: Path) -> None:
    """Works until it is told to stop."""
    import django

    django.setup()
    from vmssbuilder.submissions import leases, transitions

    claim = leases.claim
    with file.open("a", buffering=1) as told:

        def watched(pk: int) -> leases.Held | None:
            held = claim(pk)
            if held is not None:
                told.write(f"{(held.since - held.submission.next_step).total_seconds():.3f}\n")
            return held

        transitions.claim = watched  # type: ignore[attr-defined] # the module imports it, which the types keep to themselves
        execute_from_command_line(["manage.py", "worker"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
