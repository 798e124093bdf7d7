"""Terms of loans: grace, payments every n months, the end, fixed payments, interest up front."""

from importlib import import_module

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
import uuid6
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import Together, refers_within


# The triggers that Django's libraries made anew look where ours look.
LOOK_WHERE_OURS_LOOK = import_module(
    "savings_groups.migrations.0011_two_days"
).LOOK_WHERE_OURS_LOOK
GROUP = "savings_groups_group"
AGREEMENT = "savings_groups_agreement"


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0016_kinds_of_people'),
        ('savings_groups', '0012_grades_as_they_say'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('plan', models.CharField(choices=[('parts', 'In parts'), ('loan at end', 'Interest in parts, the loan at the end'), ('all at end', 'Loan and interest in one payment at the end')], default='parts', max_length=12, verbose_name='how it is repaid')),
                ('every', models.PositiveSmallIntegerField(default=1, verbose_name='a payment every … months')),
                ('grace', models.PositiveSmallIntegerField(default=0, verbose_name='months with interest alone')),
                ('balloon', models.BigIntegerField(default=0, verbose_name='left for the last payment')),
                ('instalment', models.BigIntegerField(default=0, verbose_name='fixed payment')),
            ],
            options={
                'verbose_name': 'agreement on a loan',
                'verbose_name_plural': 'agreements on loans',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AgreementEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('plan', models.CharField(choices=[('parts', 'In parts'), ('loan at end', 'Interest in parts, the loan at the end'), ('all at end', 'Loan and interest in one payment at the end')], default='parts', max_length=12, verbose_name='how it is repaid')),
                ('every', models.PositiveSmallIntegerField(default=1, verbose_name='a payment every … months')),
                ('grace', models.PositiveSmallIntegerField(default=0, verbose_name='months with interest alone')),
                ('balloon', models.BigIntegerField(default=0, verbose_name='left for the last payment')),
                ('instalment', models.BigIntegerField(default=0, verbose_name='fixed payment')),
            ],
            options={
                'abstract': False,
            },
        ),
        Together([
            pgtrigger.migrations.RemoveTrigger(
                model_name='loan',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='loan',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='loan',
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
            migrations.RemoveConstraint(
                model_name='split',
                name='split_not_below_zero',
            ),
            migrations.AddField(
                model_name='loan',
                name='balloon',
                field=models.BigIntegerField(default=0, verbose_name='left for the last payment'),
            ),
            migrations.AddField(
                model_name='loan',
                name='every',
                field=models.PositiveSmallIntegerField(default=1, verbose_name='a payment every … months'),
            ),
            migrations.AddField(
                model_name='loan',
                name='grace',
                field=models.PositiveSmallIntegerField(default=0, verbose_name='months with interest alone'),
            ),
            migrations.AddField(
                model_name='loan',
                name='instalment',
                field=models.BigIntegerField(default=0, verbose_name='fixed payment'),
            ),
            migrations.AddField(
                model_name='loan',
                name='interest_ahead',
                field=models.BigIntegerField(default=0, verbose_name='interest paid ahead when it was taken over'),
            ),
            migrations.AddField(
                model_name='loan',
                name='up_front',
                field=models.BooleanField(default=False, verbose_name='interest taken when it was paid out'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='balloon',
                field=models.BigIntegerField(default=0, verbose_name='left for the last payment'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='every',
                field=models.PositiveSmallIntegerField(default=1, verbose_name='a payment every … months'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='grace',
                field=models.PositiveSmallIntegerField(default=0, verbose_name='months with interest alone'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='instalment',
                field=models.BigIntegerField(default=0, verbose_name='fixed payment'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='interest_ahead',
                field=models.BigIntegerField(default=0, verbose_name='interest paid ahead when it was taken over'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='up_front',
                field=models.BooleanField(default=False, verbose_name='interest taken when it was paid out'),
            ),
            migrations.AddField(
                model_name='rules',
                name='loan_every',
                field=models.PositiveSmallIntegerField(default=1, verbose_name='a payment every … months'),
            ),
            migrations.AddField(
                model_name='rules',
                name='loan_grace',
                field=models.PositiveSmallIntegerField(default=0, verbose_name='months with interest alone, before the loan is repaid'),
            ),
            migrations.AddField(
                model_name='rules',
                name='loan_plan',
                field=models.CharField(choices=[('parts', 'In parts'), ('loan at end', 'Interest in parts, the loan at the end'), ('all at end', 'Loan and interest in one payment at the end')], default='parts', max_length=12, verbose_name='how a loan is repaid'),
            ),
            migrations.AddField(
                model_name='rules',
                name='up_front',
                field=models.BooleanField(default=False, verbose_name='the interest is taken when the loan is paid out'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='loan_every',
                field=models.PositiveSmallIntegerField(default=1, verbose_name='a payment every … months'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='loan_grace',
                field=models.PositiveSmallIntegerField(default=0, verbose_name='months with interest alone, before the loan is repaid'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='loan_plan',
                field=models.CharField(choices=[('parts', 'In parts'), ('loan at end', 'Interest in parts, the loan at the end'), ('all at end', 'Loan and interest in one payment at the end')], default='parts', max_length=12, verbose_name='how a loan is repaid'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='up_front',
                field=models.BooleanField(default=False, verbose_name='the interest is taken when the loan is paid out'),
            ),
            migrations.AlterField(
                model_name='loan',
                name='rate',
                field=models.DecimalField(decimal_places=4, max_digits=7, verbose_name='interest per month, in percent'),
            ),
            migrations.AlterField(
                model_name='loanevent',
                name='rate',
                field=models.DecimalField(decimal_places=4, max_digits=7, verbose_name='interest per month, in percent'),
            ),
            migrations.AlterField(
                model_name='rules',
                name='flat_in_full',
                field=models.BooleanField(default=False, verbose_name='whoever repays early pays the whole flat interest, or gets nothing back'),
            ),
            migrations.AlterField(
                model_name='rules',
                name='loan_rate',
                field=models.DecimalField(decimal_places=4, default=0, max_digits=7, verbose_name='interest per month, in percent'),
            ),
            migrations.AlterField(
                model_name='rulesevent',
                name='flat_in_full',
                field=models.BooleanField(default=False, verbose_name='whoever repays early pays the whole flat interest, or gets nothing back'),
            ),
            migrations.AlterField(
                model_name='rulesevent',
                name='loan_rate',
                field=models.DecimalField(decimal_places=4, default=0, max_digits=7, verbose_name='interest per month, in percent'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='loan',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_loanevent" ("balloon", "created_at", "created_by_id", "disbursed_on", "every", "grace", "group_id", "id", "instalment", "interest_ahead", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "up_front", "version", "written_off", "written_off_because", "written_off_on") VALUES (NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."disbursed_on", NEW."every", NEW."grace", NEW."group_id", NEW."id", NEW."instalment", NEW."interest_ahead", NEW."interest_brought", NEW."interest_given_up", NEW."meeting_id", NEW."member_id", NEW."method", NEW."months", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."principal", NEW."purpose", NEW."rate", NEW."rules_id", NEW."settled_on", NEW."up_front", NEW."version", NEW."written_off", NEW."written_off_because", NEW."written_off_on"); RETURN NULL;', hash='5bf1d539613994a655b87f73b4ca5bf91396985c', operation='INSERT', pgid='pgtrigger_insert_insert_f0204', table='savings_groups_loan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='loan',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_loanevent" ("balloon", "created_at", "created_by_id", "disbursed_on", "every", "grace", "group_id", "id", "instalment", "interest_ahead", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "up_front", "version", "written_off", "written_off_because", "written_off_on") VALUES (NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."disbursed_on", NEW."every", NEW."grace", NEW."group_id", NEW."id", NEW."instalment", NEW."interest_ahead", NEW."interest_brought", NEW."interest_given_up", NEW."meeting_id", NEW."member_id", NEW."method", NEW."months", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."principal", NEW."purpose", NEW."rate", NEW."rules_id", NEW."settled_on", NEW."up_front", NEW."version", NEW."written_off", NEW."written_off_because", NEW."written_off_on"); RETURN NULL;', hash='ac9ba4021ea660279e9886ed07888205655dff1d', operation='UPDATE', pgid='pgtrigger_update_update_974d3', table='savings_groups_loan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='loan',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_loanevent" ("balloon", "created_at", "created_by_id", "disbursed_on", "every", "grace", "group_id", "id", "instalment", "interest_ahead", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "up_front", "version", "written_off", "written_off_because", "written_off_on") VALUES (OLD."balloon", OLD."created_at", OLD."created_by_id", OLD."disbursed_on", OLD."every", OLD."grace", OLD."group_id", OLD."id", OLD."instalment", OLD."interest_ahead", OLD."interest_brought", OLD."interest_given_up", OLD."meeting_id", OLD."member_id", OLD."method", OLD."months", OLD."number", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal", OLD."purpose", OLD."rate", OLD."rules_id", OLD."settled_on", OLD."up_front", OLD."version", OLD."written_off", OLD."written_off_because", OLD."written_off_on"); RETURN NULL;', hash='bb116010781dd916f271319270b36efc3361b93a', operation='DELETE', pgid='pgtrigger_delete_delete_48a9c', table='savings_groups_loan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_every", "loan_grace", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."loan_every", NEW."loan_grace", NEW."loan_method", NEW."loan_plan", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."roll_over", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."up_front", NEW."valid_from", NEW."version", NEW."welfare_due"); RETURN NULL;', hash='e9c5ac7bd7108f6031f0a56f1c2c2ee192310214', operation='INSERT', pgid='pgtrigger_insert_insert_a4325', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_every", "loan_grace", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."loan_every", NEW."loan_grace", NEW."loan_method", NEW."loan_plan", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."roll_over", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."up_front", NEW."valid_from", NEW."version", NEW."welfare_due"); RETURN NULL;', hash='953795c6a2d389513f8929514e364e55438520da', operation='UPDATE', pgid='pgtrigger_update_update_4e4fa', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_every", "loan_grace", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "welfare_due") VALUES (OLD."allocation", OLD."cash_unit", OLD."closing", OLD."closing_weight", OLD."created_at", OLD."created_by_id", OLD."decision", OLD."fine_absent", OLD."fine_late", OLD."fines_to_welfare", OLD."flat_in_full", OLD."group_id", OLD."has_administration", OLD."has_welfare", OLD."id", OLD."joining_fee", OLD."keep_overpayment", OLD."largest_loan", OLD."least_saving", OLD."loan_every", OLD."loan_grace", OLD."loan_method", OLD."loan_plan", OLD."loan_rate", OLD."loan_times_savings", OLD."longest_loan", OLD."meets", OLD."members_part", OLD."most_saving", OLD."owner_id", OLD."partial_month", OLD."percent_administration", OLD."percent_capital", OLD."percent_members", OLD."percent_welfare", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."roll_over", OLD."saving_kind", OLD."savings_interest", OLD."several_loans", OLD."share_price", OLD."up_front", OLD."valid_from", OLD."version", OLD."welfare_due"); RETURN NULL;', hash='1340e64c42e99185ce051c9b1e717b150370f3f1', operation='DELETE', pgid='pgtrigger_delete_delete_adba7', table='savings_groups_rules', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='loan',
                constraint=models.CheckConstraint(condition=models.Q(('grace__gte', 0), ('grace__lt', models.F('months')), ('every__gte', 1), ('every__lte', models.F('months')), ('balloon__gte', 0), ('balloon__lte', models.F('principal')), ('instalment__gte', 0), models.Q(('balloon', 0), ('instalment', 0), _connector='OR'), models.Q(('grace', 0), ('balloon__lt', models.F('principal')), _connector='OR'), models.Q(('up_front', False), models.Q(('method', 'instalment'), _negated=True), _connector='OR')), name='loan_terms_agree', violation_error_message='The terms of the loan contradict each other.'),
            ),
            migrations.AddConstraint(
                model_name='loan',
                constraint=models.CheckConstraint(condition=models.Q(('interest_ahead', 0), models.Q(('interest_ahead__gt', 0), ('up_front', True)), _connector='OR'), name='loan_interest_ahead_was_taken_up_front'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('loan_every__gte', 1), ('loan_every__lte', models.F('longest_loan')), ('loan_grace__gte', 0), ('loan_grace__lt', models.F('longest_loan'))), name='rules_payments_within_the_longest_loan', violation_error_message='Grace and the time between payments must be shorter than the longest loan.'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('loan_plan', 'parts'), models.Q(('loan_grace', 0), models.Q(('loan_method', 'instalment'), _negated=True)), _connector='OR'), models.Q(models.Q(('loan_plan', 'all at end'), _negated=True), ('loan_every', 1), _connector='OR'), models.Q(('up_front', False), models.Q(('loan_method', 'instalment'), _negated=True), _connector='OR')), name='rules_loan_terms_agree', violation_error_message='The terms of loans contradict each other.'),
            ),
            migrations.AddConstraint(
                model_name='split',
                constraint=models.CheckConstraint(condition=models.Q(('interest__gte', django.db.models.expressions.CombinedExpression(models.Value(0), '-', models.F('principal'))), ('fines__gte', 0), ('over__gte', 0), ('principal__gte', 0)), name='split_not_below_zero'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='created_by',
                field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='group',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.group'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='meeting',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='savings_groups.meeting'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='owner',
                field=models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='row',
                field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='agreement', to='savings_groups.sheetrow'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='created_by',
                field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='group',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.group'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='meeting',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.meeting'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='owner',
                field=models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='savings_groups.agreement'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='row',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.sheetrow'),
            ),
            migrations.AddConstraint(
                model_name='agreement',
                constraint=models.CheckConstraint(condition=models.Q(('balloon__gte', 0), ('every__gte', 1), ('grace__gte', 0), ('instalment__gte', 0)), name='agreement_not_below_zero', violation_error_message='An amount cannot be below zero.'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreement',
                trigger=pgtrigger.compiler.Trigger(name='agreement_of_open_meeting', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE found text;', func="\n    SELECT state INTO found FROM savings_groups_meeting\n    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.meeting_id ELSE NEW.meeting_id END;\n    IF found = 'sealed' THEN\n        RAISE EXCEPTION 'the meeting is sealed, its sheet cannot change'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_is_open';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='a06a9ccfdfd744c915e1bc6f3fb1b7072a4561df', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_agreement_of_open_meeting_0fc8e', table='savings_groups_agreement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreement',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_agreementevent" ("balloon", "created_at", "created_by_id", "every", "grace", "group_id", "id", "instalment", "meeting_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "row_id", "version") VALUES (NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."every", NEW."grace", NEW."group_id", NEW."id", NEW."instalment", NEW."meeting_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan", NEW."row_id", NEW."version"); RETURN NULL;', hash='d4899ee5f33ce2a2fe1f1222a2979e9e37d64c33', operation='INSERT', pgid='pgtrigger_insert_insert_b42f1', table='savings_groups_agreement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreement',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_agreementevent" ("balloon", "created_at", "created_by_id", "every", "grace", "group_id", "id", "instalment", "meeting_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "row_id", "version") VALUES (NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."every", NEW."grace", NEW."group_id", NEW."id", NEW."instalment", NEW."meeting_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan", NEW."row_id", NEW."version"); RETURN NULL;', hash='f1fc294b26b5552fd15e1c5338ae28e7158228c2', operation='UPDATE', pgid='pgtrigger_update_update_7985e', table='savings_groups_agreement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreement',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_agreementevent" ("balloon", "created_at", "created_by_id", "every", "grace", "group_id", "id", "instalment", "meeting_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "row_id", "version") VALUES (OLD."balloon", OLD."created_at", OLD."created_by_id", OLD."every", OLD."grace", OLD."group_id", OLD."id", OLD."instalment", OLD."meeting_id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan", OLD."row_id", OLD."version"); RETURN NULL;', hash='6a5739f1ca0eb5eaa098976f18abc56607b18555', operation='DELETE', pgid='pgtrigger_delete_delete_781d5', table='savings_groups_agreement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreementevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bee3116b35cf125ca13590e57956e843bcadde81', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dc9b4', table='savings_groups_agreementevent', when='BEFORE')),
            ),
        ]),
        refers_within(AGREEMENT, "group_id", GROUP),
        refers_within(AGREEMENT, "meeting_id", "savings_groups_meeting", shared="group_id"),
        migrations.RunSQL(LOOK_WHERE_OURS_LOOK, migrations.RunSQL.noop),
    ]
