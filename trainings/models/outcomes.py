"""What a training led to: scores, completion, changes found, evidence, certificates."""

from __future__ import annotations

import secrets
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import tracked
from registry.models import Person
from registry.models.owned import OwnedQuerySet, OwnedRecord
from trainings.models.attendance import Session
from trainings.models.closing import refuse_when_closed
from trainings.models.enrolments import Enrolment
from trainings.models.telling import TellsOfTraining
from trainings.models.trainings import Training


@tracked
class Score(OwnedRecord):
    """One person's result in the test before or the test after a training."""

    class Moment(models.TextChoices):
        BEFORE = "before", _("Before")
        AFTER = "after", _("After")

    training = models.ForeignKey(Training, models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="scores", verbose_name=_("enrolment")
    )
    moment = models.CharField(_("test"), max_length=10, choices=Moment.choices)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("test score")
        verbose_name_plural = _("test scores")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "moment"], name="score_once"),
            models.CheckConstraint(name="score_not_below_zero", condition=Q(points__gte=0)),
        ]
        triggers = [refuse_when_closed("score")]

    def __str__(self) -> str:
        return f"{self.points}"


@tracked
class Completion(OwnedRecord):
    """A learner met the training's written rule, judged when the training was closed."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="completions")
    enrolment = models.OneToOneField(
        Enrolment, models.CASCADE, related_name="completion", verbose_name=_("enrolment")
    )
    rule_version = models.PositiveIntegerField(_("version of the rule"))
    # The rule as it stood, with what the learner reached: percent, sessions, score.
    judged = models.JSONField(_("judged by"), default=dict)

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        indexes = [
            models.Index(fields=["training"], include=["enrolment"], name="completion_of_training"),
        ]
        triggers = [refuse_when_closed("completion")]

    def __str__(self) -> str:
        return f"{self.enrolment}"


class ChangeFoundQuerySet(OwnedQuerySet["ChangeFound"]):
    def released(self) -> ChangeFoundQuerySet:
        """Those whose text funders may read."""
        return self.filter(released_at__isnull=False)


@tracked
class ChangeFound(TellsOfTraining, OwnedRecord):
    """A statement of change: whose it is, who observed it, and whether it was verified."""

    class Subject(models.TextChoices):
        PEOPLE = "people", _("The participants")
        PERSON = "person", _("One person")
        GROUP = "group", _("A group")
        INSTITUTION = "institution", _("An institution")
        COMMUNITY = "community", _("The community")

    training = models.ForeignKey(Training, models.CASCADE, related_name="changes_found")
    statement_km = models.TextField(_("the change, in Khmer"), blank=True)
    statement_en = models.TextField(_("the change, in English"), blank=True)
    subject = models.CharField(
        _("whose change it is"), max_length=15, choices=Subject.choices, default=Subject.PEOPLE
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="changes_found",
        verbose_name=_("person"),
    )
    observed_by = models.CharField(_("who observed it"), max_length=120, blank=True)
    observed_on = models.DateField(_("observed on"))
    evidence = models.ForeignKey(
        "trainings.Evidence",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="changes_found",
        verbose_name=_("evidence"),
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("corrected by"),
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("verified by"),
    )
    # Somebody has read the text and found that it tells about nobody who could be recognised.
    released_at = models.DateTimeField(_("released at"), null=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("released by"),
    )

    TELLING = ("statement_km", "statement_en", "observed_by")

    objects: ClassVar = ChangeFoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("change found")
        verbose_name_plural = _("changes found")
        ordering = ["observed_on", "created_at"]
        constraints = [
            models.CheckConstraint(
                name="change_has_a_statement",
                condition=~Q(statement_km="") | ~Q(statement_en=""),
                violation_error_message=_("Describe the change in Khmer or in English."),
            ),
            models.CheckConstraint(
                name="change_of_one_person_names_her",
                condition=Q(subject="person", person__isnull=False)
                | (~Q(subject="person") & Q(person=None)),
                violation_error_message=_("Say whose change it is."),
            ),
            models.CheckConstraint(
                name="change_verified_by_somebody_at_some_time",
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
            ),
            models.CheckConstraint(
                name="change_verified_by_somebody_else",
                condition=Q(verified_by=None)
                | ~Q(verified_by=F("created_by")) & ~Q(verified_by=F("changed_by")),
                violation_error_message=_(
                    "A change is verified by somebody other than those who recorded or"
                    " corrected it."
                ),
            ),
            models.CheckConstraint(
                name="change_released_by_somebody_when_verified",
                condition=Q(released_at=None, released_by=None)
                | Q(
                    released_at__isnull=False, released_by__isnull=False, verified_at__isnull=False
                ),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="edited_change_is_not_released",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (OLD.statement_km, OLD.statement_en, OLD.subject, OLD.person_id,
                        OLD.observed_on)
                       IS DISTINCT FROM
                       (NEW.statement_km, NEW.statement_en, NEW.subject, NEW.person_id,
                        NEW.observed_on)
                       OR NEW.verified_at IS NULL
                    THEN
                        NEW.released_at = NULL;
                        NEW.released_by_id = NULL;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="sensitive_change_is_not_released",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__released_at__isnull=False),
                declare=[("is_kept", "boolean")],
                # FOR SHARE waits for whoever marks the training, and makes them wait.
                func="""
                    SELECT is_sensitive INTO is_kept FROM trainings_training
                    WHERE id = NEW.training_id FOR SHARE;
                    IF is_kept THEN
                        RAISE EXCEPTION 'training is sensitive, its texts stay inside'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'sensitive_change_is_not_released';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(_("Change found")) if self.is_sensitive else self.statement

    @property
    def statement(self) -> str:
        """The statement in the language of the page, or the one it has."""
        return in_language_of_page(km=self.statement_km, other=self.statement_en)


def _evidence_path(evidence: Evidence, filename: str) -> str:
    """A name that tells nothing: what was uploaded may carry a person's name in its own."""
    return f"evidence/{evidence.training_id}/{evidence.pk}.jpg"


@tracked
class Evidence(TellsOfTraining, OwnedRecord):
    """A photo or the scan of a sheet, kept as a clean JPEG."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        SCAN = "scan", _("Scan of a sheet")

    training = models.ForeignKey(Training, models.CASCADE, related_name="evidence")
    session = models.ForeignKey(
        Session,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("session"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PHOTO)
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    file = models.FileField(_("file"), upload_to=_evidence_path)
    # Of the file as it was uploaded: the same photo is kept once.
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)

    class Recognisable(models.TextChoices):
        """Who can be recognised in it. Until somebody has looked, nobody knows."""

        NOT_LOOKED = "", _("Nobody has looked yet")
        NOBODY = "nobody", _("Nobody can be recognised")
        MARKED = "marked", _("Only the people marked here")
        OTHERS = "others", _("Others as well")

    recognisable = models.CharField(
        _("who can be recognised"),
        max_length=10,
        choices=Recognisable.choices,
        default=Recognisable.NOT_LOOKED,
        blank=True,
    )
    people = models.ManyToManyField(
        Person,
        through="trainings.Recognised",
        blank=True,
        related_name="+",
        verbose_name=_("people who can be recognised"),
    )

    TELLING = ("caption",)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "sha256"],
                name="evidence_once",
                violation_error_message=_("This picture is already here."),
            ),
            models.UniqueConstraint(fields=["training", "id"], name="evidence_of_training"),
            models.UniqueConstraint(fields=["owner", "id"], name="evidence_of_owner"),
            models.CheckConstraint(
                name="evidence_recognisable_is_known_word",
                condition=Q(recognisable__in=["", "nobody", "marked", "others"]),
            ),
        ]

    def __str__(self) -> str:
        told = "" if self.is_sensitive else self.caption
        return told or self.get_kind_display()


@tracked
class Recognised(OwnedRecord):
    """Somebody who can be recognised in a picture. It goes outside with their consent only."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="+")
    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="recognised")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="recognised_in", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("person in a picture")
        verbose_name_plural = _("people in pictures")
        constraints = [
            models.UniqueConstraint(fields=["evidence", "person"], name="recognised_once"),
        ]
        triggers = [
            # Of two who look at a picture at once, and of whoever only adds a row.
            pgtrigger.Trigger(
                name="recognised_in_a_marked_picture",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (
                        SELECT FROM trainings_recognised marked
                        JOIN trainings_evidence picture ON picture.id = marked.evidence_id
                        WHERE marked.id = NEW.id
                          AND picture.recognisable NOT IN ('marked', 'others')
                    ) THEN
                        RAISE EXCEPTION 'somebody is marked in a picture without people'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'recognised_in_a_marked_picture';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"


def _token() -> str:
    """An address that nobody guesses: 96 bits, 16 characters in a QR code."""
    return secrets.token_urlsafe(12)


@tracked
class Certificate(TellsOfTraining, OwnedRecord):
    """A numbered certificate of a completion. The number stays, whatever changes later."""

    training = models.ForeignKey(Training, models.PROTECT, related_name="certificates")
    # One that is valid; of two entries that were joined, the other one's stays, withdrawn.
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="certificates", verbose_name=_("enrolment")
    )
    # Counts up within the owner and the year of issue.
    number = models.PositiveIntegerField(_("number"))
    year = models.PositiveSmallIntegerField(_("year"))
    issued_on = models.DateField(_("issued on"))
    token = models.CharField(max_length=24, unique=True, default=_token, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_because = models.CharField(
        _("withdrawn because"), max_length=300, blank=True, editable=False
    )

    TELLING = ("withdrawn_because",)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = [F("year").desc(), F("number").desc()]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "year", "number"], name="certificate_number_once"
            ),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(withdrawn_at=None),
                name="one_valid_certificate_of_an_enrolment",
                violation_error_message=_("This person has a certificate already."),
            ),
            models.CheckConstraint(
                name="certificate_withdrawn_with_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]

    def __str__(self) -> str:
        return self.full_number

    @property
    def full_number(self) -> str:
        """As printed: "2026-0042"."""
        return f"{self.year}-{self.number:04d}"
