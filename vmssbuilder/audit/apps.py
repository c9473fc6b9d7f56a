"""Django's record of the app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "vmssbuilder.audit"
    default_auto_field = "django.db.models.BigAutoField"
