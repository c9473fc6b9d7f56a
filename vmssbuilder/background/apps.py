"""The app of heavy work."""

from django.apps import AppConfig


class BackgroundConfig(AppConfig):
    """What is too much for a request, done by the worker."""

    name = "vmssbuilder.background"
    default_auto_field = "django.db.models.BigAutoField"
