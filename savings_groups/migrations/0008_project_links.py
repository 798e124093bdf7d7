"""The link to a project is declared once, in the registry. No table changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0010_plain_words"),
        ("savings_groups", "0007_plain_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="groupproject",
            name="project",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.project", verbose_name="project"),
        ),
    ]
