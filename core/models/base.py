"""What every record has: an identifier, its maker, a version, and its history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from operator import and_
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class Record(models.Model):
    """One row that a person made, with a version that edit forms carry along."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    # Counts the changes. A form sends back the number it was made from, and is refused
    # when somebody else has saved in between.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    # What the program itself has filled in is not asked of: its maker is signed in, and its
    # identifier is new. Each would be a query for each new record; the database refuses them too.

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        super().clean_fields({*(exclude or ()), "created_by"})

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        super().validate_unique({*(exclude or ()), "id"})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """As in Django, but all checks of the database are asked in one query, not in one each.

        Only where one of them fails is each asked by itself, for its words.
        """
        left_out = set(exclude or ())
        try:
            for constraint in self._constraints_together(left_out):
                constraint.validate(type(self), self, left_out)
        except ValidationError:
            super().validate_constraints(exclude)

    def _constraints_together(self, exclude: set[str]) -> list[models.BaseConstraint]:
        """The checks as one, but those of a field that is left out, as in Django."""
        known = {"pk", *(field.name for field in self._meta.local_concrete_fields)} - exclude
        checks, others = [], []
        for constraint in self._meta.constraints:
            if not isinstance(constraint, models.CheckConstraint):
                others.append(constraint)
            elif (check := models.Q(constraint.condition)).referenced_base_fields <= known:
                checks.append(check)
        if not checks:
            return others
        return [models.CheckConstraint(condition=reduce(and_, checks), name="all"), *others]


# What no name needs: marks that turn the text around, letters of private fonts, and what stands
# for a letter that was lost. The forms say which it was and refuse more; see khmer.normal.
UNREADABLE = r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufffd]"


def readable(name: str, *fields: str) -> models.CheckConstraint:
    """The database refuses names that hold what nobody could read, whoever writes them."""
    unreadable = models.Q()
    for field in fields:
        unreadable |= models.Q(**{f"{field}__regex": UNREADABLE})
    return models.CheckConstraint(
        name=f"{name}_is_readable",
        condition=~unreadable,
        violation_error_message=_("This name has characters that nobody can read."),
    )


# Numbers, and the question marks that a wrong encoding leaves of letters.
NO_LETTERS = r"^[0-9\u17e0-\u17e9?\s]+$"


def named_in_letters(name: str, *fields: str) -> models.CheckConstraint:
    """The database refuses names of digits and question marks; the forms refuse more."""
    without = models.Q()
    for field in fields:
        without |= models.Q(**{f"{field}__regex": NO_LETTERS})
    return models.CheckConstraint(
        name=f"{name}_is_named_in_letters",
        condition=~without,
        violation_error_message=_("A name has letters. Write it as people say it."),
    )


def tracked(model: type[models.Model] | None = None, *, exclude: Sequence[str] = ()) -> Any:
    """Keep every state of a model's rows, by triggers, whatever program changes them."""
    track = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude) or None,
    )
    return track(model) if model else track
