"""Django's record of the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "vmssbuilder.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the system checks of the configuration."""
        from . import checks  # noqa: F401 - importing is registering
