"""People for administrators: roles of local accounts, and switching accounts off."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest

from vmssbuilder.audit.actions import record

from .models import User

# What people may do follows from their role alone.
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    list_display = ("display_name", "username", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("display_name", "username", "email")
    ordering = ("display_name", "pk")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "email", "role", "is_active")}),
        ("Microsoft Entra ID", {"fields": ("tenant_id", "object_id")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2", "display_name", "role")}),
    )
    readonly_fields = ("tenant_id", "object_id", "last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Name and role of people of Entra ID are written at each sign-in; changing them here would not last."""
        fixed = tuple(self.readonly_fields)
        if obj is not None and not obj.is_local:
            fixed += ("username", "password", "display_name", "email", "role")
        return fixed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are switched off, never deleted: what they did stays theirs."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Django's admin runs in one transaction, so the event stands or falls with the change."""
        super().save_model(request, obj, form, change)
        assert isinstance(request.user, User)
        what = "account.changed" if change else "account.made"
        fields = sorted(form.changed_data)
        record(request.user, what, obj.username[:80], fields=fields, role=obj.role, active=obj.is_active)
