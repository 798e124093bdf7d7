"""Photos in a report: those that were chosen, and those that were sent."""

import django.core.validators
import django.db.models.constraints
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
        ('reports', '0025_sections_of_outcomes'),
        ('trainings', '0020_recognised'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportPhoto',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='number')),
                ('caption_km', models.CharField(blank=True, max_length=300, verbose_name='caption in Khmer')),
                ('caption_en', models.CharField(blank=True, max_length=300, verbose_name='caption in English')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='in_reports', to='trainings.evidence', verbose_name='photo')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='reports.report')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.formsection')),
            ],
            options={
                'verbose_name': 'photo of a report',
                'verbose_name_plural': 'photos of reports',
                'ordering': ['report', 'section', 'number'],
            },
        ),
        migrations.CreateModel(
            name='ReportPhotoEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='number')),
                ('caption_km', models.CharField(blank=True, max_length=300, verbose_name='caption in Khmer')),
                ('caption_en', models.CharField(blank=True, max_length=300, verbose_name='caption in English')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('evidence', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.evidence', verbose_name='photo')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.reportphoto')),
                ('report', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.report')),
                ('section', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.formsection')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FrozenPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section_key', models.UUIDField(editable=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('picture_sha256', models.CharField(editable=False, max_length=64)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('caption_km', models.CharField(blank=True, max_length=300)),
                ('caption_en', models.CharField(blank=True, max_length=300)),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trainings.evidence')),
                ('frozen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='reports.frozenreport')),
            ],
            options={
                'ordering': ['frozen', 'section_key', 'number'],
                'constraints': [models.UniqueConstraint(fields=('frozen', 'section_key', 'number'), name='frozen_photo_once')],
            },
        ),
        Together([
            pgtrigger.migrations.AddTrigger(
                model_name='frozenphoto',
                trigger=pgtrigger.compiler.Trigger(name='frozen_photo_is_written_with_it', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE since timestamptz;', func="\n            SELECT frozen.frozen_at INTO since FROM reports_frozenreport frozen WHERE frozen.id = NEW.frozen_id;\n            IF since IS DISTINCT FROM transaction_timestamp() THEN\n                RAISE EXCEPTION 'this report was frozen before'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_report_is_whole';\n            END IF;\n            RETURN NEW;\n        ", hash='529600642b9461e8196a07518b46080423ed7a7b', operation='INSERT', pgid='pgtrigger_frozen_photo_is_written_with_it_593fc', table='reports_frozenphoto', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='frozenphoto',
                trigger=pgtrigger.compiler.Trigger(name='frozen_photo_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='04f15c66ad17bc14a3825335ddeacd01837b1adf', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_photo_stays_b5719', table='reports_frozenphoto', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='reportphoto',
                constraint=models.UniqueConstraint(fields=('report', 'evidence'), name='report_photo_once', violation_error_message='This photo is in the report already.'),
            ),
            migrations.AddConstraint(
                model_name='reportphoto',
                constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('report', 'section', 'number'), name='report_photo_number_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reportphoto',
                trigger=pgtrigger.compiler.Trigger(name='report_photo_of_open_report', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE found text;', func="\n            SELECT state INTO found FROM reports_report\n            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.report_id ELSE NEW.report_id END\n            FOR SHARE;\n            IF found IS NOT NULL AND found NOT IN ('planned', 'open', 'returned') THEN\n                RAISE EXCEPTION 'report is %, what it says cannot change', found\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'report_is_open';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='ebd188a707ad3bed762f99e1575cb315d5989cde', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_report_photo_of_open_report_174ee', table='reports_reportphoto', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reportphoto',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_reportphotoevent" ("caption_en", "caption_km", "created_at", "created_by_id", "evidence_id", "id", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report_id", "section_id", "version") VALUES (NEW."caption_en", NEW."caption_km", NEW."created_at", NEW."created_by_id", NEW."evidence_id", NEW."id", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."report_id", NEW."section_id", NEW."version"); RETURN NULL;', hash='88bbea3f405208194edfde208e4fe9b30cee6ca2', operation='INSERT', pgid='pgtrigger_insert_insert_97d1e', table='reports_reportphoto', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reportphoto',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_reportphotoevent" ("caption_en", "caption_km", "created_at", "created_by_id", "evidence_id", "id", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report_id", "section_id", "version") VALUES (NEW."caption_en", NEW."caption_km", NEW."created_at", NEW."created_by_id", NEW."evidence_id", NEW."id", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."report_id", NEW."section_id", NEW."version"); RETURN NULL;', hash='0c769198e228baea71a895047dcf3726b1bd497c', operation='UPDATE', pgid='pgtrigger_update_update_23572', table='reports_reportphoto', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reportphoto',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_reportphotoevent" ("caption_en", "caption_km", "created_at", "created_by_id", "evidence_id", "id", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report_id", "section_id", "version") VALUES (OLD."caption_en", OLD."caption_km", OLD."created_at", OLD."created_by_id", OLD."evidence_id", OLD."id", OLD."number", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."report_id", OLD."section_id", OLD."version"); RETURN NULL;', hash='ed801aadc2ddcb7b7ae28dbfd3989029666ad8b2', operation='DELETE', pgid='pgtrigger_delete_delete_a7273', table='reports_reportphoto', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reportphotoevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d08e3f16a63b34c96fc5b54162b78ffb3a535f20', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7c459', table='reports_reportphotoevent', when='BEFORE')),
            ),
        ]),
        *[
            refers_within("reports_reportphoto", column, target)
            for column, target in [
                ("report_id", "reports_report"),
                ("section_id", "reports_formsection"),
                ("evidence_id", "trainings_evidence"),
            ]
        ],
    ]
