from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reviews", "0004_revoking"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "members",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Reviewers and administrators. Who may not decide about a request is not asked about it.",
                        related_name="review_groups",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.AddField(
            model_name="review",
            name="asked",
            field=models.ManyToManyField(
                blank=True,
                help_text="Whom it is asked of; empty for any reviewer.",
                related_name="reviews_asked",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="asked_groups",
            field=models.CharField(blank=True, help_text="The names of the groups that were asked.", max_length=1000),
        ),
        migrations.AlterField(
            model_name="decision",
            name="reason",
            field=models.TextField(blank=True),
        ),
    ]
