"""List prices, as the price list told them last."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class PriceList(models.Model):
    """The prices of one topic; they are the same for everybody. key: of the topic. found: prices by what they are for."""

    key = models.CharField(max_length=64, unique=True)
    found = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Prices of {self.at}"
