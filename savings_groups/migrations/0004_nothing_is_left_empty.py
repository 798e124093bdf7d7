"""A CHECK lets a comparison with nothing pass: shares without a price, a loan without months."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("savings_groups", "0003_ledger")]

    operations = [
        migrations.RemoveConstraint(model_name="rules", name="rules_shares_have_a_price"),
        migrations.RemoveConstraint(model_name="sheetrow", name="sheet_row_loan_has_months"),
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
        migrations.AddConstraint(
            model_name="sheetrow",
            constraint=models.CheckConstraint(
                condition=models.Q(loan=0)
                | models.Q(loan_months__isnull=False, loan_months__gte=1, loan_months__lte=60),
                name="sheet_row_loan_has_months",
                violation_error_message="Say for how many months the loan is.",
            ),
        ),
    ]
