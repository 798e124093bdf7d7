-- What the records say now: a row for each person on the list of a training, for each of its days
-- and each of its projects. `reports_listedday` keeps the same rows; see list_anew.sql.
--
-- `took_part`: was there for some of that day; of a training without any attendance record
-- everybody, and so are trainers and guests of whom nobody has marked anything (`is_marked`).
-- A session without hours weighs 1. `hours` are not known where a session of the day states none,
-- or where nobody was marked. A training without sessions was on some of its days: it has a row for
-- each of them, with `is_spread`.
CREATE OR REPLACE VIEW reports_listed_now AS
    SELECT t.id AS training_id, e.id AS enrolment_id, link.project_id, day.held_on, e.person_id,
           day.number, t.starts_on, t.kind::text, e.role::text, e.position_id, e.on_behalf_of_id,
           p.sex::text,
           (CASE WHEN p.born_on IS NOT NULL
                 THEN date_part('year', t.starts_on) - date_part('year', p.born_on)
                    - (to_char(t.starts_on, 'MMDD') < to_char(p.born_on, 'MMDD'))::int
                 WHEN p.birth_year IS NOT NULL THEN date_part('year', t.starts_on) - p.birth_year
                 WHEN p.stated_age IS NOT NULL
                 THEN p.stated_age
                    + date_part('year', t.starts_on) - date_part('year', p.age_stated_on)
                    - (to_char(t.starts_on, 'MMDD') < to_char(p.age_stated_on, 'MMDD'))::int
            END)::int AS age,
           p.place_id::text, NOT said.is_marked OR day.sessions > 0 AS took_part, said.is_marked,
           day.is_spread, day.weight, day.of_weight,
           CASE WHEN said.is_marked THEN day.hours END AS hours,
           day.sessions, day.whole_sessions, day.of_sessions
    FROM trainings_training t
    JOIN trainings_trainingproject link ON link.training_id = t.id
    JOIN trainings_enrolment e ON e.training_id = t.id
    JOIN registry_person p ON p.id = e.person_id
    -- LIMIT and OFFSET, because EXISTS would be answered by reading the attendance of everybody.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN e.role = 'learner'
                    THEN (SELECT true FROM trainings_attendance a
                          WHERE a.training_id = t.id LIMIT 1)
                    ELSE (SELECT true FROM trainings_attendance a
                          WHERE a.training_id = t.id AND a.enrolment_id = e.id LIMIT 1)
               END IS NOT NULL AS is_marked
        OFFSET 0
    ) AS said
    CROSS JOIN LATERAL (
        SELECT s.held_on, coalesce(min(s.number) FILTER (WHERE a.fraction > 0), 1)::int AS number,
               coalesce(sum(a.fraction * coalesce(s.hours, 1)), 0) AS weight,
               sum(coalesce(s.hours, 1)) AS of_weight,
               CASE WHEN bool_and(s.hours IS NOT NULL)
                    THEN coalesce(sum(a.fraction * s.hours), 0) END AS hours,
               (count(*) FILTER (WHERE a.fraction > 0))::int AS sessions,
               (count(*) FILTER (WHERE a.fraction = 1))::int AS whole_sessions,
               count(*)::int AS of_sessions, false AS is_spread
        FROM trainings_session s
        LEFT JOIN trainings_attendance a ON a.session_id = s.id AND a.enrolment_id = e.id
        WHERE s.training_id = t.id
        GROUP BY s.held_on
        UNION ALL
        SELECT one::date, 1, 0, 1, NULL, 0, 0, 0, true
        FROM generate_series(t.starts_on, t.ends_on, interval '1 day') AS one
        WHERE NOT EXISTS (SELECT FROM trainings_session s WHERE s.training_id = t.id)
    ) AS day
    WHERE t.status <> 'cancelled';
