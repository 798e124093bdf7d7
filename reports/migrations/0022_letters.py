"""Letters to those who write reports."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0021_targets_of_two_calendars'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('due', 'Due soon'), ('overdue', 'Overdue'), ('returned', 'Returned with comments'), ('accepted', 'Accepted')], max_length=10, verbose_name='kind')),
                ('due_on', models.DateField(null=True, verbose_name='due on')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Given up'), ('dropped', 'Not needed any more')], default='waiting', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt at')),
                ('problem', models.CharField(blank=True, max_length=100, verbose_name='problem')),
                ('written_at', models.DateTimeField(auto_now_add=True, verbose_name='written at')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='reports.report', verbose_name='report')),
                ('step', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='reports.step', verbose_name='step')),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='to')),
            ],
            options={
                'verbose_name': 'letter about a report',
                'verbose_name_plural': 'letters about reports',
                'ordering': ['-written_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at'], name='letter_waiting')],
                'constraints': [models.UniqueConstraint(fields=('report', 'kind', 'due_on', 'step', 'to'), name='letter_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('due_on__isnull', False), ('kind__in', ['due', 'overdue']), ('step', None)), models.Q(('due_on', None), ('kind__in', ['returned', 'accepted']), ('step__isnull', False)), _connector='OR'), name='letter_is_about_one_event'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(('sent_at', None), ('state__in', ['waiting', 'failed', 'dropped'])), _connector='OR'), name='letter_was_sent_on_a_day')],
            },
        ),
    ]
