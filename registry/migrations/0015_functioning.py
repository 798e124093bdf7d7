"""Answers about difficulties, by the Washington Group short set, kept apart from the person."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid6
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import refers_within


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0014_names_by_what_a_reader_sees'),
    ]

    operations = [
        migrations.CreateModel(
            name='Functioning',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('asked_on', models.DateField(blank=True, null=True, verbose_name='asked on')),
                ('seeing', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty seeing, even if wearing glasses?')),
                ('hearing', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty hearing, even if using a hearing aid?')),
                ('walking', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty walking or climbing steps?')),
                ('remembering', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty remembering or concentrating?')),
                ('self_care', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty with self-care, such as washing all over or dressing?')),
                ('communicating', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Using your usual language, do you have difficulty communicating, for example understanding or being understood?')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='functioning', to='registry.person', verbose_name='person')),
            ],
            options={
                'verbose_name': 'answers about difficulties',
                'verbose_name_plural': 'answers about difficulties',
            },
        ),
        migrations.CreateModel(
            name='FunctioningEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('asked_on', models.DateField(blank=True, null=True, verbose_name='asked on')),
                ('seeing', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty seeing, even if wearing glasses?')),
                ('hearing', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty hearing, even if using a hearing aid?')),
                ('walking', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty walking or climbing steps?')),
                ('remembering', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty remembering or concentrating?')),
                ('self_care', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Do you have difficulty with self-care, such as washing all over or dressing?')),
                ('communicating', models.CharField(choices=[('no', 'No, no difficulty'), ('some', 'Yes, some difficulty'), ('a lot', 'Yes, a lot of difficulty'), ('cannot', 'Cannot do it at all'), ('refused', 'Refused to answer'), ('not asked', 'Not asked')], default='not asked', max_length=10, verbose_name='Using your usual language, do you have difficulty communicating, for example understanding or being understood?')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.person', verbose_name='person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='registry.functioning')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='functioning',
            constraint=models.CheckConstraint(condition=models.Q(('communicating__in', ['no', 'some', 'a lot', 'cannot', 'refused', 'not asked']), ('hearing__in', ['no', 'some', 'a lot', 'cannot', 'refused', 'not asked']), ('remembering__in', ['no', 'some', 'a lot', 'cannot', 'refused', 'not asked']), ('seeing__in', ['no', 'some', 'a lot', 'cannot', 'refused', 'not asked']), ('self_care__in', ['no', 'some', 'a lot', 'cannot', 'refused', 'not asked']), ('walking__in', ['no', 'some', 'a lot', 'cannot', 'refused', 'not asked'])), name='functioning_has_known_answers'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='functioning',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_functioningevent" ("asked_on", "communicating", "created_at", "created_by_id", "hearing", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remembering", "seeing", "self_care", "version", "walking") VALUES (NEW."asked_on", NEW."communicating", NEW."created_at", NEW."created_by_id", NEW."hearing", NEW."id", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."remembering", NEW."seeing", NEW."self_care", NEW."version", NEW."walking"); RETURN NULL;', hash='af8cfc4a5d595db8b4e455ef46d1ec203a14f484', operation='INSERT', pgid='pgtrigger_insert_insert_5fbe8', table='registry_functioning', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='functioning',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "registry_functioningevent" ("asked_on", "communicating", "created_at", "created_by_id", "hearing", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remembering", "seeing", "self_care", "version", "walking") VALUES (NEW."asked_on", NEW."communicating", NEW."created_at", NEW."created_by_id", NEW."hearing", NEW."id", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."remembering", NEW."seeing", NEW."self_care", NEW."version", NEW."walking"); RETURN NULL;', hash='74a09f1f05bdaa7b69c63e8e0ec34d1b22a227a1', operation='UPDATE', pgid='pgtrigger_update_update_19a45', table='registry_functioning', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='functioning',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_functioningevent" ("asked_on", "communicating", "created_at", "created_by_id", "hearing", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remembering", "seeing", "self_care", "version", "walking") VALUES (OLD."asked_on", OLD."communicating", OLD."created_at", OLD."created_by_id", OLD."hearing", OLD."id", OLD."owner_id", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."remembering", OLD."seeing", OLD."self_care", OLD."version", OLD."walking"); RETURN NULL;', hash='6a6a6812e3e98b833f0cb594c6e921fbde042070', operation='DELETE', pgid='pgtrigger_delete_delete_6fa44', table='registry_functioning', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='functioningevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7b7e5120a154ca0b940e8e8ac53e0c54877aac62', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ed3e1', table='registry_functioningevent', when='BEFORE')),
        ),
        refers_within("registry_functioning", "person_id", "registry_person"),
    ]
