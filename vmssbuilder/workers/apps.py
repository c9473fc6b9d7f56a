"""The app of the worker processes."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """Who works, and how its tasks are shared out."""

    name = "vmssbuilder.workers"
    default_auto_field = "django.db.models.BigAutoField"
