"""People are found by the keys of their names, one or thousands in one query."""

import django.contrib.postgres.indexes
import django.db.models.expressions
from django.db import migrations

NAME_KEYS = """
CREATE FUNCTION registry_name_keys(names text, sound text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT key), '{}') FROM (
        SELECT unnest(string_to_array(names, ' ') || sound) AS key
        UNION ALL
        SELECT '-' || left(word, n - 1) || substr(word, n + 1)
        FROM unnest(string_to_array(names, ' ')) AS word, generate_series(1, length(word)) AS n
        WHERE length(word) > 3 AND word ~ '^[a-z0-9]+$'
    ) AS keys WHERE key <> ''
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_plain_words")]

    operations = [
        migrations.RunSQL(
            NAME_KEYS, reverse_sql="DROP FUNCTION registry_name_keys(text, text)"
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                django.db.models.expressions.Func(
                    "search_key", "sound_key", function="registry_name_keys"
                ),
                name="person_names",
            ),
        ),
    ]
