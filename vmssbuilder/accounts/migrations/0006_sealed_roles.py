from django.db import migrations, models


class Migration(migrations.Migration):
    """Roles from before are sealed by the next sign-in with Microsoft, or when an administrator saves the account."""

    dependencies = [
        ("accounts", "0005_asks_azure"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="seal",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
