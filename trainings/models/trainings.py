"""A training: one event, with its dates, place, organisations and written rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from core.languages import in_language_of_page
from core.models.base import tracked
from core.telling import outside
from paper.templatetags.paper import day
from registry.models import Organisation, Place, Project, ProjectLink
from registry.models.owned import OwnedQuerySet, OwnedRecord
from trainings.models.closing import refuse_change_while_closed, refuse_when_closed
from trainings.models.telling import TellsOfTraining


class TrainingQuerySet(OwnedQuerySet["Training"]):
    def within(self, place: Place) -> TrainingQuerySet:
        """Held at a place or anywhere in it."""
        return self.filter(place__in=Place.objects.within(place))

    def in_period(self, since: date | None, until: date | None) -> TrainingQuerySet:
        """With a day in the period, its first and last day included; None leaves it open."""
        found = self if since is None else self.filter(ends_on__gte=since)
        return found if until is None else found.filter(starts_on__lte=until)

    def not_cancelled(self) -> TrainingQuerySet:
        return self.exclude(status=Training.Status.CANCELLED)

    def to_close(self) -> TrainingQuerySet:
        """Over, and nobody has closed them."""
        return self.filter(status=Training.Status.OPEN, ends_on__lt=timezone.localdate())

    def on_without_session(self, today: date, until: date) -> TrainingQuerySet:
        """Open and on today, with no session from today through a day."""
        on = self.filter(status=Training.Status.OPEN).in_period(today, today)
        return on.exclude(sessions__held_on__range=(today, until))

    def with_demo_data(self) -> TrainingQuerySet:
        """Those that are made up, or have somebody on the list who is."""
        listed = Q(enrolments__person__is_demo=True) | Q(enrolments__organisation__is_demo=True)
        return self.filter(Q(is_demo=True) | listed)


@tracked
class Training(OwnedRecord):
    """One event or delivery: a two-day course, an annual meeting, a coaching visit.

    Three sessions of one course are one training. Once it is closed the database refuses
    any change to it, to who took part, to sessions, attendance and tests, until it is opened
    again with a reason. Changes found and evidence may follow later; they often do, by months.
    """

    class Kind(models.TextChoices):
        TRAINING = "training", _("Training")
        TRAINING_OF_TRAINERS = "training of trainers", _("Training of trainers")
        REFRESHER = "refresher", _("Refresher")
        WORKSHOP = "workshop", _("Workshop")
        AWARENESS = "awareness", _("Awareness raising")
        MEETING = "meeting", _("Meeting")
        EXCHANGE = "exchange visit", _("Exchange visit")
        COACHING = "coaching visit", _("Coaching visit")

    # Only these count as "people trained" unless a donor's rule says otherwise.
    COUNTS_AS_TRAINED = (Kind.TRAINING, Kind.TRAINING_OF_TRAINERS, Kind.REFRESHER)

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a training", "Open")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("kind"), max_length=25, choices=Kind.choices, default=Kind.TRAINING)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    title_km = models.CharField(_("title in Khmer"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_(
            "Its title would tell something about whoever took part, as in a training on "
            "domestic violence. Outside its own pages it is named by its kind and its day. "
            "Texts of it that were released to funders are taken back."
        ),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
        verbose_name=_("place"),
    )
    venue = models.CharField(
        _("venue"), max_length=200, blank=True, help_text=_("The hall, school or pagoda.")
    )
    projects = models.ManyToManyField(
        Project,
        through="TrainingProject",
        blank=True,
        related_name="trainings",
        verbose_name=_("projects"),
    )
    topics = models.ManyToManyField(
        "trainings.Topic", blank=True, related_name="+", verbose_name=_("topics")
    )
    goals = models.ManyToManyField(
        "trainings.Goal", blank=True, related_name="+", verbose_name=_("goals")
    )
    curriculum_version = models.ForeignKey(
        "trainings.CurriculumVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
        verbose_name=_("curriculum version"),
    )
    age_bands = models.ForeignKey(
        "trainings.AgeBandScheme",
        models.PROTECT,
        related_name="+",
        verbose_name=_("age bands"),
        help_text=_("The age bands that the donor asks for."),
    )
    expected_people = models.PositiveIntegerField(_("people expected"), null=True, blank=True)
    description_km = models.TextField(_("description in Khmer"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    source = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_("Where the record comes from, if not from the organisation's own sheets."),
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    # The written rule of completion. What is empty is not asked for.
    rule_percent = models.PositiveSmallIntegerField(
        _("attendance needed, in percent"), null=True, blank=True
    )
    rule_all_sessions = models.BooleanField(_("every session must be attended"), default=False)
    rule_score = models.DecimalField(
        _("score needed in the final test"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    # Counts the changes of the rule; a completion remembers the one that it was judged by.
    rule_version = models.PositiveIntegerField(default=1, editable=False)
    test_maximum = models.DecimalField(
        _("best possible score in the tests"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
    )

    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("closed by"),
    )

    objects: ClassVar = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="training_has_a_title",
                condition=~Q(title_km="") | ~Q(title_en=""),
                violation_error_message=_("Give a title in Khmer or in English."),
            ),
            models.CheckConstraint(
                name="training_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The training ends before it starts."),
            ),
            models.CheckConstraint(
                name="training_lasts_at_most_two_years",
                condition=Q(ends_on__lte=F("starts_on") + timedelta(days=731)),
                violation_error_message=_("A training lasts two years at most."),
            ),
            models.CheckConstraint(
                name="training_expects_at_most_10000",
                condition=Q(expected_people=None) | Q(expected_people__lte=10_000),
                violation_error_message=_("This number is too large."),
            ),
            models.CheckConstraint(
                name="training_closed_by_somebody_at_some_time",
                condition=Q(status="closed", closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(status="closed") & Q(closed_at=None, closed_by=None)),
            ),
            models.CheckConstraint(
                name="training_rule_percent_up_to_100",
                condition=Q(rule_percent=None) | Q(rule_percent__gte=1, rule_percent__lte=100),
                violation_error_message=_("A percentage lies between 1 and 100."),
            ),
            models.CheckConstraint(
                name="training_rule_score_up_to_maximum",
                condition=Q(rule_score=None)
                | Q(rule_score__gt=0, rule_score__lte=F("test_maximum")),
                violation_error_message=_("The score needed is above the best possible score."),
            ),
            models.CheckConstraint(
                name="training_test_maximum_above_zero",
                condition=Q(test_maximum=None) | Q(test_maximum__gt=0),
                violation_error_message=_("The best possible score is above zero."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="training_of_owner"),
        ]
        indexes = [
            models.Index(fields=["owner", "-starts_on", "-id"], name="training_list"),
            models.Index(fields=["-starts_on", "-id"], name="training_list_all"),
        ]
        triggers = [
            refuse_change_while_closed(),
            pgtrigger.Trigger(
                name="sensitive_training_takes_its_texts_back",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("is_sensitive"),
                condition=pgtrigger.Q(new__is_sensitive=True),
                func="""
                    UPDATE trainings_changefound
                    SET released_at = NULL, released_by_id = NULL, version = version + 1
                    WHERE training_id = NEW.id AND released_at IS NOT NULL;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    # Of a change just made: how many texts funders can no longer read, for whoever made it.
    taken_back = 0
    # Likewise: how many sessions moved along with its dates.
    sessions_moved = 0

    # What would tell of a sensitive training what it was about; see core.telling.
    TELLING = (
        *("title_km", "title_en", "description_km", "description_en", "source", "venue"),
        *("topics", "goals", "curriculum_version"),
    )

    @cached_property
    def holds_demo_data(self) -> bool:
        """Whether it is made up, or somebody on its list is. One query."""
        return Training.objects.filter(pk=self.pk).with_demo_data().exists()

    @property
    def title(self) -> str:
        """What every page, paper and file may call it; see decision 0016.

        Of a sensitive training that is its kind and its day. Only its own pages, for those who
        see its records, show `own_title`.
        """
        return self.neutral_title if self.is_sensitive else self.own_title

    @property
    def own_title(self) -> str:
        """The title as it was written, in the language of the page, or the one it has."""
        return in_language_of_page(km=self.title_km, other=self.title_en)

    @property
    def neutral_title(self) -> str:
        """Training, 19 February 2011."""
        kind, held_on = self.get_kind_display(), day(self.starts_on)
        return _("%(kind)s, %(day)s") % {"kind": kind, "day": held_on}

    @property
    def titles(self) -> list[tuple[str, str]]:
        """What it may be called in each language, Khmer first, for papers in both of them."""
        if not self.is_sensitive:
            both = [("km", self.title_km), ("en", self.title_en)]
            return [(language, title) for language, title in both if title]
        found = []
        for language in ("km", "en"):
            with override(language):
                found.append((language, self.neutral_title))
        return found

    @property
    def description(self) -> str:
        """The description in the language of the page, or the one it has."""
        return in_language_of_page(km=self.description_km, other=self.description_en)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def has_rule(self) -> bool:
        """Whether a learner must meet anything to count as having completed."""
        return bool(self.rule_percent or self.rule_all_sessions or self.rule_score)


@tracked
class TrainingProject(ProjectLink):
    """A training counts for a project."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="project_links")

    class Meta:
        verbose_name = _("project of a training")
        verbose_name_plural = _("projects of trainings")
        constraints = [
            models.UniqueConstraint(fields=["training", "project"], name="project_once"),
        ]


@tracked
class Part(OwnedRecord):
    """What an organisation did for a training."""

    class Kind(models.TextChoices):
        ORGANISER = "organiser", _("Organiser")
        HOST = "host", _("Host")
        FACILITATOR = "facilitator", _("Provided the trainers")
        FUNDER = "funder", _("Paid for it")
        ADVISER = "adviser", _("Adviser")
        PARTNER = "partner", _("Partner")

    training = models.ForeignKey(Training, models.CASCADE, related_name="parts")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("part"), max_length=15, choices=Kind.choices)

    class Meta:
        verbose_name = _("part of an organisation")
        verbose_name_plural = _("parts of organisations")
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "organisation", "kind"],
                name="part_once",
                violation_error_message=_("This organisation already has this part."),
            ),
        ]
        triggers = [refuse_when_closed("part")]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_kind_display()}"


@tracked
class Reopening(TellsOfTraining, OwnedRecord):
    """A closed training was opened again, by whom and why."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="reopenings")
    reason = models.CharField(_("reason"), max_length=500)
    was_closed_at = models.DateTimeField(_("had been closed at"))

    TELLING = ("reason",)

    class Meta:
        verbose_name = _("reopening")
        verbose_name_plural = _("reopenings")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(name="reopening_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return str(outside(self, "reason"))


@tracked
class TopicLink(Training.topics.through):  # type: ignore[name-defined]  # Made by Django.
    """That a training is on a topic, with its history: figures of one topic follow from it."""

    TELLING = ("topic",)

    class Meta:
        proxy = True
        verbose_name = _("topic of a training")
        verbose_name_plural = _("topics of trainings")
