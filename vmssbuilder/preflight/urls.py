"""The addresses of the pre-flight; they lie below that of its draft."""

from django.urls import path

from . import views

urlpatterns = [
    path("<str:code>/preflight/", views.preflight, name="preflight"),
    path("<str:code>/preflight/by-itself/", views.by_itself, name="preflight-by-itself"),
]
