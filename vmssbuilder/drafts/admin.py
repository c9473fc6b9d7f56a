"""Drafts, revisions, people and links in the Django admin, to look at. Secrets have no page there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from vmssbuilder.audit.admin import ReadOnlyAdmin
from vmssbuilder.scaleset import mask
from vmssbuilder.scaleset.canonical import write

from .models import Content, Draft, Member, Revision, ShareLink


class Lean(ReadOnlyAdmin):
    """A list without the documents of its rows, of which each may be megabytes: a page shows one alone."""

    documents: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc] # of the ModelAdmin beside it
        return rows.defer(*self.documents)


class Masked(Lean):
    """A page of content whose document is shown as JSON with every secret masked."""

    documents: ClassVar[tuple[str, ...]] = ("document",)

    @admin.display(description="Document, secrets hidden")
    def masked(self, row: Content) -> str:
        return render_to_string("drafts/masked.html", {"text": write(mask(row.document), row.api_version)})


_CONTENT = ("subscription", "resource_group", "name", "operation", "api_version", "masked")


@admin.register(Draft)
class DraftAdmin(Masked, admin.ModelAdmin[Draft]):
    list_display = ("__str__", "code", "owner", "head", "updated", "discarded")
    list_select_related = ("owner",)
    search_fields = ("code", "name")
    fields = ("code", "owner", "head", "created", "updated", "discarded", *_CONTENT)
    readonly_fields: ClassVar = fields
    show_full_result_count = False


@admin.register(Revision)
class RevisionAdmin(Masked, admin.ModelAdmin[Revision]):
    documents = ("document", "draft__document")
    list_display = ("__str__", "author", "at", "automatic")
    list_select_related = ("draft", "author")
    search_fields = ("draft__code", "name")
    fields = ("draft", "number", "author", "at", "automatic", *_CONTENT)
    readonly_fields: ClassVar = fields
    show_full_result_count = False


@admin.register(ShareLink)
class ShareLinkAdmin(Lean, admin.ModelAdmin[ShareLink]):
    documents = ("draft__document",)
    list_display = ("__str__", "label", "role", "created_by", "created", "expires", "revoked")
    list_select_related = ("draft", "created_by")
    search_fields = ("draft__code",)
    # Not its code: with the signing key that would be the link.
    fields = ("draft", "label", "role", "tenant", "created_by", "created", "expires", "revoked", "openings")
    readonly_fields: ClassVar = fields


@admin.register(Member)
class MemberAdmin(Lean, admin.ModelAdmin[Member]):
    documents = ("draft__document", "link__draft__document")
    list_display = ("__str__", "role", "link", "added_by", "added")
    list_select_related = ("draft", "user", "link__draft", "added_by")
    search_fields = ("draft__code", "user__display_name")
    fields = ("draft", "user", "role", "link", "added_by", "added", "openings", "opened")
    readonly_fields: ClassVar = fields
