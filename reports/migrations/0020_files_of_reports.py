"""The donor's own Word form, and what a file of IATI must name."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import uuid6
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import refers_within


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0015_functioning'),
        ('reports', '0011_restatements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WordTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('file_name', models.CharField(blank=True, max_length=200, verbose_name='file')),
                ('content', models.BinaryField(null=True)),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='checksum')),
            ],
            options={
                'verbose_name': 'Word form of a donor',
                'verbose_name_plural': 'Word forms of donors',
                'ordering': ['form', 'number'],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='donorform',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='donorform',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='donorform',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='donorform',
            name='iati_activity',
            field=models.CharField(blank=True, help_text='It begins with that of your organisation, as in KH-MOI-1234-WL7.', max_length=150, verbose_name='IATI identifier of the project'),
        ),
        migrations.AddField(
            model_name='donorform',
            name='iati_organisation',
            field=models.CharField(blank=True, help_text='As in KH-MOI-1234. Without it no IATI file can be made.', max_length=100, verbose_name='IATI identifier of your organisation'),
        ),
        migrations.AddField(
            model_name='donorform',
            name='iati_sector',
            field=models.CharField(blank=True, help_text='Of the list of the OECD, as in 15170 for organisations of women.', max_length=5, verbose_name='sector, by its code of five digits'),
        ),
        migrations.AddField(
            model_name='donorformevent',
            name='iati_activity',
            field=models.CharField(blank=True, help_text='It begins with that of your organisation, as in KH-MOI-1234-WL7.', max_length=150, verbose_name='IATI identifier of the project'),
        ),
        migrations.AddField(
            model_name='donorformevent',
            name='iati_organisation',
            field=models.CharField(blank=True, help_text='As in KH-MOI-1234. Without it no IATI file can be made.', max_length=100, verbose_name='IATI identifier of your organisation'),
        ),
        migrations.AddField(
            model_name='donorformevent',
            name='iati_sector',
            field=models.CharField(blank=True, help_text='Of the list of the OECD, as in 15170 for organisations of women.', max_length=5, verbose_name='sector, by its code of five digits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='donorform',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_donorformevent" ("acronyms", "columns", "created_at", "created_by_id", "decimal_mark", "donor_id", "due_days", "first_month", "iati_activity", "iati_organisation", "iati_sector", "id", "is_public", "is_retired", "language", "length", "limit", "limit_unit", "name_en", "name_km", "owner_id", "percent_places", "period_name_en", "period_name_km", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reason_percent", "resolved_before_accepting", "second_person", "thousands", "threshold", "version", "visibility") VALUES (NEW."acronyms", NEW."columns", NEW."created_at", NEW."created_by_id", NEW."decimal_mark", NEW."donor_id", NEW."due_days", NEW."first_month", NEW."iati_activity", NEW."iati_organisation", NEW."iati_sector", NEW."id", NEW."is_public", NEW."is_retired", NEW."language", NEW."length", NEW."limit", NEW."limit_unit", NEW."name_en", NEW."name_km", NEW."owner_id", NEW."percent_places", NEW."period_name_en", NEW."period_name_km", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."reason_percent", NEW."resolved_before_accepting", NEW."second_person", NEW."thousands", NEW."threshold", NEW."version", NEW."visibility"); RETURN NULL;', hash='cf0bf6bb3fdce1e6577fcad014de23944d7ef485', operation='INSERT', pgid='pgtrigger_insert_insert_f1607', table='reports_donorform', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='donorform',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_donorformevent" ("acronyms", "columns", "created_at", "created_by_id", "decimal_mark", "donor_id", "due_days", "first_month", "iati_activity", "iati_organisation", "iati_sector", "id", "is_public", "is_retired", "language", "length", "limit", "limit_unit", "name_en", "name_km", "owner_id", "percent_places", "period_name_en", "period_name_km", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reason_percent", "resolved_before_accepting", "second_person", "thousands", "threshold", "version", "visibility") VALUES (NEW."acronyms", NEW."columns", NEW."created_at", NEW."created_by_id", NEW."decimal_mark", NEW."donor_id", NEW."due_days", NEW."first_month", NEW."iati_activity", NEW."iati_organisation", NEW."iati_sector", NEW."id", NEW."is_public", NEW."is_retired", NEW."language", NEW."length", NEW."limit", NEW."limit_unit", NEW."name_en", NEW."name_km", NEW."owner_id", NEW."percent_places", NEW."period_name_en", NEW."period_name_km", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."reason_percent", NEW."resolved_before_accepting", NEW."second_person", NEW."thousands", NEW."threshold", NEW."version", NEW."visibility"); RETURN NULL;', hash='83b9cd384a66d2ba13ba80543db50a6b46004d25', operation='UPDATE', pgid='pgtrigger_update_update_b8957', table='reports_donorform', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='donorform',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_donorformevent" ("acronyms", "columns", "created_at", "created_by_id", "decimal_mark", "donor_id", "due_days", "first_month", "iati_activity", "iati_organisation", "iati_sector", "id", "is_public", "is_retired", "language", "length", "limit", "limit_unit", "name_en", "name_km", "owner_id", "percent_places", "period_name_en", "period_name_km", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reason_percent", "resolved_before_accepting", "second_person", "thousands", "threshold", "version", "visibility") VALUES (OLD."acronyms", OLD."columns", OLD."created_at", OLD."created_by_id", OLD."decimal_mark", OLD."donor_id", OLD."due_days", OLD."first_month", OLD."iati_activity", OLD."iati_organisation", OLD."iati_sector", OLD."id", OLD."is_public", OLD."is_retired", OLD."language", OLD."length", OLD."limit", OLD."limit_unit", OLD."name_en", OLD."name_km", OLD."owner_id", OLD."percent_places", OLD."period_name_en", OLD."period_name_km", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."reason_percent", OLD."resolved_before_accepting", OLD."second_person", OLD."thousands", OLD."threshold", OLD."version", OLD."visibility"); RETURN NULL;', hash='58e911b8edca424ceeafae49533dad02b4f55699', operation='DELETE', pgid='pgtrigger_delete_delete_be6b7', table='reports_donorform', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='donorform',
            constraint=models.CheckConstraint(condition=models.Q(('iati_organisation__regex', '^[A-Za-z0-9._-]*$'), ('iati_activity__regex', '^[A-Za-z0-9._-]*$')), name='donor_form_iati_identifiers_are_fit', violation_error_message='An IATI identifier has letters, digits, points and hyphens.'),
        ),
        migrations.AddConstraint(
            model_name='donorform',
            constraint=models.CheckConstraint(condition=models.Q(('iati_activity', ''), models.Q(models.Q(('iati_organisation', ''), _negated=True), ('iati_activity__startswith', django.db.models.functions.text.Concat(models.F('iati_organisation'), models.Value('-')))), _connector='OR'), name='donor_form_iati_activity_is_of_organisation', violation_error_message='The identifier of the project begins with that of your organisation and a hyphen.'),
        ),
        migrations.AddConstraint(
            model_name='donorform',
            constraint=models.CheckConstraint(condition=models.Q(('iati_sector__regex', '^([0-9]{5})?$')), name='donor_form_iati_sector_has_five_digits', violation_error_message='A sector has five digits.'),
        ),
        migrations.AddField(
            model_name='wordtemplate',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='wordtemplate',
            name='form',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='word_templates', to='reports.donorform'),
        ),
        migrations.AddField(
            model_name='wordtemplate',
            name='owner',
            field=models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to'),
        ),
        migrations.AddConstraint(
            model_name='wordtemplate',
            constraint=models.UniqueConstraint(fields=('form', 'number'), name='word_template_once'),
        ),
        migrations.AddConstraint(
            model_name='wordtemplate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content', None), ('sha256', '')), models.Q(('content__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='word_template_has_its_checksum'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wordtemplate',
            trigger=pgtrigger.compiler.Trigger(name='word_template_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6370cf001686bf132e709b1c0ac7bda42ca83892', operation='UPDATE OR DELETE', pgid='pgtrigger_word_template_stays_28829', table='reports_wordtemplate', when='BEFORE')),
        ),
        refers_within("reports_wordtemplate", "form_id", "reports_donorform"),
    ]
