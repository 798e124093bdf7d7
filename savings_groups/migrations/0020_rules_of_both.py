"""The history of rules keeps the terms of loans and the practices of savings together."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from core.migration_operations import Together


# What the library of triggers makes looks where ours look.
LOOK_WHERE_OURS_LOOK = """
DO $$
DECLARE
    made regprocedure;
BEGIN
    FOR made IN
        SELECT DISTINCT t.tgfoid FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relname LIKE 'savings\\_groups\\_%' AND NOT t.tgisinternal
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', made);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('savings_groups', '0019_leaving_joining_and_welfare'),
    ]

    operations = [
        Together([
            pgtrigger.migrations.RemoveTrigger(
                model_name='rules',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='rules',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='rules',
                name='delete_delete',
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "catch_up_meetings", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "leaver_percent", "loan_every", "loan_grace", "loan_guarantors", "loan_is_approved", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_at_end", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."catch_up_meetings", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fine_missed", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."in_stamps", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."leaver_percent", NEW."loan_every", NEW."loan_grace", NEW."loan_guarantors", NEW."loan_is_approved", NEW."loan_method", NEW."loan_plan", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."roll_over", NEW."saving_is_due", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."up_front", NEW."valid_from", NEW."version", NEW."voluntary_in_profit", NEW."voluntary_savings", NEW."welfare_at_end", NEW."welfare_due"); RETURN NULL;', hash='5c5b764631d67acbe40affc3790d1d5a3d739490', operation='INSERT', pgid='pgtrigger_insert_insert_a4325', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "catch_up_meetings", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "leaver_percent", "loan_every", "loan_grace", "loan_guarantors", "loan_is_approved", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_at_end", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."catch_up_meetings", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fine_missed", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."in_stamps", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."leaver_percent", NEW."loan_every", NEW."loan_grace", NEW."loan_guarantors", NEW."loan_is_approved", NEW."loan_method", NEW."loan_plan", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."roll_over", NEW."saving_is_due", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."up_front", NEW."valid_from", NEW."version", NEW."voluntary_in_profit", NEW."voluntary_savings", NEW."welfare_at_end", NEW."welfare_due"); RETURN NULL;', hash='bfbb429dec8459ab645e5aab26ae9ab73a63ef17', operation='UPDATE', pgid='pgtrigger_update_update_4e4fa', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "catch_up_meetings", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "leaver_percent", "loan_every", "loan_grace", "loan_guarantors", "loan_is_approved", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_at_end", "welfare_due") VALUES (OLD."allocation", OLD."cash_unit", OLD."catch_up_meetings", OLD."closing", OLD."closing_weight", OLD."created_at", OLD."created_by_id", OLD."decision", OLD."fine_absent", OLD."fine_late", OLD."fine_missed", OLD."fines_to_welfare", OLD."flat_in_full", OLD."group_id", OLD."has_administration", OLD."has_welfare", OLD."id", OLD."in_stamps", OLD."joining_fee", OLD."keep_overpayment", OLD."largest_loan", OLD."least_saving", OLD."leaver_percent", OLD."loan_every", OLD."loan_grace", OLD."loan_guarantors", OLD."loan_is_approved", OLD."loan_method", OLD."loan_plan", OLD."loan_rate", OLD."loan_times_savings", OLD."longest_loan", OLD."meets", OLD."members_part", OLD."most_saving", OLD."owner_id", OLD."partial_month", OLD."percent_administration", OLD."percent_capital", OLD."percent_members", OLD."percent_welfare", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."roll_over", OLD."saving_is_due", OLD."saving_kind", OLD."savings_interest", OLD."several_loans", OLD."share_price", OLD."up_front", OLD."valid_from", OLD."version", OLD."voluntary_in_profit", OLD."voluntary_savings", OLD."welfare_at_end", OLD."welfare_due"); RETURN NULL;', hash='fcb62f33ec27a3366a9d94fccfc17332629b33bb', operation='DELETE', pgid='pgtrigger_delete_delete_adba7', table='savings_groups_rules', when='AFTER')),
            ),
        ]),
        migrations.RunSQL(LOOK_WHERE_OURS_LOOK, migrations.RunSQL.noop),
    ]
