"""Addresses of cascades. Names follow the pages: cascades:coverage is coverage.html."""

from django.urls import path

from cascades.views import (
    behind,
    certifying,
    coverage,
    curricula,
    delivering,
    designing,
    edges,
    figures,
    glance,
    importing,
    lineage,
    observing,
    trainers,
    what_if,
)

app_name = "cascades"
urlpatterns = [
    path("", designing.programme_list, name="list"),
    path("new/", designing.programme_new, name="new"),
    path("<uuid:pk>/", glance.programme, name="programme"),
    path("<uuid:pk>/papers/", glance.papers, name="papers"),
    # The design
    path("<uuid:pk>/design/", designing.programme_design, name="design"),
    path("<uuid:pk>/edit/", designing.programme_edit, name="edit"),
    path("<uuid:pk>/iterations/new/", designing.iteration_new, name="iteration-new"),
    path("iterations/<uuid:pk>/", designing.iteration_detail, name="iteration"),
    path("iterations/<uuid:pk>/edit/", designing.iteration_edit, name="iteration-edit"),
    path("iterations/<uuid:pk>/clone/", designing.iteration_clone, name="iteration-clone"),
    path("iterations/<uuid:pk>/tiers/new/", designing.tier_new, name="tier-new"),
    path("tiers/<uuid:pk>/edit/", designing.tier_edit, name="tier-edit"),
    path("tiers/<uuid:pk>/remove/", designing.tier_remove, name="tier-remove"),
    path("iterations/<uuid:pk>/published/new/", designing.published_add, name="published-add"),
    path("published/<uuid:pk>/remove/", designing.published_remove, name="published-remove"),
    path("iterations/<uuid:pk>/import/", importing.past_import, name="import"),
    path("import-template/", importing.import_template, name="import-template"),
    # Deliveries
    path("<uuid:pk>/deliveries/", delivering.deliveries, name="deliveries"),
    path("tiers/<uuid:pk>/deliveries/new/", delivering.delivery_new, name="delivery-new"),
    path("tiers/<uuid:pk>/deliveries/attach/", delivering.delivery_attach, name="delivery-attach"),
    path("deliveries/<uuid:pk>/", delivering.delivery, name="delivery"),
    path("deliveries/<uuid:pk>/detach/", delivering.delivery_detach, name="delivery-detach"),
    path("deliveries/<uuid:pk>/trainers/", delivering.delivery_trainers, name="delivery-trainers"),
    path("sessions/<uuid:pk>/trainers/", delivering.session_turns, name="session-turns"),
    path("deliveries/<uuid:pk>/links/new/", delivering.link_new, name="link-new"),
    path("links/<uuid:pk>/remove/", delivering.link_remove, name="link-remove"),
    path("<uuid:pk>/quality/", delivering.quality, name="quality"),
    path("<uuid:pk>/quality/<slug:code>/", delivering.quality_cases, name="quality-cases"),
    path("<uuid:pk>/lineage/", lineage.lineage, name="lineage"),
    path("<uuid:pk>/edges.csv", edges.edges_csv, name="edges-csv"),
    # Coverage
    path("<uuid:pk>/coverage/", coverage.coverage, name="coverage"),
    path("<uuid:pk>/coverage/places/", coverage.coverage_places, name="coverage-places"),
    path("<uuid:pk>/coverage/people/", coverage.coverage_people, name="coverage-people"),
    path("<uuid:pk>/coverage.xlsx", coverage.coverage_xlsx, name="coverage-xlsx"),
    path("<uuid:pk>/coverage.csv", coverage.coverage_csv, name="coverage-csv"),
    path("<uuid:pk>/gaps/", coverage.gaps, name="gaps"),
    path("<uuid:pk>/gaps.xlsx", coverage.gaps_xlsx, name="gaps-xlsx"),
    path("<uuid:pk>/next-places/", coverage.next_places, name="next-places"),
    path("<uuid:pk>/what-if/", what_if.what_if, name="what-if"),
    # Figures
    path("<uuid:pk>/figures/", figures.figures, name="figures"),
    path("<uuid:pk>/figures/spreadsheet/", figures.figures_xlsx, name="figures-xlsx"),
    path("<uuid:pk>/figures/<slug:name>/", figures.figure, name="figure"),
    path("<uuid:pk>/figures/<slug:name>/list/", behind.figure_list_xlsx, name="figure-list-xlsx"),
    path("<uuid:pk>/people/<slug:name>/", behind.people_behind, name="people-behind"),
    path(
        "<uuid:pk>/people/<slug:name>/list/", behind.people_behind_xlsx, name="people-behind-xlsx"
    ),
    # Curricula
    path("curricula/", curricula.curricula, name="curricula"),
    path("curricula/new/", curricula.curriculum_new, name="curriculum-new"),
    path("curricula/<uuid:pk>/", curricula.curriculum, name="curriculum"),
    path("curricula/<uuid:pk>/edit/", curricula.curriculum_edit, name="curriculum-edit"),
    path("curricula/<uuid:pk>/versions/new/", curricula.version_new, name="version-new"),
    path("versions/<uuid:pk>/edit/", curricula.version_edit, name="version-edit"),
    # Who may train, and who does
    path("<uuid:pk>/trainers/", trainers.trainer_list, name="trainers"),
    path("<uuid:pk>/trainers/due/", trainers.trainers_due, name="trainers-due"),
    path("<uuid:pk>/trainers/together/", behind.trainers_together, name="trainers-together"),
    path(
        "<uuid:pk>/trainers/together/list/",
        behind.trainers_together_xlsx,
        name="trainers-together-xlsx",
    ),
    path("<uuid:pk>/trainers/<uuid:person>/", trainers.trainer_detail, name="trainer"),
    path("<uuid:pk>/trainers/<uuid:person>/decide/", certifying.decision_new, name="decision-new"),
    path("decisions/<uuid:pk>/remove/", certifying.decision_remove, name="decision-remove"),
    path("<uuid:pk>/certification/", certifying.certification_rules, name="certification-rules"),
    path("<uuid:pk>/certification/rules/new/", certifying.rule_new, name="rule-new"),
    path("certification/rules/<uuid:pk>/edit/", certifying.rule_edit, name="rule-edit"),
    path("certification/rules/<uuid:pk>/remove/", certifying.rule_remove, name="rule-remove"),
    path("<uuid:pk>/certification/checklists/new/", certifying.checklist_new, name="checklist-new"),
    path("checklists/<uuid:pk>/remove/", certifying.checklist_remove, name="checklist-remove"),
    path("deliveries/<uuid:pk>/observations/", observing.observations, name="observations"),
    path("deliveries/<uuid:pk>/teach-backs/new/", observing.teach_back_new, name="teach-back-new"),
    path("teach-backs/<uuid:pk>/remove/", observing.teach_back_remove, name="teach-back-remove"),
    path(
        "deliveries/<uuid:pk>/observations/new/", observing.observation_new, name="observation-new"
    ),
    path("observations/<uuid:pk>/edit/", observing.observation_edit, name="observation-edit"),
    path("observations/<uuid:pk>/remove/", observing.observation_remove, name="observation-remove"),
]
