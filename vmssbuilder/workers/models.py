"""Worker processes and their signs of life."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Worker(models.Model):
    """A worker process. name: random, part of every lease that it holds. seen: its last sign of life, by the
    database's clock. left: whether it stopped by itself.
    """

    name = models.CharField(max_length=16, unique=True)
    started = models.DateTimeField(db_default=Now())
    seen = models.DateTimeField(db_default=Now(), db_index=True)
    left = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
