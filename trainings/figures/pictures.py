"""Which pictures may leave the house today, and why not the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paper.templatetags.paper import digits
from registry.figures.consents import agreed
from registry.models.consents import Purpose
from trainings.models import Evidence, Recognised

Recognisable = Evidence.Recognisable


def hindrances(pictures: Collection[Evidence]) -> Mapping[UUID, str]:
    """By picture, what speaks against giving it to anybody outside; nothing for those that may go.

    Of a picture in which people can be recognised, each of them must have agreed, as of today.
    Their training must be loaded. Two queries.
    """
    marked = _marked_in(pictures)
    every = {person for people in marked.values() for person in people}
    allowed = agreed(every, Purpose.PHOTO) if every else set()
    found = {}
    for picture in pictures:
        people = marked.get(picture.pk, set())
        if words := _hindrance(picture, people, len(people - set(allowed))):
            found[picture.pk] = words
    return found


def _marked_in(pictures: Iterable[Evidence]) -> Mapping[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Recognised.objects.filter(evidence__in=[each.pk for each in pictures])
    for evidence, person in rows.values_list("evidence", "person"):
        found[evidence].add(person)
    return found


def _hindrance(picture: Evidence, people: Collection[UUID], without: int) -> str:
    if picture.kind != Evidence.Kind.PHOTO:
        return _("This is a scan, with names and signatures.")
    if picture.is_sensitive:
        return _("The training is sensitive.")
    match picture.recognisable:
        case Recognisable.NOT_LOOKED:
            return _("Nobody has said yet who can be recognised.")
        case Recognisable.OTHERS:
            return _("Somebody can be recognised who is not on the list.")
        case Recognisable.MARKED if not people:
            return _("Nobody has said yet who can be recognised.")
    if without:
        words = ngettext(
            "%(number)s person in it has not agreed, or no longer does.",
            "%(number)s people in it have not agreed, or no longer do.",
            without,
        )
        return words % {"number": digits(without)}
    return ""


def content_of(picture: Evidence) -> bytes | None:
    """The bytes of a picture; None where its file is gone."""
    storage, name = picture.file.storage, str(picture.file.name)
    if not storage.exists(name):
        return None
    with storage.open(name, "rb") as file:
        content: bytes = file.read()
    return content
