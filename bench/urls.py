"""The product's addresses and one more: the bare page, the cheapest one that knows who is asking."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from bench import rendering
from vmssbuilder import urls


def bare(request: HttpRequest) -> HttpResponse:
    """A session, one query for the person, and a line of text, through all middleware."""
    return HttpResponse(f"<!doctype html><title>Bare</title><p>{request.user.get_username()}</p>")


urlpatterns = [
    path("bench/bare/", bare, name="bench-bare"),
    path("bench/django/", rendering.as_django, name="bench-django"),
    path("bench/crispy/", rendering.as_crispy, name="bench-crispy"),
    path("bench/ours/", rendering.as_ours, name="bench-ours"),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)
