"""Addresses of updates; they lie among those of drafts."""

from django.urls import path

from . import views

urlpatterns = [
    path("open/", views.open_live, name="update-open"),
    path("<str:code>/changes/", views.changes, name="update-changes"),
]
