"""Indicators of a project, and every version of what they count."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import readable, tracked
from registry.models import Project
from registry.models.owned import OwnedQuerySet, OwnedRecord
from reports.models.definitions import Definition


class Length(models.IntegerChoices):
    """How many months a period of a report has."""

    MONTH = 1, _("Month")
    QUARTER = 3, _("Quarter")
    HALF = 6, _("Half-year")
    YEAR = 12, _("Year")


@tracked
class Calendar(OwnedRecord):
    """The year of a donor, and how often they want figures of a project.

    Without one, the year is that of the calendar and the periods are quarters.
    """

    project = models.OneToOneField(
        Project, models.CASCADE, related_name="calendar", verbose_name=_("project")
    )
    first_month = models.PositiveSmallIntegerField(
        _("first month of the donor's year"), default=1, help_text=_("From 1 to 12.")
    )
    length = models.PositiveSmallIntegerField(
        _("periods"), choices=Length.choices, default=Length.QUARTER
    )

    class Meta:
        verbose_name = _("year of a donor")
        verbose_name_plural = _("years of donors")
        constraints = [
            models.CheckConstraint(
                name="calendar_begins_with_a_month",
                condition=Q(first_month__gte=1, first_month__lte=12),
                violation_error_message=_("A month is a number from 1 to 12."),
            ),
            models.CheckConstraint(
                name="calendar_has_a_known_length", condition=Q(length__in=Length.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}"


class IndicatorQuerySet(OwnedQuerySet["Indicator"]):
    def in_use(self) -> IndicatorQuerySet:
        return self.filter(is_retired=False)


@tracked
class Indicator(OwnedRecord):
    """What a donor asks a project for. What is counted stands in its versions."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="indicators", verbose_name=_("project")
    )
    code = models.CharField(
        _("code"), max_length=30, blank=True, help_text=_("As in the donor's own list.")
    )
    name_km = models.CharField(_("name in Khmer"), max_length=300, blank=True)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    # The template it was made from, so that the list of templates can say so.
    template = models.SlugField(_("template"), max_length=60, blank=True, editable=False)
    baseline = models.DecimalField(
        _("baseline"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    baseline_on = models.DateField(_("baseline of"), null=True, blank=True)
    is_retired = models.BooleanField(
        _("no longer reported"), default=False, help_text=_("It stays, with what was reported.")
    )

    objects: ClassVar = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["code", "id"]
        constraints = [
            models.CheckConstraint(
                name="indicator_has_a_name",
                condition=~Q(name_km="") | ~Q(name_en=""),
                violation_error_message=_("Give a name in Khmer or in English."),
            ),
            readable("indicator", "code", "name_km", "name_en"),
            models.UniqueConstraint(
                fields=["project", "code"],
                condition=~Q(code=""),
                name="indicator_code_once_per_project",
                violation_error_message=_("Another indicator of this project has this code."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="indicator_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or the one it has."""
        return in_language_of_page(km=self.name_km, other=self.name_en)

    @cached_property
    def current(self) -> IndicatorVersion:
        """The newest version. Every indicator has one: an action makes both."""
        newest: IndicatorVersion = max(self.versions.all(), key=lambda each: each.number)
        return newest


@tracked
class IndicatorVersion(OwnedRecord):
    """What an indicator counts, since when and why. It never changes: a change is a new one."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version of the definition"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    document = models.JSONField(_("definition"))

    class Meta:
        verbose_name = _("version of a definition")
        verbose_name_plural = _("versions of definitions")
        ordering = ["indicator", "number"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "number"], name="definition_version_once"),
            models.CheckConstraint(
                name="definition_changes_for_a_reason",
                condition=Q(number=1) | ~Q(reason=""),
                violation_error_message=_("Say why the definition changes."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="definition_version_stays", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} ({self.number})"

    @cached_property
    def definition(self) -> Definition:
        """What it says. Raises Unreadable for what no form has written."""
        return Definition.from_json(self.document)
