"""People for administrators: roles of local accounts, and switching accounts off."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from vmssbuilder.audit.actions import record

from .models import User
from .signals import changed_by_administrator

_TRUSTED: Final = frozenset({"username", "role", "is_active"})
"""What decides whom an account is taken for, and what it may do."""

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
        if obj.is_local:
            # Name and role stand in the form: who saves it gives them.
            obj.close_seal()
        super().save_model(request, obj, form, change)
        assert isinstance(request.user, User)
        what = "account.changed" if change else "account.made"
        fields = sorted(form.changed_data)
        record(request.user, what, obj.username[:80], fields=fields, role=obj.role, active=obj.is_active)
        if change and not _TRUSTED.isdisjoint(fields):
            changed_by_administrator.send(User, account=obj, actor=request.user)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django's page for another password; whether there is one now is known by the row."""
        assert isinstance(request.user, User)
        with transaction.atomic():
            # None for what is no number as well; Django then answers that there is no such account.
            found = self.get_object(request, unquote(id))
            before = found and User.objects.select_for_update().filter(pk=found.pk, object_id="").first()
            response = super().user_change_password(request, id, form_url)
            after = before and User.objects.get(pk=before.pk)
            if before and after and before.password != after.password:
                usable = after.has_usable_password()
                record(request.user, "account.password-set", after.username[:80], usable=usable)
                changed_by_administrator.send(User, account=after, actor=request.user)
        return response
