"""Targets of a place or of a tier beside those of the whole indicator."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0016_kinds_of_people'),
        ('reports', '0003_kept_values'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='target',
            name='targets_do_not_overlap',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='target',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='target',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='target',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='target',
            name='target_once',
        ),
        migrations.AddField(
            model_name='target',
            name='place',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.place', verbose_name='place'),
        ),
        migrations.AddField(
            model_name='target',
            name='tier',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='tier'),
        ),
        migrations.AddField(
            model_name='targetevent',
            name='place',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.place', verbose_name='place'),
        ),
        migrations.AddField(
            model_name='targetevent',
            name='tier',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='tier'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='targets_do_not_overlap', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM reports_target other\n                        WHERE other.indicator_id = NEW.indicator_id AND other.id <> NEW.id\n                          AND other.place_id IS NOT DISTINCT FROM NEW.place_id\n                          AND other.tier IS NOT DISTINCT FROM NEW.tier\n                          AND other.since <= NEW.until AND other.until >= NEW.since\n                          AND NOT (other.since <= NEW.since AND other.until >= NEW.until)\n                          AND NOT (other.since >= NEW.since AND other.until <= NEW.until)\n                    ) THEN\n                        RAISE EXCEPTION 'two targets overlap'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'targets_do_not_overlap';\n                    END IF;\n                    RETURN NEW;\n                ", hash='7e319f01f7ec2389ab893604a320589b9576384f', operation='INSERT OR UPDATE', pgid='pgtrigger_targets_do_not_overlap_34fc7', table='reports_target', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='targets_of_places_do_not_overlap', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."place_id" IS NOT NULL)', func="\n                    IF EXISTS (\n                        SELECT FROM reports_target other\n                        JOIN registry_place theirs ON theirs.code = other.place_id\n                        JOIN registry_place mine ON mine.code = NEW.place_id\n                        WHERE other.indicator_id = NEW.indicator_id AND other.id <> NEW.id\n                          AND other.since <= NEW.until AND other.until >= NEW.since\n                          AND (mine.code IN (\n                                theirs.commune_id, theirs.district_id, theirs.province_id)\n                            OR theirs.code IN (\n                                mine.commune_id, mine.district_id, mine.province_id))\n                    ) THEN\n                        RAISE EXCEPTION 'a place and one in it'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'targets_of_places_do_not_overlap';\n                    END IF;\n                    RETURN NEW;\n                ", hash='3eb9276852f949ab18dc46076d490a0d61cd2d65', operation='INSERT OR UPDATE', pgid='pgtrigger_targets_of_places_do_not_overlap_0ea36', table='reports_target', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_targetevent" ("created_at", "created_by_id", "id", "indicator_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "reason", "since", "tier", "until", "value", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."indicator_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."reason", NEW."since", NEW."tier", NEW."until", NEW."value", NEW."version"); RETURN NULL;', hash='a9fb890f3b6455f27a396f9cab37c94d3dcb68ce', operation='INSERT', pgid='pgtrigger_insert_insert_cfa69', table='reports_target', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_targetevent" ("created_at", "created_by_id", "id", "indicator_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "reason", "since", "tier", "until", "value", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."indicator_id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."reason", NEW."since", NEW."tier", NEW."until", NEW."value", NEW."version"); RETURN NULL;', hash='761cf4139f108c9852baa71a201c27e151da356e', operation='UPDATE', pgid='pgtrigger_update_update_40222', table='reports_target', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_targetevent" ("created_at", "created_by_id", "id", "indicator_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "reason", "since", "tier", "until", "value", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."id", OLD."indicator_id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."reason", OLD."since", OLD."tier", OLD."until", OLD."value", OLD."version"); RETURN NULL;', hash='7661cd768854643c3dc34c9ca3887718c62a5f83', operation='DELETE', pgid='pgtrigger_delete_delete_16f1d', table='reports_target', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('indicator', 'place', 'tier', 'since', 'until'), name='target_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('place', None), ('tier', None), _connector='OR'), name='target_of_a_place_or_a_tier', violation_error_message='A target is of a place or of a tier, not of both.'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('tier', None), models.Q(('tier__gte', 1), ('tier__lte', 6)), _connector='OR'), name='target_of_a_known_tier', violation_error_message='A tier is a number from 1 to 6.'),
        ),
    ]
