"""Lists of what Azure has on offer, as one person may see them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class KnownList(models.Model):
    """One list, packed. It is a cache: any row may go at any time. digest: of what is packed, so that equal lists of
    several people are unpacked once.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_lists")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    packed = models.BinaryField()
    fetched = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="known_list_once_a_person")
        ]

    def __str__(self) -> str:
        return f"List {self.key[:8]} of {self.user}"
