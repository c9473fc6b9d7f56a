from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drafts", "0006_draft_filled")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="threads",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="How many threads of comments there ever were; none is deleted.",
            ),
        ),
    ]
