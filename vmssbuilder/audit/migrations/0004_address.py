from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["address", "-at", "-id"], name="audit_event_where"),
        ),
    ]
