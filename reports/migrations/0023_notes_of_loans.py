"""Values are counted from what was agreed on loans and from interest that was let off as well."""

from django.db import migrations

TABLES = ("savings_groups_agreement", "savings_groups_interestwaived")
NOTE = """
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
"""
DOWN = "DROP TRIGGER reports_note_change ON {table}"


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0022_letters"),
        ("savings_groups", "0014_loan_backers"),
    ]
    operations = [
        migrations.RunSQL(NOTE.format(table=table), DOWN.format(table=table)) for table in TABLES
    ]
