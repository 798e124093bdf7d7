"""Sections of a report for evaluations and follow-ups."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0016_kinds_of_people'),
        ('reports', '0023_notes_of_loans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='formsection',
            name='form_section_is_of_a_known_kind',
        ),
        migrations.AlterField(
            model_name='formsection',
            name='kind',
            field=models.CharField(choices=[('narrative', 'Text'), ('indicators', 'Table of indicators'), ('trainings', 'Trainings'), ('groups', 'Savings groups'), ('cascade', 'Cascade'), ('evaluation', 'What participants said at the end'), ('follow-up', 'What participants still do'), ('changes', 'Changes found'), ('photos', 'Photos'), ('activities', 'Activities planned and done'), ('next period', 'Plan of the next period'), ('money', 'Money'), ('acronyms', 'Acronyms'), ('restatements', 'Figures that were restated'), ('annexes', 'A sheet for each indicator'), ('thread', 'Comments and answers')], default='narrative', max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='formsectionevent',
            name='kind',
            field=models.CharField(choices=[('narrative', 'Text'), ('indicators', 'Table of indicators'), ('trainings', 'Trainings'), ('groups', 'Savings groups'), ('cascade', 'Cascade'), ('evaluation', 'What participants said at the end'), ('follow-up', 'What participants still do'), ('changes', 'Changes found'), ('photos', 'Photos'), ('activities', 'Activities planned and done'), ('next period', 'Plan of the next period'), ('money', 'Money'), ('acronyms', 'Acronyms'), ('restatements', 'Figures that were restated'), ('annexes', 'A sheet for each indicator'), ('thread', 'Comments and answers')], default='narrative', max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='frozensection',
            name='kind',
            field=models.CharField(choices=[('narrative', 'Text'), ('indicators', 'Table of indicators'), ('trainings', 'Trainings'), ('groups', 'Savings groups'), ('cascade', 'Cascade'), ('evaluation', 'What participants said at the end'), ('follow-up', 'What participants still do'), ('changes', 'Changes found'), ('photos', 'Photos'), ('activities', 'Activities planned and done'), ('next period', 'Plan of the next period'), ('money', 'Money'), ('acronyms', 'Acronyms'), ('restatements', 'Figures that were restated'), ('annexes', 'A sheet for each indicator'), ('thread', 'Comments and answers')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='formsection',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['narrative', 'indicators', 'trainings', 'groups', 'cascade', 'evaluation', 'follow-up', 'changes', 'photos', 'activities', 'next period', 'money', 'acronyms', 'restatements', 'annexes', 'thread'])), name='form_section_is_of_a_known_kind'),
        ),
    ]
