-- Two links typed at the same moment could each be right and make a loop together, so they are
-- looked at one by one. The lock is held to the end of the transaction.
CREATE OR REPLACE FUNCTION cascades_refuse_loop() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE TRIGGER typed_link_makes_no_loop BEFORE INSERT OR UPDATE ON cascades_typedlink
    FOR EACH ROW EXECUTE FUNCTION cascades_refuse_loop();
