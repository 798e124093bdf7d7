-- Who led or co-led, in deliveries that were not cancelled.
CREATE OR REPLACE VIEW cascades_trainer_turn AS
    SELECT e.id AS enrolment_id, d.id AS delivery_id, d.training_id, d.tier_id,
           t.number AS tier_number, t.iteration_id, i.programme_id, e.person_id,
           tr.starts_on, tr.ends_on, e.role, e.on_behalf_of_id
    FROM cascades_trained e
    JOIN cascades_delivery d ON d.training_id = e.training_id
    JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
    JOIN cascades_tier t ON t.id = d.tier_id
    JOIN cascades_iteration i ON i.id = t.iteration_id;
