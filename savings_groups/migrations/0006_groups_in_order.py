"""Groups stand in the order of their names, group 9 before group 10."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0004_organisations_in_order"),
        ("savings_groups", "0005_balances_by_group"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="group",
            options={
                "ordering": ["organisation__sort_key", "id"],
                "verbose_name": "savings group",
                "verbose_name_plural": "savings groups",
            },
        ),
    ]
