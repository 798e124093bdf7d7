"""What people agree to leave the house: a history by day."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid6
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import Together, refers_within


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0017_history_of_places'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('purpose', models.CharField(choices=[('photo', 'Photo'), ('name', 'Name'), ('contact', 'Phone')], max_length=10, verbose_name='of what')),
                ('is_given', models.BooleanField(verbose_name='agreed')),
                ('on', models.DateField(verbose_name='on')),
                ('way', models.CharField(choices=[('sheet', 'Ticked and signed on the sign-in sheet'), ('form', 'Signed on a form'), ('spoken', 'Said to one of us'), ('phone', 'By telephone'), ('written', 'In a letter or message')], max_length=10, verbose_name='how they said it')),
                ('guardian', models.CharField(blank=True, help_text='For somebody younger than 18: who agreed for them.', max_length=120, verbose_name='parent or guardian who agreed')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='registry.person', verbose_name='person')),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'ordering': ['-on', 'is_given', '-created_at'],
            },
        ),
        migrations.CreateModel(
            name='ConsentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('purpose', models.CharField(choices=[('photo', 'Photo'), ('name', 'Name'), ('contact', 'Phone')], max_length=10, verbose_name='of what')),
                ('is_given', models.BooleanField(verbose_name='agreed')),
                ('on', models.DateField(verbose_name='on')),
                ('way', models.CharField(choices=[('sheet', 'Ticked and signed on the sign-in sheet'), ('form', 'Signed on a form'), ('spoken', 'Said to one of us'), ('phone', 'By telephone'), ('written', 'In a letter or message')], max_length=10, verbose_name='how they said it')),
                ('guardian', models.CharField(blank=True, help_text='For somebody younger than 18: who agreed for them.', max_length=120, verbose_name='parent or guardian who agreed')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.person', verbose_name='person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='registry.consent')),
            ],
            options={
                'abstract': False,
            },
        ),
        Together([
            migrations.AddConstraint(
                model_name='consent',
                constraint=models.UniqueConstraint(fields=('person', 'purpose', 'on', 'is_given'), name='consent_once_a_day'),
            ),
            migrations.AddConstraint(
                model_name='consent',
                constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['photo', 'name', 'contact']), ('way__in', ['sheet', 'form', 'spoken', 'phone', 'written'])), name='consent_is_of_known_words'),
            ),
            migrations.AddConstraint(
                model_name='consent',
                constraint=models.CheckConstraint(condition=models.Q(('guardian__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), _negated=True), name='consent_is_readable', violation_error_message='This name has characters that nobody can read.'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='consent',
                trigger=pgtrigger.compiler.Trigger(name='consent_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF to_jsonb(NEW) - 'person_id' - 'version'\n                       IS DISTINCT FROM to_jsonb(OLD) - 'person_id' - 'version' THEN\n                        RAISE EXCEPTION 'what somebody agreed on a day stays'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_stays';\n                    END IF;\n                    RETURN NEW;\n                ", hash='d45db99e1dad12cb8ab8d5956b6fcc58fad9698b', operation='UPDATE', pgid='pgtrigger_consent_stays_1c142', table='registry_consent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='consent',
                trigger=pgtrigger.compiler.Trigger(name='consent_of_a_child_has_a_guardian', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."guardian" = \'\' AND NEW."is_given")', declare='DECLARE years numeric;', func="\n                    SELECT CASE\n                        WHEN born_on IS NOT NULL THEN extract(year FROM age(NEW.on, born_on))\n                        WHEN birth_year IS NOT NULL THEN extract(year FROM NEW.on) - birth_year\n                        WHEN stated_age IS NOT NULL\n                        THEN stated_age + extract(year FROM age(NEW.on, age_stated_on))\n                    END INTO years FROM registry_person WHERE id = NEW.person_id;\n                    IF years < 18 THEN\n                        RAISE EXCEPTION 'a guardian agrees for a child'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'consent_of_a_child_has_a_guardian';\n                    END IF;\n                    RETURN NEW;\n                ", hash='6052297208926d1c292ea31950f94457b850f6a0', operation='INSERT', pgid='pgtrigger_consent_of_a_child_has_a_guardian_7b5c5', table='registry_consent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='consent',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_consentevent" ("created_at", "created_by_id", "guardian", "id", "is_given", "on", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "version", "way") VALUES (NEW."created_at", NEW."created_by_id", NEW."guardian", NEW."id", NEW."is_given", NEW."on", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."purpose", NEW."version", NEW."way"); RETURN NULL;', hash='d3cfe2c1a53532d631f0cc1301b6d6682265cff6', operation='INSERT', pgid='pgtrigger_insert_insert_21079', table='registry_consent', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='consent',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "registry_consentevent" ("created_at", "created_by_id", "guardian", "id", "is_given", "on", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "version", "way") VALUES (NEW."created_at", NEW."created_by_id", NEW."guardian", NEW."id", NEW."is_given", NEW."on", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."purpose", NEW."version", NEW."way"); RETURN NULL;', hash='45987cac79c6c0339a2c7a46204d41052407f863', operation='UPDATE', pgid='pgtrigger_update_update_939d6', table='registry_consent', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='consent',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_consentevent" ("created_at", "created_by_id", "guardian", "id", "is_given", "on", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "version", "way") VALUES (OLD."created_at", OLD."created_by_id", OLD."guardian", OLD."id", OLD."is_given", OLD."on", OLD."owner_id", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."purpose", OLD."version", OLD."way"); RETURN NULL;', hash='67c9f84370cf331bca38a23c603d8309aff4be61', operation='DELETE', pgid='pgtrigger_delete_delete_d4d8c', table='registry_consent', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='consentevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b486fa2755a3e5f19c6a02557041f0ac0438f226', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8b307', table='registry_consentevent', when='BEFORE')),
            ),
        ]),
        refers_within("registry_consent", "person_id", "registry_person"),
    ]
