"""Ages in queries, by the rule of `Person.age_on`."""


def age_on(person: str, day: str) -> str:
    """SQL for the age in whole years of a row of registry_person on a day; NULL if not known."""
    return f"""CASE
        WHEN {person}.born_on IS NOT NULL THEN {_whole_years(f"{person}.born_on", day)}
        WHEN {person}.birth_year IS NOT NULL
            THEN extract(year FROM {day})::int - {person}.birth_year
        ELSE {person}.stated_age + {_whole_years(f"{person}.age_stated_on", day)}
    END"""


def _whole_years(start: str, end: str) -> str:
    """Completed years; towards minus infinity when the end is earlier."""
    as_number = "to_char({}, 'YYYYMMDD')::int"
    return f"floor(({as_number.format(end)} - {as_number.format(start)}) / 10000.0)::int"


# Who is younger holds no office and trains nobody, and who is older is hardly alive: not
# impossible, but to be looked at.
YOUNGEST_IN_OFFICE = 15
OLDEST = 100
