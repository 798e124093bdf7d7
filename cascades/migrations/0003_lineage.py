"""What follows from the facts, as views; what typed links may not do; what makes figures old."""

from django.db import migrations

# Who completed and who trained, in deliveries that were not cancelled.
FACTS = """
CREATE VIEW cascades_graduate AS
    SELECT l.id AS enrolment_id, d.id AS delivery_id, d.training_id, d.tier_id,
           t.number AS tier_number, t.iteration_id, i.programme_id, l.person_id,
           tr.starts_on, tr.ends_on
    FROM trainings_completion c
    JOIN trainings_enrolment l
      ON l.id = c.enrolment_id AND l.role = 'learner' AND l.person_id IS NOT NULL
    JOIN cascades_delivery d ON d.training_id = l.training_id
    JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
    JOIN cascades_tier t ON t.id = d.tier_id
    JOIN cascades_iteration i ON i.id = t.iteration_id;

CREATE VIEW cascades_trainer_turn AS
    SELECT e.id AS enrolment_id, d.id AS delivery_id, d.training_id, d.tier_id,
           t.number AS tier_number, t.iteration_id, i.programme_id, e.person_id,
           tr.starts_on, tr.ends_on, e.role, e.on_behalf_of_id
    FROM trainings_enrolment e
    JOIN cascades_delivery d ON d.training_id = e.training_id
    JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
    JOIN cascades_tier t ON t.id = d.tier_id
    JOIN cascades_iteration i ON i.id = t.iteration_id
    WHERE e.role IN ('lead trainer', 'co-trainer') AND e.person_id IS NOT NULL;
"""

# D is a parent of E when both are of one curriculum, somebody who trained E (lead or co)
# completed D, D ended on or before the first day of E and started before it. Starts therefore
# grow along every edge, and no loop of such edges is possible. One row for each trainer through
# whom D and E are joined, without DISTINCT, so that a question about one delivery reads only its
# own rows. `person_id` is empty for a typed link.
#
# A typed link says nothing when its dates contradict it. One that agrees with them never leads
# back in time, so a loop would need all its deliveries to start on one day; then no derived edge
# can be in it, and loops of typed links alone are refused below.
LINEAGE = """
CREATE VIEW cascades_lineage AS
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
"""

# Two links typed at the same moment could each be right and make a loop together, so they are
# looked at one by one. The lock is held to the end of the transaction.
TYPED_LINKS = """
CREATE FUNCTION cascades_refuse_loop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20130902);
    IF EXISTS (
        WITH RECURSIVE below AS (
            SELECT NEW.child_id AS id
            UNION
            SELECT k.child_id FROM cascades_typedlink k JOIN below ON k.parent_id = below.id
            WHERE k.id <> NEW.id
        )
        SELECT FROM below WHERE id = NEW.parent_id
    ) THEN
        RAISE EXCEPTION 'this link would make a loop'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'typed_link_makes_no_loop';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER typed_link_makes_no_loop BEFORE INSERT OR UPDATE ON cascades_typedlink
    FOR EACH ROW EXECUTE FUNCTION cascades_refuse_loop();
"""

# Deliveries carry the curriculum of their programme; it stays, once there is one.
CURRICULUM_STAYS = """
CREATE FUNCTION cascades_keep_curriculum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cascades_delivery d
        JOIN cascades_tier t ON t.id = d.tier_id
        JOIN cascades_iteration i ON i.id = t.iteration_id
        WHERE i.programme_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'the programme has deliveries of this curriculum'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'programme_keeps_its_curriculum';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER programme_keeps_its_curriculum BEFORE UPDATE ON cascades_programme
    FOR EACH ROW WHEN (NEW.curriculum_id IS DISTINCT FROM OLD.curriculum_id)
    EXECUTE FUNCTION cascades_keep_curriculum();
"""

# Which transactions changed what figures follow from; figures.snapshots compares them with what
# a snapshot had seen. One row a statement, and none where no snapshot is kept.
CHANGES = """
CREATE TABLE cascades_change (transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id());
CREATE FUNCTION cascades_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cascades_change SELECT WHERE EXISTS (SELECT FROM cascades_snapshot);
    RETURN NULL;
END $$;
"""
CHANGES_OF = [
    "trainings_training",
    "trainings_enrolment",
    "trainings_completion",
    "trainings_attendance",
    "trainings_score",
    "trainings_headcount",
    "registry_person",
    "cascades_programme",
    "cascades_iteration",
    "cascades_iterationplace",
    "cascades_tier",
    "cascades_delivery",
    "cascades_typedlink",
    "cascades_certificationrule",
    "cascades_certificationdecision",
    "cascades_teachback",
    "cascades_observation",
    "cascades_observationscore",
]

DOWN = """
DROP VIEW cascades_lineage, cascades_trainer_turn, cascades_graduate;
DROP FUNCTION cascades_refuse_loop, cascades_keep_curriculum, cascades_note_change CASCADE;
DROP TABLE cascades_change;
"""


def note(table: str) -> str:
    return (
        f"CREATE TRIGGER cascades_note_change AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION cascades_note_change();"
    )


class Migration(migrations.Migration):
    dependencies = [("cascades", "0002_same_owner")]
    operations = [
        migrations.RunSQL(
            FACTS
            + LINEAGE
            + TYPED_LINKS
            + CURRICULUM_STAYS
            + CHANGES
            + "\n".join(map(note, CHANGES_OF)),
            reverse_sql=DOWN,
        )
    ]
