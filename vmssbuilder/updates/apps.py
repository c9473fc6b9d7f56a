"""The app of updates."""

from django.apps import AppConfig


class UpdatesConfig(AppConfig):
    """Drafts of changes to what runs in Azure."""

    name = "vmssbuilder.updates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Of a draft that was opened from a scale set only the changes are sent."""
        from vmssbuilder.drafts import sent

        from . import planning

        sent.updates_by(planning.update_of)
