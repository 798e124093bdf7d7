"""Two annual meetings of self-help groups, Battambang, late January 2015.

Source: CWS, 3 March 2015. It states fourteen groups at two meetings in two villages, and names
the commune of one group. The day, the number of members, and which group came to which meeting
are not stated: the groups' names and their distribution are demonstration data.
"""

from __future__ import annotations

from datetime import date

from demo.organisations import Cast, make
from khmer.digits import to_khmer_digits
from registry.models import Organisation, Place, Project, User
from trainings.actions.closing import close_training
from trainings.actions.enrolling import enrol_organisation
from trainings.actions.planning import add_part, plan_training
from trainings.models import AgeBandScheme, Part, Topic, Training

SOURCE = "CWS: In Cambodia, Self-Help Groups Build a Foundation for Solidarity (3 March 2015)"
TOPICS = ["Saving and lending", "Bookkeeping", "Water, sanitation and hygiene", "Domestic violence"]


def tell(*, cast: Cast, project: Project, staff: User, by: User) -> list[Organisation]:
    """Record both meetings, with the groups that took part; returns the fourteen groups.

    The field staff entered the groups, and keep their books later on.
    """
    ou_tatiek = Place.objects.get(code="02090107")
    kampong_lpov = Place.objects.filter(
        commune="020902", level=Place.Level.VILLAGE, name_latin="Kampong Lpov"
    ).first() or Place.objects.get(code="020902")
    groups = _make_groups(ou_tatiek, kampong_lpov, staff)
    _meeting(cast, project, "អូរតាទៀក", "Ou Ta Teak", ou_tatiek, groups[:7], by)
    _meeting(cast, project, "កំពង់ល្ពៅ", "Kampong Lpov", kampong_lpov, groups[7:], by)
    return groups


def _make_groups(first: Place, second: Place, staff: User) -> list[Organisation]:
    """Fourteen groups. Only the one of Ta Taok commune is singled out by the source."""
    ta_taok = make(
        "ក្រុមជួយខ្លួនឯង ឃុំតាតោក",
        "Self-help group of Ta Taok",
        Organisation.Kind.GROUP,
        place=Place.objects.get(code="020901"),
        is_demo=True,
        created_by=staff,
    )
    others = [
        make(
            f"ក្រុមជួយខ្លួនឯង ទី{to_khmer_digits(str(number))}",
            f"Self-help group {number}",
            Organisation.Kind.GROUP,
            place=first if number < 8 else second,
            is_demo=True,
            created_by=staff,
        )
        for number in range(2, 15)
    ]
    return [ta_taok, *others]


def _meeting(
    cast: Cast,
    project: Project,
    village_km: str,
    village_en: str,
    place: Place,
    groups: list[Organisation],
    by: User,
) -> Training:
    training = plan_training(
        owner=cast.kcda,
        kind=Training.Kind.MEETING,
        title_km=f"ការប្រជុំប្រចាំឆ្នាំរបស់ក្រុមជួយខ្លួនឯង ភូមិ{village_km}",
        title_en=f"Annual meeting of self-help groups, {village_en}",
        starts_on=date(2015, 1, 21),
        ends_on=date(2015, 1, 31),
        place=place,
        age_bands=AgeBandScheme.objects.get(is_default=True),
        projects=[project],
        topics=Topic.objects.filter(name_en__in=TOPICS),
        description_en=(
            "The groups told each other how they save, lend, keep their books and solve "
            "problems. The source says late January without a day. Which of the fourteen groups "
            "came to which of the two meetings is not stated and is made up here."
        ),
        description_km=(
            "ក្រុមនានាបានចែករំលែកបទពិសោធន៍អំពីការសន្សំ ការឱ្យខ្ចី ការកត់ត្រាបញ្ជី និងការដោះស្រាយបញ្ហា។ "
            "ប្រភពបញ្ជាក់ថាចុងខែមករា ដោយមិនបញ្ជាក់ថ្ងៃ។ ការបែងចែកក្រុមទៅតាមការប្រជុំគឺជាទិន្នន័យសាកល្បង។"
        ),
        source=SOURCE,
        is_demo=True,
        by=by,
    )
    add_part(training, organisation=cast.cws, kind=Part.Kind.FUNDER, by=by)
    for group in groups:
        enrol_organisation(training, organisation=group, member_count=None, by=by)
    return close_training(training, accept_findings=True, by=by)
