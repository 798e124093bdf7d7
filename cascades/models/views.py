"""Who completed and who trained, in every delivery: views of the database, read only.

They say the same as trainings_completion and trainings_enrolment, restricted to deliveries that
were not cancelled, with what every figure asks beside it. The third view, cascades_lineage, has
no model: it is asked in SQL, see figures/lineage/.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cascades.models.deliveries import Delivery
from cascades.models.programmes import Iteration, Programme, Tier
from registry.models import Organisation, Person
from trainings.models import Enrolment, Training


class _Fact(models.Model):
    enrolment = models.OneToOneField(
        Enrolment, models.DO_NOTHING, primary_key=True, related_name="+"
    )
    delivery = models.ForeignKey(Delivery, models.DO_NOTHING, related_name="+")
    training = models.ForeignKey(Training, models.DO_NOTHING, related_name="+")
    tier = models.ForeignKey(Tier, models.DO_NOTHING, related_name="+")
    tier_number = models.PositiveSmallIntegerField()
    iteration = models.ForeignKey(Iteration, models.DO_NOTHING, related_name="+")
    programme = models.ForeignKey(Programme, models.DO_NOTHING, related_name="+")
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.enrolment_id}"


class Graduate(_Fact):
    """A person completed a delivery. Known from the last day of it on."""

    class Meta:
        managed = False
        db_table = "cascades_graduate"
        verbose_name = _("graduate")
        verbose_name_plural = _("graduates")


class TrainerTurn(_Fact):
    """A person led or co-led a delivery. Known from its first day on."""

    role = models.CharField(max_length=15)
    on_behalf_of = models.ForeignKey(Organisation, models.DO_NOTHING, null=True, related_name="+")

    class Meta:
        managed = False
        db_table = "cascades_trainer_turn"
        verbose_name = _("turn of a trainer")
        verbose_name_plural = _("turns of trainers")
