"""The log in the Django admin, and the read-only page that everything immutable there uses."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    QueryDict,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path
from django.utils.functional import cached_property

from .actions import record
from .exporting import FORMATS
from .models import ChainHead, ChainLink, Event, Unchained
from .searching import EventSearch, after, in_chunks

PAGE: Final = 100
MOST_COUNTED: Final = 1_000
"""Of events that are not chained yet, more are not counted."""


class ReadOnlyAdmin:
    """An admin page without adding, changing or deleting: history stays as it happened, and actions own every change."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class _OnePage(Paginator[Event]):
    """Counts no further than the page goes: whether there is more is all that the page says."""

    @cached_property
    def count(self) -> int:
        return len(self.object_list[: PAGE + 1])


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin, admin.ModelAdmin[Event]):
    """The log: narrowed by `EventSearch`, a page after the other (`before`), and exported as it is narrowed."""

    change_list_template = "admin/audit/event/change_list.html"
    list_display = ("moment", "what", "about", "actor", "address", "revision")
    list_select_related = ("actor",)
    list_per_page = list_max_show_all = PAGE
    sortable_by = ()
    actions = None
    ordering = ("-at", "-id")
    paginator = _OnePage
    show_full_result_count = False
    fields = ("at", "what", "about", "actor", "address", "revision", "details", "position", "mac")
    readonly_fields: ClassVar = fields

    @admin.display(description="At (UTC)")
    def moment(self, event: Event) -> str:
        """When, to the second."""
        return f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="Position in the chain")
    def position(self, event: Event) -> str:
        """Where the event stands in the chain."""
        link = ChainLink.objects.filter(event=event).first()
        return "not chained yet" if link is None else str(link.position)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        return [path("export/<str:format>/", view, name="audit_event_export"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events: QuerySet[Event] | None = getattr(request, "events_found", None)
        return super().get_queryset(request) if events is None else events

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the log. Its address is ours: Django's own would take what it does not know for a mistake."""
        sent = request.GET
        form = EventSearch(sent if any(sent.get(name) for name in EventSearch.base_fields) else None)
        found = form.found()
        last = _event(sent.get("before", ""))
        request.events_found = found if last is None else after(found, last)  # type: ignore[attr-defined] # for get_queryset
        request.GET = QueryDict()
        asked = {name: sent[name] for name in form.fields if sent.get(name)}
        older = request.events_found[PAGE - 1 : PAGE + 1] if not form.errors else []  # type: ignore[attr-defined] # as above
        context = {
            "search": form,
            "formats": FORMATS,
            "query": urlencode(asked),
            "older": urlencode(asked | {"before": older[0].pk}) if len(older) == 2 else "",
            "newest": last is None,
            "head": ChainHead.objects.filter(pk=ChainHead.ONLY).first(),
            "unchained": Unchained.objects.order_by()[: MOST_COUNTED + 1].count(),
            "most": MOST_COUNTED,
            "title": "Log",
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def export(self, request: HttpRequest, format: str) -> HttpResponseBase:
        """What the page is narrowed to, as a file. Exporting is in the log too, and not in the file."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if format not in FORMATS:
            raise Http404(f"There is no export as “{format}”. Choose one of {', '.join(FORMATS)}.")
        form = EventSearch(request.GET)
        if not form.is_valid():
            return self.changelist_view(request)
        assert not isinstance(request.user, AnonymousUser)
        own = record(request.user, "audit.exported", "log", to=format, only=form.asked())
        lines, media_type = FORMATS[format]
        answer = StreamingHttpResponse(lines(in_chunks(form.found(), own)), content_type=media_type)
        answer["Content-Disposition"] = f'attachment; filename="vmssbuilder-log-{own.at:%Y-%m-%d}.{format}"'
        return answer


def _event(text: str) -> Event | None:
    """The event of that number, None for what is none."""
    return Event.objects.filter(pk=int(text)).first() if re.fullmatch("[0-9]{1,18}", text) else None
