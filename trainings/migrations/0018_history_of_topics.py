"""Which topics a training had, at any moment."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('trainings', '0017_versions_in_khmer'),
    ]

    operations = [
        migrations.CreateModel(
            name='TopicLink',
            fields=[
            ],
            options={
                'verbose_name': 'topic of a training',
                'verbose_name_plural': 'topics of trainings',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('trainings.training_topics',),
        ),
        migrations.CreateModel(
            name='TopicLinkEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('topic', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.topic')),
                ('training', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.training')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trainings.topiclink')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topiclink',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_topiclinkevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "topic_id", "training_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."topic_id", NEW."training_id"); RETURN NULL;', hash='8314a85d2cdbc77c2f1bf80b04cf7d5cdeba8ca4', operation='INSERT', pgid='pgtrigger_insert_insert_98d94', table='trainings_training_topics', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topiclink',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_topiclinkevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "topic_id", "training_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."topic_id", NEW."training_id"); RETURN NULL;', hash='c264d68c18e90afcfab95c5213fbaa1815487e85', operation='UPDATE', pgid='pgtrigger_update_update_a2d21', table='trainings_training_topics', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topiclink',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_topiclinkevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "topic_id", "training_id") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."topic_id", OLD."training_id"); RETURN NULL;', hash='a9a213884536a0f6ad4e15abb7e534b1ed4821da', operation='DELETE', pgid='pgtrigger_delete_delete_c831d', table='trainings_training_topics', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topiclinkevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a3dba6238b78201465d23d3c36928b73ae9bf3fb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6bc1e', table='trainings_topiclinkevent', when='BEFORE')),
        ),
        # What is there was so before the history begins; of earlier changes nothing is known.
        migrations.RunSQL(
            """
            INSERT INTO trainings_topiclinkevent (
                id, training_id, topic_id, pgh_obj_id, pgh_label, pgh_created_at)
            SELECT id, training_id, topic_id, id, 'insert', '2000-01-01'
            FROM trainings_training_topics
            """,
            migrations.RunSQL.noop,
        ),
    ]
