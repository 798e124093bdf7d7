"""Attendance in and out of sheets: one row for each person and session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms.fields import DayField
from core.imports.base import Column, SheetResource
from core.imports.cells import is_yes, texts_of, word_in, words_for
from khmer.digits import NumberError, parse_whole_number
from registry.imports.cells import Organisations
from registry.models import Organisation, Person
from registry.search.finding import set_person_keys
from trainings.actions.attending import Mark, Presence, presence_of, record_attendance
from trainings.actions.enrolling import enrol_person
from trainings.models import Attendance, Enrolment, Session, Training

T = TypeVar("T")
R = TypeVar("R", bound=Model)

# As registers write it, beside the words of the program in both languages.
STATUS_WORDS = {
    "មក": Attendance.Status.PRESENT,
    "វត្តមាន": Attendance.Status.PRESENT,
    "មានវត្តមាន": Attendance.Status.PRESENT,
    "យឺត": Attendance.Status.LATE,
    "មកយឺត": Attendance.Status.LATE,
    "ច្បាប់": Attendance.Status.EXCUSED,
    "សុំច្បាប់": Attendance.Status.EXCUSED,
    "អវត្តមាន": Attendance.Status.ABSENT,
    "មិនមក": Attendance.Status.ABSENT,
}


class AttendanceResource(SheetResource):
    training = Column(gettext_lazy("The identifier of the training; or its title and first day."))
    training_title = Column(gettext_lazy("The title of the training, in Khmer or in English."))
    training_starts_on = Column(gettext_lazy("Its first day: day/month/year."))
    session = Column(gettext_lazy("The number of the session."))
    person = Column(gettext_lazy("The identifier of the person; or their names."))
    name_km = Column(gettext_lazy("Name in Khmer."))
    name_latin = Column(gettext_lazy("Name in Latin letters."))
    organisation = Column(
        gettext_lazy("For an organisation on the list: its short name, name or identifier.")
    )
    attendance = Column(gettext_lazy("present, late, excused or absent, in English or Khmer."))
    half = Column(gettext_lazy("yes for half of the session."))

    needed = ("session", "attendance")

    class Meta(SheetResource.Meta):
        model = Attendance
        fields = [
            "training",
            "training_title",
            "training_starts_on",
            "session",
            "person",
            "name_km",
            "name_latin",
            "organisation",
            "attendance",
            "half",
        ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.organisations = Organisations()
        self.statuses = words_for(Attendance.Status, STATUS_WORDS)
        self.sessions: dict[tuple[str, ...], Session] = {}

    # --- One row ---

    def before_import_row(self, row: Mapping[str, Any], **kwargs: Any) -> None:
        heads = [field.column_name for field in self.get_import_fields()]
        texts = dict.fromkeys(heads, "") | texts_of(row, [head for head in heads if head in row])
        self.presence = self._presence(texts)
        self.session_of_row = self._session(texts)
        self.enrolment = self._enrolment(texts, self.session_of_row.training)

    def get_instance(self, instance_loader: Any, row: Any) -> Attendance | None:
        if self.enrolment._state.adding:
            return None
        return Attendance.objects.filter(
            session=self.session_of_row, enrolment=self.enrolment
        ).first()

    def init_instance(self, row: Any = None) -> Attendance:
        return Attendance(session=self.session_of_row, training=self.session_of_row.training)

    def import_instance(self, instance: Attendance, row: Any, **kwargs: Any) -> None:
        instance.enrolment = self.enrolment
        instance.status, instance.fraction = self.presence.status, self.presence.fraction
        who = self.enrolment.person_id or self.enrolment.organisation_id
        said = {"attendance": self.presence.status, "half": self.presence.fraction}
        self.refuse_other_words((self.session_of_row.pk, who), said, row)

    def skip_row(self, instance: Attendance, original: Attendance, *args: Any) -> bool:
        return presence_of(instance) == presence_of(original)

    def write(self, instance: Attendance, stored: Attendance | None, row: Any) -> None:
        session, enrolment = self.session_of_row, self.enrolment
        if enrolment._state.adding:
            assert enrolment.person
            enrolment = enrol_person(session.training, person=enrolment.person, by=self.by)
        mark = Mark(enrolment.pk, self.presence, seen=presence_of(stored))
        record_attendance(session, marks=[mark], by=self.by)

    # --- What a row means ---

    def _presence(self, texts: Mapping[str, str]) -> Presence:
        status = word_in(self.statuses, texts["attendance"])
        if status is None:
            raise ValidationError(
                {"attendance": _("Write present, late, excused or absent, or the word in Khmer.")}
            )
        half = _at("half", lambda: is_yes(texts["half"]))
        if half and status not in Attendance.WAS_THERE:
            raise ValidationError({"half": _("Who was not there was not there for half of it.")})
        return Presence.of(status, half=half)

    def _session(self, texts: Mapping[str, str]) -> Session:
        heads = ("training", "training_title", "training_starts_on", "session")
        wanted = tuple(texts[head] for head in heads)
        if wanted not in self.sessions:
            training = self._training(texts)
            number = _at("session", lambda: _whole(texts["session"]))
            session = training.sessions.filter(number=number).first()
            if session is None:
                raise ValidationError(
                    {"session": _("This training has no session of this number.")}
                )
            session.training = training
            self.sessions[wanted] = session
        return self.sessions[wanted]

    def _training(self, texts: Mapping[str, str]) -> Training:
        trainings = Training.objects.visible_to(self.by).select_related("owner")
        if texts["training"]:
            pk = _at("training", lambda: Training._meta.pk.to_python(texts["training"]))
            return _only(trainings.filter(pk=pk), "training")
        if not texts["training_title"]:
            raise ValidationError({"training": _("Say which training it is.")})
        day = _at("training_starts_on", lambda: DayField().clean(texts["training_starts_on"]))
        found = trainings.filter(starts_on=day)
        title = texts["training_title"]
        return _only(found.filter(title_en=title) | found.filter(title_km=title), "training_title")

    def _enrolment(self, texts: Mapping[str, str], training: Training) -> Enrolment:
        """The line on the list that is meant, or a new one for somebody of the registry."""
        if texts["organisation"] and not texts["person"]:
            organisation = _at(
                "organisation", lambda: self.organisations.get(texts["organisation"])
            )
            return self._of_organisation(training, organisation)
        person = self._person(texts, training)
        stored = Enrolment.objects.filter(training=training, person=person).first()
        return stored or Enrolment(training=training, person=person)

    def _of_organisation(self, training: Training, organisation: Organisation) -> Enrolment:
        enrolments = Enrolment.objects.filter(training=training, organisation=organisation)
        return _only(enrolments, "organisation")

    def _person(self, texts: Mapping[str, str], training: Training) -> Person:
        people = Person.objects.filter(owner=training.owner)
        if texts["person"]:
            pk = _at("person", lambda: Person._meta.pk.to_python(texts["person"]))
            person = _only(people.filter(pk=pk), "person")
            return person.joined_into or person
        head = "name_km" if texts["name_km"] else "name_latin"
        if not texts[head]:
            raise ValidationError({head: _("Say who it is.")})
        named = people.filter(joined_into=None, pk__in=_named(people, texts).values("pk"))
        on_list = list(named.filter(enrolments__training=training)[:2])
        return on_list[0] if len(on_list) == 1 else _only(named, head)

    # --- Out ---

    def get_queryset(self) -> QuerySet[Attendance]:
        rows: QuerySet[Attendance] = super().get_queryset()
        lines = rows.select_related("enrolment__person", "enrolment__organisation")
        return lines.select_related("session", "training")

    def dehydrate_training(self, row: Attendance) -> str:
        return str(row.training_id)

    def dehydrate_training_title(self, row: Attendance) -> str:
        training = row.training
        if training.is_sensitive:
            return training.title
        return training.title_en or training.title_km

    def dehydrate_training_starts_on(self, row: Attendance) -> Any:
        return row.training.starts_on

    def dehydrate_session(self, row: Attendance) -> int:
        return row.session.number

    def dehydrate_person(self, row: Attendance) -> str:
        return str(self._line(row).person_id or "")

    def dehydrate_name_km(self, row: Attendance) -> str:
        person = self._line(row).person
        return person.name_km if person else ""

    def dehydrate_name_latin(self, row: Attendance) -> str:
        person = self._line(row).person
        return person.name_latin if person else ""

    def dehydrate_organisation(self, row: Attendance) -> str:
        return self.organisations.word_for(self._line(row).organisation_id)

    def dehydrate_attendance(self, row: Attendance) -> str:
        return row.status

    def dehydrate_half(self, row: Attendance) -> str:
        return "yes" if row.fraction == Attendance.HALF else "no"

    def _line(self, row: Attendance) -> Enrolment:
        """A row that is being read has no enrolment yet."""
        return row.enrolment if row.enrolment_id else self.enrolment

    def named_in(self, rows: QuerySet[Any]) -> int:
        return rows.order_by().values("enrolment__person").distinct().count()


def _at(head: str, read: Callable[[], T]) -> T:
    """What `read` returns; its ValidationError is told under the head."""
    try:
        return read()
    except ValidationError as error:
        raise ValidationError({head: error.messages}) from error


def _whole(text: str) -> int:
    try:
        return parse_whole_number(text)
    except NumberError as error:
        raise ValidationError(_("Write a number.")) from error


def _only(found: QuerySet[R], head: str) -> R:
    """The one record of a query. Raises ValidationError under the head for none or several."""
    two = list(found[:2])
    if not two:
        raise ValidationError({head: _("Nothing of this kind is stored here.")})
    if len(two) > 1:
        raise ValidationError({head: _("Several are meant. Write the identifier instead.")})
    return two[0]


def _named(people: QuerySet[Person], texts: Mapping[str, str]) -> QuerySet[Person]:
    """The people with exactly these names, as far as the row gives them."""
    names = {head: texts[head] for head in ("name_km", "name_latin") if texts[head]}
    person = Person(**names)
    set_person_keys(person)
    for word in person.search_key.split():
        people = people.filter(search_key__contains=f" {word} ")
    return people
