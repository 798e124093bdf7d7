"""All tables of reports at once, for a new database; an older one goes through each step."""

from django.conf import settings
from django.db import migrations

from core.migration_operations import AtOnce

STEPS = [
    "0001_reports",
    "0002_listed_days",
    "0003_kept_values",
    "0004_targets_by_place_and_tier",
    "0010_donor_reports",
    "0011_restatements",
    "0020_files_of_reports",
    "0021_targets_of_two_calendars",
    "0022_letters",
    "0023_notes_of_loans",
    "0025_sections_of_outcomes",
    "0026_photos_with_consent",
    "0027_notes_of_outcomes",
]


class Migration(migrations.Migration):
    initial = True
    replaces = [("reports", step) for step in STEPS]
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("registry", "0018_consents"),
        ("trainings", "0020_recognised"),
        ("savings_groups", "0020_rules_of_both"),
        ("cascades", "0008_trainers_of_sessions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [AtOnce("reports", STEPS)]
