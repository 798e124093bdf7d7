"""Addresses of trainings. Names follow the pages: trainings:attendance is attendance.html."""

from django.urls import path

from trainings.views import attendance, figures, outcomes, people, planning

app_name = "trainings"
urlpatterns = [
    path("", planning.training_list, name="list"),
    path("new/", planning.training_new, name="new"),
    path("<uuid:pk>/", planning.training_detail, name="detail"),
    path("<uuid:pk>/edit/", planning.training_edit, name="edit"),
    path("<uuid:pk>/cancel/", planning.training_cancel, name="cancel"),
    path(
        "<uuid:pk>/cancel/take-back/", planning.training_cancel_take_back, name="cancel-take-back"
    ),
    path("<uuid:pk>/parts/", planning.parts, name="parts"),
    path("parts/<uuid:pk>/remove/", planning.part_remove, name="part-remove"),
    path("<uuid:pk>/sessions/new/", planning.session_new, name="session-new"),
    path("sessions/<uuid:pk>/edit/", planning.session_edit, name="session-edit"),
    path("sessions/<uuid:pk>/remove/", planning.session_remove, name="session-remove"),
    path("<uuid:pk>/people/", people.people, name="people"),
    path("<uuid:pk>/people/behind/", people.people_behind, name="people-behind"),
    path("<uuid:pk>/people/entry/", people.sheet_entry, name="sheet-entry"),
    path("<uuid:pk>/people/add/", people.person_add, name="person-add"),
    path("enrolments/<uuid:pk>/edit/", people.enrolment_edit, name="enrolment-edit"),
    path("enrolments/<uuid:pk>/remove/", people.enrolment_remove, name="enrolment-remove"),
    path("<uuid:pk>/organisations/add/", people.organisation_add, name="organisation-add"),
    path("<uuid:pk>/head-counts/", people.head_counts, name="head-counts"),
    path("<uuid:pk>/indirect/", people.indirect_counts, name="indirect-counts"),
    path("sessions/<uuid:pk>/attendance/", attendance.attendance, name="attendance"),
    path(
        "sessions/<uuid:pk>/discussion-groups/",
        attendance.discussion_groups,
        name="discussion-groups",
    ),
    path("<uuid:pk>/tests/", outcomes.tests, name="tests"),
    path("<uuid:pk>/tests/maximum/", outcomes.test_maximum, name="test-maximum"),
    path("<uuid:pk>/changes/", outcomes.changes, name="changes"),
    path("<uuid:pk>/changes/new/", outcomes.change_new, name="change-new"),
    path("changes/<uuid:pk>/edit/", outcomes.change_edit, name="change-edit"),
    path("changes/<uuid:pk>/verify/", outcomes.change_verify, name="change-verify"),
    path("changes/<uuid:pk>/release/", outcomes.change_release, name="change-release"),
    path("changes/<uuid:pk>/take-back/", outcomes.change_take_back, name="change-take-back"),
    path("changes/<uuid:pk>/remove/", outcomes.change_remove, name="change-remove"),
    path("<uuid:pk>/evidence/", outcomes.evidence, name="evidence"),
    path("evidence/<uuid:pk>/file/", outcomes.evidence_file, name="evidence-file"),
    path("evidence/<uuid:pk>/remove/", outcomes.evidence_remove, name="evidence-remove"),
    path("<uuid:pk>/close/", outcomes.close, name="close"),
    path("<uuid:pk>/reopen/", outcomes.reopen, name="reopen"),
    path("<uuid:pk>/certificates/", outcomes.certificates, name="certificates"),
    path(
        "certificates/<uuid:pk>/withdraw/",
        outcomes.certificate_withdraw,
        name="certificate-withdraw",
    ),
    path("<uuid:pk>/figures/", figures.figures, name="figures"),
    path("<uuid:pk>/report.xlsx", figures.report_xlsx, name="report-xlsx"),
    path("<uuid:pk>/papers/", figures.papers, name="papers"),
]
