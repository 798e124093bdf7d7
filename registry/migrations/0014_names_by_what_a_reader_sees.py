"""People are found by the keys of their names, without titles, in either script and order.

Telephones get their 0. A name has letters.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import django.contrib.postgres.indexes
import django.db.models.expressions
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from khmer.phones import PhoneError, normal_phone
from registry.models import Organisation, Person, Place, PlaceAlias
from registry.search.finding import place_key, set_organisation_keys, set_person_keys

BATCH = 5_000

NAME_KEYS = """
CREATE FUNCTION registry_name_keys(names text, sound text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT key), '{}') FROM (
        SELECT key FROM unnest(string_to_array(names, ' ') || sound) AS key
        WHERE key NOT LIKE '.%'
        UNION ALL
        SELECT '-' || left(word, n - 1) || substr(word, n + 1)
        FROM unnest(string_to_array(names, ' ')) AS word, generate_series(1, length(word)) AS n
        WHERE length(word) > 3 AND word ~ '^[a-z0-9]+$'
    ) AS keys WHERE key <> ''
$$;
"""

# The position of a person was named as the council; who has renamed it keeps their name.
POSITIONS = """
UPDATE registry_position SET name_km = 'សមាជិក' || name_km
WHERE (code, name_km) IN (
    ('commune-councillor', 'ក្រុមប្រឹក្សាឃុំ/សង្កាត់'),
    ('district-councillor', 'ក្រុមប្រឹក្សាស្រុក/ក្រុង'),
    ('provincial-councillor', 'ក្រុមប្រឹក្សាខេត្ត')
);
UPDATE registry_position SET name_km = 'សមាជិកក្រុមជួយខ្លួនឯង'
WHERE (code, name_km) = ('group-member', 'សមាជិកក្រុមស្វ័យជួយ');
"""


def make_keys_again(_apps: Any, schema_editor: Any) -> None:
    """In batches, by one statement each: an installation has a hundred thousand people."""
    with schema_editor.connection.cursor() as cursor:
        for table, (fields, keys_of) in KEYS.items():
            _in_batches(cursor, table, fields, keys_of)
        _make_keys_of_places()
    # Nothing may wait when the table is altered.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _in_batches(
    cursor: Any, table: str, fields: tuple[str, ...], keys_of: Callable[..., dict[str, str]]
) -> None:
    last = "00000000-0000-0000-0000-000000000000"
    while True:
        cursor.execute(
            f"SELECT id, {', '.join(fields)} FROM {table} WHERE id > %s ORDER BY id LIMIT {BATCH}",
            [last],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        made = [(str(pk), keys_of(*values)) for pk, *values in rows]
        names = list(made[0][1])
        columns = ", ".join(f"{name} = made.{name}" for name in names)
        arrays = ", ".join(["%s::uuid[]", *["%s::text[]"] * len(names)])
        cursor.execute(
            f"UPDATE {table} AS stored SET {columns} "
            f"FROM unnest({arrays}) AS made(id, {', '.join(names)}) WHERE stored.id = made.id",
            [
                [pk for pk, _keys in made],
                *([keys[name] for _pk, keys in made] for name in names),
            ],
        )


def _person(name_km: str, name_latin: str, also_known_as: str, phone: str) -> dict[str, str]:
    person = Person(name_km=name_km, name_latin=name_latin, also_known_as=also_known_as)
    set_person_keys(person)
    return {
        "search_key": person.search_key,
        "sound_key": person.sound_key,
        "sort_key": person.sort_key,
        "phone": _in_one_form(phone),
    }


def _in_one_form(phone: str) -> str:
    """What is no number by the rule stays as it is."""
    try:
        return normal_phone(phone)
    except PhoneError:
        return phone


def _organisation(name_km: str, name_latin: str, short_name: str) -> dict[str, str]:
    organisation = Organisation(name_km=name_km, name_latin=name_latin, short_name=short_name)
    set_organisation_keys(organisation)
    return {"search_key": organisation.search_key, "sort_key": organisation.sort_key}


KEYS: dict[str, tuple[tuple[str, ...], Callable[..., dict[str, str]]]] = {
    "registry_person": (("name_km", "name_latin", "also_known_as", "phone"), _person),
    "registry_organisation": (("name_km", "name_latin", "short_name"), _organisation),
}


def _make_keys_of_places() -> None:
    spellings: dict[str, list[str]] = defaultdict(list)
    for code, name in PlaceAlias.objects.order_by("pk").values_list("place_id", "name"):
        spellings[code].append(name)
    places = list(Place.objects.only("name_km", "name_latin"))
    for place in places:
        place.search_key = place_key([place.name_km, place.name_latin, *spellings[place.pk]])
    Place.objects.bulk_update(places, ["search_key"], 2_000)


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_what_was_shown_stays")]

    operations = [
        migrations.RunSQL(NAME_KEYS, reverse_sql="DROP FUNCTION registry_name_keys(text, text)"),
        migrations.RunPython(make_keys_again, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                django.db.models.expressions.Func(
                    "search_key", "sound_key", function="registry_name_keys"
                ),
                name="person_names",
            ),
        ),
        migrations.RunSQL(POSITIONS, migrations.RunSQL.noop),
        # Names of before stay until somebody changes them.
        AddConstraintNotValid(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("name_km__regex", "^[0-9\\u17e0-\\u17e9?\\s]+$"),
                    ("name_latin__regex", "^[0-9\\u17e0-\\u17e9?\\s]+$"),
                    _connector="OR",
                    _negated=True,
                ),
                name="person_is_named_in_letters",
                violation_error_message="A name has letters. Write it as people say it.",
            ),
        ),
    ]
