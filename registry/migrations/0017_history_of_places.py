"""The list of places and the positions, as they were at any moment."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0016_kinds_of_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlaceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('code', models.CharField(max_length=11, serialize=False, verbose_name='code')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'Province'), (2, 'District'), (3, 'Commune'), (4, 'Village')], verbose_name='level')),
                ('name_km', models.CharField(max_length=100, verbose_name='name in Khmer')),
                ('name_latin', models.CharField(max_length=100, verbose_name='name in Latin letters')),
                ('fault', models.CharField(blank=True, choices=[('', 'None'), ('shared code', 'The list gives this code to several villages'), ('foreign code', "The code does not begin with the commune's code"), ('not listed', 'The list has villages of this commune but not its name')], max_length=20, verbose_name='fault in the list')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PositionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, verbose_name='code')),
                ('name_km', models.CharField(max_length=100, verbose_name='name in Khmer')),
                ('name_en', models.CharField(max_length=100, verbose_name='name in English')),
                ('rank', models.PositiveSmallIntegerField(default=100, verbose_name='order in lists')),
                ('kind', models.CharField(blank=True, choices=[('producer', 'Farmers and other producers'), ('local authority', 'Local authorities and councils'), ('government', 'Government staff, with teachers and health workers'), ('civil society', 'Staff of NGOs and associations'), ('business', 'Traders and firms'), ('community', 'Community members')], help_text='As donors ask for it. Whoever has a position without one is “not stated”.', max_length=20, verbose_name='kind of person')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='place',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_placeevent" ("code", "commune_id", "district_id", "fault", "level", "name_km", "name_latin", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "province_id") VALUES (NEW."code", NEW."commune_id", NEW."district_id", NEW."fault", NEW."level", NEW."name_km", NEW."name_latin", _pgh_attach_context(), NOW(), \'insert\', NEW."code", NEW."province_id"); RETURN NULL;', hash='1c1e131b789a574d17ef06278b55b68c3487cbd6', operation='INSERT', pgid='pgtrigger_insert_insert_338ce', table='registry_place', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='place',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."commune_id" IS DISTINCT FROM (NEW."commune_id") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."fault" IS DISTINCT FROM (NEW."fault") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."name_km" IS DISTINCT FROM (NEW."name_km") OR OLD."name_latin" IS DISTINCT FROM (NEW."name_latin") OR OLD."province_id" IS DISTINCT FROM (NEW."province_id"))', func='INSERT INTO "registry_placeevent" ("code", "commune_id", "district_id", "fault", "level", "name_km", "name_latin", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "province_id") VALUES (NEW."code", NEW."commune_id", NEW."district_id", NEW."fault", NEW."level", NEW."name_km", NEW."name_latin", _pgh_attach_context(), NOW(), \'update\', NEW."code", NEW."province_id"); RETURN NULL;', hash='f6f0e8c6331f23b3eb819b26b8546249e4e9296f', operation='UPDATE', pgid='pgtrigger_update_update_cb701', table='registry_place', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='place',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_placeevent" ("code", "commune_id", "district_id", "fault", "level", "name_km", "name_latin", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "province_id") VALUES (OLD."code", OLD."commune_id", OLD."district_id", OLD."fault", OLD."level", OLD."name_km", OLD."name_latin", _pgh_attach_context(), NOW(), \'delete\', OLD."code", OLD."province_id"); RETURN NULL;', hash='7448ed7e069b7a3d788b80cf73b5bbf761dc0fb0', operation='DELETE', pgid='pgtrigger_delete_delete_6eb89', table='registry_place', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='position',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_positionevent" ("code", "id", "kind", "name_en", "name_km", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank") VALUES (NEW."code", NEW."id", NEW."kind", NEW."name_en", NEW."name_km", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rank"); RETURN NULL;', hash='95f9b1a8e57b2defdb8ba435f9e2aa36b58a9e52', operation='INSERT', pgid='pgtrigger_insert_insert_d85d1', table='registry_position', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='position',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "registry_positionevent" ("code", "id", "kind", "name_en", "name_km", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank") VALUES (NEW."code", NEW."id", NEW."kind", NEW."name_en", NEW."name_km", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rank"); RETURN NULL;', hash='b80803a6ff99f7c2ae69315026bd0181e90b85c1', operation='UPDATE', pgid='pgtrigger_update_update_6f1a6', table='registry_position', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='position',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_positionevent" ("code", "id", "kind", "name_en", "name_km", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank") VALUES (OLD."code", OLD."id", OLD."kind", OLD."name_en", OLD."name_km", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rank"); RETURN NULL;', hash='ce2946ac744c373399c16581f7d01c5627952c50', operation='DELETE', pgid='pgtrigger_delete_delete_8596e', table='registry_position', when='AFTER')),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='commune',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.place', verbose_name='commune'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='district',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.place', verbose_name='district'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='registry.place'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='province',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.place', verbose_name='province'),
        ),
        migrations.AddField(
            model_name='positionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='positionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='registry.position'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='placeevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='45a6b17a3a8aacd0e50fc3f0e70b61d49cb7e7bc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d243f', table='registry_placeevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='positionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1537bf459384d3017228deec8fc7e6b7c29d92ce', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_05350', table='registry_positionevent', when='BEFORE')),
        ),
        # What is there was so before the history begins; of earlier changes nothing is known.
        migrations.RunSQL(
            """
            INSERT INTO registry_placeevent (
                code, level, name_km, name_latin, fault, province_id, district_id, commune_id,
                pgh_obj_id, pgh_label, pgh_created_at)
            SELECT code, level, name_km, name_latin, fault, province_id, district_id, commune_id,
                   code, 'insert', '2000-01-01'
            FROM registry_place
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            INSERT INTO registry_positionevent (
                id, code, name_km, name_en, rank, kind, pgh_obj_id, pgh_label, pgh_created_at)
            SELECT id, code, name_km, name_en, rank, kind, id, 'insert', '2000-01-01'
            FROM registry_position
            """,
            migrations.RunSQL.noop,
        ),
    ]
