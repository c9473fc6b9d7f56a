"""Reviews and decisions in the Django admin, to look at: what was decided is never rewritten."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from vmssbuilder.audit.admin import ReadOnlyAdmin
from vmssbuilder.drafts.admin import Lean

from .models import Decision, Review


class Decisions(ReadOnlyAdmin, admin.TabularInline[Decision, Review]):
    model = Decision
    fields = ("at", "reviewer", "verdict", "reason")
    readonly_fields: ClassVar = fields


@admin.register(Review)
class ReviewAdmin(Lean, admin.ModelAdmin[Review]):
    documents = ("revision__document", "revision__draft__document", "draft__document")
    list_display = ("__str__", "state", "outdated", "requested_by", "requested")
    list_filter = ("state",)
    list_select_related = ("revision__draft", "draft", "requested_by")
    search_fields = ("draft__name", "draft__code")
    fields = ("draft", "revision", "state", "outdated", "requested_by", "requested", "note", "overrides")
    readonly_fields: ClassVar = fields
    inlines = (Decisions,)

    @admin.display(boolean=True, description="Edited since")
    def outdated(self, review: Review) -> bool:
        return review.is_outdated


@admin.register(Decision)
class DecisionAdmin(Lean, admin.ModelAdmin[Decision]):
    documents = ("review__revision__document", "review__revision__draft__document")
    list_display = ("__str__", "review", "reviewer", "verdict", "at")
    list_filter = ("verdict",)
    list_select_related = ("review__revision__draft", "reviewer")
    fields = ("review", "reviewer", "verdict", "reason", "at")
    readonly_fields: ClassVar = fields
