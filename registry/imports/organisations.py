"""The directory of organisations in and out of sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.base import Column, RowForm
from core.imports.cells import word_in, words_for
from registry.actions.organisations import add_organisation, change_organisation
from registry.forms.organisations import OrganisationForm
from registry.imports.owned import PlacesResource
from registry.models import Organisation

# A row without an identifier is the stored organisation that has the same under these heads,
# as far as the file has them. Groups of many villages share a name, so the place counts.
SAME = ("kind", "name_km", "name_latin", "parent", "place")


class OrganisationRow(RowForm, OrganisationForm):
    """A row, read as the page reads its form."""


class OrganisationResource(PlacesResource):
    id = Column(
        gettext_lazy("The identifier of a stored organisation. Empty for a new one."),
        attribute="id",
    )
    kind = Column(
        gettext_lazy("ngo, government, council, donor, group, school, company or other."),
        attribute="kind",
    )
    name_km = Column(gettext_lazy("Name in Khmer."), attribute="name_km")
    name_latin = Column(gettext_lazy("Name in Latin letters."), attribute="name_latin")
    short_name = Column(gettext_lazy("Short name, as in KCDA."), attribute="short_name")
    parent = Column(
        gettext_lazy("What it is part of: short name, name or identifier."), attribute="parent_id"
    )
    place = Column(
        gettext_lazy("Where its office is: the official code, or a name that is clear."),
        attribute="place_id",
    )
    place_name = Column(gettext_lazy("Only for reading."), readonly=True)

    needed = ("kind",)

    class Meta(PlacesResource.Meta):
        model = Organisation
        fields = [
            "id",
            "kind",
            "name_km",
            "name_latin",
            "short_name",
            "parent",
            "place",
            "place_name",
        ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds = words_for(Organisation.Kind)

    def form_for(self, row: Mapping[str, Any], known: Any) -> OrganisationRow:
        data = self.typed(row, known, OrganisationRow(instance=known, user=self.by))
        kind = data.get("kind", "")
        data["kind"] = word_in(self.kinds, kind) or kind
        if data.get("parent") and "parent" in row:
            try:
                data["parent"] = str(self.organisations.get(data["parent"]).pk)
            except ValidationError as error:
                raise ValidationError({"parent": error}) from error
        return OrganisationRow(data, user=self.by)

    def alike(self, row: Mapping[str, Any]) -> Organisation | None:
        facts = {name: self.form.cleaned_data[name] for name in SAME if name in row}
        found = list(Organisation.objects.filter(**facts)[:2])
        if len(found) > 1:
            raise ValidationError(
                _("Several organisations are like this row. Write the identifier of one.")
            )
        return found[0] if found else None

    def write(
        self, instance: Organisation, stored: Organisation | None, row: Mapping[str, Any]
    ) -> None:
        values = self.values_in(row)
        if stored:
            change_organisation(stored, version=stored.version, by=self.by, **values)
        else:
            self.organisations.add(add_organisation(id=instance.pk, by=self.by, **values))

    def dehydrate_parent(self, organisation: Organisation) -> str:
        return self.organisations.word_for(organisation.parent_id)
