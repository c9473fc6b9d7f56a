"""The app of comments."""

from django.apps import AppConfig


class CommentsConfig(AppConfig):
    """What people say about a draft and its places."""

    name = "vmssbuilder.comments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Pages of drafts get marks, and threads follow what they are about."""
        from vmssbuilder.drafts import commenting

        from . import anchors

        commenting.comments_by(anchors.marks, anchors.follow)
