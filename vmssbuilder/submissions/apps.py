"""Django's record of the app."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "vmssbuilder.submissions"
    default_auto_field = "django.db.models.BigAutoField"
