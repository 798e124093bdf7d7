"""Grades from decimals on, or above them: the first scheme says of itself “A above 85”."""

from django.db import migrations, models


def as_it_says(apps, schema_editor):
    """Only where nobody has changed the limit."""
    schemes = apps.get_model("savings_groups", "GradingScheme").objects
    as_delivered = {"code": "five-rules", "grade_a": 85, "source__contains": "A above 85"}
    schemes.filter(**as_delivered).update(a_is_above=True)


class Migration(migrations.Migration):

    dependencies = [
        ('savings_groups', '0011_two_days'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='gradingscheme',
            name='grading_a_above_b',
        ),
        migrations.AddField(
            model_name='gradingscheme',
            name='a_is_above',
            field=models.BooleanField(default=False, help_text='As in “A above 85”: with exactly 85 it is a B.', verbose_name='A needs more than that'),
        ),
        migrations.AlterField(
            model_name='gradingscheme',
            name='grade_a',
            field=models.DecimalField(decimal_places=1, default=85, max_digits=4, verbose_name='percent needed for A'),
        ),
        migrations.AlterField(
            model_name='gradingscheme',
            name='grade_b',
            field=models.DecimalField(decimal_places=1, default=75, max_digits=4, verbose_name='percent needed for B'),
        ),
        migrations.AddConstraint(
            model_name='gradingscheme',
            constraint=models.CheckConstraint(condition=models.Q(('grade_a__gt', models.F('grade_b')), ('grade_a__lte', 100), ('grade_b__gte', 0)), name='grading_a_above_b', violation_error_message='A needs more than B, and at most 100 percent.'),
        ),
        migrations.RunPython(as_it_says, migrations.RunPython.noop),
    ]
