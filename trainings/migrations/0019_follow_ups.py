"""Follow-ups after a training, and the evaluation at its end."""

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
        ('trainings', '0018_history_of_topics'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvaluationCount',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('question', models.CharField(choices=[('useful', 'What I learnt is useful for me'), ('understood', 'I understood what was taught'), ('trainers', 'The trainers explained well and listened'), ('organised', 'Place, time and materials were right'), ('will use', 'I will use what I learnt')], max_length=12, verbose_name='question')),
                ('grade', models.PositiveSmallIntegerField(choices=[(1, 'Not at all'), (2, 'A little'), (3, 'Partly'), (4, 'Mostly'), (5, 'Fully')], verbose_name='answer')),
                ('people', models.PositiveIntegerField(verbose_name='people')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evaluation_counts', to='trainings.training')),
            ],
            options={
                'verbose_name': 'answers to an evaluation',
                'verbose_name_plural': 'answers to evaluations',
                'ordering': ['training', 'question', '-grade'],
            },
        ),
        migrations.CreateModel(
            name='EvaluationCountEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('question', models.CharField(choices=[('useful', 'What I learnt is useful for me'), ('understood', 'I understood what was taught'), ('trainers', 'The trainers explained well and listened'), ('organised', 'Place, time and materials were right'), ('will use', 'I will use what I learnt')], max_length=12, verbose_name='question')),
                ('grade', models.PositiveSmallIntegerField(choices=[(1, 'Not at all'), (2, 'A little'), (3, 'Partly'), (4, 'Mostly'), (5, 'Fully')], verbose_name='answer')),
                ('people', models.PositiveIntegerField(verbose_name='people')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trainings.evaluationcount')),
                ('training', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.training')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('months', models.PositiveSmallIntegerField(choices=[(3, 'After 3 months'), (6, 'After 6 months'), (12, 'After 12 months')], verbose_name='round')),
                ('is_sample', models.BooleanField(default=False, verbose_name='of a sample')),
                ('not_done_because', models.CharField(blank=True, max_length=300, verbose_name='not done because')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='trainings.training')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'ordering': ['training', 'months'],
            },
            bases=(trainings.models.telling.TellsOfTraining, models.Model),
        ),
        migrations.CreateModel(
            name='FollowUpAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('still', models.CharField(blank=True, choices=[('fully', 'Still does it fully'), ('partly', 'Does it partly'), ('no', 'Does not do it'), ('not reached', 'Could not be reached')], max_length=12, verbose_name='what is still done')),
                ('what', models.CharField(blank=True, help_text='One sentence, in their words. It stays inside your organisation.', max_length=300, verbose_name='what exactly')),
                ('asked_on', models.DateField(blank=True, null=True, verbose_name='asked on')),
                ('changed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='follow_up_answers', to='trainings.enrolment', verbose_name='enrolment')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='trainings.followup', verbose_name='follow-up')),
                ('owner', models.ForeignKey(help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='trainings.training')),
            ],
            options={
                'verbose_name': 'answer in a follow-up',
                'verbose_name_plural': 'answers in follow-ups',
                'ordering': ['follow_up', 'enrolment__sheet_row'],
            },
            bases=(trainings.models.telling.TellsOfTraining, models.Model),
        ),
        migrations.CreateModel(
            name='FollowUpAnswerEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('still', models.CharField(blank=True, choices=[('fully', 'Still does it fully'), ('partly', 'Does it partly'), ('no', 'Does not do it'), ('not reached', 'Could not be reached')], max_length=12, verbose_name='what is still done')),
                ('what', models.CharField(blank=True, help_text='One sentence, in their words. It stays inside your organisation.', max_length=300, verbose_name='what exactly')),
                ('asked_on', models.DateField(blank=True, null=True, verbose_name='asked on')),
                ('changed_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('enrolment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.enrolment', verbose_name='enrolment')),
                ('follow_up', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.followup', verbose_name='follow-up')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trainings.followupanswer')),
                ('training', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.training')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FollowUpEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('months', models.PositiveSmallIntegerField(choices=[(3, 'After 3 months'), (6, 'After 6 months'), (12, 'After 12 months')], verbose_name='round')),
                ('is_sample', models.BooleanField(default=False, verbose_name='of a sample')),
                ('not_done_because', models.CharField(blank=True, max_length=300, verbose_name='not done because')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('owner', models.ForeignKey(db_constraint=False, help_text='The organisation whose record this is, and whose staff see it.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='registry.organisation', verbose_name='belongs to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trainings.followup')),
                ('training', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='trainings.training')),
            ],
            options={
                'abstract': False,
            },
        ),
        Together([
            migrations.AddConstraint(
                model_name='evaluationcount',
                constraint=models.UniqueConstraint(fields=('training', 'question', 'grade'), name='evaluation_count_once'),
            ),
            migrations.AddConstraint(
                model_name='evaluationcount',
                constraint=models.CheckConstraint(condition=models.Q(('question__in', ['useful', 'understood', 'trainers', 'organised', 'will use'])), name='evaluation_question_is_known'),
            ),
            migrations.AddConstraint(
                model_name='evaluationcount',
                constraint=models.CheckConstraint(condition=models.Q(('grade__gte', 1), ('grade__lte', 5)), name='evaluation_grade_is_known'),
            ),
            migrations.AddConstraint(
                model_name='evaluationcount',
                constraint=models.CheckConstraint(condition=models.Q(('people__gt', 0)), name='evaluation_count_above_zero'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evaluationcount',
                trigger=pgtrigger.compiler.Trigger(name='evaluation_count_of_open_training', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE found text;', func="\n    SELECT status INTO found FROM trainings_training\n    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.training_id ELSE NEW.training_id END;\n    IF found IS NOT NULL AND found <> 'open' AND NOT false THEN\n        RAISE EXCEPTION 'training is %, its records cannot change', found\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_is_open';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='b14d72fdfcd4c07f319499fd709d34172334259f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_evaluation_count_of_open_training_82d9c', table='trainings_evaluationcount', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evaluationcount',
                trigger=pgtrigger.compiler.Trigger(name='evaluation_of_who_took_part', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE answers bigint; present bigint;', func="\n                    SELECT sum(people) INTO answers FROM trainings_evaluationcount\n                    WHERE training_id = NEW.training_id AND question = NEW.question;\n                    SELECT (SELECT count(*) FROM trainings_enrolment listed\n                             WHERE listed.training_id = NEW.training_id\n                               AND listed.role = 'learner' AND listed.person_id IS NOT NULL\n                               AND (EXISTS (\n                                        SELECT FROM trainings_attendance mark\n                                        WHERE mark.enrolment_id = listed.id AND mark.fraction > 0)\n                                    OR NOT EXISTS (\n                                        SELECT FROM trainings_attendance mark\n                                        WHERE mark.training_id = listed.training_id)))\n                         + (SELECT coalesce(sum(people), 0) FROM trainings_headcount\n                             WHERE training_id = NEW.training_id)\n                    INTO present;\n                    IF answers > present THEN\n                        RAISE EXCEPTION 'more answers than participants'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'evaluation_of_who_took_part';\n                    END IF;\n                    RETURN NULL;\n                ", hash='8a945ee82649f8af08495ef2686c5aaa9098907a', operation='INSERT OR UPDATE', pgid='pgtrigger_evaluation_of_who_took_part_b8d6a', table='trainings_evaluationcount', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evaluationcount',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_evaluationcountevent" ("created_at", "created_by_id", "grade", "id", "owner_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."grade", NEW."id", NEW."owner_id", NEW."people", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."question", NEW."training_id", NEW."version"); RETURN NULL;', hash='d6f3137e18f86aaa0c8a908db8982044e60e207d', operation='INSERT', pgid='pgtrigger_insert_insert_5a628', table='trainings_evaluationcount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evaluationcount',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_evaluationcountevent" ("created_at", "created_by_id", "grade", "id", "owner_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."grade", NEW."id", NEW."owner_id", NEW."people", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."question", NEW."training_id", NEW."version"); RETURN NULL;', hash='b46431a99e7a0c8440c9d706b444befaf738e716', operation='UPDATE', pgid='pgtrigger_update_update_6cc03', table='trainings_evaluationcount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evaluationcount',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_evaluationcountevent" ("created_at", "created_by_id", "grade", "id", "owner_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "training_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."grade", OLD."id", OLD."owner_id", OLD."people", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."question", OLD."training_id", OLD."version"); RETURN NULL;', hash='498c3fae7864d9b97d94ac76bf2619c93ab79fb7', operation='DELETE', pgid='pgtrigger_delete_delete_51341', table='trainings_evaluationcount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='evaluationcountevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bb0735c31a52c19970146da907c657cd6f4b450e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_08cee', table='trainings_evaluationcountevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='followup',
                constraint=models.UniqueConstraint(fields=('training', 'months'), name='follow_up_once', violation_error_message='This follow-up was begun already.'),
            ),
            migrations.AddConstraint(
                model_name='followup',
                constraint=models.CheckConstraint(condition=models.Q(('months__in', [3, 6, 12])), name='follow_up_is_of_a_known_round'),
            ),
            migrations.AddConstraint(
                model_name='followup',
                constraint=models.CheckConstraint(condition=models.Q(('not_done_because', ''), ('is_sample', False), _connector='OR'), name='follow_up_not_done_has_no_sample'),
            ),
            migrations.AddConstraint(
                model_name='followup',
                constraint=models.UniqueConstraint(fields=('training', 'id'), name='follow_up_of_training'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followup',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_followupevent" ("created_at", "created_by_id", "id", "is_sample", "months", "not_done_because", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."is_sample", NEW."months", NEW."not_done_because", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."training_id", NEW."version"); RETURN NULL;', hash='0764b4c944ac9d359fbcd80e3a6e99bbc95f3737', operation='INSERT', pgid='pgtrigger_insert_insert_30ef7', table='trainings_followup', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followup',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_followupevent" ("created_at", "created_by_id", "id", "is_sample", "months", "not_done_because", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."is_sample", NEW."months", NEW."not_done_because", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."training_id", NEW."version"); RETURN NULL;', hash='bc909fb72fdaf3b008a785ba745b6851728ba01b', operation='UPDATE', pgid='pgtrigger_update_update_b1af5', table='trainings_followup', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followup',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_followupevent" ("created_at", "created_by_id", "id", "is_sample", "months", "not_done_because", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "training_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."id", OLD."is_sample", OLD."months", OLD."not_done_because", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."training_id", OLD."version"); RETURN NULL;', hash='fd8c81512625b5821f5154e0e7c09ca0417ccbd3', operation='DELETE', pgid='pgtrigger_delete_delete_7d946', table='trainings_followup', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='followupanswer',
                constraint=models.UniqueConstraint(fields=('follow_up', 'enrolment'), name='asked_once'),
            ),
            migrations.AddConstraint(
                model_name='followupanswer',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('asked_on', None), ('still', ''), ('what', '')), models.Q(('asked_on__isnull', False), ('still__in', ['fully', 'partly', 'no', 'not reached'])), _connector='OR'), name='follow_up_answer_has_its_day'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupanswer',
                trigger=pgtrigger.compiler.Trigger(name='follow_up_asks_who_came', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM trainings_enrolment listed\n                        WHERE listed.id = NEW.enrolment_id AND listed.role = 'learner'\n                          AND listed.person_id IS NOT NULL\n                          AND (EXISTS (\n                                   SELECT FROM trainings_attendance mark\n                                   WHERE mark.enrolment_id = listed.id AND mark.fraction > 0)\n                               OR NOT EXISTS (\n                                   SELECT FROM trainings_attendance mark\n                                   WHERE mark.training_id = listed.training_id))\n                    ) THEN\n                        RAISE EXCEPTION 'only learners who came are followed up'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'follow_up_asks_who_came';\n                    END IF;\n                    RETURN NEW;\n                ", hash='80f66ef15d82999ca382b2cd15037fcb94157495', operation='INSERT', pgid='pgtrigger_follow_up_asks_who_came_59611', table='trainings_followupanswer', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupanswer',
                trigger=pgtrigger.compiler.Trigger(name='follow_up_is_due', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE found record;', func="\n                    SELECT training.status, training.ends_on, round.months, round.not_done_because\n                    INTO found\n                    FROM trainings_followup round\n                    JOIN trainings_training training ON training.id = round.training_id\n                    WHERE round.id = NEW.follow_up_id;\n                    IF found.status = 'cancelled' OR found.not_done_because <> '' THEN\n                        RAISE EXCEPTION 'nobody is asked in this follow-up'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'follow_up_asks_nobody';\n                    END IF;\n                    IF NEW.asked_on < (found.ends_on + make_interval(months => found.months))::date\n                       AND (TG_OP = 'INSERT' OR NEW.asked_on IS DISTINCT FROM OLD.asked_on)\n                    THEN\n                        RAISE EXCEPTION 'a follow-up is not asked before it is due'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'follow_up_is_due';\n                    END IF;\n                    RETURN NEW;\n                ", hash='3544f49d13d9b288d271cb15f9611b60171fbb3a', operation='INSERT OR UPDATE', pgid='pgtrigger_follow_up_is_due_8a7e3', table='trainings_followupanswer', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupanswer',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_followupanswerevent" ("asked_on", "changed_by_id", "created_at", "created_by_id", "enrolment_id", "follow_up_id", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "still", "training_id", "version", "what") VALUES (NEW."asked_on", NEW."changed_by_id", NEW."created_at", NEW."created_by_id", NEW."enrolment_id", NEW."follow_up_id", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."still", NEW."training_id", NEW."version", NEW."what"); RETURN NULL;', hash='e228940973f0f92bd718513d0aa0fd83f1cc2dc1', operation='INSERT', pgid='pgtrigger_insert_insert_4bc12', table='trainings_followupanswer', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupanswer',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trainings_followupanswerevent" ("asked_on", "changed_by_id", "created_at", "created_by_id", "enrolment_id", "follow_up_id", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "still", "training_id", "version", "what") VALUES (NEW."asked_on", NEW."changed_by_id", NEW."created_at", NEW."created_by_id", NEW."enrolment_id", NEW."follow_up_id", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."still", NEW."training_id", NEW."version", NEW."what"); RETURN NULL;', hash='29047717a843b4c86e61c01de6ce0e392a8bbf6f', operation='UPDATE', pgid='pgtrigger_update_update_543a6', table='trainings_followupanswer', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupanswer',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trainings_followupanswerevent" ("asked_on", "changed_by_id", "created_at", "created_by_id", "enrolment_id", "follow_up_id", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "still", "training_id", "version", "what") VALUES (OLD."asked_on", OLD."changed_by_id", OLD."created_at", OLD."created_by_id", OLD."enrolment_id", OLD."follow_up_id", OLD."id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."still", OLD."training_id", OLD."version", OLD."what"); RETURN NULL;', hash='45813a1d9ed43e9b0b8d9e27528c57b627b15889', operation='DELETE', pgid='pgtrigger_delete_delete_36a80', table='trainings_followupanswer', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupanswerevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7e755161c3b0ede2b8bce152d74e310e99a02fda', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9261a', table='trainings_followupanswerevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c46fe8d4f360fb6435c5c8b68f9c77e0480c4b22', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d33fe', table='trainings_followupevent', when='BEFORE')),
            ),
        ]),
        *[
            refers_within(f"trainings_{table}", "training_id", "trainings_training")
            for table in ("evaluationcount", "followup", "followupanswer")
        ],
        *[
            refers_within("trainings_followupanswer", column, target, shared="training_id")
            for column, target in [
                ("enrolment_id", "trainings_enrolment"),
                ("follow_up_id", "trainings_followup"),
            ]
        ],
    ]
