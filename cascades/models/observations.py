"""How a delivery is observed: a checklist with weights, and what the observer saw."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cascades.models.deliveries import Delivery, TellsOfDelivery
from cascades.models.naming import NamedRecord
from cascades.models.programmes import Programme
from core.languages import in_language_of_page
from core.models.base import tracked
from khmer.dates import short_date
from registry.models import Person
from registry.models.owned import OwnedRecord


@tracked
class Checklist(NamedRecord):
    """What an observer looks at, from a day on. A new version is a new checklist."""

    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="checklists", verbose_name=_("programme")
    )
    valid_from = models.DateField(_("valid from"))

    class Meta(NamedRecord.Meta):
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["programme", "-valid_from"]
        constraints = [
            *NamedRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["programme", "valid_from"],
                name="checklist_once_a_day",
                violation_error_message=_("There is a checklist from this day on already."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="checklist_of_owner"),
        ]


@tracked
class ChecklistItem(OwnedRecord):
    """One thing to look at, and how much it weighs."""

    checklist = models.ForeignKey(
        Checklist, models.CASCADE, related_name="items", verbose_name=_("checklist")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text_km = models.CharField(_("in Khmer"), max_length=300, blank=True)
    text_en = models.CharField(_("in English"), max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)

    class Meta:
        verbose_name = _("item of a checklist")
        verbose_name_plural = _("items of checklists")
        ordering = ["checklist", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["checklist", "number"], name="checklist_item_number_once"
            ),
            models.UniqueConstraint(fields=["checklist", "id"], name="checklist_item_of_checklist"),
            models.CheckConstraint(
                name="checklist_item_has_a_text",
                condition=~Q(text_km="") | ~Q(text_en=""),
                violation_error_message=_("Write it in Khmer or in English."),
            ),
            models.CheckConstraint(
                name="checklist_item_weighs_something",
                condition=Q(weight__gt=0),
                violation_error_message=_("These numbers are above zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The text in the language of the page, or the one it has."""
        return in_language_of_page(km=self.text_km, other=self.text_en)


@tracked
class Observation(TellsOfDelivery, OwnedRecord):
    """Somebody watched a trainer in a delivery, with a checklist."""

    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="observations", verbose_name=_("delivery")
    )
    trainer = models.ForeignKey(
        Person, models.PROTECT, related_name="observations", verbose_name=_("trainer")
    )
    checklist = models.ForeignKey(
        Checklist, models.PROTECT, related_name="observations", verbose_name=_("checklist")
    )
    observed_on = models.DateField(_("observed on"))
    observer = models.CharField(_("who observed it"), max_length=120)
    notes = models.TextField(_("notes"), blank=True)

    TELLING = ("observer", "notes")

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["-observed_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "trainer", "observed_on", "observer"],
                name="observation_once",
                violation_error_message=_("This observation is recorded already."),
            ),
            models.UniqueConstraint(fields=["checklist", "id"], name="observation_of_checklist"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery}, {short_date(self.observed_on)}"


@tracked
class ObservationScore(OwnedRecord):
    """What the observer saw of one item: yes, partly, no; empty where it did not apply."""

    YES, PARTLY, NO = Decimal("1.0"), Decimal("0.5"), Decimal("0.0")

    observation = models.ForeignKey(
        Observation, models.CASCADE, related_name="scores", verbose_name=_("observation")
    )
    # The same as the observation's; ties the item to it in the database.
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+")
    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, related_name="+", verbose_name=_("item")
    )
    score = models.DecimalField(_("seen"), max_digits=2, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = _("score of an observation")
        verbose_name_plural = _("scores of observations")
        ordering = ["observation", "item__number"]
        constraints = [
            models.UniqueConstraint(fields=["observation", "item"], name="observed_item_once"),
            models.CheckConstraint(
                name="observation_score_is_yes_partly_or_no",
                condition=Q(score=None) | Q(score__in=["0.0", "0.5", "1.0"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.score}"
