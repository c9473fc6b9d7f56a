"""The newest pre-flight of a draft: who ran it, of which revision, what came of it so far."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from vmssbuilder.azure.preflight import LIMIT
from vmssbuilder.drafts.models import Draft, Revision

GIVEN_UP: Final = timedelta(seconds=3 * LIMIT)
"""A pre-flight that was silent for this long lost its worker, and may be run again."""


class Preflight(models.Model):
    """One run. begun: when a worker took it. alive: its last sign of life. results: as JSON, added as they come; they
    hold no secret.

    A new run takes the place of the one before.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="preflights")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked = models.DateTimeField(default=timezone.now)
    alive = models.DateTimeField(default=timezone.now)
    begun = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    results = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Pre-flight of {self.revision}"

    @property
    def version(self) -> str:
        """What a page shows of the run: another one as soon as there is more to show."""
        return f"{self.pk}-{self.alive.timestamp():.3f}-{self.is_running}"

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.finished is None and timezone.now() - self.alive < GIVEN_UP

    @property
    def is_lost(self) -> bool:
        """Whether it ended without a result for everything."""
        return self.finished is None and not self.is_running
