"""Values are counted from evaluations and follow-ups of trainings as well."""

from django.db import migrations

TABLES = ("trainings_evaluationcount", "trainings_followup", "trainings_followupanswer")
NOTE = """
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
"""
DOWN = "DROP TRIGGER reports_note_change ON {table}"


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0026_photos_with_consent"),
        ("trainings", "0020_recognised"),
    ]
    operations = [
        migrations.RunSQL(NOTE.format(table=table), DOWN.format(table=table)) for table in TABLES
    ]
