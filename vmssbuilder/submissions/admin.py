"""Submissions in the Django admin, to look at: the state machine alone moves them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from vmssbuilder.audit.admin import ReadOnlyAdmin
from vmssbuilder.drafts.admin import Lean

from .models import Progress, Submission


class ProgressLines(ReadOnlyAdmin, admin.TabularInline[Progress, Submission]):
    model = Progress
    fields = ("at", "state", "message")
    readonly_fields: ClassVar = fields


@admin.register(Submission)
class SubmissionAdmin(Lean, admin.ModelAdmin[Submission]):
    documents = ("revision__document", "revision__draft__document")
    list_display = ("__str__", "code", "state", "submitter", "created", "finished", "next_step", "attempts")
    list_filter = ("state",)
    list_select_related = ("revision__draft", "submitter")
    search_fields = ("=code", "=draft__code", "=correlation_id")
    fields = (
        *("code", "draft", "revision", "submitter", "state", "created", "finished"),
        *(
            "next_step",
            "lease",
            "lease_until",
            "in_flight_until",
            "attempts",
            "give_up",
            "may_exist",
            "replaces",
            "etag",
        ),
        *("correlation_id", "operation", "error", "resource"),
    )
    readonly_fields: ClassVar = fields
    inlines = (ProgressLines,)
    show_full_result_count = False
