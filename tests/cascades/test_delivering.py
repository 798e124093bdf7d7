"""Planning deliveries: on the pages, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from cascades.actions.delivering import attach_training, plan_delivery
from cascades.actions.designing import change_programme, clone_iteration, remove_tier
from cascades.figures.lineage.proposing import proposals_for
from cascades.forms.delivering import DeliveryForm
from cascades.models import Delivery, Iteration, Programme, Tier
from core.errors import Refused
from tests.cascades.factories import days_after, make_delivery
from tests.factories import make_affiliation, make_person
from tests.trainings.factories import make_training
from trainings.actions.curricula import add_curriculum, add_version
from trainings.models import AgeBandScheme, Curriculum, CurriculumVersion, Enrolment, Training


def bands():
    return AgeBandScheme.objects.get(is_default=True)


def test_a_delivery_begins_with_what_its_tier_says(tiers, coordinator):
    tier = tiers[2]
    Tier.objects.filter(pk=tier.pk).update(rule_percent=75, kind="refresher")
    tier.refresh_from_db()
    days = [date(2026, 5, 4), date(2026, 6, 1), date(2026, 7, 6)]
    delivery = plan_delivery(tier, days=days, title_en="x", age_bands=bands(), by=coordinator)
    training = delivery.training
    assert (training.starts_on, training.ends_on) == (days[0], days[-1])
    assert [session.held_on for session in training.sessions.order_by("number")] == days
    assert (training.rule_percent, training.rule_all_sessions) == (75, True)
    assert training.kind == "refresher"


def test_a_version_of_another_curriculum_is_refused(tiers, strey_khmer, coordinator):
    other = add_curriculum(owner=strey_khmer, name_en="Other", by=coordinator)
    version = add_version(curriculum=other, label="1", by=coordinator)
    with pytest.raises(Refused, match="another curriculum"):
        plan_delivery(
            tiers[1],
            days=[days_after(0)],
            title_en="x",
            age_bands=bands(),
            curriculum_version=version,
            by=coordinator,
        )
    assert not Delivery.objects.exists()


def test_a_training_belongs_to_one_tier(tiers, strey_khmer, coordinator):
    training = make_training(owner=strey_khmer, by=coordinator)
    attach_training(tiers[1], training=training, by=coordinator)
    with pytest.raises(Refused, match="already"):
        attach_training(tiers[2], training=training, by=coordinator)


def test_a_training_of_another_organisation_cannot_be_attached(tiers, kcda, coordinator):
    with pytest.raises(Refused, match="another organisation"):
        attach_training(
            tiers[1], training=make_training(owner=kcda, by=coordinator), by=coordinator
        )


def test_the_next_iteration_takes_the_design_and_moves_its_deadlines(iteration, tiers, coordinator):
    Tier.objects.filter(pk=tiers[1].pk).update(planned_people=30, deadline=date(2026, 3, 1))
    make_delivery(tiers[1], learners=1, by=coordinator)
    new = clone_iteration(iteration, name_en="Next", starts_on=date(2027, 1, 5), by=coordinator)
    first = new.tiers.get(number=1)
    assert (first.planned_people, first.deadline) == (30, date(2027, 3, 1))
    assert [tier.name_en for tier in new.tiers.all()] == ["Tier 1", "Tier 2", "Tier 3"]
    assert new.number == iteration.number + 1
    assert new.cloned_from == iteration
    assert not Delivery.objects.filter(tier__iteration=new).exists()


def test_a_tier_with_deliveries_stays_and_numbers_close_up(tiers, iteration, coordinator):
    make_delivery(tiers[2], by=coordinator, held=False)
    with pytest.raises(Refused, match="deliveries"):
        remove_tier(tiers[2], by=coordinator)
    remove_tier(tiers[1], by=coordinator)
    assert [(t.number, t.name_en) for t in iteration.tiers.all()] == [(1, "Tier 2"), (2, "Tier 3")]


def test_a_programme_with_deliveries_keeps_its_curriculum(
    programme, tiers, strey_khmer, coordinator
):
    make_delivery(tiers[1], by=coordinator, held=False)
    other = add_curriculum(owner=strey_khmer, name_en="Other", by=coordinator)
    with pytest.raises(Refused, match="keeps"):
        change_programme(programme, version=1, curriculum=other, by=coordinator)


def test_of_the_people_of_the_province_who_trained_least_is_proposed_first(
    tiers, strey_khmer, coordinator, places
):
    here = {"owner": strey_khmer, "place": places["02030801"]}
    busy, fresh = make_person(**here), make_person(**here)
    make_delivery(tiers[1], learners=[busy, fresh], by=coordinator)
    for day in (20, 40):
        make_delivery(tiers[2], on=days_after(day), lead=busy, held=False, by=coordinator)
    coming = make_delivery(
        tiers[2], on=days_after(60), place=places["02090107"], held=False, by=coordinator
    )
    assert [each.person for each in proposals_for(coming)] == [fresh, busy]


def test_a_cancelled_delivery_is_not_counted_as_trained(tiers, strey_khmer, coordinator):
    trainer = make_person(owner=strey_khmer)
    make_delivery(tiers[1], learners=[trainer], by=coordinator)
    _trained, cancelled = (
        make_delivery(tiers[2], on=days_after(day), lead=trainer, held=False, by=coordinator)
        for day in (20, 40)
    )
    Training.objects.filter(pk=cancelled.training_id).update(status=Training.Status.CANCELLED)
    coming = make_delivery(tiers[2], on=days_after(60), held=False, by=coordinator)
    [proposal] = proposals_for(coming)
    assert (proposal.person, proposal.deliveries) == (trainer, 1)


# --- On the pages -----------------------------------------------------------------------------


def form_of(**more):
    days = {"days": "05/05/2026\n01/06/2026", "hours_a_day": "6", "title_en": "Provincial"}
    return days | {"place": "020308", "age_bands": bands().pk} | more


def test_a_delivery_is_planned_and_its_trainers_are_proposed(
    as_user, field_staff, tiers, people, places, coordinator, kcda
):
    master = people[1]
    make_affiliation(person=master, organisation=kcda, by=coordinator)
    make_delivery(tiers[1], lead=people[0], learners=[master], by=coordinator)
    browser = as_user(field_staff)
    answer = browser.post(reverse("cascades:delivery-new", args=[tiers[2].pk]), form_of())
    delivery = Delivery.objects.get(tier=tiers[2])
    where = reverse("cascades:delivery-trainers", args=[delivery.pk])
    assert answer["Location"] == where
    page = browser.get(where).content.decode()
    assert master.name in page
    assert people[0].name in page  # Who trained the master.
    assert people[2].name not in page
    browser.post(where, {"person": master.pk, "role": "lead trainer"})
    [enrolment] = delivery.training.enrolments.all()
    assert (enrolment.person, enrolment.on_behalf_of) == (master, kcda)


def test_an_unqualified_trainer_is_warned_about_and_kept(
    as_user, field_staff, tiers, people, coordinator
):
    delivery = make_delivery(tiers[2], by=coordinator, held=False)
    browser = as_user(field_staff)
    where = reverse("cascades:delivery-trainers", args=[delivery.pk])
    assert people[0].name in browser.get(where, {"q": people[0].name}).content.decode()
    answer = browser.post(where, {"person": people[0].pk, "role": "co-trainer"}, follow=True)
    assert "did not complete" in answer.content.decode()
    assert delivery.training.enrolments.get().role == Enrolment.Role.CO_TRAINER


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("days", "31/02/2026", "is not a date"),
        ("days", "", "required"),
        ("days", "05/05/2026\n05/05/2026", "twice"),
        ("days", "\n".join(f"{n % 28 + 1}/{n // 28 + 1}/2026" for n in range(40)), "1 to 31"),
        ("days", "05/05/2026\n05/06/2029", "two years"),
        ("place", "Nowhere at all", "No place of this name"),
        ("title_en", "", "Give a title"),
        ("hours_a_day", "25", "24 or less"),
        ("expected_people", "1e9", "not a number"),
    ],
)
def test_what_is_typed_wrongly_is_said_at_its_field(
    as_user, field_staff, tiers, places, field, value, message
):
    address = reverse("cascades:delivery-new", args=[tiers[1].pk])
    page = as_user(field_staff).post(address, form_of(**{field: value})).content.decode()
    assert message in page
    assert not Delivery.objects.exists()


def test_somebody_elses_person_cannot_train(as_user, field_staff, tiers, kcda, coordinator):
    delivery = make_delivery(tiers[1], by=coordinator, held=False)
    where = reverse("cascades:delivery-trainers", args=[delivery.pk])
    stranger = make_person(owner=kcda, by=coordinator)
    browser = as_user(field_staff)
    assert browser.post(where, {"person": stranger.pk, "role": "lead trainer"}).status_code == 404
    assert browser.post(where, {"person": "nonsense", "role": "x"}).status_code == 404
    assert not delivery.training.enrolments.exists()


def test_an_iteration_is_cloned_on_its_page(as_user, coordinator, iteration):
    address = reverse("cascades:iteration-clone", args=[iteration.pk])
    form = {"name_en": "Second", "starts_on": "05/01/2027"}
    as_user(coordinator).post(address, form)
    assert Iteration.objects.get(name_en="Second").tiers.count() == 3


def test_a_new_programme_may_name_a_new_curriculum(as_user, coordinator, strey_khmer):
    form = {
        "owner": strey_khmer.pk,
        "name_en": "Champions",
        "new_curriculum": "Local leadership",
        "activation_days": 180,
        "active_days": 365,
        "unit_level": 3,
        "least_people": 1,
    }
    browser = as_user(coordinator)
    browser.post(reverse("cascades:new"), form)
    programme = Programme.objects.get()
    assert programme.curriculum.name_en == "Local leadership"
    page = browser.post(reverse("cascades:new"), form | {"new_curriculum": ""}).content.decode()
    assert "Choose a curriculum" in page


@pytest.mark.parametrize(
    ("name", "field"), [("Café for leaders", "name_en"), ("ភាពជាអ្នកដឹកនាំ", "name_km")]
)
def test_a_new_curriculum_is_named_in_the_language_it_is_written_in(
    as_user, coordinator, strey_khmer, name, field
):
    form = {
        "owner": strey_khmer.pk,
        "name_en": "Champions",
        "new_curriculum": name,
        "activation_days": 180,
        "active_days": 365,
        "unit_level": 3,
        "least_people": 1,
    }
    as_user(coordinator).post(reverse("cascades:new"), form)
    assert getattr(Programme.objects.get().curriculum, field) == name


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_many_questions_for_three_as_for_one(
    as_user, coordinator, tiers, people, count, django_assert_max_num_queries
):
    for number in range(count):
        make_delivery(
            tiers[1], on=days_after(number), lead=people[0], learners=people[1:3], by=coordinator
        )
    browser = as_user(coordinator)
    programme = tiers[1].iteration.programme_id
    with django_assert_max_num_queries(20):
        browser.get(reverse("cascades:deliveries", args=[programme]))
    with django_assert_max_num_queries(40):
        browser.get(reverse("cascades:quality", args=[programme]))


def test_a_published_figure_is_written_down_once(as_user, coordinator, iteration):
    address = reverse("cascades:published-add", args=[iteration.pk])
    form = {"measure": "participants", "value": "២០៤", "source": "Two decks"}
    browser = as_user(coordinator)
    browser.post(address, form)
    assert iteration.published.get().value == 204
    assert "recorded already" in browser.post(address, form).content.decode()
    assert "not a number" in browser.post(address, form | {"value": "1e3"}).content.decode()
    browser.post(address, form | {"value": "205"})
    assert iteration.published.count() == 2


def test_a_new_delivery_proposes_what_was_taught_last_in_its_tier(programme, tiers, coordinator):
    """Each tier may have an edition of its own; the newest of all is not the one for every tier."""
    masters, councils = (
        add_version(curriculum=programme.curriculum, label=label, by=coordinator)
        for label in ("a", "b")
    )

    def proposed(number: int) -> CurriculumVersion | None:
        return DeliveryForm(tier=tiers[number]).fields["curriculum_version"].initial

    assert proposed(1) == proposed(2) == councils  # Nothing was taught yet: the last by its label.
    make_delivery(tiers[1], curriculum_version=masters, held=False, by=coordinator)
    assert (proposed(1), proposed(2)) == (masters, councils)


def test_the_title_of_a_delivery_has_no_colon_before_it(tiers):
    tier = Tier.objects.get(pk=tiers[1].pk)
    tier.name_km, tier.name_en = "ថ្នាក់", "Councils"
    tier.iteration.name_km, tier.iteration.name_en = "", "Second run"
    titles = DeliveryForm(tier=tier).fields
    assert titles["title_km"].initial == "ថ្នាក់"
    assert titles["title_en"].initial == "Second run: Councils"


def test_a_curriculum_is_not_left_behind_by_a_programme_that_was_refused(
    as_user, coordinator, strey_khmer
):
    form = {
        "owner": strey_khmer.pk,
        "new_curriculum": "Local leadership",
        "activation_days": 180,
        "active_days": 365,
        "unit_level": 3,
        "least_people": 1,
    }
    answer = as_user(coordinator).post(reverse("cascades:new"), form)
    assert answer.status_code == 200
    assert not Programme.objects.exists()
    assert not Curriculum.objects.exists()
