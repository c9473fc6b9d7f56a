"""The app of updates."""

from django.apps import AppConfig


class UpdatesConfig(AppConfig):
    """Drafts of changes to what runs in Azure."""

    name = "vmssbuilder.updates"
    default_auto_field = "django.db.models.BigAutoField"
