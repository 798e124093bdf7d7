"""The official gazetteer: provinces, districts, communes and villages, with other spellings."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import tracked
from khmer.places import with_rank


def chain_of(place: str) -> tuple[str, str, str]:
    """What to select with a record whose place is shown, as it always is, with those above it."""
    return f"{place}__commune", f"{place}__district", f"{place}__province"


class PlaceQuerySet(models.QuerySet["Place"]):
    def with_chain(self) -> PlaceQuerySet:
        """Fetch the places above in the same query; a name alone is never shown."""
        return self.select_related("commune", "district", "province")

    def within(self, place: Place) -> PlaceQuerySet:
        """A place and all places in it."""
        return self.filter(Q(pk=place.pk) | Q(**{Place.COLUMN[place.level]: place}))


@tracked(exclude=["search_key"])
class Place(models.Model):
    """A row of the official list.

    The code is the official one: 2 digits for a province, 4 for a district, 6 for a commune,
    8 for a village. The list has faults: some village codes stand for several villages, some
    do not begin with their commune's code. So the places above are columns of their own, as
    the list states them, and the second village of one code gets the code with "-2".
    """

    class Level(models.IntegerChoices):
        PROVINCE = 1, _("Province")
        DISTRICT = 2, _("District")
        COMMUNE = 3, _("Commune")
        VILLAGE = 4, _("Village")

    class Fault(models.TextChoices):
        """What is wrong with a row of the official list; the row is kept all the same."""

        NONE = "", _("None")
        SHARED_CODE = "shared code", _("The list gives this code to several villages")
        FOREIGN_CODE = "foreign code", _("The code does not begin with the commune's code")
        NOT_LISTED = "not listed", _("The list has villages of this commune but not its name")

    COLUMN = {1: "province", 2: "district", 3: "commune", 4: "pk"}

    code = models.CharField(_("code"), primary_key=True, max_length=11)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    name_km = models.CharField(_("name in Khmer"), max_length=100)
    name_latin = models.CharField(_("name in Latin letters"), max_length=100)
    province = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("province")
    )
    district = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("district")
    )
    commune = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("commune")
    )
    fault = models.CharField(
        _("fault in the list"), max_length=20, blank=True, choices=Fault.choices
    )
    # Made by registry.search from the names and aliases; never typed.
    search_key = models.TextField(editable=False, default="")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="place_code_has_the_form_of_its_level",
                condition=Q(level=1, code__regex=r"^\d{2}$")
                | Q(level=2, code__regex=r"^\d{4}$")
                | Q(level=3, code__regex=r"^\d{6}$")
                | Q(level=4, code__regex=r"^\d{7,8}(-\d+)?$"),
            ),
            models.CheckConstraint(
                name="place_has_the_places_above_it",
                condition=Q(level=1, province=None, district=None, commune=None)
                | Q(level=2, province__isnull=False, district=None, commune=None)
                | Q(level=3, province__isnull=False, district__isnull=False, commune=None)
                | Q(level=4, province__isnull=False, district__isnull=False, commune__isnull=False),
            ),
        ]
        indexes = [
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="place_search_key"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} ({self.code})"

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return in_language_of_page(km=self.name_km, other=self.name_latin)

    @property
    def above(self) -> list[Place]:
        """The places that this one lies in, nearest first."""
        return [place for place in (self.commune, self.district, self.province) if place]

    @property
    def chain(self) -> str:
        """The name with all names above it: 336 communes share an English name with another.

        In Khmer each has the word for its rank, and no comma.
        """
        places = [self, *self.above]
        if get_language() == "km":
            return " ".join(place.name_with_rank for place in places)
        return ", ".join(place.name for place in places)

    @property
    def name_with_rank(self) -> str:
        """The Khmer name after the word for its rank; the Latin one where the list has no other."""
        if not self.name_km:
            return self.name_latin
        return with_rank(
            self.name_km,
            self.level,
            province=self.province_id or self.pk,
            district=self.district_id or self.pk,
        )


class PlaceAlias(models.Model):
    """Another spelling of a place's name, as people or papers write it."""

    place = models.ForeignKey(
        Place, models.CASCADE, related_name="aliases", verbose_name=_("place")
    )
    name = models.CharField(_("name"), max_length=100)
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("Where it is written like this.")
    )

    class Meta:
        verbose_name = _("other spelling of a place")
        verbose_name_plural = _("other spellings of places")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["place", "name"], name="alias_once_per_place"),
        ]

    def __str__(self) -> str:
        return self.name
