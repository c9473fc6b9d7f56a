"""Django's `flush`, which the log would refuse."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush

from tests.flushing.unlocked import unlocked


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        with unlocked():
            super().handle(**options)
