-- A loan keeps its borrower and its terms; new months are a renewal.
CREATE OR REPLACE FUNCTION savings_groups_loan_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    may_change text[] := '{purpose,settled_on,written_off_on,written_off,interest_given_up,
written_off_because,version}';
BEGIN
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'the terms of a loan stay'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_terms_stay';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER loan_stays BEFORE UPDATE ON savings_groups_loan
    FOR EACH ROW EXECUTE FUNCTION savings_groups_loan_stays();
