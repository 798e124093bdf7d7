"""The index of trainers names the enrolment too: whether they came is asked of its marks."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("trainings", "0012_completions_stay")]
    operations = [
        migrations.RemoveIndex(model_name="enrolment", name="enrolment_of_trainer"),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                fields=["person"],
                include=("training", "id"),
                condition=Q(role__in=["lead trainer", "co-trainer"], person__isnull=False),
                name="enrolment_of_trainer",
            ),
        ),
    ]
