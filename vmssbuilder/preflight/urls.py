"""The address of the pre-flight; it lies below that of its draft."""

from django.urls import path

from . import views

urlpatterns = [path("<str:code>/preflight/", views.preflight, name="preflight")]
