"""Django's record of the app."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "vmssbuilder.drafts"
    default_auto_field = "django.db.models.BigAutoField"
