"""What it takes to train a tier: dated rules, and what people decided against them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cascades.models.deliveries import Delivery, TellsOfDelivery
from cascades.models.programmes import Programme
from core.models.base import tracked
from khmer.dates import short_date
from registry.models import Person
from registry.models.owned import OwnedRecord


@tracked
class CertificationRule(OwnedRecord):
    """What a graduate of a tier must have done to count as a certified trainer.

    A rule holds from a day on, until a later one for the same tier number. Whoever was
    certified under an earlier version is explained by that version.
    """

    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="certification_rules", verbose_name=_("programme")
    )
    tier_number = models.PositiveSmallIntegerField(_("graduates of tier"))
    valid_from = models.DateField(_("valid from"))
    needs_teach_back = models.BooleanField(_("a teach-back must be passed"), default=False)
    least_observed = models.PositiveSmallIntegerField(
        _("percent of the checklist reached when observed"),
        null=True,
        blank=True,
        help_text=_("Empty: nobody need observe them."),
    )
    least_deliveries = models.PositiveSmallIntegerField(
        _("deliveries of their own"), default=0, help_text=_("As lead or co-trainer.")
    )
    within_months = models.PositiveSmallIntegerField(
        _("… within months of completing"), null=True, blank=True
    )
    valid_months = models.PositiveSmallIntegerField(
        _("valid for months"), null=True, blank=True, help_text=_("Empty: it does not end.")
    )
    renewal_deliveries = models.PositiveSmallIntegerField(
        _("deliveries that renew it"),
        default=1,
        help_text=_("So many in the months of validity renew it for as long again."),
    )

    class Meta:
        verbose_name = _("certification rule")
        verbose_name_plural = _("certification rules")
        ordering = ["programme", "tier_number", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "tier_number", "valid_from"],
                name="certification_rule_once_a_day",
                violation_error_message=_("There is a rule from this day on already."),
            ),
            models.CheckConstraint(
                name="certification_rule_percent_up_to_100",
                condition=Q(least_observed=None)
                | Q(least_observed__gte=1, least_observed__lte=100),
                violation_error_message=_("A percentage lies between 1 and 100."),
            ),
            models.CheckConstraint(
                name="certification_rule_months_above_zero",
                condition=(Q(within_months=None) | Q(within_months__gt=0))
                & (Q(valid_months=None) | Q(valid_months__gt=0))
                & Q(renewal_deliveries__gt=0),
                violation_error_message=_("These numbers are above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier_number}, {short_date(self.valid_from)}"


@tracked
class TeachBack(TellsOfDelivery, OwnedRecord):
    """A learner taught a part of the course back, before training others."""

    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="teach_backs", verbose_name=_("delivery")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="teach_backs", verbose_name=_("person")
    )
    held_on = models.DateField(_("held on"))
    passed = models.BooleanField(_("passed"))
    assessed_by = models.CharField(_("assessed by"), max_length=120)
    notes = models.TextField(_("notes"), blank=True)

    TELLING = ("assessed_by", "notes")

    class Meta:
        verbose_name = _("teach-back")
        verbose_name_plural = _("teach-backs")
        ordering = ["-held_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "person", "held_on"],
                name="teach_back_once_a_day",
                violation_error_message=_("A teach-back of this day is recorded already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"


@tracked
class CertificationDecision(OwnedRecord):
    """A person decided that somebody counts as certified, or does not, whatever the rule says."""

    class Verdict(models.TextChoices):
        GRANTED = "granted", _("Certified")
        WITHHELD = "withheld", _("Not certified")

    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        related_name="certification_decisions",
        verbose_name=_("programme"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="certification_decisions", verbose_name=_("person")
    )
    tier_number = models.PositiveSmallIntegerField(_("graduates of tier"))
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=500)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision about a certification")
        verbose_name_plural = _("decisions about certifications")
        ordering = ["-valid_from", "-created_at"]
        constraints = [
            models.CheckConstraint(
                name="certification_decision_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                name="certification_decision_ends_after_it_starts",
                condition=Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("It ends before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()
