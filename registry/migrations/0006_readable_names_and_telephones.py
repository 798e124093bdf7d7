"""One form for telephones, names that can be read, and a digest beside the key of a form."""

from typing import Any

from django.db import migrations, models
from khmer.phones import PhoneError, normal_phone

# Marks that turn a text around or cannot be seen go; for a letter that is lost stands a "?".
UNSEEN = r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
LOST = r"[\ue000-\uf8ff\ufffd]"
NAMES = {
    "registry_person": ("name_km", "name_latin", "also_known_as"),
    "registry_organisation": ("name_km", "name_latin", "short_name"),
    "registry_project": ("code", "name_km", "name_en"),
}


def make_names_readable(_apps: Any, schema_editor: Any) -> None:
    """Before the database refuses them. The history keeps what was there."""
    with schema_editor.connection.cursor() as cursor:
        for table, names in NAMES.items():
            for name in names:
                cursor.execute(
                    f"UPDATE {table} SET {name} = regexp_replace("
                    f"regexp_replace({name}, %(unseen)s, '', 'g'), %(lost)s, '?', 'g') "
                    f"WHERE {name} ~ %(unseen)s OR {name} ~ %(lost)s",
                    {"unseen": UNSEEN, "lost": LOST},
                )


def bring_telephones_to_one_form(apps: Any, schema_editor: Any) -> None:
    """What is no number by the rule stays as it is."""
    people = apps.get_model("registry", "Person").objects
    for person in people.exclude(phone="").only("phone").iterator():
        try:
            phone = normal_phone(person.phone)
        except PhoneError:
            continue
        if phone != person.phone:
            people.filter(pk=person.pk).update(phone=phone)
    # Nothing may wait when the table is altered.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0005_accounts_are_kept_by_their_owners'),
    ]

    operations = [
        migrations.RunPython(make_names_readable, migrations.RunPython.noop),
        migrations.RunPython(bring_telephones_to_one_form, migrations.RunPython.noop),
        migrations.AddField(
            model_name='submission',
            name='digest',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('name_km__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('name_latin__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('short_name__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), _connector='OR', _negated=True), name='organisation_is_readable', violation_error_message='This name has characters that nobody can read.'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('phone', ''), ('phone__regex', '^\\+?[0-9]{8,15}$'), _connector='OR'), name='person_phone_is_a_number', violation_error_message='A phone number has 8 to 15 digits.'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('name_km__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('name_latin__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('also_known_as__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), _connector='OR', _negated=True), name='person_is_readable', violation_error_message='This name has characters that nobody can read.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('name_km__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), ('name_en__regex', '[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufffd]'), _connector='OR', _negated=True), name='project_is_readable', violation_error_message='This name has characters that nobody can read.'),
        ),
    ]
