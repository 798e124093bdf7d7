"""The descent of deliveries, worked out beforehand for programmes with a snapshot."""

from django.db import migrations

# Who came of whom over any number of levels; every delivery comes of itself in 0 hops. Written
# and emptied by cascades.snapshots alone. It has no model, and no keys to deliveries: a row of a
# delivery that is gone finds nothing, and is gone itself when the next snapshot is taken.
DESCENT = """
CREATE TABLE cascades_descent (
    curriculum_id uuid NOT NULL,
    ancestor_id uuid NOT NULL,
    descendant_id uuid NOT NULL,
    hops smallint NOT NULL,
    PRIMARY KEY (curriculum_id, ancestor_id, descendant_id)
);
"""


class Migration(migrations.Migration):
    dependencies = [("cascades", "0003_lineage")]
    operations = [migrations.RunSQL(DESCENT, reverse_sql="DROP TABLE cascades_descent")]
