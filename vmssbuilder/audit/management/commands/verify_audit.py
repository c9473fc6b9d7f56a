"""Says whether the log is what was written, and names what is not."""

from __future__ import annotations

from argparse import ArgumentParser
from itertools import islice
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from vmssbuilder.audit.verifying import BadHead, KnownHead, Verification

MOST_NAMED: Final = 20
"""Problems that are named; of more it is said that there are more."""


class Command(BaseCommand):
    help = (
        "Verifies every event of the log and its place in the chain, and names the first one that was changed, deleted or "
        "put in. With --since, also whether the end was cut since the log stream told that head. Ends with 1 where "
        "anything does not hold. Safe while the product runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", metavar="HEAD", help="what the log stream has behind “head”, such as 120:1a2b3c4d.Ab…"
        )

    def handle(self, *args: Any, since: str | None = None, **options: Any) -> None:
        try:
            looking = Verification(KnownHead.of(since) if since else None)
        except BadHead as error:
            raise CommandError(str(error)) from None
        problems = looking.problems()
        found = 0
        for problem in islice(problems, MOST_NAMED):
            self.stdout.write(problem)
            found += 1
        if found:
            more = " There are more." if next(problems, None) else ""
            raise CommandError(f"The log does not hold.{more}")
        self.stdout.write(f"{looking.links} events in the chain, and all of them hold.")
        if looking.before:
            self.stdout.write(
                f"{looking.before} of them are from before events had codes: the chain vouches for them from the moment "
                "when it began."
            )
        if looking.end:
            self.stdout.write(f"head {looking.end}")
