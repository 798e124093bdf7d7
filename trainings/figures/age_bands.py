"""Age bands where several trainings are counted together: one set of them, and its words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from paper.templatetags.paper import digits
from trainings.models import AgeBand, AgeBandScheme

NOT_STATED, OUTSIDE = "-", "other"


def bands_of() -> list[AgeBand]:
    """The age bands of the set that is proposed for trainings: one for all projects."""
    scheme = AgeBandScheme.objects.first()  # The default one comes first.
    return list(scheme.bands.order_by("from_age")) if scheme else []


def band_key(band: AgeBand) -> str:
    """What a band is kept as; keys sort as ages do."""
    return f"{band.from_age:03}–{'' if band.to_age is None else band.to_age}"


def key_of_age(age: int | None, bands: Iterable[AgeBand]) -> str:
    """The key of the band that an age falls into; of none, and of an age that is not known."""
    if age is None:
        return NOT_STATED
    return next((band_key(band) for band in bands if band.holds(age)), OUTSIDE)


def band_label(key: str) -> str:
    """A band, or what is in none, as people read it."""
    words = {NOT_STATED: _("Not stated"), OUTSIDE: _("Outside these bands")}
    if key in words:
        return words[key]
    first, _dash, last = key.partition("–")
    return digits(f"{int(first)}–{last}" if last else f"{int(first)}+")


def in_order(keys: Iterable[str]) -> list[str]:
    """By age; outside the bands and not stated last."""
    last = (OUTSIDE, NOT_STATED)
    return sorted(keys, key=lambda key: (last.index(key) + 1 if key in last else 0, key))
