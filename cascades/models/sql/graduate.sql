-- Who completed, in deliveries that were not cancelled.
CREATE OR REPLACE VIEW cascades_graduate AS
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
