"""Reports to donors: what is planned and written, every step, and the thread beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

import pgtrigger
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import tracked
from khmer.dates import short_date
from registry.models import Project
from registry.models.owned import OwnedQuerySet, OwnedRecord
from reports.models.donor_forms import DonorForm, FormSection, Language
from reports.models.indicators import Indicator
from reports.models.workflow import (
    FREEZING,
    GIVEN,
    WITH_REASON,
    WRITABLE,
    State,
    Verb,
    moves_as_sql,
)

if TYPE_CHECKING:
    from registry.models.accounts import User

_WRITABLE = ", ".join(f"'{state.value}'" for state in WRITABLE)


def refuse_unless_writable(table: str) -> pgtrigger.Trigger:
    """Refuse every write to what belongs to a report that somebody else holds now."""
    return pgtrigger.Trigger(
        name=f"{table}_of_open_report",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("found", "text")],
        func=f"""
            SELECT state INTO found FROM reports_report
            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.report_id ELSE NEW.report_id END
            FOR SHARE;
            IF found IS NOT NULL AND found NOT IN ({_WRITABLE}) THEN
                RAISE EXCEPTION 'report is %, what it says cannot change', found
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'report_is_open';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608 — words of an enumeration.
    )


# A report that is due within these days is work of now.
SOON = timedelta(days=30)


class ReportQuerySet(OwnedQuerySet["Report"]):
    def given_to(self, user: User) -> ReportQuerySet:
        """What a funder reads: reports on the form of their organisation that were submitted.

        Also of a project that has ended, and of one that they no longer pay for: they were given.
        """
        if not user.is_authenticated or not user.may("reports.read"):
            return self.none()
        return self.filter(form__donor=user.organisation_id, state__in=GIVEN)

    def to_send(self, until: date) -> ReportQuerySet:
        """Those that a donor should have by a day and does not, and those that came back."""
        is_due = Q(due_on__lte=until) & ~Q(state__in=GIVEN)
        return self.filter(is_due | Q(state=State.RETURNED))

    def readable_by(self, user: User) -> ReportQuerySet:
        """Those whose page a user opens, as staff or as funder."""
        if user.is_authenticated and user.may("records.see"):
            return self.visible_to(user)
        return self.given_to(user)


@tracked
class Report(OwnedRecord):
    """What a project tells one donor about one period. Its figures are frozen when it is sent."""

    class Kind(models.TextChoices):
        PERIODIC = "periodic", _("Of a period of the donor")
        CUSTOM = "custom", _("Of other days")
        FINAL = "final", _("Final")

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="donor_reports", verbose_name=_("project")
    )
    form = models.ForeignKey(
        DonorForm, models.PROTECT, related_name="reports", verbose_name=_("form")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PERIODIC)
    since = models.DateField(_("from"))
    until = models.DateField(_("through"))
    due_on = models.DateField(_("due on"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    signatory = models.CharField(_("signed by"), max_length=200, blank=True)
    is_public = models.BooleanField(_("public"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PLANNED, editable=False
    )

    objects: ClassVar = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-since", "id"]
        constraints = [
            models.CheckConstraint(
                name="report_ends_after_it_starts",
                condition=Q(until__gte=F("since")),
                violation_error_message=_("The period ends before it starts."),
            ),
            models.CheckConstraint(
                name="report_is_due_after_it_starts",
                condition=Q(due_on__gte=F("since")),
                violation_error_message=_("The report is due before its period starts."),
            ),
            models.CheckConstraint(
                name="report_is_in_a_known_state",
                condition=Q(state__in=State.values) & Q(language__in=Language.values),
            ),
            models.UniqueConstraint(
                fields=["form", "kind", "since", "until"],
                name="report_once",
                violation_error_message=_("There is a report of this kind for these days."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="report_of_owner"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="report_begins_planned",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df=State.PLANNED.value),
                func="""
                    RAISE EXCEPTION 'a report begins as planned'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'report_takes_a_step';
                """,
            ),
            pgtrigger.Trigger(
                name="report_takes_a_step",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM reports_step step
                        WHERE step.report_id = NEW.id
                          AND step.from_state = OLD.state AND step.to_state = NEW.state
                          AND step.number = (
                              SELECT max(number) FROM reports_step WHERE report_id = NEW.id)
                    ) THEN
                        RAISE EXCEPTION 'a report changes its state by a step'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_takes_a_step';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="report_that_is_held_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP = 'DELETE' THEN
                        IF OLD.state <> 'planned' THEN
                            RAISE EXCEPTION 'report is %, it stays', OLD.state
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'report_is_open';
                        END IF;
                        RETURN OLD;
                    END IF;
                    IF OLD.state NOT IN ({_WRITABLE})
                       AND to_jsonb(NEW) - 'state' - 'version'
                           IS DISTINCT FROM to_jsonb(OLD) - 'state' - 'version' THEN
                        RAISE EXCEPTION 'report is %, it cannot change', OLD.state
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_is_open';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{short_date(self.since)}–{short_date(self.until)}"

    @property
    def is_writable(self) -> bool:
        """Whether what it says can be changed."""
        return self.state in WRITABLE

    def is_late(self, today: date) -> bool:
        """Whether the donor should have it by now and has not."""
        return self.due_on < today and self.state not in GIVEN


@tracked
class Narrative(OwnedRecord):
    """The text of a section of a report in one language, with its simple formatting."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="narratives")
    section = models.ForeignKey(FormSection, models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    text = models.TextField(_("text"), validators=[MaxLengthValidator(200_000)])

    class Meta:
        verbose_name = _("text of a section")
        verbose_name_plural = _("texts of sections")
        ordering = ["report", "section", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "section", "language"], name="narrative_once"
            ),
        ]
        triggers = [refuse_unless_writable("narrative")]

    def __str__(self) -> str:
        return f"{self.section}"


class Status(models.TextChoices):
    """How sure a value is, and of which time."""

    REPORTED = "reported", _("Reported")
    PRELIMINARY = "preliminary", _("Preliminary")
    VERIFIED = "verified", _("Verified")
    OWED = "owed", _("Owed from an earlier year")


@tracked
class ReportLine(OwnedRecord):
    """An indicator in a report: in its place, with its status and the reason for a difference."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="lines")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    status = models.CharField(
        _("status of the value"), max_length=12, choices=Status.choices, default=Status.REPORTED
    )
    # Of a value that is owed: the days it is about.
    owed_since = models.DateField(_("owed: from"), null=True, blank=True)
    owed_until = models.DateField(_("owed: through"), null=True, blank=True)
    verified_value = models.DecimalField(
        _("verified value"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    no_disaggregation = models.BooleanField(
        _("disaggregation not available"),
        default=False,
        help_text=_("The donor reads so. It is neither 0 nor empty nor hidden."),
    )
    reason_km = models.TextField(
        _("reason in Khmer"), blank=True, validators=[MaxLengthValidator(3000)]
    )
    reason_en = models.TextField(
        _("reason in English"), blank=True, validators=[MaxLengthValidator(3000)]
    )

    class Meta:
        verbose_name = _("indicator of a report")
        verbose_name_plural = _("indicators of reports")
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "indicator"], name="report_line_once"),
            models.UniqueConstraint(
                fields=["report", "number"],
                name="report_line_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="report_line_status_is_known", condition=Q(status__in=Status.values)
            ),
            models.CheckConstraint(
                name="report_line_owes_days",
                condition=Q(status="owed", owed_until__gte=F("owed_since"))
                | (~Q(status="owed") & Q(owed_since=None, owed_until=None)),
                violation_error_message=_("Say of which days a value is that is owed."),
            ),
            models.CheckConstraint(
                name="report_line_is_verified_with_a_value",
                condition=Q(verified_value=None) | Q(status="verified"),
                violation_error_message=_("A verified value has the status “Verified”."),
            ),
        ]
        triggers = [refuse_unless_writable("report_line")]

    def __str__(self) -> str:
        return f"{self.indicator}"

    @property
    def reason(self) -> str:
        """In the language of the page, or the one there is."""
        return in_language_of_page(km=self.reason_km, other=self.reason_en)


class Step(OwnedRecord):
    """Somebody brought a report from one state to the next. The database moves it; see below."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="steps")
    # Numbered by the trigger, in the order of the steps.
    number = models.PositiveIntegerField(editable=False, default=0)
    verb = models.CharField(_("step"), max_length=10, choices=Verb.choices)
    from_state = models.CharField(_("from"), max_length=10, choices=State.choices)
    to_state = models.CharField(_("to"), max_length=10, choices=State.choices)
    reason = models.TextField(_("reason"), blank=True, validators=[MaxLengthValidator(3000)])
    # On behalf of a donor without an account, by whoever has read their letter.
    on_behalf = models.BooleanField(_("on behalf of the donor"), default=False)
    frozen = models.OneToOneField(
        "reports.FrozenReport", models.PROTECT, null=True, blank=True, related_name="step"
    )

    class Meta:
        verbose_name = _("step of a report")
        verbose_name_plural = _("steps of reports")
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="step_number_once"),
            models.CheckConstraint(
                name="step_has_its_reason",
                condition=~Q(verb__in=WITH_REASON) | ~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                name="step_freezes_what_is_sent",
                condition=Q(verb__in=FREEZING, frozen__isnull=False)
                | (~Q(verb__in=FREEZING) & Q(frozen=None)),
            ),
        ]
        triggers = [
            # Locks the report: of two steps at once the second one finds another state.
            pgtrigger.Trigger(
                name="step_follows",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("found", "text")],
                func=f"""
                    SELECT state INTO found FROM reports_report
                    WHERE id = NEW.report_id FOR UPDATE;
                    IF found IS DISTINCT FROM NEW.from_state
                       OR (NEW.verb, NEW.from_state, NEW.to_state) NOT IN ({moves_as_sql()}) THEN
                        RAISE EXCEPTION 'report is %, it takes no such step', found
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_takes_a_step';
                    END IF;
                    SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM reports_step
                    WHERE report_id = NEW.report_id;
                    RETURN NEW;
                """,  # noqa: S608 — words of an enumeration.
            ),
            pgtrigger.Trigger(
                name="step_moves_report",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE reports_report SET state = NEW.to_state, version = version + 1
                    WHERE id = NEW.report_id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Protect(name="step_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}"


class CommentQuerySet(OwnedQuerySet["Comment"]):
    def read_by(self, user: User) -> CommentQuerySet:
        """What a user may read of a thread they found: a donor nothing that is kept inside."""
        return self if user.may("records.see") else self.filter(is_internal=False)


@tracked
class Comment(OwnedRecord):
    """A remark about a report, a section, an indicator or a number of it, or an answer to one."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="comments")
    answers = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replies"
    )
    section = models.ForeignKey(
        FormSection, models.PROTECT, null=True, blank=True, related_name="+"
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cell = models.ForeignKey(
        "reports.FrozenCell", models.PROTECT, null=True, blank=True, related_name="comments"
    )
    text = models.TextField(_("comment"), validators=[MaxLengthValidator(5000)])
    # Kept inside the organisation, as remarks of the second person are.
    is_internal = models.BooleanField(_("inside only"), default=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects: ClassVar = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(name="comment_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="comment_is_about_one_thing",
                condition=Q(answers__isnull=False, section=None, indicator=None, cell=None)
                | Q(answers=None, section=None, indicator=None, cell=None)
                | Q(answers=None, section__isnull=False, indicator=None, cell=None)
                | Q(answers=None, section=None, indicator__isnull=False, cell=None)
                | Q(answers=None, section=None, indicator=None, cell__isnull=False),
            ),
            models.CheckConstraint(
                name="comment_is_resolved_by_somebody",
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, answers=None),
            ),
            models.UniqueConstraint(fields=["report", "id"], name="comment_of_report"),
        ]
        triggers = [
            # What was said stays as it was said; only that it is settled is added.
            pgtrigger.Trigger(
                name="comment_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'DELETE' OR
                       to_jsonb(NEW) - 'resolved_at' - 'resolved_by_id' - 'version'
                       IS DISTINCT FROM
                       to_jsonb(OLD) - 'resolved_at' - 'resolved_by_id' - 'version' THEN
                        RAISE EXCEPTION 'a comment stays as it was said'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'comment_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}"
