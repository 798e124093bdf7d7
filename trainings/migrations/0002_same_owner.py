"""A training and all that belongs to it stay with one organisation, and with one training."""

from django.db import migrations

from core.migration_operations import refers_within

TRAINING = "trainings_training"
OF_ONE_TRAINING = [
    "session",
    "discussiongroup",
    "enrolment",
    "headcount",
    "attendance",
    "score",
    "completion",
    "changefound",
    "evidence",
    "certificate",
    "part",
    "reopening",
    "trainingproject",
]


class Migration(migrations.Migration):
    dependencies = [("trainings", "0001_trainings"), ("registry", "0002_same_owner")]
    operations = [
        *[refers_within(f"trainings_{table}", "training_id", TRAINING) for table in OF_ONE_TRAINING],
        refers_within(TRAINING, "curriculum_version_id", "trainings_curriculumversion"),
        refers_within("trainings_curriculumversion", "curriculum_id", "trainings_curriculum"),
        refers_within("trainings_trainingproject", "project_id", "registry_project"),
        refers_within("trainings_enrolment", "person_id", "registry_person"),
        refers_within("trainings_changefound", "person_id", "registry_person"),
        *[
            refers_within(
                f"trainings_{table}", "enrolment_id", "trainings_enrolment", shared="training_id"
            )
            for table in ["attendance", "score", "completion", "certificate"]
        ],
        *[
            refers_within(
                f"trainings_{table}", "session_id", "trainings_session", shared="training_id"
            )
            for table in ["attendance", "discussiongroup", "evidence"]
        ],
        refers_within(
            "trainings_attendance",
            "discussion_group_id",
            "trainings_discussiongroup",
            shared="session_id",
        ),
        refers_within("trainings_changefound", "evidence_id", "trainings_evidence", shared="training_id"),
    ]
