"""Who can be recognised in a picture."""

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
        ('registry', '0018_consents'),
        ('trainings', '0019_follow_ups'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Recognised',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'verbose_name': 'person in a picture',
                'verbose_name_plural': 'people in pictures',
            },
        ),
        migrations.CreateModel(
            name='RecognisedEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='evidence',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='evidence',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='evidence',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='evidence',
            name='recognisable',
            field=models.CharField(blank=True, choices=[('', 'Nobody has looked yet'), ('nobody', 'Nobody can be recognised'), ('marked', 'Only the people marked here'), ('others', 'Others as well')], default='', max_length=10, verbose_name='who can be recognised'),
        ),
        migrations.AddField(
            model_name='evidenceevent',
            name='recognisable',
            field=models.CharField(blank=True, choices=[('', 'Nobody has looked yet'), ('nobody', 'Nobody can be recognised'), ('marked', 'Only the people marked here'), ('others', 'Others as well')], default='', max_length=10, verbose_name='who can be recognised'),
        ),
        Together([
            migrations.AddConstraint(
                model_name='evidence',
                constraint=models.UniqueConstraint(fields=('owner', 'id'), name='evidence_of_owner'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evidence',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_evidenceevent" ("caption", "created_at", "created_by_id", "file", "height", "id", "kind", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recognisable", "session_id", "sha256", "training_id", "version", "width") VALUES (NEW."caption", NEW."created_at", NEW."created_by_id", NEW."file", NEW."height", NEW."id", NEW."kind", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recognisable", NEW."session_id", NEW."sha256", NEW."training_id", NEW."version", NEW."width"); RETURN NULL;', hash='cdf5bd74dcee3f138d23fb45865a6705fb92d588', operation='INSERT', pgid='pgtrigger_insert_insert_6a24b', table='trainings_evidence', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evidence',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_evidenceevent" ("caption", "created_at", "created_by_id", "file", "height", "id", "kind", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recognisable", "session_id", "sha256", "training_id", "version", "width") VALUES (NEW."caption", NEW."created_at", NEW."created_by_id", NEW."file", NEW."height", NEW."id", NEW."kind", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recognisable", NEW."session_id", NEW."sha256", NEW."training_id", NEW."version", NEW."width"); RETURN NULL;', hash='fb041ea3272738240eb15deca712fd99a6f31341', operation='UPDATE', pgid='pgtrigger_update_update_b93e2', table='trainings_evidence', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evidence',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_evidenceevent" ("caption", "created_at", "created_by_id", "file", "height", "id", "kind", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recognisable", "session_id", "sha256", "training_id", "version", "width") VALUES (OLD."caption", OLD."created_at", OLD."created_by_id", OLD."file", OLD."height", OLD."id", OLD."kind", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."recognisable", OLD."session_id", OLD."sha256", OLD."training_id", OLD."version", OLD."width"); RETURN NULL;', hash='dd5a8f187b7086bef05afdef321f830d685592b3', operation='DELETE', pgid='pgtrigger_delete_delete_e684c', table='trainings_evidence', when='AFTER')),
            ),
        ]),
        migrations.AddField(
            model_name='recognised',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='recognised',
            name='evidence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recognised', to='trainings.evidence'),
        ),
        migrations.AddField(
            model_name='recognised',
            name='owner',
            field=models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to'),
        ),
        migrations.AddField(
            model_name='recognised',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recognised_in', to='registry.person', verbose_name='person'),
        ),
        migrations.AddField(
            model_name='recognised',
            name='training',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='trainings.training'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='people',
            field=models.ManyToManyField(blank=True, related_name='+', through='trainings.Recognised', to='registry.person', verbose_name='people who can be recognised'),
        ),
        Together([
            migrations.AddConstraint(
                model_name='evidence',
                constraint=models.CheckConstraint(condition=models.Q(('recognisable__in', ['', 'nobody', 'marked', 'others'])), name='evidence_recognisable_is_known_word'),
            ),
        ]),
        migrations.AddField(
            model_name='recognisedevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='recognisedevent',
            name='evidence',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.evidence'),
        ),
        migrations.AddField(
            model_name='recognisedevent',
            name='owner',
            field=models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to'),
        ),
        migrations.AddField(
            model_name='recognisedevent',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.person', verbose_name='person'),
        ),
        migrations.AddField(
            model_name='recognisedevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='recognisedevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trainings.recognised'),
        ),
        migrations.AddField(
            model_name='recognisedevent',
            name='training',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.training'),
        ),
        Together([
            migrations.AddConstraint(
                model_name='recognised',
                constraint=models.UniqueConstraint(fields=('evidence', 'person'), name='recognised_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='recognised',
                trigger=pgtrigger.compiler.Trigger(name='recognised_in_a_marked_picture', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF EXISTS (\n                        SELECT FROM trainings_recognised marked\n                        JOIN trainings_evidence picture ON picture.id = marked.evidence_id\n                        WHERE marked.id = NEW.id\n                          AND picture.recognisable NOT IN ('marked', 'others')\n                    ) THEN\n                        RAISE EXCEPTION 'somebody is marked in a picture without people'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'recognised_in_a_marked_picture';\n                    END IF;\n                    RETURN NULL;\n                ", hash='90affd62a1276a89fb043491bd6f6f3bfe9cf041', operation='INSERT OR UPDATE', pgid='pgtrigger_recognised_in_a_marked_picture_12e0c', table='trainings_recognised', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='recognised',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_recognisedevent" ("created_at", "created_by_id", "evidence_id", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."evidence_id", NEW."id", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."training_id", NEW."version"); RETURN NULL;', hash='c380b55c110763673c4447697c977dfc692cadb4', operation='INSERT', pgid='pgtrigger_insert_insert_e6396', table='trainings_recognised', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='recognised',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_recognisedevent" ("created_at", "created_by_id", "evidence_id", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."evidence_id", NEW."id", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."training_id", NEW."version"); RETURN NULL;', hash='35782904042a170c5d1661a59984ae01b9479aae', operation='UPDATE', pgid='pgtrigger_update_update_1b4fc', table='trainings_recognised', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='recognised',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_recognisedevent" ("created_at", "created_by_id", "evidence_id", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."evidence_id", OLD."id", OLD."owner_id", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."training_id", OLD."version"); RETURN NULL;', hash='516589550be0bb8547a11f38d187ee0136009237', operation='DELETE', pgid='pgtrigger_delete_delete_f8763', table='trainings_recognised', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='recognisedevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='def56714af474dee7d71eae0312a3ee931accc77', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_06633', table='trainings_recognisedevent', when='BEFORE')),
            ),
        ]),
        refers_within("trainings_recognised", "training_id", "trainings_training"),
        refers_within("trainings_recognised", "person_id", "registry_person"),
        refers_within(
            "trainings_recognised", "evidence_id", "trainings_evidence", shared="training_id"
        ),
    ]
