"""Sheets whose rows name places and organisations, and records that belong to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.base import FormResource
from core.imports.cells import texts_of
from registry.imports.cells import Organisations, Places
from registry.models import Organisation
from registry.models.owned import OwnedRecord


class PlacesResource(FormResource):
    """A sheet whose rows may name a place and organisations. Each is looked up once for a file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.places = Places()
        self.organisations = Organisations()

    def typed(self, row: Mapping[str, Any], known: Any, form: forms.BaseForm) -> dict[str, Any]:
        """Of a place that is clear, the record instead of its name."""
        data = super().typed(row, known, form)
        text = data.get("place")
        return data | {"place": self.places.get(str(text)) or text} if text else data

    def dehydrate_owner(self, record: Any) -> str:
        return self.organisations.word_for(record.owner_id)

    def dehydrate_place_name(self, record: Any) -> str:
        return record.place.chain if record.place else ""


class OwnedResource(PlacesResource):
    """A sheet whose rows say to which organisation the record belongs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.owners = Organisations(Organisation.RECORD_KEEPERS)

    def owner_of(self, row: Mapping[str, Any], known: OwnedRecord | None) -> Organisation:
        """The owner that a row names, or that a known record has. Raises ValidationError."""
        text = texts_of(row, ["owner"])["owner"] if "owner" in row else ""
        if known and not text:
            return known.owner
        try:
            if not text:
                raise ValidationError(_("Say whose record it is."))
            owner = self.owners.get(text)
        except ValidationError as error:
            raise ValidationError({"owner": error}) from error
        if known and known.owner_id != owner.pk:
            raise ValidationError({"owner": _("A record stays with its organisation.")})
        return owner
