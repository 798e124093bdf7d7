"""Joining two entries of one person, and taking that back.

One entry is kept. What refers to the other is moved to it by a rule for each model, and the
other entry points to the one kept. Everything that changes goes through a log, which is
stored with the decision, so that joining can be undone as long as nobody has changed the
same things since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _
from pghistory.models import Event

from core.actions.records import action
from core.errors import Refused
from registry.actions.people import lock_both
from registry.models import Affiliation, Functioning, PairDecision, Person, User
from registry.models.people import Sex
from registry.search.finding import set_person_keys

Verdict = PairDecision.Verdict
# What the kept entry takes from the other one where it says nothing itself. Not the consent
# to show the name: what the kept entry says about that stands.
FILLED = ("name_km", "name_latin", "also_known_as", "phone", "place")
BIRTH = ("born_on", "birth_year", "stated_age", "age_stated_on")


class MergeLog:
    """What joining changes, written down so that it can be taken back."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def set(self, record: models.Model, **values: Any) -> None:
        """Change fields of a record and save it."""
        changes = {}
        for name, value in values.items():
            was = _written(record, name)
            setattr(record, name, value)
            if was != (now := _written(record, name)):
                changes[name] = [was, now]
        if changes:
            _save(record)
            self._note(record, changed=changes)

    def remove(self, record: models.Model) -> None:
        """Delete a record that the kept person has already."""
        self._note(record, removed={f.name: _written(record, f.name) for f in record._meta.fields})
        record.delete()

    def _note(self, record: models.Model, **what: Any) -> None:
        self.entries.append({"model": record._meta.label, "pk": str(record.pk), **what})


Rule = Callable[..., None]
RULES: dict[str, Rule] = {}


def merges(label: str) -> Callable[[Rule], Rule]:
    """Register how the rows of a model that refers to people move to the kept person.

    The rule is called as `rule(kept, joined, *, log, by)` and changes rows by the log
    only. It may raise Refused; then nothing is joined.
    """

    def register(rule: Rule) -> Rule:
        RULES[label] = rule
        return rule

    return register


def models_that_refer_to_people() -> set[str]:
    """The labels of all models with a foreign key to Person, but for the rows of the history."""
    return {
        model._meta.label
        for model in apps.get_models()
        if not issubclass(model, Event)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Person
    }


@action
def merge_people(*, kept: Person, joined: Person, reason: str = "", by: User) -> PairDecision:
    """Decide that two entries are one person: `kept` stays, `joined` points to it.

    Raises Refused when one of them was joined before, when they were decided to be two
    people, or when the rule of a model says so.
    """
    if missing := models_that_refer_to_people() - RULES.keys():
        raise LookupError(f"No rule says how these are joined: {sorted(missing)}")
    kept, joined = lock_both(kept, joined)
    _refuse_unfit(kept, joined)
    log = MergeLog()
    for label in sorted(RULES):
        RULES[label](kept, joined, log=log, by=by)
    _fill(kept, joined, log)
    log.set(joined, joined_into=kept)
    first, second = sorted([kept, joined], key=lambda person: person.pk)
    return PairDecision.objects.create(
        owner=kept.owner,
        first=first,
        second=second,
        verdict=Verdict.SAME,
        reason=reason,
        journal=log.entries,
        created_by=by,
    )


def _refuse_unfit(kept: Person, joined: Person) -> None:
    if kept.pk == joined.pk:
        raise Refused(_("This is one entry only."))
    if kept.owner_id != joined.owner_id:
        raise Refused(_("The two entries belong to different organisations."))
    if kept.joined_into_id or joined.joined_into_id:
        raise Refused(_("One of the two entries has been joined with another one already."))
    first, second = sorted([kept.pk, joined.pk])
    if PairDecision.objects.filter(first=first, second=second).exists():
        raise Refused(_("They were decided to be two people. Take that decision back first."))


def _fill(kept: Person, joined: Person, log: MergeLog) -> None:
    """Take from the other entry what the kept one does not say."""
    values = {name: getattr(joined, name) for name in FILLED if not getattr(kept, name)}
    if kept.sex == Sex.NOT_STATED:
        values["sex"] = joined.sex
    if all(getattr(kept, name) is None for name in BIRTH):
        values |= {name: getattr(joined, name) for name in BIRTH}
    if not kept.also_known_as and not joined.also_known_as:
        # So that a search for the other spelling still finds the person.
        values["also_known_as"] = _other_spelling(kept, joined)
    log.set(kept, **values)


def _other_spelling(kept: Person, joined: Person) -> str:
    pairs = [(kept.name_km, joined.name_km), (kept.name_latin, joined.name_latin)]
    return next((other for name, other in pairs if name and other and name != other), "")


@action
def take_back(decision: PairDecision, *, by: User) -> None:
    """Take a decision about two entries back; the two entries are then undecided again.

    Raises Refused, with what is in the way, when something that joining changed was changed
    again since.
    """
    stored = PairDecision.objects.select_for_update().filter(pk=decision.pk).first()
    if stored is None:
        raise Refused(_("This decision has been taken back already."))
    lock_both(stored.first, stored.second)
    if changed := sorted({what for entry in stored.journal for what in _changed_since(entry)}):
        raise Refused(
            _("This cannot be taken back, because it was changed since: %(what)s.")
            % {"what": ", ".join(changed)}
        )
    for entry in reversed(stored.journal):
        _take_back(entry)
    stored.delete()


def _changed_since(entry: dict[str, Any]) -> Iterator[str]:
    """What is no longer as joining left it, in words."""
    model = apps.get_model(entry["model"])
    name = str(model._meta.verbose_name)
    record = model._default_manager.filter(pk=entry["pk"]).first()
    if "removed" in entry:
        if record is not None:
            yield name
    elif record is None:
        yield name
    else:
        for field, (_was, now) in entry["changed"].items():
            if _written(record, field) != now:
                yield f"{name}: {model._meta.get_field(field).verbose_name}"


def _take_back(entry: dict[str, Any]) -> None:
    model = apps.get_model(entry["model"])
    if "removed" in entry:
        record = model()
        _restore(record, entry["removed"])
        # Raw, so that the moment of recording is the old one.
        record.save_base(raw=True, force_insert=True)
        return
    record = model._default_manager.get(pk=entry["pk"])
    _restore(record, {name: was for name, (was, _now) in entry["changed"].items()})
    _save(record)


def _restore(record: models.Model, written: dict[str, Any]) -> None:
    for name, value in written.items():
        field = cast("models.Field[Any, Any]", record._meta.get_field(name))
        setattr(record, field.attname, None if value is None else field.to_python(value))


def _written(record: models.Model, name: str) -> Any:
    """A field's value as it stands in the log."""
    field = cast("models.Field[Any, Any]", record._meta.get_field(name))
    value = field.value_from_object(record)
    return None if value is None else field.value_to_string(record)


def _save(record: models.Model) -> None:
    """Save with what follows from the fields: the keys of a name, and the next version."""
    if isinstance(record, Person):
        set_person_keys(record)
    if hasattr(record, "version"):
        record.version += 1
    record.save()


# --- The rules of the registry's own models ---------------------------------------------------

AFFILIATION = ("organisation", "position", "since", "until")


@merges("registry.Affiliation")
def merge_affiliations(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """The affiliations of both entries are kept; those that are equal are kept once."""
    facts = [field.attname for field in Affiliation._meta.fields if field.name in AFFILIATION]
    known = set(kept.affiliations.values_list(*facts))
    for affiliation in joined.affiliations.all():
        if tuple(getattr(affiliation, fact) for fact in facts) in known:
            log.remove(affiliation)
        else:
            log.set(affiliation, person=kept)


@merges("registry.Consent")
def merge_consents(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """What was said in either entry was said by one person; the last of it holds."""
    said = set(kept.consents.values_list("purpose", "on", "is_given"))
    for consent in joined.consents.all():
        if (consent.purpose, consent.on, consent.is_given) in said:
            log.remove(consent)
        else:
            log.set(consent, person=kept)


@merges("registry.Functioning")
def merge_functioning(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """The answers of the kept entry stand; where it has none, those of the other one."""
    answers = Functioning.objects.filter(person=joined).first()
    if answers is None:
        return
    if Functioning.objects.filter(person=kept).exists():
        log.remove(answers)
    else:
        log.set(answers, person=kept)


@merges("registry.Person")
def merge_earlier_joinings(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Entries that were joined into this one before go along with it."""
    for entry in joined.joined_entries.all():
        log.set(entry, joined_into=kept)


@merges("registry.PairDecision")
def merge_decisions(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Whoever is not the other entry is not the kept one either. Earlier joinings stay as
    they are: their journals speak of the entries of that time.
    """
    decisions = PairDecision.objects.filter(verdict=Verdict.DIFFERENT)
    for decision in decisions.filter(models.Q(first=joined) | models.Q(second=joined)):
        third = decision.second if decision.first_id == joined.pk else decision.first
        first, second = sorted([kept, third], key=lambda person: person.pk)
        if PairDecision.objects.filter(first=first, second=second).exists():
            log.remove(decision)
        else:
            log.set(decision, first=first, second=second)
