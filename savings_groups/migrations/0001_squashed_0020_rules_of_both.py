"""All tables of savings groups at once, for a new database; an older one goes through each step."""

from django.conf import settings
from django.db import migrations

from core.migration_operations import AtOnce

STEPS = [
    "0001_savings_groups",
    "0002_same_owner",
    "0003_ledger",
    "0004_nothing_is_left_empty",
    "0005_balances_by_group",
    "0006_groups_in_order",
    "0007_plain_words",
    "0008_project_links",
    "0009_journal_entry",
    "0010_plain_words",
    "0011_two_days",
    "0012_grades_as_they_say",
    "0013_loan_terms",
    "0014_loan_backers",
    "0015_rhythms",
    "0018_savings_of_members",
    "0019_leaving_joining_and_welfare",
    "0020_rules_of_both",
]


class Migration(migrations.Migration):
    initial = True
    replaces = [("savings_groups", step) for step in STEPS]
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("registry", "0016_kinds_of_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [AtOnce("savings_groups", STEPS)]
