"""The form in which a donor wants to read of a project: sections, columns, numbers, their year."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import readable, tracked
from registry.models import Organisation, Project
from registry.models.owned import OwnedRecord
from reports.models.indicators import Length


class Language(models.TextChoices):
    """In which a report is written."""

    KHMER = "km", _("Khmer")
    ENGLISH = "en", _("English")


class Column(models.TextChoices):
    """What the table of indicators has beside each of them."""

    CODE = "code", _("Code")
    INDICATOR = "indicator", _("Indicator")
    UNIT = "unit", _("Unit")
    BASELINE = "baseline", _("Baseline")
    BASELINE_ON = "baseline-on", _("Baseline of")
    TARGET = "target", _("Target of the period")
    ACTUAL = "actual", _("Value of the period")
    NUMERATOR = "numerator", _("Numerator")
    DENOMINATOR = "denominator", _("Denominator")
    PERCENT_OF_TARGET = "percent-of-target", _("Percent of target")
    PERCENT_OF_CHANGE = "percent-of-change", _("Percent of planned change")
    PREVIOUS = "previous", _("Value of the period before")
    YEAR_TARGET = "year-target", _("Target of the year")
    YEAR = "year", _("Year so far")
    PERCENT_OF_YEAR = "percent-of-year", _("Percent of the year's target")
    LIFE_TARGET = "life-target", _("Target of the project")
    LIFE = "life", _("Project so far")
    PERCENT_OF_LIFE = "percent-of-life", _("Percent of the project's target")
    STATUS = "status", _("Status of the value")
    VERIFIED = "verified", _("Verified value")
    REASON = "reason", _("Reason for the difference")
    SOURCE = "source", _("Source")
    DEFINITION = "definition", _("Version of the definition")


USUAL_COLUMNS = [
    Column.CODE,
    Column.INDICATOR,
    Column.BASELINE,
    Column.TARGET,
    Column.ACTUAL,
    Column.PERCENT_OF_TARGET,
    Column.REASON,
]


def usual_columns() -> list[str]:
    """The columns on which most donors agree."""
    return [each.value for each in USUAL_COLUMNS]


class Separator(models.TextChoices):
    """What stands between thousands."""

    COMMA = ",", "1,000"
    POINT = ".", "1.000"
    SPACE = " ", "1 000"
    NONE = "", "1000"


class Mark(models.TextChoices):
    """What stands before decimals."""

    POINT = ".", "0.5"
    COMMA = ",", "0,5"


class Unit(models.TextChoices):
    """In what the length of a text is limited."""

    PAGES = "pages", _("Pages as printed")
    WORDS = "words", _("Words")
    CHARACTERS = "characters", _("Characters")


# What the rules of IATI allow and what stands in addresses without being changed.
IATI_IDENTIFIER = r"^[A-Za-z0-9._-]*$"


def limit_is_whole(name: str) -> models.CheckConstraint:
    """A limit has a unit and a unit a limit; half a page is one."""
    return models.CheckConstraint(
        name=f"{name}_limit_has_a_unit",
        condition=Q(limit=None, limit_unit="") | (Q(limit__gt=0) & Q(limit_unit__in=Unit.values)),
        violation_error_message=_("Give a limit above zero together with its unit."),
    )


def limit_field() -> models.DecimalField[Any, Any]:
    return models.DecimalField(
        _("limit of length"), max_digits=8, decimal_places=1, null=True, blank=True
    )


def limit_unit_field() -> models.CharField[Any, Any]:
    return models.CharField(_("in"), max_length=10, choices=Unit.choices, blank=True)


@tracked
class DonorForm(OwnedRecord):
    """How one donor of a project wants to read of it. Two donors of one project have two."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="donor_forms", verbose_name=_("project")
    )
    donor = models.ForeignKey(
        Organisation, models.PROTECT, related_name="report_forms", verbose_name=_("donor")
    )
    name_km = models.CharField(_("name in Khmer"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH
    )
    first_month = models.PositiveSmallIntegerField(
        _("first month of the donor's year"), default=1, help_text=_("From 1 to 12.")
    )
    length = models.PositiveSmallIntegerField(
        _("periods"), choices=Length.choices, default=Length.QUARTER
    )
    period_name_km = models.CharField(_("name of a period in Khmer"), max_length=60, blank=True)
    period_name_en = models.CharField(
        _("name of a period in English"),
        max_length=60,
        blank=True,
        help_text=_(
            "As the donor writes it: {n} is its number in the year, {first} and {last}"
            " the years in which the donor's year begins and ends."
        ),
    )
    due_days = models.PositiveSmallIntegerField(
        _("due so many days after the period"),
        default=30,
        validators=[MaxValueValidator(400)],
    )
    columns = ArrayField(
        models.CharField(max_length=20, choices=Column.choices),
        verbose_name=_("columns of the table of indicators"),
        default=usual_columns,
    )
    thousands = models.CharField(
        _("thousands"), max_length=1, choices=Separator.choices, default=Separator.COMMA, blank=True
    )
    decimal_mark = models.CharField(
        _("decimals"), max_length=1, choices=Mark.choices, default=Mark.POINT
    )
    percent_places = models.PositiveSmallIntegerField(
        _("decimal places of percentages"), default=1, validators=[MaxValueValidator(1)]
    )
    reason_percent = models.PositiveSmallIntegerField(
        _("reasons from a difference of so many percent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Between target and value. Empty: no reasons are asked for."),
    )
    threshold = models.PositiveSmallIntegerField(
        _("fewer people than this are not shown"),
        default=5,
        validators=[MinValueValidator(2), MaxValueValidator(50)],
    )
    limit = limit_field()
    limit_unit = limit_unit_field()
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("The donor may publish the report.")
    )
    second_person = models.BooleanField(
        _("a second person submits"),
        default=False,
        help_text=_("Somebody else than the one who sent the report to check."),
    )
    resolved_before_accepting = models.BooleanField(
        _("accepted only when every comment is resolved"), default=False
    )
    acronyms = models.TextField(_("acronyms"), blank=True, validators=[MaxLengthValidator(5000)])
    visibility = models.TextField(
        _("rules of visibility"), blank=True, validators=[MaxLengthValidator(5000)]
    )
    is_retired = models.BooleanField(_("no longer used"), default=False)
    # For files of the International Aid Transparency Initiative.
    iati_organisation = models.CharField(
        _("IATI identifier of your organisation"),
        max_length=100,
        blank=True,
        help_text=_("As in KH-MOI-1234. Without it no IATI file can be made."),
    )
    iati_activity = models.CharField(
        _("IATI identifier of the project"),
        max_length=150,
        blank=True,
        help_text=_("It begins with that of your organisation, as in KH-MOI-1234-WL7."),
    )
    iati_sector = models.CharField(
        _("sector, by its code of five digits"),
        max_length=5,
        blank=True,
        help_text=_("Of the list of the OECD, as in 15170 for organisations of women."),
    )

    class Meta:
        verbose_name = _("form of a donor")
        verbose_name_plural = _("forms of donors")
        ordering = ["project", "donor", "id"]
        constraints = [
            models.CheckConstraint(
                name="donor_form_has_a_name",
                condition=~Q(name_km="") | ~Q(name_en=""),
                violation_error_message=_("Give a name in Khmer or in English."),
            ),
            readable("donor_form", "name_km", "name_en", "period_name_km", "period_name_en"),
            models.CheckConstraint(
                name="donor_form_begins_with_a_month",
                condition=Q(first_month__gte=1, first_month__lte=12),
                violation_error_message=_("A month is a number from 1 to 12."),
            ),
            models.CheckConstraint(
                name="donor_form_has_a_known_length", condition=Q(length__in=Length.values)
            ),
            models.CheckConstraint(
                name="donor_form_has_known_columns",
                condition=Q(columns__contained_by=Column.values) & Q(columns__len__gte=1),
                violation_error_message=_("Choose the columns from the list."),
            ),
            models.CheckConstraint(
                name="donor_form_threshold_is_fit",
                condition=Q(threshold__gte=2, threshold__lte=50),
                violation_error_message=_("A threshold lies between 2 and 50."),
            ),
            models.CheckConstraint(
                name="donor_form_numbers_can_be_read",
                condition=~Q(thousands=F("decimal_mark")),
                violation_error_message=_("Thousands and decimals need different signs."),
            ),
            limit_is_whole("donor_form"),
            models.CheckConstraint(
                name="donor_form_iati_identifiers_are_fit",
                condition=Q(iati_organisation__regex=IATI_IDENTIFIER)
                & Q(iati_activity__regex=IATI_IDENTIFIER),
                violation_error_message=_(
                    "An IATI identifier has letters, digits, points and hyphens."
                ),
            ),
            models.CheckConstraint(
                name="donor_form_iati_activity_is_of_organisation",
                condition=Q(iati_activity="")
                | (
                    ~Q(iati_organisation="")
                    & Q(iati_activity__startswith=Concat(F("iati_organisation"), Value("-")))
                ),
                violation_error_message=_(
                    "The identifier of the project begins with that of your organisation and a "
                    "hyphen."
                ),
            ),
            models.CheckConstraint(
                name="donor_form_iati_sector_has_five_digits",
                condition=Q(iati_sector__regex=r"^([0-9]{5})?$"),
                violation_error_message=_("A sector has five digits."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="donor_form_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or the one it has."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


class SectionKind(models.TextChoices):
    """What a section holds beside its text."""

    NARRATIVE = "narrative", _("Text")
    INDICATORS = "indicators", _("Table of indicators")
    TRAININGS = "trainings", _("Trainings")
    GROUPS = "groups", _("Savings groups")
    CASCADE = "cascade", _("Cascade")
    EVALUATION = "evaluation", _("What participants said at the end")
    FOLLOW_UP = "follow-up", _("What participants still do")
    CHANGES = "changes", _("Changes found")
    PHOTOS = "photos", _("Photos")
    ACTIVITIES = "activities", _("Activities planned and done")
    NEXT_PERIOD = "next period", _("Plan of the next period")
    MONEY = "money", _("Money")
    ACRONYMS = "acronyms", _("Acronyms")
    RESTATEMENTS = "restatements", _("Figures that were restated")
    ANNEXES = "annexes", _("A sheet for each indicator")
    THREAD = "thread", _("Comments and answers")


@tracked
class FormSection(OwnedRecord):
    """A section of a donor's form, in its place."""

    form = models.ForeignKey(DonorForm, models.CASCADE, related_name="sections")
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    kind = models.CharField(
        _("kind"), max_length=20, choices=SectionKind.choices, default=SectionKind.NARRATIVE
    )
    title_km = models.CharField(_("title in Khmer"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    guidance = models.TextField(
        _("what the donor asks"),
        blank=True,
        validators=[MaxLengthValidator(3000)],
        help_text=_("Shown to whoever writes; it is no part of the report."),
    )
    limit = limit_field()
    limit_unit = limit_unit_field()
    is_required = models.BooleanField(_("must not be empty"), default=True)
    only_final = models.BooleanField(_("only in the final report"), default=False)

    class Meta:
        verbose_name = _("section of a form")
        verbose_name_plural = _("sections of forms")
        ordering = ["form", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "number"],
                name="form_section_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="form_section_has_a_title",
                condition=~Q(title_km="") | ~Q(title_en=""),
                violation_error_message=_("Give a title in Khmer or in English."),
            ),
            readable("form_section", "title_km", "title_en"),
            models.CheckConstraint(
                name="form_section_is_of_a_known_kind", condition=Q(kind__in=SectionKind.values)
            ),
            limit_is_whole("form_section"),
            models.UniqueConstraint(fields=["owner", "id"], name="form_section_of_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the language of the page, or the one it has."""
        return in_language_of_page(km=self.title_km, other=self.title_en)
