"""A paper may be about chosen days, or say dollars at a stated rate; both stand with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_same_owner")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="options",
            field=models.JSONField(blank=True, default=dict, verbose_name="options"),
        ),
    ]
