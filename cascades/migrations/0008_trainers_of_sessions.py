"""Role and organisation of a trainer in one session, where the list says something else."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid6
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import refers_within

# Figures follow from it, so a change of it makes snapshots old. Goes with its table.
NOTE = """
CREATE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_sessionturn FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cascades', '0007_trained'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0013_what_was_shown_stays'),
        ('trainings', '0015_topics_stay'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SessionTurn',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('role', models.CharField(choices=[('lead trainer', 'Lead trainer'), ('co-trainer', 'Co-trainer'), ('support', 'Supported the trainers')], max_length=15, verbose_name='role')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='session_turns', to='trainings.enrolment', verbose_name='trainer')),
                ('on_behalf_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='on behalf of')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trainer_turns', to='trainings.session', verbose_name='session')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='trainings.training')),
            ],
            options={
                'verbose_name': 'trainer of a session',
                'verbose_name_plural': 'trainers of sessions',
            },
        ),
        migrations.CreateModel(
            name='SessionTurnEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('role', models.CharField(choices=[('lead trainer', 'Lead trainer'), ('co-trainer', 'Co-trainer'), ('support', 'Supported the trainers')], max_length=15, verbose_name='role')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('enrolment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.enrolment', verbose_name='trainer')),
                ('on_behalf_of', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='on behalf of')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='cascades.sessionturn')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.session', verbose_name='session')),
                ('training', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.training')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='sessionturn',
            constraint=models.UniqueConstraint(fields=('session', 'enrolment'), name='session_turn_once'),
        ),
        migrations.AddConstraint(
            model_name='sessionturn',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['lead trainer', 'co-trainer', 'support'])), name='session_turn_has_a_role_of_trainers'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionturn',
            trigger=pgtrigger.compiler.Trigger(name='session_turn_of_open_training', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE found text;', func="\n    SELECT status INTO found FROM trainings_training\n    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.training_id ELSE NEW.training_id END;\n    IF found IS NOT NULL AND found <> 'open' AND NOT false THEN\n        RAISE EXCEPTION 'training is %, its records cannot change', found\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_is_open';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='d42f877bdc13522b2bf8fce380aaa259191b40b3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_session_turn_of_open_training_b4ad6', table='cascades_sessionturn', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionturn',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "cascades_sessionturnevent" ("created_at", "created_by_id", "enrolment_id", "id", "on_behalf_of_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "session_id", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."enrolment_id", NEW."id", NEW."on_behalf_of_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."session_id", NEW."training_id", NEW."version"); RETURN NULL;', hash='7dab4816764bc1acbcbbc0317dea649a4b7ef980', operation='INSERT', pgid='pgtrigger_insert_insert_a9963', table='cascades_sessionturn', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionturn',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "cascades_sessionturnevent" ("created_at", "created_by_id", "enrolment_id", "id", "on_behalf_of_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "session_id", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."enrolment_id", NEW."id", NEW."on_behalf_of_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."session_id", NEW."training_id", NEW."version"); RETURN NULL;', hash='b31fc9226414f51f24e177c389f8c28a5e2e9167', operation='UPDATE', pgid='pgtrigger_update_update_dde83', table='cascades_sessionturn', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionturn',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "cascades_sessionturnevent" ("created_at", "created_by_id", "enrolment_id", "id", "on_behalf_of_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "session_id", "training_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."enrolment_id", OLD."id", OLD."on_behalf_of_id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."session_id", OLD."training_id", OLD."version"); RETURN NULL;', hash='313d1949ae9dd3edca8cf7f3d30c03fbc3c46c60', operation='DELETE', pgid='pgtrigger_delete_delete_3eaa9', table='cascades_sessionturn', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionturnevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1baf03f19c3c81fa6f8cd9fd78027c68c13d4c57', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2f182', table='cascades_sessionturnevent', when='BEFORE')),
        ),
        refers_within("cascades_sessionturn", "training_id", "trainings_training"),
        refers_within(
            "cascades_sessionturn", "enrolment_id", "trainings_enrolment", shared="training_id"
        ),
        refers_within(
            "cascades_sessionturn", "session_id", "trainings_session", shared="training_id"
        ),
        migrations.RunSQL(NOTE, reverse_sql=migrations.RunSQL.noop),
    ]
