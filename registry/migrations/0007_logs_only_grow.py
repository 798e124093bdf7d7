"""The administration's log and the history's contexts, as far as they are old, do not change.

The application's role may not do it anyway (`core/grants.py`); this is against slips of the owner.
The tables are those of packages, so the triggers cannot stand beside their models.
"""

from django.db import migrations

LOGS_ONLY_GROW = """
CREATE FUNCTION registry_log_only_grows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'log_only_grows';
END $$;

CREATE TRIGGER log_only_grows BEFORE UPDATE OR DELETE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION registry_log_only_grows();

-- A request writes its context again when it learns more about itself; an import may take long.
CREATE TRIGGER old_context_stays BEFORE UPDATE ON pghistory_context
    FOR EACH ROW WHEN (OLD.created_at < now() - interval '1 hour')
    EXECUTE FUNCTION registry_log_only_grows();
CREATE TRIGGER context_stays BEFORE DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION registry_log_only_grows();
"""
REMOVE = """
DROP TRIGGER log_only_grows ON django_admin_log;
DROP TRIGGER old_context_stays ON pghistory_context;
DROP TRIGGER context_stays ON pghistory_context;
DROP FUNCTION registry_log_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_readable_names_and_telephones"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [migrations.RunSQL(LOGS_ONLY_GROW, reverse_sql=REMOVE)]
