-- D is a parent of E when both are of one curriculum, somebody who trained E (lead or co)
-- completed D, D ended on or before the first day of E and started before it. Starts therefore
-- grow along every edge, and no loop of such edges is possible. One row for each trainer through
-- whom D and E are joined, without DISTINCT, so that a query about one delivery reads only its
-- own rows. `person_id` is empty for a typed link.
--
-- A typed link says nothing when its dates contradict it. One that agrees with them never leads
-- back in time, so a loop would need all its deliveries to start on one day; then no derived edge
-- can be in it, and loops of typed links alone are refused by refuse_loop.sql.
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
