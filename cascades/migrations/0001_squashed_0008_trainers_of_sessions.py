"""All tables of cascades at once, for a new database; an older one goes through each step."""

from django.conf import settings
from django.db import migrations

from core.migration_operations import AtOnce

STEPS = [
    "0001_cascades",
    "0002_same_owner",
    "0003_lineage",
    "0004_descent",
    "0005_plain_words",
    "0006_project_links",
    "0007_trained",
    "0008_trainers_of_sessions",
]


class Migration(migrations.Migration):
    initial = True
    replaces = [("cascades", step) for step in STEPS]
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("registry", "0013_what_was_shown_stays"),
        ("trainings", "0015_topics_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [AtOnce("cascades", STEPS)]
