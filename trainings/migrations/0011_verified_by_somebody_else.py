"""Who corrected a change found does not verify it either; nobody could verify their own record."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0010_plain_words'),
        ('trainings', '0010_project_links'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='changefound',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='changefound',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='changefound',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='changefound',
            name='changed_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='corrected by'),
        ),
        migrations.AddField(
            model_name='changefoundevent',
            name='changed_by',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='corrected by'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='changefound',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_changefoundevent" ("changed_by_id", "created_at", "created_by_id", "evidence_id", "id", "observed_by", "observed_on", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "released_at", "released_by_id", "statement_en", "statement_km", "subject", "training_id", "verified_at", "verified_by_id", "version") VALUES (NEW."changed_by_id", NEW."created_at", NEW."created_by_id", NEW."evidence_id", NEW."id", NEW."observed_by", NEW."observed_on", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."released_at", NEW."released_by_id", NEW."statement_en", NEW."statement_km", NEW."subject", NEW."training_id", NEW."verified_at", NEW."verified_by_id", NEW."version"); RETURN NULL;', hash='287dea6c37a1751761e91b7df155dfb45246eb29', operation='INSERT', pgid='pgtrigger_insert_insert_2113c', table='trainings_changefound', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='changefound',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_changefoundevent" ("changed_by_id", "created_at", "created_by_id", "evidence_id", "id", "observed_by", "observed_on", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "released_at", "released_by_id", "statement_en", "statement_km", "subject", "training_id", "verified_at", "verified_by_id", "version") VALUES (NEW."changed_by_id", NEW."created_at", NEW."created_by_id", NEW."evidence_id", NEW."id", NEW."observed_by", NEW."observed_on", NEW."owner_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."released_at", NEW."released_by_id", NEW."statement_en", NEW."statement_km", NEW."subject", NEW."training_id", NEW."verified_at", NEW."verified_by_id", NEW."version"); RETURN NULL;', hash='a7690897c9148f839be0a217e16d65954fdf6346', operation='UPDATE', pgid='pgtrigger_update_update_113c9', table='trainings_changefound', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='changefound',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_changefoundevent" ("changed_by_id", "created_at", "created_by_id", "evidence_id", "id", "observed_by", "observed_on", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "released_at", "released_by_id", "statement_en", "statement_km", "subject", "training_id", "verified_at", "verified_by_id", "version") VALUES (OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."evidence_id", OLD."id", OLD."observed_by", OLD."observed_on", OLD."owner_id", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."released_at", OLD."released_by_id", OLD."statement_en", OLD."statement_km", OLD."subject", OLD."training_id", OLD."verified_at", OLD."verified_by_id", OLD."version"); RETURN NULL;', hash='449b2c7c90f88a83c86273a8160d7e190185bd51', operation='DELETE', pgid='pgtrigger_delete_delete_782ea', table='trainings_changefound', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='changefound',
            constraint=models.CheckConstraint(condition=models.Q(('verified_by', None), models.Q(models.Q(('verified_by', models.F('created_by')), _negated=True), models.Q(('verified_by', models.F('changed_by')), _negated=True)), _connector='OR'), name='change_verified_by_somebody_else', violation_error_message='A change is verified by somebody other than those who recorded or corrected it.'),
        ),
    ]
