"""Each position is of a kind of people, as donors ask for it."""

from django.db import migrations, models

KINDS = {
    "local authority": [
        "village-chief",
        "commune-chief",
        "commune-councillor",
        "district-councillor",
        "provincial-councillor",
    ],
    "government": ["official", "teacher", "health-worker"],
    "civil society": ["ngo-staff"],
    "community": ["group-member", "young-woman", "student"],
    "producer": ["farmer"],
    "business": ["trader"],
}
WORDS = ["", "producer", "local authority", "government", "civil society", "business", "community"]


def name_kinds(apps, schema_editor):
    """Of the positions that every installation begins with; administrators name the others."""
    positions = apps.get_model("registry", "Position").objects.using(schema_editor.connection.alias)
    for kind, codes in KINDS.items():
        positions.filter(code__in=codes).update(kind=kind)


class Migration(migrations.Migration):
    dependencies = [("registry", "0015_functioning")]
    operations = [
        migrations.AddField(
            model_name="position",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("producer", "Farmers and other producers"),
                    ("local authority", "Local authorities and councils"),
                    ("government", "Government staff, with teachers and health workers"),
                    ("civil society", "Staff of NGOs and associations"),
                    ("business", "Traders and firms"),
                    ("community", "Community members"),
                ],
                default="",
                help_text="As donors ask for it. Whoever has a position without one is “not stated”.",
                max_length=20,
                verbose_name="kind of person",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", WORDS)), name="position_kind_is_known_word"
            ),
        ),
    ]
