"""Forms for what a training led to, and for closing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, DecimalNumberField, LinesField, TextField, offer
from registry.models import Person
from trainings.models import ChangeFound, Evidence, Session, Training

_STAYS_INSIDE = _(
    "Nobody outside your organisation sees this text until a coordinator has released it."
)


class ChangeForm(forms.ModelForm):
    """A change that was found."""

    statement_km = LinesField(
        label=_("The change, in Khmer"), required=False, help_text=_STAYS_INSIDE
    )
    statement_en = LinesField(
        label=_("The change, in English"), required=False, help_text=_STAYS_INSIDE
    )
    observed_by = TextField(label=_("Who observed it"), max_length=120, required=False)
    observed_on = DayField(label=_("Observed on"))

    class Meta:
        model = ChangeFound
        fields = [
            "statement_km",
            "statement_en",
            "subject",
            "person",
            "observed_by",
            "observed_on",
            "evidence",
        ]
        labels = {
            "subject": _("Whose change it is"),
            "person": _("Person"),
            "evidence": _("Evidence"),
        }

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(enrolments__training=training)
        offer(self, "person", people.order_by("sort_key"))
        offer(self, "evidence", Evidence.objects.filter(training=training))
        if self.instance._state.adding:
            self.fields["observed_on"].initial = training.ends_on

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("subject") != ChangeFound.Subject.PERSON:
            data["person"] = None
        elif not data.get("person"):
            self.add_error("person", _("Say whose change it is."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class EvidenceForm(forms.Form):
    """A photo or the scan of a sheet."""

    file = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, up to 10 MB. Place and telephone data are removed."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Evidence.Kind.choices)
    caption = TextField(label=_("Caption"), max_length=200, required=False)
    session = forms.ModelChoiceField(
        label=_("Session"), queryset=Session.objects.none(), required=False
    )

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "session", training.sessions.all())


class RecognisableForm(forms.Form):
    """Who can be recognised in a picture."""

    recognisable = forms.ChoiceField(
        label=_("Who can be recognised"),
        choices=[each for each in Evidence.Recognisable.choices if each[0]],
        widget=forms.RadioSelect,
        help_text=_("By the face, or by anything else that tells who it is."),
    )
    people = forms.ModelMultipleChoiceField(
        label=_("People who can be recognised"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, picture: Evidence) -> None:
        initial = {"recognisable": picture.recognisable, "people": picture.people.all()}
        super().__init__(data, initial=initial)
        listed = Person.objects.filter(enrolments__training=picture.training_id)
        offer(self, "people", listed.order_by("sort_key"))


class CloseForm(forms.Form):
    """Closing, with what was found read and accepted."""

    accept_findings = forms.BooleanField(
        label=_("I have read the list and close the training as it is."), required=False
    )


class ReopenForm(forms.Form):
    """Opening a closed training again."""

    reason = TextField(label=_("Why is it opened again?"), max_length=500)


class IssueForm(forms.Form):
    """Issuing certificates."""

    issued_on = DayField(label=_("Date on the certificates"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issued_on"].initial = timezone.localdate()


class WithdrawForm(forms.Form):
    """Withdrawing a certificate."""

    reason = TextField(label=_("Why is it withdrawn?"), max_length=300)


class MaximumForm(forms.Form):
    """The best possible score."""

    test_maximum = DecimalNumberField(
        label=_("Best possible score in the tests"), min_value=1, max_value=9999
    )
