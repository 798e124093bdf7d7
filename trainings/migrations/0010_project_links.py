"""The link to a project is declared once, in the registry. No table changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0010_plain_words"),
        ("trainings", "0009_sensitive_texts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="trainingproject",
            name="project",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.project", verbose_name="project"),
        ),
    ]
