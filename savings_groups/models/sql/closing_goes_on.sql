-- A closing is booked, closed, and opened again at most; nothing else about it changes. A welfare
-- fund that is shared out has lent nothing: what is lent is not there to be handed out.
CREATE OR REPLACE FUNCTION savings_groups_closing_goes_on() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    may_change text[] := '{state,reopened_because,version}';
BEGIN
    IF NEW.state <> 'reopened' AND EXISTS (
        SELECT FROM savings_groups_balance b JOIN savings_groups_rules r ON r.id = NEW.rules_id
        WHERE b.group_id = NEW.group_id AND b.account = 1230 AND b.amount <> 0
          AND NEW.kind = 'share out' AND r.welfare_at_end = 'share'
    ) AND (TG_OP = 'INSERT' OR OLD.state = 'being booked') THEN
        RAISE EXCEPTION 'the welfare fund has lent something'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'welfare_shared_is_not_lent';
    END IF;
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
