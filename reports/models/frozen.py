"""What was sent to a donor, as rows that nobody changes.

Papers, files and the pages of a funder read a report from here and from nowhere else. Everything
is written in the transaction that submits the report; afterwards the database takes no further row
of it, changes none and removes none.

Of every number there are two: `counted` is what was counted and stays inside, `value` is what the
donor reads, and is empty where it must not be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.figures.drawn import NOT_SHOWN, Value
from core.languages import in_language_of_page
from registry.models.owned import OwnedQuerySet, OwnedRecord
from reports.models.definitions import Definition
from reports.models.donor_forms import Language, SectionKind
from reports.models.donor_reports import Report, Status
from reports.models.indicators import Indicator, IndicatorVersion
from reports.models.workflow import GIVEN

if TYPE_CHECKING:
    from registry.models.accounts import User


def stays(table: str) -> pgtrigger.Trigger:
    return pgtrigger.Protect(name=f"{table}_stays", operation=pgtrigger.Update | pgtrigger.Delete)


def is_written_with_it(table: str, path: str) -> pgtrigger.Trigger:
    """No row joins a report that was frozen in an earlier transaction."""
    return pgtrigger.Trigger(
        name=f"{table}_is_written_with_it",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("since", "timestamptz")],
        func=f"""
            SELECT frozen.frozen_at INTO since FROM reports_frozenreport frozen {path};
            IF since IS DISTINCT FROM transaction_timestamp() THEN
                RAISE EXCEPTION 'this report was frozen before'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_report_is_whole';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 — constants of this module.
    )


OF_REPORT = "WHERE frozen.id = NEW.frozen_id"
OF_LINE = """
    JOIN reports_frozenline line ON line.frozen_id = frozen.id WHERE line.id = NEW.line_id
"""


class FrozenReportQuerySet(OwnedQuerySet["FrozenReport"]):
    def given_to(self, user: User) -> FrozenReportQuerySet:
        """What a funder reads; see ReportQuerySet.given_to."""
        if not user.is_authenticated or not user.may("reports.read"):
            return self.none()
        return self.filter(report__form__donor=user.organisation_id, report__state__in=GIVEN)

    def readable_by(self, user: User) -> FrozenReportQuerySet:
        """As staff or as funder."""
        if user.is_authenticated and user.may("records.see"):
            return self.visible_to(user)
        return self.given_to(user)


class FrozenReport(OwnedRecord):
    """One version of a report as it was sent: the first, one after a return, or a restatement."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    is_restatement = models.BooleanField(_("restatement"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    # The moment of its transaction, written by the database: what was recorded by then is in it.
    frozen_at = models.DateTimeField(_("frozen at"), editable=False, null=True)
    code_version = models.CharField(_("version of the program"), max_length=40)
    sha256 = models.CharField(_("checksum"), max_length=64)
    kind = models.CharField(_("kind"), max_length=10, choices=Report.Kind.choices)
    since = models.DateField(_("from"))
    until = models.DateField(_("through"))
    due_on = models.DateField(_("due on"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    is_public = models.BooleanField(_("public"))
    threshold = models.PositiveSmallIntegerField(_("fewer people than this are not shown"))
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    signatory = models.CharField(_("signed by"), max_length=200, blank=True)
    submitted_by = models.CharField(_("submitted by"), max_length=300, blank=True)
    # Names as they were, in both languages.
    period_km = models.CharField(max_length=120, blank=True)
    period_en = models.CharField(max_length=120, blank=True)
    organisation_km = models.CharField(max_length=200, blank=True)
    organisation_en = models.CharField(max_length=200, blank=True)
    project_code = models.CharField(max_length=30, blank=True)
    project_km = models.CharField(max_length=200, blank=True)
    project_en = models.CharField(max_length=200, blank=True)
    donor_km = models.CharField(max_length=200, blank=True)
    donor_en = models.CharField(max_length=200, blank=True)
    form_km = models.CharField(max_length=200, blank=True)
    form_en = models.CharField(max_length=200, blank=True)
    acronyms = models.TextField(blank=True)
    visibility = models.TextField(blank=True)
    # How the donor writes: columns in their order, thousands, decimals, places of percentages,
    # limits of length.
    style = models.JSONField(default=dict)

    objects: ClassVar = FrozenReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report as it was sent")
        verbose_name_plural = _("reports as they were sent")
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="frozen_report_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_report_has_its_moment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    NEW.frozen_at = transaction_timestamp();
                    RETURN NEW;
                """,
            ),
            stays("frozen_report"),
        ]

    def __str__(self) -> str:
        return f"{self.report} ({self.number})"


class FrozenSection(models.Model):
    """A section with its text, and its tables as they were drawn."""

    frozen = models.ForeignKey(FrozenReport, models.PROTECT, related_name="sections")
    # Which section of the form it was; that one may change or go.
    section_key = models.UUIDField(editable=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=SectionKind.choices)
    title_km = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=200, blank=True)
    text_km = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    # Tables without any number that must not be shown, each as {title, head, rows, notes}, by
    # language.
    tables = models.JSONField(default=dict)

    class Meta:
        ordering = ["frozen", "number"]
        constraints = [
            models.UniqueConstraint(fields=["frozen", "number"], name="frozen_section_once"),
        ]
        triggers = [
            is_written_with_it("frozen_section", OF_REPORT),
            stays("frozen_section"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language_of_page(km=self.title_km, other=self.title_en)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands under its title: no text, no table, and nothing of the report."""
        is_of_report = self.kind in (
            SectionKind.INDICATORS,
            SectionKind.ANNEXES,
            SectionKind.ACRONYMS,
        )
        return not (is_of_report or self.text_km or self.text_en or any(self.tables.values()))


class Breakdown(models.TextChoices):
    """What became of the breakdown of a value. None of these is 0, and none is empty by chance."""

    NONE = "none", _("Not broken down")
    GIVEN = "given", _("Broken down")
    INSIDE = "inside", _("Not broken down outside")
    NOT_AVAILABLE = "not available", _("Disaggregation not available")


class FrozenLine(models.Model):
    """An indicator as it was defined and named when the report was sent."""

    frozen = models.ForeignKey(FrozenReport, models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField()
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    definition_version = models.ForeignKey(IndicatorVersion, models.PROTECT, related_name="+")
    # All that the definition says, filters with it, so that it is read here and nowhere else.
    document = models.JSONField()
    # The same in words, and the log of its changes: by language, lists of what and how.
    definition_words = models.JSONField(default=dict)
    definition_log = models.JSONField(default=list)
    code = models.CharField(max_length=30, blank=True)
    name_km = models.CharField(max_length=300, blank=True)
    name_en = models.CharField(max_length=300, blank=True)
    unit_km = models.CharField(max_length=60, blank=True)
    unit_en = models.CharField(max_length=60, blank=True)
    source = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=Status.choices)
    verified_value = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    baseline = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    baseline_on = models.DateField(null=True)
    reason_km = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    breakdown = models.CharField(max_length=15, choices=Breakdown.choices)
    threshold = models.PositiveSmallIntegerField()
    # Whether lower is better.
    is_down = models.BooleanField(default=False)

    class Meta:
        ordering = ["frozen", "number"]
        constraints = [
            models.UniqueConstraint(fields=["frozen", "indicator"], name="frozen_line_once"),
        ]
        triggers = [
            is_written_with_it("frozen_line", OF_REPORT),
            stays("frozen_line"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language_of_page(km=self.name_km, other=self.name_en)

    @property
    def definition(self) -> Definition:
        """Raises Unreadable where a later program reads other documents."""
        return Definition.from_json(self.document)


class Basis(models.TextChoices):
    """Which days a number of a line is about."""

    PERIOD = "period", _("The period")
    PREVIOUS = "previous", _("The period before")
    YEAR = "year", _("The year so far")
    LIFE = "life", _("The project so far")


class Presence(models.TextChoices):
    """Why a cell reads as it does. An empty one is not 0, and a hidden one is not empty."""

    NUMBER = "number", _("A number")
    NO_VALUE = "no value", _("No value")
    HIDDEN = "hidden", _("Not shown")


class FrozenCell(models.Model):
    """One number of a report: the value of a line for some days, or a cell of its breakdown."""

    line = models.ForeignKey(FrozenLine, models.PROTECT, related_name="cells")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    # By dimension in their order, "total" for all of one; empty for the value itself.
    key = ArrayField(models.CharField(max_length=200), default=list)
    words_km = ArrayField(models.CharField(max_length=400), default=list)
    words_en = ArrayField(models.CharField(max_length=400), default=list)
    # What opens this cell and its list; it stands beside the number on paper.
    reference = models.CharField(max_length=6, unique=True)
    since = models.DateField()
    until = models.DateField()
    # The last day that was counted: the report may have been sent before the period was over.
    counted_until = models.DateField(null=True)
    presence = models.CharField(max_length=10, choices=Presence.choices)
    # Inside: never on a paper, in a file or on a page of a funder.
    counted = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    counted_part = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    counted_whole = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    # What the donor reads.
    value = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    part = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    whole = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    target = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    percent_of_target = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    percent_of_change = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    no_change_planned = models.BooleanField(default=False)
    unnamed = models.PositiveIntegerField(default=0)
    # What else must be said of the value, in sentences by language.
    remarks = models.JSONField(default=dict)

    class Meta:
        ordering = ["line", "basis", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "basis", "key"], name="frozen_cell_once"),
            models.CheckConstraint(
                name="frozen_cell_shows_what_it_may",
                condition=Q(presence="number", value__isnull=False)
                | Q(
                    presence__in=["no value", "hidden"],
                    value=None,
                    percent_of_target=None,
                    percent_of_change=None,
                ),
            ),
            models.CheckConstraint(
                name="frozen_cell_hides_its_parts",
                condition=~Q(presence="hidden") | Q(part=None, whole=None),
            ),
            models.CheckConstraint(
                name="frozen_cell_has_a_reference",
                condition=Q(reference__regex=r"^[0-9A-HJKMNP-TV-Z]{6}$"),
            ),
        ]
        triggers = [
            is_written_with_it("frozen_cell", OF_LINE),
            stays("frozen_cell"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_hidden(self) -> bool:
        return self.presence == Presence.HIDDEN

    @property
    def shown(self) -> Value:
        """What the donor reads: a number, the sign of what is not shown, or nothing."""
        return NOT_SHOWN if self.is_hidden else self.value

    @property
    def words(self) -> list[str]:
        """The words of its key in the language of the page."""
        return [
            in_language_of_page(km=km, other=en)
            for km, en in zip(self.words_km, self.words_en, strict=True)
        ]


class FrozenRow(models.Model):
    """Whom and what a number was the sum of, by keys that name nobody.

    A key is no reference: when somebody is erased or joined with somebody else, the row stays and
    the count with it. Of a breakdown the rows stand with their innermost cell, and what is behind
    a margin is those of all its cells.
    """

    line = models.ForeignKey(FrozenLine, models.PROTECT, related_name="rows")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    # Of a percentage: whether it is of the whole.
    is_whole = models.BooleanField(default=False)
    key = ArrayField(models.CharField(max_length=200), default=list)
    person_key = models.UUIDField(null=True)
    # The training, group or organisation.
    record_key = models.UUIDField(null=True)
    day = models.DateField(null=True)
    amount = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        ordering = ["line", "basis", "id"]
        indexes = [
            models.Index(fields=["line", "basis", "is_whole"], name="frozen_row_list"),
        ]
        triggers = [
            is_written_with_it("frozen_row", OF_LINE),
            stays("frozen_row"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"
