"""Django's record of the app."""

from typing import Any

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "vmssbuilder.reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listens to what administrators do to accounts."""
        from vmssbuilder.accounts.signals import changed_by_administrator

        changed_by_administrator.connect(_void_approvals, dispatch_uid="reviews.void_approvals")


def _void_approvals(account: Any, actor: Any, **_others: Any) -> None:
    from . import actions

    actions.void_approvals(actor, account)
