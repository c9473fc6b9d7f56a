"""Django's record of the app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "vmssbuilder.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the system checks of the configuration, and what begins with a sign-in."""
        from . import checks, sessions  # noqa: F401 - importing the checks is registering them

        user_logged_in.connect(sessions.begin, dispatch_uid="sessions.begin")
