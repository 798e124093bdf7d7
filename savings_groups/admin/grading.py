"""Grading schemes: which figures make a good group, how much each weighs, and its bands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.choices import InlineRows
from core.admin.pages import BasePages
from core.forms.fields import field_of
from savings_groups.figures.ratios import FIGURES
from savings_groups.models import Criterion, GradingScheme


class CriterionForm(forms.ModelForm):
    """A figure out of those that there are; the model looks at the bands."""

    figure = forms.ChoiceField(label=_("Figure"))

    class Meta:
        model = Criterion
        fields = ["figure", "weight", "bands"]
        widgets = {"bands": forms.TextInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(name, definition.label) for name, definition in FIGURES.items()]
        field_of(self, "figure", forms.ChoiceField).choices = [("", "—"), *known]


class CriterionRows(InlineRows):
    model = Criterion
    form = CriterionForm
    formfield_overrides = BasePages.formfield_overrides
    fields = ["figure", "weight", "bands"]
    extra = 1


@admin.register(GradingScheme)
class GradingSchemePages(BasePages):
    list_display = ["name_en", "name_km", "is_default", "grade_a", "a_is_above", "grade_b"]
    search_fields = ["code", "name_en", "name_km"]
    fields = [
        *("code", "name_km", "name_en", "source", "is_default"),
        *("grade_a", "a_is_above", "grade_b"),
    ]
    inlines = [CriterionRows]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """One scheme is used unless another is chosen."""
        super().save_model(request, obj, form, change)
        if obj.is_default:
            GradingScheme.objects.exclude(pk=obj.pk).update(is_default=False)
