"""Who approved a loan and who stands for it, and interest that a member is let off."""

from importlib import import_module

import django.db.models.deletion
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
GROUP, MEMBER, LOAN = (f"savings_groups_{name}" for name in ("group", "member", "loan"))
BACKERS = ("approved_by_id", "guarantor_one_id", "guarantor_two_id")


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0016_kinds_of_people'),
        ('savings_groups', '0013_loan_terms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InterestWaived',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('month_ends_on', models.DateField(verbose_name='month that ends on')),
                ('waived_on', models.DateField(verbose_name='on')),
                ('amount', models.BigIntegerField(default=0, verbose_name='amount')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'interest let off',
                'verbose_name_plural': 'interest let off',
                'ordering': ['month_ends_on'],
            },
        ),
        migrations.CreateModel(
            name='InterestWaivedEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('month_ends_on', models.DateField(verbose_name='month that ends on')),
                ('waived_on', models.DateField(verbose_name='on')),
                ('amount', models.BigIntegerField(default=0, verbose_name='amount')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
            ],
            options={
                'abstract': False,
            },
        ),
        Together([
            pgtrigger.migrations.RemoveTrigger(
                model_name='agreement',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='agreement',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='agreement',
                name='delete_delete',
            ),
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
            migrations.AddField(
                model_name='agreement',
                name='approved_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.member', verbose_name='approved by'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='guarantor_one',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.member', verbose_name='first guarantor'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='guarantor_two',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.member', verbose_name='second guarantor'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='approved_by',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.member', verbose_name='approved by'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='guarantor_one',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.member', verbose_name='first guarantor'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='guarantor_two',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.member', verbose_name='second guarantor'),
            ),
            migrations.AddField(
                model_name='loan',
                name='approved_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.member', verbose_name='approved by'),
            ),
            migrations.AddField(
                model_name='loan',
                name='guarantor_one',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.member', verbose_name='first guarantor'),
            ),
            migrations.AddField(
                model_name='loan',
                name='guarantor_two',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.member', verbose_name='second guarantor'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='approved_by',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.member', verbose_name='approved by'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='guarantor_one',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.member', verbose_name='first guarantor'),
            ),
            migrations.AddField(
                model_name='loanevent',
                name='guarantor_two',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.member', verbose_name='second guarantor'),
            ),
            migrations.AddField(
                model_name='rules',
                name='loan_guarantors',
                field=models.PositiveSmallIntegerField(choices=[(0, '0'), (1, '1'), (2, '2')], default=0, verbose_name='guarantors of a loan'),
            ),
            migrations.AddField(
                model_name='rules',
                name='loan_is_approved',
                field=models.BooleanField(default=False, verbose_name='it is written down who approved a loan'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='loan_guarantors',
                field=models.PositiveSmallIntegerField(choices=[(0, '0'), (1, '1'), (2, '2')], default=0, verbose_name='guarantors of a loan'),
            ),
            migrations.AddField(
                model_name='rulesevent',
                name='loan_is_approved',
                field=models.BooleanField(default=False, verbose_name='it is written down who approved a loan'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreement',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_agreementevent" ("approved_by_id", "balloon", "created_at", "created_by_id", "every", "grace", "group_id", "guarantor_one_id", "guarantor_two_id", "id", "instalment", "meeting_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "row_id", "version") VALUES (NEW."approved_by_id", NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."every", NEW."grace", NEW."group_id", NEW."guarantor_one_id", NEW."guarantor_two_id", NEW."id", NEW."instalment", NEW."meeting_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan", NEW."row_id", NEW."version"); RETURN NULL;', hash='8c821ffdd93e505487670ab5805a2021384ef0df', operation='INSERT', pgid='pgtrigger_insert_insert_b42f1', table='savings_groups_agreement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreement',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_agreementevent" ("approved_by_id", "balloon", "created_at", "created_by_id", "every", "grace", "group_id", "guarantor_one_id", "guarantor_two_id", "id", "instalment", "meeting_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "row_id", "version") VALUES (NEW."approved_by_id", NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."every", NEW."grace", NEW."group_id", NEW."guarantor_one_id", NEW."guarantor_two_id", NEW."id", NEW."instalment", NEW."meeting_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan", NEW."row_id", NEW."version"); RETURN NULL;', hash='bafda23cedde702d40cd6acc38f27c9e1c66f4cc', operation='UPDATE', pgid='pgtrigger_update_update_7985e', table='savings_groups_agreement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='agreement',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_agreementevent" ("approved_by_id", "balloon", "created_at", "created_by_id", "every", "grace", "group_id", "guarantor_one_id", "guarantor_two_id", "id", "instalment", "meeting_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "row_id", "version") VALUES (OLD."approved_by_id", OLD."balloon", OLD."created_at", OLD."created_by_id", OLD."every", OLD."grace", OLD."group_id", OLD."guarantor_one_id", OLD."guarantor_two_id", OLD."id", OLD."instalment", OLD."meeting_id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan", OLD."row_id", OLD."version"); RETURN NULL;', hash='83a74fc16cb980099723ec7ce4406044116b0d3e', operation='DELETE', pgid='pgtrigger_delete_delete_781d5', table='savings_groups_agreement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='loan',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_loanevent" ("approved_by_id", "balloon", "created_at", "created_by_id", "disbursed_on", "every", "grace", "group_id", "guarantor_one_id", "guarantor_two_id", "id", "instalment", "interest_ahead", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "up_front", "version", "written_off", "written_off_because", "written_off_on") VALUES (NEW."approved_by_id", NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."disbursed_on", NEW."every", NEW."grace", NEW."group_id", NEW."guarantor_one_id", NEW."guarantor_two_id", NEW."id", NEW."instalment", NEW."interest_ahead", NEW."interest_brought", NEW."interest_given_up", NEW."meeting_id", NEW."member_id", NEW."method", NEW."months", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."principal", NEW."purpose", NEW."rate", NEW."rules_id", NEW."settled_on", NEW."up_front", NEW."version", NEW."written_off", NEW."written_off_because", NEW."written_off_on"); RETURN NULL;', hash='bc5828e504a58122773f26054b165456e19b9e43', operation='INSERT', pgid='pgtrigger_insert_insert_f0204', table='savings_groups_loan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='loan',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_loanevent" ("approved_by_id", "balloon", "created_at", "created_by_id", "disbursed_on", "every", "grace", "group_id", "guarantor_one_id", "guarantor_two_id", "id", "instalment", "interest_ahead", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "up_front", "version", "written_off", "written_off_because", "written_off_on") VALUES (NEW."approved_by_id", NEW."balloon", NEW."created_at", NEW."created_by_id", NEW."disbursed_on", NEW."every", NEW."grace", NEW."group_id", NEW."guarantor_one_id", NEW."guarantor_two_id", NEW."id", NEW."instalment", NEW."interest_ahead", NEW."interest_brought", NEW."interest_given_up", NEW."meeting_id", NEW."member_id", NEW."method", NEW."months", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."principal", NEW."purpose", NEW."rate", NEW."rules_id", NEW."settled_on", NEW."up_front", NEW."version", NEW."written_off", NEW."written_off_because", NEW."written_off_on"); RETURN NULL;', hash='e68454aed0386ae4892726693db3c77ee0f6e66d', operation='UPDATE', pgid='pgtrigger_update_update_974d3', table='savings_groups_loan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='loan',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_loanevent" ("approved_by_id", "balloon", "created_at", "created_by_id", "disbursed_on", "every", "grace", "group_id", "guarantor_one_id", "guarantor_two_id", "id", "instalment", "interest_ahead", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "up_front", "version", "written_off", "written_off_because", "written_off_on") VALUES (OLD."approved_by_id", OLD."balloon", OLD."created_at", OLD."created_by_id", OLD."disbursed_on", OLD."every", OLD."grace", OLD."group_id", OLD."guarantor_one_id", OLD."guarantor_two_id", OLD."id", OLD."instalment", OLD."interest_ahead", OLD."interest_brought", OLD."interest_given_up", OLD."meeting_id", OLD."member_id", OLD."method", OLD."months", OLD."number", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal", OLD."purpose", OLD."rate", OLD."rules_id", OLD."settled_on", OLD."up_front", OLD."version", OLD."written_off", OLD."written_off_because", OLD."written_off_on"); RETURN NULL;', hash='c8e097244e31b3cbc1e3ced3e61ccc400a9cbb7a', operation='DELETE', pgid='pgtrigger_delete_delete_48a9c', table='savings_groups_loan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_every", "loan_grace", "loan_guarantors", "loan_is_approved", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."loan_every", NEW."loan_grace", NEW."loan_guarantors", NEW."loan_is_approved", NEW."loan_method", NEW."loan_plan", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."roll_over", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."up_front", NEW."valid_from", NEW."version", NEW."welfare_due"); RETURN NULL;', hash='dae8b2ebfd3b51d298b8851fbf9a2e264a566f97', operation='INSERT', pgid='pgtrigger_insert_insert_a4325', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_every", "loan_grace", "loan_guarantors", "loan_is_approved", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "welfare_due") VALUES (NEW."allocation", NEW."cash_unit", NEW."closing", NEW."closing_weight", NEW."created_at", NEW."created_by_id", NEW."decision", NEW."fine_absent", NEW."fine_late", NEW."fines_to_welfare", NEW."flat_in_full", NEW."group_id", NEW."has_administration", NEW."has_welfare", NEW."id", NEW."joining_fee", NEW."keep_overpayment", NEW."largest_loan", NEW."least_saving", NEW."loan_every", NEW."loan_grace", NEW."loan_guarantors", NEW."loan_is_approved", NEW."loan_method", NEW."loan_plan", NEW."loan_rate", NEW."loan_times_savings", NEW."longest_loan", NEW."meets", NEW."members_part", NEW."most_saving", NEW."owner_id", NEW."partial_month", NEW."percent_administration", NEW."percent_capital", NEW."percent_members", NEW."percent_welfare", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."roll_over", NEW."saving_kind", NEW."savings_interest", NEW."several_loans", NEW."share_price", NEW."up_front", NEW."valid_from", NEW."version", NEW."welfare_due"); RETURN NULL;', hash='ac9ab27ee90d4bd5a3a039faf3cb7ab4370c8688', operation='UPDATE', pgid='pgtrigger_update_update_4e4fa', table='savings_groups_rules', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='rules',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_rulesevent" ("allocation", "cash_unit", "closing", "closing_weight", "created_at", "created_by_id", "decision", "fine_absent", "fine_late", "fines_to_welfare", "flat_in_full", "group_id", "has_administration", "has_welfare", "id", "joining_fee", "keep_overpayment", "largest_loan", "least_saving", "loan_every", "loan_grace", "loan_guarantors", "loan_is_approved", "loan_method", "loan_plan", "loan_rate", "loan_times_savings", "longest_loan", "meets", "members_part", "most_saving", "owner_id", "partial_month", "percent_administration", "percent_capital", "percent_members", "percent_welfare", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roll_over", "saving_kind", "savings_interest", "several_loans", "share_price", "up_front", "valid_from", "version", "welfare_due") VALUES (OLD."allocation", OLD."cash_unit", OLD."closing", OLD."closing_weight", OLD."created_at", OLD."created_by_id", OLD."decision", OLD."fine_absent", OLD."fine_late", OLD."fines_to_welfare", OLD."flat_in_full", OLD."group_id", OLD."has_administration", OLD."has_welfare", OLD."id", OLD."joining_fee", OLD."keep_overpayment", OLD."largest_loan", OLD."least_saving", OLD."loan_every", OLD."loan_grace", OLD."loan_guarantors", OLD."loan_is_approved", OLD."loan_method", OLD."loan_plan", OLD."loan_rate", OLD."loan_times_savings", OLD."longest_loan", OLD."meets", OLD."members_part", OLD."most_saving", OLD."owner_id", OLD."partial_month", OLD."percent_administration", OLD."percent_capital", OLD."percent_members", OLD."percent_welfare", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."roll_over", OLD."saving_kind", OLD."savings_interest", OLD."several_loans", OLD."share_price", OLD."up_front", OLD."valid_from", OLD."version", OLD."welfare_due"); RETURN NULL;', hash='2630bcae3ee0e2e29d27b390975a5819ddb1d5ee', operation='DELETE', pgid='pgtrigger_delete_delete_adba7', table='savings_groups_rules', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='agreement',
                constraint=models.CheckConstraint(condition=models.Q(('guarantor_one', models.F('guarantor_two')), _negated=True), name='agreement_of_two_guarantors', violation_error_message='The two guarantors are the same member.'),
            ),
            migrations.AddConstraint(
                model_name='loan',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('guarantor_one', models.F('member')), _negated=True), models.Q(('guarantor_two', models.F('member')), _negated=True), models.Q(('approved_by', models.F('member')), _negated=True), models.Q(('guarantor_one', models.F('guarantor_two')), _negated=True)), name='loan_backed_by_others', violation_error_message='Nobody stands for a loan of their own, or twice.'),
            ),
            migrations.AddConstraint(
                model_name='rules',
                constraint=models.CheckConstraint(condition=models.Q(('loan_guarantors__gte', 0), ('loan_guarantors__lte', 2)), name='rules_guarantors_up_to_2'),
            ),
            migrations.AddField(
                model_name='interestwaived',
                name='created_by',
                field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
            ),
            migrations.AddField(
                model_name='interestwaived',
                name='group',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='savings_groups.group'),
            ),
            migrations.AddField(
                model_name='interestwaived',
                name='loan',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interest_waived', to='savings_groups.loan'),
            ),
            migrations.AddField(
                model_name='interestwaived',
                name='owner',
                field=models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to'),
            ),
            migrations.AddField(
                model_name='interestwaivedevent',
                name='created_by',
                field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
            ),
            migrations.AddField(
                model_name='interestwaivedevent',
                name='group',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.group'),
            ),
            migrations.AddField(
                model_name='interestwaivedevent',
                name='loan',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='savings_groups.loan'),
            ),
            migrations.AddField(
                model_name='interestwaivedevent',
                name='owner',
                field=models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to'),
            ),
            migrations.AddField(
                model_name='interestwaivedevent',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='interestwaivedevent',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='savings_groups.interestwaived'),
            ),
            migrations.AddConstraint(
                model_name='interestwaived',
                constraint=models.UniqueConstraint(fields=('loan', 'month_ends_on'), name='interest_of_a_month_waived_once', violation_error_message='The interest of this month is let off already.'),
            ),
            migrations.AddConstraint(
                model_name='interestwaived',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('waived_on__gte', models.F('month_ends_on')), models.Q(('reason', ''), _negated=True)), name='interest_waived_for_a_reason'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interestwaived',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_interestwaivedevent" ("amount", "created_at", "created_by_id", "group_id", "id", "loan_id", "month_ends_on", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "version", "waived_on") VALUES (NEW."amount", NEW."created_at", NEW."created_by_id", NEW."group_id", NEW."id", NEW."loan_id", NEW."month_ends_on", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."version", NEW."waived_on"); RETURN NULL;', hash='7b4ca42a6d277d119be2e3b81b854eab6bf4965e', operation='INSERT', pgid='pgtrigger_insert_insert_0e119', table='savings_groups_interestwaived', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interestwaived',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_interestwaivedevent" ("amount", "created_at", "created_by_id", "group_id", "id", "loan_id", "month_ends_on", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "version", "waived_on") VALUES (NEW."amount", NEW."created_at", NEW."created_by_id", NEW."group_id", NEW."id", NEW."loan_id", NEW."month_ends_on", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."version", NEW."waived_on"); RETURN NULL;', hash='253b887639ad2dc7a3dcf1975fdd905b38439932', operation='UPDATE', pgid='pgtrigger_update_update_0a833', table='savings_groups_interestwaived', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interestwaived',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_interestwaivedevent" ("amount", "created_at", "created_by_id", "group_id", "id", "loan_id", "month_ends_on", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "version", "waived_on") VALUES (OLD."amount", OLD."created_at", OLD."created_by_id", OLD."group_id", OLD."id", OLD."loan_id", OLD."month_ends_on", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."version", OLD."waived_on"); RETURN NULL;', hash='aad44a825be64ff016cb3662d9e90bd1d347ca11', operation='DELETE', pgid='pgtrigger_delete_delete_f2994', table='savings_groups_interestwaived', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interestwaivedevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fae7b40369e06ba090cc76cf809fd4109f894c59', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d7930', table='savings_groups_interestwaivedevent', when='BEFORE')),
            ),
        ]),
        # Who stands for a loan is a member of its group.
        *[
            refers_within(f"savings_groups_{table}", column, MEMBER, shared="group_id")
            for table in ("loan", "agreement")
            for column in BACKERS
        ],
        refers_within("savings_groups_interestwaived", "group_id", GROUP),
        refers_within("savings_groups_interestwaived", "loan_id", LOAN, shared="group_id"),
        migrations.RunSQL(LOOK_WHERE_OURS_LOOK, migrations.RunSQL.noop),
    ]
