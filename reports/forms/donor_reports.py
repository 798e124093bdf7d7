"""Forms of reports to donors: the donor's form, the plan, the texts, the steps and the thread."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms.fields import (
    DayField,
    DecimalNumberField,
    LinesField,
    NameField,
    TextField,
    WholeNumberField,
    offer,
)
from core.languages import in_language_of_page
from registry.models import Organisation, Project
from reports.figures.periods import months
from reports.models import (
    DonorForm,
    FormSection,
    Indicator,
    Report,
    ReportLine,
    SectionKind,
    Status,
)
from reports.models.donor_forms import (
    Column,
    Language,
    Mark,
    Separator,
    Unit,
)
from reports.models.indicators import Length

NO_UNIT = [("", "—"), *Unit.choices]
LONGEST_SECTION = 200_000
# More than this and nobody reads the form any more.
MORE_SECTIONS = 3


class DonorFormForm(forms.Form):
    """How a donor wants to read of a project."""

    donor = forms.ModelChoiceField(
        label=gettext_lazy("Donor"), queryset=Organisation.objects.none()
    )
    name_en = NameField(label=gettext_lazy("Name in English"), max_length=200, required=False)
    name_km = NameField(label=gettext_lazy("Name in Khmer"), max_length=200, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    first_month = forms.TypedChoiceField(
        label=gettext_lazy("The donor's year begins in"), choices=months, coerce=int
    )
    length = forms.TypedChoiceField(
        label=gettext_lazy("Periods"), choices=Length.choices, coerce=int
    )
    period_name_en = TextField(
        label=gettext_lazy("Name of a period in English"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "As the donor writes it: {n} is its number in the year, {first} and {last} the years "
            "in which the donor's year begins and ends."
        ),
    )
    period_name_km = TextField(
        label=gettext_lazy("Name of a period in Khmer"), max_length=60, required=False
    )
    due_days = WholeNumberField(label=gettext_lazy("Due so many days after the period"))
    columns = TextField(
        label=gettext_lazy("Columns of the table of indicators"),
        max_length=400,
        help_text=gettext_lazy("In their order, with commas between them."),
    )
    thousands = forms.ChoiceField(
        label=gettext_lazy("Thousands"), choices=Separator.choices, required=False
    )
    decimal_mark = forms.ChoiceField(label=gettext_lazy("Decimals"), choices=Mark.choices)
    percent_places = WholeNumberField(
        label=gettext_lazy("Decimal places of percentages"), help_text=gettext_lazy("0 or 1.")
    )
    reason_percent = WholeNumberField(
        label=gettext_lazy("Reasons from a difference of so many percent"),
        required=False,
        help_text=gettext_lazy("Between target and value. Empty: no reasons are asked for."),
    )
    threshold = WholeNumberField(label=gettext_lazy("Fewer people than this are not shown"))
    limit = DecimalNumberField(label=gettext_lazy("Limit of the whole report"), required=False)
    limit_unit = forms.ChoiceField(label=gettext_lazy("In"), choices=NO_UNIT, required=False)
    is_public = forms.BooleanField(
        label=gettext_lazy("The donor may publish the report"), required=False
    )
    second_person = forms.BooleanField(
        label=gettext_lazy("A second person submits"),
        required=False,
        help_text=gettext_lazy("Somebody else than the one who sent the report to check."),
    )
    resolved_before_accepting = forms.BooleanField(
        label=gettext_lazy("Accepted only when every comment is settled"), required=False
    )
    acronyms = LinesField(label=gettext_lazy("Acronyms"), max_length=5000, required=False)
    visibility = LinesField(
        label=gettext_lazy("Rules of visibility"), max_length=5000, required=False
    )

    def __init__(
        self, *args: Any, project: Project, instance: DonorForm | None = None, **kwargs: Any
    ) -> None:
        names = [name for name in self.base_fields if name != "donor"]
        initial = {name: getattr(instance or DonorForm(), name) for name in names}
        initial |= kwargs.pop("initial", None) or {}
        if isinstance(initial.get("columns"), list):
            initial["columns"] = columns_in_words(initial["columns"])
        super().__init__(*args, **(kwargs | {"initial": initial}))
        offer(self, "donor", project.donors.order_by("sort_key"))
        if instance is not None:
            del self.fields["donor"]
        every = ", ".join(str(each.label) for each in Column)
        self.fields["columns"].help_text = _(
            "In their order, with commas between them. There are: %(columns)s."
        ) % {"columns": every}

    def clean_columns(self) -> list[str]:
        """The columns by their words, in whatever language of the site they are typed."""
        known = {str(each.label).casefold(): each.value for each in Column}
        known |= {each.value: each.value for each in Column}
        found = []
        for part in filter(
            None, (each.strip() for each in self.cleaned_data["columns"].split(","))
        ):
            if part.casefold() not in known:
                raise ValidationError(
                    _("“%(column)s” is no column. Write it as in the list below.")
                    % {"column": part}
                )
            found.append(known[part.casefold()])
        return found


def columns_in_words(columns: Sequence[str]) -> str:
    return ", ".join(str(Column(each).label) for each in columns)


class SectionForm(forms.Form):
    """One section of a donor's form; an empty one is left out."""

    pk = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title_en = TextField(label=gettext_lazy("Title in English"), max_length=200, required=False)
    title_km = TextField(label=gettext_lazy("Title in Khmer"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=SectionKind.choices, required=False
    )
    guidance = TextField(label=gettext_lazy("What the donor asks"), max_length=3000, required=False)
    limit = DecimalNumberField(label=gettext_lazy("Limit"), required=False)
    limit_unit = forms.ChoiceField(label=gettext_lazy("In"), choices=NO_UNIT, required=False)
    is_required = forms.BooleanField(label=gettext_lazy("Must not be empty"), required=False)
    only_final = forms.BooleanField(label=gettext_lazy("Only in the final report"), required=False)

    @property
    def is_left_out(self) -> bool:
        """Without a title: a line that was not filled in, or a section that shall go."""
        return not (self.cleaned_data.get("title_en") or self.cleaned_data.get("title_km"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["kind"] = data.get("kind") or SectionKind.NARRATIVE.value
        if (data.get("limit") is None) != (not data.get("limit_unit")):
            self.add_error("limit", _("Give a limit above zero together with its unit."))
        return data

    @property
    def title(self) -> str:
        """The title as it is typed, in the language of the page, or the one it has."""
        km, en = (str(self[name].value() or "") for name in ("title_km", "title_en"))
        return in_language_of_page(km=km, other=en)

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def section_forms(
    data: Any, sections: Sequence[FormSection], template: Sequence[Any] = ()
) -> list[SectionForm]:
    """A form for each section, and empty ones for more."""
    initial: list[dict[str, Any]] = [
        {name: getattr(each, name) for name in SectionForm.base_fields} for each in sections
    ] or [dict(each) for each in template]
    for each in initial:
        if isinstance(each.get("limit"), Decimal):
            each["limit"] = f"{each['limit'].normalize():f}"
    initial += [{"is_required": True}] * MORE_SECTIONS
    return [
        SectionForm(data, prefix=f"section{number}", initial=each)
        for number, each in enumerate(initial)
    ]


class ReportForm(forms.Form):
    """What is planned of a report."""

    form = forms.ModelChoiceField(
        label=gettext_lazy("Form of the donor"), queryset=DonorForm.objects.none()
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Report.Kind.choices)
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("Through"))
    due_on = DayField(
        label=gettext_lazy("Due on"),
        required=False,
        help_text=gettext_lazy("Empty: as the form of the donor says."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    contract_number = TextField(
        label=gettext_lazy("Contract number"), max_length=60, required=False
    )
    signatory = TextField(
        label=gettext_lazy("Signed by"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Name and position, as they stand below the report."),
    )
    is_public = forms.BooleanField(label=gettext_lazy("Public"), required=False)

    def __init__(
        self, *args: Any, project: Project, instance: Report | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "form", project.donor_forms.filter(is_retired=False))
        if instance is not None:
            del self.fields["form"], self.fields["kind"]
            self.fields["due_on"].required = True
            self.fields["due_on"].help_text = ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The period ends before it starts."))
        return data


class NarrativeForm(forms.Form):
    """The text of a section, in both languages."""

    text_km = LinesField(
        label=gettext_lazy("Text in Khmer"), max_length=LONGEST_SECTION, required=False
    )
    text_en = LinesField(
        label=gettext_lazy("Text in English"), max_length=LONGEST_SECTION, required=False
    )
    seen_km = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    seen_en = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text_km", "text_en"):
            self.fields[name].widget.attrs["rows"] = 12


class LineForm(forms.Form):
    """How sure a value is, and why it differs from its target."""

    status = forms.ChoiceField(label=gettext_lazy("Status of the value"), choices=Status.choices)
    owed_since = DayField(label=gettext_lazy("Owed: from"), required=False)
    owed_until = DayField(label=gettext_lazy("Owed: through"), required=False)
    verified_value = DecimalNumberField(label=gettext_lazy("Verified value"), required=False)
    no_disaggregation = forms.BooleanField(
        label=gettext_lazy("Disaggregation not available"),
        required=False,
        help_text=gettext_lazy("The donor reads so. It is neither 0 nor empty nor hidden."),
    )
    reason_km = LinesField(label=gettext_lazy("Reason in Khmer"), max_length=3000, required=False)
    reason_en = LinesField(label=gettext_lazy("Reason in English"), max_length=3000, required=False)

    def __init__(self, *args: Any, instance: ReportLine, **kwargs: Any) -> None:
        initial = {name: getattr(instance, name) for name in self.base_fields}
        super().__init__(*args, **(kwargs | {"initial": initial}))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("status") == Status.OWED:
            for name in ("owed_since", "owed_until"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Say of which days a value is that is owed."))
            since, until = data.get("owed_since"), data.get("owed_until")
            if since and until and until < since:
                self.add_error("owed_until", _("The period ends before it starts."))
        return data


class IndicatorsForm(forms.Form):
    """Which indicators a report has; their order is that of their codes."""

    indicators = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Indicators"),
        queryset=Indicator.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = report.project.indicators.in_use() | report.project.indicators.filter(
            pk__in=report.lines.values("indicator")
        )
        offer(self, "indicators", found.distinct().order_by("code", "pk"))


class SubmitForm(forms.Form):
    """Submitting, with what was found read and accepted."""

    accept_findings = forms.BooleanField(
        label=gettext_lazy("I have read the list and submit the report as it is."),
        required=False,
    )


class StepForm(forms.Form):
    """A step with its reason."""

    reason = LinesField(label=gettext_lazy("Reason"), max_length=3000)

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason


class CommentForm(forms.Form):
    """A comment on a report or one part of it, or an answer."""

    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    text = LinesField(label=gettext_lazy("Comment"), max_length=5000)
    is_internal = forms.BooleanField(
        label=gettext_lazy("Inside only"),
        required=False,
        help_text=gettext_lazy("The donor does not read it."),
    )

    def __init__(
        self, *args: Any, parts: Sequence[tuple[str, str]], is_donor: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [("", _("The whole report")), *parts]  # type: ignore[attr-defined]  # A field of choices.
        if is_donor:
            del self.fields["is_internal"]
