"""The scale set as it was read is a live snapshot; a base is the revision that a page was made from."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('drafts', '0005_turns'),
        ('updates', '0001_base'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='base', name='base_since_once'),
        migrations.RenameModel('Base', 'LiveSnapshot'),
        migrations.AlterField(
            model_name='livesnapshot',
            name='draft',
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name='snapshots', to='drafts.draft'
            ),
        ),
        migrations.AddConstraint(
            model_name='livesnapshot',
            constraint=models.UniqueConstraint(fields=('draft', 'since'), name='snapshot_since_once'),
        ),
    ]
