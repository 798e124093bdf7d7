"""People: one human being, once."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import named_in_letters, readable, tracked
from registry.models.owned import OwnedQuerySet, OwnedRecord


class Sex(models.TextChoices):
    """As stated. "Not stated" is a category of its own in every figure."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    NOT_STATED = "not stated", _("Not stated")


class PersonQuerySet(OwnedQuerySet["Person"]):
    def current(self) -> PersonQuerySet:
        """Without the entries that were joined with another one."""
        return self.filter(joined_into=None)

    def born_after(self, day: date) -> PersonQuerySet:
        """Those who were not born yet on a day, by the birth that is recorded."""
        return self.filter(Q(born_on__gt=day) | Q(birth_year__gt=day.year))


# The keys follow from the names.
@tracked(exclude=["search_key", "sound_key", "sort_key"])
class Person(OwnedRecord):
    """One human being, once: participant, group member and trainer alike.

    There is no identity number, on purpose. A name may be one word. Of birth, at most one of
    three things is known: the date, the year, or the age stated on a certain day.
    """

    class PublicConsent(models.TextChoices):
        """What the public page of the person's certificates may show."""

        NOTHING = "nothing", _("Nothing about them")
        NAME = "name", _("Their name")

    name_km = models.CharField(_("name in Khmer"), max_length=120, blank=True)
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    also_known_as = models.CharField(_("also known as"), max_length=120, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, default=Sex.NOT_STATED)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    stated_age = models.PositiveSmallIntegerField(_("age as stated"), null=True, blank=True)
    age_stated_on = models.DateField(_("age stated on"), null=True, blank=True)
    phone = models.CharField(
        _("phone"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\+?\d{8,15}$", _("A phone number has 8 to 15 digits."))],
        help_text=_("Households share phones: the same number does not mean the same person."),
    )
    place = models.ForeignKey(
        "registry.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("home place"),
        help_text=_("Their village, or the commune or district if the village is not known."),
    )
    public_consent = models.CharField(
        _("certificate page may show"),
        max_length=10,
        choices=PublicConsent.choices,
        default=PublicConsent.NOTHING,
    )
    consent_given_on = models.DateField(_("consent given on"), null=True, blank=True)
    is_demo = models.BooleanField(_("made up for the demonstration"), default=False)
    # Set when a person was found to be entered twice; this entry then points to the one kept.
    joined_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="joined_entries",
        verbose_name=_("joined into"),
    )
    # Made by registry.search; never typed.
    search_key = models.TextField(editable=False, default="")
    # The Latin name folded to its sounds, words sorted: finds a swapped or respelled name.
    sound_key = models.TextField(editable=False, default="")
    # Orders Khmer names nearly as a dictionary does, whatever collation the server has.
    sort_key = models.TextField(editable=False, default="")

    objects: ClassVar = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="person_has_a_name",
                condition=~Q(name_km="") | ~Q(name_latin=""),
                violation_error_message=_("Give a name in Khmer or in Latin letters."),
            ),
            models.CheckConstraint(
                name="person_sex_is_known_word", condition=Q(sex__in=Sex.values)
            ),
            models.CheckConstraint(
                name="person_birth_is_known_in_one_way",
                condition=Q(birth_year=None, stated_age=None)
                | Q(born_on=None, stated_age=None)
                | Q(born_on=None, birth_year=None),
                violation_error_message=_(
                    "Give the date of birth, or the year, or the age: only one of them."
                ),
            ),
            models.CheckConstraint(
                name="person_age_is_stated_on_a_day",
                condition=Q(stated_age=None, age_stated_on=None)
                | Q(stated_age__isnull=False, age_stated_on__isnull=False),
            ),
            models.CheckConstraint(
                name="person_age_is_human",
                condition=(Q(stated_age=None) | Q(stated_age__lte=120))
                & (Q(birth_year=None) | Q(birth_year__gte=1890, birth_year__lte=2100))
                & (Q(born_on=None) | Q(born_on__gte=date(1890, 1, 1))),
                violation_error_message=_("Nobody is that old. Is it a Buddhist year?"),
            ),
            models.CheckConstraint(
                name="person_phone_is_a_number",
                condition=Q(phone="") | Q(phone__regex=r"^\+?[0-9]{8,15}$"),
                violation_error_message=_("A phone number has 8 to 15 digits."),
            ),
            readable("person", "name_km", "name_latin", "also_known_as"),
            named_in_letters("person", "name_km", "name_latin"),
            models.CheckConstraint(
                name="person_consent_has_a_day",
                condition=Q(public_consent="nothing") | Q(consent_given_on__isnull=False),
                violation_error_message=_("Say on which day they gave their consent."),
            ),
            models.CheckConstraint(
                name="person_is_not_joined_into_itself", condition=~Q(joined_into=F("id"))
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="person_of_owner"),
        ]
        indexes = [
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="person_search_key"),
            # models/sql/name_keys.sql; see registry.search.duplicates.
            GinIndex(
                Func("search_key", "sound_key", function="registry_name_keys"), name="person_names"
            ),
            models.Index(fields=["owner", "sort_key", "id"], name="person_list"),
            models.Index(fields=["sort_key", "id"], name="person_list_all"),
            models.Index(fields=["owner", "sound_key"], name="person_sound_key"),
            models.Index(fields=["owner", "phone"], name="person_phone", condition=~Q(phone="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the script of the page, or the one that is known."""
        return in_language_of_page(km=self.name_km, other=self.name_latin)

    @property
    def names(self) -> str:
        """Both names, Khmer first, as lists show them."""
        return " · ".join(filter(None, [self.name_km, self.name_latin]))

    def age_on(self, day: date) -> int | None:
        """The age in whole years on a day, or None when nothing is known of the birth.

        From a year of birth alone the age may be one too high until the birthday has passed.
        """
        if self.born_on:
            had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
            return day.year - self.born_on.year - (not had_birthday)
        if self.birth_year:
            return day.year - self.birth_year
        if self.stated_age is not None and self.age_stated_on:
            return self.stated_age + _whole_years(self.age_stated_on, day)
        return None

    def was_born_by(self, day: date) -> bool:
        """Whether they may have been alive on a day: False only where the birth says they were not.

        An age that was stated is no certain year.
        """
        if self.born_on:
            return self.born_on <= day
        return not self.birth_year or self.birth_year <= day.year


def _whole_years(start: date, end: date) -> int:
    """Completed years from one day to another; towards minus infinity when end is earlier."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


@tracked
class PairDecision(OwnedRecord):
    """What a person decided about two entries that look alike."""

    class Verdict(models.TextChoices):
        SAME = "same", _("The same person")
        DIFFERENT = "different", _("Two different people")

    # The smaller identifier first, so that a pair exists once.
    first = models.ForeignKey(Person, models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # What joining changed, so that it can be undone; empty for two different people.
    journal = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("decision about two entries")
        verbose_name_plural = _("decisions about two entries")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_decided_once"),
            models.CheckConstraint(
                name="pair_smaller_identifier_first", condition=Q(first__lt=F("second"))
            ),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()
