"""Joined entries: the certificate of the other one stays, withdrawn, beside the valid one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0010_plain_words'),
        ('trainings', '0013_trainers_by_row'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='certificate',
            name='enrolment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='trainings.enrolment', verbose_name='enrolment'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('enrolment',), name='one_valid_certificate_of_an_enrolment', violation_error_message='This person has a certificate already.'),
        ),
    ]
