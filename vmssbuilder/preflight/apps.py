"""The app of the pre-flight."""

from django.apps import AppConfig


class PreflightConfig(AppConfig):
    """Checks of a draft against Azure before it is sent."""

    name = "vmssbuilder.preflight"
    default_auto_field = "django.db.models.BigAutoField"
