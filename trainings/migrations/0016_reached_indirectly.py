"""Numbers of people reached indirectly, and how few of a topic are shown outside."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import trainings.models.telling
import uuid6
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import Together, refers_within


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('registry', '0016_kinds_of_people'),
        ('trainings', '0015_topics_stay'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IndirectCount',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('method', models.CharField(choices=[('households', 'Members of the households of participants'), ('taught', 'People whom participants teach, train or serve'), ('groups', 'Members of groups that sent somebody'), ('audience', 'Audience of broadcasts, posts and posters'), ('other', 'Other')], max_length=15, verbose_name='who they are')),
                ('people', models.PositiveIntegerField(verbose_name='people')),
                ('basis', models.CharField(help_text='As in: 24 participants × 4.6 people in a household, census of 2019.', max_length=300, verbose_name='how the number was found')),
            ],
            options={
                'verbose_name': 'number of people reached indirectly',
                'verbose_name_plural': 'numbers of people reached indirectly',
                'ordering': ['training', 'method'],
            },
            bases=(trainings.models.telling.TellsOfTraining, models.Model),
        ),
        migrations.CreateModel(
            name='IndirectCountEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('method', models.CharField(choices=[('households', 'Members of the households of participants'), ('taught', 'People whom participants teach, train or serve'), ('groups', 'Members of groups that sent somebody'), ('audience', 'Audience of broadcasts, posts and posters'), ('other', 'Other')], max_length=15, verbose_name='who they are')),
                ('people', models.PositiveIntegerField(verbose_name='people')),
                ('basis', models.CharField(help_text='As in: 24 participants × 4.6 people in a household, census of 2019.', max_length=300, verbose_name='how the number was found')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='topic',
            name='fewest_shown',
            field=models.PositiveSmallIntegerField(default=5, help_text='More than the usual 5 where the subject could harm whoever is recognised.', verbose_name='fewest people shown outside'),
        ),
        migrations.AddField(
            model_name='indirectcount',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='indirectcount',
            name='owner',
            field=models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to'),
        ),
        migrations.AddField(
            model_name='indirectcount',
            name='training',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='indirect_counts', to='trainings.training'),
        ),
        migrations.AddField(
            model_name='indirectcountevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='indirectcountevent',
            name='owner',
            field=models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to'),
        ),
        migrations.AddField(
            model_name='indirectcountevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='indirectcountevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trainings.indirectcount'),
        ),
        migrations.AddField(
            model_name='indirectcountevent',
            name='training',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.training'),
        ),
        Together([
            migrations.AddConstraint(
                model_name='topic',
                constraint=models.CheckConstraint(condition=models.Q(('fewest_shown__gte', 2), ('fewest_shown__lte', 50)), name='topic_shows_from_2_to_50', violation_error_message='A threshold lies between 2 and 50.'),
            ),
            migrations.AddConstraint(
                model_name='indirectcount',
                constraint=models.UniqueConstraint(fields=('training', 'method'), name='indirect_count_once', violation_error_message='This number is entered already.'),
            ),
            migrations.AddConstraint(
                model_name='indirectcount',
                constraint=models.CheckConstraint(condition=models.Q(('people__gt', 0)), name='indirect_count_above_zero'),
            ),
            migrations.AddConstraint(
                model_name='indirectcount',
                constraint=models.CheckConstraint(condition=models.Q(('people__lte', 20000000)), name='indirect_count_of_at_most_20000000', violation_error_message='This number is too large.'),
            ),
            migrations.AddConstraint(
                model_name='indirectcount',
                constraint=models.CheckConstraint(condition=models.Q(('basis', ''), _negated=True), name='indirect_count_has_a_basis', violation_error_message='Say how this number was found.'),
            ),
            migrations.AddConstraint(
                model_name='indirectcount',
                constraint=models.CheckConstraint(condition=models.Q(('method__in', ['households', 'taught', 'groups', 'audience', 'other'])), name='indirect_count_method_is_known_word'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indirectcount',
                trigger=pgtrigger.compiler.Trigger(name='indirect_count_of_open_training', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE found text;', func="\n    SELECT status INTO found FROM trainings_training\n    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.training_id ELSE NEW.training_id END;\n    IF found IS NOT NULL AND found <> 'open' AND NOT false THEN\n        RAISE EXCEPTION 'training is %, its records cannot change', found\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_is_open';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='8b926f0729ca39a121cbd09600d66fe0c6f50cc3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_indirect_count_of_open_training_ead39', table='trainings_indirectcount', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indirectcount',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_indirectcountevent" ("basis", "created_at", "created_by_id", "id", "method", "owner_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (NEW."basis", NEW."created_at", NEW."created_by_id", NEW."id", NEW."method", NEW."owner_id", NEW."people", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."training_id", NEW."version"); RETURN NULL;', hash='9908c47edcc7f5460ee6dd4952ff134780aefa33', operation='INSERT', pgid='pgtrigger_insert_insert_0eb71', table='trainings_indirectcount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indirectcount',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_indirectcountevent" ("basis", "created_at", "created_by_id", "id", "method", "owner_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (NEW."basis", NEW."created_at", NEW."created_by_id", NEW."id", NEW."method", NEW."owner_id", NEW."people", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."training_id", NEW."version"); RETURN NULL;', hash='6dffd01ab365ff1119e5035139c4ac1d14b565d9', operation='UPDATE', pgid='pgtrigger_update_update_5fd5d', table='trainings_indirectcount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indirectcount',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_indirectcountevent" ("basis", "created_at", "created_by_id", "id", "method", "owner_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (OLD."basis", OLD."created_at", OLD."created_by_id", OLD."id", OLD."method", OLD."owner_id", OLD."people", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."training_id", OLD."version"); RETURN NULL;', hash='4a36c6b8181ec59e1f274b3efc5dcca7c9dba583', operation='DELETE', pgid='pgtrigger_delete_delete_9c8dd', table='trainings_indirectcount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='indirectcountevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='16439dea036fbe941ca4b32ea0b22a54b27502e2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ba6d2', table='trainings_indirectcountevent', when='BEFORE')),
            ),
        ]),
        refers_within("trainings_indirectcount", "training_id", "trainings_training"),
    ]
