"""Django's record of the app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed


class AccountsConfig(AppConfig):
    name = "vmssbuilder.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the system checks of the configuration, what begins with a sign-in, and what is recorded of one that fails."""
        from . import checks, refused, sessions  # noqa: F401 - importing the checks is registering them

        user_logged_in.connect(sessions.begin, dispatch_uid="sessions.begin")
        user_login_failed.connect(refused.by_password, dispatch_uid="refused.by_password")
