"""Who completed a closed training is kept by the database, as its other facts are."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('trainings', '0011_verified_by_somebody_else'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='completion',
            trigger=pgtrigger.compiler.Trigger(name='completion_of_open_training', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE found text;', func="\n    SELECT status INTO found FROM trainings_training\n    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.training_id ELSE NEW.training_id END;\n    IF found IS NOT NULL AND found <> 'open' AND NOT false THEN\n        RAISE EXCEPTION 'training is %, its records cannot change', found\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_is_open';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='5da785d16038e63b3dcd020b2a3488f3dff38f4c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_completion_of_open_training_5d09a', table='trainings_completion', when='BEFORE')),
        ),
    ]
