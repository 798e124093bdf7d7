-- Seals, balances and heads are the work of the triggers posting_posted and closing_closes; by hand
-- they are refused. A trigger of somebody else's is no way around: it runs as that role, and ours
-- as the owner of the table.
CREATE OR REPLACE FUNCTION savings_groups_only_by_trigger() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR current_user <> (
        SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID
    ) THEN
        RAISE EXCEPTION '% of %: only posting changes this', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_never_changes';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER seal_only_by_posting BEFORE INSERT
    ON savings_groups_seal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_only_by_trigger();
CREATE OR REPLACE TRIGGER balance_only_by_posting BEFORE INSERT OR UPDATE
    ON savings_groups_balance FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_only_by_trigger();
CREATE OR REPLACE TRIGGER book_only_by_posting BEFORE UPDATE
    ON savings_groups_book FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_only_by_trigger();
