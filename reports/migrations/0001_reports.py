"""Indicators of projects, the versions of what they count, and their targets."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid6
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import Together, refers_within


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0015_functioning'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('first_month', models.PositiveSmallIntegerField(default=1, help_text='From 1 to 12.', verbose_name="first month of the donor's year")),
                ('length', models.PositiveSmallIntegerField(choices=[(1, 'Month'), (3, 'Quarter'), (6, 'Half-year'), (12, 'Year')], default=3, verbose_name='periods')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar', to='registry.project', verbose_name='project')),
            ],
            options={
                'verbose_name': 'year of a donor',
                'verbose_name_plural': 'years of donors',
            },
        ),
        migrations.CreateModel(
            name='CalendarEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('first_month', models.PositiveSmallIntegerField(default=1, help_text='From 1 to 12.', verbose_name="first month of the donor's year")),
                ('length', models.PositiveSmallIntegerField(choices=[(1, 'Month'), (3, 'Quarter'), (6, 'Half-year'), (12, 'Year')], default=3, verbose_name='periods')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.calendar')),
                ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.project', verbose_name='project')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('code', models.CharField(blank=True, help_text="As in the donor's own list.", max_length=30, verbose_name='code')),
                ('name_km', models.CharField(blank=True, max_length=300, verbose_name='name in Khmer')),
                ('name_en', models.CharField(blank=True, max_length=300, verbose_name='name in English')),
                ('template', models.SlugField(blank=True, editable=False, max_length=60, verbose_name='template')),
                ('baseline', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='baseline')),
                ('baseline_on', models.DateField(blank=True, null=True, verbose_name='baseline of')),
                ('is_retired', models.BooleanField(default=False, help_text='It stays, with what was reported.', verbose_name='no longer reported')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='registry.project', verbose_name='project')),
            ],
            options={
                'verbose_name': 'indicator',
                'verbose_name_plural': 'indicators',
                'ordering': ['code', 'id'],
            },
        ),
        migrations.CreateModel(
            name='IndicatorEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('code', models.CharField(blank=True, help_text="As in the donor's own list.", max_length=30, verbose_name='code')),
                ('name_km', models.CharField(blank=True, max_length=300, verbose_name='name in Khmer')),
                ('name_en', models.CharField(blank=True, max_length=300, verbose_name='name in English')),
                ('template', models.SlugField(blank=True, db_index=False, editable=False, max_length=60, verbose_name='template')),
                ('baseline', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='baseline')),
                ('baseline_on', models.DateField(blank=True, null=True, verbose_name='baseline of')),
                ('is_retired', models.BooleanField(default=False, help_text='It stays, with what was reported.', verbose_name='no longer reported')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.indicator')),
                ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.project', verbose_name='project')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='IndicatorVersion',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('number', models.PositiveIntegerField(verbose_name='version of the definition')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('document', models.JSONField(verbose_name='definition')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='reports.indicator')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
            ],
            options={
                'verbose_name': 'version of a definition',
                'verbose_name_plural': 'versions of definitions',
                'ordering': ['indicator', 'number'],
            },
        ),
        migrations.CreateModel(
            name='IndicatorVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('number', models.PositiveIntegerField(verbose_name='version of the definition')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('document', models.JSONField(verbose_name='definition')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('indicator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.indicator')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.indicatorversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('since', models.DateField(verbose_name='from')),
                ('until', models.DateField(verbose_name='through')),
                ('value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='target')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason of the last change')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='reports.indicator')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
            ],
            options={
                'verbose_name': 'target',
                'verbose_name_plural': 'targets',
                'ordering': ['indicator', 'since', 'until'],
            },
        ),
        migrations.CreateModel(
            name='TargetEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('since', models.DateField(verbose_name='from')),
                ('until', models.DateField(verbose_name='through')),
                ('value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='target')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason of the last change')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('indicator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.indicator')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.target')),
            ],
            options={
                'abstract': False,
            },
        ),
        Together([
            migrations.AddConstraint(
                model_name='calendar',
                constraint=models.CheckConstraint(condition=models.Q(('first_month__gte', 1), ('first_month__lte', 12)), name='calendar_begins_with_a_month', violation_error_message='A month is a number from 1 to 12.'),
            ),
            migrations.AddConstraint(
                model_name='calendar',
                constraint=models.CheckConstraint(condition=models.Q(('length__in', [1, 3, 6, 12])), name='calendar_has_a_known_length'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='calendar',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_calendarevent" ("created_at", "created_by_id", "first_month", "id", "length", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."first_month", NEW."id", NEW."length", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."version"); RETURN NULL;', hash='13db42055adfd66861333a680e0a191c9d362dc2', operation='INSERT', pgid='pgtrigger_insert_insert_c99e8', table='reports_calendar', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='calendar',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_calendarevent" ("created_at", "created_by_id", "first_month", "id", "length", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."first_month", NEW."id", NEW."length", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."version"); RETURN NULL;', hash='967465c091e23a6e0edde61c95a889809b145808', operation='UPDATE', pgid='pgtrigger_update_update_4de64', table='reports_calendar', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='calendar',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_calendarevent" ("created_at", "created_by_id", "first_month", "id", "length", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."first_month", OLD."id", OLD."length", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."version"); RETURN NULL;', hash='4e8e53b21a171f5ab335e79ab482a700d783c82b', operation='DELETE', pgid='pgtrigger_delete_delete_b1b01', table='reports_calendar', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='calendarevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='703c5afc7f95043353e5601ce400c0f74ea0f9e0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b2daa', table='reports_calendarevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='indicator',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('name_km', ''), _negated=True), models.Q(('name_en', ''), _negated=True), _connector='OR'), name='indicator_has_a_name', violation_error_message='Give a name in Khmer or in English.'),
            ),
            migrations.AddConstraint(
                model_name='indicator',
                constraint=models.CheckConstraint(condition=models.Q(('code__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('name_km__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('name_en__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), _connector='OR', _negated=True), name='indicator_is_readable', violation_error_message='This name has characters that nobody can read.'),
            ),
            migrations.AddConstraint(
                model_name='indicator',
                constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('project', 'code'), name='indicator_code_once_per_project', violation_error_message='Another indicator of this project has this code.'),
            ),
            migrations.AddConstraint(
                model_name='indicator',
                constraint=models.UniqueConstraint(fields=('owner', 'id'), name='indicator_of_owner'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicator',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_indicatorevent" ("baseline", "baseline_on", "code", "created_at", "created_by_id", "id", "is_retired", "name_en", "name_km", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "template", "version") VALUES (NEW."baseline", NEW."baseline_on", NEW."code", NEW."created_at", NEW."created_by_id", NEW."id", NEW."is_retired", NEW."name_en", NEW."name_km", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."template", NEW."version"); RETURN NULL;', hash='56d4df4c0596b42734d02ec18ff0a889852fd8f4', operation='INSERT', pgid='pgtrigger_insert_insert_d7913', table='reports_indicator', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicator',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_indicatorevent" ("baseline", "baseline_on", "code", "created_at", "created_by_id", "id", "is_retired", "name_en", "name_km", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "template", "version") VALUES (NEW."baseline", NEW."baseline_on", NEW."code", NEW."created_at", NEW."created_by_id", NEW."id", NEW."is_retired", NEW."name_en", NEW."name_km", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."template", NEW."version"); RETURN NULL;', hash='4b2a7ce94e86fc04a0d81eb3ef5867fabbef5f89', operation='UPDATE', pgid='pgtrigger_update_update_f82e1', table='reports_indicator', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicator',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_indicatorevent" ("baseline", "baseline_on", "code", "created_at", "created_by_id", "id", "is_retired", "name_en", "name_km", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "template", "version") VALUES (OLD."baseline", OLD."baseline_on", OLD."code", OLD."created_at", OLD."created_by_id", OLD."id", OLD."is_retired", OLD."name_en", OLD."name_km", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."template", OLD."version"); RETURN NULL;', hash='75b6e52dd2466e057b520bab4de698515dc89277', operation='DELETE', pgid='pgtrigger_delete_delete_ea463', table='reports_indicator', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicatorevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ac0f0c021d20f764486034f9a0c01c9af6bed54d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_578a2', table='reports_indicatorevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='indicatorversion',
                constraint=models.UniqueConstraint(fields=('indicator', 'number'), name='definition_version_once'),
            ),
            migrations.AddConstraint(
                model_name='indicatorversion',
                constraint=models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='definition_changes_for_a_reason', violation_error_message='Say why the definition changes.'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicatorversion',
                trigger=pgtrigger.compiler.Trigger(name='definition_version_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='53f631a9de7f6110f294397d57677e0fb5036975', operation='UPDATE OR DELETE', pgid='pgtrigger_definition_version_stays_7faa1', table='reports_indicatorversion', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicatorversion',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_indicatorversionevent" ("created_at", "created_by_id", "document", "id", "indicator_id", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."document", NEW."id", NEW."indicator_id", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."version"); RETURN NULL;', hash='2494abfdcd9698428a625dd8681944f22fc809d2', operation='INSERT', pgid='pgtrigger_insert_insert_5ccca', table='reports_indicatorversion', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicatorversion',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_indicatorversionevent" ("created_at", "created_by_id", "document", "id", "indicator_id", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."document", NEW."id", NEW."indicator_id", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."version"); RETURN NULL;', hash='2618bc7813036d6f9774aca651b583acb24d30bc', operation='UPDATE', pgid='pgtrigger_update_update_1be29', table='reports_indicatorversion', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicatorversion',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_indicatorversionevent" ("created_at", "created_by_id", "document", "id", "indicator_id", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."document", OLD."id", OLD."indicator_id", OLD."number", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."version"); RETURN NULL;', hash='ec7d84fe6242707fb25255622c7853554a15f816', operation='DELETE', pgid='pgtrigger_delete_delete_cb5de', table='reports_indicatorversion', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indicatorversionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2d2a427961c0cc6049e381f2c63e35ff68cb0fef', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b2bd3', table='reports_indicatorversionevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='target',
                constraint=models.UniqueConstraint(fields=('indicator', 'since', 'until'), name='target_once'),
            ),
            migrations.AddConstraint(
                model_name='target',
                constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='target_ends_after_it_starts', violation_error_message='The period ends before it starts.'),
            ),
            migrations.AddConstraint(
                model_name='target',
                constraint=models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='target_not_below_zero', violation_error_message='A target is not below zero.'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='target',
                trigger=pgtrigger.compiler.Trigger(name='targets_do_not_overlap', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM reports_target other\n                        WHERE other.indicator_id = NEW.indicator_id AND other.id <> NEW.id\n                          AND other.since <= NEW.until AND other.until >= NEW.since\n                          AND NOT (other.since <= NEW.since AND other.until >= NEW.until)\n                          AND NOT (other.since >= NEW.since AND other.until <= NEW.until)\n                    ) THEN\n                        RAISE EXCEPTION 'two targets overlap'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'targets_do_not_overlap';\n                    END IF;\n                    RETURN NEW;\n                ", hash='c8c994d024942b7f11e92006aa322254ca18e9fe', operation='INSERT OR UPDATE', pgid='pgtrigger_targets_do_not_overlap_34fc7', table='reports_target', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='target',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_targetevent" ("created_at", "created_by_id", "id", "indicator_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since", "until", "value", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."indicator_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."since", NEW."until", NEW."value", NEW."version"); RETURN NULL;', hash='036c866e820bc20d33eb183cd492677ce8312d51', operation='INSERT', pgid='pgtrigger_insert_insert_cfa69', table='reports_target', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='target',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_targetevent" ("created_at", "created_by_id", "id", "indicator_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since", "until", "value", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."indicator_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."since", NEW."until", NEW."value", NEW."version"); RETURN NULL;', hash='c64561acfb5d52f2e610e30960c4df7fec1a1450', operation='UPDATE', pgid='pgtrigger_update_update_40222', table='reports_target', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='target',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_targetevent" ("created_at", "created_by_id", "id", "indicator_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since", "until", "value", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."id", OLD."indicator_id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."since", OLD."until", OLD."value", OLD."version"); RETURN NULL;', hash='5ad241db65351d3db0e0afc449a851c13c5ccb88', operation='DELETE', pgid='pgtrigger_delete_delete_16f1d', table='reports_target', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='targetevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b24e0f555af54da97da6f48c39932b059f4e9414', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_adc18', table='reports_targetevent', when='BEFORE')),
            ),
        ]),
        refers_within("reports_calendar", "project_id", "registry_project"),
        refers_within("reports_indicator", "project_id", "registry_project"),
        refers_within("reports_indicatorversion", "indicator_id", "reports_indicator"),
        refers_within("reports_target", "indicator_id", "reports_indicator"),
    ]
