"""Who was marked absent throughout has not trained."""

from django.db import migrations

TRAINED = """
CREATE OR REPLACE VIEW cascades_trained AS
    SELECT e.id, e.training_id, e.person_id, e.role, e.on_behalf_of_id, e.sheet_row
    FROM trainings_enrolment e
    WHERE e.role IN ('lead trainer', 'co-trainer') AND e.person_id IS NOT NULL
      AND coalesce((SELECT bool_or(a.fraction > 0) FROM trainings_attendance a
                     WHERE a.enrolment_id = e.id), TRUE);

CREATE OR REPLACE VIEW cascades_trainer_turn AS
    SELECT e.id AS enrolment_id, d.id AS delivery_id, d.training_id, d.tier_id,
           t.number AS tier_number, t.iteration_id, i.programme_id, e.person_id,
           tr.starts_on, tr.ends_on, e.role, e.on_behalf_of_id
    FROM cascades_trained e
    JOIN cascades_delivery d ON d.training_id = e.training_id
    JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
    JOIN cascades_tier t ON t.id = d.tier_id
    JOIN cascades_iteration i ON i.id = t.iteration_id;

CREATE OR REPLACE VIEW cascades_lineage AS
    SELECT d.id AS parent_id, e.id AS child_id, turn.person_id,
           td.ends_on AS parent_ends_on, te.starts_on AS child_starts_on
    FROM cascades_delivery e
    JOIN trainings_training te ON te.id = e.training_id AND te.status <> 'cancelled'
    JOIN cascades_trained turn ON turn.training_id = e.training_id
    JOIN trainings_enrolment l ON l.person_id = turn.person_id AND l.role = 'learner'
    JOIN trainings_completion c ON c.enrolment_id = l.id
    JOIN cascades_delivery d ON d.training_id = l.training_id AND d.curriculum_id = e.curriculum_id
    JOIN trainings_training td ON td.id = d.training_id AND td.status <> 'cancelled'
     AND td.ends_on <= te.starts_on AND td.starts_on < te.starts_on
    UNION ALL
    SELECT k.parent_id, k.child_id, NULL, td.ends_on, te.starts_on
    FROM cascades_typedlink k
    JOIN cascades_delivery d ON d.id = k.parent_id
    JOIN trainings_training td ON td.id = d.training_id AND td.status <> 'cancelled'
    JOIN cascades_delivery e ON e.id = k.child_id AND e.curriculum_id = d.curriculum_id
    JOIN trainings_training te ON te.id = e.training_id AND te.status <> 'cancelled'
     AND td.starts_on <= te.starts_on;
"""

# What was counted beforehand was counted by the old rule.
COUNT_ANEW = """
INSERT INTO cascades_change SELECT WHERE EXISTS (SELECT FROM cascades_snapshot);
"""

DOWN = """
CREATE OR REPLACE VIEW cascades_trainer_turn AS
    SELECT e.id AS enrolment_id, d.id AS delivery_id, d.training_id, d.tier_id,
           t.number AS tier_number, t.iteration_id, i.programme_id, e.person_id,
           tr.starts_on, tr.ends_on, e.role, e.on_behalf_of_id
    FROM trainings_enrolment e
    JOIN cascades_delivery d ON d.training_id = e.training_id
    JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
    JOIN cascades_tier t ON t.id = d.tier_id
    JOIN cascades_iteration i ON i.id = t.iteration_id
    WHERE e.role IN ('lead trainer', 'co-trainer') AND e.person_id IS NOT NULL;

CREATE OR REPLACE VIEW cascades_lineage AS
    SELECT d.id AS parent_id, e.id AS child_id, turn.person_id,
           td.ends_on AS parent_ends_on, te.starts_on AS child_starts_on
    FROM cascades_delivery e
    JOIN trainings_training te ON te.id = e.training_id AND te.status <> 'cancelled'
    JOIN trainings_enrolment turn
      ON turn.training_id = e.training_id AND turn.role IN ('lead trainer', 'co-trainer')
    JOIN trainings_enrolment l ON l.person_id = turn.person_id AND l.role = 'learner'
    JOIN trainings_completion c ON c.enrolment_id = l.id
    JOIN cascades_delivery d ON d.training_id = l.training_id AND d.curriculum_id = e.curriculum_id
    JOIN trainings_training td ON td.id = d.training_id AND td.status <> 'cancelled'
     AND td.ends_on <= te.starts_on AND td.starts_on < te.starts_on
    UNION ALL
    SELECT k.parent_id, k.child_id, NULL, td.ends_on, te.starts_on
    FROM cascades_typedlink k
    JOIN cascades_delivery d ON d.id = k.parent_id
    JOIN trainings_training td ON td.id = d.training_id AND td.status <> 'cancelled'
    JOIN cascades_delivery e ON e.id = k.child_id AND e.curriculum_id = d.curriculum_id
    JOIN trainings_training te ON te.id = e.training_id AND te.status <> 'cancelled'
     AND td.starts_on <= te.starts_on;
DROP VIEW cascades_trained;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cascades", "0006_project_links"),
        ("trainings", "0013_trainers_by_row"),
    ]
    operations = [migrations.RunSQL(TRAINED + COUNT_ANEW, reverse_sql=DOWN)]
