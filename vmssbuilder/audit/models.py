"""The append-only log: who did what to what, and when. It never holds a secret or a document."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models


class _AppendOnly(models.QuerySet["Event"]):
    """Events as a whole are changed no more than one by one."""

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    def bulk_update(self, *args: Any, **named: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    def delete(self) -> NoReturn:
        raise TypeError("The audit log is append-only.")


class Event(models.Model):
    """One thing that happened. `what` is a dotted verb such as `draft.saved`; `about` is the code of what it concerns."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    details = models.JSONField(default=dict)

    objects = _AppendOnly.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["about", "-id"])]

    def __str__(self) -> str:
        return f"{self.what} {self.about}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The audit log is append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")
