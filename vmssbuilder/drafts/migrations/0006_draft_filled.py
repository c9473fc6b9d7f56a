from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drafts", "0005_turns")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="filled",
            field=models.JSONField(
                default=dict, help_text="What was filled in for people, see `known_values`."
            ),
        ),
    ]
