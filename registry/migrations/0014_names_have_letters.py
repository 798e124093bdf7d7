"""The database refuses names without letters; those of before stay until somebody changes them."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_names_by_what_a_reader_sees")]

    operations = [
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
