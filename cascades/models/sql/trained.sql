-- Who led or co-led a training: not who was marked, and in no session as there. Without any mark
-- nobody has said that they were away.
CREATE OR REPLACE VIEW cascades_trained AS
    SELECT e.id, e.training_id, e.person_id, e.role, e.on_behalf_of_id, e.sheet_row
    FROM trainings_enrolment e
    WHERE e.role IN ('lead trainer', 'co-trainer') AND e.person_id IS NOT NULL
      AND coalesce((SELECT bool_or(a.fraction > 0) FROM trainings_attendance a
                     WHERE a.enrolment_id = e.id), TRUE);
