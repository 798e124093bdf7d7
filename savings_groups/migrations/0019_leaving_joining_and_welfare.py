"""What leavers take, joiners make up for, and groups take over; a welfare fund that is shared out."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

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
        ('registry', '0016_kinds_of_people'),
        ('savings_groups', '0018_savings_of_members'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            pgtrigger.migrations.RemoveTrigger(
                model_name='closingresult',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='closingresult',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='closingresult',
                name='delete_delete',
            ),
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
                model_name='sheetrow',
                name='sheet_row_amounts_not_below_zero',
            ),
            migrations.AddField(
                model_name='closingresult',
                name='welfare',
                field=models.BigIntegerField(default=0, verbose_name='part of the welfare fund'),
            ),
            migrations.AddField(
                model_name='closingresultevent',
                name='welfare',
                field=models.BigIntegerField(default=0, verbose_name='part of the welfare fund'),
            ),
            migrations.AddField(
                model_name='rules',
                name='catch_up_meetings',
                field=models.PositiveSmallIntegerField(default=0, help_text='At most those that were missed. For each, as much as the rules allow at a meeting, or what is due where they set no most. 0 for none.', verbose_name='savings that somebody who joins in mid-cycle may make up for, in meetings'),
            ),
            migrations.AddField(
                model_name='rules',
                name='leaver_percent',
                field=models.PositiveSmallIntegerField(default=0, help_text='0 where they take only what they saved, 100 where they take all of it.', verbose_name='percent of their part of the profit that a leaver takes'),
            ),
            migrations.AddField(
                model_name='rules',
                name='welfare_at_end',
                field=models.CharField(choices=[('keep', 'It is kept for the next cycle'), ('share', 'It is shared out, the same to every member')], default='keep', max_length=10, verbose_name='the welfare fund at a share-out'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='catch_up_meetings',
                field=models.PositiveSmallIntegerField(default=0, help_text='At most those that were missed. For each, as much as the rules allow at a meeting, or what is due where they set no most. 0 for none.', verbose_name='savings that somebody who joins in mid-cycle may make up for, in meetings'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='leaver_percent',
                field=models.PositiveSmallIntegerField(default=0, help_text='0 where they take only what they saved, 100 where they take all of it.', verbose_name='percent of their part of the profit that a leaver takes'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='welfare_at_end',
                field=models.CharField(choices=[('keep', 'It is kept for the next cycle'), ('share', 'It is shared out, the same to every member')], default='keep', max_length=10, verbose_name='the welfare fund at a share-out'),
            ),
            migrations.AddField(
                model_name='sheetrow',
                name='overpaid',
                field=models.BigIntegerField(default=0, verbose_name='paid too much'),
            ),
            migrations.AddField(
                model_name='sheetrow',
                name='welfare_owed',
                field=models.BigIntegerField(default=0, verbose_name='owed to the welfare fund'),
            ),
            migrations.AddField(
                model_name='sheetrowevent',
                name='overpaid',
                field=models.BigIntegerField(default=0, verbose_name='paid too much'),
            ),
            migrations.AddField(
                model_name='sheetrowevent',
                name='welfare_owed',
                field=models.BigIntegerField(default=0, verbose_name='owed to the welfare fund'),
            ),
            migrations.AlterField(
                model_name='rules',
                name='closing_weight',
                field=models.CharField(choices=[('savings', 'By savings or shares at the end'), ('time', 'By savings or shares, and how long they were there'), ('earned', 'By savings or shares on the day on which it was earned'), ('value', 'By what each had at the last closing')], default='savings', max_length=10, verbose_name="the members' part is divided"),
            ),
            migrations.AlterField(
                model_name='rulesevent',
                name='closing_weight',
                field=models.CharField(choices=[('savings', 'By savings or shares at the end'), ('time', 'By savings or shares, and how long they were there'), ('earned', 'By savings or shares on the day on which it was earned'), ('value', 'By what each had at the last closing')], default='savings', max_length=10, verbose_name="the members' part is divided"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='closingresult',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_closingresultevent" ("closing_id", "created_at", "created_by_id", "entitlement", "fines_settled", "group_id", "id", "interest_settled", "member_id", "owner_id", "payout", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_settled", "profit", "savings", "still_owed", "version", "weight", "welfare") VALUES (NEW."closing_id", NEW."created_at", NEW."created_by_id", NEW."entitlement", NEW."fines_settled", NEW."group_id", NEW."id", NEW."interest_settled", NEW."member_id", NEW."owner_id", NEW."payout", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."principal_settled", NEW."profit", NEW."savings", NEW."still_owed", NEW."version", NEW."weight", NEW."welfare"); RETURN NULL;', hash='d911ea4ce81dde63fea0ca971b5acb4c55b02ded', operation='INSERT', pgid='pgtrigger_insert_insert_b799b', table='savings_groups_closingresult', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='closingresult',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_closingresultevent" ("closing_id", "created_at", "created_by_id", "entitlement", "fines_settled", "group_id", "id", "interest_settled", "member_id", "owner_id", "payout", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_settled", "profit", "savings", "still_owed", "version", "weight", "welfare") VALUES (NEW."closing_id", NEW."created_at", NEW."created_by_id", NEW."entitlement", NEW."fines_settled", NEW."group_id", NEW."id", NEW."interest_settled", NEW."member_id", NEW."owner_id", NEW."payout", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."principal_settled", NEW."profit", NEW."savings", NEW."still_owed", NEW."version", NEW."weight", NEW."welfare"); RETURN NULL;', hash='6b75dbe8ecc43fe7015e786a25fba250f16fcc9e', operation='UPDATE', pgid='pgtrigger_update_update_32465', table='savings_groups_closingresult', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='closingresult',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_closingresultevent" ("closing_id", "created_at", "created_by_id", "entitlement", "fines_settled", "group_id", "id", "interest_settled", "member_id", "owner_id", "payout", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_settled", "profit", "savings", "still_owed", "version", "weight", "welfare") VALUES (OLD."closing_id", OLD."created_at", OLD."created_by_id", OLD."entitlement", OLD."fines_settled", OLD."group_id", OLD."id", OLD."interest_settled", OLD."member_id", OLD."owner_id", OLD."payout", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal_settled", OLD."profit", OLD."savings", OLD."still_owed", OLD."version", OLD."weight", OLD."welfare"); RETURN NULL;', hash='872b76c3244a81c0efddae48c2dd0bca20cc0bd5', operation='DELETE', pgid='pgtrigger_delete_delete_0db01', table='savings_groups_closingresult', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "catch_up_meetings", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "leaver_percent", "loan_method", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_at_end", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."catch_up_meetings", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fine_missed", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."in_stamps", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."leaver_percent", NEW."loan_method", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."roll_over", NEW."saving_is_due", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."valid_from", NEW."version", NEW."voluntary_in_profit", NEW."voluntary_savings", NEW."welfare_at_end", NEW."welfare_due"); RETURN NULL;', hash='373e6c0e26059b17876b5ecce00217bd2d0a1834', operation='INSERT', pgid='pgtrigger_insert_insert_a4325', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "catch_up_meetings", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "leaver_percent", "loan_method", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_at_end", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."catch_up_meetings", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fine_missed", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."in_stamps", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."leaver_percent", NEW."loan_method", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."roll_over", NEW."saving_is_due", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."valid_from", NEW."version", NEW."voluntary_in_profit", NEW."voluntary_savings", NEW."welfare_at_end", NEW."welfare_due"); RETURN NULL;', hash='0b7bd192fe7f16775a10d14b0fc9c6790b60af28', operation='UPDATE', pgid='pgtrigger_update_update_4e4fa', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "catch_up_meetings", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fine_missed", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "in_stamps", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "leaver_percent", "loan_method", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_is_due", "saving_kind", "savings_interest", "several_loans", "share_price", "valid_from", "version", "voluntary_in_profit", "voluntary_savings", "welfare_at_end", "welfare_due") VALUES (OLD."allocation", OLD."cash_unit", OLD."catch_up_meetings", OLD."closing", OLD."closing_weight", OLD."created_at", OLD."created_by_id", OLD."decision", OLD."fine_absent", OLD."fine_late", OLD."fine_missed", OLD."fines_to_welfare", OLD."flat_in_full", OLD."group_id", OLD."has_administration", OLD."has_welfare", OLD."id", OLD."in_stamps", OLD."joining_fee", OLD."keep_overpayment", OLD."largest_loan", OLD."least_saving", OLD."leaver_percent", OLD."loan_method", OLD."loan_rate", OLD."loan_times_savings", OLD."longest_loan", OLD."meets", OLD."members_part", OLD."most_saving", OLD."owner_id", OLD."partial_month", OLD."percent_administration", OLD."percent_capital", OLD."percent_members", OLD."percent_welfare", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."roll_over", OLD."saving_is_due", OLD."saving_kind", OLD."savings_interest", OLD."several_loans", OLD."share_price", OLD."valid_from", OLD."version", OLD."voluntary_in_profit", OLD."voluntary_savings", OLD."welfare_at_end", OLD."welfare_due"); RETURN NULL;', hash='7d42fae54d3af8faec3c2e4b4fe7c8b856355cf5', operation='DELETE', pgid='pgtrigger_delete_delete_adba7', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sheetrow',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_sheetrowevent" ("attendance", "created_at", "created_by_id", "fee", "fine_levied", "fine_paid", "group_id", "id", "interest_owed", "loan", "loan_months", "loan_purpose", "meeting_id", "member_id", "overpaid", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "repayment", "saving", "version", "voluntary", "voluntary_out", "welfare", "welfare_owed", "withdrawal") VALUES (NEW."attendance", NEW."created_at", NEW."created_by_id", NEW."fee", NEW."fine_levied", NEW."fine_paid", NEW."group_id", NEW."id", NEW."interest_owed", NEW."loan", NEW."loan_months", NEW."loan_purpose", NEW."meeting_id", NEW."member_id", NEW."overpaid", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."repayment", NEW."saving", NEW."version", NEW."voluntary", NEW."voluntary_out", NEW."welfare", NEW."welfare_owed", NEW."withdrawal"); RETURN NULL;', hash='155fa9a729c648f3386eaddd53d831c828b56558', operation='INSERT', pgid='pgtrigger_insert_insert_f2018', table='savings_groups_sheetrow', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sheetrow',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_sheetrowevent" ("attendance", "created_at", "created_by_id", "fee", "fine_levied", "fine_paid", "group_id", "id", "interest_owed", "loan", "loan_months", "loan_purpose", "meeting_id", "member_id", "overpaid", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "repayment", "saving", "version", "voluntary", "voluntary_out", "welfare", "welfare_owed", "withdrawal") VALUES (NEW."attendance", NEW."created_at", NEW."created_by_id", NEW."fee", NEW."fine_levied", NEW."fine_paid", NEW."group_id", NEW."id", NEW."interest_owed", NEW."loan", NEW."loan_months", NEW."loan_purpose", NEW."meeting_id", NEW."member_id", NEW."overpaid", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."repayment", NEW."saving", NEW."version", NEW."voluntary", NEW."voluntary_out", NEW."welfare", NEW."welfare_owed", NEW."withdrawal"); RETURN NULL;', hash='d4fb48f70b67ce058f14d3d54a00712f52db3995', operation='UPDATE', pgid='pgtrigger_update_update_fd97c', table='savings_groups_sheetrow', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sheetrow',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_sheetrowevent" ("attendance", "created_at", "created_by_id", "fee", "fine_levied", "fine_paid", "group_id", "id", "interest_owed", "loan", "loan_months", "loan_purpose", "meeting_id", "member_id", "overpaid", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "repayment", "saving", "version", "voluntary", "voluntary_out", "welfare", "welfare_owed", "withdrawal") VALUES (OLD."attendance", OLD."created_at", OLD."created_by_id", OLD."fee", OLD."fine_levied", OLD."fine_paid", OLD."group_id", OLD."id", OLD."interest_owed", OLD."loan", OLD."loan_months", OLD."loan_purpose", OLD."meeting_id", OLD."member_id", OLD."overpaid", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."repayment", OLD."saving", OLD."version", OLD."voluntary", OLD."voluntary_out", OLD."welfare", OLD."welfare_owed", OLD."withdrawal"); RETURN NULL;', hash='c55876f33acc8fafc1eb77df3aae930397ca894f', operation='DELETE', pgid='pgtrigger_delete_delete_a0ed1', table='savings_groups_sheetrow', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('leaver_percent', 0), models.Q(('leaver_percent__lte', 100), models.Q(('closing', 'keep'), _negated=True)), _connector='OR'), name='rules_leaver_takes_a_part', violation_error_message='Where all profit is kept nobody has a part in it, and a leaver takes none.'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('catch_up_meetings', 0), models.Q(('catch_up_meetings__lte', 60), models.Q(('most_saving__gt', 0), ('least_saving__gt', 0), _connector='OR')), _connector='OR'), name='rules_catch_up_is_an_amount', violation_error_message='Say what members save at least, or at most: what is made up for is measured by it, for 60 meetings at most.'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('welfare_at_end', 'keep'), models.Q(('closing', 'share out'), ('has_welfare', True)), _connector='OR'), name='rules_welfare_shared_where_there_is_one', violation_error_message='Only a group with a welfare fund that shares everything out shares it out.'),
            ),
            migrations.AddConstraint(
                model_name='sheetrow',
                constraint=models.CheckConstraint(condition=models.Q(('fee__gte', 0), ('fine_levied__gte', 0), ('fine_paid__gte', 0), ('interest_owed__gte', 0), ('loan__gte', 0), ('overpaid__gte', 0), ('repayment__gte', 0), ('saving__gte', 0), ('voluntary__gte', 0), ('voluntary_out__gte', 0), ('welfare__gte', 0), ('welfare_owed__gte', 0), ('withdrawal__gte', 0)), name='sheet_row_amounts_not_below_zero', violation_error_message='An amount cannot be below zero.'),
            ),
        ]),
        migrations.RunSQL(LOOK_WHERE_OURS_LOOK, migrations.RunSQL.noop),
    ]
