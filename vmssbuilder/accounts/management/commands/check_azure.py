"""Looks whether this installation can sign people in and reach Azure, and says how to mend what is missing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from vmssbuilder.accounts.deployment import checks

MARKS: Final = {"good": "  ok      ", "note": "  note    ", "bad": "  MISSING ", "unknown": "  ?       "}


class Command(BaseCommand):
    help = (
        "Checks the settings of sign-in and Azure against the cloud itself: addresses, keys, the registration, "
        "clock, proxies. Exits with 1 when something is missing. Changes nothing."
    )
    # What Django's own checks would stop at is what this command explains.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url",
            default="",
            help="where people open the product, for example https://scale-sets.example.org",
        )

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        missing = 0
        for check in checks(url):
            missing += check.outcome == "bad"
            self.stdout.write(f"{MARKS[check.outcome]}{check.title}: {check.text}")
            if check.cure and check.outcome != "good":
                self.stdout.write(f"{' ' * 12}-> {check.cure}")
        if missing:
            raise CommandError("Something is missing, see above.", returncode=1)
        self.stdout.write("Nothing is missing.")
