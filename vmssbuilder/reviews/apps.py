"""Django's record of the app."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "vmssbuilder.reviews"
    default_auto_field = "django.db.models.BigAutoField"
