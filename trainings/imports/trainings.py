"""Trainings in and out of sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tablib import Dataset

from core.imports.base import Column, RowForm
from core.imports.cells import is_yes, texts_of, word_in, words_for
from core.telling import kept_inside
from khmer.normal import search_key
from registry.imports.owned import OwnedResource
from registry.models import Organisation, Project
from trainings.actions.planning import change_training, plan_training, texts_taken_back
from trainings.forms.planning import LINKS, NewTrainingForm, TrainingForm
from trainings.models import AgeBandScheme, Goal, Topic, Training

# A row without an identifier is the stored training with the same owner, first day, place, and
# title in every language in which the file has one.
TITLES = ("title_km", "title_en")
# Columns that say yes or no.
MARKS = ("rule_all_sessions", "is_sensitive")


class TrainingRow(RowForm, TrainingForm):
    """A row of a stored training, read as the page reads its form."""


class NewTrainingRow(RowForm, NewTrainingForm):
    """A row of a new training."""

    asks = False


class TrainingResource(OwnedResource):
    id = Column(
        gettext_lazy("The identifier of a stored training. Empty for a new one."), attribute="id"
    )
    owner = Column(
        gettext_lazy("Whose record it is: short name, name or identifier of the organisation."),
        attribute="owner_id",
    )
    kind = Column(
        gettext_lazy(
            "training, training of trainers, refresher, workshop, awareness, meeting, exchange "
            "visit or coaching visit. Empty for training."
        ),
        attribute="kind",
    )
    title_km = Column(gettext_lazy("Title in Khmer."), attribute="title_km")
    title_en = Column(gettext_lazy("Title in English."), attribute="title_en")
    is_sensitive = Column(
        gettext_lazy(
            "yes when its title would tell something about whoever took part. Its words are not "
            "exported then, and what stands in their place changes nothing when it comes back."
        ),
        attribute="is_sensitive",
    )
    starts_on = Column(gettext_lazy("First day: day/month/year."), attribute="starts_on")
    ends_on = Column(gettext_lazy("Last day: day/month/year."), attribute="ends_on")
    place = Column(
        gettext_lazy("Where: the official code, or a name that is clear."), attribute="place_id"
    )
    place_name = Column(gettext_lazy("Only for reading."), readonly=True)
    venue = Column(gettext_lazy("The hall, school or pagoda."), attribute="venue")
    expected_people = Column(gettext_lazy("People expected."), attribute="expected_people")
    projects = Column(gettext_lazy("Codes or names of projects, with ; between them."))
    topics = Column(gettext_lazy("Topics, with ; between them."))
    goals = Column(gettext_lazy("Goals as in SDG 5, with ; between them."))
    age_bands = Column(
        gettext_lazy("The set of age bands by its name. Empty for the usual one."),
        attribute="age_bands_id",
    )
    rule_percent = Column(gettext_lazy("Attendance needed, in percent."), attribute="rule_percent")
    rule_all_sessions = Column(
        gettext_lazy("yes when every session must be attended."), attribute="rule_all_sessions"
    )
    rule_score = Column(gettext_lazy("Score needed in the final test."), attribute="rule_score")
    test_maximum = Column(
        gettext_lazy("Best possible score in the tests."), attribute="test_maximum"
    )
    description_km = Column(gettext_lazy("Description in Khmer."), attribute="description_km")
    description_en = Column(gettext_lazy("Description in English."), attribute="description_en")
    source = Column(gettext_lazy("Where the record comes from."), attribute="source")
    hours_a_day = Column(
        gettext_lazy("Only for a new training: so many hours are planned on each of its days.")
    )
    status = Column(gettext_lazy("Only for reading."), attribute="status", readonly=True)

    needed = ("owner", "starts_on", "ends_on")
    links = LINKS

    class Meta(OwnedResource.Meta):
        model = Training
        fields = [
            "id",
            "owner",
            "kind",
            "title_km",
            "title_en",
            "is_sensitive",
            "starts_on",
            "ends_on",
            "place",
            "place_name",
            "venue",
            "expected_people",
            "projects",
            "topics",
            "goals",
            "age_bands",
            "rule_percent",
            "rule_all_sessions",
            "rule_score",
            "test_maximum",
            "description_km",
            "description_en",
            "source",
            "hours_a_day",
            "status",
        ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds = words_for(Training.Kind)
        self.linked: dict[str, dict[str, Model]] = {
            "topics": _by_words(Topic.objects.all(), "name_km", "name_en"),
            "goals": _by_words(Goal.objects.all(), "code"),
            "age_bands": _by_words(AgeBandScheme.objects.all(), "name_km", "name_en"),
        }
        self.usual_bands = AgeBandScheme.objects.filter(is_default=True).first()

    # --- In ---

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self.taken_back = 0
        super().before_import(dataset, **kwargs)

    def after_import(self, dataset: Dataset, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        if text := texts_taken_back(self.taken_back):
            result.notes = (text,)

    def form_for(self, row: Mapping[str, Any], known: Any) -> TrainingForm:
        owner = self.owner_of(row, known)
        if known:
            empty: TrainingForm = TrainingRow(instance=known, user=self.by, owner=known.owner)
        else:
            empty = NewTrainingRow(user=self.by)
        data = self.typed(row, known, empty) | {"owner": str(owner.pk)}
        data["kind"] = self._kind(data.get("kind") or Training.Kind.TRAINING)
        data |= self._read_links(row, owner)
        data |= _words_kept_back(data, empty)
        if not data.get("age_bands") and self.usual_bands:
            data["age_bands"] = str(self.usual_bands.pk)
        if known:
            return TrainingRow(data, user=self.by, owner=owner)
        return NewTrainingRow(data, user=self.by)

    def _kind(self, text: str) -> str:
        return word_in(self.kinds, text) or text

    def _read_links(self, row: Mapping[str, Any], owner: Organisation) -> dict[str, Any]:
        """Cells that name other records, as the identifiers that the form takes."""
        data: dict[str, Any] = {}
        known = self.linked | {"projects": self._projects(owner) if "projects" in row else {}}
        for head in [*self.links, "age_bands"]:
            if head not in row:
                continue
            found = [_one(known[head], word, head) for word in _words(row, head)]
            data[head] = [str(one.pk) for one in found]
        if "age_bands" in data:
            data["age_bands"] = next(iter(data["age_bands"]), "")
        for head in MARKS:
            if head in row:
                data[head] = _yes(row, head)
        return data

    def _projects(self, owner: Organisation) -> dict[str, Model]:
        projects = Project.objects.visible_to(self.by).filter(owner=owner)
        return _by_words(projects, "code", "name_km", "name_en")

    def alike(self, row: Mapping[str, Any]) -> Training | None:
        data = self.form.cleaned_data
        titles = {name: data[name] for name in TITLES if data[name]}
        facts = {name: data[name] for name in ("owner", "starts_on", "place")}
        found = list(Training.objects.filter(**facts, **titles)[:2])
        if len(found) > 1:
            raise ValidationError(
                _("Several trainings are like this row. Write the identifier of one.")
            )
        return found[0] if found else None

    def init_instance(self, row: Any = None) -> Training:
        return Training(owner=self.form.cleaned_data.get("owner") if row else None)

    def skip_row(
        self, instance: Training, original: Training, row: Any, errors: Any = None
    ) -> bool:
        if not super().skip_row(instance, original, row, errors) or instance._state.adding:
            return False
        wanted = self.values_in(row)
        return all(
            set(wanted[name]) == set(getattr(instance, name).all())
            for name in self.links
            if name in wanted
        )

    def write(self, instance: Training, stored: Training | None, row: Mapping[str, Any]) -> None:
        values = self.values_in(row)
        values.pop("owner", None)
        hours = values.pop("hours_a_day", None)
        if stored:
            changed = change_training(stored, version=stored.version, by=self.by, **values)
            self.taken_back += changed.taken_back
            return
        data = self.form.cleaned_data
        values |= {name: data[name] for name in ("kind", "age_bands")}
        plan_training(id=instance.pk, owner=data["owner"], by=self.by, hours_a_day=hours, **values)

    # --- Out ---

    def dehydrate_age_bands(self, training: Training) -> str:
        bands = self.linked["age_bands"].values()
        return next((str(one) for one in bands if one.pk == training.age_bands_id), "")

    def dehydrate_rule_all_sessions(self, training: Training) -> str:
        return "yes" if training.rule_all_sessions else "no"

    def dehydrate_is_sensitive(self, training: Training) -> str:
        return "yes" if training.is_sensitive else "no"

    def export_field(self, field: Any, instance: Training, **kwargs: Any) -> Any:
        """Words that a sensitive training keeps to its own pages are in no file."""
        if field.column_name in kept_inside(instance):
            return _said_instead(instance, field.column_name)
        return super().export_field(field, instance, **kwargs)

    def dehydrate_projects(self, training: Training) -> str:
        return _joined(
            project.code or str(project) for project in self._linked_to(training, "projects")
        )

    def dehydrate_topics(self, training: Training) -> str:
        return _joined(map(str, self._linked_to(training, "topics")))

    def dehydrate_goals(self, training: Training) -> str:
        return _joined(goal.code for goal in self._linked_to(training, "goals"))

    def _linked_to(self, training: Training, name: str) -> list[Any]:
        return [] if training._state.adding else list(getattr(training, name).all())


def _by_words(records: Iterable[Any], *names: str) -> dict[str, Any]:
    """Records by every word that means them; a word of two records means none of them."""
    found: dict[str, set[Any]] = {}
    for record in records:
        for name in names:
            if word := search_key(getattr(record, name)):
                found.setdefault(word, set()).add(record)
    return {word: next(iter(those)) for word, those in found.items() if len(those) == 1}


def _words(row: Mapping[str, Any], head: str) -> list[str]:
    text = texts_of(row, [head])[head]
    return [word.strip() for word in text.split(";") if word.strip()]


def _one(known: Mapping[str, Model], word: str, head: str) -> Model:
    try:
        return known[search_key(word)]
    except KeyError as error:
        message = _("“%(word)s” is not known, or not clear.") % {"word": word}
        raise ValidationError({head: message}) from error


def _yes(row: Mapping[str, Any], head: str) -> bool:
    try:
        return is_yes(texts_of(row, [head])[head])
    except ValidationError as error:
        raise ValidationError({head: error.messages}) from error


def _said_instead(training: Training, name: str) -> str:
    """What an export says in place of a word of a sensitive training."""
    return dict(training.titles).get(name.removeprefix("title_"), "")


def _words_kept_back(data: Mapping[str, Any], empty: TrainingForm) -> dict[str, Any]:
    """The stored words of a sensitive training, where a row brings back what stood for them.

    `empty` is the form over the stored training; that over a new one keeps nothing back.
    """
    known = empty.instance
    return {
        name: empty[name].value()
        for name in kept_inside(known)
        if not data.get(name) or data[name] == _said_instead(known, name)
    }


def _joined(words: Iterable[str]) -> str:
    return "; ".join(words)
