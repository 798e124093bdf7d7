"""What every installation begins with: the positions that reports ask for.

Loaded after each migration. What is there already stays as administrators made it.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS

AUTHORITY = "local authority"
# Code, names, and the kind of person that it is.
POSITIONS = [
    ("village-chief", "មេភូមិ", "Village chief", AUTHORITY),
    ("commune-chief", "មេឃុំ/ចៅសង្កាត់", "Commune or sangkat chief", AUTHORITY),
    (
        "commune-councillor",
        "សមាជិកក្រុមប្រឹក្សាឃុំ/សង្កាត់",
        "Commune or sangkat councillor",
        "local authority",
    ),
    (
        "district-councillor",
        "សមាជិកក្រុមប្រឹក្សាស្រុក/ក្រុង",
        "District or municipal councillor",
        "local authority",
    ),
    ("provincial-councillor", "សមាជិកក្រុមប្រឹក្សាខេត្ត", "Provincial councillor", AUTHORITY),
    ("official", "មន្ត្រីរាជការ", "Government official", "government"),
    ("ngo-staff", "បុគ្គលិកអង្គការ", "Staff of an NGO", "civil society"),
    ("teacher", "គ្រូបង្រៀន", "Teacher", "government"),
    ("health-worker", "បុគ្គលិកសុខាភិបាល", "Health worker", "government"),
    ("group-member", "សមាជិកក្រុមជួយខ្លួនឯង", "Member of a self-help group", "community"),
    ("young-woman", "ស្ត្រីវ័យក្មេង", "Young woman", "community"),
    ("student", "សិស្ស ឬនិស្សិត", "Student", "community"),
    ("farmer", "កសិករ", "Farmer", "producer"),
    ("trader", "អ្នកលក់ដូរ", "Trader or shopkeeper", "business"),
    ("villager", "ប្រជាពលរដ្ឋ", "Villager", "community"),
]


def load(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Add the positions that are missing."""
    from registry.models import Position

    Position.objects.using(using).bulk_create(
        [
            Position(code=code, name_km=name_km, name_en=name_en, kind=kind, rank=10 * rank)
            for rank, (code, name_km, name_en, kind) in enumerate(POSITIONS, start=1)
        ],
        ignore_conflicts=True,
    )
