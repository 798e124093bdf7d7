"""What is taught, and towards which goal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import tracked
from registry.models import Organisation
from registry.models.owned import OwnedRecord


class Topic(models.Model):
    """A subject of trainings, as reports list them. Administrators add what they need."""

    name_km = models.CharField(_("name in Khmer"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, unique=True)
    fewest_shown = models.PositiveSmallIntegerField(
        _("fewest people shown outside"),
        default=5,
        help_text=_("More than the usual 5 where the subject could harm whoever is recognised."),
    )

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name_en"]
        constraints = [
            models.CheckConstraint(
                name="topic_shows_from_2_to_50",
                condition=Q(fewest_shown__gte=2, fewest_shown__lte=50),
                violation_error_message=_("A threshold lies between 2 and 50."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


class Goal(models.Model):
    """A goal of the United Nations: Millennium (to 2015) or Sustainable Development (from 2016)."""

    class Family(models.TextChoices):
        MDG = "MDG", _("Millennium Development Goals")
        SDG = "SDG", _("Sustainable Development Goals")

    family = models.CharField(_("family"), max_length=3, choices=Family.choices)
    number = models.PositiveSmallIntegerField(_("number"))
    name_km = models.CharField(_("name in Khmer"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["-family", "number"]
        constraints = [
            models.UniqueConstraint(fields=["family", "number"], name="goal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def code(self) -> str:
        """As in "SDG 5"."""
        return f"{self.family} {self.number}"

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


@tracked
class Curriculum(OwnedRecord):
    """A family of curriculum versions."""

    name_km = models.CharField(_("name in Khmer"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("curriculum")
        verbose_name_plural = _("curricula")
        ordering = ["name_en", "name_km"]
        constraints = [
            models.CheckConstraint(
                name="curriculum_has_a_name",
                condition=~Q(name_km="") | ~Q(name_en=""),
                violation_error_message=_("Give a name in Khmer or in English."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="curriculum_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or the one it has."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


@tracked
class CurriculumVersion(OwnedRecord):
    """A dated version; it may come from one or several earlier ones."""

    curriculum = models.ForeignKey(
        Curriculum, models.PROTECT, related_name="versions", verbose_name=_("curriculum")
    )
    label = models.CharField(_("version"), max_length=60)
    label_km = models.CharField(_("version, in Khmer"), max_length=60, blank=True)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    what_changed = models.TextField(_("what changed, and why"), blank=True)
    written_by = models.ManyToManyField(
        Organisation, blank=True, related_name="+", verbose_name=_("written by")
    )
    comes_from = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="later", verbose_name=_("comes from")
    )

    class Meta:
        verbose_name = _("curriculum version")
        verbose_name_plural = _("curriculum versions")
        ordering = ["curriculum", "approved_on", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["curriculum", "label"],
                name="version_label_once",
                violation_error_message=_("This curriculum has a version of that name."),
            ),
            models.UniqueConstraint(
                fields=["curriculum", "label_km"],
                condition=~Q(label_km=""),
                name="version_label_km_once",
                violation_error_message=_("This curriculum has a version of that name."),
            ),
            models.UniqueConstraint(fields=["owner", "id"], name="version_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.curriculum} ({self.name})"

    @property
    def name(self) -> str:
        """What the version is called, in the language of the page."""
        return in_language_of_page(km=self.label_km, other=self.label)
