"""Organisations, the projects that donors pay for, and who belongs where since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import Record, readable, tracked
from registry.models.owned import OwnedQuerySet, OwnedRecord, organisations_under

if TYPE_CHECKING:
    from registry.models.accounts import User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def under(self, organisation_id: object) -> OrganisationQuerySet:
        """An organisation and all below it."""
        return self.filter(pk__in=organisations_under(organisation_id))

    def visible_to(self, user: User) -> OrganisationQuerySet:
        """The directory of organisations is shared by all staff; it holds no person."""
        return self.all() if user.is_authenticated and user.may("records.see") else self.none()

    def owned_by(self, user: User) -> OrganisationQuerySet:
        """The organisations on whose behalf a person may record something."""
        if user.may("records.see_all"):
            return self.filter(kind__in=Organisation.RECORD_KEEPERS)
        return self.under(user.organisation_id).filter(kind__in=Organisation.RECORD_KEEPERS)

    def changeable_by(self, user: User) -> OrganisationQuerySet:
        """The entries of the shared directory that a user may correct.

        The user's organisation and those below it, and what these entered, as long as the entry
        has no staff of its own and is not the name of somebody else's record.
        """
        if not user.is_authenticated or not user.may("organisations.edit"):
            return self.none()
        if user.may("records.see_all"):
            return self.all()
        own = user.organisations()
        entered = Q(created_by__organisation__in=own, staff=None)
        kept = Q()
        for owner in Organisation.KEPT_BY:
            entered &= Q(**{owner: None})
            kept |= Q(**{f"{owner}__in": own})
        # As a subquery: `staff` may be many rows for one organisation.
        return self.filter(pk__in=Organisation.objects.filter(Q(pk__in=own) | entered | kept))


# The keys follow from the names.
@tracked(exclude=["search_key", "sort_key"])
class Organisation(Record):
    """An NGO, a ministry, a council, a donor, a self-help group."""

    class Kind(models.TextChoices):
        NGO = "ngo", _("NGO")
        GOVERNMENT = "government", _("Ministry or department")
        COUNCIL = "council", _("Council")
        DONOR = "donor", _("Donor")
        GROUP = "group", _("Self-help group")
        SCHOOL = "school", _("School or institute")
        COMPANY = "company", _("Company")
        OTHER = "other", _("Other")

    # Those that use Samaki for records of their own.
    RECORD_KEEPERS = (Kind.NGO, Kind.GOVERNMENT, Kind.COUNCIL, Kind.SCHOOL, Kind.OTHER)
    # Lookups from an entry to whose record it is the name of; apps above add theirs.
    KEPT_BY: ClassVar[list[str]] = []

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.NGO)
    name_km = models.CharField(_("name in Khmer"), max_length=200, blank=True)
    name_latin = models.CharField(_("name in Latin letters"), max_length=200, blank=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    place = models.ForeignKey(
        "registry.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place"),
    )
    is_demo = models.BooleanField(_("made up for the demonstration"), default=False)
    # Made by registry.search; never typed.
    search_key = models.TextField(editable=False, default="")
    # Group 9 before group 10, whatever collation the server has.
    sort_key = models.TextField(editable=False, default="")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["sort_key", "name_km"]
        constraints = [
            models.CheckConstraint(
                name="organisation_has_a_name",
                condition=~Q(name_km="") | ~Q(name_latin=""),
                violation_error_message=_("Give a name in Khmer or in Latin letters."),
            ),
            readable("organisation", "name_km", "name_latin", "short_name"),
            models.CheckConstraint(
                name="organisation_is_not_part_of_itself",
                condition=~Q(parent=F("id")),
                violation_error_message=_("An organisation cannot be part of itself."),
            ),
        ]
        indexes = [
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="organisation_search_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or the one it has."""
        return in_language_of_page(km=self.name_km, other=self.name_latin)

    @property
    def keeps_records(self) -> bool:
        """Whether it has staff accounts or owns any record."""
        if self.staff.exists():
            return True
        first, *others = (
            model._base_manager.filter(owner=self).values("owner")[:1]
            for model in apps.get_models()
            if issubclass(model, OwnedRecord)
        )
        return first.union(*others, all=True).exists()

    @property
    def is_kept(self) -> bool:
        """Whether it is the name of somebody's record, such as a savings group."""
        same = Organisation.objects.filter(pk=self.pk)
        return any(same.exclude(**{owner: None}).exists() for owner in self.KEPT_BY)

    def closed_to(self, user: User) -> frozenset[str]:
        """The facts that only an administrator may change.

        What it is part of decides who sees its records, its kind whether it may keep any, and
        its names are how everybody knows whose records they are.
        """
        if self._state.adding or user.may("records.see_all"):
            return frozenset()
        if self.keeps_records:
            return frozenset({"parent", "kind", "name_km", "name_latin", "short_name"})
        return frozenset({"parent", "kind"} if self.is_kept else {"parent"})


class ProjectQuerySet(OwnedQuerySet["Project"]):
    def with_figures_for(self, user: User) -> ProjectQuerySet:
        """The projects whose figures a user may see: their organisation's, or those it funds."""
        if not user.is_authenticated or not user.may("figures.see"):
            return self.none()
        if user.may("records.see"):
            return self.visible_to(user)
        return self.filter(donors=user.organisation_id)


@tracked
class Project(OwnedRecord):
    """A grant or programme that a donor pays for."""

    code = models.CharField(_("code"), max_length=30, blank=True)
    name_km = models.CharField(_("name in Khmer"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    donors = models.ManyToManyField(
        Organisation, blank=True, related_name="funded_projects", verbose_name=_("donors")
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects: ClassVar = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["name_en", "name_km"]
        constraints = [
            models.CheckConstraint(
                name="project_has_a_name",
                condition=~Q(name_km="") | ~Q(name_en=""),
                violation_error_message=_("Give a name in Khmer or in English."),
            ),
            readable("project", "code", "name_km", "name_en"),
            models.CheckConstraint(
                name="project_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The project ends before it starts."),
            ),
            models.UniqueConstraint(
                fields=["owner", "code"],
                condition=~Q(code=""),
                name="project_code_once_per_owner",
                violation_error_message=_("Another project has this code."),
            ),
            # What other tables refer to, so that they stay with the same owner.
            models.UniqueConstraint(fields=["owner", "id"], name="project_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or the one it has."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


class ProjectLink(OwnedRecord):
    """A record counts for a project. Its own key is called `project_links` from the other side."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="+", verbose_name=_("project")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.project}"


# Positions that nobody holds as a child, and that are said of women, by their codes.
POSITIONS_OF_OFFICE = (
    "village-chief",
    "commune-chief",
    "commune-councillor",
    "district-councillor",
    "provincial-councillor",
    "official",
    "ngo-staff",
    "teacher",
    "health-worker",
)
POSITIONS_OF_WOMEN = ("young-woman",)


@tracked
class Position(models.Model):
    """What a person is in society: commune councillor, teacher, young woman.

    Administrators add what their projects ask for.
    """

    class Kind(models.TextChoices):
        """The kinds of people that donors ask for; a position is of one of them."""

        PRODUCER = "producer", _("Farmers and other producers")
        AUTHORITY = "local authority", _("Local authorities and councils")
        GOVERNMENT = "government", _("Government staff, with teachers and health workers")
        CIVIL_SOCIETY = "civil society", _("Staff of NGOs and associations")
        BUSINESS = "business", _("Traders and firms")
        COMMUNITY = "community", _("Community members")

    code = models.SlugField(_("code"), unique=True)
    name_km = models.CharField(_("name in Khmer"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    rank = models.PositiveSmallIntegerField(_("order in lists"), default=100)
    kind = models.CharField(
        _("kind of person"),
        max_length=20,
        choices=Kind.choices,
        blank=True,
        help_text=_("As donors ask for it. Whoever has a position without one is “not stated”."),
    )

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["rank", "name_en"]
        constraints = [
            models.CheckConstraint(
                name="position_kind_is_known_word",
                condition=Q(
                    kind__in=[
                        "",
                        "producer",
                        "local authority",
                        "government",
                        "civil society",
                        "business",
                        "community",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


@tracked
class Affiliation(OwnedRecord):
    """A person belongs to an organisation, perhaps in a position, from one day to another."""

    person = models.ForeignKey(
        "registry.Person", models.CASCADE, related_name="affiliations", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="affiliations", verbose_name=_("organisation")
    )
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, verbose_name=_("position")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = [F("since").desc(nulls_last=True)]
        constraints = [
            models.CheckConstraint(
                name="affiliation_ends_after_it_starts",
                condition=Q(until__gte=F("since")),
                violation_error_message=_("The affiliation ends before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.position}" if self.position else f"{self.organisation}"
