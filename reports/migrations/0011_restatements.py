"""What became of numbers after they were sent, and what restatements say of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0010_donor_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(choices=[('period', 'The period'), ('previous', 'The period before'), ('year', 'The year so far'), ('life', 'The project so far')], max_length=10)),
                ('key', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, size=None)),
                ('was', models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ('now', models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ('causes', models.JSONField(default=list)),
                ('found_at', models.DateTimeField(auto_now=True, verbose_name='found at')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='reports.frozenline')),
            ],
            options={
                'ordering': ['line', 'basis', 'key'],
                'constraints': [models.UniqueConstraint(fields=('line', 'basis', 'key'), name='difference_once')],
            },
        ),
        migrations.CreateModel(
            name='FrozenChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_hidden', models.BooleanField(default=False)),
                ('was', models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ('now', models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ('causes', models.JSONField(default=list)),
                ('before', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.frozencell')),
                ('cell', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='change', to='reports.frozencell')),
            ],
            options={
                'ordering': ['cell'],
                'constraints': [models.CheckConstraint(condition=models.Q(('is_hidden', False), models.Q(('causes', []), ('now', None), ('was', None)), _connector='OR'), name='frozen_change_hides_its_numbers')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frozenchange',
            trigger=pgtrigger.compiler.Trigger(name='frozen_change_is_written_with_it', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE since timestamptz;', func="\n            SELECT frozen.frozen_at INTO since FROM reports_frozenreport frozen \n                    JOIN reports_frozenline line ON line.frozen_id = frozen.id\n                    JOIN reports_frozencell cell ON cell.line_id = line.id\n                    WHERE cell.id = NEW.cell_id\n                ;\n            IF since IS DISTINCT FROM transaction_timestamp() THEN\n                RAISE EXCEPTION 'this report was frozen before'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_report_is_whole';\n            END IF;\n            RETURN NEW;\n        ", hash='280788b0b680e93f02ce471bef01e2267e26e20f', operation='INSERT', pgid='pgtrigger_frozen_change_is_written_with_it_fca8b', table='reports_frozenchange', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frozenchange',
            trigger=pgtrigger.compiler.Trigger(name='frozen_change_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='937059a4bb2716f6a9e0b94e2ad8a2401349f2c9', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_change_stays_13f1b', table='reports_frozenchange', when='BEFORE')),
        ),
    ]
