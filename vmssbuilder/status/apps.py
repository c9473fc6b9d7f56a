"""The app of the status of drafts."""

from django.apps import AppConfig


class StatusConfig(AppConfig):
    """Where each draft stands; it has no tables of its own."""

    name = "vmssbuilder.status"

    def ready(self) -> None:
        """What Azure answered stands in the steps and at the fields; the bar follows along with the steps."""
        from vmssbuilder.drafts import answers

        from . import queries

        answers.take_from(queries.answer, queries.bar)
