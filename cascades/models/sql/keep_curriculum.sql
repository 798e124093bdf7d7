-- Deliveries carry the curriculum of their programme; it stays, once there is one.
CREATE OR REPLACE FUNCTION cascades_keep_curriculum() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE TRIGGER programme_keeps_its_curriculum BEFORE UPDATE ON cascades_programme
    FOR EACH ROW WHEN (NEW.curriculum_id IS DISTINCT FROM OLD.curriculum_id)
    EXECUTE FUNCTION cascades_keep_curriculum();
