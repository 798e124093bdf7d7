"""Forms for curricula and their versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, LinesField, TextField
from registry.forms.fields import OwnerField, offer_owners
from registry.models import Organisation, User
from trainings.models import Curriculum, CurriculumVersion


class CurriculumForm(forms.ModelForm):
    """A family of curriculum versions."""

    name_km = TextField(label=_("Name in Khmer"), max_length=200, required=False)
    name_en = TextField(label=_("Name in English"), max_length=200, required=False)

    class Meta:
        model = Curriculum
        fields = ["name_km", "name_en"]

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewCurriculumForm(CurriculumForm):
    """A new family; it also says whose record it is."""

    owner = OwnerField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_owners(self, user)

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"owner": self.cleaned_data["owner"]}


class VersionForm(forms.ModelForm):
    """A version: what it came from, who wrote it, what changed and why."""

    label = TextField(
        label=_("Version"), max_length=60, help_text=_("As people call it: 2.1, or March 2020.")
    )
    approved_on = DayField(label=_("Approved on"), required=False)
    comes_from = forms.ModelMultipleChoiceField(
        label=_("Made from"),
        queryset=CurriculumVersion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One earlier version, or several that were merged."),
    )
    written_by = forms.ModelMultipleChoiceField(
        label=_("Written by"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=_("The organisations that wrote it together."),
    )
    what_changed = LinesField(label=_("What changed, and why"), required=False)

    class Meta:
        model = CurriculumVersion
        fields = ["label", "label_km", "approved_on", "comes_from", "written_by", "what_changed"]

    def __init__(self, *args: Any, curriculum: Curriculum, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier = CurriculumVersion.objects.filter(curriculum=curriculum).exclude(
            pk=self.instance.pk
        )
        came: Any = self.fields["comes_from"]
        came.queryset = earlier
        came.label_from_instance = lambda version: version.name
        writers: Any = self.fields["written_by"]
        writers.queryset = Organisation.objects.visible_to(user)
        if not self.instance._state.adding:
            self.initial["comes_from"] = list(self.instance.comes_from.all())
            self.initial["written_by"] = list(self.instance.written_by.all())

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
