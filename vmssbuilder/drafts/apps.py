"""Django's record of the app."""

from typing import Any

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "vmssbuilder.drafts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listens to sign-ins, for people who were invited by their address."""
        from vmssbuilder.accounts.signals import signed_in_with_mail

        signed_in_with_mail.connect(_accept_invitations, dispatch_uid="drafts.accept_invitations")


def _accept_invitations(user: Any, mail: str, **_others: Any) -> None:
    from .people import actions

    actions.accept_invitations(user, mail)
