"""Forms for projects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, NameField, TextField, offer
from registry.forms.fields import OwnerField, offer_owners
from registry.models import Organisation, Project, User


class ProjectForm(forms.ModelForm):
    """A project: its names, its donors, and its dates."""

    code = TextField(
        label=_("Code"), max_length=30, required=False, help_text=_("The grant number, if any.")
    )
    name_km = NameField(label=_("Name in Khmer"), max_length=200, required=False)
    name_en = NameField(label=_("Name in English"), max_length=200, required=False)
    donors = forms.ModelMultipleChoiceField(
        label=_("Donors"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Funders with an account of a donor see the figures of its projects."),
    )
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(label=_("Last day"), required=False)

    class Meta:
        model = Project
        fields = ["code", "name_km", "name_en", "donors", "starts_on", "ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        donors = Organisation.objects.filter(kind=Organisation.Kind.DONOR)
        if not self.instance._state.adding:
            donors = donors | Organisation.objects.filter(funded_projects=self.instance)
        offer(self, "donors", donors.distinct())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # A name that is unfit is no longer in the data, and has a message of its own.
        if not any(data.get(name, True) for name in ("name_km", "name_en")):
            self.add_error("name_km", _("Give a name in Khmer or in English."))
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("This is before the first day."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in ProjectForm.Meta.fields}


class NewProjectForm(ProjectForm):
    """A new project also says whose it is."""

    owner = OwnerField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_owners(self, user)
