"""The link to a project is declared once, in the registry. No table changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cascades", "0005_plain_words"),
        ("registry", "0010_plain_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="iterationproject",
            name="project",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.project", verbose_name="project"),
        ),
    ]
