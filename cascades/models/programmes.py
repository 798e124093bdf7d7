"""The design of a cascade: a programme, its iterations, and the tiers of each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cascades.models.naming import NamedRecord
from core.languages import in_language_of_page
from core.models.base import tracked
from registry.models import Place, Project, ProjectLink
from registry.models.owned import OwnedRecord
from trainings.models import Curriculum, Training

MOST_TIERS = 6


@tracked
class Programme(NamedRecord):
    """A cascade: people train people who train people, with one family of curricula.

    Lineage is followed within the family, across all iterations of the programme.
    """

    curriculum = models.ForeignKey(
        Curriculum,
        models.PROTECT,
        related_name="programmes",
        verbose_name=_("curriculum"),
        help_text=_("Lineage is followed among deliveries of this curriculum, in any version."),
    )
    description_km = models.TextField(_("description in Khmer"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    source = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_("Where the record comes from, if not from the organisation's own sheets."),
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    # What the words "active" and "covered" mean in this programme.
    activation_days = models.PositiveSmallIntegerField(
        _("days in which a graduate should first train others"),
        default=180,
        help_text=_("Who finished less than so many days ago is not counted yet."),
    )
    active_days = models.PositiveSmallIntegerField(
        _("days after a delivery in which a trainer counts as active"), default=365
    )
    unit_level = models.PositiveSmallIntegerField(
        _("coverage counts"), choices=Place.Level.choices, default=Place.Level.COMMUNE
    )
    least_people = models.PositiveSmallIntegerField(
        _("people who must have completed for a place to count as covered"), default=1
    )

    # Set where the programme was asked for together with it; see cascades.snapshots.
    has_snapshot: bool | None = None

    class Meta(NamedRecord.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name_en", "name_km"]
        constraints = [
            *NamedRecord.Meta.constraints,
            models.CheckConstraint(
                name="programme_definitions_above_zero",
                condition=Q(activation_days__gt=0, active_days__gt=0, least_people__gt=0),
                violation_error_message=_("These numbers are above zero."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="programme_of_owner"),
        ]

    @property
    def description(self) -> str:
        """The description in the language of the page, or the one it has."""
        return in_language_of_page(km=self.description_km, other=self.description_en)


@tracked
class Iteration(NamedRecord):
    """One run of a programme, from its first tier down."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="iterations", verbose_name=_("programme")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(
        _("ends on"), null=True, blank=True, help_text=_("As planned. Empty when nothing is set.")
    )
    projects = models.ManyToManyField(
        Project,
        through="IterationProject",
        blank=True,
        related_name="iterations",
        verbose_name=_("projects"),
    )
    places = models.ManyToManyField(
        Place,
        through="IterationPlace",
        blank=True,
        related_name="+",
        verbose_name=_("where it takes place"),
    )
    cloned_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("designed after"),
    )
    notes = models.TextField(_("notes"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    class Meta(NamedRecord.Meta):
        verbose_name = _("iteration")
        verbose_name_plural = _("iterations")
        ordering = ["programme", "number"]
        constraints = [
            *NamedRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["programme", "number"],
                name="iteration_number_once",
                violation_error_message=_("This programme has an iteration of that number."),
            ),
            models.CheckConstraint(
                name="iteration_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The iteration ends before it starts."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="iteration_of_owner"),
        ]


@tracked
class IterationProject(ProjectLink):
    """An iteration counts for a project."""

    iteration = models.ForeignKey(Iteration, models.CASCADE, related_name="project_links")

    class Meta:
        verbose_name = _("project of an iteration")
        verbose_name_plural = _("projects of iterations")
        constraints = [
            models.UniqueConstraint(fields=["iteration", "project"], name="iteration_project_once"),
        ]


@tracked
class IterationPlace(OwnedRecord):
    """A place that an iteration means to reach, with all in it. Without any, the country."""

    iteration = models.ForeignKey(Iteration, models.CASCADE, related_name="place_links")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("place"))

    class Meta:
        verbose_name = _("place of an iteration")
        verbose_name_plural = _("places of iterations")
        constraints = [
            models.UniqueConstraint(fields=["iteration", "place"], name="iteration_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place}"


@tracked
class Tier(NamedRecord):
    """One level of an iteration: who is trained, how many, where and by when.

    The graduates of a tier train the next one. Of the last tier nothing more is expected,
    unless `trains_on` says that its graduates train others whom nobody records: what came
    of them is then not known, and never 0.
    """

    iteration = models.ForeignKey(
        Iteration, models.CASCADE, related_name="tiers", verbose_name=_("iteration")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    audience_km = models.CharField(_("who is trained, in Khmer"), max_length=200, blank=True)
    audience_en = models.CharField(_("who is trained, in English"), max_length=200, blank=True)
    planned_people = models.PositiveIntegerField(_("people planned"), null=True, blank=True)
    planned_groups = models.PositiveIntegerField(_("groups planned"), null=True, blank=True)
    planned_places = models.PositiveIntegerField(_("places planned"), null=True, blank=True)
    deadline = models.DateField(_("to be done by"), null=True, blank=True)
    place_level = models.PositiveSmallIntegerField(
        _("held in a"),
        choices=Place.Level.choices,
        null=True,
        blank=True,
        help_text=_("The level of place that a group of this tier belongs to. Empty: any."),
    )
    trains_on = models.BooleanField(
        _("its graduates train others whom nobody records"),
        default=False,
        help_text=_("For the last tier: what follows is then “not known”, and not 0."),
    )
    # What a group should be like. A delivery that is not like it gets a warning.
    least_people_per_group = models.PositiveSmallIntegerField(
        _("people in a group, at least"), null=True, blank=True
    )
    most_people_per_group = models.PositiveSmallIntegerField(
        _("people in a group, at most"), null=True, blank=True
    )
    least_trainers_per_group = models.PositiveSmallIntegerField(
        _("trainers of a group, at least"), null=True, blank=True
    )
    # What a new delivery of this tier begins with.
    kind = models.CharField(
        _("kind of training"),
        max_length=25,
        choices=Training.Kind.choices,
        default=Training.Kind.TRAINING_OF_TRAINERS,
    )
    sessions = models.PositiveSmallIntegerField(_("sessions of a delivery"), default=1)
    rule_percent = models.PositiveSmallIntegerField(
        _("attendance needed, in percent"), null=True, blank=True
    )
    rule_all_sessions = models.BooleanField(_("every session must be attended"), default=True)
    rule_score = models.DecimalField(
        _("score needed in the final test"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    test_maximum = models.DecimalField(
        _("best possible score in the tests"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
    )

    class Meta(NamedRecord.Meta):
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["iteration", "number"]
        constraints = [
            *NamedRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["iteration", "number"],
                name="tier_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="tier_number_from_1_to_6",
                condition=Q(number__gte=1, number__lte=MOST_TIERS),
                violation_error_message=_("An iteration has six tiers at most."),
            ),
            models.CheckConstraint(
                name="tier_sessions_from_1_to_31",
                condition=Q(sessions__gte=1, sessions__lte=31),
                violation_error_message=_("A delivery has 1 to 31 sessions."),
            ),
            models.CheckConstraint(
                name="tier_most_people_not_below_least",
                condition=Q(least_people_per_group=None)
                | Q(most_people_per_group=None)
                | Q(most_people_per_group__gte=F("least_people_per_group")),
                violation_error_message=_("The most is below the least."),
            ),
            models.CheckConstraint(
                name="tier_rule_percent_up_to_100",
                condition=Q(rule_percent=None) | Q(rule_percent__gte=1, rule_percent__lte=100),
                violation_error_message=_("A percentage lies between 1 and 100."),
            ),
            models.CheckConstraint(
                name="tier_rule_score_up_to_maximum",
                condition=Q(rule_score=None)
                | Q(
                    rule_score__gt=0,
                    test_maximum__isnull=False,
                    rule_score__lte=F("test_maximum"),
                ),
                violation_error_message=_("The score needed is above the best possible score."),
            ),
            models.CheckConstraint(
                name="tier_asks_something_of_its_graduates",
                condition=Q(rule_percent__isnull=False)
                | Q(rule_all_sessions=True)
                | Q(rule_score__isnull=False),
                violation_error_message=_(
                    "Say what it takes to complete: a percentage, every session, or a score."
                ),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="tier_of_owner"),
        ]

    @property
    def has_plan(self) -> bool:
        """Whether anything is planned: how many, where, or by when."""
        plan = (self.planned_people, self.planned_groups, self.planned_places, self.deadline)
        return any(plan)

    @property
    def audience(self) -> str:
        """Who is trained, in the language of the page."""
        return in_language_of_page(km=self.audience_km, other=self.audience_en)
