"""What a closed training was about stays, whatever is deleted elsewhere."""

from django.db import migrations

KEEP_LINKS = """
CREATE OR REPLACE FUNCTION trainings_keep_links() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    SELECT status INTO found FROM trainings_training
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.training_id ELSE NEW.training_id END;
    IF found IS NOT NULL AND found <> 'open' THEN
        RAISE EXCEPTION 'training is %, its records cannot change', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_is_open';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER trainings_keep_links
    BEFORE INSERT OR UPDATE OR DELETE ON trainings_training_topics FOR EACH ROW
    EXECUTE FUNCTION trainings_keep_links();
CREATE OR REPLACE TRIGGER trainings_keep_links
    BEFORE INSERT OR UPDATE OR DELETE ON trainings_training_goals FOR EACH ROW
    EXECUTE FUNCTION trainings_keep_links();
"""


class Migration(migrations.Migration):
    dependencies = [("trainings", "0014_certificates_of_joined")]
    operations = [
        migrations.RunSQL(
            KEEP_LINKS, reverse_sql="DROP FUNCTION trainings_keep_links CASCADE"
        )
    ]
