from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("drafts", "0002_history_and_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="system",
            field=models.CharField(
                blank=True,
                choices=[("Linux", "Linux"), ("Windows", "Windows")],
                default="",
                help_text=(
                    "What a person said that instances run. It decides what the form shows and is no part of the "
                    "request."
                ),
                max_length=10,
            ),
            preserve_default=False,
        ),
    ]
