"""Addresses of the registry and of the site itself."""

from django.urls import path

from core.views import documents, figures, log
from registry.views import consents, exports, organisations, pairs, people, places, projects, site

urlpatterns = [
    path("live", site.live, name="live"),
    path("ready", site.ready, name="ready"),
    path("language/", site.language, name="language"),
    path("styleguide/", site.styleguide, name="styleguide"),
    path("people/", people.person_list, name="people"),
    path("people/export.xlsx", exports.people_xlsx, name="people-export"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/new/likenesses/", people.person_likenesses, name="person-likenesses"),
    path("people/duplicates/", pairs.pair_list, name="pairs"),
    path("people/duplicates/<uuid:pk>/undo/", pairs.pair_undo, name="pair-undo"),
    path("people/<uuid:one>/or/<uuid:other>/", pairs.pair, name="pair"),
    path("people/<uuid:one>/or/<uuid:other>/different/", pairs.different, name="pair-different"),
    path("people/<uuid:one>/or/<uuid:other>/same/", pairs.same, name="pair-same"),
    path("people/<uuid:pk>/", people.person_detail, name="person"),
    path("people/<uuid:pk>/edit/", people.person_edit, name="person-edit"),
    path("people/<uuid:pk>/consents/", consents.consents, name="person-consents"),
    path("people/<uuid:pk>/difficulties/", people.functioning, name="person-functioning"),
    path("people/<uuid:pk>/affiliations/new/", people.affiliation_new, name="affiliation-new"),
    path("affiliations/<uuid:pk>/edit/", people.affiliation_edit, name="affiliation-edit"),
    path("affiliations/<uuid:pk>/remove/", people.affiliation_remove, name="affiliation-remove"),
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/new/", organisations.organisation_new, name="organisation-new"),
    path("organisations/<uuid:pk>/", organisations.organisation_detail, name="organisation"),
    path(
        "organisations/<uuid:pk>/edit/", organisations.organisation_edit, name="organisation-edit"
    ),
    path("projects/", projects.project_list, name="projects"),
    path("projects/new/", projects.project_new, name="project-new"),
    path("projects/<uuid:pk>/", projects.project_detail, name="project"),
    path("projects/<uuid:pk>/quarter/", projects.project_quarter, name="project-quarter"),
    path(
        "projects/<uuid:pk>/quarter.xlsx",
        projects.project_quarter_xlsx,
        name="project-quarter-xlsx",
    ),
    path("projects/<uuid:pk>/edit/", projects.project_edit, name="project-edit"),
    path("places/", places.place_list, name="places"),
    path("places/suggestions/", places.place_suggestions, name="place-suggestions"),
    path("places/<slug:code>/", places.place_detail, name="place"),
    path("figures/definitions/", figures.definitions, name="figure-definitions"),
    path("log/", log.access_log, name="access-log"),
    path("documents/", documents.document_new, name="document-new"),
    path("documents/<uuid:pk>/", documents.document, name="document"),
    path("documents/<uuid:pk>/again/", documents.document_again, name="document-again"),
    path("documents/<uuid:pk>/stop/", documents.document_stop, name="document-stop"),
    path("documents/<uuid:pk>/file/", documents.document_file, name="document-file"),
]
