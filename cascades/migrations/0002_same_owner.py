"""A programme and all that belongs to it stay with one organisation."""

from django.db import migrations

from core.migration_operations import refers_within

OF_ONE_OWNER = [
    ("programme", "curriculum_id", "trainings_curriculum"),
    ("iteration", "programme_id", "cascades_programme"),
    ("iteration", "cloned_from_id", "cascades_iteration"),
    ("iterationproject", "iteration_id", "cascades_iteration"),
    ("iterationproject", "project_id", "registry_project"),
    ("iterationplace", "iteration_id", "cascades_iteration"),
    ("tier", "iteration_id", "cascades_iteration"),
    ("delivery", "tier_id", "cascades_tier"),
    ("delivery", "training_id", "trainings_training"),
    ("typedlink", "parent_id", "cascades_delivery"),
    ("typedlink", "child_id", "cascades_delivery"),
    ("certificationrule", "programme_id", "cascades_programme"),
    ("certificationdecision", "programme_id", "cascades_programme"),
    ("certificationdecision", "person_id", "registry_person"),
    ("teachback", "delivery_id", "cascades_delivery"),
    ("teachback", "person_id", "registry_person"),
    ("checklist", "programme_id", "cascades_programme"),
    ("checklistitem", "checklist_id", "cascades_checklist"),
    ("observation", "delivery_id", "cascades_delivery"),
    ("observation", "trainer_id", "registry_person"),
    ("observation", "checklist_id", "cascades_checklist"),
    ("publishedfigure", "iteration_id", "cascades_iteration"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("cascades", "0001_cascades"),
        ("trainings", "0003_supporting_trainers"),
        ("registry", "0002_same_owner"),
    ]
    operations = [
        *[
            refers_within(f"cascades_{table}", column, target)
            for table, column, target in OF_ONE_OWNER
        ],
        # A score is of an item of the checklist that the observation was made with.
        refers_within(
            "cascades_observationscore",
            "observation_id",
            "cascades_observation",
            shared="checklist_id",
        ),
        refers_within(
            "cascades_observationscore", "item_id", "cascades_checklistitem", shared="checklist_id"
        ),
    ]
