"""The log in the Django admin, and the read-only page that everything immutable there uses."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from .models import Event


class ReadOnlyAdmin:
    """An admin page without adding, changing or deleting: history stays as it happened, and actions own every change."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin, admin.ModelAdmin[Event]):
    list_display = ("at", "what", "about", "actor")
    list_select_related = ("actor",)
    search_fields = ("about", "what")
    fields = ("at", "what", "about", "actor", "details")
    readonly_fields: ClassVar = fields
    show_full_result_count = False
