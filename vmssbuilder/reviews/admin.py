"""Reviews and decisions in the Django admin, to look at: what was decided is never rewritten. Groups are kept here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import ManyToManyField
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest

from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.actions import record
from vmssbuilder.audit.admin import ReadOnlyAdmin
from vmssbuilder.drafts.admin import Lean

from .models import Decision, Review, ReviewGroup


class Decisions(ReadOnlyAdmin, admin.TabularInline[Decision, Review]):
    model = Decision
    fields = ("at", "reviewer", "on_behalf_of", "verdict", "reason")
    readonly_fields: ClassVar = fields


@admin.register(Review)
class ReviewAdmin(Lean, admin.ModelAdmin[Review]):
    documents = ("revision__document", "revision__draft__document", "draft__document")
    list_display = ("__str__", "state", "outdated", "requested_by", "requested")
    list_filter = ("state",)
    list_select_related = ("revision__draft", "draft", "requested_by")
    search_fields = ("draft__name", "draft__code")
    fields = (
        "draft",
        "revision",
        "state",
        "outdated",
        "requested_by",
        "requested",
        "note",
        "overrides",
        "asked",
        "asked_groups",
        "counts_until",
        "revoked",
        "revoked_by",
        "revoked_reason",
    )
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
    list_select_related = ("review__revision__draft", "reviewer", "on_behalf_of")
    fields = ("review", "reviewer", "on_behalf_of", "verdict", "reason", "at")
    readonly_fields: ClassVar = fields


@admin.register(ReviewGroup)
class ReviewGroupAdmin(admin.ModelAdmin[ReviewGroup]):
    """Groups of reviewers. Each change is in the log with all who are in the group after it."""

    filter_horizontal = ("members",)
    search_fields = ("name",)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **named: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        """Only those who may decide about anything can be in a group."""
        reviewers = User.objects.filter(is_active=True, role__in=(Role.REVIEWER, Role.ADMINISTRATOR))
        named["queryset"] = reviewers.order_by("display_name", "username")
        return super().formfield_for_manytomany(db_field, request, **named)

    def save_related(
        self, request: HttpRequest, form: ModelForm[ReviewGroup], formsets: Any, change: bool
    ) -> None:
        """Django's admin runs in one transaction, so the event stands or falls with the change."""
        super().save_related(request, form, formsets, change)
        members = sorted(form.instance.members.values_list("username", flat=True))
        what = "review-group.changed" if change else "review-group.made"
        record(_actor(request), what, form.instance.name, members=members)

    def delete_model(self, request: HttpRequest, obj: ReviewGroup) -> None:
        record(_actor(request), "review-group.deleted", obj.name)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for group in queryset:
            self.delete_model(request, group)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
