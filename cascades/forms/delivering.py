"""Forms for deliveries: planning one, attaching a training, typing a link."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cascades.models import Delivery, Tier
from core.forms.fields import DecimalNumberField, LinesField, TextField, WholeNumberField, offer
from khmer.dates import DateError, parse_date, short_date
from registry.forms.fields import PlaceField
from registry.models import Organisation, User
from trainings.models import AgeBandScheme, CurriculumVersion, Enrolment, Training

TRAINING_ROLES = [
    (role.value, role.label)
    for role in (Enrolment.Role.LEAD_TRAINER, Enrolment.Role.CO_TRAINER, Enrolment.Role.SUPPORT)
]


class DaysField(LinesField):
    """Several days, one on each line or separated by commas."""

    def to_python(self, value: Any) -> list[date]:  # type: ignore[override]  # A field of days.
        days = []
        for text in super().to_python(value).replace(",", "\n").splitlines():
            if not text.strip():
                continue
            try:
                days.append(parse_date(text.strip()))
            except DateError as error:
                raise ValidationError(
                    _("%(text)s is not a date. Write day, month and year, as in 19/02/2011."),
                    params={"text": text.strip()[:30]},
                ) from error
        if len(set(days)) != len(days):
            raise ValidationError(_("A day stands here twice."))
        if len(days) > 31:
            raise ValidationError(_("A delivery has 1 to 31 sessions."))
        return sorted(days)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(short_date(day) for day in value)
        return value


class DeliveryForm(forms.Form):
    """Plan a delivery: when, where, and with which version of the curriculum."""

    title_km = TextField(label=_("Title in Khmer"), max_length=200, required=False)
    title_en = TextField(label=_("Title in English"), max_length=200, required=False)
    days = DaysField(
        label=_("Days of the sessions"),
        help_text=_("One day on each line, as in 19/02/2011. Each day is one session."),
    )
    hours_a_day = DecimalNumberField(
        label=_("Hours a day"), min_value=0, max_value=24, initial=6, required=False
    )
    place = PlaceField(
        label=_("Place"),
        help_text=_("Type the name of the commune or village, in Khmer or in Latin letters."),
    )
    venue = TextField(
        label=_("Venue"),
        max_length=200,
        required=False,
        help_text=_("The hall, school or pagoda."),
    )
    expected_people = WholeNumberField(
        label=_("People expected"), required=False, min_value=1, max_value=10_000
    )
    curriculum_version = forms.ModelChoiceField(
        label=_("Curriculum version"),
        queryset=CurriculumVersion.objects.none(),
        required=False,
        empty_label=_("not stated"),
    )
    age_bands = forms.ModelChoiceField(
        label=_("Age bands"), queryset=AgeBandScheme.objects.all(), empty_label=None
    )

    def __init__(self, *args: Any, tier: Tier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions: Any = self.fields["curriculum_version"]
        versions.queryset = CurriculumVersion.objects.filter(
            curriculum=tier.iteration.programme.curriculum
        ).select_related("curriculum")
        versions.initial = (
            _version_taught_last(tier) or versions.queryset.order_by("approved_on", "label").last()
        )
        self.fields["age_bands"].initial = AgeBandScheme.objects.filter(is_default=True).first()
        run = tier.iteration
        self.fields["title_km"].initial = tier.name_km and _title(run.name_km, "៖ ", tier.name_km)
        self.fields["title_en"].initial = tier.name_en and _title(run.name_en, ": ", tier.name_en)
        if tier.sessions > 1:
            self.fields["days"].help_text = _(
                "One day on each line, as in 19/02/2011. This tier has %(sessions)s sessions."
            ) % {"sessions": tier.sessions}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("title_km") and not data.get("title_en"):
            self.add_error("title_en", _("Give a title in Khmer or in English."))
        return data


def _title(iteration: str, sign: str, tier: str) -> str:
    """The names of both, or that of the tier where the iteration has none in this language."""
    return sign.join(filter(None, (iteration, tier)))


def _version_taught_last(tier: Tier) -> CurriculumVersion | None:
    """What was taught last in the tier of this number: each tier may have its own edition."""
    found = (
        Training.objects.filter(
            delivery__tier__number=tier.number,
            delivery__tier__iteration__programme=tier.iteration.programme_id,
        )
        .exclude(curriculum_version=None)
        .exclude(status=Training.Status.CANCELLED)
        .select_related("curriculum_version")
    )
    last = found.order_by("starts_on", "created_at").last()
    return last.curriculum_version if last else None


class AttachForm(forms.Form):
    """A training that is recorded already, and belongs to a tier."""

    training = forms.ModelChoiceField(
        label=_("Training"),
        queryset=Training.objects.none(),
        help_text=_("Trainings of the same organisation that belong to no tier yet, newest first."),
    )

    def __init__(self, *args: Any, tier: Tier, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Training.objects.visible_to(user).filter(owner=tier.owner, delivery=None)
        free = free.filter(starts_on__gte=tier.iteration.starts_on).order_by("-starts_on", "pk")
        field: Any = self.fields["training"]
        field.queryset = free
        field.label_from_instance = lambda training: f"{short_date(training.starts_on)} {training}"


class AddTrainerForm(forms.Form):
    """Somebody who is to train, in which role, and for whom."""

    role = forms.ChoiceField(choices=TRAINING_ROLES)
    on_behalf_of = forms.ModelChoiceField(queryset=Organisation.objects.none(), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.visible_to(user)
        offer(self, "on_behalf_of", organisations)


class LinkForm(forms.Form):
    """“This delivery came of that one”, with the reason and the document."""

    parent = forms.ModelChoiceField(
        label=_("It came of"),
        queryset=Delivery.objects.none(),
    )
    reason = TextField(label=_("Why it is known"), max_length=500)
    source = TextField(
        label=_("Document that says so"),
        max_length=300,
        help_text=_("For example a report with its year and page."),
    )

    def __init__(
        self, *args: Any, delivery: Delivery, with_own_tier: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        # A tier has hundreds of deliveries, and seldom comes one of them of another.
        number = delivery.tier.number + with_own_tier
        earlier = (
            Delivery.objects.filter(
                curriculum=delivery.curriculum,
                training__starts_on__lte=delivery.training.starts_on,
                tier__number__lt=number,
            )
            .exclude(pk=delivery.pk)
            .select_related("training", "tier")
            .order_by("tier__number", "-training__starts_on", "pk")
        )
        field: Any = self.fields["parent"]
        field.queryset = earlier
        field.help_text = (
            _("Deliveries of the same curriculum that began earlier, of this tier and those above.")
            if with_own_tier
            else _("Deliveries of the same curriculum that began earlier, of the tiers above.")
        )
        field.label_from_instance = lambda each: (
            f"{each.tier.number}. {short_date(each.training.starts_on)} {each.training}"
        )
