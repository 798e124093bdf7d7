"""Organisations stand in the order of their names, group 9 before group 10."""

from typing import Any

from django.db import migrations, models

from khmer.sort import sort_key


def fill(apps: Any, _editor: Any) -> None:
    """Make the keys of the organisations that are there."""
    organisations = apps.get_model("registry", "Organisation").objects
    there = list(organisations.only("pk", "name_latin", "name_km"))
    for organisation in there:
        organisation.sort_key = sort_key(organisation.name_latin or organisation.name_km)
    organisations.bulk_update(there, ["sort_key"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_documents_have_options")]

    operations = [
        migrations.AlterModelOptions(
            name="organisation",
            options={
                "ordering": ["sort_key", "name_km"],
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
            },
        ),
        migrations.AddField(
            model_name="organisation",
            name="sort_key",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
