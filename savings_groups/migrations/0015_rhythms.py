"""More rhythms in which groups meet, extra meetings, and a next meeting that is put off."""

from importlib import import_module

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from core.migration_operations import Together

# The triggers that Django's libraries made anew look where ours look.
LOOK_WHERE_OURS_LOOK = import_module(
    "savings_groups.migrations.0011_two_days"
).LOOK_WHERE_OURS_LOOK


class Migration(migrations.Migration):

    dependencies = [
        ('savings_groups', '0014_loan_backers'),
    ]

    operations = [
        Together([
            pgtrigger.migrations.RemoveTrigger(
                model_name='group',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='group',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='group',
                name='delete_delete',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='meeting',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='meeting',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='meeting',
                name='delete_delete',
            ),
            migrations.AddField(
                model_name='group',
                name='next_meeting_on',
                field=models.DateField(blank=True, null=True, verbose_name='next meeting, where it is put off'),
            ),
            migrations.AddField(
                model_name='groupevent',
                name='next_meeting_on',
                field=models.DateField(blank=True, null=True, verbose_name='next meeting, where it is put off'),
            ),
            migrations.AddField(
                model_name='meeting',
                name='is_extra',
                field=models.BooleanField(default=False, editable=False, verbose_name='extra meeting'),
            ),
            migrations.AddField(
                model_name='meetingevent',
                name='is_extra',
                field=models.BooleanField(default=False, editable=False, verbose_name='extra meeting'),
            ),
            migrations.AlterField(
                model_name='rules',
                name='meets',
                field=models.CharField(choices=[('week', 'Every week'), ('fortnight', 'Every two weeks'), ('four-weeks', 'Every four weeks'), ('month', 'Every month'), ('1st-sunday', 'Every month, on the first Sunday'), ('harvest', 'Once a year, after the harvest')], default='month', max_length=10, verbose_name='meets'),
            ),
            migrations.AlterField(
                model_name='rulesevent',
                name='meets',
                field=models.CharField(choices=[('week', 'Every week'), ('fortnight', 'Every two weeks'), ('four-weeks', 'Every four weeks'), ('month', 'Every month'), ('1st-sunday', 'Every month, on the first Sunday'), ('harvest', 'Once a year, after the harvest')], default='month', max_length=10, verbose_name='meets'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='group',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_groupevent" ("created_at", "created_by_id", "currency", "formed_on", "id", "is_demo", "live_on", "next_meeting_on", "notes", "organisation_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "source", "state", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."currency", NEW."formed_on", NEW."id", NEW."is_demo", NEW."live_on", NEW."next_meeting_on", NEW."notes", NEW."organisation_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."source", NEW."state", NEW."version"); RETURN NULL;', hash='1d73e3b2fb3f5c41c71246a50f3d9b85d209476c', operation='INSERT', pgid='pgtrigger_insert_insert_a91e0', table='savings_groups_group', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='group',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_groupevent" ("created_at", "created_by_id", "currency", "formed_on", "id", "is_demo", "live_on", "next_meeting_on", "notes", "organisation_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "source", "state", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."currency", NEW."formed_on", NEW."id", NEW."is_demo", NEW."live_on", NEW."next_meeting_on", NEW."notes", NEW."organisation_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."source", NEW."state", NEW."version"); RETURN NULL;', hash='6097b82ec6bca6be3ef8f05cf80e821d0329d681', operation='UPDATE', pgid='pgtrigger_update_update_d6924', table='savings_groups_group', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='group',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_groupevent" ("created_at", "created_by_id", "currency", "formed_on", "id", "is_demo", "live_on", "next_meeting_on", "notes", "organisation_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "source", "state", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."currency", OLD."formed_on", OLD."id", OLD."is_demo", OLD."live_on", OLD."next_meeting_on", OLD."notes", OLD."organisation_id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."source", OLD."state", OLD."version"); RETURN NULL;', hash='c16d59ba723ff649927b0f02ae9f1f0b1873ebb0', operation='DELETE', pgid='pgtrigger_delete_delete_b53ba', table='savings_groups_group', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='meeting',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_meetingevent" ("counted", "counted_at_sequence", "created_at", "created_by_id", "difference_fund", "difference_reason", "expected", "group_id", "held_on", "id", "is_extra", "is_late", "kind", "minutes", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_id", "sealed_at", "sealed_by_id", "state", "version", "witness_one_id", "witness_two_id") VALUES (NEW."counted", NEW."counted_at_sequence", NEW."created_at", NEW."created_by_id", NEW."difference_fund", NEW."difference_reason", NEW."expected", NEW."group_id", NEW."held_on", NEW."id", NEW."is_extra", NEW."is_late", NEW."kind", NEW."minutes", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rules_id", NEW."sealed_at", NEW."sealed_by_id", NEW."state", NEW."version", NEW."witness_one_id", NEW."witness_two_id"); RETURN NULL;', hash='2ffa720b5e4a50c3c26d6c0778b7e7335fe8457b', operation='INSERT', pgid='pgtrigger_insert_insert_f7491', table='savings_groups_meeting', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='meeting',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_meetingevent" ("counted", "counted_at_sequence", "created_at", "created_by_id", "difference_fund", "difference_reason", "expected", "group_id", "held_on", "id", "is_extra", "is_late", "kind", "minutes", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_id", "sealed_at", "sealed_by_id", "state", "version", "witness_one_id", "witness_two_id") VALUES (NEW."counted", NEW."counted_at_sequence", NEW."created_at", NEW."created_by_id", NEW."difference_fund", NEW."difference_reason", NEW."expected", NEW."group_id", NEW."held_on", NEW."id", NEW."is_extra", NEW."is_late", NEW."kind", NEW."minutes", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rules_id", NEW."sealed_at", NEW."sealed_by_id", NEW."state", NEW."version", NEW."witness_one_id", NEW."witness_two_id"); RETURN NULL;', hash='23386b20566d5bd83f0d76f5d41cdf737179a510', operation='UPDATE', pgid='pgtrigger_update_update_f6c48', table='savings_groups_meeting', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='meeting',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_meetingevent" ("counted", "counted_at_sequence", "created_at", "created_by_id", "difference_fund", "difference_reason", "expected", "group_id", "held_on", "id", "is_extra", "is_late", "kind", "minutes", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_id", "sealed_at", "sealed_by_id", "state", "version", "witness_one_id", "witness_two_id") VALUES (OLD."counted", OLD."counted_at_sequence", OLD."created_at", OLD."created_by_id", OLD."difference_fund", OLD."difference_reason", OLD."expected", OLD."group_id", OLD."held_on", OLD."id", OLD."is_extra", OLD."is_late", OLD."kind", OLD."minutes", OLD."number", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rules_id", OLD."sealed_at", OLD."sealed_by_id", OLD."state", OLD."version", OLD."witness_one_id", OLD."witness_two_id"); RETURN NULL;', hash='29b39837caf44afc59cf14febf3222f1c40d0028', operation='DELETE', pgid='pgtrigger_delete_delete_fa082', table='savings_groups_meeting', when='AFTER')),
            ),
        ]),
        migrations.RunSQL(LOOK_WHERE_OURS_LOOK, migrations.RunSQL.noop),
    ]
