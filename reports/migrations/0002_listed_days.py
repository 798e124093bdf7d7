"""Who is on which list on which day, kept beside the records that say so."""

from django.db import migrations

TABLE = """
CREATE TABLE reports_listedday (
    training_id uuid NOT NULL,
    enrolment_id uuid NOT NULL,
    project_id uuid NOT NULL,
    held_on date NOT NULL,
    person_id uuid NOT NULL,
    number integer NOT NULL,
    starts_on date NOT NULL,
    kind text NOT NULL,
    role text NOT NULL,
    position_id bigint,
    on_behalf_of_id uuid,
    sex text NOT NULL,
    age integer,
    place_id text,
    took_part boolean NOT NULL,
    is_marked boolean NOT NULL,
    is_spread boolean NOT NULL,
    weight numeric NOT NULL,
    of_weight numeric NOT NULL,
    hours numeric,
    sessions integer NOT NULL,
    whole_sessions integer NOT NULL,
    of_sessions integer NOT NULL,
    PRIMARY KEY (training_id, enrolment_id, project_id, held_on)
);
-- The days of each learner one after the other: whoever counts once counts on the first of them,
-- and all that is asked of it stands in the index. Other roles and kinds are asked for more rarely.
CREATE INDEX reports_listedday_person ON reports_listedday
    (project_id, person_id, held_on, number, training_id)
    INCLUDE (position_id, on_behalf_of_id, sex, age, place_id, is_marked)
    WHERE took_part AND role = 'learner'
      AND kind IN ('training', 'training of trainers', 'refresher');
CREATE INDEX reports_listedday_day ON reports_listedday (project_id, held_on) WHERE took_part;
"""

NOW = """
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
"""

ANEW = """
-- Makes reports_listedday say what reports_listed_now says, of these trainings: of all who are on
-- their lists, or of some. Only rows that differ are written.
--
-- The trainings are locked first, so that whoever changes another part of the same list comes
-- before or after, and each statement below sees what the one before has committed.
CREATE OR REPLACE FUNCTION reports_list_anew(trainings uuid[], enrolments uuid[] DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp
    -- Planning would cost more than what it is for: a sheet of twenty.
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF cardinality(trainings) = 0 OR cardinality(enrolments) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM trainings_training WHERE id = ANY(trainings) ORDER BY id FOR NO KEY UPDATE;
    WITH now AS MATERIALIZED (
        SELECT * FROM reports_listed_now listed
        WHERE listed.training_id = ANY(trainings)
          AND (enrolments IS NULL OR listed.enrolment_id = ANY(enrolments))
    ), gone AS (
        DELETE FROM reports_listedday kept
        WHERE kept.training_id = ANY(trainings)
          AND (enrolments IS NULL OR kept.enrolment_id = ANY(enrolments))
          AND NOT EXISTS (
            SELECT FROM now
            WHERE now.training_id = kept.training_id AND now.enrolment_id = kept.enrolment_id
              AND now.project_id = kept.project_id AND now.held_on = kept.held_on)
    )
    INSERT INTO reports_listedday AS kept SELECT * FROM now
    ON CONFLICT (training_id, enrolment_id, project_id, held_on) DO UPDATE SET
        (person_id, number, starts_on, kind, role, position_id, on_behalf_of_id, sex, age,
         place_id, took_part, is_marked, is_spread, weight, of_weight, hours, sessions,
         whole_sessions, of_sessions)
        = ROW (excluded.person_id, excluded.number, excluded.starts_on, excluded.kind,
               excluded.role, excluded.position_id, excluded.on_behalf_of_id, excluded.sex,
               excluded.age, excluded.place_id, excluded.took_part, excluded.is_marked,
               excluded.is_spread, excluded.weight, excluded.of_weight, excluded.hours,
               excluded.sessions, excluded.whole_sessions, excluded.of_sessions)
    WHERE kept IS DISTINCT FROM excluded;
END $$;

-- All of it, for whoever doubts it; see the command verify_lists.
CREATE OR REPLACE FUNCTION reports_list_all_anew() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM reports_list_anew(ARRAY(
        SELECT id FROM trainings_training UNION SELECT training_id FROM reports_listedday
    ));
END $$;

-- Sessions, and the projects that a training counts for: all of its list.
CREATE OR REPLACE FUNCTION reports_list_of_trainings() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM reports_list_anew(ARRAY(SELECT DISTINCT training_id FROM fresh));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM reports_list_anew(ARRAY(SELECT DISTINCT training_id FROM gone));
    ELSE
        PERFORM reports_list_anew(ARRAY(
            SELECT training_id FROM fresh UNION SELECT training_id FROM gone
        ));
    END IF;
    RETURN NULL;
END $$;

-- A training itself: its days, its kind, and whether it was cancelled. One without a list has none.
CREATE OR REPLACE FUNCTION reports_list_of_training() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM reports_list_anew(ARRAY(
        SELECT id FROM fresh JOIN gone USING (id)
        WHERE (fresh.starts_on, fresh.ends_on, fresh.kind, fresh.status)
           IS DISTINCT FROM (gone.starts_on, gone.ends_on, gone.kind, gone.status)
    ));
    RETURN NULL;
END $$;

-- Who is on the list. Their entries in the registry are held as they are until the end of the
-- transaction, because whoever changes one of them at the same time does not see this row yet.
CREATE OR REPLACE FUNCTION reports_list_of_enrolments() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM reports_list_anew(
            ARRAY(SELECT DISTINCT training_id FROM gone), ARRAY(SELECT id FROM gone)
        );
        RETURN NULL;
    END IF;
    PERFORM FROM registry_person WHERE id IN (SELECT person_id FROM fresh) ORDER BY id FOR SHARE;
    IF TG_OP = 'INSERT' THEN
        PERFORM reports_list_anew(
            ARRAY(SELECT DISTINCT training_id FROM fresh), ARRAY(SELECT id FROM fresh)
        );
    ELSE
        PERFORM reports_list_anew(
            ARRAY(SELECT training_id FROM fresh UNION SELECT training_id FROM gone),
            ARRAY(SELECT id FROM fresh UNION SELECT id FROM gone)
        );
    END IF;
    RETURN NULL;
END $$;

-- Attendance of some. With the first mark of a training, or without its last one, everybody on the
-- list is read in another way. The LIMITs keep that from reading all attendance there is.
CREATE OR REPLACE FUNCTION reports_list_of_attendance() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    trainings uuid[];
    marked uuid[];
    whole uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        marked := ARRAY(SELECT DISTINCT enrolment_id FROM fresh);
        trainings := ARRAY(SELECT DISTINCT training_id FROM fresh);
        whole := ARRAY(
            SELECT one FROM unnest(trainings) one
            WHERE (SELECT true FROM trainings_attendance a
                   WHERE a.training_id = one AND a.id NOT IN (SELECT id FROM fresh) LIMIT 1) IS NULL
        );
    ELSIF TG_OP = 'DELETE' THEN
        marked := ARRAY(SELECT DISTINCT enrolment_id FROM gone);
        trainings := ARRAY(SELECT DISTINCT training_id FROM gone);
        whole := ARRAY(
            SELECT one FROM unnest(trainings) one
            WHERE (SELECT true FROM trainings_attendance a WHERE a.training_id = one LIMIT 1)
                IS NULL
        );
    ELSE
        marked := ARRAY(SELECT enrolment_id FROM fresh UNION SELECT enrolment_id FROM gone);
        -- Of rows that went to another training, both.
        whole := ARRAY(
            (SELECT training_id FROM fresh EXCEPT ALL SELECT training_id FROM gone)
            UNION (SELECT training_id FROM gone EXCEPT ALL SELECT training_id FROM fresh));
        trainings := ARRAY(SELECT training_id FROM fresh UNION SELECT training_id FROM gone);
    END IF;
    PERFORM reports_list_anew(trainings, marked);
    PERFORM reports_list_anew(whole);
    RETURN NULL;
END $$;

-- What is known of a person, in every list on which they are.
CREATE OR REPLACE FUNCTION reports_list_of_people() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT e.id FROM fresh JOIN gone USING (id)
        JOIN trainings_enrolment e ON e.person_id = fresh.id
        WHERE (fresh.sex, fresh.born_on, fresh.birth_year, fresh.stated_age, fresh.age_stated_on,
               fresh.place_id)
           IS DISTINCT FROM (gone.sex, gone.born_on, gone.birth_year, gone.stated_age,
                             gone.age_stated_on, gone.place_id)
    );
BEGIN
    PERFORM reports_list_anew(
        ARRAY(SELECT DISTINCT training_id FROM trainings_enrolment WHERE id = ANY(changed)),
        changed
    );
    RETURN NULL;
END $$;

-- An emptied table has no rows to look at.
CREATE OR REPLACE FUNCTION reports_list_nobody() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM reports_list_all_anew();
    RETURN NULL;
END $$;

-- They write as the owner of the tables, so nobody else may hang them on a table of their own.
REVOKE ALL ON FUNCTION reports_list_of_trainings(), reports_list_of_training(),
    reports_list_of_enrolments(), reports_list_of_attendance(), reports_list_of_people(),
    reports_list_nobody() FROM PUBLIC;
"""

TRIGGERS = """
-- Whatever a list follows from tells it, a statement at a time.
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_training
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_training();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_trainingproject
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_trainingproject
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_trainingproject
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_session
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_session
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_session
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_enrolment
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_enrolments();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_enrolment
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_enrolments();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_enrolment
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_enrolments();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_attendance
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_attendance();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_attendance
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_attendance();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_attendance
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_attendance();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON registry_person
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_people();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_training
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_trainingproject
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_session
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_enrolment
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_attendance
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
"""

FILL = "INSERT INTO reports_listedday SELECT * FROM reports_listed_now"

DOWN = """
DROP FUNCTION reports_list_of_trainings, reports_list_of_training, reports_list_of_enrolments,
    reports_list_of_attendance, reports_list_of_people, reports_list_nobody CASCADE;
DROP FUNCTION reports_list_all_anew, reports_list_anew;
DROP VIEW reports_listed_now;
DROP TABLE reports_listedday;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_reports"),
        ("registry", "0015_functioning"),
        ("trainings", "0015_topics_stay"),
        ("cascades", "0008_trainers_of_sessions"),
    ]
    operations = [migrations.RunSQL(TABLE + NOW + ANEW + TRIGGERS + FILL, reverse_sql=DOWN)]
