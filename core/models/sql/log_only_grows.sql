-- The log of the administration and the contexts of the history do not change once they are old.
-- Their tables are those of packages, so no Django model can carry the triggers.
CREATE OR REPLACE FUNCTION registry_log_only_grows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'log_only_grows';
END $$;

CREATE OR REPLACE TRIGGER log_only_grows BEFORE UPDATE OR DELETE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION registry_log_only_grows();

-- A request writes its context again when it learns more about itself, as who has signed in. A
-- transaction that takes long began when it wrote its context first.
CREATE OR REPLACE TRIGGER old_context_stays BEFORE UPDATE ON pghistory_context
    FOR EACH ROW WHEN (OLD.created_at < now() - interval '1 minute')
    EXECUTE FUNCTION registry_log_only_grows();
CREATE OR REPLACE TRIGGER context_stays BEFORE DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION registry_log_only_grows();
