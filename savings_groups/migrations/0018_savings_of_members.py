"""Voluntary savings, arrears of savings, and shares as stamps."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import Together

RULES_CHANGE = """
-- Rules under which something was booked stay, and new ones begin after it.
CREATE OR REPLACE FUNCTION savings_groups_rules_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM savings_groups_journal WHERE group_id = OLD.group_id AND rules_id = OLD.id
    ) THEN
        RAISE EXCEPTION 'something was booked under these rules'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rules_stay';
    END IF;
    IF TG_OP <> 'DELETE' AND EXISTS (
        SELECT FROM savings_groups_journal
        WHERE group_id = NEW.group_id AND book_date >= NEW.valid_from AND rules_id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'something was booked on or after this day'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rules_begin_after_the_ledger';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF NOT NEW.voluntary_savings AND EXISTS (
        SELECT FROM savings_groups_balance
        WHERE group_id = NEW.group_id AND account = 2020 AND amount <> 0
    ) THEN
        RAISE EXCEPTION 'members have voluntary savings'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voluntary_savings_are_out';
    END IF;
    IF EXISTS (
        SELECT FROM savings_groups_balance
        WHERE group_id = NEW.group_id AND account = 3010 AND amount <> 0
    ) AND EXISTS (
        SELECT FROM (
            SELECT in_stamps, share_price FROM savings_groups_rules
            WHERE group_id = NEW.group_id AND valid_from < NEW.valid_from
            ORDER BY valid_from DESC LIMIT 1
        ) r
        WHERE (r.in_stamps OR NEW.in_stamps) AND r.share_price <> NEW.share_price
    ) THEN
        RAISE EXCEPTION 'stamps are out at another price'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stamps_keep_their_price';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER rules_change BEFORE INSERT OR UPDATE OR DELETE ON savings_groups_rules
    FOR EACH ROW EXECUTE FUNCTION savings_groups_rules_change();
"""

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
        ('registry', '0016_kinds_of_people'),
        ('savings_groups', '0015_rhythms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
            pgtrigger.migrations.RemoveTrigger(
                model_name='sheetrow',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='sheetrow',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='sheetrow',
                name='delete_delete',
            ),
            migrations.RemoveConstraint(
                model_name='rules',
                name='rules_amounts_not_below_zero',
            ),
            migrations.RemoveConstraint(
                model_name='sheetrow',
                name='sheet_row_amounts_not_below_zero',
            ),
            migrations.AddField(
                model_name='rules',
                name='fine_missed',
                field=models.BigIntegerField(default=0, verbose_name='fine for a missed saving'),
            ),
            migrations.AddField(
                model_name='rules',
                name='in_stamps',
                field=models.BooleanField(default=False, help_text='They are written as a number, and cost the same until they have been shared out.', verbose_name='shares are stamps'),
            ),
            migrations.AddField(
                model_name='rules',
                name='saving_is_due',
                field=models.BooleanField(default=False, help_text='Whoever brings less than the least saving is in arrears until it is made up.', verbose_name='every member saves at every meeting'),
            ),
            migrations.AddField(
                model_name='rules',
                name='voluntary_in_profit',
                field=models.BooleanField(default=True, verbose_name='voluntary savings have a part of the profit'),
            ),
            migrations.AddField(
                model_name='rules',
                name='voluntary_savings',
                field=models.BooleanField(default=False, help_text='Beside the saving of a meeting. They take it out whenever they want.', verbose_name='members may also save voluntarily'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='fine_missed',
                field=models.BigIntegerField(default=0, verbose_name='fine for a missed saving'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='in_stamps',
                field=models.BooleanField(default=False, help_text='They are written as a number, and cost the same until they have been shared out.', verbose_name='shares are stamps'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='saving_is_due',
                field=models.BooleanField(default=False, help_text='Whoever brings less than the least saving is in arrears until it is made up.', verbose_name='every member saves at every meeting'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='voluntary_in_profit',
                field=models.BooleanField(default=True, verbose_name='voluntary savings have a part of the profit'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='voluntary_savings',
                field=models.BooleanField(default=False, help_text='Beside the saving of a meeting. They take it out whenever they want.', verbose_name='members may also save voluntarily'),
            ),
            migrations.AddField(
                model_name='sheetrow',
                name='voluntary',
                field=models.BigIntegerField(default=0, verbose_name='voluntary saving'),
            ),
            migrations.AddField(
                model_name='sheetrow',
                name='voluntary_out',
                field=models.BigIntegerField(default=0, verbose_name='voluntary savings taken out'),
            ),
            migrations.AddField(
                model_name='sheetrowevent',
                name='voluntary',
                field=models.BigIntegerField(default=0, verbose_name='voluntary saving'),
            ),
            migrations.AddField(
                model_name='sheetrowevent',
                name='voluntary_out',
                field=models.BigIntegerField(default=0, verbose_name='voluntary savings taken out'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_method", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fine_missed", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."in_stamps", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."loan_method", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."roll_over", NEW."saving_is_due", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."valid_from", NEW."version", NEW."voluntary_in_profit", NEW."voluntary_savings", NEW."welfare_due"); RETURN NULL;', hash='60e3f7490f04885c858ca45a69a663df4d50f4ec', operation='INSERT', pgid='pgtrigger_insert_insert_a4325', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_method", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fine_missed", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."in_stamps", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."loan_method", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."roll_over", NEW."saving_is_due", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."valid_from", NEW."version", NEW."voluntary_in_profit", NEW."voluntary_savings", NEW."welfare_due"); RETURN NULL;', hash='6d8d058cb0b01505e67edee564602238fb1e228e', operation='UPDATE', pgid='pgtrigger_update_update_4e4fa', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_method", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_due") VALUES (OLD."allocation", OLD."cash_unit", OLD."closing", OLD."closing_weight", OLD."created_at", OLD."created_by_id", OLD."decision", OLD."fine_absent", OLD."fine_late", OLD."fine_missed", OLD."fines_to_welfare", OLD."flat_in_full", OLD."group_id", OLD."has_administration", OLD."has_welfare", OLD."id", OLD."in_stamps", OLD."joining_fee", OLD."keep_overpayment", OLD."largest_loan", OLD."least_saving", OLD."loan_method", OLD."loan_rate", OLD."loan_times_savings", OLD."longest_loan", OLD."meets", OLD."members_part", OLD."most_saving", OLD."owner_id", OLD."partial_month", OLD."percent_administration", OLD."percent_capital", OLD."percent_members", OLD."percent_welfare", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."roll_over", OLD."saving_is_due", OLD."saving_kind", OLD."savings_interest", OLD."several_loans", OLD."share_price", OLD."valid_from", OLD."version", OLD."voluntary_in_profit", OLD."voluntary_savings", OLD."welfare_due"); RETURN NULL;', hash='a3c5ec82bcf4ec06c5c39c08ee511ca5e6dd1d18', operation='DELETE', pgid='pgtrigger_delete_delete_adba7', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sheetrow',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_sheetrowevent" ("attendance", "created_at", "created_by_id", "fee", "fine_levied", "fine_paid", "group_id", "id", "interest_owed", "loan", "loan_months", "loan_purpose", "meeting_id", "member_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "repayment", "saving", "version", "voluntary", "voluntary_out", "welfare", "withdrawal") VALUES (NEW."attendance", NEW."created_at", NEW."created_by_id", NEW."fee", NEW."fine_levied", NEW."fine_paid", NEW."group_id", NEW."id", NEW."interest_owed", NEW."loan", NEW."loan_months", NEW."loan_purpose", NEW."meeting_id", NEW."member_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."repayment", NEW."saving", NEW."version", NEW."voluntary", NEW."voluntary_out", NEW."welfare", NEW."withdrawal"); RETURN NULL;', hash='bf56b7913c9985b3dddfa199e1cbd5b07c84172e', operation='INSERT', pgid='pgtrigger_insert_insert_f2018', table='savings_groups_sheetrow', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sheetrow',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_sheetrowevent" ("attendance", "created_at", "created_by_id", "fee", "fine_levied", "fine_paid", "group_id", "id", "interest_owed", "loan", "loan_months", "loan_purpose", "meeting_id", "member_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "repayment", "saving", "version", "voluntary", "voluntary_out", "welfare", "withdrawal") VALUES (NEW."attendance", NEW."created_at", NEW."created_by_id", NEW."fee", NEW."fine_levied", NEW."fine_paid", NEW."group_id", NEW."id", NEW."interest_owed", NEW."loan", NEW."loan_months", NEW."loan_purpose", NEW."meeting_id", NEW."member_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."repayment", NEW."saving", NEW."version", NEW."voluntary", NEW."voluntary_out", NEW."welfare", NEW."withdrawal"); RETURN NULL;', hash='8f430662d63d2dd8d55c20b84d98f79dad5d4081', operation='UPDATE', pgid='pgtrigger_update_update_fd97c', table='savings_groups_sheetrow', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sheetrow',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_sheetrowevent" ("attendance", "created_at", "created_by_id", "fee", "fine_levied", "fine_paid", "group_id", "id", "interest_owed", "loan", "loan_months", "loan_purpose", "meeting_id", "member_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "repayment", "saving", "version", "voluntary", "voluntary_out", "welfare", "withdrawal") VALUES (OLD."attendance", OLD."created_at", OLD."created_by_id", OLD."fee", OLD."fine_levied", OLD."fine_paid", OLD."group_id", OLD."id", OLD."interest_owed", OLD."loan", OLD."loan_months", OLD."loan_purpose", OLD."meeting_id", OLD."member_id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."repayment", OLD."saving", OLD."version", OLD."voluntary", OLD."voluntary_out", OLD."welfare", OLD."withdrawal"); RETURN NULL;', hash='42cbb55f54583ba7f06fb26a02414268ab9dc975', operation='DELETE', pgid='pgtrigger_delete_delete_a0ed1', table='savings_groups_sheetrow', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('in_stamps', False), models.Q(('saving_kind', 'shares'), ('savings_interest', 0), models.Q(('closing', 'split'), ('members_part', 'savings'), _negated=True)), _connector='OR'), name='rules_stamps_are_shares', violation_error_message='Stamps are whole shares: interest or a part of the profit added to them makes none. Pay it in cash.'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('saving_is_due', False), ('least_saving__gt', 0), _connector='OR'), name='rules_what_is_due_is_an_amount', violation_error_message='Say what every member saves at every meeting.'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('fine_missed', 0), ('saving_is_due', True), _connector='OR'), name='rules_fine_for_what_is_due', violation_error_message='A saving is missed only where every member saves at every meeting.'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('fine_absent__gte', 0), ('fine_late__gte', 0), ('fine_missed__gte', 0), ('joining_fee__gte', 0), ('least_saving__gte', 0), ('savings_interest__gte', 0), ('welfare_due__gte', 0), models.Q(('largest_loan', None), ('largest_loan__gt', 0), _connector='OR'), models.Q(('loan_times_savings', None), ('loan_times_savings__gt', 0), _connector='OR')), name='rules_amounts_not_below_zero', violation_error_message='An amount cannot be below zero.'),
            ),
            migrations.AddConstraint(
                model_name='sheetrow',
                constraint=models.CheckConstraint(condition=models.Q(('fee__gte', 0), ('fine_levied__gte', 0), ('fine_paid__gte', 0), ('interest_owed__gte', 0), ('loan__gte', 0), ('repayment__gte', 0), ('saving__gte', 0), ('voluntary__gte', 0), ('voluntary_out__gte', 0), ('welfare__gte', 0), ('withdrawal__gte', 0)), name='sheet_row_amounts_not_below_zero', violation_error_message='An amount cannot be below zero.'),
            ),
        ]),
        migrations.RunSQL(RULES_CHANGE, migrations.RunSQL.noop),
        migrations.RunSQL(LOOK_WHERE_OURS_LOOK, migrations.RunSQL.noop),
    ]
