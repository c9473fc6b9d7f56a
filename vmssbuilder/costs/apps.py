"""The app of what requests cost."""

from django.apps import AppConfig


class CostsConfig(AppConfig):
    """Estimates by list prices."""

    name = "vmssbuilder.costs"
    default_auto_field = "django.db.models.BigAutoField"
