"""Indexes by which cascades go from who completed to what she trained."""


from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0003_documents_have_options'),
        ('trainings', '0003_supporting_trainers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='completion',
            index=models.Index(fields=['training'], include=('enrolment',), name='completion_of_training'),
        ),
        migrations.AddIndex(
            model_name='enrolment',
            index=models.Index(condition=models.Q(('person__isnull', False), ('role__in', ['lead trainer', 'co-trainer'])), fields=['person'], include=('training',), name='enrolment_of_trainer'),
        ),
        migrations.AddIndex(
            model_name='enrolment',
            index=models.Index(condition=models.Q(('person__isnull', False), ('role', 'learner')), fields=['training'], include=('id', 'person'), name='enrolment_of_learner'),
        ),
    ]
