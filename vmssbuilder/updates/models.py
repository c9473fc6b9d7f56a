"""What a draft of an update is compared with: the scale set as it was read."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from vmssbuilder.drafts.models import Draft


class LiveSnapshot(models.Model):
    """The scale set as Azure returned it when the draft was opened, or compared anew.

    since: the number of the first revision that is compared with it; it holds until another base takes over, so that
    what an approval saw stays what it saw. document: without what only Azure writes and without secrets, which Azure
    does not return; withheld: the places of those that the scale set may have. etag: empty where the API version has
    none.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="snapshots")
    since = models.PositiveIntegerField()
    resource_id = models.CharField(max_length=600)
    api_version = models.CharField(max_length=20)
    document = models.JSONField()
    withheld = models.JSONField(default=list)
    etag = models.CharField(max_length=200, blank=True)
    read = models.DateTimeField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "since"], name="snapshot_since_once")
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} as read at {self.read:%Y-%m-%d %H:%M}"
