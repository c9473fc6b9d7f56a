"""Addresses of the reference."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.start, name="reference"),
    path("schema/<str:api_version>.json", views.schema, name="reference-schema"),
    path("<str:place>/", views.entry, name="reference-property"),
]
