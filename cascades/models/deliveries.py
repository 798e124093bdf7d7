"""Deliveries: trainings that belong to a tier, and the links between old ones without sheets."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cascades.models.programmes import Tier
from core.models.base import tracked
from registry.models import Organisation
from registry.models.owned import OwnedRecord
from trainings.models import Curriculum, Enrolment, Session, Training
from trainings.models.closing import refuse_when_closed
from trainings.models.telling import TellsOfTraining

ROLES_IN_A_SESSION = [
    (role.value, role.label)
    for role in (Enrolment.Role.LEAD_TRAINER, Enrolment.Role.CO_TRAINER, Enrolment.Role.SUPPORT)
]


@tracked
class Delivery(TellsOfTraining, OwnedRecord):
    """A training that belongs to a tier of an iteration.

    Everything else about it is the training's: dates, place, version of the curriculum,
    trainers, learners, attendance and who completed.
    """

    tier = models.ForeignKey(
        Tier, models.PROTECT, related_name="deliveries", verbose_name=_("tier")
    )
    training = models.OneToOneField(
        Training, models.CASCADE, related_name="delivery", verbose_name=_("training")
    )
    # Written by the database from the tier's programme, so that lineage needs no long way to it.
    curriculum = models.ForeignKey(
        Curriculum, models.PROTECT, editable=False, related_name="+", verbose_name=_("curriculum")
    )

    TELLING = ("curriculum",)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["tier", "training__starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "id"], name="delivery_of_owner"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="delivery_has_curriculum_of_programme",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    SELECT p.curriculum_id INTO NEW.curriculum_id
                    FROM cascades_tier t
                    JOIN cascades_iteration i ON i.id = t.iteration_id
                    JOIN cascades_programme p ON p.id = i.programme_id
                    WHERE t.id = NEW.tier_id;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.training}"


class TellsOfDelivery:
    """As sensitive as its delivery. `TELLING` names the fields with words; see core.telling."""

    TELLING: tuple[str, ...] = ()
    delivery: Any

    @property
    def is_sensitive(self) -> bool:
        return bool(self.delivery.is_sensitive)


@tracked
class TypedLink(OwnedRecord):
    """“This delivery came of that one”, for times of which there are no sheets.

    Everything else about lineage follows from who trained and who completed. A link that would
    make a loop is refused by the database, one link at a time; see the migration.
    """

    parent = models.ForeignKey(
        Delivery, models.CASCADE, related_name="links_down", verbose_name=_("came of")
    )
    child = models.ForeignKey(
        Delivery, models.CASCADE, related_name="links_up", verbose_name=_("delivery")
    )
    reason = models.CharField(_("why it is known"), max_length=500)
    source = models.CharField(_("document that says so"), max_length=300)

    TELLING = ("reason", "source")

    class Meta:
        verbose_name = _("typed link")
        verbose_name_plural = _("typed links")
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "child"],
                name="typed_link_once",
                violation_error_message=_("This link is there already."),
            ),
            models.CheckConstraint(
                name="typed_link_joins_two_deliveries",
                condition=~Q(parent=F("child")),
                violation_error_message=_("A delivery does not come of itself."),
            ),
            models.CheckConstraint(
                name="typed_link_has_a_reason_and_a_source",
                condition=~Q(reason="") & ~Q(source=""),
                violation_error_message=_("Say why it is known, and which document says so."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parent} → {self.child}"

    @property
    def is_sensitive(self) -> bool:
        """As soon as one of the two is: what is written may be about either."""
        return self.parent.is_sensitive or self.child.is_sensitive


@tracked
class SessionTurn(OwnedRecord):
    """What a trainer was in one session, where that is not what the list of the training says.

    Without a row their role and organisation on the list hold for every session.
    """

    training = models.ForeignKey(Training, models.CASCADE, related_name="+")
    session = models.ForeignKey(
        Session, models.CASCADE, related_name="trainer_turns", verbose_name=_("session")
    )
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="session_turns", verbose_name=_("trainer")
    )
    role = models.CharField(_("role"), max_length=15, choices=ROLES_IN_A_SESSION)
    # Whom they worked for on that day; the list may say another.
    on_behalf_of = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )

    class Meta:
        verbose_name = _("trainer of a session")
        verbose_name_plural = _("trainers of sessions")
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="session_turn_once"),
            models.CheckConstraint(
                name="session_turn_has_a_role_of_trainers",
                condition=Q(role__in=[value for value, _label in ROLES_IN_A_SESSION]),
            ),
        ]
        triggers = [refuse_when_closed("session_turn")]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.get_role_display()}"
