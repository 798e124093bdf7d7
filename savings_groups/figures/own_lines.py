"""The lines of a sheet that are the group's own, as they are read on pages and papers."""

from __future__ import annotations

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from savings_groups.models import Account, GroupLine, Meeting


def own_lines(meeting: Meeting) -> QuerySet[GroupLine]:
    """The lines, each with the `account_name` of a balance that was taken over, else "".

    The name is that of the language of the page.
    """
    name = "name_km" if get_language() == "km" else "name_en"
    names = Account.objects.filter(code=OuterRef("account")).values(name)
    found = meeting.lines.select_related("member__person")
    return found.annotate(
        account_name=Coalesce(Subquery(names), Value(""), output_field=CharField())
    )
