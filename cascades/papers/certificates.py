"""Certificates of a delivery, with the way by which the training came to the holder."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cascades.figures.lineage.path import way_to
from cascades.models import Delivery
from core.papers import Paper, printable
from registry.models import User
from trainings.papers import pdf as of_trainings


def _deliveries(user: User) -> QuerySet[Delivery]:
    return Delivery.objects.visible_to(user).select_related("training__owner")


@printable(
    "cascades.certificates",
    _("Certificates with the line of trainings"),
    of=_deliveries,
    permission="certificates.issue",
)
def certificates(delivery: Delivery) -> Paper:
    """The certificates of the training that were not withdrawn, with their public code."""
    paper = of_trainings.certificates(delivery.training)
    return replace(
        paper,
        template="cascades/paper/certificates.html",
        context={**paper.context, "steps": way_to(delivery)},
    )
