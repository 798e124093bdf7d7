"""The shapes that figures come in. Parts always sum to the total."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.models.people import Sex


@dataclass(frozen=True)
class BySex:
    """A count of people by sex; "not stated" is a part like the others."""

    female: int = 0
    male: int = 0
    other: int = 0
    not_stated: int = 0

    @classmethod
    def of(cls, sexes: Iterable[str]) -> BySex:
        """Count an iterable of stated sexes, one for each person."""
        listed = list(sexes)
        return cls(
            female=listed.count(Sex.FEMALE),
            male=listed.count(Sex.MALE),
            other=listed.count(Sex.OTHER),
            not_stated=listed.count(Sex.NOT_STATED),
        )

    @property
    def total(self) -> int:
        return self.female + self.male + self.other + self.not_stated

    def __add__(self, more: BySex) -> BySex:
        return BySex(
            female=self.female + more.female,
            male=self.male + more.male,
            other=self.other + more.other,
            not_stated=self.not_stated + more.not_stated,
        )

    @property
    def parts(self) -> list[tuple[str, str, int]]:
        """Sex, its word, and the count; "other" only when somebody stated it."""
        counts = {
            Sex.FEMALE: self.female,
            Sex.MALE: self.male,
            Sex.OTHER: self.other,
            Sex.NOT_STATED: self.not_stated,
        }
        return [
            (sex.value, str(sex.label), count)
            for sex, count in counts.items()
            if sex != Sex.OTHER or count
        ]
