"""How a place is written: its name, and the word for its rank beside it, in both scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from khmer.normal import search_key

PROVINCE, DISTRICT, COMMUNE, VILLAGE = 1, 2, 3, 4
# The larger rank where both are possible comes last: ក្រុង is that of a town, and was that of Phnom
# Penh.
TOWN = (DISTRICT, PROVINCE)
# Words of rank, as their search keys. A word that also begins names of the list, as Phum does, is
# read in both ways; see registry.search.
BEFORE_KM = {
    "រាជធានី": (PROVINCE,), "ខេត្ត": (PROVINCE,), "ក្រុង": TOWN, "ស្រុក": (DISTRICT,), "ខណ្ឌ": (DISTRICT,),
    "ឃុំ": (COMMUNE,), "សង្កាត់": (COMMUNE,), "ភូមិ": (VILLAGE,),
}  # fmt: skip
BEFORE_LATIN = {
    "khaet": (PROVINCE,), "khet": (PROVINCE,), "khett": (PROVINCE,), "kheth": (PROVINCE,),
    "reachtheani": (PROVINCE,), "krong": TOWN, "srok": (DISTRICT,), "sruk": (DISTRICT,),
    "khan": (DISTRICT,), "khum": (COMMUNE,), "sangkat": (COMMUNE,), "sangkath": (COMMUNE,),
    "phum": (VILLAGE,), "phoum": (VILLAGE,),
}  # fmt: skip
# English words stand before or after it: "village of", "Battambang province".
ENGLISH = {
    "province": (PROVINCE,), "prov": (PROVINCE,), "capital": (PROVINCE,), "municipality": TOWN,
    "city": TOWN, "town": TOWN, "district": (DISTRICT,), "dist": (DISTRICT,), "commune": (COMMUNE,),
    "quarter": (COMMUNE,), "village": (VILLAGE,), "vill": (VILLAGE,),
}  # fmt: skip
LINKS = ("of", "the")

# The districts that are towns (ក្រុង) by the official list of codes; those of Phnom Penh are ខណ្ឌ. The
# open data that names the places leaves the rank out.
PHNOM_PENH = "12"
TOWNS = frozenset({
    "0106", "0110", "0203", "0305", "0403", "0502", "0509", "0603", "0708", "0709", "0811", "0812",
    "0813", "0904", "1002", "1105", "1308", "1410", "1505", "1602", "1710", "1715", "1801", "1805",
    "1806", "1904", "2006", "2008", "2108", "2204", "2302", "2401", "2506",
})  # fmt: skip

_BEFORE_KM = {search_key(word): levels for word, levels in BEFORE_KM.items()}
_LATIN_WORDS = "|".join(BEFORE_LATIN)
# A list of places without commas: "ភូមិថ្មី ឃុំតាតោក", "Phum Thmei Khum Ta Taok".
NEXT_PLACE = re.compile(
    rf"\s+(?=(?:{'|'.join(BEFORE_KM)}))|\s+(?=(?:{_LATIN_WORDS})\s)", re.IGNORECASE
)
# "Ta Taok commune Samlout district".
AFTER_RANK = re.compile(rf"\b({'|'.join(ENGLISH)})\b\.?\s+(?=\w)", re.IGNORECASE)


def with_rank(name: str, level: int, *, province: str, district: str) -> str:
    """A name as Khmer writes it in an address: សង្កាត់វត្តគរ, ខេត្តបាត់ដំបង.

    `province` and `district` are the codes of the place itself or of those above it.
    """
    is_town = province == PHNOM_PENH or district in TOWNS
    rank = {
        PROVINCE: "ខេត្ត",
        DISTRICT: "ខណ្ឌ" if province == PHNOM_PENH else "ក្រុង" if is_town else "ស្រុក",
        COMMUNE: "សង្កាត់" if is_town else "ឃុំ",
        VILLAGE: "ភូមិ",
    }[level]
    return name if name.startswith((rank, "រាជធានី")) else f"{rank}{name}"


@dataclass(frozen=True)
class PlaceName:
    """A name, as it was written and without the word for its rank; the ranks that this may mean."""

    written: str
    bare: str
    levels: tuple[int, ...] = ()


def place_names(text: str) -> list[PlaceName]:
    """The names in "Wat Kor, Battambang", the smallest place first.

    Where every one has its rank they may stand in any order and without commas. At least one.
    """
    names = [_place_name(part) for part in text.split(",")]
    if len(names) == 1:
        for parted in (NEXT_PLACE.split(text.strip()), AFTER_RANK.sub(r"\1,", text).split(",")):
            parts = [_place_name(part) for part in parted]
            if len(parts) > 1 and all(part.levels for part in parts):
                names = parts
    if len(names) > 1 and all(name.levels for name in names):
        names.sort(key=lambda name: -max(name.levels))
    return names


def _place_name(text: str) -> PlaceName:
    words = text.replace(".", " ").split()
    levels: tuple[int, ...] = ()
    if len(words) > 1:
        first, last = words[0].casefold(), words[-1].casefold()
        if levels := BEFORE_LATIN.get(first, ()) or ENGLISH.get(first, ()):
            words = words[1:]
            while len(words) > 1 and words[0].casefold() in LINKS:
                words = words[1:]
        elif levels := ENGLISH.get(last, ()):
            words = words[:-1]
    if not levels:
        bare, levels = _without_rank_km(" ".join(words))
        return PlaceName(text.strip(), bare, levels)
    return PlaceName(text.strip(), " ".join(words), levels)


def _without_rank_km(text: str) -> tuple[str, tuple[int, ...]]:
    key = search_key(text)
    for word, levels in _BEFORE_KM.items():
        if key.startswith(word) and len(key) > len(word):
            return key.removeprefix(word), levels
    return text, ()
