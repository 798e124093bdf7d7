"""A CHECK lets a comparison with nothing pass: shares without a price."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("savings_groups", "0003_ledger")]

    operations = [
        migrations.RemoveConstraint(model_name="rules", name="rules_shares_have_a_price"),
        migrations.AddConstraint(
            model_name="rules",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    saving_kind="shares", share_price__isnull=False, share_price__gt=0
                )
                | models.Q(saving_kind="savings", share_price=None),
                name="rules_shares_have_a_price",
                violation_error_message="Shares have a price; savings have none.",
            ),
        ),
    ]
