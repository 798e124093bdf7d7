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
