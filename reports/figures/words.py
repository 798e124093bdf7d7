"""A definition and what is said beside a value, in words: the same on pages and in files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cascades.models import Programme
from core.figures.definitions import Unit
from core.figures.outcomes import Number
from paper.templatetags.paper import digits
from registry.models import Organisation, Place, Position
from registry.models.people import Sex
from reports.figures.counted_trainings import NOT_STATED, OUTSIDE, SENSITIVE
from reports.figures.results import Cell, Remark, Result
from reports.figures.vocabulary import figure_named
from reports.models import Within
from reports.models.definitions import (
    MONEY,
    OF_TRAININGS,
    WITH_UNNAMED,
    Completion,
    Counting,
    Counts,
    Definition,
    Dimension,
    Form,
    Kind,
    Selection,
    Window,
)
from savings_groups.models import Group
from trainings.models import Curriculum, Enrolment, IndirectCount, Topic, Training

Line = tuple[str, str]


# --- A definition ---------------------------------------------------------------------------


def definition_in_words(definition: Definition) -> list[Line]:
    """What it says, a line for each thing, in the order of the form."""
    lines = [(_("What is counted"), counts_in_words(definition.part))]
    if definition.whole:
        lines.append((_("Of how many"), counts_in_words(definition.whole)))
    lines += _conditions(definition.part)
    lines += [
        (_("Value"), str(definition.form.label)),
        (_("Days"), str(definition.kind.label)),
        (_("Direction"), str(definition.direction.label)),
    ]
    if definition.dimensions:
        by = ", ".join(str(each.label) for each in definition.dimensions)
        lines.append((_("Broken down by"), by))
    if definition.bands:
        lines.append((_("Age bands"), ", ".join(band_label(*band) for band in definition.bands)))
    if definition.rate:
        lines.append((_("Riel for a dollar"), digits(str(definition.rate))))
    lines.append((_("Shown outside from"), digits(str(definition.threshold))))
    if definition.source:
        lines.append((_("Source"), definition.source))
    return lines


def counts_in_words(counting: Counting) -> str:
    """What is counted; of a figure of another app, its own name."""
    if counting.counts != Counts.FIGURE:
        return str(counting.counts.label)
    named = figure_named(counting.app, counting.figure)
    return str(named.label) if named else _("A figure that is not there any more")


def _conditions(counting: Counting) -> list[Line]:
    found: list[Line] = []
    if counting.least_hours:
        words = _("%(hours)s of one training") % {"hours": digits(f"{counting.least_hours:f}")}
        found.append((_("Least hours"), words))
    if counting.more_than_one_day:
        found.append((_("Length"), _("More than one day")))
    if counting.completion == Completion.PERCENT:
        percent = digits(f"{counting.completion_percent}")
        words = _("Attended %(percent)s percent of the hours") % {"percent": percent}
        found.append((_("Completion"), words))
    elif counting.completion:
        found.append((_("Completion"), str(counting.completion.label)))
    if counting.counts == Counts.PERSON_DAYS:
        found.append((_("A day"), str(counting.day_rule.label)))
    if counting.counts == Counts.PEOPLE and counting.window != Window.PERIOD:
        found.append((_("A person counts"), str(counting.window.label)))
    return found + _selected(counting)


def _selected(counting: Counting) -> list[Line]:
    chosen = counting.selection
    found: list[Line] = []
    if counting.counts in OF_TRAININGS:
        kinds = [str(Training.Kind(each).label) for each in chosen.kinds]
        found.append((_("Kinds of event"), ", ".join(kinds) or _("Every kind")))
        roles = [str(Enrolment.Role(each).label) for each in chosen.roles]
        found.append((_("Role"), ", ".join(roles)))
    found += [
        (label, names_of(model, getattr(chosen, name)))
        for label, name, model in _linked()
        if getattr(chosen, name)
    ]
    if chosen.other_positions:
        found.append((_("Positions"), _("Any but these")))
    if chosen.sexes:
        found.append((_("Sex"), ", ".join(str(Sex(each).label) for each in chosen.sexes)))
    if chosen.from_age is not None or chosen.to_age is not None:
        found.append((_("Age"), _ages(chosen)))
    if chosen.tier is not None:
        found.append((_("Tier"), digits(str(chosen.tier))))
    return found


def _ages(chosen: Selection) -> str:
    low = 0 if chosen.from_age is None else chosen.from_age
    return band_label(low, chosen.to_age)


def _linked() -> list[tuple[str, str, type[Model]]]:
    return [
        (_("Topics"), "topics", Topic),
        (_("Curricula"), "curricula", Curriculum),
        (_("Held in"), "held_in", Place),
        (_("Programme"), "programme", Programme),
        (_("Positions"), "positions", Position),
        (_("Organisations, and those below them"), "organisations", Organisation),
        (_("Living in"), "lives_in", Place),
        (_("Savings groups"), "groups", Group),
    ]


def names_of(model: type[Model], keys: Any) -> str:
    """The names of records; of those that are gone, how many."""
    wanted = [keys] if isinstance(keys, str) else list(keys)
    there = model._default_manager.in_bulk(wanted)
    words = ", ".join(str(each) for each in there.values())
    gone = len(wanted) - len(there)
    if not gone:
        return words
    missing = ngettext(
        "%(number)s that is not there any more",
        "%(number)s that are not there any more",
        gone,
    ) % {"number": digits(str(gone))}
    return ", ".join(filter(None, [words, missing]))


def names_of_parts(parts: Collection[Within]) -> dict[Within, str]:
    """Places with those above them, and tiers by their number; what is none is left out."""
    places = Place.objects.with_chain().in_bulk({each.place for each in parts if each.place})
    found = {}
    for each in parts:
        if each.tier is not None:
            found[each] = _("Tier %(number)s") % {"number": digits(str(each.tier))}
        elif each.place in places:
            found[each] = places[each.place].chain
    return found


def band_label(low: int, high: int | None) -> str:
    """As in "18–24" or "50+"."""
    return digits(f"{low}+" if high is None else f"{low}–{high}")


# --- A value --------------------------------------------------------------------------------


def value_in_words(result: Result, definition: Definition) -> str:
    """A value as it is shown; an empty text where there is none."""
    return number_in_words(result.value, definition)


def number_in_words(number: Number | None, definition: Definition) -> str:
    """A number of an indicator, with its sign where it has one."""
    if number is None:
        return ""
    plain = f"{number:,}" if isinstance(number, int) else f"{number:,f}"
    is_percent = definition.form == Form.PERCENT or unit_is_percent(definition.part)
    return digits(f"{plain}%" if is_percent else plain)


def unit_is_percent(counting: Counting) -> bool:
    """Whether a figure of another app is a percentage itself."""
    named = figure_named(counting.app, counting.figure) if counting.app else None
    return bool(named and named.unit == "percent")


def unit_in_words(definition: Definition) -> str:
    """In what a value is counted."""
    counts = definition.part.counts
    if definition.form == Form.PERCENT or unit_is_percent(definition.part):
        return _("percent")
    if counts in MONEY:
        return _("US dollars") if definition.rate else _("riel")
    words = {
        Counts.PEOPLE: _("people"),
        Counts.PARTICIPATIONS: _("participations"),
        Counts.REACHED: _("people, with double counting"),
        Counts.INDIRECT: _("people reached indirectly"),
        Counts.PERSON_DAYS: _("person-days"),
        Counts.PERSON_HOURS: _("person-hours"),
        Counts.MEMBERS: _("members"),
        Counts.GROUPS: _("groups"),
        Counts.ORGANISATIONS: _("organisations"),
        Counts.TRAININGS: _("trainings"),
        Counts.TRAININGS_ENDED: _("trainings"),
        Counts.CHANGES: _("changes"),
        Counts.CHANGES_VERIFIED: _("changes"),
    }
    named = figure_named(definition.part.app, definition.part.figure)
    if named and named.unit in (Unit.PEOPLE, Unit.DAYS, Unit.HOURS):
        return str(named.unit.label)
    return words.get(counts, "")


def remarks_in_words(result: Result, definition: Definition) -> list[str]:
    """What else one must know of a value, a sentence for each."""
    found = [_remark(remark, number) for remark, number in result.remarks.items()]
    if result.unnamed:
        words = _(
            "%(number)s more people were only counted. They are added to nothing: different "
            "people are at least %(least)s and at most %(most)s."
        )
        if definition.part.counts != Counts.PEOPLE or definition.form != Form.NUMBER:
            words = _("%(number)s more people were only counted. They are added to nothing.")
        found.append(
            words
            % {
                "number": digits(f"{result.unnamed:,}"),
                "least": digits(f"{result.at_least:,}"),
                "most": digits(f"{result.at_most:,}"),
            }
        )
    return [*found, *filter(None, [result.words])]


def _remark(remark: Remark, number: int) -> str:
    words: Mapping[Remark, str] = {
        Remark.NO_RECORD: _("No record matches this definition: no value, not 0."),
        Remark.NOTHING_TO_DIVIDE_BY: _("There is nothing to divide by: no value, not 0."),
        Remark.UNKNOWN_HOURS: ngettext(
            "Of %(number)s day of somebody the hours are not known.",
            "Of %(number)s days of people the hours are not known.",
            number,
        ),
        Remark.UNMARKED: ngettext(
            "%(number)s counts because they are on the list of a training without attendance.",
            "%(number)s count because they are on the list of a training without attendance.",
            number,
        ),
        Remark.WITHOUT_DAYS: ngettext(
            "%(number)s is on the list of a training without attendance: no day is recorded.",
            "%(number)s are on the lists of trainings without attendance: no day is recorded.",
            number,
        ),
        Remark.STILL_OPEN: ngettext(
            "%(number)s completed a training that is not closed yet.",
            "%(number)s completed trainings that are not closed yet.",
            number,
        ),
        Remark.OTHER_CURRENCY: ngettext(
            "%(number)s group that counts in US dollars is left out.",
            "%(number)s groups that count in US dollars are left out.",
            number,
        ),
        Remark.NOT_ESTIMATED: ngettext(
            "Of %(number)s training nobody has entered how many people it reached indirectly.",
            "Of %(number)s trainings nobody has entered how many people they reached indirectly.",
            number,
        ),
        Remark.NOT_BEGUN: _("This period has not begun yet."),
        Remark.NOT_OF_PROJECT: _("The project did not go on in these days."),
        Remark.GONE: _("This figure is not there any more."),
    }
    return words[remark] % {"number": digits(f"{number:,}")}


def why_it_does_not_add_up(definition: Definition) -> str:
    """What a page says where somebody could add up values that may not be added."""
    counts = definition.part.counts
    if definition.form != Form.NUMBER:
        return _("Percentages are never added or averaged: their two parts are counted anew.")
    if counts == Counts.PEOPLE and definition.part.window in (Window.YEAR, Window.LIFE):
        return ""
    if counts in WITH_UNNAMED:
        return _(
            "Whoever was reached by two trainings is in it twice. People reached indirectly are "
            "numbers entered with each training, with how they were found; they belong to the day "
            "of its last session."
        )
    if counts in (Counts.PEOPLE, Counts.ORGANISATIONS, Counts.PARTICIPATIONS):
        return _("Periods do not add up: whoever came in two of them is in both.")
    if definition.kind != Kind.PERIOD:
        return _("These values stand on a day each and are not added up.")
    return ""


# --- Cells ------------------------------------------------------------------------------------


def cells_in_words(dimensions: Sequence[Dimension], cells: Collection[Cell]) -> dict[Cell, Cell]:
    """Cells by their keys, each with the words of its values."""
    words = [
        _words_of(each, {cell[place] for cell in cells}) for place, each in enumerate(dimensions)
    ]
    return {
        cell: tuple(words[place].get(value, value) for place, value in enumerate(cell))
        for cell in cells
    }


def _words_of(dimension: Dimension, values: set[str]) -> dict[str, str]:
    special = {
        NOT_STATED: _("Not stated"),
        OUTSIDE: _("Outside these bands"),
        SENSITIVE: _("Kept on the pages of the training"),
    }
    plain = values - special.keys()
    return special | _plain_words(dimension, plain)


def _plain_words(dimension: Dimension, values: set[str]) -> dict[str, str]:
    match dimension:
        case Dimension.SEX:
            return {each: str(Sex(each).label) for each in values}
        case Dimension.KIND:
            return {each: str(Training.Kind(each).label) for each in values}
        case Dimension.AGE:
            return {each: _band_of(each) for each in values}
        case Dimension.NEW:
            return {"new": _("New"), "continuing": _("Continuing")}
        case Dimension.PERSON_KIND:
            return {each: str(Position.Kind(each).label) for each in values}
        case Dimension.REACH:
            return {
                "by name": _("Directly, by name"),
                "only counted": _("Directly, only counted"),
                "indirect": _("Indirectly"),
            }
        case Dimension.METHOD:
            return {each: str(IndirectCount.Method(each).label) for each in values}
        case Dimension.DISABILITY:
            return {"yes": _("With a disability"), "no": _("Without"), "refused": _("Refused")}
        case Dimension.TOPIC:
            topics = Topic.objects.in_bulk({int(pk) for each in values for pk in each.split()})
            return {
                each: " + ".join(str(topics[int(pk)]) for pk in each.split()) for each in values
            }
        case Dimension.POSITION:
            return {str(pk): str(each) for pk, each in Position.objects.in_bulk(values).items()}
        case Dimension.ORGANISATION:
            found: Any = Organisation.objects.in_bulk(values)
            return {str(pk): str(each) for pk, each in found.items()}
        case Dimension.GROUP:
            groups = Group.objects.with_names().in_bulk(values)
            return {str(pk): each.name for pk, each in groups.items()}
    places = Place.objects.with_chain().in_bulk(values)
    return {code: place.chain for code, place in places.items()}


def _band_of(key: str) -> str:
    low, _dash, high = key.partition("-")
    return band_label(int(low), int(high) if high else None)
