"""The members of a group, and the offices that they hold."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models.base import tracked
from paper.templatetags.paper import digits
from registry.models import Person
from registry.models.owned import OwnedQuerySet, OwnedRecord
from savings_groups.models.groups import Group


class MemberQuerySet(OwnedQuerySet["Member"]):
    def current(self) -> MemberQuerySet:
        """Members who have not left."""
        return self.filter(left_on=None)


@tracked
class Member(OwnedRecord):
    """A person is a member of a group, from one day to another.

    The number is the one in the group's own books. Somebody who leaves and comes back is a new
    member with a new number, so that their old account stays closed.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="members")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    number = models.PositiveIntegerField(_("number in the group"))
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_because = models.CharField(_("why the member left"), max_length=200, blank=True)

    objects: ClassVar = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "number"],
                name="member_number_once",
                violation_error_message=_("Another member has this number."),
            ),
            models.UniqueConstraint(
                fields=["group", "person"],
                condition=Q(left_on=None),
                name="member_once_at_a_time",
                violation_error_message=_("This person is a member already."),
            ),
            models.UniqueConstraint(fields=["group", "id"], name="member_of_group"),
            models.CheckConstraint(
                name="member_left_after_joining",
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                violation_error_message=_("A member cannot leave before they joined."),
            ),
            models.CheckConstraint(
                name="member_number_above_zero",
                condition=Q(number__gt=0),
                violation_error_message=_("Numbers begin at 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{digits(self.number)}. {self.person}"

    @property
    def has_left(self) -> bool:
        return self.left_on is not None


@tracked
class Office(OwnedRecord):
    """A member holds an office or a key of the box, from one day to another."""

    class Kind(models.TextChoices):
        CHAIR = "chair", _("Chair")
        DEPUTY = "deputy", _("Deputy chair")
        BOOKKEEPER = "bookkeeper", _("Bookkeeper")
        CASHIER = "cashier", _("Cashier")
        ADVISER = "adviser", _("Adviser")
        KEY_HOLDER = "key holder", _("Key holder")

    group = models.ForeignKey(Group, models.PROTECT, related_name="offices")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="offices", verbose_name=_("member")
    )
    kind = models.CharField(_("office"), max_length=12, choices=Kind.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["kind", "since"]
        constraints = [
            models.CheckConstraint(
                name="office_ends_after_it_starts",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message=_("The office ends before it starts."),
            ),
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(until=None),
                name="office_once_at_a_time",
                violation_error_message=_("This member holds this office already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.member}"
