-- What an account is and how it is kept stays; only its names change.
CREATE OR REPLACE FUNCTION savings_groups_account_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of an account: only its names change', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_stays';
END $$;

CREATE OR REPLACE TRIGGER account_stays BEFORE UPDATE ON savings_groups_account
    FOR EACH ROW WHEN ((OLD.code, OLD.side, OLD.by_member, OLD.by_loan)
        <> (NEW.code, NEW.side, NEW.by_member, NEW.by_loan))
    EXECUTE FUNCTION savings_groups_account_stays();
CREATE OR REPLACE TRIGGER account_never_removed BEFORE DELETE ON savings_groups_account
    FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_account_stays();
