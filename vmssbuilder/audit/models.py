"""The append-only log: who did what to what, and when. It never holds a secret or a document."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One thing that happened. `what` is a dotted verb such as `draft.saved`; `about` is the code of what it concerns."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["about", "-id"])]

    def __str__(self) -> str:
        return f"{self.what} {self.about}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("The audit log is append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("The audit log is append-only.")
