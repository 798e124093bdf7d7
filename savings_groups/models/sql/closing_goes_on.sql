-- A closing is booked, closed, and opened again at most; nothing else about it changes.
CREATE OR REPLACE FUNCTION savings_groups_closing_goes_on() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    may_change text[] := '{state,reopened_because,version}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'being booked' THEN RETURN NEW; END IF;
    ELSIF to_jsonb(NEW) = to_jsonb(OLD) OR (
        (OLD.state, NEW.state) IN (('being booked', 'closed'), ('closed', 'reopened'))
        AND to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a closing: it is closed, and opened again, and else stays', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_stays';
END $$;

CREATE OR REPLACE TRIGGER closing_goes_on BEFORE INSERT OR UPDATE ON savings_groups_closing
    FOR EACH ROW EXECUTE FUNCTION savings_groups_closing_goes_on();
