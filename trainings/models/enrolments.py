"""Who takes part: by name, as an organisation, or only as a number."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import in_language_of_page
from core.models.base import tracked
from registry.models import Organisation, Person, Position
from registry.models.owned import OwnedQuerySet, OwnedRecord
from registry.models.people import Sex
from trainings.models.closing import refuse_when_closed
from trainings.models.telling import TellsOfTraining
from trainings.models.trainings import Training


class AgeBandScheme(models.Model):
    """A set of age bands, as one donor wants them. "Not stated" always comes on top."""

    name_km = models.CharField(_("name in Khmer"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, unique=True)
    is_default = models.BooleanField(_("proposed for new trainings"), default=False)

    class Meta:
        verbose_name = _("set of age bands")
        verbose_name_plural = _("sets of age bands")
        ordering = ["-is_default", "name_en"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_age_band_scheme",
                violation_error_message=_("Another set is proposed already."),
            ),
        ]

    def __str__(self) -> str:
        return in_language_of_page(km=self.name_km, other=self.name_en)


class AgeBand(models.Model):
    """Ages from and to, both included; without an end it is open, as in "50+"."""

    scheme = models.ForeignKey(AgeBandScheme, models.CASCADE, related_name="bands")
    from_age = models.PositiveSmallIntegerField(_("from age"))
    to_age = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)

    class Meta:
        verbose_name = _("age band")
        verbose_name_plural = _("age bands")
        ordering = ["scheme", "from_age"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "from_age"], name="age_band_once"),
            models.CheckConstraint(
                name="age_band_ends_after_it_starts",
                condition=Q(to_age=None) | Q(to_age__gte=F("from_age")),
                violation_error_message=_("The band ends before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As in "18–24" or "50+"."""
        return f"{self.from_age}+" if self.to_age is None else f"{self.from_age}–{self.to_age}"

    def holds(self, age: int) -> bool:
        return self.from_age <= age and (self.to_age is None or age <= self.to_age)


class EnrolmentQuerySet(OwnedQuerySet["Enrolment"]):
    def of_people(self) -> EnrolmentQuerySet:
        return self.filter(person__isnull=False)

    def learners(self) -> EnrolmentQuerySet:
        """The people who came to learn; trainers, guests and observers are not counted as such."""
        return self.of_people().filter(role=Enrolment.Role.LEARNER)


@tracked
class Enrolment(OwnedRecord):
    """A person, or an organisation with the number of its members, in a training."""

    class Role(models.TextChoices):
        LEARNER = "learner", _("Learner")
        LEAD_TRAINER = "lead trainer", _("Lead trainer")
        CO_TRAINER = "co-trainer", _("Co-trainer")
        SUPPORT = "support", _("Supported the trainers")
        OPENED_BY = "opened by", _("Opened the training")
        OBSERVER = "observer", _("Observer")

    TRAINERS = (Role.LEAD_TRAINER, Role.CO_TRAINER)

    training = models.ForeignKey(
        Training, models.CASCADE, related_name="enrolments", verbose_name=_("training")
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enrolments",
        verbose_name=_("person"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enrolments",
        verbose_name=_("organisation"),
    )
    # Members of the organisation on that day; None when the number is not known.
    member_count = models.PositiveIntegerField(_("members on that day"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=15, choices=Role.choices, default=Role.LEARNER)
    position = models.ForeignKey(
        Position,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("position"),
        help_text=_("In which capacity they take part."),
    )
    # Whom they represent on that day; the person's affiliations may change later.
    on_behalf_of = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation they come from"),
    )
    # The line on the paper sheet; the screen keeps the paper's order.
    sheet_row = models.PositiveIntegerField(_("row on the sheet"))
    is_walk_in = models.BooleanField(_("came without being expected"), default=False)

    objects: ClassVar = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["training", "sheet_row"]
        constraints = [
            models.CheckConstraint(
                name="enrolment_of_at_most_1000000_members",
                condition=Q(member_count=None) | Q(member_count__lte=1_000_000),
                violation_error_message=_("This number is too large."),
            ),
            models.CheckConstraint(
                name="enrolment_is_of_a_person_or_an_organisation",
                condition=Q(person__isnull=False, organisation=None, member_count=None)
                | Q(person=None, organisation__isnull=False, position=None, on_behalf_of=None),
            ),
            models.UniqueConstraint(
                fields=["training", "person"],
                name="person_once_per_training",
                violation_error_message=_("This person is already on the list."),
            ),
            models.UniqueConstraint(
                fields=["training", "organisation"],
                name="organisation_once_per_training",
                violation_error_message=_("This organisation is already on the list."),
            ),
            models.UniqueConstraint(
                fields=["training", "sheet_row"],
                name="sheet_row_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="enrolment_role_is_known_word",
                condition=Q(
                    role__in=[
                        "learner",
                        "lead trainer",
                        "co-trainer",
                        "support",
                        "opened by",
                        "observer",
                    ]
                ),
            ),
            models.UniqueConstraint(fields=["training", "id"], name="enrolment_of_training"),
            models.UniqueConstraint(fields=["owner", "id"], name="enrolment_of_owner"),
        ]
        # From a graduate to the trainings they led: read at every step of a cascade.
        indexes = [
            models.Index(
                fields=["person"],
                include=["training", "id"],
                condition=Q(role__in=["lead trainer", "co-trainer"], person__isnull=False),
                name="enrolment_of_trainer",
            ),
            models.Index(
                fields=["training"],
                include=["id", "person"],
                condition=Q(role="learner", person__isnull=False),
                name="enrolment_of_learner",
            ),
        ]
        triggers = [refuse_when_closed("enrolment", except_for_person=True)]

    def __str__(self) -> str:
        return f"{self.person or self.organisation}"

    @property
    def is_trainer(self) -> bool:
        return self.role in self.TRAINERS


@tracked
class HeadCount(OwnedRecord):
    """People in a training whose names are not known. Never mixed into a distinct count."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="head_counts")
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices)
    age_band = models.ForeignKey(
        AgeBand,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("age band"),
        help_text=_("Empty when the ages were not stated."),
    )
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("head count")
        verbose_name_plural = _("head counts")
        ordering = ["training", "sex", "age_band"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "sex", "age_band"],
                name="head_count_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="head_count_above_zero", condition=Q(people__gt=0)),
            models.CheckConstraint(
                name="head_count_of_at_most_100000",
                condition=Q(people__lte=100_000),
                violation_error_message=_("This number is too large."),
            ),
            models.CheckConstraint(
                name="head_count_sex_is_known_word", condition=Q(sex__in=Sex.values)
            ),
        ]
        triggers = [refuse_when_closed("head_count")]

    def __str__(self) -> str:
        return f"{self.people}"


@tracked
class IndirectCount(TellsOfTraining, OwnedRecord):
    """People whom a training reached through those who took part: a number, with its method.

    Nobody has seen them, so it says in words how it was found, is added to no count of people,
    and has no sex or age. Two methods of one training may count the same people.
    """

    class Method(models.TextChoices):
        HOUSEHOLDS = "households", _("Members of the households of participants")
        TAUGHT = "taught", _("People whom participants teach, train or serve")
        GROUPS = "groups", _("Members of groups that sent somebody")
        AUDIENCE = "audience", _("Audience of broadcasts, posts and posters")
        OTHER = "other", pgettext_lazy("method", "Other")

    training = models.ForeignKey(Training, models.CASCADE, related_name="indirect_counts")
    method = models.CharField(_("who they are"), max_length=15, choices=Method.choices)
    people = models.PositiveIntegerField(_("people"))
    basis = models.CharField(
        _("how the number was found"),
        max_length=300,
        help_text=_("As in: 24 participants × 4.6 people in a household, census of 2019."),
    )

    TELLING = ("basis",)

    class Meta:
        verbose_name = _("number of people reached indirectly")
        verbose_name_plural = _("numbers of people reached indirectly")
        ordering = ["training", "method"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "method"],
                name="indirect_count_once",
                violation_error_message=_("This number is entered already."),
            ),
            models.CheckConstraint(name="indirect_count_above_zero", condition=Q(people__gt=0)),
            models.CheckConstraint(
                name="indirect_count_of_at_most_20000000",
                condition=Q(people__lte=20_000_000),
                violation_error_message=_("This number is too large."),
            ),
            models.CheckConstraint(
                name="indirect_count_has_a_basis",
                condition=~Q(basis=""),
                violation_error_message=_("Say how this number was found."),
            ),
            models.CheckConstraint(
                name="indirect_count_method_is_known_word",
                condition=Q(method__in=["households", "taught", "groups", "audience", "other"]),
            ),
        ]
        triggers = [refuse_when_closed("indirect_count")]

    def __str__(self) -> str:
        return f"{self.people}"
