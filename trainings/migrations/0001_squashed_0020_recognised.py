"""All tables of trainings at once, for a new database; an older one goes through each step."""

from django.conf import settings
from django.db import migrations

from core.migration_operations import AtOnce

STEPS = [
    "0001_trainings",
    "0002_same_owner",
    "0003_supporting_trainers",
    "0004_read_cascades",
    "0005_sensitive",
    "0006_limits",
    "0007_released_changes",
    "0008_plain_words",
    "0009_sensitive_texts",
    "0010_project_links",
    "0011_verified_by_somebody_else",
    "0012_completions_stay",
    "0013_trainers_by_row",
    "0014_certificates_of_joined",
    "0015_topics_stay",
    "0016_reached_indirectly",
    "0017_versions_in_khmer",
    "0018_history_of_topics",
    "0019_follow_ups",
    "0020_recognised",
]


class Migration(migrations.Migration):
    initial = True
    replaces = [("trainings", step) for step in STEPS]
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("registry", "0018_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [AtOnce("trainings", STEPS)]
