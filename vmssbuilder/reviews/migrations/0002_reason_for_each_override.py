from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def listed(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One reason was given for all errors of a request together."""
    reviews: Any = apps.get_model("reviews", "Review")
    for review in reviews.objects.exclude(together=""):
        review.overrides = [{"rule": "", "where": "", "message": "", "reason": review.together}]
        review.save(update_fields=["overrides"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [
        migrations.RenameField("review", "overrides", "together"),
        migrations.AddField(
            "review",
            "overrides",
            models.JSONField(
                blank=True,
                default=list,
                help_text="Each error that the request is to be sent despite, and why.",
            ),
        ),
        migrations.RunPython(listed, migrations.RunPython.noop),
        migrations.RemoveField("review", "together"),
    ]
